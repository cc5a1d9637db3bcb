/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/graph_out.h"

#include "wire/json_out.h"

enum { MESSAGE_MAX = 512, DATE_MAX = 24 };

static const char *code_of(enum error_id id)
{
    const struct error_row *row = error_row(id);

    switch (row->status) {
    case 401:
    case 403:
        return row->error;
    case 429:
        return "TooManyRequests";
    case 500:
        return "InternalServerError";
    case 503:
        return "serviceNotAvailable";
    default:
        return "Request_BadRequest";
    }
}

/* "2025-01-31T10:20:30": the same moment as in other errors, written with a T and without a Z. */
static struct slice date_of(instant now, char space[DATE_MAX])
{
    struct slice text = slice_of(clock_format(now).c);
    struct buf date;

    buf_init(&date, space, DATE_MAX);
    for (size_t i = 0; i < text.n && text.p[i] != 'Z'; i++)
        buf_putc(&date, text.p[i] == ' ' ? 'T' : text.p[i]);
    return buf_slice(&date);
}

void graph_error(enum error_id id, const struct error_facts *facts, struct buf *out)
{
    char space[DATE_MAX], message_space[MESSAGE_MAX];
    struct buf message;
    struct json j;

    buf_init(&message, message_space, sizeof message_space);
    error_text(id, facts->detail, &message);
    json_start(&j, out);
    json_object(&j, NULL);
    json_object(&j, "error");
    json_cstr(&j, "code", code_of(id));
    json_text(&j, "message", buf_slice(&message));
    json_object(&j, "innerError");
    json_text(&j, "date", date_of(facts->now, space));
    json_cstr(&j, "request-id", guid_format(facts->trace_id).c);
    json_cstr(&j, "client-request-id", guid_format(facts->correlation_id).c);
    json_end(&j);
    json_end(&j);
    json_end(&j);
}
