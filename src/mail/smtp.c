/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/smtp.h"

#include "mail/dialogue.h"
#include "mail/text.h"

#include "base/secret.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { URL_MAX = 640, REPLY_MAX = 320, TIMEOUT_DEFAULT = 30, LINES_DEFAULT = 4, INPUT_MAX = 2048 };

enum line_state {
    LINE_CLOSED,
    LINE_OPENING, /* libcurl connects and signs in */
    LINE_OPEN
};

struct line {
    CURL *easy; /* in the multi handle unless closed: libcurl ties the connection to both */
    enum line_state state;
    curl_socket_t socket;
    bool busy;                     /* has a mail */
    bool ended;                    /* … whose result waits */
    bool fresh;                    /* no mail has gone over this connection */
    struct dialogue_offers offers; /* of the server */
    bool readable;
    int64_t deadline; /* ms, of a busy line */
    struct smtp_result result;
    struct dialogue dialogue;
    char to[LIMIT_EMAIL + 1];
    size_t n;
    int refusal;           /* of greeting, EHLO, STARTTLS or AUTH */
    char reply[REPLY_MAX]; /* its text */
    char reason[CURL_ERROR_SIZE];
    char room[DIALOGUE_COMMAND + MESSAGE_MAX + sizeof DIALOGUE_END]; /* the message, and before it the dialogue's */
};

struct smtp {
    CURLM *multi;
    char sender[LIMIT_EMAIL + 1];
    int64_t timeout_ms;
    unsigned count;
    struct line lines[];
};

static err check_options(const struct smtp_options *options);
static err prepare_line(struct line *line, const struct smtp_options *options, struct slice sender);
static void open_line(struct smtp *s, struct line *line);
static void close_line(struct smtp *s, struct line *line);
static void take_opened(struct smtp *s);
static void begin_mail(struct smtp *s, struct line *line);
static void move_line(struct smtp *s, struct line *line);
static void lose_line(struct smtp *s, struct line *line, const char *why);
static void end_mail(struct line *line, enum smtp_verdict verdict, const char *why);

err smtp_new(const struct smtp_options *options, struct slice sender, struct smtp **out)
{
    unsigned count = options->connections == 0 ? LINES_DEFAULT : options->connections;

    *out = NULL;
    TRY(check_options(options));
    ENSURE(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK, NO_MEMORY);
    struct smtp *s = calloc(1, sizeof *s + count * sizeof s->lines[0]);
    ENSURE(s != NULL, NO_MEMORY);
    s->count = count;
    s->timeout_ms = (options->timeout_seconds == 0 ? TIMEOUT_DEFAULT : (int64_t)options->timeout_seconds) * 1000;
    s->multi = curl_multi_init();
    err e = s->multi == NULL ? FAIL(NO_MEMORY) : OK;
    if (err_is_ok(e) && !slice_to_cstr(sender, s->sender, sizeof s->sender))
        e = FAIL(FORMAT);
    for (unsigned i = 0; i < count && err_is_ok(e); i++)
        e = prepare_line(&s->lines[i], options, sender);
    if (!err_is_ok(e)) {
        smtp_free(s);
        return e;
    }
    *out = s;
    return OK;
}

void smtp_free(struct smtp *s)
{
    size_t sent;

    if (s == NULL)
        return;
    for (unsigned i = 0; i < s->count; i++) {
        struct line *line = &s->lines[i];
        if (line->state == LINE_OPEN && !line->busy)
            curl_easy_send(line->easy, "QUIT\r\n", 6, &sent); /* polite, not waited for */
        if (line->easy != NULL)
            close_line(s, line);
        curl_easy_cleanup(line->easy);
        wipe(line->room, sizeof line->room);
    }
    curl_multi_cleanup(s->multi);
    free(s);
}

unsigned smtp_lines(const struct smtp *s)
{
    return s->count;
}

static char *message_of(struct line *line)
{
    return line->room + DIALOGUE_COMMAND;
}

void *smtp_room(struct smtp *s, unsigned line)
{
    return message_of(&s->lines[line]);
}

static bool has_dot_line(struct slice message)
{
    const char *end = message.p + message.n;
    const char *dot = memchr(message.p, '.', message.n);

    /* Our letters have fewer dots than lines. */
    while (dot != NULL && dot != message.p && dot[-1] != '\n')
        dot = memchr(dot + 1, '.', (size_t)(end - dot - 1));
    return dot != NULL;
}

