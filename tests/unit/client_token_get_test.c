/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens out of a cache: kept ones while they live, new ones ahead of their end, and what is left when that fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cache.h"
#include "client_internal.h"
#include "support/cache_places.h"
#include "support/client_bodies.h"

#include <poll.h>

#define ACCOUNT_ID "oid-1.tid-1" /* of the client_info {"uid":"oid-1","utid":"tid-1"} */
#define CLIENT_INFO "eyJ1aWQiOiJvaWQtMSIsInV0aWQiOiJ0aWQtMSJ9"
#define INITIATED                                                            \
    {                                                                        \
        .status = "200 OK", .body = "{\"continuation_token\":\"secret-c1\"}" \
    }
#define CHALLENGED                                                                                                  \
    {                                                                                                               \
        .status = "200 OK",                                                                                         \
        .body = "{\"continuation_token\":\"secret-c2\",\"challenge_type\":\"oob\",\"challenge_channel\":"           \
                "\"email\",\"challenge_target_label\":\"s*m@e*g\",\"code_length\":8,\"binding_method\":\"prompt\"}" \
    }
#define TOKENS_FOR(n, scope, seconds)                                                                            \
    {                                                                                                            \
        .status = "200 OK", .body = "{\"token_type\":\"Bearer\",\"scope\":\"" scope "\",\"expires_in\":" seconds \
                                    ",\"access_token\":\"access-" n "\",\"refresh_token\":\"refresh-" n          \
                                    "\",\"id_token\":\"@ID_TOKEN@\",\"client_info\":\"" CLIENT_INFO "\"}"        \
    }
#define TOKENS_OF(n) TOKENS_FOR(n, "openid profile", "3600")
#define SHORT_TOKENS(n) TOKENS_FOR(n, "openid profile", "200")
#define REFUSED                                                                                       \
    {                                                                                                 \
        .status = "400 Bad Request", .body = "{\"error\":\"invalid_grant\",\"error_codes\":[700082]}" \
    }

static struct doorcode_cache *cache;

/* ---- a clock to move ---- */

static int64_t ahead;

static int64_t moved_us(void *ctx)
{
    (void)ctx;
    return clock_now_us(&clock_system) + ahead * 1000000;
}

static void begin_with(struct session *session, const struct answer *answers, size_t count,
                       struct doorcode_options *options)
{
    options->cache = cache;
    session_options(session, answers, count, options);
    ahead = 0;
    session->client->clock = (struct clock){ .now_us = moved_us };
}

static void begin(struct session *session, const struct answer *answers, size_t count)
{
    struct doorcode_options options;
    doorcode_options_init(&options);
    assert_null(doorcode_cache_memory(&cache));
    begin_with(session, answers, count, &options);
}

static void end(struct session *session, size_t requests)
{
    session_end(session, NULL, requests);
    doorcode_cache_free(cache);
}

static void sign_in(struct session *session)
{
    assert_int_equal(doorcode_signin_start(session->client, "Sam", &session->flow), DOORCODE_CODE_REQUIRED);
    assert_int_equal(doorcode_flow_submit_code(session->flow, "12345678"), DOORCODE_COMPLETED);
}

static enum doorcode_state get(struct session *session, const char *user, const char *scopes, int force)
{
    doorcode_flow_free(session->flow);
    return doorcode_token_get(session->client, user, scopes, force, &session->flow);
}

static void expect_token(struct session *session, const char *user, const char *scopes, const char *token)
{
    if (get(session, user, scopes, 0) != DOORCODE_COMPLETED)
        fail_msg("%s", doorcode_flow_error(session->flow)->message);
    assert_string_equal(doorcode_flow_tokens(session->flow)->access_token, token);
    assert_null(doorcode_flow_error(session->flow));
    assert_string_equal(doorcode_flow_account(session->flow)->id, ACCOUNT_ID);
}

static void expect_failure(struct session *session, const char *user, int force, enum doorcode_error_kind kind)
{
    assert_int_equal(get(session, user, NULL, force), DOORCODE_FAILED);
    if (session_error(session) != (int)kind)
        fail_msg("%s", doorcode_flow_error(session->flow)->message);
    assert_null(doorcode_flow_tokens(session->flow));
    assert_null(doorcode_flow_account(session->flow));
}

