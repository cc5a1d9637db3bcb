/* SPDX-License-Identifier: Apache-2.0 */
/* Many who want the same tokens: each waits for its turn at the cache, and one refresh token is sent once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/cache_shelf.h"
#include "support/token_session.h"

#include <poll.h>
#include <sys/wait.h>

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
    token_begin_with(session, answers, count, &options);
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
    token_end(&session, COUNT(answers));
}

static void an_abandoned_flow_gives_its_turn_back(void **state)
{
    static const struct answer answers[] = { INITIATED, CHALLENGED, SHORT_TOKENS("1"), { .withheld = true } };
    struct cache_fault fault;
    struct session session;
    (void)state;
    begin_nonblocking(&session, answers, COUNT(answers));
    assert_int_equal(run_to_end(session.flow), DOORCODE_COMPLETED);
    doorcode_flow_free(session.flow);
    assert_int_equal((doorcode_token_get)(session.client, NULL, NULL, 0, &session.flow), DOORCODE_WORKING);
    /* it has the cache, and the request is under way */
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
    assert_int_equal((doorcode_flow_submit_code)(session.flow, "12345678"), DOORCODE_WORKING);
    assert_int_equal(session_error(&session), DOORCODE_ERROR_USAGE);
    cache_give(other);
    assert_int_equal(run_to_end(session.flow), DOORCODE_COMPLETED);
    assert_null(doorcode_flow_error(session.flow)); /* the call that was refused has left none */
    assert_int_equal(places_count(other), 1);
    doorcode_cache_free(other);
    token_end(&session, COUNT(answers));
}

/* Somebody empties the place without a turn: what came is given, and told to be kept nowhere. */
static void an_account_that_is_gone(void **state)
{
    static const struct answer renewed = {
        .status = "200 OK",
        .body = "{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":\"access-2\",\"refresh_token\":"
                "\"refresh-2\"}",
    };
    const struct answer answers[] = { INITIATED, CHALLENGED, SHORT_TOKENS("1"), renewed };
    struct doorcode_options options;
    struct session session;
    (void)state;
    doorcode_options_init(&options);
    assert_null(open_shelf(&cache));
    token_begin_with(&session, answers, COUNT(answers), &options);
    token_sign_in(&session);
    doorcode_flow_free(session.flow);
    session.client->nonblocking = true;
    assert_int_equal((doorcode_token_get)(session.client, NULL, NULL, 0, &session.flow), DOORCODE_WORKING);
    shelf.n = 0;
    assert_int_equal(run_to_end(session.flow), DOORCODE_COMPLETED);
    assert_string_equal(doorcode_flow_tokens(session.flow)->refresh_token, "refresh-2");
    assert_null(doorcode_flow_account(session.flow));
    assert_string_equal(doorcode_flow_error(session.flow)->description, "the account was removed meanwhile");
    assert_int_equal(shelf.locked, 0);
    token_end(&session, COUNT(answers));
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
    token_begin(&session, answers, COUNT(answers));
    token_sign_in(&session);
    for (int t = 0; t < MANY; t++)
        assert_int_equal(pthread_create(&threads[t], NULL, get_in_thread, &session), 0);
    for (int t = 0; t < MANY; t++) {
        void *failed;
        assert_int_equal(pthread_join(threads[t], &failed), 0);
        assert_null(failed);
    }
    token_end(&session, COUNT(answers));
}

/* The port comes by a pipe: the processes are there before the server and its thread. */
static int get_in_process(int from, int to)
{
    struct doorcode_options options;
    struct doorcode_client *client;
    struct doorcode_flow *flow;
    char authority[128] = "";
    close(to);
    if (read(from, authority, sizeof authority - 1) <= 0)
        return 1;
    doorcode_options_init(&options);
    options.authority = authority;
    options.client_id = PLACES_CLIENT;
    if (doorcode_cache_file(NULL, &options.cache) != NULL || doorcode_client_new(&options, &client) != NULL)
        return 2;
    bool good = (doorcode_token_get)(client, NULL, NULL, 0, &flow) == DOORCODE_COMPLETED &&
                strcmp(doorcode_flow_tokens(flow)->access_token, "access-2") == 0;
    doorcode_flow_free(flow);
    doorcode_client_free(client);
    doorcode_cache_free(options.cache);
    return good ? 0 : 3;
}

static void processes_renew_once(void **state)
{
    static const struct answer answers[] = { INITIATED, CHALLENGED, SHORT_TOKENS("1"), TOKENS_OF("2") };
    struct doorcode_options options;
    struct session session;
    pid_t children[MANY];
    int pipes[MANY][2];
    (void)state;
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(pipe(pipes[i]), 0);
        children[i] = fork();
        if (children[i] == 0)
            _exit(get_in_process(pipes[i][0], pipes[i][1]));
    }
    doorcode_options_init(&options);
    assert_null(doorcode_cache_file(NULL, &cache));
    token_begin_with(&session, answers, COUNT(answers), &options);
    token_sign_in(&session);
    const char *authority = doorcode_client_authority(session.client);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(write(pipes[i][1], authority, strlen(authority)), strlen(authority));
    for (int i = 0; i < MANY; i++) {
        int status = -1;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
        close(pipes[i][0]);
        close(pipes[i][1]);
    }
    token_end(&session, COUNT(answers));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, places_make, places_remove)
        CASE(processes_renew_once), /* first: it forks */
        CASE(a_turn_is_waited_for_step_by_step),
        CASE(an_abandoned_flow_gives_its_turn_back),
        CASE(a_sign_in_waits_to_be_kept),
        CASE(an_account_that_is_gone),
        CASE(threads_renew_once),
    };
    return cmocka_run_group_tests_name("client: turns at a cache", tests, NULL, NULL);
}
