/* SPDX-License-Identifier: Apache-2.0 */
/* logout.h: whom a sign-out request is about (spec OIDC, 6.1). Pure, any thread. */
#ifndef DOORCODE_FLOW_LOGOUT_H
#define DOORCODE_FLOW_LOGOUT_H

#include "flow/authorize.h"

struct logout_facts {
    const struct browser_session *sessions;
    size_t session_count;
    struct guid hinted_session; /* of an id_token_hint; nil: none */
    struct guid hinted_user;    /* of an id_token_hint without a session that is here; nil: none */
    struct slice logout_hint;   /* an address or the claim `login_hint`; empty: none */
    struct guid picked;         /* on the page; nil: not yet */
    bool picked_all;
};

enum logout_kind {
    LOGOUT_NOBODY, /* no session is there: done */
    LOGOUT_ONE,    /* `session` */
    LOGOUT_ALL,
    LOGOUT_ASK /* several, and nothing says which; or somebody else is meant */
};

enum logout_kind logout_decide(const struct logout_facts *f, size_t *session);

#endif
