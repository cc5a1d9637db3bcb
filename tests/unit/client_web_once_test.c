/* SPDX-License-Identifier: Apache-2.0 */
/* A code is sent once, also where libcurl would send it again: over a connection that was used before and breaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/web_visit.h"

/* Tells metadata and keys over a connection that stays, and hangs up on every request for tokens. */
struct server {
    int fd;
    char origin[64];
    struct tenant tenant;
    _Atomic size_t asked_for_tokens;
};

/* False: it is over with this visitor. */
static bool answer_visitor(struct server *server, int fd)
{
    char head[128];
    char *request = answer_read_request(fd);
    char *page = tenant_page(&server->tenant, server->origin, request);
    server->asked_for_tokens += strncmp(request, "POST ", 5) == 0;
    if (page != NULL) {
        snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", strlen(page));
        answer_send(fd, head, strlen(head));
        answer_send(fd, page, strlen(page));
    }
    free(request);
    bool stays = page != NULL;
    free(page);
    return stays;
}

enum { VISITORS = 8 };

/* The first place is the port's. */
static void *serve(void *ctx)
{
    struct server *server = ctx;
    struct pollfd waits[1 + VISITORS] = { { .fd = server->fd, .events = POLLIN } };
    size_t n = 1;
    while (poll(waits, n, -1) >= 0 && (waits[0].revents & POLLHUP) == 0) {
        for (size_t i = 1; i < n; i++) {
            if (waits[i].revents != 0 && !answer_visitor(server, waits[i].fd)) {
                close(waits[i].fd);
                waits[i].fd = -1;
            }
        }
        if (waits[0].revents != 0 && n <= VISITORS)
            waits[n++] = (struct pollfd){ .fd = accept(server->fd, NULL, NULL), .events = POLLIN };
    }
    while (n > 1)
        close(waits[--n].fd);
    return NULL;
}

static void a_code_is_sent_once(void **state)
{
    (void)state;
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t n = sizeof address;
    struct server server = { .fd = socket(AF_INET, SOCK_STREAM, 0) };
    struct doorcode_client *client;
    struct doorcode_web *web;
    char authority[128];
    pthread_t thread;
    assert_int_equal(bind(server.fd, (struct sockaddr *)&address, n), 0);
    assert_int_equal(listen(server.fd, 4), 0);
    assert_int_equal(getsockname(server.fd, (struct sockaddr *)&address, &n), 0);
    snprintf(server.origin, sizeof server.origin, "http://127.0.0.1:%d", ntohs(address.sin_port));
    tenant_facts(&server.tenant);
    assert_int_equal(pthread_create(&thread, NULL, serve, &server), 0);
    snprintf(authority, sizeof authority, "%s/petstore", server.origin);
    const struct doorcode_options options = { .authority = authority, .client_id = TENANT_CLIENT };
    assert_null(doorcode_client_new(&options, &client));
    doorcode_web_start(client, NULL, &web);
    assert_int_equal(doorcode_web_run(web), DOORCODE_WEB_OPEN);
    assert_int_equal(web_visit(web, "/?code=c&state={state}", NULL), 200);
    assert_int_equal(web_finish(web), DOORCODE_WEB_FAILED);
    assert_int_equal(doorcode_web_error(web)->kind, DOORCODE_ERROR_UNREACHABLE);
    doorcode_web_free(web);
    doorcode_client_free(client);
    shutdown(server.fd, SHUT_RDWR);
    assert_int_equal(pthread_join(thread, NULL), 0);
    close(server.fd);
    assert_int_equal(server.asked_for_tokens, 1);
    tenant_close(&server.tenant);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_code_is_sent_once) };
    return cmocka_run_group_tests_name("client: a code is sent once", tests, NULL, NULL);
}
