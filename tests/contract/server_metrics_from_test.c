/* SPDX-License-Identifier: Apache-2.0 */
/* Who may read /metrics: the addresses of the configuration, by the true address of whoever asks. */
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { MOST = 3 };

/* All arrive from 127.0.0.1. */
static const struct {
    const char *from[MOST]; /* the first NULL: loopback */
    bool nobody;
    const char *proxies[MOST];
    const char *headers;
    int status;
} rows[] = {
    { .headers = "", .status = 200 },
    { .headers = "", .nobody = true, .status = 404 },
    { .headers = "", .from = { "10.0.0.0/8" }, .status = 404 },
    { .headers = "", .from = { "10.0.0.0/8", "127.0.0.1" }, .status = 200 },
    /* a proxy on this machine that nobody told us of */
    { .headers = "X-Forwarded-For: 203.0.113.9\r\n", .status = 404 },
    { .headers = "X-Forwarded-For: 127.0.0.1\r\n", .status = 404 },
    { .headers = "X-Forwarded-For:\r\n", .status = 404 },
    /* one that is trusted tells who asks, and only what it added itself counts */
    { .headers = "", .proxies = { "127.0.0.1" }, .status = 200 },
    { .headers = "X-Forwarded-For: 203.0.113.9\r\n", .proxies = { "127.0.0.1" }, .status = 404 },
    { .headers = "X-Forwarded-For: 127.0.0.1, 203.0.113.9\r\n", .proxies = { "127.0.0.1" }, .status = 404 },
    { .headers = "X-Forwarded-For: ::1\r\nX-Forwarded-For: 203.0.113.9\r\n",
      .proxies = { "127.0.0.1" },
      .status = 404 },
    { .headers = "X-Forwarded-For: nobody\r\n", .proxies = { "127.0.0.1" }, .status = 404 },
    { .headers = "X-Forwarded-For: 10.1.2.3\r\n", .from = { "10.0.0.0/8" }, .proxies = { "127.0.0.1" }, .status = 200 },
    { .headers = "X-Forwarded-For: 10.1.2.3, 203.0.113.9\r\n",
      .from = { "10.0.0.0/8" },
      .proxies = { "127.0.0.1" },
      .status = 404 },
    { .headers = "X-Forwarded-For: 10.1.2.3\r\n", .from = { "10.0.0.0/8" }, .status = 404 },
};

static size_t length(const char *const *list)
{
    size_t n = 0;

    while (n < MOST && list[n] != NULL)
        n++;
    return n;
}

static void ask(const struct world *w, const char *headers, struct world_reply *reply)
{
    char request[512];
    int fd = world_connect(w);
    int n = snprintf(request, sizeof request, "GET /metrics HTTP/1.1\r\nHost: a\r\n%s\r\n", headers);

    assert_true(world_exchange(fd, request, (size_t)n, reply));
    close(fd);
}

static void test_rows(void **state)
{
    static struct world_reply reply;
    struct world w;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool own = rows[i].nobody || rows[i].from[0] != NULL;
        world_open(&w, &(struct world_options){ .seed = 1,
                                                .no_seed = true,
                                                .metrics_from = own ? rows[i].from : NULL,
                                                .metrics_from_count = length(rows[i].from),
                                                .trusted_proxies = rows[i].proxies,
                                                .trusted_proxy_count = length(rows[i].proxies) });
        ask(&w, rows[i].headers, &reply);
        if (reply.status != rows[i].status)
            fail_msg("row %zu: %d", i + 1, reply.status);
        assert_true(reply.status == 200 || strstr(reply.body, "\"error_codes\":[90023]") != NULL);
        world_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
