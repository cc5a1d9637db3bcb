/* SPDX-License-Identifier: Apache-2.0 */
/* Slow, silent and numerous clients: every beginning is cut off in time, and idle connections make room for new ones. */
#include "hostile/http_support.h"

#define POST "POST /echo HTTP/1.1\r\nHost: a\r\n"

enum { HALVES = 24, CROWD = 600, ROOM = 256, SLACK_MS = 9000 }; /* the times they would have by default are longer */

static const char *const halves[HALVES] = {
    "",
    "G",
    "\r\n",
    "GET",
    "GET /echo",
    "GET /echo HTTP/1.1",
    "GET /echo HTTP/1.1\r",
    "GET /echo HTTP/1.1\r\n",
    "GET /echo HTTP/1.1\r\nHo",
    "GET /echo HTTP/1.1\r\nHost: a",
    "GET /echo HTTP/1.1\r\nHost: a\r\n",
    "GET /echo HTTP/1.1\r\nHost: a\r\n\r",
    POST "Content-Length: 5\r\n\r\n",
    POST "Content-Length: 5\r\n\r\nhell",
    POST "Content-Length: 5000\r\n\r\nhello",
    POST "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n",
    POST "Transfer-Encoding: chunked\r\n\r\n",
    POST "Transfer-Encoding: chunked\r\n\r\n5",
    POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
    POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello",
    POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
    POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nx-after: y\r\n",
    "\x16\x03\x01\x02",
};

/* Milliseconds until the other side closes; what it says before is dropped. */
static int64_t wait_for_end(int fd, int64_t since)
{
    char bytes[4096];
    struct pollfd p = { .fd = fd, .events = POLLIN };

    while (poll(&p, 1, PATIENCE_MS) > 0)
        if (recv(fd, bytes, sizeof bytes, 0) <= 0)
            return clock_ms() - since;
    return INT64_MAX;
}

static void half_a_request_is_cut_off(void **state)
{
    static struct test_server t;
    int fds[HALVES];

    (void)state;
    test_start(&t, (struct http_options){ .request_seconds = 1, .idle_seconds = 1 });
    int64_t begin = clock_ms();
    for (size_t i = 0; i < HALVES; i++) {
        fds[i] = dial(&t, 0);
        puts_to(fds[i], halves[i]);
    }
    assert_alive(&t);
    for (size_t i = 0; i < HALVES; i++) {
        int64_t took = wait_for_end(fds[i], begin);
        if (took > SLACK_MS || took < 900)
            fail_msg("%s: after %lld ms", halves[i], (long long)took);
        close(fds[i]);
    }
    assert_alive(&t);
    test_stop(&t, 2); /* joins the thread that tells */
    assert_true(t.events.counts[EVENT_connection_overdue] > 0);
}

static void a_byte_now_and_then_is_cut_off(void **state)
{
    static const char text[] =
        POST "x-a: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    enum { SLOW = 40 };
    static struct test_server t;
    int fds[SLOW];
    size_t open = SLOW;

    (void)state;
    test_start(&t, (struct http_options){ .request_seconds = 1, .idle_seconds = 1 });
    int64_t begin = clock_ms();
    for (size_t i = 0; i < SLOW; i++)
        fds[i] = dial(&t, 0);
    for (size_t k = 0; open > 0 && clock_ms() - begin < SLACK_MS; k++) {
        for (size_t i = 0; i < SLOW; i++) {
            char byte;
            if (fds[i] < 0)
                continue;
            put(fds[i], k < sizeof text - 1 ? &text[k] : "a", 1);
            if (recv(fds[i], &byte, 1, MSG_DONTWAIT) == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) {
                close(fds[i]);
                fds[i] = -1;
                open--;
            }
        }
        sleep_ms(25);
    }
    assert_int_equal(open, 0);
    assert_in_range(clock_ms() - begin, 900, SLACK_MS);
    assert_alive(&t);
    test_stop(&t, 2);
}

/* More than both ends' buffers hold, so that the reply gets stuck however slow the machine is. The client can't see that the
 * deadline struck, for its window is closed, so the server is asked. */
static void an_unread_reply_is_cut_off(void **state)
{
    static struct test_server t;
    int small = 1;

    (void)state;
    test_start(&t, (struct http_options){ .request_seconds = 1, .idle_seconds = 1 });
    int fd = dial(&t, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    int64_t begin = clock_ms();
    puts_to(fd, "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
    while (clock_ms() - begin < SLACK_MS && (t.handled == 0 || http_connections(t.http) > 0))
        sleep_ms(10);
    assert_in_range(clock_ms() - begin, 900, SLACK_MS);
    close(fd);
    assert_alive(&t);
    test_stop(&t, 2);
}

static void idle_connections_end(void **state)
{
    static struct test_server t;
    static struct answer a;

    (void)state;
    test_start(&t, (struct http_options){ .request_seconds = 30, .idle_seconds = 1 });
    int fd = dial(&t, 0);
    int64_t begin = clock_ms();
    puts_to(fd, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    a = (struct answer){ .n = 0 };
    answer_read(fd, &a, false, false);
    assert_int_equal(a.status, 200);
    assert_in_range(wait_for_end(fd, begin), 900, SLACK_MS);
    close(fd);
    test_stop(&t, 2);
}

/* A crowd that stays: after each of its members a good request succeeds, and the bound holds. */
static void a_crowd_makes_room(void **state)
{
    static struct test_server t;
    static int fds[CROWD];
    size_t most = 0;

    (void)state;
    raise_descriptors(4 * CROWD);
    /* One worker: with two, one that gets no processor for long can't close what it should, and the other refuses. */
    test_start(
        &t, (struct http_options){ .workers = 1, .max_connections = ROOM, .request_seconds = 30, .idle_seconds = 30 });
    for (size_t i = 0; i < CROWD; i++) {
        fds[i] = dial(&t, 0);
        if (i % 3 == 1)
            puts_to(fds[i], "GET /ec");
        if (i % 8 == 0)
            assert_serves_again(&t);
        most = http_connections(t.http) > most ? http_connections(t.http) : most;
    }
    assert_true(most <= ROOM);
    assert_true(t.events.counts[EVENT_connection_evicted] >= CROWD - ROOM);
    for (size_t i = 0; i < CROWD; i++)
        close(fds[i]);
    assert_alive(&t);
    test_stop(&t, 2);
}

/* Requests that take their time hold their places for a second, no longer, when others wait. */
static void slow_requests_make_room_too(void **state)
{
    static struct test_server t;
    static int fds[ROOM];

    (void)state;
    test_start(&t, (struct http_options){ .max_connections = ROOM, .request_seconds = 30, .idle_seconds = 30 });
    for (size_t i = 0; i < ROOM; i++) {
        fds[i] = dial(&t, 0);
        puts_to(fds[i], POST "Content-Length: 5\r\n\r\nhell");
    }
    sleep_ms(1500);
    for (size_t i = 0; i < 20; i++)
        assert_serves_again(&t);
    for (size_t i = 0; i < ROOM; i++)
        close(fds[i]);
    test_stop(&t, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_a_request_is_cut_off),  cmocka_unit_test(a_byte_now_and_then_is_cut_off),
        cmocka_unit_test(an_unread_reply_is_cut_off), cmocka_unit_test(idle_connections_end),
        cmocka_unit_test(a_crowd_makes_room),         cmocka_unit_test(slow_requests_make_room_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
