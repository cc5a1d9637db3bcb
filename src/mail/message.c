/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/message.h"

#include "mail/catalogue.h"
#include "mail/mime.h"
#include "mail/text.h"

#include "base/embed.h"
#include "base/secret.h"
#include "wire/language.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LANGUAGES_MAX = 16, SUBJECT_MAX = 512, HEADERS_MAX = 4096, BODY_MAX = 12288 };

static const char *const languages[] = { "en", "de", "fr", "es", "pt", "ja", "it", "nl", "ar", NULL };
_Static_assert(sizeof languages / sizeof languages[0] <= LANGUAGES_MAX, "a catalogue each");

static const char default_color[] = "#2f5fd0";

/* Made by cmake/embed.cmake from locale/ and templates/. */
const struct embedded_file *mail_files(void);

struct messages {
    struct catalogue catalogues[LANGUAGES_MAX]; /* in the order of message_languages() */
    struct slice text_template;
    struct slice html_template;
    struct slice text_code; /* the part with the code */
    struct slice html_code;
    struct slice logo_template;
};

/* What a template is filled with. */
struct filling {
    const struct messages *messages;
    const struct letter *letter;
    const struct catalogue *texts;
    const char *language;
    char minutes[8];
    bool html;
};

static err find_file(const char *name, struct slice *out);
static err load_catalogues(struct messages *m);
static err try_samples(const struct messages *m, const char *language);
static err fill_template(const struct filling *f, struct slice template, struct buf *out);
static void filling_init(struct filling *f, const struct messages *m, const struct letter *letter);
static void put_from(struct buf *out, const struct filling *f, const struct message_sender *from);
static err put_alike(struct buf *out, const struct filling *f, const struct message_sender *from, uint64_t id);
static err put_headers(struct buf *out, const struct filling *f, const struct message_sender *from, uint64_t id,
                       instant now);
static err put_parts(struct buf *out, struct filling *f, uint64_t id);

const char *const *message_languages(void)
{
    return languages;
}

const char *message_language(struct slice preferences)
{
    const char *best = language_best(preferences, languages);

    return best == NULL ? languages[0] : best;
}

err messages_new(struct messages **out)
{
    struct messages *m = calloc(1, sizeof *m);

    ENSURE(m != NULL, NO_MEMORY);
    err e = load_catalogues(m);
    for (const char *const *language = message_languages(); err_is_ok(e) && *language != NULL; language++)
        e = try_samples(m, *language);
    if (!err_is_ok(e)) {
        messages_free(m);
        m = NULL;
    }
    *out = m;
    return e;
}

void messages_free(struct messages *m)
{
    if (m == NULL)
        return;
    for (size_t i = 0; i < LANGUAGES_MAX; i++)
        catalogue_free(&m->catalogues[i]);
    free(m);
}

err message_sender_check(const struct message_sender *from)
{
    ENSURE(letter_address_ok(from->address) && text_is_ascii(from->address), FORMAT);
    ENSURE(from->name.n <= LIMIT_EMAIL && text_is_clean(from->name), FORMAT);
    return OK;
}

err message_write(const struct messages *m, const struct letter *letter, const struct message_sender *from, uint64_t id,
                  instant now, struct buf *out)
{
    struct filling f;

    TRY(letter_check(letter));
    ENSURE(letter->channel == CHANNEL_EMAIL, FORMAT);
    TRY(message_sender_check(from));
    filling_init(&f, m, letter);
    TRY(put_headers(out, &f, from, id, now));
    TRY(put_parts(out, &f, id));
    ENSURE(buf_ok(out), FULL);
    return OK;
}

err message_alike(const struct messages *m, const struct letter *letter, const struct message_sender *from, uint64_t id,
                  struct buf *out, size_t *after_from)
{
    struct filling f;

    filling_init(&f, m, letter);
    put_from(out, &f, from);
    *after_from = out->n;
    TRY(put_alike(out, &f, from, id));
    TRY(put_parts(out, &f, id));
    ENSURE(buf_ok(out), FULL);
    return OK;
}

