/* SPDX-License-Identifier: Apache-2.0 */
/* What a client learns about its tenant and when it asks again; and flows whose id token is not good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client_internal.h"
#include "support/client_bodies.h"
#include "trust.h"

static _Atomic int64_t now_us;

static int64_t moved_clock(void *ctx)
{
    (void)ctx;
    return now_us;
}

/* A session whose client has a clock of the test's, and a tenant of its own. */
static void begin_with(struct session *session, struct tenant *tenant, const struct answer *answers, size_t count,
                       char *(*page)(void *ctx, const char *origin, const char *request))
{
    struct doorcode_options options;
    char authority[128];
    *session = (struct session){ 0 };
    *tenant = (struct tenant){ 0 };
    struct answer_facts facts = tenant_facts(tenant);
    facts.page = page;
    answer_server_start_with(&session->server, answers, count, facts);
    snprintf(authority, sizeof authority, "%s/petstore", session->server.origin);
    doorcode_options_init(&options);
    options.authority = authority;
    options.client_id = TENANT_CLIENT;
    options.nonblocking = client_in_loop;
    assert_null(doorcode_client_new(&options, &session->client));
    now_us = (int64_t)time(NULL) * 1000000;
    session->client->clock = (struct clock){ moved_clock, NULL };
}

static void begin(struct session *session, struct tenant *tenant, const struct answer *answers, size_t count)
{
    begin_with(session, tenant, answers, count, tenant_page);
}

static void end(struct session *session, struct tenant *tenant, size_t count)
{
    session_end(session, NULL, count);
    tenant_close(tenant);
}

static enum doorcode_state refresh(struct session *session)
{
    doorcode_flow_free(session->flow);
    return doorcode_token_refresh(session->client, "1.r", NULL, &session->flow);
}

static void an_hour_is_remembered(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES(TOKENS), YES(TOKENS), YES(TOKENS) };
    struct session session;
    struct tenant tenant;
    begin(&session, &tenant, answers, COUNT(answers));
    assert_int_equal(refresh(&session), DOORCODE_COMPLETED);
    assert_int_equal(refresh(&session), DOORCODE_COMPLETED);
    assert_int_equal(tenant.metadata_asked, 1);
    assert_int_equal(tenant.keys_asked, 1);
    now_us += (int64_t)3601 * 1000000; /* the id token of now is good for an hour and the skew */
    assert_int_equal(refresh(&session), DOORCODE_COMPLETED);
    assert_int_equal(tenant.metadata_asked, 2);
    assert_int_equal(tenant.keys_asked, 2);
    end(&session, &tenant, COUNT(answers));
}

static void an_unknown_key_is_asked_for_once(void **state)
{
    (void)state;
    static const struct {
        int hidden; /* answers without the key */
        enum doorcode_state state;
        int asked;
    } rows[] = { { 0, DOORCODE_COMPLETED, 1 }, { 1, DOORCODE_COMPLETED, 2 }, { 2, DOORCODE_FAILED, 2 } };
    static const struct answer answers[] = { YES(TOKENS) };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct session session;
        struct tenant tenant;
        begin(&session, &tenant, answers, 1);
        tenant.keys_hidden = rows[i].hidden;
        assert_int_equal(refresh(&session), rows[i].state);
        assert_int_equal(tenant.keys_asked, rows[i].asked);
        assert_int_equal(tenant.metadata_asked, 1);
        if (rows[i].state == DOORCODE_FAILED)
            expect_error(&session, INVALID_TOKEN);
        end(&session, &tenant, 1);
    }
}

