/* SPDX-License-Identifier: Apache-2.0 */
/* The engine under its contract: calls that wait and are woken from another thread, pipelines, clients that vanish, stop
 * while calls wait, addresses behind a proxy, start-up errors. */
#include "hostile/http_support.h"

enum { PIPELINE = 64, WAITING = 200 };

static void pipeline(const char *request)
{
    static struct test_server t;
    static struct answer a;
    size_t answers = 0;

    t.wake_after_ms = 0;
    test_start(&t, (struct http_options){ .workers = 2 });
    int fd = dial(&t, 0);
    for (size_t i = 0; i < PIPELINE; i++)
        puts_to(fd, request);
    puts_to(fd, "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    a = (struct answer){ .n = 0 };
    answer_read(fd, &a, true, false);
    for (const char *p = a.bytes; (p = strstr(p, "HTTP/1.1 200 OK")) != NULL; p++)
        answers++;
    assert_int_equal(answers, PIPELINE + 1);
    assert_int_equal(t.handled, PIPELINE + 1);
    close(fd);
    test_stop(&t, 2);
}

static void sixty_four_in_a_row(void **state)
{
    (void)state;
    pipeline("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
}

static void sixty_four_in_a_row_that_wait(void **state)
{
    (void)state;
    pipeline("POST /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
}

static void two_hundred_wait_at_once(void **state)
{
    static struct test_server t;
    static struct answer a;
    int fds[WAITING];

    (void)state;
    t.wake_after_ms = 100;
    test_start(&t, (struct http_options){ .workers = 2 });
    for (int round = 0; round < 5; round++) {
        for (size_t i = 0; i < WAITING; i++) {
            fds[i] = round == 0 ? dial(&t, 0) : fds[i];
            puts_to(fds[i], "POST /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
        }
        for (size_t i = 0; i < WAITING; i++) {
            a = (struct answer){ .n = 0 };
            answer_read(fds[i], &a, false, false);
            assert_int_equal(a.status, 200);
        }
        t.wake_after_ms = 0;
    }
    for (size_t i = 0; i < WAITING; i++)
        close(fds[i]);
    assert_int_equal(t.handled, 5 * WAITING);
    test_stop(&t, 2);
}

static void vanished_clients_are_finished_once(void **state)
{
    static struct test_server t;

    (void)state;
    t.wake_after_ms = 100;
    test_start(&t, (struct http_options){ .workers = 2 });
    for (size_t i = 0; i < 50; i++) {
        static const struct linger reset = { .l_onoff = 1 };
        int fd = dial(&t, 0);
        puts_to(fd, "POST /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
        if (i % 2 == 0)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        if (i % 5 == 0)
            sleep_ms(5);
        close(fd);
    }
    assert_alive(&t);
    test_stop(&t, 5); /* asserts that each handled call was finished */
}

struct stopping {
    struct test_server *server;
    unsigned seconds;
};

static void *stop_thread(void *ctx)
{
    struct stopping *s = ctx;

    http_stop(s->server->http, s->seconds);
    return NULL;
}

/* A server that is patient lets those who wait be answered before they are closed; else they are closed at once. It stops in either
 * case only when all have been woken. The idle connection tells that it is stopping. */
static unsigned stop_while_waiting(unsigned seconds)
{
    static struct test_server t;
    static struct answer a;
    struct stopping s = { &t, seconds };
    pthread_t stopper;
    int fds[20];
    unsigned answered = 0;

    t.wake_after_ms = 1;
    test_start(&t, (struct http_options){ .workers = 2 });
    t.held = true;
    int idle = dial(&t, 0);
    for (size_t i = 0; i < 20; i++) {
        fds[i] = dial(&t, 0);
        puts_to(fds[i], "POST /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    }
    while (t.handled < 20)
        sleep_ms(1);
    assert_int_equal(pthread_create(&stopper, NULL, stop_thread, &s), 0);
    a = (struct answer){ .n = 0 };
    answer_read(idle, &a, true, false);
    assert_true(a.closed && a.n == 0);
    close(idle);
    t.held = seconds == 0;
    for (size_t i = 0; i < 20; i++) {
        a = (struct answer){ .n = 0 };
        answer_read(fds[i], &a, true, false);
        assert_true(a.closed);
        answered += a.status == 200 && strcasestr(a.bytes, "\r\nconnection: close") != NULL;
        close(fds[i]);
    }
    t.held = false;
    pthread_join(stopper, NULL);
    queue_stop(t.waiting);
    pthread_join(t.waker, NULL);
    queue_free(t.waiting);
    assert_int_equal(t.finished, 20);
    return answered;
}

static void stop_lets_waiting_calls_be_answered(void **state)
{
    (void)state;
    assert_int_equal(stop_while_waiting(60), 20);
}

static void stop_without_patience_still_waits_for_the_wakers(void **state)
{
    (void)state;
    assert_int_equal(stop_while_waiting(0), 0);
}

static void stop_under_load(void **state)
{
    static struct test_server t;

    (void)state;
    for (int round = 0; round < 10; round++) {
        t.wake_after_ms = 0;
        test_start(&t, (struct http_options){ .workers = 2 });
        int fds[30];
        for (size_t i = 0; i < 30; i++) {
            fds[i] = dial(&t, 0);
            puts_to(fds[i],
                    i % 2 ? "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n" : "GET /echo HTTP/1.1\r\nHost: a\r\n\r\nGET /wa");
        }
        test_stop(&t, round % 2 == 0 ? 0 : 1);
        for (size_t i = 0; i < 30; i++)
            close(fds[i]);
    }
}

static const char *client_seen(const struct test_server *t, const char *request)
{
    static struct answer a;
    int fd = dial(t, 0);

    a = (struct answer){ .n = 0 };
    puts_to(fd, request);
    answer_read(fd, &a, false, false);
    assert_int_equal(a.status, 200);
    close(fd);
    return strstr(a.bytes, "\"client\":");
}

static void proxies_are_believed_if_configured(void **state)
{
    static const char *const proxies[] = { "127.0.0.0/8", "2001:db8::/32" };
    static const char request[] = "GET /echo HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.66, 198.51.100.1\r\n"
                                  "X-Forwarded-For: 2001:db8::7\r\n\r\n";
    static struct test_server t;

    (void)state;
    test_start(&t, (struct http_options){ .trusted_proxies = proxies, .trusted_proxy_count = 2 });
    assert_memory_equal(client_seen(&t, request), "\"client\":\"198.51.100.1\"", 23);
    test_stop(&t, 2);
    test_start(&t, (struct http_options){ .workers = 1 });
    assert_memory_equal(client_seen(&t, request), "\"client\":\"127.0.0.1\"", 20);
    test_stop(&t, 2);
}

/* What one worker was sent before: it takes all that has come in turn, so it has answered the second of two later ones after it. */
static void let_it_see_all(const struct test_server *t)
{
    assert_alive(t);
    assert_alive(t);
}

static void large_bodies_are_few_at_once(void **state)
{
    static struct test_server t;
    static struct answer a;
    static char body[LIMIT_BODY_JSON];
    int fds[LIMIT_LARGE_BODIES];

    (void)state;
    test_start(&t, (struct http_options){ .workers = 1 });
    memset(body, 'b', sizeof body);
    for (size_t i = 0; i < LIMIT_LARGE_BODIES; i++) {
        fds[i] = dial(&t, 0);
        puts_to(fds[i], "POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\nbbbb");
    }
    let_it_see_all(&t);
    for (int free_again = 0; free_again <= 1; free_again++) {
        int fd = dial(&t, 0);
        puts_to(fd, "POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n");
        put(fd, body, sizeof body);
        a = (struct answer){ .n = 0 };
        answer_read(fd, &a, false, false);
        assert_int_equal(a.status, free_again ? 200 : 503);
        close(fd);
        close(fds[0]);
        let_it_see_all(&t);
    }
    for (size_t i = 1; i < LIMIT_LARGE_BODIES; i++)
        close(fds[i]);
    test_stop(&t, 2);
}

static void start_says_what_is_wrong(void **state)
{
    static struct test_server t;
    static const char *const no_proxies[] = { "10.0.0.0/8", "10.0.0.1/8" };
    struct http_options options = { .listeners = { { .address = "127.0.0.1" } }, .listener_count = 1 };
    struct http_server *s;
    char why[200];

    (void)state;
    test_start(&t, options);
    options.listeners[0].port = http_server_port(t.http, 0);
    assert_int_equal(http_start(&options, &s, why).code, ERR_IO);
    assert_non_null(strstr(why, "in use"));
    test_stop(&t, 0);

    options.listeners[0] = (struct http_listener){ .address = "not-an-address" };
    assert_int_equal(http_start(&options, &s, why).code, ERR_IO);
    assert_non_null(strstr(why, "not-an-address"));

    options.listeners[0].address = "127.0.0.1";
    options.trusted_proxies = no_proxies;
    options.trusted_proxy_count = 2;
    assert_int_equal(http_start(&options, &s, why).code, ERR_FORMAT);
    assert_non_null(strstr(why, "10.0.0.1/8"));
}

static void several_listeners(void **state)
{
    static struct test_server t;

    (void)state;
    test_start(&t, (struct http_options){ .listeners = { { .address = "127.0.0.1" }, { .address = "::" } },
                                          .listener_count = 2 });
    assert_true(http_server_port(t.http, 0) != http_server_port(t.http, 1));
    assert_int_equal(http_server_port(t.http, 2), 0);
    assert_alive(&t);
    int fd = dial(&t, 1); /* IPv4 on a dual-stack port */
    puts_to(fd, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    static struct answer a;
    answer_read(fd, &a, false, false);
    assert_non_null(strstr(a.bytes, "\"client\":\"127.0.0.1\""));
    close(fd);
    test_stop(&t, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sixty_four_in_a_row),
        cmocka_unit_test(sixty_four_in_a_row_that_wait),
        cmocka_unit_test(two_hundred_wait_at_once),
        cmocka_unit_test(vanished_clients_are_finished_once),
        cmocka_unit_test(stop_lets_waiting_calls_be_answered),
        cmocka_unit_test(stop_without_patience_still_waits_for_the_wakers),
        cmocka_unit_test(stop_under_load),
        cmocka_unit_test(proxies_are_believed_if_configured),
        cmocka_unit_test(large_bodies_are_few_at_once),
        cmocka_unit_test(start_says_what_is_wrong),
        cmocka_unit_test(several_listeners),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