static err find_file(const char *name, struct slice *out)
{
    const struct embedded_file *file = embedded_find(mail_files(), slice_of(name));

    ENSURE(file != NULL, FORMAT);
    *out = file->bytes;
    return OK;
}

static err load_catalogues(struct messages *m)
{
    TRY(find_file("letter.txt", &m->text_template));
    TRY(find_file("letter.html", &m->html_template));
    TRY(find_file("code.txt", &m->text_code));
    TRY(find_file("code.html", &m->html_code));
    TRY(find_file("logo.html", &m->logo_template));
    for (size_t i = 0; languages[i] != NULL; i++) {
        char name[32];
        struct slice json;
        snprintf(name, sizeof name, "%s.json", languages[i]);
        TRY(find_file(name, &json));
        TRY(catalogue_load(json, &m->catalogues[i]));
    }
    return OK;
}

static err try_sample(const struct messages *m, const char *language, enum letter_kind kind)
{
    struct letter sample = { .kind = kind,
                             .to = "a@b.example",
                             .code = "00000000",
                             .tenant_name = "T",
                             .logo_url = "https://b.example/",
                             .minutes = 2 };
    struct message_sender from = { SLICE("c@d.example"), SLICE_EMPTY };
    char *block = malloc(MESSAGE_MAX);
    struct buf out;

    ENSURE(block != NULL, NO_MEMORY);
    snprintf(sample.language, sizeof sample.language, "%s", language);
    buf_init(&out, block, MESSAGE_MAX);
    err e = message_write(m, &sample, &from, 1, 1, &out);
    free(block);
    return e;
}

static err try_samples(const struct messages *m, const char *language)
{
    for (enum letter_kind kind = 0; kind < LETTER_KINDS; kind++)
        TRY(try_sample(m, language, kind));
    return OK;
}

static void filling_init(struct filling *f, const struct messages *m, const struct letter *letter)
{
    size_t i = 0;

    while (languages[i] != NULL && strcmp(languages[i], letter->language) != 0)
        i++;
    if (languages[i] == NULL)
        i = 0;
    *f = (struct filling){ .messages = m, .letter = letter, .texts = &m->catalogues[i], .language = languages[i] };
    snprintf(f->minutes, sizeof f->minutes, "%u", letter->minutes);
}

static void put_html(struct buf *out, struct slice text)
{
    static const char *const entities[256] = {
        ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;"
    };

    while (text.n > 0) {
        size_t plain = 0;
        while (plain < text.n && entities[(uint8_t)text.p[plain]] == NULL)
            plain++;
        buf_put(out, (struct slice){ text.p, plain });
        if (plain < text.n)
            buf_puts(out, entities[(uint8_t)text.p[plain++]]);
        text = slice_from(text, plain);
    }
}

/* The only way of a value into a body: escaped in HTML, and never read again for placeholders. */
static void put_value(struct buf *out, const struct filling *f, struct slice value)
{
    if (f->html)
        put_html(out, value);
    else
        buf_put(out, value);
}

static bool value_of(const struct filling *f, struct slice name, struct slice *out)
{
    const struct letter *letter = f->letter;
    const struct {
        struct slice name;
        const char *value;
    } values[] = {
        { SLICE("tenant"), letter->tenant_name },
        { SLICE("code"), letter->code },
        { SLICE("minutes"), f->minutes },
        { SLICE("language"), f->language },
        { SLICE("accent"), letter->accent_color[0] == '\0' ? default_color : letter->accent_color },
        { SLICE("logo_url"), letter->logo_url },
    };

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (!slice_eq(values[i].name, name))
            continue;
        *out = slice_of(values[i].value);
        return true;
    }
    return false;
}

/* Where the next two of this character are, or NULL. */
static const char *find_pair(struct slice text, char c)
{
    const char *end = text.p + text.n;
    const char *at = memchr(text.p, c, text.n);

    while (at != NULL && (at + 1 == end || at[1] != c))
        at = memchr(at + 1, c, (size_t)(end - at - 1));
    return at;
}