void smtp_send(struct smtp *s, unsigned line, const char *to, size_t n)
{
    struct line *l = &s->lines[line];
    char *message = message_of(l);
    bool fits = slice_to_cstr(slice_of(to), l->to, sizeof l->to);

    ASSERT(fits && !l->busy && n >= 2 && n <= MESSAGE_MAX);
    /* Nothing we write starts a line with a dot, so there is nothing to double (RFC 5321, 4.5.2). */
    ASSERT(slice_ends(slice_bytes(message, n), SLICE("\r\n")) && !has_dot_line(slice_bytes(message, n)));
    memcpy(message + n, DIALOGUE_END, strlen(DIALOGUE_END));
    l->n = n + strlen(DIALOGUE_END);
    l->busy = true;
    l->ended = false;
    l->deadline = clock_monotonic_ms() + s->timeout_ms;
    if (l->state == LINE_OPEN)
        begin_mail(s, l);
    else
        open_line(s, l);
}

void smtp_work(struct smtp *s)
{
    unsigned opening = 0;
    int running;

    for (unsigned i = 0; i < s->count; i++)
        opening += s->lines[i].state == LINE_OPENING;
    if (opening > 0) {
        curl_multi_perform(s->multi, &running);
        take_opened(s);
    }
    for (unsigned i = 0; i < s->count; i++)
        move_line(s, &s->lines[i]);
}

bool smtp_ended(struct smtp *s, struct smtp_result *out)
{
    for (unsigned i = 0; i < s->count; i++) {
        struct line *line = &s->lines[i];
        if (!line->ended)
            continue;
        *out = line->result;
        out->line = i;
        line->ended = false;
        line->busy = false;
        return true;
    }
    return false;
}

void smtp_wait(struct smtp *s, int wait_ms)
{
    struct curl_waitfd fds[SMTP_LINES_MAX] UNINITIALISED;
    struct line *owners[SMTP_LINES_MAX] UNINITIALISED;
    int64_t now = clock_monotonic_ms();
    unsigned n = 0;

    for (unsigned i = 0; i < s->count; i++) {
        struct line *line = &s->lines[i];
        if (line->busy && line->deadline - now < wait_ms)
            wait_ms = line->deadline > now ? (int)(line->deadline - now) : 0;
        if (line->state != LINE_OPEN)
            continue;
        /* An idle line is watched as well: a server that hangs up is noticed at once. */
        short events = line->dialogue.out.n > 0 ? CURL_WAIT_POLLIN | CURL_WAIT_POLLOUT : CURL_WAIT_POLLIN;
        fds[n] = (struct curl_waitfd){ .fd = line->socket, .events = events };
        owners[n++] = line;
    }
    curl_multi_poll(s->multi, fds, n, wait_ms, NULL);
    for (unsigned i = 0; i < n; i++)
        owners[i]->readable = fds[i].revents != 0;
}

void smtp_wakeup(struct smtp *s)
{
    curl_multi_wakeup(s->multi);
}

static err check_options(const struct smtp_options *options)
{
    ENSURE(options->host != NULL && options->host[0] != '\0' && options->port != 0, FORMAT);
    ENSURE(strlen(options->host) <= LIMIT_TENANT_SEGMENT, FORMAT);
    ENSURE(options->host[strcspn(options->host, "/@?#% \t\r\n\\")] == '\0', FORMAT);
    ENSURE(options->connections <= SMTP_LINES_MAX, FORMAT);
    /* A password never travels in clear. */
    ENSURE(options->user == NULL || (options->password != NULL && options->security != SMTP_PLAIN), FORMAT);
    return OK;
}

/* "250-KEYWORD …" of the answer to EHLO (RFC 5321, 4.1.1.1). */
static bool offers(struct slice reply, struct slice keyword)
{
    struct slice rest = slice_from(reply, 4);

    return slice_starts(reply, SLICE("250")) && rest.n >= keyword.n &&
           slice_eq_nocase((struct slice){ rest.p, keyword.n }, keyword);
}

/* libcurl gives each line of the server's answers here, without a NUL, while it connects. */
static size_t note_reply(char *text, size_t size, size_t count, void *ctx)
{
    struct line *line = ctx;
    size_t n = size * count;
    struct slice reply = slice_bytes(text, n);

    if (slice_starts(reply, SLICE("220"))) /* what was offered before TLS counts no more (RFC 3207, 4.2) */
        line->offers = (struct dialogue_offers){ false, false, false };
    if (offers(reply, SLICE("SMTPUTF8")))
        line->offers.utf8 = true;
    if (offers(reply, SLICE("PIPELINING")))
        line->offers.pipelining = true;
    if (offers(reply, SLICE("CHUNKING")))
        line->offers.chunking = true;
    /* The last refusal is kept: what libcurl says in parting is answered after it. */
    if (slice_starts(reply, SLICE("4")) || slice_starts(reply, SLICE("5"))) {
        snprintf(line->reply, sizeof line->reply, "%.*s", SLICE_ARGS(reply));
        line->refusal = (int)strtol(line->reply, NULL, 10);
    }
    return n;
}

