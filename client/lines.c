/* SPDX-License-Identifier: Apache-2.0 */
#include "lines.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

static bool is_plain(struct slice value)
{
    for (size_t i = 0; i < value.n; i++) {
        if ((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7F)
            return false;
    }
    return true;
}

bool line_fits(const struct line_rule *rule, struct slice value)
{
    return value.n <= rule->max && (value.n > 0 || !rule->required) && is_plain(value);
}

void line_put(struct buf *out, const char *name, const char *value)
{
    buf_puts(out, name);
    buf_putc(out, '=');
    buf_puts(out, value);
    buf_putc(out, '\n');
}

void line_put_number(struct buf *out, const char *name, int64_t value)
{
    buf_fmt(out, "%s=%" PRId64 "\n", name, value);
}

bool lines_start(const struct lines *lines, const char *text)
{
    return slice_starts(slice_bytes(lines->at, (size_t)(lines->end - lines->at)), slice_of(text));
}

bool lines_take(struct lines *lines, const char *text)
{
    if (!lines_start(lines, text))
        return false;
    lines->at += strlen(text);
    return true;
}

bool lines_value(struct lines *lines, const struct line_rule *rule, const char **value)
{
    size_t n = strlen(rule->name);
    if (!lines_start(lines, rule->name) || lines->end - lines->at <= (ptrdiff_t)n || lines->at[n] != '=')
        return false;
    char *text = lines->at + n + 1;
    char *newline = memchr(text, '\n', (size_t)(lines->end - text));
    if (newline == NULL || !line_fits(rule, slice_bytes(text, (size_t)(newline - text))))
        return false;
    *newline = '\0';
    *value = text;
    lines->at = newline + 1;
    return true;
}

bool lines_number(struct lines *lines, const char *name, int64_t max, int64_t *value)
{
    const struct line_rule rule = { name, LINE_NUMBER, true };
    const char *text;
    uint64_t number;
    if (!lines_value(lines, &rule, &text) || !slice_to_u64(slice_of(text), (uint64_t)max, &number))
        return false;
    *value = (int64_t)number;
    return true;
}
