/* SPDX-License-Identifier: Apache-2.0 */
/* A web sign-in, stage by stage. */
#include "web.h"

#include "base/secret.h"
#include "errors.h"
#include "flow.h"

#include <stdlib.h>
#include <time.h>

/* ---- ends ---- */

static void fail_with(struct doorcode_web *web, struct doorcode_error error)
{
    const char *correlation_id = web->correlation_id.c;
    web->stage = STAGE_END;
    web->failed = true;
    web->reply.error = error;
    web->reply.error.correlation_id = correlation_id;
}

static void fail(struct doorcode_web *web, enum doorcode_error_kind kind, const char *description)
{
    struct doorcode_error error = error_of(kind);
    error.description = description;
    fail_with(web, error);
}

/* With what the server or the network said. */
static void fail_by(struct doorcode_web *web, struct reply *reply)
{
    reply_free(&web->reply);
    web->reply = *reply;
    *reply = (struct reply){ 0 };
    web->stage = STAGE_END;
    web->failed = true;
}

/* ---- LEARN ---- */

static void step_learn(struct doorcode_web *web)
{
    struct reply trouble;
    enum learn_state state = learn_step(&web->learn, &trouble);
    if (state == LEARN_FAILED)
        fail_by(web, &trouble);
    if (state != LEARN_READY)
        return;
    trust_addresses_of(web->client, &web->addresses);
    if (web->signs_out && web->addresses.end_session_endpoint[0] == '\0')
        fail(web, DOORCODE_ERROR_NOT_AVAILABLE, "the tenant has no pages for a sign-out");
    else if (web_make_url(web))
        web->stage = STAGE_AWAIT;
    else
        fail(web, DOORCODE_ERROR_NO_MEMORY, "");
}

/* ---- AWAIT and PAGE ---- */

static void take_answer(struct doorcode_web *web, enum redirect_verdict verdict)
{
    web->stage = STAGE_PAGE;
    if (verdict == REDIRECT_ERROR)
        fail_with(web, web_error_of(web));
    else if (verdict == REDIRECT_MIXED_UP)
        fail(web, DOORCODE_ERROR_MIXED_UP, "iss in the browser's answer is missing or another one");
    else if (verdict == REDIRECT_MALFORMED)
        fail(web, DOORCODE_ERROR_PROTOCOL, "the browser's answer cannot be read, or has no code");
    if (web->failed)
        web->stage = STAGE_PAGE; /* whatever it is, the browser gets its page */
}

static enum loopback_page visit(void *ctx, struct slice query)
{
    struct doorcode_web *web = ctx;
    const struct redirect_rule rule = { .state = web->state.c,
                                        .issuer = web->addresses.issuer,
                                        .ends_session = web->signs_out,
                                        .needs_issuer = web->addresses.names_issuer };
    if (web->stage != STAGE_AWAIT)
        return LOOPBACK_STRAY; /* nothing can come back yet */
    redirect_parse(query, &web->answer);
    enum redirect_verdict verdict = redirect_judge(&web->answer, &rule);
    if (verdict == REDIRECT_STRAY)
        return LOOPBACK_STRAY;
    take_answer(web, verdict);
    return web->failed ? LOOPBACK_FAILED : LOOPBACK_DONE;
}

static void step_await(struct doorcode_web *web)
{
    loopback_step(web->loopback);
}

static void leave_page(struct doorcode_web *web)
{
    loopback_close(web->loopback);
    web->loopback = NULL;
    web->stage = web->failed || web->signs_out ? STAGE_END : STAGE_REDEEM;
}

static void step_page(struct doorcode_web *web)
{
    loopback_step(web->loopback);
    if (loopback_is_over(web->loopback))
        leave_page(web);
}

/* ---- REDEEM ---- */

static bool make_form(struct doorcode_web *web)
{
    const struct form_field fields[] = {
        { "client_id", web->client->client_id.c },
        { "grant_type", "authorization_code" },
        { "code", web->answer.code },
        { "redirect_uri", web->redirect_uri },
        { "code_verifier", web->verifier.c },
        { "scope", web->client->scopes },
        { "client_info", "1" },
        { "claims", web->client->claims != NULL ? web->client->claims : "" },
    };
    return form_make(&web->form, fields, sizeof(fields) / sizeof(fields[0]));
}

