/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/mime.h"

#include "mail/text.h"

#include "base/b64.h"
#include "base/err.h"

#include <string.h>
#include <time.h>

enum { WORD_BYTES = 45, BASE64_LINE_BYTES = 57, BLOCK = 16 }; /* 60 characters in an encoded-word, 76 in a line */

/* How many bytes of s, at most `most`, end at a character: an encoded-word must not cut one (RFC 2047, 5). */
static size_t whole_characters(struct slice s, size_t most)
{
    if (s.n <= most)
        return s.n;
    while (most > 0 && ((uint8_t)s.p[most] & 0xc0) == 0x80)
        most--;
    return most;
}

static void put_encoded_words(struct buf *out, struct slice text)
{
    while (text.n > 0) {
        size_t n = whole_characters(text, WORD_BYTES);
        buf_puts(out, "=?UTF-8?B?");
        b64_put(out, text.p, n);
        buf_puts(out, "?=");
        text = slice_from(text, n);
        if (text.n > 0)
            buf_puts(out, "\r\n ");
    }
}

/* Whether the text can stand as it is in what is left of a header's first line. */
static bool is_plain(struct slice text, size_t room)
{
    return text.n <= room && text_is_ascii(text) && memmem(text.p, text.n, "=?", 2) == NULL;
}

void mime_header_text(struct buf *out, const char *name, struct slice text)
{
    ASSERT(text_is_clean(text));
    buf_puts(out, name);
    if (is_plain(text, MIME_LINE - strlen(name) - 2)) {
        buf_puts(out, ": ");
        buf_put(out, text);
    } else {
        buf_puts(out, ":\r\n ");
        put_encoded_words(out, text);
    }
    buf_puts(out, "\r\n");
}

static size_t quoted_length(struct slice phrase)
{
    size_t n = phrase.n + 2;

    for (size_t i = 0; i < phrase.n; i++)
        n += phrase.p[i] == '"' || phrase.p[i] == '\\';
    return n;
}

static void put_quoted(struct buf *out, struct slice phrase)
{
    buf_putc(out, '"');
    for (size_t i = 0; i < phrase.n; i++) {
        if (phrase.p[i] == '"' || phrase.p[i] == '\\')
            buf_putc(out, '\\');
        buf_putc(out, phrase.p[i]);
    }
    buf_putc(out, '"');
}

/* Writes " phrase" and returns the column after it. */
static size_t put_phrase(struct buf *out, size_t column, struct slice phrase)
{
    size_t quoted = quoted_length(phrase);

    if (phrase.n == 0)
        return column;
    if (column + 1 + quoted <= MIME_LINE && is_plain(phrase, MIME_LINE)) {
        buf_putc(out, ' ');
        put_quoted(out, phrase);
        return column + 1 + quoted;
    }
    buf_puts(out, "\r\n ");
    put_encoded_words(out, phrase);
    return MIME_LINE;
}

void mime_header_address(struct buf *out, const char *name, struct slice phrase, struct slice address)
{
    ASSERT(text_is_clean(phrase) && text_is_clean(address));
    buf_puts(out, name);
    buf_putc(out, ':');
    size_t column = put_phrase(out, strlen(name) + 1, phrase);
    /* An address cannot be broken, but it can have a line of its own. */
    buf_puts(out, column + address.n + 3 <= MIME_LINE ? " <" : "\r\n <");
    buf_put(out, address);
    buf_puts(out, ">\r\n");
}