static bool has_refresh_token(void)
{
    struct doorcode_accounts *accounts;
    assert_null(doorcode_accounts_read(cache, NULL, &accounts));
    assert_int_equal(doorcode_accounts_count(accounts), 1);
    bool has = doorcode_accounts_at(accounts, 0)->has_refresh_token != 0;
    doorcode_accounts_free(accounts);
    return has;
}

/* The body of a request that was made. */
static void expect_request(const struct session *session, size_t i, const char *words)
{
    if (strstr(session->server.requests[i], words) == NULL)
        fail_msg("request %zu has no %s: %s", i, words, session->server.requests[i]);
}

/* ---- kept tokens ---- */

static void a_sign_in_is_kept(void **state)
{
    static const struct answer answers[] = { INITIATED, CHALLENGED, TOKENS_OF("1") };
    struct session session;
    (void)state;
    begin(&session, answers, COUNT(answers));
    sign_in(&session);
    const struct doorcode_account *account = doorcode_flow_account(session.flow);
    assert_string_equal(account->id, ACCOUNT_ID);
    assert_string_equal(account->username, "sam@example.org"); /* of the id token, and not "Sam" as typed */
    assert_string_equal(account->name, "Sam");
    assert_string_equal(account->tenant_id, "tid-1");
    assert_string_equal(account->authority, doorcode_client_authority(session.client));
    assert_string_equal(account->client_id, PLACES_CLIENT);
    assert_string_equal(account->scope, "openid profile");
    assert_memory_equal(account->id_token, "eyJ", 3);
    assert_true(account->has_refresh_token);
    assert_string_equal(doorcode_flow_tokens(session.flow)->refresh_token, "refresh-1");
    assert_null(doorcode_flow_error(session.flow));
    end(&session, COUNT(answers));
}

static void a_kept_token_needs_no_server(void **state)
{
    static const struct answer answers[] = { INITIATED, CHALLENGED, TOKENS_OF("1") };
    static const char *const users[] = { NULL, "SAM@example.org", ACCOUNT_ID };
    struct session session;
    (void)state;
    begin(&session, answers, COUNT(answers));
    sign_in(&session);
    for (size_t i = 0; i < COUNT(users); i++) {
        expect_token(&session, users[i], i == 0 ? NULL : "PROFILE", "access-1");
        const struct doorcode_tokens *tokens = doorcode_flow_tokens(session.flow);
        assert_string_equal(tokens->refresh_token, "");
        assert_string_equal(tokens->scope, "openid profile");
        assert_int_equal(tokens->expires_in, 3600);
        assert_memory_equal(tokens->id_token, "eyJ", 3);
    }
    ahead = 3290; /* with more than 300 s left */
    expect_token(&session, NULL, NULL, "access-1");
    end(&session, COUNT(answers));
}

static void nobody_is_signed_in(void **state)
{
    static const struct answer answers[] = { INITIATED, CHALLENGED, TOKENS_OF("1") };
    struct session session;
    (void)state;
    begin(&session, answers, COUNT(answers));
    session.flow = NULL;
    expect_failure(&session, NULL, 0, DOORCODE_ERROR_SIGNIN_REQUIRED);
    assert_string_equal(doorcode_flow_error(session.flow)->message, "The user is not signed in.");
    doorcode_flow_free(session.flow);
    sign_in(&session);
    expect_failure(&session, "kim@example.org", 0, DOORCODE_ERROR_SIGNIN_REQUIRED);
    end(&session, COUNT(answers));
}

static void other_clients_are_not_served(void **state)
{
    struct doorcode_client *client;
    struct doorcode_flow *flow;
    (void)state;
    assert_null(doorcode_cache_memory(&cache));
    struct doorcode_tokens lasting = places_tokens;
    lasting.received_at = (int64_t)time(NULL);
    assert_null(places_keep(cache, "sam@example.org", &lasting));
    client = places_client(cache);
    assert_int_equal(doorcode_token_get(client, NULL, NULL, 0, &flow), DOORCODE_COMPLETED);
    doorcode_flow_free(flow);
    client->client_id.c[0] = '2';
    assert_int_equal(doorcode_token_get(client, NULL, NULL, 0, &flow), DOORCODE_FAILED);
    doorcode_flow_free(flow);
    doorcode_client_free(client);
    doorcode_cache_free(cache);
}