/* True where it is begun. A code is spent by the first request, whatever its answer: there is no second one. */
static bool begin_redemption(struct doorcode_web *web)
{
    if (!make_form(web)) {
        fail(web, DOORCODE_ERROR_NO_MEMORY, "");
        return false;
    }
    http_begin(web->http, &(struct http_request){ .url = web->addresses.token_endpoint,
                                                  .form = buf_slice(&web->form),
                                                  .once = true,
                                                  .correlation_id = web->correlation_id.c });
    web->asking = true;
    return true;
}

static void step_redeem(struct doorcode_web *web)
{
    struct http_answer answer;
    struct reply reply;
    if (!web->asking && !begin_redemption(web))
        return;
    if (!http_step(web->http, &answer))
        return;
    web->asking = false;
    form_free(&web->form);
    reply_parse(REPLY_OF_TOKEN, &answer, web->correlation_id.c, &reply);
    http_forget(web->http);
    if (reply.kind != REPLY_TOKENS && reply.kind != REPLY_ERROR)
        reply_refuse(&reply, DOORCODE_ERROR_PROTOCOL, "the code led to neither tokens nor an error");
    if (reply.kind == REPLY_ERROR) {
        fail_by(web, &reply);
        return;
    }
    web->reply = reply;
    web->stage = STAGE_CHECK;
}

/* ---- CHECK ---- */

/* Whether the tokens are good; else the reply is an error. */
static bool judge(struct doorcode_web *web, enum token_fault fault, instant now)
{
    if (fault != TOKEN_GOOD)
        reply_refuse_id_token(&web->reply, fault, now);
    else if (web->reply.tokens.id_token[0] == '\0') /* the scope has openid: it is not proven whose answer this is */
        reply_refuse(&web->reply, DOORCODE_ERROR_INVALID_TOKEN, "there is no id token");
    return web->reply.kind != REPLY_ERROR;
}

static void step_check(struct doorcode_web *web)
{
    enum token_fault fault;
    struct reply trouble;
    enum learn_state state =
        learn_check(&web->learn, &web->reply.tokens, web->nonce.c, web->answer.code, &fault, &trouble);
    if (state == LEARN_FAILED)
        fail_by(web, &trouble);
    if (state != LEARN_READY)
        return;
    instant now = clock_now(&web->client->clock);
    web->failed = !judge(web, fault, now);
    web->reply.tokens.received_at = now;
    web->stage = web->failed || web->client->cache == NULL ? STAGE_END : STAGE_KEEP;
    cache_turn_begin(&web->turn);
}

/* ---- KEEP ---- */

static void step_keep(struct doorcode_web *web)
{
    const struct keep_facts facts = { .username = web->login_hint, .scopes = web->client->scopes };
    struct doorcode_cache *cache = web->client->cache;
    enum cache_try tried = cache_turn_step(&web->turn, cache, &web->trouble);
    if (tried == CACHE_BUSY)
        return;
    web->unkept = tried == CACHE_TROUBLE ||
                  !cache_keep(cache, web->client, &facts, &web->reply.tokens, &web->kept, &web->trouble);
    cache_turn_end(&web->turn, cache);
    if (web->unkept)
        web->reply.error = cache_error_of(&web->trouble);
    web->stage = STAGE_END;
}

/* ---- the whole ---- */

static void step_end(struct doorcode_web *web)
{
    (void)web;
}

static void (*const steps[WEB_STAGES])(struct doorcode_web *web) = {
    [STAGE_LEARN] = step_learn, [STAGE_AWAIT] = step_await, [STAGE_PAGE] = step_page, [STAGE_REDEEM] = step_redeem,
    [STAGE_CHECK] = step_check, [STAGE_KEEP] = step_keep,   [STAGE_END] = step_end,
};

static bool is_late(const struct doorcode_web *web)
{
    return web->stage <= STAGE_AWAIT && http_ticks() >= web->deadline;
}

enum doorcode_web_state doorcode_web_state(const struct doorcode_web *web)
{
    static const enum doorcode_web_state states[WEB_STAGES] = {
        [STAGE_LEARN] = DOORCODE_WEB_PREPARING, [STAGE_AWAIT] = DOORCODE_WEB_OPEN,
        [STAGE_PAGE] = DOORCODE_WEB_FINISHING,  [STAGE_REDEEM] = DOORCODE_WEB_FINISHING,
        [STAGE_CHECK] = DOORCODE_WEB_FINISHING, [STAGE_KEEP] = DOORCODE_WEB_FINISHING,
        [STAGE_END] = DOORCODE_WEB_COMPLETED,
    };
    if (web == NULL || (web->stage == STAGE_END && web->failed))
        return DOORCODE_WEB_FAILED;
    return states[web->stage];
}

