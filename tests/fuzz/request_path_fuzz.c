/* SPDX-License-Identifier: Apache-2.0 */
/* The whole way of a request: raw bytes to a real server over a real socket. Whatever they are, the server answers or
 * closes the connection, never with a fault of its own, and goes on serving. Inputs that begin with '!' become the body of
 * a well-formed post to the endpoint that the second byte chooses, so that mutations reach the flows. */
#include "support/world.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

enum { MOST = 12000, EVERY = 512 };

static struct world world;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    world_open(&world, &(struct world_options){ .seed = 1 });
    return 0;
}

static void assert_alive(void)
{
    static struct world_reply reply;

    world_post(&world, "/petstore/oauth2/v2.0/initiate", "",
               "client_id=" WORLD_APP "&username=sam%40example.org&challenge_type=oob+redirect", &reply);
    ASSERT(reply.status == 200);
}

/* Sends all, then reads until the server closes or says nothing more. */
static void deliver(const char *bytes, size_t n)
{
    char reply[16384];
    size_t have = 0;
    struct timeval patience = { .tv_usec = 20000 };
    int fd = world_connect(&world);

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (n == 0 || send(fd, bytes, n, MSG_NOSIGNAL) > 0) {
        shutdown(fd, SHUT_WR);
        for (ssize_t got = 1; got > 0 && have + 1 < sizeof reply; have += (size_t)(got > 0 ? got : 0))
            got = recv(fd, reply + have, sizeof reply - 1 - have, 0);
    }
    close(fd);
    reply[have] = '\0';
    ASSERT(strncmp(reply, "HTTP/1.1 500", 12) != 0 || strstr(reply, "server_error") == NULL);
}

static void post(const uint8_t *data, size_t size)
{
    static const char *const endpoints[] = { "/petstore/oauth2/v2.0/initiate",
                                             "/petstore/oauth2/v2.0/challenge",
                                             "/petstore/oauth2/v2.0/token",
                                             "/petstore/oauth2/v2.0/devicecode",
                                             "/oidc/userinfo",
                                             "/devicelogin",
                                             "/petstore/oauth2/v2.0/logout",
                                             "/petstore/oauth2/v2.0/authorize" };
    char request[MOST + 256];
    int head = snprintf(request, sizeof request,
                        "POST %s HTTP/1.1\r\nHost: l\r\nConnection: close\r\n"
                        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n",
                        endpoints[data[1] % (sizeof endpoints / sizeof endpoints[0])], size - 2);

    memcpy(request + head, data + 2, size - 2);
    deliver(request, (size_t)head + size - 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned runs;

    if (size > MOST)
        return -1;
    if (size > 2 && data[0] == '!')
        post(data, size);
    else
        deliver((const char *)data, size);
    if (++runs % EVERY == 0)
        assert_alive();
    return 0;
}