static void arguments_that_do_not_fit(void **state)
{
    static char text[4096];
    struct doorcode_flow *flow;
    (void)state;
    memset(text, 'a', sizeof text - 1);
    struct doorcode_client *client = places_client(NULL);
    assert_int_equal(doorcode_token_get(client, NULL, NULL, 0, &flow), DOORCODE_FAILED);
    assert_int_equal(doorcode_flow_error(flow)->kind, DOORCODE_ERROR_USAGE);
    doorcode_flow_free(flow);
    doorcode_client_free(client);
    assert_null(doorcode_cache_memory(&cache));
    client = places_client(cache);
    assert_int_equal(doorcode_token_get(client, text, NULL, 0, &flow), DOORCODE_FAILED);
    assert_int_equal(doorcode_flow_error(flow)->kind, DOORCODE_ERROR_INVALID_USERNAME);
    doorcode_flow_free(flow);
    assert_int_equal(doorcode_token_get(client, NULL, text, 0, &flow), DOORCODE_FAILED);
    assert_int_equal(doorcode_flow_error(flow)->kind, DOORCODE_ERROR_INVALID_SCOPE);
    doorcode_flow_free(flow);
    doorcode_client_free(client);
    doorcode_cache_free(cache);
}

/* ---- renewal ---- */

static void tokens_are_renewed_ahead_of_their_end(void **state)
{
    static const struct answer answers[] = { INITIATED, CHALLENGED, TOKENS_OF("1"), TOKENS_OF("2"), TOKENS_OF("3") };
    struct session session;
    (void)state;
    begin(&session, answers, COUNT(answers));
    sign_in(&session);
    ahead = 3301;
    expect_token(&session, NULL, NULL, "access-2");
    assert_string_equal(doorcode_flow_tokens(session.flow)->refresh_token, "refresh-2");
    expect_request(&session, 3,
                   "&grant_type=refresh_token&refresh_token=refresh-1&scope=openid%20profile%20offline_"
                   "access&client_info=1");
    expect_token(&session, NULL, NULL, "access-2"); /* which is kept */
    assert_int_equal(get(&session, NULL, NULL, 1), DOORCODE_COMPLETED);
    assert_string_equal(doorcode_flow_tokens(session.flow)->access_token, "access-3");
    expect_request(&session, 4, "&refresh_token=refresh-2&");
    end(&session, COUNT(answers));
}

static void each_scope_has_its_token(void **state)
{
    static const struct answer answers[] = { INITIATED, CHALLENGED, TOKENS_OF("1"),
                                             TOKENS_FOR("2", "api://a/Read", "3600"), TOKENS_FOR("3", "", "3600") };
    struct session session;
    (void)state;
    begin(&session, answers, COUNT(answers));
    sign_in(&session);
    expect_token(&session, NULL, "api://a/Read", "access-2");
    expect_request(&session, 3, "&scope=openid%20profile%20offline_access%20api%3A%2F%2Fa%2FRead&");
    expect_token(&session, NULL, "api://b/Read api://b/Write",
                 "access-3"); /* no scope: what was asked for (RFC 6749, 5.1) */
    expect_token(&session, NULL, "api://b/write API://B/Read", "access-3");
    expect_token(&session, NULL, "api://a/read", "access-2");
    expect_token(&session, NULL, "openid profile", "access-1");
    end(&session, COUNT(answers));
}

static void an_account_keeps_its_id(void **state)
{
    static const struct answer plain = {
        .status = "200 OK",
        .body = "{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":\"access-2\"}",
    };
    const struct answer answers[] = { INITIATED, CHALLENGED, SHORT_TOKENS("1"), plain };
    struct session session;
    (void)state;
    begin(&session, answers, COUNT(answers));
    sign_in(&session);
    expect_token(&session, NULL, NULL, "access-2"); /* neither id token nor client_info */
    const struct doorcode_account *account = doorcode_flow_account(session.flow);
    assert_string_equal(account->username, "sam@example.org");
    assert_string_equal(account->name, "Sam");
    assert_memory_equal(account->id_token, "eyJ", 3);
    assert_true(account->has_refresh_token);
    end(&session, COUNT(answers));
}

