/* SPDX-License-Identifier: Apache-2.0 */
/* native_out.h: the successful bodies of native authentication (spec V1, 3.1, 3.2, 3.4; spec OIDC, 4.4). Each
 * function appends one whole JSON body; no null members. Pure, any thread. */
#ifndef DOORCODE_WIRE_NATIVE_OUT_H
#define DOORCODE_WIRE_NATIVE_OUT_H

#include "base/buf.h"

/* {"continuation_token":…} of the starts and continues; expires_in where it is not 0 (spec V1, 3.10). */
void native_continuation(struct slice continuation_token, int64_t expires_in, struct buf *out);
/* challenge_type "password" (3.2) or "preverified" (3.14), with the token. */
void native_challenge_type(struct slice continuation_token, struct slice challenge_type, struct buf *out);
/* resetpassword/submit: seconds between polls (3.11). */
void native_submitted(struct slice continuation_token, uint32_t poll_interval, struct buf *out);
/* poll_completion, at its good end (3.12). */
void native_succeeded(struct slice continuation_token, struct buf *out);

struct native_method {
    struct slice id;
    struct slice channel;
    struct slice login_hint;
};
/* introspect (3.3) and register/introspect (3.13). */
void native_methods(struct slice continuation_token, const struct native_method *methods, size_t n, struct buf *out);

struct native_challenge {
    struct slice continuation_token;
    struct slice channel;
    struct slice target_label; /* masked address; empty: `target` is told instead, as given (3.14) */
    struct slice target;
    uint32_t code_length;
    uint32_t interval; /* seconds before a resend makes sense (spec V1, 6.20) */
};
/* challenge_type "oob". */
void native_oob(const struct native_challenge *challenge, struct buf *out);

/* challenge_type "redirect", with the reason for developers (spec V1, 1.8). */
void native_redirect(struct slice reason, struct buf *out);

struct native_tokens {
    struct slice scope; /* empty: nothing was asked for by name */
    uint32_t expires_in;
    struct slice access_token;
    struct slice refresh_token;  /* empty: not granted, like the next two */
    uint32_t refresh_expires_in; /* 0: not told; for single-page applications (spec OIDC, 4.4) */
    struct slice id_token;
    struct slice client_info;
};
void native_tokens(const struct native_tokens *tokens, struct buf *out);

#endif