/* Codes and refresh tokens are not spent before there are keys. */
static void nothing_is_sent_without_keys(void **state)
{
    (void)state;
    static const struct {
        struct answer metadata; /* the tenant tells nothing: it is the next recorded answer */
        enum doorcode_error_kind kind;
    } rows[] = {
        { { .status = "200 OK", .body = "{}" }, DOORCODE_ERROR_PROTOCOL },
        { { .status = "200 OK", .type = "text/html", .body = "<html>" }, DOORCODE_ERROR_PROTOCOL },
        { { .status = "404 Not Found", .body = "" }, DOORCODE_ERROR_NOT_AVAILABLE },
        { { .status = "400 Bad Request", .body = "{\"error\":\"invalid_tenant\",\"error_codes\":[90002]}" },
          DOORCODE_ERROR_TENANT_NOT_FOUND },
        { { .status = "200 OK", .body = "{\"challenge_type\":\"redirect\"}" }, DOORCODE_ERROR_PROTOCOL },
        { { .status = NULL }, DOORCODE_ERROR_UNREACHABLE },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct session session;
        struct tenant tenant;
        begin_with(&session, &tenant, &rows[i].metadata, 1, NULL);
        assert_int_equal(refresh(&session), DOORCODE_FAILED);
        assert_int_equal(session_error(&session), rows[i].kind);
        assert_int_equal(session.server.served, 1);
        assert_null(strstr(session.server.requests[0], "POST"));
        end(&session, &tenant, 1);
    }
}

/* @ORIGIN@ is the server's own. */
static const struct {
    const char *issuer;
    const char *authorize;
    const char *token;
    const char *keys;
    bool good;
} metadata_rows[] = {
    { "@ORIGIN@/t/v2.0", "@ORIGIN@/a", "@ORIGIN@/b", "@ORIGIN@/c", true },
    { "@ORIGIN@", "@ORIGIN@/a?p=flow", "@ORIGIN@/b", "@ORIGIN@/c", true },
    /* On this machine the issuer may be at another port; keys are asked for at the authority's all the same. */
    { "https://localhost:1/t/v2.0", "https://localhost:1/a", "https://localhost:1/b", "https://localhost:1/c", true },
    { "https://[::1]:1/t/v2.0", "https://[::1]:1/a?p=flow", "@ORIGIN@/b", "@ORIGIN@/c", true },
    { "https://localhost:1/t/v2.0", "https://localhost:2/a", "@ORIGIN@/b", "@ORIGIN@/c", false },
    { "https://localhost:1/t/v2.0", "@ORIGIN@/a", "@ORIGIN@/b", "https://evil.example/c", false },
    { "https://localhost.evil.example/t/v2.0", "@ORIGIN@/a", "@ORIGIN@/b", "@ORIGIN@/c", false },
    { "https://localhost@evil.example/t/v2.0", "@ORIGIN@/a", "@ORIGIN@/b", "@ORIGIN@/c", false },
    { "https://login.example/t/v2.0", "@ORIGIN@/a", "@ORIGIN@/b", "@ORIGIN@/c", false },
    { "https://0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e.ciamlogin.com/0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e/v2.0",
      "@ORIGIN@/a", "@ORIGIN@/b", "@ORIGIN@/c", false },
    { "@ORIGIN@/t/v2.0", "https://evil.example/a", "@ORIGIN@/b", "@ORIGIN@/c", false },
    { "@ORIGIN@/t/v2.0", "@ORIGIN@/a", "https://evil.example/b", "@ORIGIN@/c", false },
    { "@ORIGIN@/t/v2.0", "@ORIGIN@/a", "@ORIGIN@/b", "https://evil.example/c", false },
    { "@ORIGIN@/t/v2.0", "@ORIGIN@@evil.example/a", "@ORIGIN@/b", "@ORIGIN@/c", false },
    { "@ORIGIN@/t/v2.0", "@ORIGIN@1/a", "@ORIGIN@/b", "@ORIGIN@/c", false }, /* another port */
    { "@ORIGIN@/t/v2.0", "file:///etc/passwd", "@ORIGIN@/b", "@ORIGIN@/c", false },
    { "@ORIGIN@/t/v2.0", "@ORIGIN@/a#b", "@ORIGIN@/b", "@ORIGIN@/c", false },
    { "@ORIGIN@/t/v2.0", "@ORIGIN@/a b", "@ORIGIN@/b", "@ORIGIN@/c", false },
    { "@ORIGIN@/t/v2.0", "@ORIGIN@/\xc3\xa4", "@ORIGIN@/b", "@ORIGIN@/c", false },
    { "@ORIGIN@/t/v2.0", "@ORIGIN@/a\x1b[2J", "@ORIGIN@/b", "@ORIGIN@/c", false },
    { "@ORIGIN@/t/v2.0", "/a", "@ORIGIN@/b", "@ORIGIN@/c", false },
    { "t", "@ORIGIN@/a", "@ORIGIN@/b", "@ORIGIN@/c", false },
};

