/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP engine: libmicrohttpd behind http.h, and the only file that knows it (0.9.75; keep it building with 1.x).
 *
 * Some requests the engine refuses before it calls us, and it has HTML for them: a request line or version it can't read, a
 * header line without a colon, a Content-Length that is no number, a head that exceeds LIMIT_CONNECTION_MEMORY,
 * malformed chunks. It queues its answers through its own public function, which is therefore defined here: a
 * program's symbols stand before a library's. So they reach the handler, too, which tells them like all others; but for
 * two, after which the connection is closed without a word (is_said_twice). */
#include "base/limits.h"
#include "http/engine.h"
#include "http/listener.h"

#include <dlfcn.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    OPTIONS = 16,
    ACCEPTED_AT_ONCE = 32, /* by one worker before it gets to closing others: the engine takes 10 in a row */
    POLL_MS = 5,           /* while stopping */
};

static err server_fill(struct http_server *s, const struct http_options *options, char why[200]);
/* With epoll, 0.9.75 never waits for a client that is in the middle of its TLS handshake: it spins, a silent client a
 * core (tests/hostile/http_tls_test.c). With poll it waits. */
enum {
    PLAIN_FLAGS = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO,
    TLS_FLAGS = MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_TLS,
};

static err port_open(struct http_server *s, const struct http_listener *listener, char why[200]);
static void server_free(struct http_server *s);

static bool find_queue(void);
static enum MHD_Result on_accept(void *cls, const struct sockaddr *address, socklen_t n);
static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code);
static void *on_target(void *cls, const char *target, struct MHD_Connection *connection);
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *data, size_t *data_n, void **context);
static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code);
static enum MHD_Result run(struct running *r);
static enum MHD_Result step(struct running *r);
static size_t keep_escapes(void *cls, struct MHD_Connection *connection, char *s);

err http_start(const struct http_options *options, struct http_server **out, char why[200])
{
    struct http_server *s = calloc(1, sizeof *s);

    why[0] = '\0';
    ENSURE(s != NULL, NO_MEMORY);
    err e = find_queue() ? server_fill(s, options, why) : FAIL(IO);
    for (size_t i = 0; err_is_ok(e) && i < options->listener_count; i++)
        e = port_open(s, &options->listeners[i], why);
    if (!err_is_ok(e)) {
        if (why[0] == '\0')
            snprintf(why, 200, "%s", err_text(e));
        http_stop(s, 0);
        return e;
    }
    *out = s;
    return OK;
}

uint16_t http_server_port(const struct http_server *s, size_t listener)
{
    return listener < s->ports_n ? s->ports[listener].number : 0;
}

err http_reload_certificate(struct http_server *s)
{
    char why[TLS_WHY] = "";

    if (s->tls == NULL)
        return OK;
    err e = tls_reload(s->tls, why);
    if (err_is_ok(e))
        EMIT(s->events, certificate_loaded, NULL, field_reason("reloaded"));
    else
        EMIT(s->events, certificate_failed, NULL, field_detail(slice_of(why)));
    return e;
}

size_t http_connections(const struct http_server *s)
{
    return s->deadlines == NULL ? 0 : deadlines_count(s->deadlines);
}

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

void http_stop(struct http_server *s, unsigned seconds)
{
    atomic_store(&s->draining, true);
    if (s->deadlines != NULL) {
        for (long left = (long)seconds * 1000; left > 0 && http_connections(s) > 0; left -= POLL_MS) {
            deadlines_shut(s->deadlines, false);
            pause_ms(POLL_MS);
        }
        atomic_store(&s->closing, true);
        deadlines_shut(s->deadlines, true);
        while (atomic_load(&s->pending) > 0)
            pause_ms(POLL_MS);
    }
    for (size_t i = 0; i < s->ports_n; i++)
        MHD_stop_daemon(s->ports[i].daemon);
    server_free(s);
}

void http_suspend(struct http_call *call)
{
    struct running *r = running_of(call->engine);

    ASSERT(r->stage == STAGE_HANDLER && !r->suspended);
    r->suspended = true;
    atomic_fetch_add(&r->server->pending, 2);
    MHD_suspend_connection(r->connection);
}

