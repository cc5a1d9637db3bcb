/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/logout.h"

static bool is_hinted(const struct logout_facts *f, const struct browser_session *s)
{
    if (!guid_is_nil(f->picked))
        return guid_eq(f->picked, s->session.id);
    if (!guid_is_nil(f->hinted_session) && guid_eq(f->hinted_session, s->session.id))
        return true;
    if (!guid_is_nil(f->hinted_user) && guid_eq(f->hinted_user, s->user.id))
        return true;
    return f->logout_hint.n > 0 && user_is_hinted(&s->user, f->logout_hint);
}

/* Something says who is meant; where she is not here, nobody else is signed out without being asked. */
static bool has_hint(const struct logout_facts *f)
{
    return !guid_is_nil(f->picked) || !guid_is_nil(f->hinted_session) || !guid_is_nil(f->hinted_user) ||
           f->logout_hint.n > 0;
}

enum logout_kind logout_decide(const struct logout_facts *f, size_t *session)
{
    *session = 0;
    if (f->session_count == 0)
        return LOGOUT_NOBODY;
    if (f->picked_all)
        return LOGOUT_ALL;
    for (size_t i = 0; i < f->session_count; i++)
        if (is_hinted(f, &f->sessions[i])) {
            *session = i;
            return LOGOUT_ONE;
        }
    return f->session_count == 1 && !has_hint(f) ? LOGOUT_ONE : LOGOUT_ASK;
}
