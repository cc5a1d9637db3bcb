/* SPDX-License-Identifier: Apache-2.0 */
/* authorization.h: an authorization request, parsed once and carried from page to page (spec OIDC, 2.1): what the
 * application asked for, where the answer goes, and how. How it is sealed is api/hosted/ticket.h. Pure, any thread. */
#ifndef DOORCODE_FLOW_AUTHORIZATION_H
#define DOORCODE_FLOW_AUTHORIZATION_H

#include "base/clock.h"
#include "model/authorization_code.h"
#include "model/directory.h"
#include "wire/error.h"
#include "wire/form.h"

enum { RESPONSE_CODE = 1, RESPONSE_ID_TOKEN = 2, RESPONSE_TOKEN = 4 };
enum response_mode { MODE_QUERY, MODE_FRAGMENT, MODE_FORM_POST, MODES };
enum { PROMPT_NONE = 1, PROMPT_LOGIN = 2, PROMPT_SELECT_ACCOUNT = 4, PROMPT_CREATE = 8, PROMPT_CONSENT = 16 };

enum { FLOW_BINDING = 16, AUTHORIZATION_MAX = 8192 };

/* Slices point into the form, or into the bytes it was unpacked from. */
struct authorization {
    struct guid tenant_id;
    struct guid client_id;
    struct guid correlation_id;
    enum platform_type platform;
    uint8_t response_types; /* set of RESPONSE_… */
    enum response_mode mode;
    uint8_t prompts; /* set of PROMPT_… */
    bool client_info;
    bool challenge_is_plain;
    bool auth_time; /* claims or max_age: the id token shall say when she proved who she is */
    bool has_max_age;
    uint32_t max_age;   /* seconds */
    uint64_t device_id; /* a device waits (RFC 8628), and no application; 0: none */
    instant started_at;
    uint8_t binding[FLOW_BINDING]; /* of the browser it began in (api/hosted/cookies.h) */
    struct slice redirect_uri;     /* as it was sent, or the only one registered */
    struct slice scope;
    struct slice state;
    struct slice nonce;
    struct slice code_challenge;
    struct slice login_hint;
    struct slice sid;
    struct slice ui_locales;
};

/* Where the answer goes: client's redirect URI, mode and state. Until this is ERROR_NONE nothing may be told to the
 * address (spec OIDC, 2.3). */
enum error_id authorization_address(const struct form *form, const struct application *app, struct authorization *out);
/* Everything else; what it finds wrong is told to the address. `detail` names a parameter where the error does. */
enum error_id authorization_parse(const struct form *form, const struct application *app, struct authorization *out,
                                  struct slice *detail);

/* At most AUTHORIZATION_MAX bytes. FULL. */
NODISCARD err authorization_pack(const struct authorization *a, struct buf *out);
/* Borrows from `bytes`. FORMAT. */
NODISCARD err authorization_unpack(struct slice bytes, struct authorization *out);

#endif