/* The bytes before the next {{name}}; *name is empty and *rest is empty at the end. FORMAT for an open {{. */
static err next_literal(struct slice *rest, struct slice *literal, struct slice *name)
{
    const char *open = find_pair(*rest, '{');

    *name = SLICE_EMPTY;
    *literal = *rest;
    if (open == NULL) {
        *rest = SLICE_EMPTY;
        return OK;
    }
    literal->n = (size_t)(open - rest->p);
    struct slice after = slice_from(*rest, literal->n + 2);
    const char *close = find_pair(after, '}');
    ENSURE(close != NULL && close != after.p, FORMAT);
    *name = (struct slice){ after.p, (size_t)(close - after.p) };
    *rest = slice_from(after, name->n + 2);
    return OK;
}

/* Fills a text of a catalogue or a part: only values can stand in it. */
static err fill_flat(const struct filling *f, struct slice text, bool is_markup, struct buf *out)
{
    while (text.n > 0) {
        struct slice literal, name, value;
        TRY(next_literal(&text, &literal, &name));
        if (is_markup)
            buf_put(out, literal);
        else
            put_value(out, f, literal);
        if (name.n == 0)
            break;
        ENSURE(value_of(f, name, &value), FORMAT);
        put_value(out, f, value);
    }
    return OK;
}

/* The text behind a name of a template, for this kind of letter. */
static enum text_key key_of(const struct letter *letter, struct slice name)
{
    static const enum text_key intros[LETTER_KINDS] = {
        [LETTER_SIGNIN_CODE] = TEXT_intro,
        [LETTER_SIGNUP_CODE] = TEXT_intro_signup,
        [LETTER_RESET_CODE] = TEXT_intro_reset,
        [LETTER_FACTOR_CODE] = TEXT_intro_factor,
        [LETTER_REGISTER_CODE] = TEXT_intro_register,
        [LETTER_ACCOUNT_EXISTS] = TEXT_exists_intro,
    };
    bool exists = letter->kind == LETTER_ACCOUNT_EXISTS;

    if (slice_eq(name, SLICE("intro")))
        return intros[letter->kind];
    if (slice_eq(name, SLICE("subject")))
        return exists ? TEXT_exists_subject : TEXT_subject;
    if (slice_eq(name, SLICE("heading")))
        return exists ? TEXT_exists_heading : TEXT_heading;
    if (slice_eq(name, SLICE("expiry")))
        return letter->minutes == 1 ? TEXT_expiry_one : TEXT_expiry_other;
    return catalogue_key(name);
}

/* A letter that tells no code has no such part. */
static err put_details(const struct filling *f, struct buf *out)
{
    if (f->letter->kind == LETTER_ACCOUNT_EXISTS)
        return OK;
    return fill_template(f, f->html ? f->messages->html_code : f->messages->text_code, out);
}

static err put_named(const struct filling *f, struct slice name, struct buf *out)
{
    struct slice value;

    if (value_of(f, name, &value)) {
        put_value(out, f, value);
        return OK;
    }
    if (slice_eq(name, SLICE("logo")))
        return f->letter->logo_url[0] == '\0' ? OK : fill_flat(f, f->messages->logo_template, true, out);
    if (slice_eq(name, SLICE("details")))
        return put_details(f, out);
    enum text_key key = key_of(f->letter, name);
    ENSURE(key != TEXT_COUNT, FORMAT);
    return fill_flat(f, f->texts->texts[key], false, out);
}

static err fill_template(const struct filling *f, struct slice template, struct buf *out)
{
    while (template.n > 0) {
        struct slice literal, name;
        TRY(next_literal(&template, &literal, &name));
        buf_put(out, literal);
        if (name.n > 0)
            TRY(put_named(f, name, out));
    }
    ENSURE(buf_ok(out), FULL);
    return OK;
}

static void put_from(struct buf *out, const struct filling *f, const struct message_sender *from)
{
    mime_header_address(out, "From", from->name.n > 0 ? from->name : slice_of(f->letter->tenant_name), from->address);
}

