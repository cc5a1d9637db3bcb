/* SPDX-License-Identifier: Apache-2.0 */
/* reply.c: what a mail server's answer means, and what of it may be kept. */
#include "mail/smtp.h"

#include "base/limits.h"

#include <string.h>

enum { KEPT_MAX = 150 };

/* Answers that are about us, not about the mail: 421 closes the connection (RFC 5321, 3.8); 530, 534, 535 and 538 want
 * another sign-in (RFC 4954, 6). A 5xx of those must not kill a mail that a corrected configuration could send. */
static bool is_about_us(int code)
{
    return code == 421 || code == 530 || code == 534 || code == 535 || code == 538;
}

enum smtp_verdict smtp_judge(int code, bool in_mail)
{
    if (!in_mail || is_about_us(code))
        return SMTP_AWAY;
    return code >= 500 && code <= 599 ? SMTP_REFUSED : SMTP_DEFERRED;
}

static bool is_word_char(char c)
{
    return c != ' ' && strchr("<>()[]\",;:", c) == NULL;
}

/* A word of a reply, as it may be kept. */
static struct slice clean_word(struct slice word, struct slice local)
{
    size_t digits = 0;

    if (memchr(word.p, '@', word.n) != NULL || (local.n > 0 && slice_eq_nocase(word, local)))
        return SLICE("[address]");
    for (size_t i = 0; i < word.n; i++) {
        bool digit = word.p[i] >= '0' && word.p[i] <= '9';
        digits = digit ? digits + 1 : 0;
        if (digits >= LIMIT_CODE_DIGITS_MIN)
            return SLICE("[number]");
    }
    return word;
}

static char printable(char c)
{
    return c >= ' ' && c <= '~' ? c : ' ';
}

void smtp_clean(struct slice reply, struct slice to, char out[MAIL_ERROR])
{
    char line[2 * MAIL_ERROR];
    struct slice rest;
    struct slice local = slice_cut(to, '@', &rest);
    struct buf kept;
    size_t n = 0;

    while (n < reply.n && n < sizeof line) {
        line[n] = printable(reply.p[n]);
        n++;
    }
    buf_init(&kept, out, KEPT_MAX);
    rest = slice_trim((struct slice){ line, n });
    while (rest.n > 0 && buf_ok(&kept)) {
        size_t word = 0;
        while (word < rest.n && is_word_char(rest.p[word]))
            word++;
        buf_put(&kept, word == 0 ? (struct slice){ rest.p, 1 } : clean_word((struct slice){ rest.p, word }, local));
        rest = slice_from(rest, word == 0 ? 1 : word);
    }
    out[kept.n] = '\0';
}
