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
    return f->logout_hint.n > 0 && (slice_eq_nocase(f->logout_hint, slice_of(s->user.email)) ||
                                    slice_eq_nocase(f->logout_hint, slice_of(s->user.identity)));
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
    return f->session_count == 1 && guid_is_nil(f->picked) ? LOGOUT_ONE : LOGOUT_ASK;
}
