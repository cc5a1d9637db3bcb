/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/oauth2/v2.0/token with grant_type=authorization_code (spec OIDC, 4.1; RFC 6749, 4.1.3; RFC 7636, 4.5). */
#include "api/endpoints.h"

#include "base/secret.h"
#include "crypto/digest.h"

static struct code_work *code_work(struct exchange *x)
{
    return x->work;
}

/* ---- PARSE ---- */

static void hash_verifier(struct code_work *work)
{
    uint8_t hash[DIGEST_SHA256];
    struct buf text;

    digest_sha256(work->facts.verifier, hash);
    buf_init(&text, work->verifier_hashed, sizeof work->verifier_hashed);
    b64url_put(&text, hash, sizeof hash);
    work->facts.verifier_hashed = buf_slice(&text);
}

/* A code that cannot be ours is told before the client is asked who it is (spec OIDC, 4.1). */
static err parse(struct exchange *x)
{
    struct code_work *work = code_work(x);
    struct slice code = exchange_require(x, "code");

    work->facts = (struct code_facts){ .tenant_id = x->tenant->id,
                                       .application = x->app,
                                       .redirect_uri = form_get(&x->form, SLICE("redirect_uri")),
                                       .verifier = form_get(&x->form, SLICE("code_verifier")),
                                       .now = x->now };
    if (work->facts.redirect_uri.n == 0 && x->app->redirect_uri_count != 1)
        (void)exchange_require(x, "redirect_uri");
    hash_verifier(work);
    if (!exchange_refused(x) && !opaque_parse(x->api->vault, OPAQUE_CODE, code, &work->id, work->hash))
        exchange_refuse(x, ERROR_CODE_MALFORMED, SLICE_EMPTY);
    client_proof_read(x, "code", &work->proof);
    return OK;
}

/* ---- LOAD ---- */

static err load_user(struct exchange *x)
{
    struct code_work *work = code_work(x);
    struct session session;

    err loaded = store_user(x->api->store, work->code.tenant_id, work->code.user_id, &work->user);
    if (loaded.code == ERR_NOT_FOUND)
        return OK;
    TRY(loaded);
    work->facts.user = &work->user;
    loaded = store_session(x->api->store, work->code.session_id, &session);
    if (loaded.code == ERR_NOT_FOUND)
        return OK;
    TRY(loaded);
    work->persistent = session.persistent;
    return OK;
}

static err load(struct exchange *x)
{
    struct code_work *work = code_work(x);

    work->facts.code = NULL;
    work->facts.user = NULL;
    err loaded = store_authorization_code(x->api->store, work->id, &work->code);
    if (loaded.code == ERR_NOT_FOUND)
        return OK;
    TRY(loaded);
    work->facts.code = &work->code;
    work->facts.secret_right = secret_eq(work->hash, work->code.hash, sizeof work->hash);
    return load_user(x);
}

/* ---- DECIDE ---- */

static void revoke_grant(struct exchange *x)
{
    struct store_write *write = exchange_write(x, WRITE_GRANT_REVOKE);

    write->id = code_work(x)->code.grant_id;
    write->at = x->now;
}

/* The OpenID scopes of the sign-in hold, whatever the redemption names. */
static void settle_scope(struct exchange *x)
{
    struct code_work *work = code_work(x);
    const struct scope_rules rules = { .app = x->app, .directory = x->directory };
    struct slice before = slice_of(work->code.scope);
    struct scope_grant first;

    tokens_redeem_scope(x, before, SCOPE_FIRST, SCOPE_AT_CODE, &work->scope);
    if (exchange_refused(x) || scope_read(&rules, before, SCOPE_FIRST, &first) != SCOPE_OK)
        return;
    work->scope.openid = work->scope.openid || first.openid;
    work->scope.profile = work->scope.profile || first.profile;
    work->scope.email = work->scope.email || first.email;
    work->scope.offline_access = work->scope.offline_access || first.offline_access;
}

static err redeem(struct exchange *x)
{
    struct code_work *work = code_work(x);
    const struct authorization_code *code = &work->code;

    settle_scope(x);
    if (exchange_refused(x))
        return OK;
    struct store_write *write = exchange_write(x, WRITE_CODE_USE);
    write->id = code->id;
    write->at = x->now;
    work->issued = (struct issued){ .scope = &work->scope,
                                    .user = &work->user,
                                    .session_id = code->session_id,
                                    .authenticated_at = code->authenticated_at,
                                    .proofs = code->proofs,
                                    .method = work->proof.method,
                                    .nonce = slice_of(code->nonce),
                                    .auth_time = code->auth_time,
                                    .persistent = work->persistent,
                                    .extra = work->issuance.answer.claims };
    if (code->platform == PLATFORM_SPA)
        work->issued.ends_at = x->now + x->api->policy->spa_refresh_token_seconds;
    work->grant = (struct grant){ .id = code->grant_id, .platform = (uint8_t)code->platform };
    return tokens_begin_family(x, &work->issued, &work->grant);
}

/* What is nobody's code was given on no platform. */
static void check_client(struct exchange *x)
{
    struct code_work *work = code_work(x);

    if (code_is_known(&work->facts))
        client_proof_check(x, &work->proof, work->code.platform);
    client_proof_write(x, &work->proof);
}

static err decide(struct exchange *x)
{
    struct code_work *work = code_work(x);

    work->outcome = (struct code_outcome){ .refusal = ERROR_NONE };
    check_client(x);
    if (exchange_refused(x))
        return OK;
    code_decide(&work->facts, &work->outcome);
    if (work->outcome.revoke)
        revoke_grant(x);
    if (work->outcome.refusal != ERROR_NONE) {
        exchange_refuse(x, work->outcome.refusal, SLICE_EMPTY);
        return OK;
    }
    bool waits;
    TRY(extension_ask_claims(x, &work->user, &work->issuance, &waits));
    return waits || exchange_refused(x) ? OK : redeem(x);
}

/* ---- ISSUE, REPLY ---- */

static err issue(struct exchange *x)
{
    struct code_work *work = code_work(x);

    if (work->outcome.revoke)
        EMIT(x->api->events, authorization_code_reused, &x->correlation_id, field_tenant(x->tenant->id),
             field_application(x->app->client_id), field_user(work->code.user_id));
    if (exchange_refused(x))
        return OK;
    EMIT(x->api->events, authorization_code_redeemed, &x->correlation_id, field_tenant(x->tenant->id),
         field_application(x->app->client_id), field_user(work->user.id));
    return tokens_sign(x, &work->issued);
}

static err reply(struct exchange *x)
{
    return tokens_reply(x, &code_work(x)->issued);
}

const struct exchange_steps token_code_steps = {
    .parse = parse, .load = load, .decide = decide, .issue = issue, .reply = reply
};