static void a_clock_that_was_turned_back(void **state)
{
    static const struct answer answers[] = { INITIATED, CHALLENGED, TOKENS_OF("1"), TOKENS_OF("2") };
    struct session session;
    (void)state;
    begin(&session, answers, COUNT(answers));
    ahead = 100;
    sign_in(&session);
    ahead = 0;
    expect_token(&session, NULL, NULL, "access-2");
    end(&session, COUNT(answers));
}

/* ---- renewal that fails ---- */

static void without_a_server_a_living_token_will_do(void **state)
{
    static const struct answer answers[] = {
        INITIATED,
        CHALLENGED,
        SHORT_TOKENS("1"),
        { .status = NULL },
        { .status = "429 Too Many Requests",
          .body = "{\"error\":\"temporarily_unavailable\"}",
          .headers = "Retry-After: 60\r\n" },
        { .status = "200 OK", .body = "<html>" },
        { .status = NULL },
        { .status = NULL },
        TOKENS_OF("2"),
    };
    struct session session;
    (void)state;
    begin(&session, answers, COUNT(answers));
    sign_in(&session);
    for (int i = 0; i < 3; i++)
        expect_token(&session, NULL, NULL, "access-1");
    expect_failure(&session, NULL, 1, DOORCODE_ERROR_UNREACHABLE); /* a kept one was not asked for */
    ahead = 201;
    expect_failure(&session, NULL, 0, DOORCODE_ERROR_UNREACHABLE); /* nothing lives */
    assert_true(has_refresh_token());
    expect_token(&session, NULL, NULL, "access-2");
    end(&session, COUNT(answers));
}

static void a_refused_refresh_token_is_forgotten(void **state)
{
    static const char *const refusals[] = { "{\"error\":\"invalid_grant\",\"error_codes\":[700082]}",
                                            "{\"error\":\"invalid_grant\"}" };
    (void)state;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        const struct answer answers[] = {
            INITIATED, CHALLENGED, SHORT_TOKENS("1"), { .status = "400 Bad Request", .body = refusals[i] }
        };
        struct session session;
        begin(&session, answers, COUNT(answers));
        sign_in(&session);
        expect_failure(&session, NULL, 0, DOORCODE_ERROR_SIGNIN_REQUIRED);
        assert_string_equal(doorcode_flow_error(session.flow)->error, "invalid_grant");
        assert_false(has_refresh_token());
        expect_failure(&session, NULL, 0, DOORCODE_ERROR_SIGNIN_REQUIRED); /* nothing is sent */
        end(&session, COUNT(answers));
    }
}

/* What says nothing about the refresh token leaves it. */
static void other_refusals_change_nothing(void **state)
{
    static const struct answer answers[] = {
        INITIATED,
        CHALLENGED,
        SHORT_TOKENS("1"),
        { .status = "400 Bad Request", .body = "{\"error\":\"invalid_scope\"}" },
        { .status = "400 Bad Request", .body = "{\"error\":\"invalid_grant\",\"error_codes\":[50057]}" },
        { .status = "200 OK", .body = "{\"challenge_type\":\"redirect\",\"redirect_reason\":\"consent\"}" },
        TOKENS_OF("2"),
    };
    struct session session;
    (void)state;
    begin(&session, answers, COUNT(answers));
    sign_in(&session);
    expect_failure(&session, NULL, 0, DOORCODE_ERROR_INVALID_SCOPE);
    expect_failure(&session, NULL, 0, DOORCODE_ERROR_USER_DISABLED);
    assert_int_equal(get(&session, NULL, NULL, 0), DOORCODE_WEB_FALLBACK);
    assert_string_equal(doorcode_flow_redirect_reason(session.flow), "consent");
    assert_true(has_refresh_token());
    expect_token(&session, NULL, NULL, "access-2");
    end(&session, COUNT(answers));
}