void http_wake(struct http_call *call)
{
    struct running *r = running_of(call->engine);
    struct http_server *s = r->server;

    MHD_resume_connection(r->connection); /* from here on the call belongs to its worker */
    atomic_fetch_sub(&s->pending, 1);
}

static err parse_proxies(struct http_server *s, const struct http_options *options, char why[200])
{
    s->proxies = calloc(options->trusted_proxy_count + 1, sizeof s->proxies[0]);
    ENSURE(s->proxies != NULL, NO_MEMORY);
    for (; s->proxies_n < options->trusted_proxy_count; s->proxies_n++) {
        const char *text = options->trusted_proxies[s->proxies_n];
        err e = address_range_parse(slice_of(text), &s->proxies[s->proxies_n]);
        if (!err_is_ok(e)) {
            snprintf(why, 200, "trusted proxy %.100s is neither an address nor a network", text);
            return e;
        }
    }
    return OK;
}

static unsigned or_default(unsigned value, unsigned other)
{
    return value == 0 ? other : value;
}

static unsigned cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    return n > 0 ? (unsigned)n : 1;
}

static err server_fill(struct http_server *s, const struct http_options *options, char why[200])
{
    bool tls = false;

    ASSERT(options->listener_count <= ENGINE_PORTS);
    s->handler = options->handler;
    s->events = options->events;
    s->max_connections = or_default(options->max_connections, LIMIT_CONNECTIONS);
    s->workers = or_default(options->workers, cores());
    const size_t at_once = s->workers * options->listener_count * ACCEPTED_AT_ONCE;
    const size_t reserve = at_once > s->max_connections / 8 ? at_once : s->max_connections / 8;
    const struct deadline_options limits = {
        .capacity = s->max_connections,
        .reserve = reserve < s->max_connections / 2 ? reserve : s->max_connections / 2,
        .request_seconds = or_default(options->request_seconds, LIMIT_REQUEST_SECONDS),
        .idle_seconds = or_default(options->idle_seconds, LIMIT_IDLE_SECONDS),
        .events = options->events,
    };
    TRY(parse_proxies(s, options, why));
    s->blocks = blocks_new(sizeof(struct running), LIMIT_CALLS_KEPT);
    ENSURE(s->blocks != NULL, NO_MEMORY);
    TRY(deadlines_open(&limits, &s->deadlines));
    for (size_t i = 0; i < options->listener_count; i++)
        tls = tls || options->listeners[i].tls;
    return tls ? tls_open(options->certificate_file, options->key_file, &s->tls, why) : OK;
}

/* Options of a daemon. A function pointer travels as an integer: that is how the engine's option array has it. */
static void engine_options(struct MHD_OptionItem options[OPTIONS], struct engine_port *port, int fd)
{
    const unsigned workers = port->server->workers;
    const unsigned most = (unsigned)port->server->max_connections * workers;
    const struct MHD_OptionItem common[] = {
        { MHD_OPTION_LISTEN_SOCKET, fd, NULL },
        { MHD_OPTION_CONNECTION_MEMORY_LIMIT, LIMIT_CONNECTION_MEMORY, NULL },
        /* The engine divides this among its workers, who then stop accepting one by one; the true bound is in
         * deadline.c. */
        { MHD_OPTION_CONNECTION_LIMIT, (intptr_t)most, NULL },
        /* 1 would refuse a missing Host and blanks in the target by itself, without JSON; the guard refuses both. */
        { MHD_OPTION_STRICT_FOR_CLIENT, 0, NULL },
        { MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, port },
        { MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, port },
        { MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_target, port },
        { MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)keep_escapes, port },
    };
    size_t n = sizeof common / sizeof common[0];

    memcpy(options, common, sizeof common);
    if (workers > 1)
        options[n++] = (struct MHD_OptionItem){ MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)workers, NULL };
    if (port->tls) {
        options[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_CERT_CALLBACK, 0, tls_retriever() };
        options[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)tls_priorities };
    }
    options[n] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
}

