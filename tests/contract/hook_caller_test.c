/* SPDX-License-Identifier: Apache-2.0 */
/* The caller against a real server on loopback: what it sends, and every way in which a call can fail. */
#include "hook/caller.h"

#include "support/answer_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

struct asked {
    struct hook_call call;
    char url[128];
    char reply[LIMIT_HOOK_REPLY];
    _Atomic bool done;
};

static void on_done(struct hook_call *call)
{
    struct asked *a = call->ctx;

    a->done = true;
}

static void prepare(struct asked *a, const char *origin, const char *path)
{
    memset(a, 0, sizeof *a);
    snprintf(a->url, sizeof a->url, "%s%s", origin, path);
    a->call = (struct hook_call){ .url = a->url,
                                  .authorization = "Bearer token",
                                  .signature = "sha256=00",
                                  .body = SLICE("{\"a\":1}"),
                                  .timeout_ms = 20000,
                                  .reply = a->reply,
                                  .done = on_done,
                                  .ctx = a };
}

static void wait_done(struct asked *a)
{
    const struct timespec pause = { .tv_nsec = 1000000 };

    for (int i = 0; i < 20000 && !a->done; i++)
        nanosleep(&pause, NULL);
    assert_true(a->done);
}

static struct hooks *begin(bool plain)
{
    struct hooks *h = NULL;

    assert_int_equal(hooks_new(&(struct hooks_options){ .plain_http = plain }, &h).code, ERR_OK);
    return h;
}

static void test_what_is_sent_and_read(void **state)
{
    static const struct answer answers[] = { { "200 OK", NULL, NULL, "{\"data\":{}}", 0, 0, false } };
    struct answer_server server;
    struct hooks *h = begin(true);
    static struct asked a;

    (void)state;
    answer_server_start(&server, answers, 1);
    prepare(&a, server.origin, "/hook?x=1");
    assert_int_equal(hooks_submit(h, &a.call).code, ERR_OK);
    wait_done(&a);
    assert_int_equal(a.call.failure, HOOK_FINE);
    assert_int_equal(a.call.status, 200);
    assert_true(slice_eq((struct slice){ a.reply, a.call.reply_n }, SLICE("{\"data\":{}}")));
    assert_int_equal(strncmp(server.requests[0], "POST /hook?x=1 HTTP/1.1\r\n", 25), 0);
    assert_non_null(strstr(server.requests[0], "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(server.requests[0], "\r\nAuthorization: Bearer token\r\n"));
    assert_non_null(strstr(server.requests[0], "\r\nX-Doorcode-Signature: sha256=00\r\n"));
    assert_non_null(strstr(server.requests[0], "\r\n\r\n{\"a\":1}"));
    hooks_free(h);
    assert_int_equal(answer_server_stop(&server), 1);
}

static void test_answers(void **state)
{
    static const struct {
        struct answer answer;
        enum hook_failure failure;
    } cases[] = {
        { { "201 Created", NULL, NULL, "{}", 0, 0, false }, HOOK_BAD_STATUS },
        { { "302 Found", NULL, "Location: http://127.0.0.1:1/\r\n", "{}", 0, 0, false }, HOOK_BAD_STATUS },
        { { "404 Not Found", NULL, NULL, "{}", 0, 0, false }, HOOK_BAD_STATUS },
        { { "429 Too Many Requests", NULL, NULL, "{}", 0, 0, false }, HOOK_THROTTLED },
        { { "200 OK", "text/html", NULL, "{}", 0, 0, false }, HOOK_CONTENT_TYPE },
        { { "200 OK", "application/jsonp", NULL, "{}", 0, 0, false }, HOOK_CONTENT_TYPE },
        { { "200 OK", "Application/JSON", NULL, "{}", 0, 0, false }, HOOK_FINE },
        { { "200 OK", NULL, NULL, "", 0, 0, false }, HOOK_EMPTY },
        { { "200 OK", NULL, NULL, "{}", LIMIT_HOOK_REPLY - 2, 0, false }, HOOK_FINE },
        { { "200 OK", NULL, NULL, "{}", LIMIT_HOOK_REPLY - 1, 0, false }, HOOK_ANSWER_SIZE },
        { { "200 OK", NULL, NULL, "{", 0, 5, false }, HOOK_CONNECTION },
        { { NULL, NULL, NULL, "", 0, 0, false }, HOOK_CONNECTION },
    };
    static struct asked a;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct answer_server server;
        struct hooks *h = begin(true);
        answer_server_start(&server, &cases[i].answer, 1);
        prepare(&a, server.origin, "/");
        assert_int_equal(hooks_submit(h, &a.call).code, ERR_OK);
        wait_done(&a);
        if (a.call.failure != cases[i].failure)
            fail_msg("row %zu: %s", i, hook_failure_text(a.call.failure));
        hooks_free(h);
        assert_int_equal(answer_server_stop(&server), 1);
    }
}

/* A port that takes connections and never answers. */
static int listen_mute(char *origin, size_t room)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    snprintf(origin, room, "http://127.0.0.1:%d", ntohs(address.sin_port));
    return fd;
}

