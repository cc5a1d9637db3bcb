/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/error.h"

#include "base/err.h"
#include "wire/json_out.h"

enum { DETAIL_MAX = 120, DESCRIPTION_MAX = 512 };

static const struct error_row rows[] = {
    [ERROR_NONE] = { "NONE", 0, "", "", 0, "" },
#define ERROR_ROW(name, http, error, suberror, code, text) \
    [ERROR_##name] = { #name, http, error, suberror, code, text },
#include "wire/errors.def"
#undef ERROR_ROW
};

const struct error_row *error_row(enum error_id id)
{
    ASSERT(id > ERROR_NONE && id < ERROR_COUNT);
    return &rows[id];
}

enum error_id error_by_code(uint64_t code)
{
    for (enum error_id id = ERROR_NONE + 1; id < ERROR_COUNT; id++)
        if (rows[id].code == code)
            return id;
    return ERROR_NONE;
}

static void put_text(struct buf *out, const char *text, struct slice detail)
{
    struct slice rest;
    struct slice head = slice_cut(slice_of(text), '{', &rest);

    buf_put(out, head);
    if (rest.n == 0)
        return;
    if (detail.n > DETAIL_MAX)
        detail.n = DETAIL_MAX;
    buf_put(out, detail);
    buf_put(out, slice_from(rest, 1));
}

void error_text(enum error_id id, struct slice detail, struct buf *out)
{
    put_text(out, error_row(id)->text, detail);
}

void error_description(enum error_id id, const struct error_facts *facts, struct buf *out)
{
    const struct error_row *row = error_row(id);

    buf_fmt(out, "AADSTS%u: ", row->code);
    put_text(out, row->text, facts->detail);
    buf_fmt(out, " Trace ID: %s Correlation ID: %s Timestamp: %s", guid_format(facts->trace_id).c,
            guid_format(facts->correlation_id).c, clock_format(facts->now).c);
}

static void put_attribute(struct json *j, const struct error_attribute *attribute)
{
    json_object(j, NULL);
    json_text(j, "name", attribute->name);
    if (attribute->type.n > 0) {
        json_text(j, "type", attribute->type);
        json_flag(j, "required", attribute->required);
    }
    if (attribute->regex.n > 0 || attribute->default_value.n > 0)
        json_object(j, "options");
    if (attribute->regex.n > 0)
        json_text(j, "regex", attribute->regex);
    if (attribute->default_value.n > 0)
        json_text(j, "defaultValue", attribute->default_value);
    if (attribute->regex.n > 0 || attribute->default_value.n > 0)
        json_end(j);
    json_end(j);
}

static void put_extra(struct json *j, const struct error_extra *extra)
{
    if (extra->continuation_token.n > 0)
        json_text(j, "continuation_token", extra->continuation_token);
    if (extra->attributes_name == NULL)
        return;
    json_array(j, extra->attributes_name);
    for (size_t i = 0; i < extra->attribute_count; i++)
        put_attribute(j, &extra->attributes[i]);
    json_end(j);
}

void error_body(enum error_id id, const struct error_facts *facts, struct buf *out)
{
    const struct error_row *row = error_row(id);
    char space[DESCRIPTION_MAX];
    struct buf text;
    struct json j;

    json_start(&j, out);
    json_object(&j, NULL);
    json_cstr(&j, "error", row->error);
    buf_init(&text, space, sizeof space);
    error_description(id, facts, &text);
    json_text(&j, "error_description", buf_slice(&text));
    json_array(&j, "error_codes");
    json_number(&j, NULL, row->code);
    json_end(&j);
    json_cstr(&j, "timestamp", clock_format(facts->now).c);
    json_cstr(&j, "trace_id", guid_format(facts->trace_id).c);
    json_cstr(&j, "correlation_id", guid_format(facts->correlation_id).c);
    buf_init(&text, space, sizeof space);
    buf_put(&text, facts->origin);
    buf_fmt(&text, "/error?code=%u", row->code);
    json_text(&j, "error_uri", buf_slice(&text));
    if (row->suberror[0] != '\0')
        json_cstr(&j, "suberror", row->suberror);
    put_extra(&j, &facts->extra);
    json_end(&j);
}
