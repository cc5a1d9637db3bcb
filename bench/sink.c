/* SPDX-License-Identifier: Apache-2.0 */
#include "sink.h"
#include "sink_code.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 4096,
    INPUT_MAX = 65536,  /* the largest mail */
    COMMAND_MAX = 1000, /* the longest command */
    ANSWERS_MAX = 1000, /* to what came together */
    RECIPIENT_MAX = 320,
    EVENTS_MAX = 64,
    HURRY = 1,
    STOP = 1 << 16,
};

struct peer {
    int fd;
    bool in_data;
    size_t chunk;     /* the data is this long (RFC 3030); 0: up to its dot */
    bool drop;        /* close once data comes */
    bool fail;        /* this mail is refused: decided at its DATA, as other connections may be in theirs */
    int64_t reply_at; /* a delayed answer is due, in ms; 0: none */
    size_t n;
    size_t scanned; /* of the data, already searched for its end */
    char recipient[RECIPIENT_MAX];
    size_t answers_n; /* they go together (RFC 2920, 3.2) */
    char answers[ANSWERS_MAX];
    char input[INPUT_MAX];
};

struct sink {
    struct sink_options options;
    int listener;
    int epoll;
    int news; /* what the thread is told: HURRY or STOP */
    bool hurried;
    uint16_t port;
    pthread_t thread;
    uint64_t data_seen;
    _Atomic uint64_t mails;
    _Atomic uint64_t connections;
    struct peer *peers[CONNECTIONS_MAX]; /* by descriptor */
};

static bool open_listener(struct sink *s);
static bool watch(struct sink *s, int fd);
static void *run(void *ctx);
static void accept_all(struct sink *s);
static void read_peer(struct sink *s, struct peer *p);
static bool take_input(struct sink *s, struct peer *p);

struct sink *sink_start(const struct sink_options *options)
{
    struct sink *s = calloc(1, sizeof *s);

    if (s == NULL)
        return NULL;
    s->options = *options;
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    s->news = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool ready = open_listener(s) && watch(s, s->listener) && watch(s, s->news);
    if (ready && pthread_create(&s->thread, NULL, run, s) == 0)
        return s;
    close(s->listener);
    close(s->news);
    close(s->epoll);
    free(s);
    return NULL;
}

static void tell(struct sink *s, uint64_t news)
{
    while (write(s->news, &news, sizeof news) < 0 && errno == EINTR)
        continue;
}

void sink_hurry(struct sink *s)
{
    tell(s, HURRY);
}

void sink_stop(struct sink *s)
{
    if (s == NULL)
        return;
    tell(s, STOP);
    pthread_join(s->thread, NULL);
    close(s->listener);
    close(s->news);
    close(s->epoll);
    free(s);
}

uint16_t sink_port(const struct sink *s)
{
    return s->port;
}

uint64_t sink_mails(struct sink *s)
{
    return atomic_load(&s->mails);
}

uint64_t sink_connections(struct sink *s)
{
    return atomic_load(&s->connections);
}

int64_t sink_cpu_us(const struct sink *s)
{
    clockid_t clock;
    struct timespec t = { 0, 0 };

    if (pthread_getcpuclockid(s->thread, &clock) == 0)
        clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static bool open_listener(struct sink *s)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(s->options.port) };
    socklen_t n = sizeof at;
    int on = 1;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(s->listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(s->listener, 256) != 0 ||
        getsockname(s->listener, (struct sockaddr *)&at, &n) != 0)
        return false;
    s->port = ntohs(at.sin_port);
    return true;
}

