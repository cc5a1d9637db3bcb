/* SPDX-License-Identifier: Apache-2.0 */
/* A backend that checks access tokens: when it asks for the tenant's keys, and that strangers cannot make it ask. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client_internal.h"
#include "doorcode/verify.h"
#include "support/access_token.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static _Atomic int64_t now_us;

static int64_t moved_clock(void *ctx)
{
    (void)ctx;
    return now_us;
}

struct backend {
    struct answer_server server;
    struct tenant tenant;
    struct doorcode_client *client;
    char issuer[128];
};

/* Whether the tenant tells its addresses and keys by itself; else they are the recorded answers, then silence. */
static _Atomic bool tells;

static char *page(void *ctx, const char *origin, const char *request)
{
    return tells ? tenant_page(ctx, origin, request) : NULL;
}

/* `answers` are those of a tenant that does not tell by itself; NULL: it does. */
static void begin(struct backend *backend, const struct answer *answers, size_t count)
{
    struct doorcode_options options;
    char authority[128];
    *backend = (struct backend){ 0 };
    struct answer_facts facts = tenant_facts(&backend->tenant);
    facts.page = page;
    tells = answers == NULL;
    answer_server_start_with(&backend->server, answers, count, facts);
    snprintf(authority, sizeof authority, "%s/petstore", backend->server.origin);
    snprintf(backend->issuer, sizeof backend->issuer, "%s/" TENANT_ID "/v2.0", backend->server.origin);
    doorcode_options_init(&options);
    options.authority = authority;
    options.client_id = PETS_API;
    assert_null(doorcode_client_new(&options, &backend->client));
    now_us = (int64_t)time(NULL) * 1000000;
    backend->client->clock = (struct clock){ moved_clock, NULL };
}

static void end(struct backend *backend)
{
    doorcode_client_free(backend->client);
    answer_server_stop(&backend->server);
    tenant_close(&backend->tenant);
}

static void pass(int seconds)
{
    now_us += (int64_t)seconds * 1000000;
}

typedef const struct doorcode_error *verify_fn(const struct doorcode_client *client, const char *token,
                                               const struct doorcode_verify_rule *rule,
                                               struct doorcode_claims **claims);

/* The kind of the error; -1: none, and the claims were there. */
static int verify_by(verify_fn *verify, const struct backend *backend, const char *token, const char *scopes)
{
    struct doorcode_verify_rule rule;
    struct doorcode_claims *claims;
    doorcode_verify_rule_init(&rule);
    rule.scopes = scopes;
    const struct doorcode_error *error = verify(backend->client, token, &rule, &claims);
    assert_true((error == NULL) == (claims != NULL));
    if (claims != NULL)
        assert_string_equal(doorcode_claims_text(claims, "azp"), TENANT_CLIENT);
    doorcode_claims_free(claims);
    return error != NULL ? (int)error->kind : -1;
}

static int verify(const struct backend *backend, const char *token)
{
    return verify_by(doorcode_token_verify_waiting, backend, token, "Pets.Read");
}

static char *good_token(const struct backend *backend)
{
    json_t *claims = access_claims(backend->issuer, now_us / 1000000);
    char *token = tenant_token(&backend->tenant, TENANT_ES256, claims);
    json_decref(claims);
    return token;
}

/* Well formed, of a key that nobody has. */
static const char strange[] =
    "eyJhbGciOiJFUzI1NiIsImtpZCI6InN0cmFuZ2UifQ.e30.c2ln"; /* {"alg":"ES256","kid":"strange"} */

static void keys_are_learnt_once(void **state)
{
    (void)state;
    struct backend backend;
    begin(&backend, NULL, 0);
    char *token = good_token(&backend);
    for (int i = 0; i < 5; i++)
        assert_int_equal(verify(&backend, token), -1);
    assert_int_equal(backend.tenant.metadata_asked, 1);
    assert_int_equal(backend.tenant.keys_asked, 1);
    pass(3599);
    assert_int_equal(verify(&backend, token), -1);
    assert_int_equal(backend.tenant.keys_asked, 1);
    pass(1);
    assert_int_equal(verify(&backend, token), -1);
    assert_int_equal(backend.tenant.keys_asked, 2);
    free(token);
    end(&backend);
}

