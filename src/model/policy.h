/* SPDX-License-Identifier: Apache-2.0 */
/* policy.h: the numbers that decisions go by. Seconds and counts; set by the configuration, the same for all tenants.
 * Immutable while the server runs. */
#ifndef DOORCODE_MODEL_POLICY_H
#define DOORCODE_MODEL_POLICY_H

#include <stdint.h>

struct policy {
    uint32_t code_digits;                 /* 8; 6 to 10 */
    uint32_t code_seconds;                /* 600: how long a code is good */
    uint32_t code_attempts;               /* 5: tries for one code */
    uint32_t resend_seconds;              /* 30: wait before another code; also `interval` on the wire */
    uint32_t sent_limit;                  /* 5 codes to an address … */
    uint32_t sent_window_seconds;         /* … in 1800 */
    uint32_t failure_limit;               /* 10 wrong codes of a user … */
    uint32_t failure_window_seconds;      /* … in 3600 lock her … */
    uint32_t lock_seconds;                /* … for 60, twice as long each time … */
    uint32_t lock_seconds_max;            /* … up to 3600 */
    uint32_t token_seconds;               /* 600: life of one continuation token */
    uint32_t flow_seconds;                /* 3600: of a whole flow */
    uint32_t repeat_seconds;              /* 10: an identical request again is the same request */
    uint32_t poll_seconds;                /* 2: between polls of a password reset; Android takes 1 to 15 */
    uint32_t id_token_seconds;            /* 3600 */
    uint32_t access_token_seconds;        /* 0: random, 60 to 90 minutes */
    uint32_t refresh_token_seconds;       /* 90 days */
    uint32_t spa_refresh_token_seconds;   /* 86400, from the sign-in on (spec OIDC, 4.1) */
    uint32_t authorization_code_seconds;  /* 600 */
    uint32_t device_code_seconds;         /* 900 */
    uint32_t session_idle_seconds;        /* 24 hours without use end a session … */
    uint32_t session_persistent_seconds;  /* … 90 days one that shall last … */
    uint32_t session_max_seconds;         /* … and 180 days any */
    uint32_t requests_per_second_address; /* 20; 0: no limit, like the next three */
    uint32_t requests_per_second_tenant;  /* 200 */
    uint32_t codes_per_hour_address;      /* 60 */
    uint32_t codes_per_hour_tenant;       /* 10000 */
    uint32_t guesses_per_hour_address;    /* 30: wrong codes of devices; 0: no limit */
};

extern const struct policy policy_default;

#endif
