/* SPDX-License-Identifier: Apache-2.0 */
/* A token out of the cache, or new ones for the refresh token there. */
#include "token_get.h"

#include "cache_keep.h"
#include "errors.h"
#include "identity.h"
#include "scopes.h"

#include <stdlib.h>

/* ---- kept tokens ---- */

static struct book_account *account_of(const struct doorcode_flow *flow, const struct book *book)
{
    const struct doorcode_account_filter wanted = {
        .authority = flow->client->authority.url,
        .client_id = flow->client->client_id.c,
        .username = flow->get->user[0] != '\0' ? flow->get->user : NULL,
    };
    return book_find(book, &wanted);
}

/* The kept token that has the scopes and lives for so many seconds; NULL: none. One got in the future is none: the clock was
 * turned back, and nobody knows how old it is. Where there is time, one that the server wants renewed by now is none either. */
static const struct doorcode_access_token *kept_token(const struct doorcode_flow *flow,
                                                      const struct book_account *account, int64_t seconds)
{
    int64_t now = clock_now(&flow->client->clock);
    for (size_t i = 0; i < account->token_count; i++) {
        const struct doorcode_access_token *token = &account->tokens[i];
        bool lives = token->received_at <= now && token->expires_at > now + seconds;
        bool is_due = seconds > 0 && token->refresh_at > 0 && token->refresh_at <= now;
        if (lives && !is_due && scopes_serve(token->scope, flow->get->scopes))
            return token;
    }
    return NULL;
}

static void fail(struct doorcode_flow *flow, enum doorcode_error_kind kind, const char *message)
{
    flow->state = DOORCODE_FAILED;
    flow_refuse(flow, kind, message);
}

/* COMPLETED with a token that lives for so many seconds; false where there is none. */
static bool serve(struct doorcode_flow *flow, const struct book_account *account, int64_t seconds)
{
    const struct doorcode_access_token *kept = account != NULL ? kept_token(flow, account, seconds) : NULL;
    if (kept == NULL || flow->get->force)
        return false;
    size_t place = (size_t)(kept - account->tokens);
    if (!book_copy(account, &flow->kept)) {
        fail(flow, DOORCODE_ERROR_NO_MEMORY, NULL);
        return true;
    }
    const struct doorcode_access_token *token =
        &flow->kept.accounts[0].tokens[place]; /* not looked for again: time goes on */
    reply_free(&flow->last);
    flow->last.kind = REPLY_TOKENS;
    flow->last.tokens = (struct doorcode_tokens){
        .access_token = token->token,
        .id_token = flow->kept.accounts[0].shown.id_token,
        .refresh_token = "",
        .scope = token->scope,
        .client_info = "",
        .received_at = token->received_at,
        .expires_in = token->expires_at - token->received_at,
        .refresh_in = token->refresh_at > 0 ? token->refresh_at - token->received_at : 0,
        .from_cache = 1,
    };
    flow->state = DOORCODE_COMPLETED;
    flow->has_error = false;
    return true;
}

/* The account whose refresh token is to be sent; NULL: the flow has ended. */
static const struct book_account *look_at(struct doorcode_flow *flow, const struct book *book)
{
    const struct book_account *account = account_of(flow, book);
    if (serve(flow, account, CLIENT_RENEW_AHEAD))
        return NULL;
    if (account != NULL && account->refresh_token[0] != '\0')
        return account;
    fail(flow, DOORCODE_ERROR_SIGNIN_REQUIRED, account == NULL ? "The user is not signed in." : NULL);
    return NULL;
}

/* ---- renewal: the cache is taken ---- */

static void forget_refresh_token(const struct doorcode_flow *flow)
{
    struct cache_fault fault;
    struct book book;
    if (!cache_read(flow->client->cache, &book, &fault))
        return;
    struct book_account *account = account_of(flow, &book);
    if (account != NULL) {
        account->refresh_token = "";
        cache_write(flow->client->cache, &book, &fault); /* where it fails, the server refuses it once more */
    }
    book_free(&book);
}

static bool is_out_of_reach(enum doorcode_error_kind kind)
{
    return kind == DOORCODE_ERROR_UNREACHABLE || kind == DOORCODE_ERROR_TLS || kind == DOORCODE_ERROR_TIMEOUT ||
           kind == DOORCODE_ERROR_PROTOCOL || kind == DOORCODE_ERROR_SERVER || kind == DOORCODE_ERROR_THROTTLED;
}

/* Whether the kept token was good enough instead. */
static bool make_do(struct doorcode_flow *flow)
{
    struct cache_fault fault;
    struct book book;
    if (!cache_read(flow->client->cache, &book, &fault))
        return false;
    bool served = serve(flow, account_of(flow, &book), 0);
    book_free(&book);
    return served;
}

/* False where a kept token was good enough. */
static bool take_refusal(struct doorcode_flow *flow, struct doorcode_error *error)
{
    if (is_out_of_reach(error->kind) && make_do(flow))
        return false;
    if (error->kind == DOORCODE_ERROR_INVALID_GRANT) { /* what else could be refused here than the refresh token */
        const struct doorcode_error *known = error_static(DOORCODE_ERROR_SIGNIN_REQUIRED);
        error->kind = known->kind;
        error->message = known->message;
        error->advice = known->advice;
    }
    if (error->kind == DOORCODE_ERROR_SIGNIN_REQUIRED)
        forget_refresh_token(flow);
    return true;
}

