/* SPDX-License-Identifier: Apache-2.0 */
/* The little markup of texts (spec OIDC, 3.3 and 3.4). */
#include "pages/escape.h"

#include <string.h>

enum { DEPTH = 4 };

struct writer {
    struct buf *out;
    escape_value_fn *value;
    void *ctx;
    bool plain; /* no tags */
};

static void put(const struct writer *w, struct slice text, int depth);

static const struct mark {
    struct slice sign; /* on both sides */
    const char *open;
    const char *close;
} marks[] = {
    { { "**", 2 }, "<strong>", "</strong>" },
    { { "++", 2 }, "<u>", "</u>" },
    { { "*", 1 }, "<em>", "</em>" },
};

static bool find(struct slice text, struct slice what, size_t *at)
{
    const char *found = text.n == 0 ? NULL : memmem(text.p, text.n, what.p, what.n);

    *at = found == NULL ? 0 : (size_t)(found - text.p);
    return found != NULL;
}

static void put_tag(const struct writer *w, const char *tag)
{
    if (!w->plain)
        buf_puts(w->out, tag);
}

/* Each of these gives the length of what it wrote, which begins with `text`; 0: it is none of its kind. */

static size_t put_mark(const struct writer *w, struct slice text, int depth)
{
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        const struct mark *mark = &marks[i];
        struct slice inner = slice_from(text, mark->sign.n);
        size_t n;
        if (!slice_starts(text, mark->sign))
            continue;
        if (!find(inner, mark->sign, &n) || n == 0 || inner.p[0] == ' ')
            return 0;
        put_tag(w, mark->open);
        put(w, (struct slice){ inner.p, n }, depth + 1);
        put_tag(w, mark->close);
        return n + 2 * mark->sign.n;
    }
    return 0;
}

static size_t put_link(const struct writer *w, struct slice text, int depth)
{
    size_t words, address;
    struct slice rest = slice_from(text, 1);

    if (text.p[0] != '[' || !find(rest, SLICE("]("), &words) || words == 0)
        return 0;
    struct slice url = slice_from(rest, words + 2);
    if (!find(url, SLICE(")"), &address))
        return 0;
    url.n = address;
    if (!slice_starts(url, SLICE("https://")) && !slice_starts(url, SLICE("http://")))
        return 0;
    if (!w->plain) {
        buf_puts(w->out, "<a target=\"_blank\" rel=\"noopener noreferrer\" href=\"");
        escape_url(w->out, url);
        buf_puts(w->out, "\">");
    }
    put(w, (struct slice){ rest.p, words }, depth + 1);
    put_tag(w, "</a>");
    return words + address + 4;
}

static size_t put_value(const struct writer *w, struct slice text)
{
    size_t n;

    if (w->value != NULL && slice_starts(text, SLICE("{0}"))) {
        w->value(w->ctx, SLICE("0"), w->out);
        return 3;
    }
    if (w->value == NULL || !slice_starts(text, SLICE("{{")) || !find(text, SLICE("}}"), &n))
        return 0;
    w->value(w->ctx, (struct slice){ text.p + 2, n - 2 }, w->out);
    return n + 2;
}

/* Whether something else than text may begin there. */
static bool is_sign(char c)
{
    return c == '*' || c == '+' || c == '[' || c == '{';
}

static void put(const struct writer *w, struct slice text, int depth)
{
    while (text.n > 0) {
        size_t n = 0;
        while (n < text.n && !is_sign(text.p[n]))
            n++;
        escape_text(w->out, (struct slice){ text.p, n });
        text = slice_from(text, n);
        if (text.n == 0)
            return;
        n = put_value(w, text);
        if (n == 0 && depth < DEPTH)
            n = put_mark(w, text, depth);
        if (n == 0 && depth < DEPTH)
            n = put_link(w, text, depth);
        if (n == 0)
            buf_putc(w->out, text.p[n++]);
        text = slice_from(text, n);
    }
}

void escape_rich(struct buf *out, struct slice text, escape_value_fn *value, void *ctx)
{
    const struct writer w = { out, value, ctx, false };

    put(&w, text, 0);
}

void escape_plain(struct buf *out, struct slice text, escape_value_fn *value, void *ctx)
{
    const struct writer w = { out, value, ctx, true };

    put(&w, text, 0);
}