enum doorcode_web_state doorcode_web_step(struct doorcode_web *web)
{
    enum web_stage before;
    if (web == NULL)
        return DOORCODE_WEB_FAILED;
    do {
        before = web->stage;
        steps[before](web);
    } while (web->stage != before && web->stage != STAGE_END);
    if (is_late(web))
        fail(web, DOORCODE_ERROR_TIMEOUT, "nobody has signed in with the browser in time");
    if (web->stage == STAGE_END) {
        loopback_close(web->loopback);
        web->loopback = NULL;
    }
    return doorcode_web_state(web);
}

size_t doorcode_web_waits(const struct doorcode_web *web, struct pollfd *waits, size_t cap, int *timeout_ms)
{
    size_t n = 0;
    *timeout_ms = -1;
    if (web == NULL || web->stage == STAGE_END)
        return 0;
    if (web->asking || web->learn.asking)
        n = http_waits(web->http, waits, n, cap, timeout_ms);
    if (web->stage == STAGE_AWAIT || web->stage == STAGE_PAGE) /* before, visitors wait */
        n = loopback_waits(web->loopback, waits, n, cap, timeout_ms);
    if (web->stage <= STAGE_AWAIT)
        http_lower_timeout(timeout_ms, web->deadline);
    if (web->stage == STAGE_KEEP)
        *timeout_ms = CLIENT_CACHE_PAUSE_MS;
    return n;
}

enum doorcode_web_state doorcode_web_run(struct doorcode_web *web)
{
    struct pollfd waits[DOORCODE_WEB_WAITS];
    enum doorcode_web_state first = doorcode_web_state(web);
    for (;;) {
        int timeout_ms;
        enum doorcode_web_state state = doorcode_web_step(web);
        bool opened = first == DOORCODE_WEB_PREPARING && state == DOORCODE_WEB_OPEN;
        if (opened || state == DOORCODE_WEB_COMPLETED || state == DOORCODE_WEB_FAILED)
            return state;
        size_t n = doorcode_web_waits(web, waits, DOORCODE_WEB_WAITS, &timeout_ms);
        poll(waits, n, timeout_ms);
    }
}

enum doorcode_web_state doorcode_web_feed(struct doorcode_web *web, const char *address)
{
    struct slice query;
    struct slice text = slice_trim(slice_of(address));
    if (doorcode_web_state(web) != DOORCODE_WEB_OPEN)
        return doorcode_web_state(web);
    slice_cut(text, '?', &query);
    query = slice_cut(query, '#', &text);
    if (visit(web, query) != LOOPBACK_STRAY)
        leave_page(web); /* nobody is there to see it */
    return doorcode_web_step(web);
}

/* ---- what the caller sees ---- */

const char *doorcode_web_url(const struct doorcode_web *web)
{
    return web != NULL ? web->url : NULL;
}

const char *doorcode_web_correlation_id(const struct doorcode_web *web)
{
    return web != NULL ? web->correlation_id.c : "";
}

const char *doorcode_web_redirect_uri(const struct doorcode_web *web)
{
    return web != NULL ? web->redirect_uri : NULL;
}

const struct doorcode_tokens *doorcode_web_tokens(const struct doorcode_web *web)
{
    return doorcode_web_state(web) == DOORCODE_WEB_COMPLETED && !web->signs_out ? &web->reply.tokens : NULL;
}

const struct doorcode_error *doorcode_web_error(const struct doorcode_web *web)
{
    if (web == NULL)
        return error_static(DOORCODE_ERROR_NO_MEMORY);
    return web->unkept || doorcode_web_state(web) == DOORCODE_WEB_FAILED ? &web->reply.error : NULL;
}

const struct doorcode_account *doorcode_web_account(const struct doorcode_web *web)
{
    bool has = doorcode_web_state(web) == DOORCODE_WEB_COMPLETED && web->kept.count > 0;
    return has ? &web->kept.accounts[0].shown : NULL;
}

/* ---- begin and end ---- */

static bool is_prompt(const char *word)
{
    if (word == NULL)
        return true;
    static const char *const words[] = { "login", "select_account", "create", "consent", "none" };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(word, words[i]) == 0)
            return true;
    }
    return false;
}

static bool is_path(const char *path)
{
    if (path == NULL)
        return true;
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    return path[0] == '/' && strlen(path) <= CLIENT_WEB_PATH && strspn(path, plain) == strlen(path);
}

