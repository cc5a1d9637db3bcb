/* SPDX-License-Identifier: Apache-2.0 */
/* libmicrohttpd reads the requests, polled from outside: one epoll descriptor for each of the two addresses. It bounds a
 * head by CLIENT_VISITOR_MEMORY and answers what is no HTTP by itself; visitors that take too long are shut out here. */
#include "loopback.h"

#include "base/secret.h"
#include "client_limits.h"
#include "http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ADDRESSES = 2, TRIES = 16 };

struct visitor {
    int fd; /* -1: none */
    int64_t until;
};

struct loopback {
    struct MHD_Daemon *daemons[ADDRESSES]; /* NULL: this machine has no such address */
    int epolls[ADDRESSES];
    struct visitor visitors[CLIENT_VISITORS];
    unsigned port;
    char path[CLIENT_WEB_PATH + 1];
    loopback_visit *visit;
    void *ctx;
    bool has_left; /* somebody, since it was looked at */
    bool taken;
    bool sent;
    int64_t over_at; /* when the page has had its time */
};

/* ---- pages ---- */

#define PAGE(title, text)                                                                            \
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "      \
    "content=\"width=device-width\"><title>" title "</title></head><body><h1>" title "</h1><p>" text \
    "</p></body></html>\n"

static const struct {
    unsigned status;
    const char *html;
} pages[LOOPBACK_PAGES] = {
    [LOOPBACK_STRAY] = { MHD_HTTP_BAD_REQUEST,
                         PAGE("Not the answer that is awaited", "Go back to the page where you sign in.") },
    [LOOPBACK_DONE] = { MHD_HTTP_OK,
                        PAGE("That is all here", "You can close this window and go back to the program.") },
    [LOOPBACK_FAILED] = { MHD_HTTP_OK,
                          PAGE("You are not signed in", "You can close this window. The program says what happened.") },
};

static const char not_here[] = PAGE("Nothing here", "This address only waits for a browser to come back.");

/* The address bar holds a code: nobody is told where the visitor was, and nothing is kept. */
static enum MHD_Result send_page(struct MHD_Connection *connection, unsigned status, const char *html)
{
    static const char *const headers[][2] = {
        { "Content-Type", "text/html; charset=utf-8" },
        { "Cache-Control", "no-store" },
        { "Connection", "close" },
        { "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'" },
        { "Referrer-Policy", "no-referrer" },
        { "X-Content-Type-Options", "nosniff" },
    };
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(html), (void *)(uintptr_t)html, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
        MHD_add_response_header(response, headers[i][0], headers[i][1]);
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, "Allow", "GET");
    enum MHD_Result queued = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return queued;
}

/* ---- requests ---- */

/* Of a request: its target as it was sent, as libmicrohttpd changes it while it reads it. */
struct request {
    char *target;
    bool is_the_one;
};

static void *on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
    struct request *request = calloc(1, sizeof(*request));
    (void)cls, (void)connection;
    if (request != NULL)
        request->target = strdup(target);
    return request;
}

/* What is sent once the request is known to be a GET. */
static enum MHD_Result answer(struct loopback *loopback, struct MHD_Connection *connection, struct request *request)
{
    struct slice query;
    struct slice path = slice_cut(slice_of(request->target), '?', &query);
    if (!slice_eq(path, slice_of(loopback->path)) || loopback->taken)
        return send_page(connection, MHD_HTTP_NOT_FOUND, not_here);
    enum loopback_page page = loopback->visit(loopback->ctx, query);
    if (page != LOOPBACK_STRAY) {
        loopback->taken = request->is_the_one = true;
        loopback->over_at = http_ticks() + CLIENT_PAGE_MS;
    }
    return send_page(connection, pages[page].status, pages[page].html);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *data, size_t *data_n, void **context)
{
    struct request *request = *context;
    (void)url, (void)version, (void)data, (void)data_n;
    if (request == NULL || request->target == NULL)
        return MHD_NO; /* without memory: the connection is closed */
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0)
        return send_page(connection, MHD_HTTP_METHOD_NOT_ALLOWED, not_here);
    return answer(cls, connection, request);
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code)
{
    struct loopback *loopback = cls;
    struct request *request = *context;
    (void)connection, (void)code;
    if (request == NULL)
        return;
    loopback->sent = loopback->sent || request->is_the_one;
    if (request->target != NULL)
        wipe(request->target, strlen(request->target)); /* a code may be in it */
    free(request->target);
    free(request);
    *context = NULL;
}

/* ---- visitors ---- */

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct loopback *loopback = cls;
    struct visitor *visitor = *context;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        loopback->has_left = true;
        if (visitor != NULL)
            visitor->fd = -1;
        return;
    }
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    for (size_t i = 0; i < CLIENT_VISITORS && info != NULL; i++) {
        visitor = &loopback->visitors[i];
        if (visitor->fd >= 0)
            continue;
        *visitor = (struct visitor){ info->connect_fd, http_ticks() + CLIENT_VISITOR_MS };
        *context = visitor;
        return;
    }
}

/* The engine's own time-out begins anew with every byte. */
static void shut_out(struct loopback *loopback)
{
    int64_t now = http_ticks();
    for (size_t i = 0; i < CLIENT_VISITORS; i++) {
        if (loopback->visitors[i].fd >= 0 && now >= loopback->visitors[i].until)
            shutdown(loopback->visitors[i].fd, SHUT_RDWR);
    }
}

/* ---- sockets ---- */

/* Connections of the last sign-in, which are over but remembered for a minute, do not keep the port from the next one; another
 * one that listens there does, on Linux. */
