/* SPDX-License-Identifier: Apache-2.0 */
/* free_port.h: for a server that has to know its port before it listens, or that comes back to it. Included by one file each. */
#ifndef DOORCODE_TESTS_FREE_PORT_H
#define DOORCODE_TESTS_FREE_PORT_H

#include <arpa/inet.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

static inline bool port_is_free(uint16_t port)
{
    const struct sockaddr_in address = { .sin_family = AF_INET,
                                         .sin_port = htons(port),
                                         .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is = fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) == 0;

    close(fd);
    return is;
}

/* A port of loopback that nobody uses just now. Not one of those that the system gives to connections: one might take it before
 * the server does. Tests that run at the same time begin their search at different places. */
static inline uint16_t free_port(void)
{
    enum { FIRST = 10000, PORTS = 20000 };
    static atomic_uint tried;
    uint16_t port;

    do
        port = (uint16_t)(FIRST + ((unsigned)getpid() * 101 + atomic_fetch_add(&tried, 1)) % PORTS);
    while (!port_is_free(port));
    return port;
}

#endif