static err port_open(struct http_server *s, const struct http_listener *listener, char why[200])
{
    struct engine_port *port = &s->ports[s->ports_n];
    struct MHD_OptionItem items[OPTIONS];
    unsigned flags = MHD_ALLOW_SUSPEND_RESUME | (listener->tls ? TLS_FLAGS : PLAIN_FLAGS);
    int fd;

    TRY(listener_open(listener, &fd, why));
    *port = (struct engine_port){ .server = s, .number = listener_port(fd), .tls = listener->tls };
    engine_options(items, port, fd);
    port->daemon =
        MHD_start_daemon(flags, 0, on_accept, port, on_request, port, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
    if (port->daemon == NULL) {
        close(fd);
        snprintf(why, 200, "the HTTP engine did not start on port %u", port->number);
        return FAIL(IO);
    }
    s->ports_n++;
    return OK;
}

static void server_free(struct http_server *s)
{
    deadlines_close(s->deadlines);
    tls_close(s->tls);
    blocks_free(s->blocks);
    free(s->proxies);
    free(s);
}

static enum MHD_Result on_accept(void *cls, const struct sockaddr *address, socklen_t n)
{
    struct http_server *s = ((struct engine_port *)cls)->server;

    (void)address, (void)n;
    return !atomic_load(&s->draining) && deadlines_admit(s->deadlines) ? MHD_YES : MHD_NO;
}

/* ---- the engine's own answers ---- */

typedef enum MHD_Result queue_fn(struct MHD_Connection *connection, unsigned status, struct MHD_Response *response);

static queue_fn *real_queue;
/* Whether this thread is a worker of ours: other daemons of the process are left alone. */
static _Thread_local bool is_worker;
static _Thread_local bool is_ours; /* what is being queued */

static bool find_queue(void)
{
    *(void **)&real_queue = dlsym(RTLD_NEXT, "MHD_queue_response");
    return real_queue != NULL;
}

static enum MHD_Result queue(struct MHD_Connection *connection, unsigned status, struct MHD_Response *response)
{
    is_ours = true;
    enum MHD_Result result = real_queue(connection, status, response);
    is_ours = false;
    return result;
}

/* Of a Content-Length that is no number, and of more cookies than it has memory for, the engine (0.9.75) sends the head twice,
 * the second time as the first one's body. */
static bool is_said_twice(struct MHD_Connection *connection, unsigned status)
{
    if (status == MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE)
        return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_COOKIE) != NULL;

    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    uint64_t n;

    return length != NULL && !slice_to_u64(slice_of(length), UINT64_MAX, &n);
}

/* MHD_NO closes the connection. */
static enum MHD_Result answer_broken(struct MHD_Connection *connection, unsigned status)
{
    struct link *link = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    const struct engine_port *port = link == NULL ? NULL : link->port;
    bool silent = port == NULL || is_said_twice(connection, status);
    struct running *r = silent ? NULL : running_broken(port->server, link, status);

    if (r == NULL)
        return MHD_NO;
    r->connection = connection;
    r->call.request.tls = port->tls;
    return run(r);
}

/* Called by the engine. */
enum MHD_Result MHD_queue_response(struct MHD_Connection *connection, unsigned status, struct MHD_Response *response)
{
    if (real_queue == NULL && !find_queue())
        return MHD_NO;
    return is_worker && !is_ours ? answer_broken(connection, status) : real_queue(connection, status, response);
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct engine_port *port = cls;
    struct http_server *s = port->server;
    struct link *link = *context;

    is_worker = true;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (link != NULL) {
            if (link->request != NULL) /* the engine forgets to tell when it fails amid the request line */
                running_end(running_of(link->request));
            tls_release(&link->tls);
            link_close(s->deadlines, link);
        }
        return;
    }
    int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    *context = link = link_open(s->deadlines, fd);
    if (link == NULL) {
        shutdown(fd, SHUT_RDWR); /* too many at once slipped past on_accept */
        return;
    }
    link->port = port;
    link->peer = address_of(MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
    if (port->tls)
        tls_attach(s->tls, &link->tls,
                   MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION)->tls_session);
}