static void put_address(json_t *page, const char *name, const char *text, const char *origin)
{
    char url[256];
    bool own = strncmp(text, "@ORIGIN@", 8) == 0;
    snprintf(url, sizeof url, "%s%s", own ? origin : "", own ? text + 8 : text);
    json_object_set_new(page, name, json_string(url));
}

static size_t metadata_row;

static char *odd_metadata(void *ctx, const char *origin, const char *request)
{
    if (strstr(request, "openid-configuration") == NULL)
        return tenant_page(ctx, origin, request);
    json_t *page = json_object();
    put_address(page, "issuer", metadata_rows[metadata_row].issuer, origin);
    put_address(page, "authorization_endpoint", metadata_rows[metadata_row].authorize, origin);
    put_address(page, "token_endpoint", metadata_rows[metadata_row].token, origin);
    put_address(page, "jwks_uri", metadata_rows[metadata_row].keys, origin);
    char *text = json_dumps(page, 0);
    json_decref(page);
    return text;
}

static void addresses_of_others_are_refused(void **state)
{
    (void)state;
    static const struct answer answers[] = { { .status = "200 OK", .body = "{\"keys\":[]}" } };
    for (metadata_row = 0; metadata_row < COUNT(metadata_rows); metadata_row++) {
        struct session session;
        struct tenant tenant;
        bool good = metadata_rows[metadata_row].good;
        begin_with(&session, &tenant, answers, 1, odd_metadata);
        assert_int_equal(refresh(&session), DOORCODE_FAILED);
        expect_error(&session, PROTOCOL);
        const char *expected = good ? "the answer has no key" : "the server";
        if (strncmp(doorcode_flow_error(session.flow)->description, expected, strlen(expected)) != 0)
            fail_msg("row %zu: %s", metadata_row, doorcode_flow_error(session.flow)->description);
        end(&session, &tenant, good ? 1 : 0); /* only good ones lead to the keys */
    }
}

static void a_forged_token_ends_the_flow(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        YES(TOKEN("s1")),
        YES(OOB("s2")),
        YES("{\"token_type\":\"Bearer\",\"expires_in\":4199,\"access_token\":\"a.b.c\",\"refresh_token\":\"1.r\","
            "\"id_token\":\"eyJhbGciOiJub25lIn0.e30.c2ln\"}"),
    };
    struct session session;
    session_begin(&session, answers, COUNT(answers));
    doorcode_signin_start(session.client, "sam@example.org", &session.flow);
    assert_int_equal(doorcode_flow_submit_code(session.flow, "12345678"), DOORCODE_FAILED);
    expect_error(&session, INVALID_TOKEN);
    assert_null(doorcode_flow_tokens(session.flow));
    assert_string_equal(doorcode_flow_error(session.flow)->description,
                        "the id token is signed in another way than RS256, ES256 or EdDSA");
    session_end(&session, NULL, COUNT(answers));
}