static void what_is_told(void **state)
{
    (void)state;
    struct backend backend;
    struct doorcode_claims *claims;
    struct doorcode_verify_rule rule;
    begin(&backend, NULL, 0);
    char *token = good_token(&backend);
    doorcode_verify_rule_init(&rule);
    const struct doorcode_error *error = doorcode_token_verify_waiting(backend.client, token, NULL, &claims);
    assert_int_equal(error->kind, DOORCODE_ERROR_USAGE);
    rule.scopes = "Pets.Delete";
    error = doorcode_token_verify_waiting(backend.client, token, &rule, &claims);
    assert_int_equal(error->kind, DOORCODE_ERROR_INSUFFICIENT_SCOPE);
    assert_string_equal(error->description, "the access token has not the scopes that are needed here");
    assert_string_equal(doorcode_error_name(error->kind), "insufficient_scope");
    rule.audience = "api://other";
    error = doorcode_token_verify_waiting(backend.client, token, &rule, &claims);
    assert_int_equal(error->kind, DOORCODE_ERROR_INVALID_TOKEN);
    assert_string_equal(error->description, "the access token is for another application");
    assert_null(claims);
    error = doorcode_token_verify_waiting(backend.client, NULL, &rule, &claims);
    assert_int_equal(error->kind, DOORCODE_ERROR_INVALID_TOKEN);
    assert_string_equal(error->error, "");
    free(token);
    end(&backend);
}

static void an_id_token_opens_nothing(void **state)
{
    (void)state;
    struct backend backend;
    begin(&backend, NULL, 0);
    json_t *claims = tenant_claims(backend.issuer, now_us / 1000000);
    json_object_set_new(claims, "aud", json_string(PETS_API));
    json_object_set_new(claims, "tid", json_string(TENANT_ID));
    json_object_set_new(claims, "ver", json_string("2.0"));
    char *token = tenant_token(&backend.tenant, TENANT_ES256, claims);
    assert_int_equal(verify_by(doorcode_token_verify_waiting, &backend, token, NULL), DOORCODE_ERROR_INVALID_TOKEN);
    free(token);
    json_decref(claims);
    end(&backend);
}

/* The call that never waits says when asking is of use. */
static void the_pure_one_never_asks(void **state)
{
    (void)state;
    struct backend backend;
    begin(&backend, NULL, 0);
    char *token = good_token(&backend);
    assert_int_equal(verify_by(doorcode_token_verify, &backend, token, NULL), DOORCODE_ERROR_KEYS_NEEDED);
    assert_int_equal(backend.tenant.metadata_asked, 0);
    assert_int_equal(verify(&backend, token), -1);
    assert_int_equal(verify_by(doorcode_token_verify, &backend, token, NULL), -1);
    assert_int_equal(verify_by(doorcode_token_verify, &backend, strange, NULL), DOORCODE_ERROR_INVALID_TOKEN);
    pass(60);
    assert_int_equal(verify_by(doorcode_token_verify, &backend, strange, NULL), DOORCODE_ERROR_KEYS_NEEDED);
    assert_int_equal(verify_by(doorcode_token_verify, &backend, token, NULL), -1);
    assert_int_equal(backend.tenant.keys_asked, 1);
    free(token);
    end(&backend);
}

static void strangers_make_it_ask_once_a_minute(void **state)
{
    (void)state;
    struct backend backend;
    begin(&backend, NULL, 0);
    for (int second = 0; second < 180; second++) {
        assert_int_equal(verify(&backend, strange), DOORCODE_ERROR_INVALID_TOKEN);
        assert_int_equal(verify(&backend, "opaque"), DOORCODE_ERROR_INVALID_TOKEN);
        pass(1);
    }
    assert_int_equal(backend.tenant.keys_asked, 3);
    assert_int_equal(backend.tenant.metadata_asked, 1);
    end(&backend);
}

static void rotated_keys_are_found(void **state)
{
    (void)state;
    struct backend backend;
    begin(&backend, NULL, 0);
    char *before = good_token(&backend);
    assert_int_equal(verify(&backend, before), -1);
    EVP_PKEY_free(backend.tenant.keys[TENANT_ES256]);
    backend.tenant.keys[TENANT_ES256] = tenant_key(TENANT_ES256);
    backend.tenant.kid_suffix = "-2";
    char *after = good_token(&backend);
    assert_int_equal(verify(&backend, after), DOORCODE_ERROR_INVALID_TOKEN); /* asked a moment ago */
    pass(60);
    assert_int_equal(verify(&backend, after), -1);
    assert_int_equal(verify(&backend, before), DOORCODE_ERROR_INVALID_TOKEN);
    assert_int_equal(backend.tenant.keys_asked, 2);
    free(before);
    free(after);
    end(&backend);
}

