/* SPDX-License-Identifier: Apache-2.0 */
#include "server/log.h"

#include "wire/json_out.h"

#include <unistd.h>

enum { LINE_MAX_BYTES = 2048, TEXT_MAX = 200 };

static const char *const level_names[] = { "debug", "info", "warn", "error" };

static struct slice cut(struct slice text)
{
    if (text.n > TEXT_MAX)
        text.n = TEXT_MAX;
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
        buf_putc(line, (unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f ? '.' : text.p[i]);
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

static void sink(void *ctx, enum event_id id, const struct guid *correlation, const struct event_field *fields,
                 size_t n)
{
    struct log *log = ctx;
    char space[LINE_MAX_BYTES];
    struct buf line;

    if (event_level(id) < log->level)
        return;
    buf_init(&line, space, sizeof space - 1);
    if (log->format == LOG_JSON)
        put_json(log, id, correlation, fields, n, &line);
    else
        put_text(log, id, fields, n, &line);
    space[line.n] = '\n';
    if (!buf_ok(&line) || write(log->fd, space, line.n + 1) != (ssize_t)line.n + 1)
        atomic_fetch_add_explicit(&log->dropped, 1, memory_order_relaxed);
}

void log_attach(struct log *log, struct events *events)
{
    events->sink = sink;
    events->ctx = log;
}
