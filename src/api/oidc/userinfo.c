/* SPDX-License-Identifier: Apache-2.0 */
/* GET, POST /oidc/userinfo: what an access token's user lets its application know (spec OIDC, 6.3; OpenID Connect Core,
 * 5.3). The token says which tenant it is. */
#include "api/endpoints.h"

#include "api/tokens.h"
#include "token/claims.h"
#include "token/received.h"
#include "wire/bearer.h"
#include "wire/graph_out.h"

enum { ERROR_MAX = 1024, CHALLENGE_MAX = 768 };

static struct userinfo_work *userinfo_work(struct exchange *x)
{
    return x->work;
}

/* In the header, or as a form's field (RFC 6750, 2.2); not both. */
static struct slice find_token(struct exchange *x)
{
    const struct http_request *request = &x->call->request;
    struct slice token, in_form;
    enum bearer given = bearer_parse(request->authorization, &token);

    if (request->method == HTTP_POST && form_is_type(request->content_type) &&
        !err_is_ok(form_parse(request->body, &x->call->arena, &x->form)))
        given = BEARER_BROKEN;
    in_form = form_get(&x->form, SLICE("access_token"));
    if (given == BEARER_BROKEN || form_repeated(&x->form, SLICE("access_token")) || (token.n > 0 && in_form.n > 0))
        exchange_refuse(x, ERROR_BEARER_MALFORMED, SLICE_EMPTY);
    else if (token.n == 0 && in_form.n == 0)
        exchange_refuse(x, ERROR_BEARER_MISSING, SLICE_EMPTY);
    return token.n > 0 ? token : in_form;
}

/* Whose fault it is that it could not be read is told apart. */
static err read_token(struct exchange *x, struct slice text)
{
    struct access_token *token = &userinfo_work(x)->token;
    struct keyring *ring = api_keyring(x->api);
    err read = received_access_token(ring, text, &x->call->arena, token);

    keyring_release(ring);
    if (read.code == ERR_FORMAT || read.code == ERR_NOT_FOUND || read.code == ERR_CRYPTO) {
        exchange_refuse(x, ERROR_BEARER_INVALID, SLICE_EMPTY);
        return OK;
    }
    TRY(read);
    x->tenant = directory_tenant_by_id(x->directory, token->tenant_id);
    if (x->tenant != NULL)
        x->app = directory_application(x->directory, token->tenant_id, token->client_id);
    return OK;
}

/* Counted against the token's tenant; what carries no token of ours against none. */
static err parse(struct exchange *x)
{
    struct slice token = find_token(x);

    if (!exchange_refused(x))
        TRY(read_token(x, token));
    exchange_throttle(x);
    return OK;
}

static err load(struct exchange *x)
{
    struct userinfo_work *work = userinfo_work(x);
    struct userinfo_facts *facts = &work->facts;

    *facts =
        (struct userinfo_facts){ .token = &work->token, .tenant = x->tenant, .application = x->app, .now = x->now };
    if (x->tenant == NULL)
        return OK;
    facts->issuer = tokens_issuer(x->api, x->tenant, &x->call->arena);
    err loaded = store_user(x->api->store, x->tenant->id, work->token.user_id, &work->user);
    if (loaded.code == ERR_NOT_FOUND)
        return OK;
    TRY(loaded);
    facts->user = &work->user;
    return OK;
}

static err decide(struct exchange *x)
{
    struct userinfo_work *work = userinfo_work(x);
    enum error_id refusal = userinfo_decide(&work->facts, &work->scope);

    if (refusal != ERROR_NONE)
        exchange_refuse(x, refusal, SLICE_EMPTY);
    return OK;
}

static err reply(struct exchange *x)
{
    struct userinfo_work *work = userinfo_work(x);
    const struct claims_input in = {
        .tenant = x->tenant, .application = x->app, .user = &work->user, .scope = &work->scope
    };

    claims_userinfo(&in, x->api->vault, &x->body);
    return OK;
}

/* Which error it is stands in the header; the body is Graph's. */
static err refuse(struct exchange *x)
{
    const struct error_facts facts = {
        .detail = x->refusal_detail, .trace_id = x->trace_id, .correlation_id = x->correlation_id, .now = x->now
    };
    struct buf challenge;

    http_header(&x->call->reply, "Content-Type", "application/json; charset=utf-8");
    if (x->call->reply.status <= 403) {
        buf_init_arena(&challenge, &x->call->arena, CHALLENGE_MAX);
        bearer_challenge(x->refusal, x->api->origin, &challenge);
        buf_putc(&challenge, '\0');
        ENSURE(buf_ok(&challenge), FULL);
        http_header(&x->call->reply, "WWW-Authenticate", challenge.p);
    }
    buf_init_arena(&x->body, &x->call->arena, ERROR_MAX);
    graph_error(x->refusal, &facts, &x->body);
    return OK;
}

const struct exchange_steps userinfo_steps = {
    .parse = parse, .load = load, .decide = decide, .reply = reply, .refuse = refuse
};
