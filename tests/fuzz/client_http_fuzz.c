/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as what a server sends, through libcurl and a connection: status, Retry-After, content type, body and errors as
 * libcurl hands them on, then the answer they make. */
#include "authority.h"
#include "base/err.h"
#include "client_internal.h"
#include "reply.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
    int listener;
    int connection; /* -1: none */
    char url[64];
    struct doorcode_client *client;
    struct http *http;
} stage;

static void set_up(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof(address);
    struct doorcode_options options;
    stage.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    bool listens = bind(stage.listener, (struct sockaddr *)&address, n) == 0 && listen(stage.listener, 8) == 0 &&
                   getsockname(stage.listener, (struct sockaddr *)&address, &n) == 0;
    snprintf(stage.url, sizeof(stage.url), "http://127.0.0.1:%d/t", ntohs(address.sin_port));
    doorcode_options_init(&options);
    options.authority = stage.url;
    options.client_id = "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31";
    options.proxy = "";
    options.timeout_ms = 2000;
    if (!listens || doorcode_client_new(&options, &stage.client) != NULL)
        abort();
    stage.connection = -1;
    stage.http = http_open(stage.client);
    if (stage.http == NULL)
        abort();
}

static void hang_up(void)
{
    if (stage.connection >= 0)
        close(stage.connection);
    stage.connection = -1;
}

/* Once a request is there, all bytes at once, then the end; closed when the client has gone, so that nothing is lost. */
static void serve(const uint8_t *data, size_t size)
{
    char request[4096];
    ssize_t n = recv(stage.connection, request, sizeof(request), 0);
    if (n <= 0) {
        hang_up();
        return;
    }
    (void)!send(stage.connection, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(stage.connection, SHUT_WR);
}

static void wait_and_serve(const uint8_t *data, size_t size)
{
    struct pollfd waits[CLIENT_WAITS + 2] = { { .fd = stage.listener, .events = POLLIN },
                                              { .fd = stage.connection, .events = POLLIN } };
    int timeout_ms = -1;
    size_t n = http_waits(stage.http, waits, 2, CLIENT_WAITS + 2, &timeout_ms);
    poll(waits, n, timeout_ms);
    if (waits[1].revents != 0)
        serve(data, size);
    if (waits[0].revents != 0) {
        hang_up();
        stage.connection = accept(stage.listener, NULL, NULL);
    }
}

static void look_at(const struct http_answer *answer)
{
    struct reply reply;
    ASSERT(answer->detail != NULL && answer->retry_after >= 0 && answer->retry_after <= CLIENT_RETRY_AFTER);
    ASSERT(answer->status >= 0 && answer->status <= 999 && answer->body.n <= CLIENT_ANSWER);
    reply_parse(REPLY_OF_INITIATE, answer, "correlation", &reply);
    ASSERT(!reply.memory.full);
    ASSERT(reply.kind == REPLY_STARTED || reply.kind == REPLY_REDIRECT || reply.kind == REPLY_ERROR);
    ASSERT(reply.kind == REPLY_ERROR || answer->status == 200);
    for (const char *c = reply.error.description; reply.kind == REPLY_ERROR && *c != '\0'; c++)
        ASSERT((unsigned char)*c >= 0x20 && *c != 0x7f);
    reply_free(&reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_answer answer;
    if (stage.http == NULL)
        set_up();
    const struct http_request request = {
        .url = stage.url,
        .form = SLICE("a=b"),
        .once = true, /* so that nothing is waited for */
        .correlation_id = "b9d1c1ce-5c7b-4d0e-a1f2-7f4f0c6a9a11",
    };
    http_begin(stage.http, &request);
    while (!http_step(stage.http, &answer))
        wait_and_serve(data, size);
    look_at(&answer);
    return 0;
}