static bool watch(struct sink *s, int fd)
{
    struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

    return epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void close_peer(struct sink *s, struct peer *p)
{
    s->peers[p->fd] = NULL;
    close(p->fd);
    free(p);
}

static void flush(struct peer *p)
{
    /* Answers are short: where not even they fit, the client does not read, and its own deadline ends it. */
    ssize_t n = p->answers_n == 0 ? 0 : send(p->fd, p->answers, p->answers_n, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)n;
    p->answers_n = 0;
}

static void reply(struct peer *p, const char *line)
{
    size_t n = strlen(line);

    if (n > ANSWERS_MAX - p->answers_n)
        flush(p);
    memcpy(p->answers + p->answers_n, line, n);
    p->answers_n += n;
}

/* Answers what is due and returns how long to wait for the next, in ms; -1: for ever. */
static int answer_delayed(struct sink *s)
{
    int64_t now = now_ms(), next = -1;

    if (s->options.delay_ms == 0)
        return -1;
    for (int fd = 0; fd < CONNECTIONS_MAX; fd++) {
        struct peer *p = s->peers[fd];
        if (p == NULL || p->reply_at == 0)
            continue;
        if (p->reply_at <= now || s->hurried) {
            p->reply_at = 0;
            reply(p, "250 2.0.0 accepted\r\n");
            flush(p);
        } else if (next < 0 || p->reply_at - now < next) {
            next = p->reply_at - now;
        }
    }
    return (int)next;
}

static void *run(void *ctx)
{
    struct sink *s = ctx;
    struct epoll_event events[EVENTS_MAX];
    uint64_t news = 0; /* the sum of all since it was read */

    while (news < STOP) {
        int n = epoll_wait(s->epoll, events, EVENTS_MAX, answer_delayed(s));
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == s->news)
                s->hurried = read(fd, &news, sizeof news) > 0;
            else if (fd == s->listener)
                accept_all(s);
            else if (s->peers[fd] != NULL)
                read_peer(s, s->peers[fd]);
        }
    }
    for (int fd = 0; fd < CONNECTIONS_MAX; fd++)
        if (s->peers[fd] != NULL)
            close_peer(s, s->peers[fd]);
    return NULL;
}

static void accept_all(struct sink *s)
{
    int on = 1;

    for (;;) {
        int fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        struct peer *p = fd < CONNECTIONS_MAX ? malloc(sizeof *p) : NULL;
        if (p == NULL) {
            close(fd);
            continue;
        }
        memset(p, 0, offsetof(struct peer, input));
        p->fd = fd;
        s->peers[fd] = p;
        atomic_fetch_add(&s->connections, 1);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        reply(p, "220 sink.example ESMTP\r\n");
        flush(p);
        if (!watch(s, fd))
            close_peer(s, p);
    }
}

static void read_peer(struct sink *s, struct peer *p)
{
    ssize_t n = recv(p->fd, p->input + p->n, sizeof p->input - p->n, 0);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0)
        p->n += (size_t)n;
    bool goes_on = n > 0 && take_input(s, p) && p->n < sizeof p->input;
    flush(p);
    if (!goes_on)
        close_peer(s, p);
}

static void eat(struct peer *p, size_t n)
{
    p->n -= n;
    memmove(p->input, p->input + n, p->n);
}

static bool is_command(const struct peer *p, size_t n, const char *verb)
{
    return n >= strlen(verb) && strncasecmp(p->input, verb, strlen(verb)) == 0;
}

static void take_recipient(struct sink *s, struct peer *p, size_t n)
{
    const char *open = memchr(p->input, '<', n);
    const char *close = memchr(p->input, '>', n);
    char answer[64];
    int code = 250;

    if (open == NULL || close == NULL || close <= open || close - open > RECIPIENT_MAX) {
        reply(p, "501 5.1.3 bad address\r\n");
        return;
    }
    memcpy(p->recipient, open + 1, (size_t)(close - open - 1));
    p->recipient[close - open - 1] = '\0';
    if (s->options.recipient != NULL)
        code = s->options.recipient(s->options.ctx, p->recipient);
    snprintf(answer, sizeof answer, "%d %d.0.0 recipient\r\n", code, code / 100);
    reply(p, answer);
    if (code / 100 != 2)
        p->recipient[0] = '\0';
}

static bool every(uint64_t count, unsigned n)
{
    return n > 0 && count % n == 0;
}

static void begin_data(struct sink *s, struct peer *p, size_t chunk)
{
    s->data_seen++;
    p->in_data = true;
    p->chunk = chunk;
    p->scanned = 0;
    p->drop = every(s->data_seen, s->options.drop_every);
    p->fail = every(s->data_seen, s->options.fail_every);
}