/* A second factor may be asked for; what it wins is kept like any sign-in. */
static void a_renewal_may_become_a_sign_in(void **state)
{
    static const struct answer answers[] = {
        INITIATED,  CHALLENGED,    SHORT_TOKENS("1"), NO(MFA("secret-c3")), YES(METHODS("secret-c4")),
        CHALLENGED, TOKENS_OF("2")
    };
    struct cache_fault fault;
    struct session session;
    (void)state;
    begin(&session, answers, COUNT(answers));
    sign_in(&session);
    assert_int_equal(get(&session, NULL, NULL, 0), DOORCODE_MFA_REQUIRED);
    assert_int_equal(cache_try(cache, &fault), CACHE_TAKEN); /* nobody waits for the user */
    cache_give(cache);
    assert_int_equal(doorcode_flow_choose_method(session.flow, "6f3c"), DOORCODE_CODE_REQUIRED);
    assert_int_equal(doorcode_flow_submit_code(session.flow, "12345678"), DOORCODE_COMPLETED);
    assert_string_equal(doorcode_flow_account(session.flow)->id, ACCOUNT_ID);
    expect_token(&session, NULL, NULL, "access-2");
    end(&session, COUNT(answers));
}

static void another_users_tokens_are_not_kept(void **state)
{
    static const struct answer answers[] = { INITIATED, CHALLENGED, SHORT_TOKENS("1"), TOKENS_OF("2") };
    struct doorcode_options options;
    struct tenant tenant = { 0 };
    struct session session;
    struct doorcode_accounts *accounts;
    char authority[128];
    (void)state;
    doorcode_options_init(&options);
    assert_null(doorcode_cache_memory(&cache));
    answer_server_start_with(&session.server, answers, COUNT(answers), tenant_facts(&tenant));
    snprintf(authority, sizeof authority, "%s/petstore", session.server.origin);
    options.authority = authority;
    options.client_id = PLACES_CLIENT;
    options.cache = cache;
    assert_null(doorcode_client_new(&options, &session.client));
    sign_in(&session);
    tenant.subject = "somebody else";
    expect_failure(&session, NULL, 0, DOORCODE_ERROR_INVALID_TOKEN);
    assert_null(doorcode_accounts_read(cache, NULL, &accounts));
    assert_int_equal(doorcode_accounts_count(accounts), 1);
    assert_string_equal(doorcode_accounts_at(accounts, 0)->access_tokens[0].token, "access-1");
    assert_true(doorcode_accounts_at(accounts, 0)->has_refresh_token);
    doorcode_accounts_free(accounts);
    end(&session, COUNT(answers));
    tenant_close(&tenant);
}

/* ---- a place that fails ---- */

struct weak {
    struct doorcode_cache *inner;
    bool fails;
};

static int weak_read(void *ctx, char **bytes, size_t *n, char *problem)
{
    const struct weak *weak = ctx;
    struct book book;
    struct cache_fault fault;
    (void)problem;
    assert_true(cache_read(weak->inner, &book, &fault));
    *bytes = book_write(&book, n);
    book_free(&book);
    return 0;
}

static int weak_write(void *ctx, const char *bytes, size_t n, char *problem)
{
    const struct weak *weak = ctx;
    struct cache_fault fault;
    struct book book;
    char *copy = malloc(n);
    memcpy(copy, bytes, n);
    assert_int_equal(book_read(copy, n, &book), BOOK_GOOD);
    if (!weak->fails)
        assert_true(cache_write(weak->inner, &book, &fault));
    else
        snprintf(problem, DOORCODE_CACHE_PROBLEM, "the disk is full");
    book_free(&book);
    return weak->fails ? -1 : 0;
}

static const struct doorcode_cache_backend weak_backend = { .read = weak_read, .write = weak_write };

static void what_cannot_be_kept_is_given_all_the_same(void **state)
{
    static const struct answer answers[] = { INITIATED,  CHALLENGED,        SHORT_TOKENS("1"), INITIATED,
                                             CHALLENGED, SHORT_TOKENS("2"), TOKENS_OF("3") };
    struct doorcode_options options;
    struct session session;
    struct weak weak = { .fails = true };
    (void)state;
    doorcode_options_init(&options);
    assert_null(doorcode_cache_memory(&weak.inner));
    assert_null(doorcode_cache_custom(&weak_backend, &weak, &cache));
    begin_with(&session, answers, COUNT(answers), &options);
    sign_in(&session);
    assert_string_equal(doorcode_flow_tokens(session.flow)->access_token, "access-1");
    assert_null(doorcode_flow_account(session.flow));
    assert_int_equal(session_error(&session), DOORCODE_ERROR_CACHE);
    assert_string_equal(doorcode_flow_error(session.flow)->description, "the disk is full");
    weak.fails = false;
    doorcode_flow_free(session.flow);
    sign_in(&session);
    assert_non_null(doorcode_flow_account(session.flow));
    weak.fails = true;
    assert_int_equal(get(&session, NULL, NULL, 0), DOORCODE_COMPLETED); /* renewed */
    assert_string_equal(doorcode_flow_tokens(session.flow)->access_token, "access-3");
    assert_string_equal(doorcode_flow_tokens(session.flow)->refresh_token,
                        "refresh-3"); /* the only one that is good now */
    assert_null(doorcode_flow_account(session.flow));
    assert_int_equal(session_error(&session), DOORCODE_ERROR_CACHE);
    end(&session, COUNT(answers));
    doorcode_cache_free(weak.inner);
}