void mime_header_date(struct buf *out, instant at)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t seconds = (time_t)at;
    struct tm tm = { 0 };

    /* Not strftime: its names follow the process's locale. */
    gmtime_r(&seconds, &tm);
    buf_fmt(out, "Date: %.3s, %02d %.3s %d %02d:%02d:%02d +0000\r\n", days + tm.tm_wday * 3, tm.tm_mday,
            months + tm.tm_mon * 3, tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static bool is_literal(char c)
{
    uint8_t byte = (uint8_t)c;

    return (byte >= ' ') & (byte <= '~') & (byte != '=');
}

static void put_escaped(struct buf *out, char c)
{
    static const char hex[] = "0123456789ABCDEF";
    char escape[3] = { '=', hex[(uint8_t)c >> 4], hex[(uint8_t)c & 15] };

    buf_put(out, (struct slice){ escape, sizeof escape });
}

static bool is_escaped(char c)
{
    return !is_literal(c) & (c != '\n');
}

/* The number of rounds is fixed, so that compilers do sixteen at once. */
static size_t escaped_in_block(const char *p)
{
    uint8_t n = 0;

    for (size_t i = 0; i < BLOCK; i++)
        n = (uint8_t)(n + is_escaped(p[i]));
    return n;
}

static size_t escaped_in(struct slice body)
{
    size_t n = 0;

    for (; body.n >= BLOCK; body = slice_from(body, BLOCK))
        n += escaped_in_block(body.p);
    for (size_t i = 0; i < body.n; i++)
        n += is_escaped(body.p[i]);
    return n;
}

/* How many bytes of the line stand as they are and fit into the room that is left. */
static size_t literal_run(struct slice line, size_t room)
{
    size_t most = line.n < room ? line.n : room;
    size_t n = 0;

    while (most - n >= BLOCK && escaped_in_block(line.p + n) == 0)
        n += BLOCK;
    while (n < most && is_literal(line.p[n]))
        n++;
    return n;
}

/* A blank at the end of a line and a dot at its start are escaped: mail servers may touch them. */
static bool needs_escape(struct slice line, size_t column)
{
    return !is_literal(line.p[0]) || (line.n == 1 && line.p[0] == ' ') || (column == 0 && line.p[0] == '.');
}

static void put_quoted_line(struct buf *out, struct slice line)
{
    const size_t room = MIME_LINE - 1; /* the last place is the soft break's */
    size_t column = 0;

    while (line.n > 0) {
        bool escape = needs_escape(line, column);
        size_t run = escape ? 1 : literal_run(line, room - column);
        if (run == 0 || (escape && column + 3 > room)) {
            buf_puts(out, "=\r\n");
            column = 0;
            continue;
        }
        if (run > 1 && run == line.n && line.p[run - 1] == ' ')
            run--;
        if (escape)
            put_escaped(out, line.p[0]);
        else
            buf_put(out, (struct slice){ line.p, run });
        column += escape ? 3 : run;
        line = slice_from(line, run);
    }
    buf_puts(out, "\r\n");
}

static void put_quoted_printable(struct buf *out, struct slice body)
{
    while (body.n > 0) {
        struct slice rest;
        put_quoted_line(out, slice_cut(body, '\n', &rest));
        body = rest;
    }
}

/* Text is encoded with the line ends it has on the wire (RFC 2045, 6.8), so CRLF is made while the bytes are gathered. */
static void put_base64(struct buf *out, struct slice body)
{
    char line[BASE64_LINE_BYTES];
    size_t n = 0;

    for (size_t i = 0; i < body.n; i++) {
        bool line_end = body.p[i] == '\n';
        for (int k = line_end ? 0 : 1; k < 2; k++) {
            line[n++] = line_end && k == 0 ? '\r' : body.p[i];
            if (n < sizeof line)
                continue;
            b64_put(out, line, n);
            buf_puts(out, "\r\n");
            n = 0;
        }
    }
    if (n > 0) {
        b64_put(out, line, n);
        buf_puts(out, "\r\n");
    }
}

void mime_part(struct buf *out, const char *type, struct slice body)
{
    bool base64 = escaped_in(body) * 6 > body.n; /* n + 2 escaped > 4/3 n */

    buf_puts(out, "Content-Type: ");
    buf_puts(out, type);
    buf_puts(out, "; charset=utf-8\r\nContent-Transfer-Encoding: ");
    buf_puts(out, base64 ? "base64\r\n\r\n" : "quoted-printable\r\n\r\n");
    if (base64)
        put_base64(out, body);
    else
        put_quoted_printable(out, body);
}