static bool set_tls(CURL *easy, const struct smtp_options *options)
{
    int code = (int)curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);

    if (options->security == SMTP_STARTTLS)
        code |= (int)curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
    if (options->ca_file != NULL) {
        code |= (int)curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file);
        code |= (int)curl_easy_setopt(easy, CURLOPT_CAPATH, NULL); /* else the system's folder is looked into besides */
    }
    if (options->user != NULL) {
        code |= (int)curl_easy_setopt(easy, CURLOPT_USERNAME, options->user);
        code |= (int)curl_easy_setopt(easy, CURLOPT_PASSWORD, options->password);
    }
    return code == CURLE_OK;
}

/* Where to and for how long. The URL's path is our EHLO name. */
static bool set_route(CURL *easy, const struct smtp_options *options, struct slice sender)
{
    char url[URL_MAX];
    struct slice domain;
    bool ipv6 = strchr(options->host, ':') != NULL && options->host[0] != '[';
    long seconds = options->timeout_seconds == 0 ? TIMEOUT_DEFAULT : (long)options->timeout_seconds;

    slice_cut(sender, '@', &domain);
    snprintf(url, sizeof url, "%s://%s%s%s:%u/%.*s", options->security == SMTP_TLS ? "smtps" : "smtp", ipv6 ? "[" : "",
             options->host, ipv6 ? "]" : "", options->port, SLICE_ARGS(domain));
    int code = (int)curl_easy_setopt(easy, CURLOPT_URL, url);
    code |= (int)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    code |= (int)curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* the environment's proxies are for others */
    code |= (int)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, seconds);
    code |= (int)curl_easy_setopt(easy, CURLOPT_TIMEOUT, seconds);
    code |= (int)curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, seconds);
    return code == CURLE_OK;
}

static err prepare_line(struct line *line, const struct smtp_options *options, struct slice sender)
{
    CURL *easy = curl_easy_init();

    line->easy = easy;
    ENSURE(easy != NULL, NO_MEMORY);
    int code = (int)curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    code |= (int)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    code |= (int)curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    code |= (int)curl_easy_setopt(easy, CURLOPT_PRIVATE, line);
    code |= (int)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, note_reply);
    code |= (int)curl_easy_setopt(easy, CURLOPT_HEADERDATA, line);
    code |= (int)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, line->reason);
    ENSURE(code == CURLE_OK && set_tls(easy, options) && set_route(easy, options, sender), NO_MEMORY);
    return OK;
}

static void open_line(struct smtp *s, struct line *line)
{
    line->offers = (struct dialogue_offers){ false, false, false };
    line->refusal = 0;
    line->reply[0] = '\0';
    line->reason[0] = '\0';
    line->fresh = true;
    if (curl_multi_add_handle(s->multi, line->easy) != CURLM_OK) {
        end_mail(line, SMTP_DEFERRED, "out of memory");
        return;
    }
    line->state = LINE_OPENING;
}

static void close_line(struct smtp *s, struct line *line)
{
    if (line->state != LINE_CLOSED)
        curl_multi_remove_handle(s->multi, line->easy);
    line->state = LINE_CLOSED;
    line->dialogue.step = DIALOGUE_IDLE;
    line->dialogue.out = SLICE_EMPTY;
    line->dialogue.refusal = 0; /* not of the next mail, should that get no connection */
}

/* What has been connected, or could not be. */
static void take_opened(struct smtp *s)
{
    int left;

    for (const CURLMsg *m = curl_multi_info_read(s->multi, &left); m != NULL;
         m = curl_multi_info_read(s->multi, &left)) {
        CURLcode code = m->data.result;
        struct line *line = NULL;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&line);
        if (code == CURLE_OK)
            code = curl_easy_getinfo(line->easy, CURLINFO_ACTIVESOCKET, &line->socket);
        if (code == CURLE_OK && line->socket != CURL_SOCKET_BAD) {
            line->state = LINE_OPEN;
            begin_mail(s, line);
            continue;
        }
        close_line(s, line);
        const char *why = line->reason[0] != '\0' ? line->reason : curl_easy_strerror(code);
        end_mail(line, smtp_judge(line->refusal, false), line->refusal != 0 ? line->reply : why);
    }
}