/* ---- an event loop ---- */

static enum doorcode_state run_to_end(struct doorcode_flow *flow)
{
    struct pollfd waits[DOORCODE_FLOW_WAITS];
    enum doorcode_state state = doorcode_flow_state(flow);
    while (state == DOORCODE_WORKING) {
        int timeout_ms;
        size_t n = doorcode_flow_waits(flow, waits, DOORCODE_FLOW_WAITS, &timeout_ms);
        poll(waits, n, timeout_ms);
        state = doorcode_flow_step(flow);
    }
    return state;
}

static void begin_nonblocking(struct session *session, const struct answer *answers, size_t count)
{
    struct doorcode_options options;
    doorcode_options_init(&options);
    assert_null(doorcode_cache_file(NULL, &cache));
    begin_with(session, answers, count, &options);
    session->client->nonblocking = true;
    (doorcode_signin_start)(session->client, "sam", &session->flow);
    assert_int_equal(run_to_end(session->flow), DOORCODE_CODE_REQUIRED);
    (doorcode_flow_submit_code)(session->flow, "12345678");
}

/* Whoever waits is not blocked, sees what the other one has renewed, and sends nothing. */
static void a_turn_is_waited_for_step_by_step(void **state)
{
    static const struct answer answers[] = { INITIATED, CHALLENGED, SHORT_TOKENS("1"), TOKENS_OF("2") };
    struct doorcode_cache *other;
    struct cache_fault fault;
    struct session session;
    struct pollfd waits[DOORCODE_FLOW_WAITS];
    struct doorcode_flow *late;
    int timeout_ms;
    (void)state;
    begin_nonblocking(&session, answers, COUNT(answers));
    assert_int_equal(run_to_end(session.flow), DOORCODE_COMPLETED);
    assert_null(doorcode_cache_file(NULL, &other));
    assert_int_equal(cache_try(other, &fault), CACHE_TAKEN);
    assert_int_equal((doorcode_token_get)(session.client, NULL, NULL, 0, &late), DOORCODE_WORKING);
    doorcode_flow_free(session.flow);
    assert_int_equal((doorcode_token_get)(session.client, NULL, NULL, 0, &session.flow), DOORCODE_WORKING);
    assert_int_equal(doorcode_flow_step(late), DOORCODE_WORKING);
    assert_int_equal(doorcode_flow_waits(late, waits, DOORCODE_FLOW_WAITS, &timeout_ms), 0);
    assert_in_range(timeout_ms, 1, 100);
    cache_give(other);
    assert_int_equal(run_to_end(session.flow), DOORCODE_COMPLETED);
    assert_string_equal(doorcode_flow_tokens(session.flow)->refresh_token, "refresh-2");
    assert_int_equal(run_to_end(late), DOORCODE_COMPLETED);
    assert_string_equal(doorcode_flow_tokens(late)->access_token, "access-2");
    assert_string_equal(doorcode_flow_tokens(late)->refresh_token, "");
    doorcode_flow_free(late);
    doorcode_cache_free(other);
    end(&session, COUNT(answers));
}