/* A server that is down is asked again, but not by every caller. */
static void a_tenant_that_cannot_be_asked(void **state)
{
    (void)state;
    static const struct answer answers[] = { { .status = "404 Not Found", .body = "" },
                                             { .status = "200 OK", .body = "{}" } };
    struct backend backend;
    begin(&backend, answers, COUNT(answers));
    char *token = good_token(&backend);
    for (int i = 0; i < 5; i++)
        assert_int_equal(verify(&backend, token), DOORCODE_ERROR_NOT_AVAILABLE);
    assert_int_equal(backend.server.served, 1);
    pass(5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(verify(&backend, token), DOORCODE_ERROR_PROTOCOL);
    assert_int_equal(backend.server.served, 2);
    free(token);
    end(&backend);
}

/* What was learnt does for a day. */
static void known_keys_outlive_the_server(void **state)
{
    (void)state;
    struct backend backend;
    begin(&backend, NULL, 0);
    char *token = good_token(&backend);
    assert_int_equal(verify(&backend, token), -1);
    tells = false;
    pass(7200);
    char *later = good_token(&backend);
    assert_int_equal(verify(&backend, later), -1);
    assert_int_equal(verify(&backend, token), DOORCODE_ERROR_INVALID_TOKEN); /* it ended an hour ago */
    pass(86400);
    char *last = good_token(&backend);
    assert_int_equal(verify(&backend, last), DOORCODE_ERROR_UNREACHABLE);
    free(token);
    free(later);
    free(last);
    end(&backend);
}

/* ---- in an event loop ---- */

static enum doorcode_state ask(const struct backend *backend, enum doorcode_state first)
{
    struct doorcode_flow *flow;
    backend->client->nonblocking = true;
    assert_int_equal(doorcode_keys_start(backend->client, &flow), first);
    enum doorcode_state state = doorcode_flow_run(flow);
    assert_true((state == DOORCODE_FAILED) == (doorcode_flow_error(flow) != NULL));
    assert_null(doorcode_flow_tokens(flow));
    assert_int_equal(doorcode_flow_submit_code(flow, "12345678"), state); /* no step of a sign-in fits */
    assert_int_equal(doorcode_flow_error(flow)->kind, DOORCODE_ERROR_USAGE);
    doorcode_flow_free(flow);
    return state;
}

static void a_loop_asks_by_a_flow(void **state)
{
    (void)state;
    struct backend backend;
    begin(&backend, NULL, 0);
    char *token = good_token(&backend);
    assert_int_equal(verify_by(doorcode_token_verify, &backend, token, NULL), DOORCODE_ERROR_KEYS_NEEDED);
    assert_int_equal(ask(&backend, DOORCODE_WORKING), DOORCODE_COMPLETED);
    assert_int_equal(verify_by(doorcode_token_verify, &backend, token, NULL), -1);
    pass(59);
    assert_int_equal(ask(&backend, DOORCODE_COMPLETED), DOORCODE_COMPLETED); /* too soon */
    assert_int_equal(backend.tenant.keys_asked, 1);
    pass(1);
    assert_int_equal(ask(&backend, DOORCODE_WORKING), DOORCODE_COMPLETED);
    assert_int_equal(backend.tenant.keys_asked, 2);
    free(token);
    end(&backend);
}

static void a_loop_is_told_why_not(void **state)
{
    (void)state;
    static const struct answer answers[] = { { .status = "404 Not Found", .body = "" } };
    struct backend backend;
    begin(&backend, answers, COUNT(answers));
    assert_int_equal(ask(&backend, DOORCODE_WORKING), DOORCODE_FAILED);
    assert_int_equal(ask(&backend, DOORCODE_FAILED), DOORCODE_FAILED);
    assert_int_equal(backend.server.served, 1);
    assert_int_equal(verify_by(doorcode_token_verify, &backend, strange, NULL), DOORCODE_ERROR_NOT_AVAILABLE);
    end(&backend);
}

/* What one caller waits for, others that come meanwhile may ask for, too, while nothing is known. */
static void two_begin_at_once(void **state)
{
    (void)state;
    struct backend backend;
    struct doorcode_flow *flows[2];
    begin(&backend, NULL, 0);
    backend.client->nonblocking = true;
    for (size_t i = 0; i < COUNT(flows); i++)
        assert_int_equal(doorcode_keys_start(backend.client, &flows[i]), DOORCODE_WORKING);
    doorcode_flow_free(flows[0]); /* gives up */
    assert_int_equal(doorcode_flow_run(flows[1]), DOORCODE_COMPLETED);
    doorcode_flow_free(flows[1]);
    end(&backend);
}

/* The same with keys that have become too old to do meanwhile. */
static void two_begin_at_once_after_days(void **state)
{
    (void)state;
    struct backend backend;
    struct doorcode_flow *flows[2];
    begin(&backend, NULL, 0);
    assert_int_equal(ask(&backend, DOORCODE_WORKING), DOORCODE_COMPLETED);
    pass(172800);
    char *token = good_token(&backend);
    for (size_t i = 0; i < COUNT(flows); i++)
        assert_int_equal(doorcode_keys_start(backend.client, &flows[i]), DOORCODE_WORKING);
    doorcode_flow_free(flows[0]); /* gives up */
    assert_int_equal(verify_by(doorcode_token_verify, &backend, token, NULL), DOORCODE_ERROR_KEYS_NEEDED);
    assert_int_equal(doorcode_flow_run(flows[1]), DOORCODE_COMPLETED);
    assert_int_equal(verify_by(doorcode_token_verify, &backend, token, NULL), -1);
    doorcode_flow_free(flows[1]);
    free(token);
    end(&backend);
}

static void a_call_too_early_leaves_no_error(void **state)
{
    (void)state;
    struct backend backend;
    struct doorcode_flow *flow;
    begin(&backend, NULL, 0);
    backend.client->nonblocking = true;
    assert_int_equal(doorcode_keys_start(backend.client, &flow), DOORCODE_WORKING);
    assert_int_equal(doorcode_flow_submit_code(flow, "12345678"), DOORCODE_WORKING);
    assert_int_equal(doorcode_flow_error(flow)->kind, DOORCODE_ERROR_USAGE);
    assert_int_equal(doorcode_flow_run(flow), DOORCODE_COMPLETED);
    assert_null(doorcode_flow_error(flow));
    doorcode_flow_free(flow);
    end(&backend);
}

/* ---- several threads ---- */

struct worker {
    pthread_t thread;
    const struct backend *backend;
    const char *token;
    int good;
};

static void *verify_often(void *ctx)
{
    struct worker *worker = ctx;
    for (int i = 0; i < 50; i++) {
        worker->good += verify(worker->backend, worker->token) == -1;
        worker->good -= verify(worker->backend, strange) == -1;
    }
    return NULL;
}

static void threads_ask_together(void **state)
{
    (void)state;
    struct backend backend;
    struct worker workers[4];
    begin(&backend, NULL, 0);
    char *token = good_token(&backend);
    for (size_t i = 0; i < COUNT(workers); i++) {
        workers[i] = (struct worker){ .backend = &backend, .token = token };
        assert_int_equal(pthread_create(&workers[i].thread, NULL, verify_often, &workers[i]), 0);
    }
    for (size_t i = 0; i < COUNT(workers); i++) {
        pthread_join(workers[i].thread, NULL);
        assert_int_equal(workers[i].good, 50);
    }
    assert_int_equal(backend.tenant.metadata_asked, 1);
    assert_int_equal(backend.tenant.keys_asked, 1);
    free(token);
    end(&backend);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_learnt_once),
        cmocka_unit_test(what_is_told),
        cmocka_unit_test(an_id_token_opens_nothing),
        cmocka_unit_test(the_pure_one_never_asks),
        cmocka_unit_test(strangers_make_it_ask_once_a_minute),
        cmocka_unit_test(rotated_keys_are_found),
        cmocka_unit_test(a_tenant_that_cannot_be_asked),
        cmocka_unit_test(known_keys_outlive_the_server),
        cmocka_unit_test(a_loop_asks_by_a_flow),
        cmocka_unit_test(a_loop_is_told_why_not),
        cmocka_unit_test(two_begin_at_once),
        cmocka_unit_test(two_begin_at_once_after_days),
        cmocka_unit_test(a_call_too_early_leaves_no_error),
        cmocka_unit_test(threads_ask_together),
    };
    return cmocka_run_group_tests_name("client: access tokens of a backend", tests, NULL, NULL);
}
