/* SPDX-License-Identifier: Apache-2.0 */
/* envelope.h: what an extension is told (spec OIDC, 11.1 to 11.5). Pure, any thread. */
#ifndef DOORCODE_HOOK_ENVELOPE_H
#define DOORCODE_HOOK_ENVELOPE_H

#include "base/buf.h"
#include "model/directory.h"
#include "model/user.h"

struct hook_attribute {
    struct slice name; /* at most 128 bytes, as in the manifests; "extension_…" is a directory's, all else built in */
    struct slice type; /* "string", "boolean", "integer" */
    struct slice value; /* empty: not given: "", 0, false */
};

struct hook_facts {
    enum extension_event event;
    const struct extension *extension;
    const struct tenant *tenant;
    const struct application *application; /* NULL: not known any more */
    struct guid correlation_id;
    const char *client_address; /* "" where it is not known any more */
    struct slice locale;        /* empty: "en-us" */
    const struct user *user;    /* token issuance */
    struct slice identity;      /* sign-up: the address */
    const struct hook_attribute *attributes;
    size_t attribute_count;
    struct slice code; /* sending: the code and whom it goes to */
    struct slice to;
    const char *request_type; /* "signUp", "signIn", "forgotPassword" */
};

/* Appends the request's JSON; full where it does not fit. Asks for event, extension and tenant; a member that the event does
 * not have is left out. It may hold a code: wipe it. */
void hook_envelope(const struct hook_facts *facts, struct buf *out);

/* The event of a request with this "type"; false: none of ours. Pure, any thread. */
bool hook_event_of(struct slice type, enum extension_event *out);

#endif