static void not_looked_at_where_told_so(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        YES("{\"token_type\":\"Bearer\",\"access_token\":\"a.b.c\",\"id_token\":\"opaque\"}"),
    };
    struct doorcode_options options;
    struct session session;
    doorcode_options_init(&options);
    options.unverified_id_tokens = 1;
    session_options(&session, answers, COUNT(answers), &options);
    assert_int_equal(refresh(&session), DOORCODE_COMPLETED);
    assert_string_equal(doorcode_flow_tokens(session.flow)->id_token, "opaque");
    session_end(&session, NULL, COUNT(answers));
}

static void the_issuer_that_is_expected(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES(TOKENS) };
    static const char *const issuers[] = { "https://login.example/t/v2.0", NULL };
    for (size_t i = 0; i < COUNT(issuers); i++) {
        struct doorcode_options options;
        struct session session;
        doorcode_options_init(&options);
        options.issuer = issuers[i];
        session_options(&session, answers, COUNT(answers), &options);
        assert_int_equal(refresh(&session), issuers[i] == NULL ? DOORCODE_COMPLETED : DOORCODE_FAILED);
        session_end(&session, NULL, issuers[i] == NULL ? 1 : 0);
    }
}

static void a_clock_that_is_off_is_told(void **state)
{
    (void)state;
    static const int64_t steps[] = { 3600 * 3 + 60, -3600 - 40 };
    static const char *const words[] = {
        "by its times, the server's clock is about 3 hours behind this machine's",
        "by its times, the server's clock is about 60 minutes ahead of this machine's"
    };
    static const struct answer answers[] = { YES(TOKENS) };
    for (size_t i = 0; i < COUNT(steps); i++) {
        struct session session;
        struct tenant tenant;
        begin(&session, &tenant, answers, 1);
        now_us += steps[i] * 1000000;
        assert_int_equal(refresh(&session), DOORCODE_FAILED);
        expect_error(&session, INVALID_TOKEN);
        assert_string_equal(doorcode_flow_error(session.flow)->description, words[i]);
        assert_non_null(strstr(doorcode_flow_error(session.flow)->advice, "a development server"));
        end(&session, &tenant, 1);
    }
}

/* ---- several threads ---- */

struct worker {
    pthread_t thread;
    const struct doorcode_client *client;
    int good;
};

static void *refresh_often(void *ctx)
{
    struct worker *worker = ctx;
    for (int i = 0; i < 3; i++) {
        struct doorcode_flow *flow;
        worker->good += doorcode_token_refresh(worker->client, "1.r", NULL, &flow) == DOORCODE_COMPLETED;
        doorcode_flow_free(flow);
        trust_forget_keys(worker->client);
    }
    return NULL;
}

static void one_client_for_all_threads(void **state)
{
    (void)state;
    struct answer answers[12];
    struct session session;
    struct tenant tenant;
    struct worker workers[4];
    for (size_t i = 0; i < COUNT(answers); i++)
        answers[i] = (struct answer)YES(TOKENS);
    begin(&session, &tenant, answers, COUNT(answers));
    for (size_t i = 0; i < COUNT(workers); i++) {
        workers[i] = (struct worker){ .client = session.client };
        assert_int_equal(pthread_create(&workers[i].thread, NULL, refresh_often, &workers[i]), 0);
    }
    for (size_t i = 0; i < COUNT(workers); i++) {
        pthread_join(workers[i].thread, NULL);
        assert_int_equal(workers[i].good, 3);
    }
    end(&session, &tenant, COUNT(answers));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_hour_is_remembered),        cmocka_unit_test(an_unknown_key_is_asked_for_once),
        cmocka_unit_test(nothing_is_sent_without_keys), cmocka_unit_test(addresses_of_others_are_refused),
        cmocka_unit_test(a_forged_token_ends_the_flow), cmocka_unit_test(not_looked_at_where_told_so),
        cmocka_unit_test(the_issuer_that_is_expected),  cmocka_unit_test(a_clock_that_is_off_is_told),
        cmocka_unit_test(one_client_for_all_threads),
    };
    return client_run_both("client: trust", tests);
}
