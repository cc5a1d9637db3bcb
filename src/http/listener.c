/* SPDX-License-Identifier: Apache-2.0 */
#include "http/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PORT_TEXT = 6, BACKLOG = 4096 /* the kernel cuts it to net.core.somaxconn */ };

static err complain(const struct http_listener *listener, const char *text, char why[LISTENER_WHY])
{
    snprintf(why, LISTENER_WHY, "%.60s port %u: %.80s", listener->address, listener->port, text);
    return FAIL(IO);
}

static bool prepare(int fd, const struct addrinfo *info)
{
    static const int on = 1, off = 0;

    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
        return false;
    if (info->ai_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0)
        return false;
    return bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0;
}

err listener_open(const struct http_listener *listener, int *fd, char why[LISTENER_WHY])
{
    const struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
        .ai_socktype = SOCK_STREAM,
    };
    struct addrinfo *info;
    char port[PORT_TEXT];

    snprintf(port, sizeof port, "%u", listener->port);
    int code = getaddrinfo(listener->address, port, &hints, &info);
    if (code != 0)
        return complain(listener, gai_strerror(code), why);
    int s = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool ready = s >= 0 && prepare(s, info);
    int reason = errno;
    freeaddrinfo(info);
    if (!ready) {
        if (s >= 0)
            close(s);
        return complain(listener, strerror(reason), why);
    }
    *fd = s;
    return OK;
}

uint16_t listener_port(int fd)
{
    struct sockaddr_storage a;
    socklen_t n = sizeof a;

    memset(&a, 0, sizeof a);
    if (getsockname(fd, (struct sockaddr *)&a, &n) != 0)
        return 0;
    if (a.ss_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)&a)->sin6_port);
    return ntohs(((const struct sockaddr_in *)&a)->sin_port);
}
