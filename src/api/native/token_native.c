/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/oauth2/v2.0/token with a grant type of native authentication: a code is redeemed (spec V1, 3.4). */
#include "api/endpoints.h"

#include "base/secret.h"

#include <string.h>

struct grant_type {
    const char *name;
    enum signin_request request;
    const char *proof; /* the parameter that proves; NULL: the continuation token itself */
};

static const struct grant_type grant_types[] = {
    { "oob", SIGNIN_TOKEN_OOB, "oob" },
    { "password", SIGNIN_TOKEN_PASSWORD, "password" },
    { "mfa_oob", SIGNIN_TOKEN_MFA_OOB, "oob" },
    { "continuation_token", SIGNIN_TOKEN_CONTINUATION, NULL },
};

static const struct grant_type *grant_type_of(struct exchange *x)
{
    struct slice name = form_get(&x->form, SLICE("grant_type"));

    for (size_t i = 0; i < sizeof grant_types / sizeof grant_types[0]; i++)
        if (slice_eq(name, slice_of(grant_types[i].name)))
            return &grant_types[i];
    return NULL;
}

/* Digits of the right number can be the code; all else is wrong without counting, since nothing is compared. */
static void parse_code(struct exchange *x)
{
    struct signin_work *work = signin_work(x);
    struct slice code = slice_trim(form_get(&x->form, SLICE("oob")));
    uint64_t number;

    work->facts.code_well_formed = code.n == x->api->policy->code_digits && slice_to_u64(code, UINT64_MAX, &number) &&
                                   slice_to_cstr(code, work->code, sizeof work->code);
}

static err parse(struct exchange *x)
{
    struct signin_work *work = signin_work(x);
    const struct grant_type *type = grant_type_of(x);

    signin_check_application(x, ERROR_SECRET_MISSING);
    if (exchange_refused(x))
        return OK;
    if (type == NULL) {
        exchange_refuse(x, ERROR_GRANT_TYPE_UNKNOWN, SLICE_EMPTY);
        return OK;
    }
    work->request = type->request;
    (void)exchange_require(x, "continuation_token");
    if (type->proof != NULL)
        (void)exchange_require(x, type->proof);
    tokens_parse_scope(x, true, &work->scope);
    signin_parse_challenge_types(x, false);
    signin_parse_continuation(x);
    parse_code(x);
    return OK;
}

static err load(struct exchange *x)
{
    struct signin_work *work = signin_work(x);

    TRY(signin_load_subject(x));
    signin_code_mac(x, work->at.subject, work->at.challenge_id, slice_of(work->code), work->mac);
    work->facts.code_right =
        work->passcode.state == PASSCODE_OPEN && secret_eq(work->mac, work->passcode.mac, sizeof work->mac);
    return OK;
}

/* The family that this sign-in begins: written with the taken code, all or nothing. */
static err begin_grant(struct exchange *x)
{
    struct signin_work *work = signin_work(x);
    struct grant *grant = &work->grant;

    *grant = (struct grant){
        .id = store_next_id(x->api->store),
        .tenant_id = x->tenant->id,
        .client_id = x->app->client_id,
        .user_id = work->user.id,
        .session_id = guid_new(x->api->rng),
        .authenticated_at = x->now,
    };
    ENSURE(slice_to_cstr(slice_of(work->scope.granted), grant->scope, sizeof grant->scope), FULL);
    work->issued = (struct issued){ .scope = &work->scope, .user = &work->user, .session_id = grant->session_id };
    if (!work->scope.offline_access)
        return OK;
    exchange_write(x, WRITE_GRANT_ADD)->grant = grant;
    return tokens_add_refresh(x, &work->issued, grant->id);
}

static err decide(struct exchange *x)
{
    struct signin_work *work = signin_work(x);

    TRY(signin_decide_step(x));
    return work->outcome.kind == OUTCOME_TOKENS ? begin_grant(x) : OK;
}

/* After the commit: only a counted attempt is an event. */
static void tell_wrong_code(struct exchange *x)
{
    const struct outcome *out = &signin_work(x)->outcome;

    EMIT(x->api->events, code_wrong, &x->correlation_id, field_tenant(x->tenant->id), field_user(out->passcode.user_id),
         field_attempt(out->passcode.attempts));
    if (out->locks_user)
        EMIT(x->api->events, code_locked, &x->correlation_id, field_tenant(x->tenant->id),
             field_user(out->passcode.user_id), field_seconds(out->passcode.locked_until - x->now));
}

static err issue(struct exchange *x)
{
    struct signin_work *work = signin_work(x);

    if (exchange_refused(x) && work->outcome.write_passcode)
        tell_wrong_code(x);

    if (work->outcome.kind != OUTCOME_TOKENS)
        return OK;
    EMIT(x->api->events, signin_succeeded, &x->correlation_id, field_tenant(x->tenant->id),
         field_application(x->app->client_id), field_user(work->user.id));
    return tokens_sign(x, &work->issued);
}

static err reply(struct exchange *x)
{
    struct signin_work *work = signin_work(x);

    return work->outcome.kind == OUTCOME_TOKENS ? tokens_reply(x, &work->issued) : signin_reply(x);
}

const struct exchange_steps token_native_steps = {
    .parse = parse, .load = load, .decide = decide, .issue = issue, .reply = reply
};