/* The router compares raw bytes, and arguments are read by wire/form. */
static size_t keep_escapes(void *cls, struct MHD_Connection *connection, char *s)
{
    (void)cls, (void)connection;
    return strlen(s);
}

/* The request line is there. The engine is about to cut the query into arguments, so the target is copied first. */
static void *on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
    struct engine_port *port = cls;
    struct link *link = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    struct running *r = link == NULL ? NULL : running_begin(port->server, link, slice_of(target));

    if (r == NULL)
        return NULL; /* on_request will close the connection */
    r->connection = connection;
    r->call.request.tls = port->tls;
    return r;
}

static enum MHD_Result collect_field(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_n,
                                     const char *value, size_t value_n)
{
    struct http_head *head = cls;

    (void)kind;
    head->overflow = head->count == LIMIT_HEADERS;
    if (head->overflow)
        return MHD_NO;
    head->fields[head->count++] = (struct http_field){ { name, name_n }, { value, value_n } };
    return MHD_YES;
}

static enum MHD_Result run(struct running *r)
{
    struct http_server *s = r->server;

    if (r->suspended)
        atomic_fetch_sub(&s->pending, 1);
    r->suspended = false;
    atomic_fetch_add(&s->pending, 1);
    enum MHD_Result result = atomic_load(&s->closing) ? MHD_NO : step(r);
    atomic_fetch_sub(&s->pending, 1);
    return result;
}

/* A function of its own, so that the array costs only the first of a request's callbacks. */
static enum MHD_Result read_head(struct running *r, const char *url, const char *method, const char *version)
{
    struct http_field fields[LIMIT_HEADERS];
    struct http_head head = {
        .method = slice_of(method),
        .target = { url, r->target_n },
        .version = slice_of(version),
        .fields = fields,
    };

    MHD_get_connection_values_n(r->connection, MHD_HEADER_KIND, collect_field, &head);
    const union MHD_ConnectionInfo *size =
        MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return running_head(r, &head, method + size->header_size) ? MHD_YES : run(r);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *data, size_t *data_n, void **context)
{
    (void)cls, (void)connection;
    if (*context == NULL)
        return MHD_NO; /* no memory, or no room in the table of connections */
    struct running *r = running_of(*context);
    if (r->stage == STAGE_HEAD)
        return read_head(r, url, method, version);
    if (*data_n == 0)
        return run(r);
    struct slice part = { data, *data_n };
    *data_n = 0;
    return running_body(r, part) ? MHD_YES : MHD_NO; /* MHD_NO closes the connection */
}

static enum MHD_Result send_reply(struct running *r)
{
    const struct http_reply *reply = &r->call.reply;
    /* Nothing is copied: arena and static memory live until on_completed. */
    struct MHD_Response *response =
        MHD_create_response_from_buffer(reply->body.n, (void *)(uintptr_t)reply->body.p, MHD_RESPMEM_PERSISTENT);

    if (response == NULL)
        return MHD_NO;
    enum MHD_Result result = MHD_YES;
    for (size_t i = 0; result == MHD_YES && i < reply->header_count; i++)
        result = MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
    if (result == MHD_YES && (r->last || atomic_load_explicit(&r->server->draining, memory_order_relaxed)))
        result = MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    if (result == MHD_YES)
        result = queue(r->connection, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    link_enter(r->link, LINK_SENDING);
    return result;
}

static enum MHD_Result step(struct running *r)
{
    struct http_handler *h = &r->server->handler;

    running_complete(r);
    if (h->handle(h->ctx, &r->call) == HTTP_DONE) {
        ASSERT(!r->suspended);
        return send_reply(r);
    }
    ASSERT(r->suspended);
    return MHD_YES;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code)
{
    (void)cls, (void)connection, (void)code;
    if (*context == NULL)
        return;
    struct running *r = running_of(*context);
    *context = NULL;
    link_enter(r->link, LINK_IDLE);
    running_end(r);
}
