/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/authorize.h"

#include "wire/login_hint.h"

#include <string.h>

/* ---- sessions ---- */

instant session_ends_at(const struct session *session, const struct policy *policy)
{
    instant idle =
        session->seen_at + (session->persistent ? policy->session_persistent_seconds : policy->session_idle_seconds);
    instant oldest = session->created_at + policy->session_max_seconds;

    return idle < oldest ? idle : oldest;
}

bool session_is_alive(const struct session *session, const struct user *user, const struct policy *policy, instant now)
{
    return session->ended_at == 0 && now < session_ends_at(session, policy) && user != NULL &&
           session->authenticated_at >= user->sessions_valid_from;
}

bool user_is_hinted(const struct user *user, struct slice hint)
{
    struct guid id;

    if (login_hint_parse(hint, &id))
        return guid_eq(id, user->id);
    return slice_eq_nocase(hint, slice_of(user->email)) || slice_eq_nocase(hint, slice_of(user->identity));
}

/* Nothing to say is everybody. */
static bool fits_hints(const struct authorize_facts *f, const struct browser_session *s)
{
    const struct authorization *request = f->request;
    struct guid sid;

    if (request->sid.n > 0 && !(guid_parse(request->sid, &sid) && guid_eq(sid, s->session.id)))
        return false;
    if (!guid_is_nil(f->hinted_user) && !guid_eq(f->hinted_user, s->user.id))
        return false;
    return request->login_hint.n == 0 || user_is_hinted(&s->user, request->login_hint);
}

/* The user proved who she is lately enough. An age of nothing is nobody's, not even within the same second (OpenID Connect
 * Core, 3.1.2.1). */
static bool is_fresh(const struct authorize_facts *f, const struct browser_session *s)
{
    const struct authorization *request = f->request;

    return !request->has_max_age || (request->max_age > 0 && f->now <= s->session.authenticated_at + request->max_age);
}

static bool lacks_factor(const struct authorize_facts *f, const struct browser_session *s)
{
    return (s->session.proofs & PROVED_FACTOR) == 0 && factor_required(&s->user, f->application, f->tenant);
}

/* Those that fit; *first is one of them. */
static size_t count_fitting(const struct authorize_facts *f, size_t *first)
{
    size_t n = 0;

    for (size_t i = f->session_count; i-- > 0;)
        if (fits_hints(f, &f->sessions[i])) {
            *first = i;
            n++;
        }
    return n;
}

/* ---- outcomes ---- */

static void refuse_request(struct authorize_outcome *out, enum error_id refusal)
{
    out->kind = AUTHORIZE_REFUSE;
    out->refusal = refusal;
}

static void ask_again(size_t session, struct authorize_outcome *out)
{
    out->kind = AUTHORIZE_SIGN_IN;
    out->session = session;
    out->hinted = true;
}

/* prompt=none: an answer or an error, never a page. */
static void decide_silently(const struct authorize_facts *f, struct authorize_outcome *out)
{
    size_t at = 0;
    size_t n = count_fitting(f, &at);
    const struct browser_session *s = &f->sessions[at];

    if (n == 0 && f->request->sid.n > 0)
        refuse_request(out, ERROR_SESSION_UNKNOWN);
    else if (n != 1 || !is_fresh(f, s))
        refuse_request(out, ERROR_NO_SESSION);
    else if (!s->user.enabled)
        refuse_request(out, ERROR_USER_DISABLED_SILENT);
    else if (lacks_factor(f, s))
        refuse_request(out, ERROR_FACTOR_NEEDED);
    else
        out->session = at;
}

void authorize_picked(const struct authorize_facts *f, size_t session, struct authorize_outcome *out)
{
    const struct browser_session *s = &f->sessions[session];

    memset(out, 0, sizeof *out);
    out->session = session;
    if (!s->user.enabled)
        refuse_request(out, ERROR_USER_DISABLED_SILENT);
    else if (!is_fresh(f, s) || lacks_factor(f, s))
        ask_again(session, out);
}

static bool may_sign_up(const struct authorize_facts *f)
{
    return f->user_flow != NULL && f->user_flow->sign_up;
}

void authorize_decide(const struct authorize_facts *f, struct authorize_outcome *out)
{
    uint8_t prompts = f->request->prompts;
    size_t at = 0;
    size_t n = count_fitting(f, &at);

    memset(out, 0, sizeof *out);
    if (f->scope_refusal != ERROR_NONE) {
        refuse_request(out, f->scope_refusal);
    } else if ((prompts & PROMPT_NONE) != 0) {
        decide_silently(f, out);
    } else if ((prompts & PROMPT_CREATE) != 0 && may_sign_up(f)) {
        out->kind = AUTHORIZE_SIGN_UP;
    } else if ((prompts & PROMPT_LOGIN) != 0 || n == 0) {
        out->kind = AUTHORIZE_SIGN_IN;
    } else if ((prompts & PROMPT_SELECT_ACCOUNT) != 0 || n > 1) {
        out->kind = AUTHORIZE_PICK;
    } else {
        authorize_picked(f, at, out);
        if (out->kind == AUTHORIZE_REFUSE) /* another account may be fine */
            *out = (struct authorize_outcome){ .kind = AUTHORIZE_PICK };
    }
}