/* The headers after To: neither recipient nor time is in them. */
static err put_alike(struct buf *out, const struct filling *f, const struct message_sender *from, uint64_t id)
{
    char block[SUBJECT_MAX] UNINITIALISED;
    struct buf subject;
    struct slice domain;

    buf_init(&subject, block, sizeof block);
    TRY(put_named(f, SLICE("subject"), &subject));
    ENSURE(buf_ok(&subject), FULL);
    slice_cut(from->address, '@', &domain);
    buf_fmt(out, "Message-ID:\r\n <doorcode.%016llx@%.*s>\r\n", (unsigned long long)id, SLICE_ARGS(domain));
    mime_header_text(out, "Subject", buf_slice(&subject));
    buf_puts(out, "MIME-Version: 1.0\r\nContent-Language: ");
    buf_puts(out, f->language);
    /* RFC 3834, 5: no vacation notes and no receipts for a machine's mail. */
    buf_puts(out, "\r\nAuto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n");
    return OK;
}

static err put_headers(struct buf *out, const struct filling *f, const struct message_sender *from, uint64_t id,
                       instant now)
{
    mime_header_date(out, now);
    put_from(out, f, from);
    mime_header_address(out, "To", SLICE_EMPTY, slice_of(f->letter->to));
    return put_alike(out, f, from, id);
}

/* The boundary holds "=_", which neither encoding can give (RFC 2045, 6.7). */
static void put_boundary(struct buf *out, uint64_t id, const char *end)
{
    buf_fmt(out, "--=_%016llx%s\r\n", (unsigned long long)id, end);
}

static err put_parts(struct buf *out, struct filling *f, uint64_t id)
{
    char block[BODY_MAX] UNINITIALISED;
    struct buf body;
    size_t longest = 0;
    err e;

    buf_fmt(out, "Content-Type: multipart/alternative;\r\n boundary=\"=_%016llx\"\r\n\r\n", (unsigned long long)id);
    for (int html = 0; html < 2; html++) {
        f->html = html == 1;
        buf_init(&body, block, sizeof block);
        e = fill_template(f, f->html ? f->messages->html_template : f->messages->text_template, &body);
        longest = body.n > longest ? body.n : longest;
        if (!err_is_ok(e))
            break;
        put_boundary(out, id, "");
        mime_part(out, f->html ? "text/html" : "text/plain", buf_slice(&body));
    }
    put_boundary(out, id, "--");
    wipe(block, longest); /* a code was written there */
    return e;
}

err message_parts(const struct messages *m, const struct letter *letter, const struct message_sender *from, uint64_t id,
                  instant now, struct arena *arena, struct message_parts *out)
{
    struct filling f;
    struct buf headers, text, html;

    TRY(letter_check(letter));
    filling_init(&f, m, letter);
    if (letter->channel == CHANNEL_SMS) {
        buf_init_arena(&text, arena, BODY_MAX / 4);
        TRY(message_text(m, letter, &text));
        *out = (struct message_parts){ SLICE_EMPTY, buf_slice(&text), SLICE_EMPTY };
        return OK;
    }
    buf_init_arena(&headers, arena, HEADERS_MAX);
    TRY(put_headers(&headers, &f, from, id, now));
    buf_init_arena(&text, arena, BODY_MAX / 4);
    TRY(fill_template(&f, m->text_template, &text));
    f.html = true;
    buf_init_arena(&html, arena, BODY_MAX);
    TRY(fill_template(&f, m->html_template, &html));
    ENSURE(buf_ok(&headers), FULL);
    *out = (struct message_parts){ buf_slice(&headers), buf_slice(&text), buf_slice(&html) };
    return OK;
}

err message_subject(const struct messages *m, const struct letter *letter, struct buf *out)
{
    struct filling f;

    TRY(letter_check(letter));
    filling_init(&f, m, letter);
    if (letter->channel == CHANNEL_SMS)
        return fill_flat(&f, f.texts->texts[TEXT_sms], false, out);
    return put_named(&f, SLICE("subject"), out);
}

err message_text(const struct messages *m, const struct letter *letter, struct buf *out)
{
    struct filling f;

    TRY(letter_check(letter));
    ENSURE(letter->channel == CHANNEL_SMS, FORMAT);
    filling_init(&f, m, letter);
    TRY(fill_flat(&f, f.texts->texts[TEXT_sms], false, out));
    ENSURE(buf_ok(out), FULL);
    return OK;
}