static void begin_mail(struct smtp *s, struct line *line)
{
    struct slice to = slice_of(line->to);
    const struct dialogue_offers used = { !text_is_ascii(to), line->offers.pipelining, line->offers.chunking };

    if (used.utf8 && !line->offers.utf8) {
        end_mail(line, SMTP_REFUSED, "the mail server takes no international addresses (SMTPUTF8)");
        return;
    }
    dialogue_begin(&line->dialogue, slice_of(s->sender), to, used, message_of(line), line->n);
    line->readable = false;
    move_line(s, line);
}

/* Sends what there is; false where the connection is broken. */
static bool send_some(struct line *line)
{
    struct slice *out = &line->dialogue.out;

    while (out->n > 0) {
        size_t sent = 0;
        CURLcode code = curl_easy_send(line->easy, out->p, out->n, &sent);
        if (code == CURLE_AGAIN)
            return true;
        if (code != CURLE_OK)
            return false;
        *out = slice_from(*out, sent);
    }
    return true;
}

/* Reads until an answer is whole or nothing is left; false where the connection is broken or talks nonsense. */
static bool read_some(struct line *line)
{
    char input[INPUT_MAX] UNINITIALISED;
    enum dialogue_step step = line->dialogue.step;

    do {
        size_t n = 0;
        CURLcode code = curl_easy_recv(line->easy, input, sizeof input, &n);
        if (code == CURLE_AGAIN)
            return true;
        if (code != CURLE_OK || n == 0 || !dialogue_take(&line->dialogue, (struct slice){ input, n }))
            return false;
    } while (line->dialogue.step == step);
    return true;
}

static void conclude(struct smtp *s, struct line *line)
{
    const struct dialogue *d = &line->dialogue;
    enum smtp_verdict verdict = d->refusal == 0 ? SMTP_ACCEPTED : smtp_judge(d->refusal, true);

    line->fresh = false;
    end_mail(line, verdict, d->refusal_text);
    if (verdict == SMTP_AWAY)
        close_line(s, line);
}

static void move_line(struct smtp *s, struct line *line)
{
    bool was_readable = line->readable;

    line->readable = false;
    if (line->busy && !line->ended && clock_monotonic_ms() >= line->deadline)
        lose_line(s, line, "the mail server did not answer in time");
    if (line->state != LINE_OPEN)
        return;
    bool sound = send_some(line) && (!was_readable || read_some(line)) && send_some(line);
    if (line->busy && !line->ended && line->dialogue.step == DIALOGUE_IDLE)
        conclude(s, line); /* also where the server has hung up after its answer */
    if (!sound)
        lose_line(s, line, "the mail server closed the connection");
}

/* Whether a connection that breaks now may have been broken by the mail: past its first command, or with all of it said, as
 * then a server may answer all at once. */
static bool is_under_way(const struct line *line)
{
    const struct dialogue *d = &line->dialogue;

    return d->step > DIALOGUE_MAIL || (d->step == DIALOGUE_MAIL && d->chunked && d->out.n == 0);
}

/* A connection that has carried mails may have been closed while it was idle: the mail, of which nothing was answered, is
 * sent over a new one. Else the loss is the mail's where it was under way: a mail that kills its connection must not hold
 * up the others. A server that is silent from the start is away. */
static void lose_line(struct smtp *s, struct line *line, const char *why)
{
    enum dialogue_step step = line->dialogue.step;
    int refusal = line->dialogue.refusal;
    bool late = line->busy && clock_monotonic_ms() >= line->deadline;
    bool in_mail = late ? step > DIALOGUE_MAIL : is_under_way(line);

    close_line(s, line);
    if (!line->busy || line->ended)
        return;
    if (step == DIALOGUE_MAIL && !line->fresh && !late)
        open_line(s, line);
    else if (refusal != 0) /* refused and closed: the refusal stands */
        end_mail(line, smtp_judge(refusal, true), line->dialogue.refusal_text);
    else
        end_mail(line, smtp_judge(0, in_mail), why);
}

static void end_mail(struct line *line, enum smtp_verdict verdict, const char *why)
{
    line->ended = true;
    line->result.verdict = verdict;
    line->result.detail[0] = '\0';
    if (verdict != SMTP_ACCEPTED)
        smtp_clean(slice_of(why), slice_of(line->to), line->result.detail);
    wipe(message_of(line), line->n);
}