static void test_time_out(void **state)
{
    static const struct answer fine[] = { { "200 OK", NULL, NULL, "{}", 0, 0, false } };
    static struct asked a;
    struct hooks *h = begin(true);
    struct answer_server server;
    char origin[64];
    int mute = listen_mute(origin, sizeof origin);

    (void)state;
    prepare(&a, origin, "/");
    a.call.timeout_ms = 200;
    assert_int_equal(hooks_submit(h, &a.call).code, ERR_OK);
    wait_done(&a);
    assert_int_equal(a.call.failure, HOOK_TIMED_OUT);
    answer_server_start(&server, fine, 1);
    prepare(&a, server.origin, "/");
    assert_int_equal(hooks_submit(h, &a.call).code, ERR_OK);
    wait_done(&a);
    assert_int_equal(a.call.failure, HOOK_FINE);
    assert_int_equal(answer_server_stop(&server), 1);
    hooks_free(h);
    close(mute);
}

#define FINE                                    \
    {                                           \
        "200 OK", NULL, NULL, "{}", 0, 0, false \
    }
#define STATUS(status)                        \
    {                                         \
        status, NULL, NULL, "{}", 0, 0, false \
    }

/* Tried again after a 5xx and a broken connection, once; nothing else could go better. */
static void test_retries(void **state)
{
    static const struct {
        struct answer answers[3];
        uint32_t retries;
        enum hook_failure failure;
        long status;
        size_t requests;
    } rows[] = {
        { { STATUS("500 Oops"), FINE, FINE }, 1, HOOK_FINE, 200, 2 },
        { { STATUS("503 Later"), STATUS("502 Down"), FINE }, 1, HOOK_BAD_STATUS, 502, 2 },
        { { STATUS("500 Oops"), FINE, FINE }, 0, HOOK_BAD_STATUS, 500, 1 },
        { { { "500 Oops", "text/html", NULL, "<html>", LIMIT_HOOK_REPLY, 0, false }, FINE, FINE },
          1,
          HOOK_FINE,
          200,
          2 },
        { { { NULL, NULL, NULL, "", 0, 0, false }, FINE, FINE }, 1, HOOK_FINE, 200, 2 },
        { { { "200 OK", NULL, NULL, "{", 0, 5, false }, FINE, FINE }, 1, HOOK_FINE, 200, 2 },
        { { { NULL, NULL, NULL, "", 0, 0, false }, { NULL, NULL, NULL, "", 0, 0, false }, FINE },
          1,
          HOOK_CONNECTION,
          0,
          2 },
        { { STATUS("429 Slower"), FINE, FINE }, 1, HOOK_THROTTLED, 429, 1 },
        { { STATUS("404 Not Found"), FINE, FINE }, 1, HOOK_BAD_STATUS, 404, 1 },
        { { { "302 Found", NULL, "Location: /\r\n", "{}", 0, 0, false }, FINE, FINE }, 1, HOOK_BAD_STATUS, 302, 1 },
        { { { "200 OK", "text/html", NULL, "{}", 0, 0, false }, FINE, FINE }, 1, HOOK_CONTENT_TYPE, 200, 1 },
        { { { "200 OK", NULL, NULL, "", 0, 0, false }, FINE, FINE }, 1, HOOK_EMPTY, 200, 1 },
        { { { "200 OK", NULL, NULL, "{}", LIMIT_HOOK_REPLY, 0, false }, FINE, FINE }, 1, HOOK_ANSWER_SIZE, 200, 1 },
    };
    static struct asked a;
    struct hooks *h = begin(true);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct answer_server server;
        answer_server_start(&server, rows[i].answers, 3);
        prepare(&a, server.origin, "/");
        a.call.retries = rows[i].retries;
        assert_int_equal(hooks_submit(h, &a.call).code, ERR_OK);
        wait_done(&a);
        size_t requests = answer_server_stop(&server);
        if (a.call.failure != rows[i].failure || a.call.status != rows[i].status || requests != rows[i].requests)
            fail_msg("row %zu: %s, status %ld, %zu requests", i, hook_failure_text(a.call.failure), a.call.status,
                     requests);
        if (a.call.failure == HOOK_FINE)
            assert_true(slice_eq((struct slice){ a.reply, a.call.reply_n }, SLICE("{}")));
    }
    hooks_free(h);
}

