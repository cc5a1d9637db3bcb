/* SPDX-License-Identifier: Apache-2.0 */
#include "server/log.h"

#include "base/terminal.h"
#include "wire/json_out.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 2048, TEXT_MAX = 200 };

static const char *const level_names[] = { "debug", "info", "warn", "error" };

/* At most TEXT_MAX bytes, and no part of a character (UTF-8). */
static struct slice cut(struct slice text)
{
    if (text.n <= TEXT_MAX)
        return text;
    text.n = TEXT_MAX;
    while (text.n > 0 && ((unsigned char)text.p[text.n] & 0xc0) == 0x80)
        text.n--;
    return text;
}

static void put_field_json(struct json *j, const struct event_field *f)
{
    const char *name = event_field_name(f->id);

    switch (event_field_type(f->id)) {
    case FIELD_TYPE_WORD:
        json_cstr(j, name, f->value.WORD);
        break;
    case FIELD_TYPE_NUMBER:
        json_number(j, name, f->value.NUMBER);
        break;
    case FIELD_TYPE_GUID:
        json_cstr(j, name, guid_format(f->value.GUID).c);
        break;
    case FIELD_TYPE_TEXT:
        json_text(j, name, cut(f->value.TEXT));
        break;
    }
}

static void put_json(const struct log *log, enum event_id id, const struct guid *correlation,
                     const struct event_field *fields, size_t n, struct buf *line)
{
    struct json j;

    json_start(&j, line);
    json_object(&j, NULL);
    json_cstr(&j, "time", clock_format(clock_now(log->clock)).c);
    json_cstr(&j, "level", level_names[event_level(id)]);
    json_cstr(&j, "event", event_name(id));
    if (correlation != NULL)
        json_cstr(&j, "correlation_id", guid_format(*correlation).c);
    for (size_t i = 0; i < n; i++)
        put_field_json(&j, &fields[i]);
    json_end(&j);
}

/* For people: control characters become dots, so that a text cannot forge a line or move the cursor. */
static void put_plain(struct buf *line, struct slice text)
{
    for (size_t i = 0; i < text.n; i++)
        buf_putc(line, terminal_obeys(text, i) ? '.' : text.p[i]);
}

static void put_field_text(struct buf *line, const struct event_field *f)
{
    buf_fmt(line, " %s=", event_field_name(f->id));
    switch (event_field_type(f->id)) {
    case FIELD_TYPE_WORD:
        buf_puts(line, f->value.WORD);
        break;
    case FIELD_TYPE_NUMBER:
        buf_fmt(line, "%lld", (long long)f->value.NUMBER);
        break;
    case FIELD_TYPE_GUID:
        buf_puts(line, guid_format(f->value.GUID).c);
        break;
    case FIELD_TYPE_TEXT:
        put_plain(line, cut(f->value.TEXT));
        break;
    }
}

static void put_text(const struct log *log, enum event_id id, const struct event_field *fields, size_t n,
                     struct buf *line)
{
    static const char *const colors[] = { "\033[2m", "", "\033[33m", "\033[31m" };
    enum event_level level = event_level(id);

    buf_fmt(line, "%s%.8s %-5s %s", log->colors ? colors[level] : "", clock_format(clock_now(log->clock)).c + 11,
            level_names[level], event_name(id));
    for (size_t i = 0; i < n; i++)
        put_field_text(line, &fields[i]);
    buf_puts(line, log->colors && colors[level][0] != '\0' ? "\033[0m" : "");
}

/* ---- the output ---- */

static bool takes_now(const struct log *log)
{
    struct pollfd ready = { .fd = log->output, .events = POLLOUT };

    return !log->may_block || (poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0);
}

static bool put_line(const struct log *log, const char *line, size_t n)
{
    if (log->is_socket)
        return send(log->output, line, n, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)n;
    return takes_now(log) && write(log->output, line, n) == (ssize_t)n;
}

static void write_line(struct log *log, enum event_id id, const struct guid *correlation,
                       const struct event_field *fields, size_t n)
{
    char space[LINE_MAX_BYTES];
    struct buf line;

    buf_init(&line, space, sizeof space - 1);
    if (log->format == LOG_JSON)
        put_json(log, id, correlation, fields, n, &line);
    else
        put_text(log, id, fields, n, &line);
    space[line.n] = '\n';
    if (!buf_ok(&line) || !put_line(log, space, line.n + 1))
        atomic_fetch_add_explicit(&log->dropped, 1, memory_order_relaxed);
}

/* One thread finds that a second is over, and tells what was left out in it. */
static void end_second(struct log *log, int64_t now)
{
    int64_t counted = atomic_load(&log->second);

    if (counted == now || !atomic_compare_exchange_strong(&log->second, &counted, now))
        return;
    for (enum event_id id = 0; id < EVENT_COUNT; id++) {
        uint32_t lines = atomic_exchange(&log->lines[id], 0);
        if (lines > LOG_LINES_PER_SECOND)
            EMIT(log->events, log_suppressed, NULL, field_reason(event_name(id)),
                 field_count(lines - LOG_LINES_PER_SECOND));
    }
    uint64_t dropped = atomic_exchange(&log->dropped, 0);
    if (dropped == 0)
        return;
    EMIT(log->events, log_dropped, NULL, field_count((int64_t)dropped));
    if (atomic_load(&log->dropped) > 0) /* this line was dropped too: keep the count for the next */
        atomic_fetch_add(&log->dropped, dropped - 1);
}

static void sink(void *ctx, enum event_id id, const struct guid *correlation, const struct event_field *fields,
                 size_t n)
{
    struct log *log = ctx;

    if (event_level(id) < log->level)
        return;
    end_second(log, clock_now(log->clock));
    if (atomic_fetch_add(&log->lines[id], 1) < LOG_LINES_PER_SECOND)
        write_line(log, id, correlation, fields, n);
}

/* O_NONBLOCK belongs to the open file, which a terminal or pipe shares with other programs: so the same file is opened
 * once more. A regular file does not wait; a socket has MSG_DONTWAIT. */
static void open_output(struct log *log)
{
    struct stat about;
    char path[32];

    log->output = log->fd;
    if (fstat(log->fd, &about) != 0)
        return;
    log->is_socket = S_ISSOCK(about.st_mode);
    if (!S_ISFIFO(about.st_mode) && !S_ISCHR(about.st_mode))
        return;
    snprintf(path, sizeof path, "/proc/self/fd/%d", log->fd);
    int again = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    log->may_block = again < 0;
    if (again >= 0)
        log->output = again;
}

void log_attach(struct log *log, struct events *events)
{
    open_output(log);
    log->events = events;
    atomic_store(&log->second, clock_now(log->clock));
    events->sink = sink;
    events->ctx = log;
}

void log_detach(struct log *log)
{
    if (log->events == NULL)
        return;
    log->events->sink = NULL;
    log->events = NULL;
    if (log->output != log->fd)
        close(log->output);
}
