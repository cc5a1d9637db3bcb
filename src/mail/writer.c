/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/writer.h"

#include "mail/mime.h"
#include "mail/stencil.h"

#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

enum { DATE_LINE = 64, OWN_HEADERS = 1024 };

enum like_state {
    LIKE_NEW,
    LIKE_SEEN, /* one letter was written: what comes once needs no stencil */
    LIKE_CUT,
    LIKE_NEVER /* it cannot be printed from a stencil */
};

/* Letters that are alike. */
struct like {
    enum like_state state;
    uint64_t used;        /* the turn of its last letter; 0: free */
    struct letter letter; /* what they share; its code is the stencil's first, and it has no recipient */
    size_t after_from;    /* To comes here */
    struct stencil stencil;
};

struct writer {
    const struct messages *messages;
    struct message_sender from;
    uint64_t turn;
    uint64_t copied;
    instant date_of;
    size_t date_n;
    char date[DATE_LINE];
    char scratch[OWN_HEADERS + STENCIL_TEXT];
    struct like likes[WRITER_LIKES];
};

err writer_new(const struct messages *m, const struct message_sender *from, struct writer **out)
{
    *out = NULL;
    TRY(message_sender_check(from));
    struct writer *w = calloc(1, sizeof *w);
    ENSURE(w != NULL, NO_MEMORY);
    w->messages = m;
    w->from = *from;
    *out = w;
    return OK;
}

void writer_free(struct writer *w)
{
    free(w);
}

uint64_t writer_copied(const struct writer *w)
{
    return w->copied;
}

/* Whether two checked letters by mail differ at most in code, recipient and the application that asked. */
static bool are_alike(const struct letter *a, const struct letter *b)
{
    return a->kind == b->kind && a->minutes == b->minutes && strlen(a->code) == strlen(b->code) &&
           strcmp(a->language, b->language) == 0 && strcmp(a->tenant_name, b->tenant_name) == 0 &&
           strcmp(a->logo_url, b->logo_url) == 0 && strcmp(a->accent_color, b->accent_color) == 0;
}

static void like_init(struct like *like, const struct letter *letter)
{
    like->state = LIKE_NEW;
    like->letter = *letter;
    wipe(like->letter.to, sizeof like->letter.to);
    wipe(like->letter.code, sizeof like->letter.code);
    wipe(like->letter.client_id, sizeof like->letter.client_id);
    memset(like->letter.code, STENCIL_CODE_FIRST, strlen(letter->code));
}

/* Those of this letter; where there are none yet, they take the place of those not used for longest. */
static struct like *like_of(struct writer *w, const struct letter *letter)
{
    struct like *oldest = &w->likes[0];

    w->turn++;
    for (size_t i = 0; i < WRITER_LIKES; i++) {
        struct like *like = &w->likes[i];
        if (like->used != 0 && are_alike(&like->letter, letter)) {
            like->used = w->turn;
            return like;
        }
        if (like->used < oldest->used)
            oldest = like;
    }
    like_init(oldest, letter);
    oldest->used = w->turn;
    return oldest;
}

/* Letters of the same second share a date. */
static void put_date(struct writer *w, instant now, struct buf *out)
{
    if (w->date_n == 0 || w->date_of != now) {
        struct buf date;
        buf_init(&date, w->date, sizeof w->date);
        mime_header_date(&date, now);
        w->date_n = date.n;
        w->date_of = now;
    }
    buf_put(out, (struct slice){ w->date, w->date_n });
}

static void print(struct writer *w, const struct like *like, const struct letter *letter, uint64_t id, instant now,
                  struct buf *out)
{
    put_date(w, now, out);
    buf_put(out, (struct slice){ like->stencil.text, like->after_from });
    mime_header_address(out, "To", SLICE_EMPTY, slice_of(letter->to));
    stencil_print(&like->stencil, like->after_from, letter->code, id, out);
}

/* Makes what they share twice, each time with other values. */
static bool cut_stencil(struct writer *w, struct like *like)
{
    struct stencil *s = &like->stencil;
    struct letter second = like->letter;
    struct buf a, b;
    size_t at;

    s->code_digits = strlen(second.code);
    memset(second.code, STENCIL_CODE_SECOND, s->code_digits);
    buf_init(&a, s->text, sizeof s->text);
    buf_init(&b, w->scratch, sizeof w->scratch);
    if (!err_is_ok(message_alike(w->messages, &like->letter, &w->from, STENCIL_ID_FIRST, &a, &like->after_from)) ||
        !err_is_ok(message_alike(w->messages, &second, &w->from, STENCIL_ID_SECOND, &b, &at)))
        return false;
    s->n = a.n;
    return stencil_cut(s, buf_slice(&b)) && (s->holes_n == 0 || s->holes[0].at >= like->after_from);
}

/* Cuts the stencil and tries it: it must print the letter that was just written, byte for byte. */
static void learn(struct writer *w, struct like *like, const struct letter *letter, uint64_t id, instant now,
                  struct slice written)
{
    struct buf printed;
    bool same = false;

    if (cut_stencil(w, like)) {
        buf_init(&printed, w->scratch, sizeof w->scratch);
        print(w, like, letter, id, now, &printed);
        same = slice_eq(buf_slice(&printed), written);
    }
    like->state = same ? LIKE_CUT : LIKE_NEVER;
    wipe(w->scratch, sizeof w->scratch);
}

err writer_write(struct writer *w, const struct letter *letter, uint64_t id, instant now, struct buf *out)
{
    size_t start = out->n;

    TRY(letter_check(letter));
    ENSURE(letter->channel == CHANNEL_EMAIL, FORMAT);
    struct like *like = like_of(w, letter);
    if (like->state == LIKE_CUT) {
        print(w, like, letter, id, now, out);
        ENSURE(buf_ok(out), FULL);
        w->copied++;
        return OK;
    }
    TRY(message_write(w->messages, letter, &w->from, id, now, out));
    if (like->state == LIKE_SEEN)
        learn(w, like, letter, id, now, slice_from(buf_slice(out), start));
    else if (like->state == LIKE_NEW)
        like->state = LIKE_SEEN;
    return OK;
}