static void test_where_it_does_not_go(void **state)
{
    static const struct {
        const char *origin;
        bool plain;
        enum hook_failure failure;
    } cases[] = {
        { "http://127.0.0.1:1", true, HOOK_CONNECTION },
        { "http://127.0.0.1:1", false, HOOK_TARGET_URL },
        { "http://169.254.169.254", true, HOOK_BLOCKED },
        { "http://[fe80::1]", true, HOOK_BLOCKED },
        { "http://[::ffff:169.254.169.254]", true, HOOK_BLOCKED },
        { "file:///etc/passwd", true, HOOK_TARGET_URL },
        { "ftp://127.0.0.1", true, HOOK_TARGET_URL },
        { "http://127.0.0.1:99999", true, HOOK_TARGET_URL },
        { "", true, HOOK_TARGET_URL },
    };
    static struct asked a;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hooks *h = begin(cases[i].plain);
        prepare(&a, cases[i].origin, "/latest");
        assert_int_equal(hooks_submit(h, &a.call).code, ERR_OK);
        wait_done(&a);
        if (a.call.failure != cases[i].failure)
            fail_msg("%s: %s", cases[i].origin, hook_failure_text(a.call.failure));
        hooks_free(h);
    }
}

/* More than LIMIT_HOOK_CALLS are refused at once; those taken are answered, also when the caller stops. */
static void test_many_at_once_and_stop(void **state)
{
    enum { CALLS = LIMIT_HOOK_CALLS + 8, LONGER_THAN_THE_TEST_MS = 600000 };
    static struct asked calls[CALLS];
    char origin[64];
    int mute = listen_mute(origin, sizeof origin);
    struct hooks *h = begin(true);

    (void)state;
    for (size_t i = 0; i < CALLS; i++) {
        prepare(&calls[i], origin, "/");
        calls[i].call.timeout_ms = LONGER_THAN_THE_TEST_MS;
        assert_int_equal(hooks_submit(h, &calls[i].call).code, i < LIMIT_HOOK_CALLS ? ERR_OK : ERR_FULL);
    }
    hooks_free(h);
    for (size_t i = 0; i < CALLS; i++) {
        assert_int_equal(calls[i].done, i < LIMIT_HOOK_CALLS);
        if (i < LIMIT_HOOK_CALLS)
            assert_int_equal(calls[i].call.failure, HOOK_CALL);
    }
    close(mute);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_sent_and_read),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_time_out),
        cmocka_unit_test(test_retries),
        cmocka_unit_test(test_where_it_does_not_go),
        cmocka_unit_test(test_many_at_once_and_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
