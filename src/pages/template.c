/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/template.h"

#include "pages/escape.h"
#include "pages/pages.h"

#include <string.h>

enum { PARTS_DEEP = 4 };

struct filling {
    struct view *view;
    struct buf *out;
    int depth;   /* parts within parts */
    bool broken; /* a template is wrong */
};

enum stop { STOP_AT_EOF, STOP_AT_ELSE, STOP_AT_END };

static enum stop run(struct filling *f, struct slice *rest, bool live);

static const struct {
    struct slice verb;
    void (*put)(struct buf *out, struct slice value);
} values[] = {
    { { "text", 4 }, escape_text },
    { { "attr", 4 }, escape_text },
    { { "url", 3 }, escape_url },
    { { "uri", 3 }, escape_uri },
    { { "image", 5 }, escape_image },
    { { "colour", 6 }, escape_colour },
    { { "backdrop", 8 }, escape_css_image },
};

bool template_next(struct slice *rest, struct slice *literal, struct hole *hole)
{
    const char *open = memmem(rest->p, rest->n, "{{", 2);
    const char *close = open == NULL ? NULL : memmem(open, rest->n - (size_t)(open - rest->p), "}}", 2);

    *literal = *rest;
    if (close == NULL) {
        *rest = SLICE_EMPTY;
        return false;
    }
    struct slice words = { open + 2, (size_t)(close - open) - 2 };
    literal->n = (size_t)(open - rest->p);
    *rest = slice_from(*rest, literal->n + words.n + 4);
    hole->verb = slice_word(&words);
    hole->name = slice_word(&words);
    return true;
}

static void fill_file(struct filling *f, struct slice name)
{
    const struct embedded_file *file = page_find(name);

    if (file == NULL || f->depth == PARTS_DEEP) {
        f->broken = true;
        return;
    }
    struct slice rest = file->bytes;
    f->depth++;
    if (run(f, &rest, true) != STOP_AT_EOF)
        f->broken = true;
    f->depth--;
}

static struct slice fact_of(struct filling *f, struct slice name)
{
    enum fact fact = fact_by_name(name);

    if (fact != FACTS)
        return f->view->facts[fact];
    f->broken = true;
    return SLICE_EMPTY;
}

static void put_say(struct filling *f, struct slice name, bool plain)
{
    enum text_id id = text_by_name(name);

    if (id == TEXTS)
        f->broken = true;
    else
        view_say(f->view, f->view->texts[id], plain, f->out);
}

/* Those that are not values of one fact. */
static void put_other(struct filling *f, const struct hole *hole)
{
    if (slice_eq(hole->verb, SLICE("say")))
        put_say(f, hole->name, false);
    else if (slice_eq(hole->verb, SLICE("sayattr")))
        put_say(f, hole->name, true);
    else if (slice_eq(hole->verb, SLICE("fill")))
        view_say(f->view, fact_of(f, hole->name), false, f->out);
    else if (slice_eq(hole->verb, SLICE("fillattr")))
        view_say(f->view, fact_of(f, hole->name), true, f->out);
    else if (slice_eq(hole->verb, SLICE("rich")))
        escape_rich(f->out, fact_of(f, hole->name), NULL, NULL);
    else if (slice_eq(hole->verb, SLICE("part")))
        fill_file(f, hole->name);
    else if (slice_eq(hole->verb, SLICE("body")))
        fill_file(f, slice_of(f->view->body));
    else
        f->broken = true;
}

static void put_hole(struct filling *f, const struct hole *hole)
{
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        if (slice_eq(values[i].verb, hole->verb)) {
            values[i].put(f->out, fact_of(f, hole->name));
            return;
        }
    put_other(f, hole);
}

static void run_if(struct filling *f, struct slice name, struct slice *rest, bool live)
{
    bool holds = live && fact_of(f, name).n > 0;
    enum stop stop = run(f, rest, holds);

    if (stop == STOP_AT_ELSE)
        stop = run(f, rest, live && !holds);
    if (stop != STOP_AT_END)
        f->broken = true;
}

static void run_each(struct filling *f, struct slice name, struct slice *rest, bool live)
{
    const struct slice start = *rest;
    enum view_list list = view_list_by_name(name);

    if (list == LISTS)
        f->broken = true;
    for (size_t i = 0; live && list != LISTS && view_item(f->view, list, i); i++) {
        struct slice again = start;
        (void)run(f, &again, true);
    }
    if (run(f, rest, false) != STOP_AT_END)
        f->broken = true;
}

/* Writes until the end of the block that it stands in; what is not live is only read past. */
static enum stop run(struct filling *f, struct slice *rest, bool live)
{
    struct slice literal;
    struct hole hole;

    for (;;) {
        bool more = template_next(rest, &literal, &hole);
        if (live)
            buf_put(f->out, literal);
        if (!more)
            return STOP_AT_EOF;
        if (slice_eq(hole.verb, SLICE("end")))
            return STOP_AT_END;
        if (slice_eq(hole.verb, SLICE("else")))
            return STOP_AT_ELSE;
        if (slice_eq(hole.verb, SLICE("if")))
            run_if(f, hole.name, rest, live);
        else if (slice_eq(hole.verb, SLICE("each")))
            run_each(f, hole.name, rest, live);
        else if (live)
            put_hole(f, &hole);
    }
}

err template_fill(struct view *v, const char *file, struct buf *out)
{
    struct filling f = { .view = v, .out = out };

    fill_file(&f, slice_of(file));
    ENSURE(!f.broken, FORMAT);
    ENSURE(buf_ok(out) && buf_ok(&v->scratch), FULL);
    return OK;
}
