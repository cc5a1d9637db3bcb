/* SPDX-License-Identifier: Apache-2.0 */
#include "support/page_markup.h"

#include "base/slice.h"

#include <stdio.h>
#include <string.h>

enum { DEEP = 32, NAMES = 256, ATTRIBUTES = 24 };

struct reader {
    struct slice rest;
    struct slice open[DEEP];
    size_t depth;
    struct slice ids[NAMES];
    size_t id_count;
    struct slice named[NAMES]; /* by for, aria-describedby or #fragments */
    size_t named_count;
    char fault[256];
};

static bool fail(struct reader *r, const char *what, struct slice where)
{
    if (r->fault[0] == '\0')
        snprintf(r->fault, sizeof r->fault, "%s: %.*s", what, (int)(where.n < 60 ? where.n : 60), where.p);
    return false;
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static struct slice take_name(struct reader *r)
{
    size_t n = 0;

    while (n < r->rest.n && is_name_char(r->rest.p[n]))
        n++;
    struct slice name = { r->rest.p, n };
    r->rest = slice_from(r->rest, n);
    return name;
}

static bool take(struct reader *r, const char *text)
{
    if (!slice_starts(r->rest, slice_of(text)))
        return false;
    r->rest = slice_from(r->rest, strlen(text));
    return true;
}

/* Text and values: every & begins one of the five entities. */
static bool text_ok(struct reader *r, struct slice text)
{
    static const char *const entities[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };

    for (size_t i = 0; i < text.n; i++) {
        bool known = text.p[i] != '&';
        if (text.p[i] == '<')
            return fail(r, "bare <", text);
        for (size_t k = 0; !known && k < 5; k++)
            known = slice_starts(slice_from(text, i), slice_of(entities[k]));
        if (!known)
            return fail(r, "bare &", slice_from(text, i));
    }
    return true;
}

static bool is_one_of(struct slice name, const char *const *list)
{
    for (; *list != NULL; list++)
        if (slice_eq(name, slice_of(*list)))
            return true;
    return false;
}

static bool note_id(struct reader *r, struct slice id)
{
    for (size_t i = 0; i < r->id_count; i++)
        if (slice_eq(r->ids[i], id))
            return fail(r, "id twice", id);
    if (id.n == 0 || r->id_count == NAMES)
        return fail(r, "bad id", id);
    r->ids[r->id_count++] = id;
    return true;
}

static bool note_named(struct reader *r, struct slice list)
{
    for (struct slice id = slice_word(&list); id.n > 0; id = slice_word(&list)) {
        if (r->named_count == NAMES)
            return fail(r, "too many names", id);
        r->named[r->named_count++] = id;
    }
    return true;
}

static bool note(struct reader *r, struct slice tag, struct slice name, struct slice value)
{
    if (slice_eq(name, SLICE("id")))
        return note_id(r, value);
    if (slice_eq(name, SLICE("for")) || slice_eq(name, SLICE("aria-describedby")))
        return note_named(r, value);
    if (slice_eq(name, SLICE("href")) && slice_eq(tag, SLICE("a")) && value.n > 1 && value.p[0] == '#')
        return note_named(r, slice_from(value, 1));
    if (slice_starts(name, SLICE("on")) || slice_eq(name, SLICE("style")))
        return fail(r, "script or style in an attribute", name);
    return true;
}

static bool read_attribute(struct reader *r, struct slice tag, struct slice *seen, size_t *n)
{
    struct slice name = take_name(r), value;

    if (name.n == 0)
        return fail(r, "odd attribute", r->rest);
    for (size_t i = 0; i < *n; i++)
        if (slice_eq(seen[i], name))
            return fail(r, "attribute twice", name);
    if (*n == ATTRIBUTES)
        return fail(r, "too many attributes", name);
    seen[(*n)++] = name;
    if (!take(r, "="))
        return true;
    if (!take(r, "\""))
        return fail(r, "unquoted value", r->rest);
    value = slice_cut(r->rest, '"', &r->rest);
    return text_ok(r, value) && note(r, tag, name, value);
}

static bool read_attributes(struct reader *r, struct slice tag)
{
    struct slice seen[ATTRIBUTES];
    size_t n = 0;

    while (!take(r, ">")) {
        if (!take(r, " "))
            return fail(r, "open tag", r->rest);
        if (!read_attribute(r, tag, seen, &n))
            return false;
    }
    return true;
}

static bool read_open(struct reader *r)
{
    static const char *const empty[] = { "meta", "link", "input", "img", "br", NULL };
    static const char *const raw[] = { "style", "script", NULL };
    struct slice tag = take_name(r), content;

    if (tag.n == 0)
        return fail(r, "odd tag", r->rest);
    if (!read_attributes(r, tag))
        return false;
    if (is_one_of(tag, empty))
        return true;
    if (is_one_of(tag, raw)) {
        content = slice_cut(r->rest, '<', &r->rest);
        return (take(r, "/") && slice_eq(take_name(r), tag) && take(r, ">")) || fail(r, "raw text", content);
    }
    if (r->depth == DEEP)
        return fail(r, "too deep", tag);
    r->open[r->depth++] = tag;
    return true;
}

static bool read_close(struct reader *r)
{
    struct slice tag = take_name(r);

    if (r->depth == 0 || !slice_eq(r->open[r->depth - 1], tag) || !take(r, ">"))
        return fail(r, "closed, but not open", tag);
    r->depth--;
    return true;
}

static bool read_all(struct reader *r)
{
    if (!take(r, "<!doctype html>"))
        return fail(r, "no doctype", r->rest);
    while (r->rest.n > 0) {
        struct slice all = r->rest, after;
        struct slice text = slice_cut(all, '<', &after);
        if (!text_ok(r, text))
            return false;
        r->rest = after;
        if (text.n == all.n)
            break;
        if (!(take(r, "/") ? read_close(r) : read_open(r)))
            return false;
    }
    return r->depth == 0 || fail(r, "not closed", r->open[r->depth - 1]);
}

static bool names_exist(struct reader *r)
{
    for (size_t i = 0; i < r->named_count; i++) {
        size_t k = 0;
        while (k < r->id_count && !slice_eq(r->ids[k], r->named[i]))
            k++;
        if (k == r->id_count)
            return fail(r, "no such id", r->named[i]);
    }
    return true;
}

const char *markup_fault(const char *page)
{
    static struct reader r;

    r = (struct reader){ .rest = slice_of(page) };
    return read_all(&r) && names_exist(&r) ? NULL : r.fault;
}
