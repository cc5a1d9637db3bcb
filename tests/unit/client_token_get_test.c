/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens out of a cache: kept ones while they live, new ones ahead of their end, and what is left when that fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/token_session.h"

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
    token_begin(&session, answers, COUNT(answers));
    token_sign_in(&session);
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
    token_end(&session, COUNT(answers));
}

static void a_kept_token_needs_no_server(void **state)
{
    static const struct answer answers[] = { INITIATED, CHALLENGED, TOKENS_OF("1") };
    static const char *const users[] = { NULL, "SAM@example.org", ACCOUNT_ID };
    struct session session;
    (void)state;
    token_begin(&session, answers, COUNT(answers));
    token_sign_in(&session);
    for (size_t i = 0; i < COUNT(users); i++) {
        expect_token(&session, users[i], i == 0 ? NULL : "PROFILE", "access-1");
        const struct doorcode_tokens *tokens = doorcode_flow_tokens(session.flow);
        assert_string_equal(tokens->refresh_token, "");
        assert_string_equal(tokens->scope, "openid profile");
        assert_int_equal(tokens->expires_in, 3600);
        assert_true(tokens->from_cache);
        assert_memory_equal(tokens->id_token, "eyJ", 3);
    }
    ahead = 3290; /* with more than 300 s left */
    expect_token(&session, NULL, NULL, "access-1");
    token_end(&session, COUNT(answers));
}

static void nobody_is_signed_in(void **state)
{
    static const struct answer answers[] = { INITIATED, CHALLENGED, TOKENS_OF("1") };
    struct session session;
    (void)state;
    token_begin(&session, answers, COUNT(answers));
    session.flow = NULL;
    expect_failure(&session, NULL, 0, DOORCODE_ERROR_SIGNIN_REQUIRED);
    assert_string_equal(doorcode_flow_error(session.flow)->message, "The user is not signed in.");
    doorcode_flow_free(session.flow);
    token_sign_in(&session);
    expect_failure(&session, "kim@example.org", 0, DOORCODE_ERROR_SIGNIN_REQUIRED);
    token_end(&session, COUNT(answers));
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
    token_begin(&session, answers, COUNT(answers));
    token_sign_in(&session);
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
    token_end(&session, COUNT(answers));
}

/* The server may want them renewed earlier; where it is out of reach then, there is time. */
static void tokens_are_renewed_when_they_are_due(void **state)
{
    static const struct answer early = {
        .status = "200 OK",
        .body = "{\"token_type\":\"Bearer\",\"expires_in\":3600,\"refresh_in\":1000,\"access_token\":\"access-1\","
                "\"refresh_token\":\"refresh-1\",\"id_token\":\"@ID_TOKEN@\",\"client_info\":\"" CLIENT_INFO "\"}",
    };
    const struct answer answers[] = { INITIATED, CHALLENGED, early, { .status = NULL }, TOKENS_OF("2") };
    struct session session;
    (void)state;
    token_begin(&session, answers, COUNT(answers));
    token_sign_in(&session);
    ahead = 990;
    expect_token(&session, NULL, NULL, "access-1");
    assert_int_equal(doorcode_flow_tokens(session.flow)->refresh_in, 1000);
    ahead = 1001;
    expect_token(&session, NULL, NULL, "access-1"); /* after a try */
    expect_token(&session, NULL, NULL, "access-2");
    assert_false(doorcode_flow_tokens(session.flow)->from_cache);
    token_end(&session, COUNT(answers));
}

static void each_scope_has_its_token(void **state)
{
    static const struct answer answers[] = { INITIATED, CHALLENGED, TOKENS_OF("1"),
                                             TOKENS_FOR("2", "api://a/Read", "3600"), TOKENS_FOR("3", "", "3600") };
    struct session session;
    (void)state;
    token_begin(&session, answers, COUNT(answers));
    token_sign_in(&session);
    expect_token(&session, NULL, "api://a/Read", "access-2");
    expect_request(&session, 3, "&scope=openid%20profile%20offline_access%20api%3A%2F%2Fa%2FRead&");
    expect_token(&session, NULL, "api://b/Read api://b/Write",
                 "access-3"); /* no scope: what was asked for (RFC 6749, 5.1) */
    expect_token(&session, NULL, "api://b/write API://B/Read", "access-3");
    expect_token(&session, NULL, "api://a/read", "access-2");
    expect_token(&session, NULL, "openid profile", "access-1");
    token_end(&session, COUNT(answers));
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
    token_begin(&session, answers, COUNT(answers));
    token_sign_in(&session);
    expect_token(&session, NULL, NULL, "access-2"); /* neither id token nor client_info */
    const struct doorcode_account *account = doorcode_flow_account(session.flow);
    assert_string_equal(account->username, "sam@example.org");
    assert_string_equal(account->name, "Sam");
    assert_memory_equal(account->id_token, "eyJ", 3);
    assert_true(account->has_refresh_token);
    token_end(&session, COUNT(answers));
}