/* NULL, or what is wrong with the options. */
static const char *check_options(const struct doorcode_web_options *options)
{
    const char *hint = options->login_hint;
    const char *prompt = options->prompt;
    if (hint != NULL && strlen(hint) > CLIENT_USERNAME)
        return "login_hint is too long";
    if (!is_prompt(prompt))
        return "prompt is none of login, select_account, create, consent, none";
    if (hint != NULL && prompt != NULL && strcmp(prompt, "select_account") == 0)
        return "login_hint and prompt=select_account contradict each other"; /* spec OIDC, 2.1 */
    if (!is_path(options->path))
        return "path has to begin with a slash and have letters, digits and -._~/ only, up to 128";
    if (!client_is_query(options->query))
        return "query has to be printable ASCII without #, up to 1,024";
    return options->port > 65535 || options->timeout_ms < 0 ? "port or timeout_ms is out of its range" : NULL;
}

static struct doorcode_web *web_new(const struct doorcode_client *client)
{
    struct doorcode_web *web = calloc(1, sizeof(*web));
    if (web == NULL)
        return NULL;
    web->client = client;
    web->correlation_id = flow_correlation_id(client);
    web->http = http_open(client);
    web->learn = (struct learn){ .client = client, .http = web->http, .correlation_id = web->correlation_id.c };
    if (web->http != NULL)
        return web;
    free(web);
    return NULL;
}

static void take_options(struct doorcode_web *web, const struct doorcode_web_options *options)
{
    web->deadline = http_ticks() + client_timeout(options->timeout_ms, CLIENT_WEB_MS);
    if (options->login_hint != NULL)
        snprintf(web->login_hint, sizeof(web->login_hint), "%s", options->login_hint);
    if (options->query != NULL)
        snprintf(web->query, sizeof(web->query), "%s", options->query);
    if (options->prompt != NULL)
        snprintf(web->prompt, sizeof(web->prompt), "%s", options->prompt);
}

static void open_port(struct doorcode_web *web, const struct doorcode_web_options *options)
{
    const char *path = options->path != NULL ? options->path : "";
    web->loopback = loopback_open(options->port, path[0] != '\0' ? path : "/", visit, web);
    if (web->loopback == NULL)
        fail(web, DOORCODE_ERROR_NO_PORT, "");
    else
        snprintf(web->redirect_uri, sizeof(web->redirect_uri), "http://localhost:%u%s", loopback_port(web->loopback),
                 path);
}

static enum doorcode_web_state begin(struct doorcode_web *web, const struct doorcode_web_options *options)
{
    static const struct doorcode_web_options none;
    if (options == NULL)
        options = &none;
    const char *problem = check_options(options);
    if (problem != NULL) {
        fail(web, DOORCODE_ERROR_USAGE, problem);
        return DOORCODE_WEB_FAILED;
    }
    take_options(web, options);
    if (pkce_random(&web->verifier) && pkce_random(&web->state) && pkce_random(&web->nonce))
        open_port(web, options);
    else
        fail(web, DOORCODE_ERROR_NO_MEMORY, "the system gives no random numbers");
    return doorcode_web_step(web);
}

enum doorcode_web_state doorcode_web_start(const struct doorcode_client *client,
                                           const struct doorcode_web_options *options, struct doorcode_web **web)
{
    *web = web_new(client);
    return *web != NULL ? begin(*web, options) : DOORCODE_WEB_FAILED;
}

enum doorcode_web_state doorcode_web_signout_start(const struct doorcode_client *client, const char *id_token,
                                                   const struct doorcode_web_options *options,
                                                   struct doorcode_web **web)
{
    *web = web_new(client);
    if (*web == NULL)
        return DOORCODE_WEB_FAILED;
    (*web)->signs_out = true;
    (*web)->id_token = id_token != NULL ? strdup(id_token) : NULL;
    bool kept = id_token == NULL || (*web)->id_token != NULL;
    if (kept && (id_token == NULL || strlen(id_token) <= CLIENT_TOKEN))
        return begin(*web, options);
    fail(*web, kept ? DOORCODE_ERROR_USAGE : DOORCODE_ERROR_NO_MEMORY, kept ? "the id token is too long" : "");
    return DOORCODE_WEB_FAILED;
}

/* The hint is a token, also within the address. */
static void wipe_text(char *text)
{
    if (text != NULL)
        wipe(text, strlen(text));
    free(text);
}

void doorcode_web_free(struct doorcode_web *web)
{
    if (web == NULL)
        return;
    loopback_close(web->loopback);
    http_close(web->http);
    form_free(&web->form);
    reply_free(&web->reply);
    book_free(&web->kept);
    wipe_text(web->id_token);
    wipe_text(web->url);
    wipe(web, sizeof(*web));
    free(web);
}
