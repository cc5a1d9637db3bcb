/* SPDX-License-Identifier: Apache-2.0 */
/* cookies.h: the two cookies of the hosted pages. The session cookie proves sessions, one for each account that the
 * browser is signed in to; it goes along in frames of other sites, since silent renewal needs it (spec OIDC, 2.6). The
 * flow cookie binds the pages of a sign-in to the browser, and stays with our own site. Over https both have the prefix
 * `__Host-`. Nothing of them is readable by scripts. */
#ifndef DOORCODE_API_HOSTED_COOKIES_H
#define DOORCODE_API_HOSTED_COOKIES_H

#include "api/exchange.h"
#include "flow/authorization.h"
#include "model/session.h"

struct session_entry {
    struct guid id;
    uint8_t secret[SESSION_SECRET];
    bool persistent;
};

struct session_cookie {
    struct session_entry entries[LIMIT_SESSIONS]; /* newest first */
    size_t n;
};

/* What is not ours is left out. */
void session_cookie_read(struct exchange *x, struct session_cookie *out);
/* Puts it first; the oldest gives way where there are too many. */
void session_cookie_add(struct session_cookie *cookie, const struct session_entry *entry);
void session_cookie_remove(struct session_cookie *cookie, struct guid id);
/* Sets it, or takes it back where nothing is left. FULL. */
NODISCARD err session_cookie_write(struct exchange *x, const struct session_cookie *cookie);
/* The keyed hash that a session's row keeps. */
void session_cookie_hash(const struct exchange *x, const struct session_entry *entry, uint8_t out[SESSION_HASH]);

/* What the browser's flow cookie binds to; false: it has none. */
bool flow_cookie_read(struct exchange *x, uint8_t binding[FLOW_BINDING]);
/* The same, and sets a new one where there is none. FULL. */
NODISCARD err flow_cookie_ensure(struct exchange *x, uint8_t binding[FLOW_BINDING]);

#endif