/* Under the name and id that the account has, so that it stays one account whatever the server tells this time. */
static void keep_renewed(struct doorcode_flow *flow, const struct book_account *account)
{
    const struct keep_facts facts = {
        .username = account->shown.username,
        .id = account->shown.id,
        .scopes = flow->get->scopes,
    };
    flow_keep(flow, &facts);
}

static void refuse_another_user(struct reply *reply)
{
    reply_refuse(reply, DOORCODE_ERROR_INVALID_TOKEN, "the sub of the id token is another one");
    reply->error.message = "The server renewed the tokens of another user.";
    reply->error.advice = "Nothing was kept. Sign in again.";
}

static void take_tokens(struct doorcode_flow *flow, struct reply *reply)
{
    static const struct cache_fault gone = { DOORCODE_ERROR_CACHE, "the account was removed meanwhile" };
    struct cache_fault fault;
    struct book book;
    bool is_read = cache_read(flow->client->cache, &book, &fault);
    const struct book_account *account = is_read ? account_of(flow, &book) : NULL;
    if (account != NULL && !identity_is_same(account->shown.id_token, reply->tokens.id_token))
        refuse_another_user(reply);
    flow_take(flow, reply);
    if (account == NULL)
        flow_tell_unkept(flow, is_read ? &gone : &fault); /* gone: by who took no turn */
    else if (flow->state == DOORCODE_COMPLETED)
        keep_renewed(flow, account);
    book_free(&book);
}

static void take_renewed(struct doorcode_flow *flow, struct reply *reply)
{
    if (reply->kind == REPLY_TOKENS)
        take_tokens(flow, reply);
    else if (reply->kind != REPLY_ERROR || take_refusal(flow, &reply->error))
        flow_take(flow, reply);
    flow_leave(flow);
}

static void renew(struct doorcode_flow *flow, const struct book_account *account)
{
    const struct form_field fields[] = {
        { "client_id", flow->client->client_id.c },
        { "grant_type", "refresh_token" },
        { "refresh_token", account->refresh_token },
        { "scope", flow->get->scopes },
        { "client_info", "1" },
        { "claims", flow->client->claims != NULL ? flow->client->claims : "" },
    };
    flow->phase = PHASE_REFRESH;
    flow_ask(flow, REPLY_OF_TOKEN, fields, sizeof(fields) / sizeof(fields[0]), take_renewed);
}

static void fail_for_cache(struct doorcode_flow *flow, const struct cache_fault *trouble)
{
    flow->state = DOORCODE_FAILED;
    flow_tell_unkept(flow, trouble);
}

/* The account that has to be renewed goes to `then`; where there is none, the flow has ended. */
static void look(struct doorcode_flow *flow, void (*then)(struct doorcode_flow *, const struct book_account *))
{
    struct cache_fault fault;
    struct book book;
    if (!cache_read(flow->client->cache, &book, &fault)) {
        fail_for_cache(flow, &fault);
        return;
    }
    const struct book_account *account = look_at(flow, &book);
    if (account != NULL)
        then(flow, account);
    book_free(&book);
}

/* Whoever had it before may have renewed the tokens. */
static void enter(struct doorcode_flow *flow, const struct cache_fault *trouble)
{
    if (trouble == NULL)
        look(flow, renew);
    else if (!make_do(flow))
        fail_for_cache(flow, trouble);
    if (flow->stage == FLOW_RESTS)
        flow_leave(flow);
}

static void queue(struct doorcode_flow *flow, const struct book_account *account)
{
    (void)account;
    flow_queue(flow, enter);
}

/* ---- begin ---- */

static bool take_arguments(struct doorcode_flow *flow, const char *user, const char *scopes, int force)
{
    flow->get->force = force != 0;
    if (user != NULL && !slice_to_cstr(slice_of(user), flow->get->user, sizeof(flow->get->user))) {
        fail(flow, DOORCODE_ERROR_INVALID_USERNAME, "The user name is too long.");
        return false;
    }
    if (client_make_scopes(scopes, flow->get->scopes, sizeof(flow->get->scopes)))
        return true;
    fail(flow, DOORCODE_ERROR_INVALID_SCOPE, "The scopes are too long.");
    return false;
}

static struct doorcode_flow *get_new(const struct doorcode_client *client)
{
    struct doorcode_flow *flow = flow_new(client);
    if (flow == NULL)
        return NULL;
    flow->get = calloc(1, sizeof(*flow->get));
    if (flow->get != NULL)
        return flow;
    doorcode_flow_free(flow);
    return NULL;
}

enum doorcode_state doorcode_token_get(const struct doorcode_client *client, const char *username_or_id,
                                       const char *scopes, int force, struct doorcode_flow **flow)
{
    *flow = get_new(client);
    if (*flow == NULL)
        return DOORCODE_FAILED;
    if (client->cache == NULL)
        return flow_refuse(*flow, DOORCODE_ERROR_USAGE, "The client has no cache.");
    if (take_arguments(*flow, username_or_id, scopes != NULL ? scopes : client->scopes, force))
        look(*flow, queue);
    return flow_go(*flow);
}
