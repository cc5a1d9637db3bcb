/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/dialogue.h"

#include "base/buf.h"

#include <stdio.h>
#include <string.h>

static bool take_line(struct dialogue *d);
static void answer(struct dialogue *d, int code);

static void say(struct dialogue *d, enum dialogue_step step, const char *before, struct slice argument,
                const char *after)
{
    int n = snprintf(d->command, sizeof d->command, "%s%.*s%s\r\n", before, SLICE_ARGS(argument), after);

    d->step = step;
    d->out = (struct slice){ d->command, (size_t)n };
}

/* MAIL and RCPT, to be followed by how the message is sent. */
static void say_both(struct dialogue *d, struct slice from, const char *utf8, struct buf *out)
{
    buf_init(out, d->command, sizeof d->command);
    buf_puts(out, "MAIL FROM:<");
    buf_put(out, from);
    buf_puts(out, ">");
    buf_puts(out, utf8);
    buf_puts(out, "\r\nRCPT TO:<");
    buf_put(out, d->to);
    buf_puts(out, ">\r\n");
    d->step = DIALOGUE_MAIL;
}

static void say_three(struct dialogue *d, struct slice from, const char *utf8)
{
    struct buf out;

    say_both(d, from, utf8, &out);
    buf_puts(&out, "DATA\r\n");
    d->out = buf_slice(&out);
}

/* The message is counted, so it needs no end (RFC 3030, 2). */
static void say_all(struct dialogue *d, struct slice from, const char *utf8, char *message)
{
    size_t n = d->message.n - strlen(DIALOGUE_END);
    struct buf out;

    say_both(d, from, utf8, &out);
    buf_fmt(&out, "BDAT %zu LAST\r\n", n);
    memcpy(message - out.n, out.p, out.n);
    d->out = (struct slice){ message - out.n, out.n + n };
}

void dialogue_begin(struct dialogue *d, struct slice from, struct slice to, struct dialogue_offers offers,
                    char *message, size_t n)
{
    const char *utf8 = offers.utf8 ? " SMTPUTF8" : "";

    d->to = to;
    d->message = (struct slice){ message, n };
    d->refusal = 0;
    d->refusal_text[0] = '\0';
    d->line_n = 0;
    d->pipelined = offers.pipelining;
    d->chunked = offers.pipelining && offers.chunking;
    if (d->chunked)
        say_all(d, from, utf8, message);
    else if (d->pipelined)
        say_three(d, from, utf8);
    else
        say(d, DIALOGUE_MAIL, "MAIL FROM:<", from, offers.utf8 ? "> SMTPUTF8" : ">");
}

bool dialogue_take(struct dialogue *d, struct slice bytes)
{
    while (bytes.n > 0) {
        struct slice rest;
        struct slice head = slice_cut(bytes, '\n', &rest);
        if (d->step == DIALOGUE_IDLE || d->line_n + head.n >= sizeof d->line)
            return false;
        memcpy(d->line + d->line_n, head.p, head.n);
        d->line_n += head.n;
        if (head.n == bytes.n)
            return true;
        if (!take_line(d))
            return false;
        bytes = rest;
    }
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "250-more", "250 end" or "250" (RFC 5321, 4.2). */
static bool take_line(struct dialogue *d)
{
    const char *line = d->line;
    size_t n = d->line_n;

    d->line_n = 0;
    if (n > 0 && line[n - 1] == '\r')
        n--;
    d->line[n] = '\0';
    if (n < 3 || line[0] < '2' || line[0] > '5' || !is_digit(line[1]) || !is_digit(line[2]))
        return false;
    if (line[3] != '\0' && line[3] != ' ' && line[3] != '-')
        return false;
    if (line[3] == '-')
        return true;
    answer(d, (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0'));
    return true;
}

static void say_end(struct dialogue *d)
{
    d->step = DIALOGUE_BODY;
    d->out = SLICE(DIALOGUE_END);
}

/* What was sent ahead has its answer still to come. */
static bool is_ahead(const struct dialogue *d)
{
    return d->step < (d->chunked ? DIALOGUE_BODY : d->pipelined ? DIALOGUE_DATA : DIALOGUE_MAIL);
}

static void pass(struct dialogue *d)
{
    d->step = d->chunked && d->step == DIALOGUE_RCPT ? DIALOGUE_BODY : d->step + 1;
}

/* The mail is over; the connection is made ready for the next. What was sent ahead is answered first, and a server that
 * takes data for nobody gets none (RFC 2920, 3.1). A refused chunk leaves its mail begun (RFC 3030, 2). */
static void refuse(struct dialogue *d, int code)
{
    if (d->refusal == 0) {
        d->refusal = code;
        memcpy(d->refusal_text, d->line, sizeof d->refusal_text);
    }
    if (is_ahead(d))
        pass(d);
    else if (d->step == DIALOGUE_BODY && !d->chunked)
        d->step = DIALOGUE_IDLE;
    else if (d->pipelined && d->step == DIALOGUE_DATA && code == 354)
        say_end(d);
    else
        say(d, DIALOGUE_RESET, "RSET", SLICE_EMPTY, "");
}

static void go_on(struct dialogue *d)
{
    switch (d->step) {
    case DIALOGUE_MAIL:
        say(d, DIALOGUE_RCPT, "RCPT TO:<", d->to, ">");
        break;
    case DIALOGUE_RCPT:
        say(d, DIALOGUE_DATA, "DATA", SLICE_EMPTY, "");
        break;
    case DIALOGUE_DATA:
        d->step = DIALOGUE_BODY;
        d->out = d->message;
        break;
    default:
        d->step = DIALOGUE_IDLE;
    }
}

static void answer(struct dialogue *d, int code)
{
    bool good = d->step == DIALOGUE_DATA ? code == 354 : code / 100 == 2;

    if (d->step == DIALOGUE_RESET)
        d->step = DIALOGUE_IDLE;
    else if (!good || d->refusal != 0)
        refuse(d, code);
    else if (is_ahead(d))
        pass(d);
    else
        go_on(d);
}