static void a_clock_that_was_turned_back(void **state)
{
    static const struct answer answers[] = { INITIATED, CHALLENGED, TOKENS_OF("1"), TOKENS_OF("2") };
    struct session session;
    (void)state;
    token_begin(&session, answers, COUNT(answers));
    ahead = 100;
    token_sign_in(&session);
    ahead = 0;
    expect_token(&session, NULL, NULL, "access-2");
    token_end(&session, COUNT(answers));
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
    token_begin(&session, answers, COUNT(answers));
    token_sign_in(&session);
    for (int i = 0; i < 3; i++)
        expect_token(&session, NULL, NULL, "access-1");
    expect_failure(&session, NULL, 1, DOORCODE_ERROR_UNREACHABLE); /* a kept one was not asked for */
    ahead = 201;
    expect_failure(&session, NULL, 0, DOORCODE_ERROR_UNREACHABLE); /* nothing lives */
    assert_true(has_refresh_token());
    expect_token(&session, NULL, NULL, "access-2");
    token_end(&session, COUNT(answers));
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
        token_begin(&session, answers, COUNT(answers));
        token_sign_in(&session);
        expect_failure(&session, NULL, 0, DOORCODE_ERROR_SIGNIN_REQUIRED);
        assert_string_equal(doorcode_flow_error(session.flow)->error, "invalid_grant");
        assert_false(has_refresh_token());
        expect_failure(&session, NULL, 0, DOORCODE_ERROR_SIGNIN_REQUIRED); /* nothing is sent */
        token_end(&session, COUNT(answers));
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
        NO(MFA("secret-c3")),
        TOKENS_OF("2"),
    };
    struct session session;
    (void)state;
    token_begin(&session, answers, COUNT(answers));
    token_sign_in(&session);
    expect_failure(&session, NULL, 0, DOORCODE_ERROR_INVALID_SCOPE);
    expect_failure(&session, NULL, 0, DOORCODE_ERROR_USER_DISABLED);
    expect_failure(&session, NULL, 0, DOORCODE_ERROR_INTERACTION_REQUIRED);
    expect_failure(&session, NULL, 0, DOORCODE_ERROR_MFA_REQUIRED);
    assert_true(has_refresh_token());
    expect_token(&session, NULL, NULL, "access-2");
    token_end(&session, COUNT(answers));
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
    token_sign_in(&session);
    tenant.subject = "somebody else";
    expect_failure(&session, NULL, 0, DOORCODE_ERROR_INVALID_TOKEN);
    assert_null(doorcode_accounts_read(cache, NULL, &accounts));
    assert_int_equal(doorcode_accounts_count(accounts), 1);
    assert_string_equal(doorcode_accounts_at(accounts, 0)->access_tokens[0].token, "access-1");
    assert_true(doorcode_accounts_at(accounts, 0)->has_refresh_token);
    doorcode_accounts_free(accounts);
    token_end(&session, COUNT(answers));
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
    token_begin_with(&session, answers, COUNT(answers), &options);
    token_sign_in(&session);
    assert_string_equal(doorcode_flow_tokens(session.flow)->access_token, "access-1");
    assert_null(doorcode_flow_account(session.flow));
    assert_int_equal(session_error(&session), DOORCODE_ERROR_CACHE);
    assert_string_equal(doorcode_flow_error(session.flow)->description, "the disk is full");
    weak.fails = false;
    doorcode_flow_free(session.flow);
    token_sign_in(&session);
    assert_non_null(doorcode_flow_account(session.flow));
    weak.fails = true;
    assert_int_equal(get(&session, NULL, NULL, 0), DOORCODE_COMPLETED); /* renewed */
    assert_string_equal(doorcode_flow_tokens(session.flow)->access_token, "access-3");
    assert_string_equal(doorcode_flow_tokens(session.flow)->refresh_token,
                        "refresh-3"); /* the only one that is good now */
    assert_null(doorcode_flow_account(session.flow));
    assert_int_equal(session_error(&session), DOORCODE_ERROR_CACHE);
    token_end(&session, COUNT(answers));
    doorcode_cache_free(weak.inner);
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
        CASE(tokens_are_renewed_when_they_are_due),
        CASE(each_scope_has_its_token),
        CASE(an_account_keeps_its_id),
        CASE(a_clock_that_was_turned_back),
        CASE(without_a_server_a_living_token_will_do),
        CASE(a_refused_refresh_token_is_forgotten),
        CASE(other_refusals_change_nothing),
        CASE(another_users_tokens_are_not_kept),
        CASE(what_cannot_be_kept_is_given_all_the_same),
    };
    return client_run_both("client: tokens of a cache", tests);
}
