/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/oauth2/v2.0/token with grant_type=refresh_token (spec V1, 2.9; spec OIDC, 4.1). */
#include "api/endpoints.h"

#include "base/secret.h"

static struct refresh_work *refresh_work(struct exchange *x)
{
    return x->work;
}

static err parse(struct exchange *x)
{
    struct refresh_work *work = refresh_work(x);
    struct slice token = exchange_require(x, "refresh_token");

    if (exchange_refused(x))
        return OK;
    if (token.n > LIMIT_REFRESH_TOKEN || !opaque_parse(x->api->vault, OPAQUE_REFRESH, token, &work->id, work->hash))
        exchange_refuse(x, ERROR_REFRESH_MALFORMED, SLICE_EMPTY);
    client_proof_read(x, "refresh_token", &work->proof);
    return OK;
}

/* What the token's application must prove: as the address demanded that the sign-in went to. */
static enum platform_type platform_of(const struct exchange *x, const struct refresh_work *work)
{
    bool is_ours = work->facts.token != NULL && work->facts.secret_right;

    return is_ours ? (enum platform_type)work->grant.platform : client_platform(x->app);
}

static err load_user(struct exchange *x)
{
    struct refresh_work *work = refresh_work(x);

    err loaded = store_user(x->api->store, work->grant.tenant_id, work->grant.user_id, &work->user);
    if (loaded.code == ERR_NOT_FOUND)
        return OK;
    TRY(loaded);
    work->facts.user = &work->user;
    return OK;
}

static err load(struct exchange *x)
{
    struct refresh_work *work = refresh_work(x);

    work->facts = (struct refresh_facts){
        .policy = x->api->policy, .tenant = x->tenant, .client_id = x->app->client_id, .now = x->now
    };
    err loaded = store_refresh_token(x->api->store, work->id, &work->token, &work->grant);
    if (loaded.code == ERR_NOT_FOUND)
        return OK;
    TRY(loaded);
    work->facts.token = &work->token;
    work->facts.grant = &work->grant;
    work->facts.secret_right = secret_eq(work->hash, work->token.hash, sizeof work->hash);
    return load_user(x);
}

static err revoke_family(struct exchange *x)
{
    struct store_write *write = exchange_write(x, WRITE_GRANT_REVOKE);

    write->id = refresh_work(x)->grant.id;
    write->at = x->now;
    return OK;
}

static err redeem(struct exchange *x)
{
    struct refresh_work *work = refresh_work(x);

    tokens_redeem_scope(x, slice_of(work->grant.scope), SCOPE_GRANTED, SCOPE_AT_TOKEN, &work->scope);
    if (exchange_refused(x))
        return OK;
    if (work->outcome.mark_used) {
        struct store_write *write =
            exchange_write(x, work->outcome.only_once ? WRITE_REFRESH_USE : WRITE_REFRESH_TOUCH);
        write->id = work->id;
        write->at = x->now;
    }
    /* A refresh always rotates, whatever scopes it narrows to. */
    work->scope.offline_access = true;
    work->issued = (struct issued){ .scope = &work->scope,
                                    .user = &work->user,
                                    .session_id = work->grant.session_id,
                                    .authenticated_at = work->grant.authenticated_at,
                                    .method = work->proof.method,
                                    .ends_at = work->grant.ends_at,
                                    .proofs = work->grant.proofs,
                                    .extra = work->issuance.answer.claims };
    tokens_go_on_family(x, &work->issued, work->grant.id);
    return OK;
}

static err decide(struct exchange *x)
{
    struct refresh_work *work = refresh_work(x);

    work->outcome = (struct refresh_outcome){ .refusal = ERROR_NONE };
    client_proof_check(x, &work->proof, platform_of(x, work));
    client_proof_write(x, &work->proof);
    if (exchange_refused(x))
        return OK;
    refresh_decide(&work->facts, &work->outcome);
    if (work->outcome.refusal != ERROR_NONE)
        exchange_refuse(x, work->outcome.refusal, SLICE_EMPTY);
    if (work->outcome.revoke_family)
        return revoke_family(x);
    if (exchange_refused(x))
        return OK;
    bool waits;
    TRY(extension_ask_claims(x, &work->user, &work->issuance, &waits));
    return waits || exchange_refused(x) ? OK : redeem(x);
}

static err issue(struct exchange *x)
{
    struct refresh_work *work = refresh_work(x);

    if (work->outcome.reused)
        EMIT(x->api->events, refresh_token_reused, &x->correlation_id, field_tenant(x->tenant->id),
             field_application(x->app->client_id), field_user(work->user.id));
    if (exchange_refused(x))
        return OK;
    EMIT(x->api->events, token_refreshed, &x->correlation_id, field_tenant(x->tenant->id),
         field_application(x->app->client_id), field_user(work->user.id));
    return tokens_sign(x, &work->issued);
}

static err reply(struct exchange *x)
{
    return tokens_reply(x, &refresh_work(x)->issued);
}

const struct exchange_steps token_refresh_steps = {
    .parse = parse, .load = load, .decide = decide, .issue = issue, .reply = reply
};