static void an_abandoned_flow_gives_its_turn_back(void **state)
{
    static const struct answer slow = { .status = "200 OK", .body = "{}", .delay_ms = 1000 };
    const struct answer answers[] = { INITIATED, CHALLENGED, SHORT_TOKENS("1"), slow };
    struct cache_fault fault;
    struct session session;
    (void)state;
    begin_nonblocking(&session, answers, COUNT(answers));
    assert_int_equal(run_to_end(session.flow), DOORCODE_COMPLETED);
    assert_int_equal(get(&session, NULL, NULL, 0),
                     DOORCODE_WORKING); /* it has the cache, and the request is under way */
    assert_int_equal(cache_try(cache, &fault), CACHE_BUSY);
    doorcode_flow_free(session.flow);
    session.flow = NULL;
    assert_int_equal(cache_try(cache, &fault), CACHE_TAKEN);
    cache_give(cache);
    doorcode_client_free(session.client);
    doorcode_cache_free(cache);
    assert_in_range(answer_server_stop(&session.server), COUNT(answers) - 1, COUNT(answers));
}

static void a_sign_in_waits_to_be_kept(void **state)
{
    static const struct answer answers[] = { INITIATED, CHALLENGED, TOKENS_OF("1") };
    struct doorcode_cache *other;
    struct cache_fault fault;
    struct session session;
    (void)state;
    assert_null(doorcode_cache_file(NULL, &other));
    assert_int_equal(cache_try(other, &fault), CACHE_TAKEN);
    begin_nonblocking(&session, answers, COUNT(answers));
    struct pollfd waits[DOORCODE_FLOW_WAITS];
    size_t n;
    do { /* until it waits for nothing but its turn */
        int timeout_ms;
        n = doorcode_flow_waits(session.flow, waits, DOORCODE_FLOW_WAITS, &timeout_ms);
        poll(waits, n, timeout_ms);
        assert_int_equal(doorcode_flow_step(session.flow), DOORCODE_WORKING);
    } while (session.server.served < COUNT(answers) || n > 0);
    assert_null(doorcode_flow_tokens(session.flow));
    assert_int_equal(places_count(other), 0);
    cache_give(other);
    assert_int_equal(run_to_end(session.flow), DOORCODE_COMPLETED);
    assert_int_equal(places_count(other), 1);
    doorcode_cache_free(other);
    end(&session, COUNT(answers));
}

/* ---- many at once: one refresh token is sent once ---- */

enum { MANY = 8 };

static void *get_in_thread(void *ctx)
{
    const struct session *session = ctx;
    struct doorcode_flow *flow;
    (doorcode_token_get)(session->client, NULL, NULL, 0, &flow);
    bool good =
        run_to_end(flow) == DOORCODE_COMPLETED && strcmp(doorcode_flow_tokens(flow)->access_token, "access-2") == 0;
    doorcode_flow_free(flow);
    return good ? NULL : ctx;
}

static void threads_renew_once(void **state)
{
    static const struct answer answers[] = { INITIATED, CHALLENGED, SHORT_TOKENS("1"), TOKENS_OF("2") };
    struct session session;
    pthread_t threads[MANY];
    (void)state;
    begin(&session, answers, COUNT(answers));
    sign_in(&session);
    for (int t = 0; t < MANY; t++)
        assert_int_equal(pthread_create(&threads[t], NULL, get_in_thread, &session), 0);
    for (int t = 0; t < MANY; t++) {
        void *failed;
        assert_int_equal(pthread_join(threads[t], &failed), 0);
        assert_null(failed);
    }
    end(&session, COUNT(answers));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, places_make, places_remove)
        CASE(a_sign_in_is_kept),
        CASE(a_kept_token_needs_no_server),
        CASE(nobody_is_signed_in),
        CASE(other_clients_are_not_served),
        CASE(arguments_that_do_not_fit),
        CASE(tokens_are_renewed_ahead_of_their_end),
        CASE(each_scope_has_its_token),
        CASE(an_account_keeps_its_id),
        CASE(a_clock_that_was_turned_back),
        CASE(without_a_server_a_living_token_will_do),
        CASE(a_refused_refresh_token_is_forgotten),
        CASE(other_refusals_change_nothing),
        CASE(a_renewal_may_become_a_sign_in),
        CASE(another_users_tokens_are_not_kept),
        CASE(what_cannot_be_kept_is_given_all_the_same),
        CASE(a_turn_is_waited_for_step_by_step),
        CASE(an_abandoned_flow_gives_its_turn_back),
        CASE(a_sign_in_waits_to_be_kept),
        CASE(threads_renew_once),
    };
    return client_run_both("client: tokens of a cache", tests);
}