static int listen_at(const struct sockaddr *address, socklen_t n)
{
    static const int yes = 1;
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    bool ready = address->sa_family != AF_INET6 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes)) == 0;
    if (ready && bind(fd, address, n) == 0 && listen(fd, CLIENT_VISITORS) == 0)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

static int listen_v4(unsigned port, unsigned *got)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof(address);
    int fd = listen_at((const struct sockaddr *)&address, n);
    if (fd >= 0 && getsockname(fd, (struct sockaddr *)&address, &n) == 0)
        *got = ntohs(address.sin_port);
    return fd;
}

static int listen_v6(unsigned port)
{
    const struct sockaddr_in6 address = { .sin6_family = AF_INET6,
                                          .sin6_port = htons((uint16_t)port),
                                          .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    return listen_at((const struct sockaddr *)&address, sizeof(address));
}

/* One port of both addresses: browsers take either for localhost, and where somebody else has the other one, that is
 * where the code could end. */
static bool listen_both(unsigned port, int fds[ADDRESSES], unsigned *got)
{
    for (int i = 0; i < TRIES; i++) {
        fds[0] = listen_v4(port, got);
        if (fds[0] < 0)
            return false;
        fds[1] = listen_v6(*got);
        if (fds[1] >= 0 || errno != EADDRINUSE)
            return true;
        close(fds[0]);
        errno = EADDRINUSE;
        if (port != 0)
            return false;
    }
    return false;
}

static struct MHD_Daemon *start_daemon(struct loopback *loopback, int fd)
{
    return MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_request, loopback, MHD_OPTION_LISTEN_SOCKET, fd,
                            MHD_OPTION_CONNECTION_LIMIT, (unsigned)CLIENT_VISITORS / ADDRESSES,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CLIENT_VISITOR_MEMORY,
                            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CLIENT_VISITOR_MS / 1000,
                            MHD_OPTION_URI_LOG_CALLBACK, on_target, loopback, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
                            loopback, MHD_OPTION_NOTIFY_CONNECTION, on_connection, loopback, MHD_OPTION_END);
}

/* The socket belongs to the daemon once it runs. */
static bool attach(struct loopback *loopback, size_t i, int fd)
{
    struct MHD_Daemon *daemon = start_daemon(loopback, fd);
    const union MHD_DaemonInfo *info = daemon != NULL ? MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
    loopback->daemons[i] = daemon;
    if (daemon == NULL)
        close(fd);
    if (info == NULL)
        return false;
    loopback->epolls[i] = info->epoll_fd;
    return true;
}

struct loopback *loopback_open(unsigned port, const char *path, loopback_visit *visit, void *ctx)
{
    struct loopback *loopback = calloc(1, sizeof(*loopback));
    int fds[ADDRESSES] = { -1, -1 };
    if (loopback == NULL)
        return NULL;
    loopback->visit = visit;
    loopback->ctx = ctx;
    for (size_t i = 0; i < CLIENT_VISITORS; i++)
        loopback->visitors[i].fd = -1;
    bool open = slice_to_cstr(slice_of(path), loopback->path, sizeof(loopback->path)) &&
                listen_both(port, fds, &loopback->port);
    for (size_t i = 0; i < ADDRESSES && open; i++) {
        if (fds[i] < 0)
            continue;
        open = attach(loopback, i, fds[i]);
        fds[i] = -1;
    }
    if (fds[1] >= 0)
        close(fds[1]); /* the first one failed */
    if (open)
        return loopback;
    loopback_close(loopback);
    return NULL;
}

void loopback_close(struct loopback *loopback)
{
    if (loopback == NULL)
        return;
    int why = errno;
    for (size_t i = 0; i < ADDRESSES; i++) {
        if (loopback->daemons[i] != NULL)
            MHD_stop_daemon(loopback->daemons[i]);
    }
    free(loopback);
    errno = why;
}

unsigned loopback_port(const struct loopback *loopback)
{
    return loopback->port;
}

/* ---- waiting ---- */

/* Where all places were taken, the engine begins to listen again only when it is run after somebody has left. */
static void run(struct loopback *loopback, struct MHD_Daemon *daemon)
{
    int rounds = 0;
    do {
        loopback->has_left = false;
        MHD_run(daemon);
    } while (loopback->has_left && ++rounds < CLIENT_VISITORS); /* then the next step goes on */
}

void loopback_step(struct loopback *loopback)
{
    shut_out(loopback);
    for (size_t i = 0; i < ADDRESSES; i++) {
        if (loopback->daemons[i] != NULL)
            run(loopback, loopback->daemons[i]);
    }
}

bool loopback_is_over(const struct loopback *loopback)
{
    return loopback->taken && (loopback->sent || http_ticks() >= loopback->over_at);
}

size_t loopback_waits(const struct loopback *loopback, struct pollfd *waits, size_t n, size_t cap, int *timeout_ms)
{
    for (size_t i = 0; i < ADDRESSES; i++) {
        MHD_UNSIGNED_LONG_LONG left = 0;
        if (loopback->daemons[i] == NULL)
            continue;
        if (n < cap)
            waits[n++] = (struct pollfd){ .fd = loopback->epolls[i], .events = POLLIN };
        else
            http_lower_timeout(timeout_ms, http_ticks() + CLIENT_BLIND_MS);
        if (MHD_get_timeout(loopback->daemons[i], &left) == MHD_YES)
            http_lower_timeout(timeout_ms, http_ticks() + (int64_t)left);
    }
    for (size_t i = 0; i < CLIENT_VISITORS; i++) {
        if (loopback->visitors[i].fd >= 0)
            http_lower_timeout(timeout_ms, loopback->visitors[i].until);
    }
    if (loopback->taken)
        http_lower_timeout(timeout_ms, loopback->over_at);
    return n;
}