static void take_data_command(struct sink *s, struct peer *p)
{
    if (p->recipient[0] == '\0') {
        reply(p, "503 5.5.1 for nobody\r\n");
        return;
    }
    begin_data(s, p, 0);
    reply(p, "354 go on\r\n");
}

static void greet(const struct sink *s, struct peer *p)
{
    static const char *const offers[] = { "250-PIPELINING\r\n250 CHUNKING\r\n", "250 PIPELINING\r\n", "250 HELP\r\n" };

    reply(p, "250-sink.example\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-SIZE 65000\r\n");
    reply(p, offers[s->options.offers]);
}

/* One command of n bytes; false ends the connection. */
static bool take_command(struct sink *s, struct peer *p, size_t n)
{
    if (is_command(p, n, "EHLO")) {
        greet(s, p);
    } else if (is_command(p, n, "RCPT TO:")) {
        take_recipient(s, p, n);
    } else if (is_command(p, n, "BDAT ") && s->options.offers == SINK_CHUNKING) {
        begin_data(s, p, strtoul(p->input + strlen("BDAT "), NULL, 10));
    } else if (is_command(p, n, "DATA")) {
        take_data_command(s, p);
    } else if (is_command(p, n, "QUIT")) {
        reply(p, "221 2.0.0 bye\r\n");
        return false;
    } else if (is_command(p, n, "HELO") || is_command(p, n, "MAIL FROM:") || is_command(p, n, "RSET") ||
               is_command(p, n, "NOOP")) {
        p->recipient[0] = '\0';
        reply(p, "250 2.0.0 ok\r\n");
    } else {
        reply(p, "502 5.5.1 unknown command\r\n");
    }
    return true;
}

static void finish_mail(struct sink *s, struct peer *p, size_t n)
{
    char code[SINK_CODE + 1];

    p->in_data = false;
    if (p->recipient[0] == '\0') { /* a chunk comes unasked */
        reply(p, "503 5.5.1 for nobody\r\n");
        return;
    }
    if (p->fail) {
        reply(p, "451 4.3.0 not now\r\n");
        return;
    }
    atomic_fetch_add(&s->mails, 1);
    if (s->options.mail != NULL) {
        sink_code(p->input, n, code);
        s->options.mail(s->options.ctx, p->recipient, code);
    }
    if (s->options.delay_ms > 0 && !s->hurried)
        p->reply_at = now_ms() + s->options.delay_ms;
    else
        reply(p, "250 2.0.0 accepted\r\n");
}

/* Takes a mail if all of it is there: 1 taken, 0 not yet, -1 the connection ends. */
static int take_data(struct sink *s, struct peer *p)
{
    static const char end[] = "\r\n.\r\n";
    size_t length = sizeof end - 1;

    if (p->drop && p->n > 0)
        return -1;
    if (p->chunk > 0) {
        if (p->n < p->chunk)
            return 0;
        finish_mail(s, p, p->chunk);
        eat(p, p->chunk);
        return 1;
    }
    const char *at = memmem(p->input + p->scanned, p->n - p->scanned, end, length);
    if (at == NULL) {
        p->scanned = p->n < length ? 0 : p->n - length + 1;
        return 0;
    }
    size_t n = (size_t)(at - p->input) + 2;
    finish_mail(s, p, n);
    eat(p, n + 3);
    return 1;
}

static int take_line(struct sink *s, struct peer *p)
{
    const char *end = memchr(p->input, '\n', p->n);

    if (end == NULL)
        return p->n > COMMAND_MAX ? -1 : 0;
    size_t n = (size_t)(end - p->input) + 1;
    bool goes_on = take_command(s, p, n);
    eat(p, n);
    return goes_on ? 1 : -1;
}

static bool take_input(struct sink *s, struct peer *p)
{
    int taken = 1;

    while (taken > 0 && p->n > 0)
        taken = p->in_data ? take_data(s, p) : take_line(s, p);
    return taken >= 0;
}
