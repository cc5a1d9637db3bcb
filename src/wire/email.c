/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/email.h"

#include "wire/email_fold.h"

#include <string.h>
#include <unistr.h>

/* RFC 5321 4.5.3.1.1 and RFC 1035 2.3.4. */
enum { LOCAL_MAX = 64, LABEL_MAX = 63 };

static bool is_alnum(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* RFC 5322 3.2.3, and all beyond ASCII (RFC 6531 3.3). */
static bool is_atext(char c)
{
    return is_alnum(c) || (unsigned char)c >= 0x80 || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool is_dot_atom(struct slice s)
{
    if (s.n == 0 || s.n > LOCAL_MAX || s.p[0] == '.' || s.p[s.n - 1] == '.')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '.' ? s.p[i - 1] == '.' : !is_atext(s.p[i]))
            return false;
    return true;
}

static bool is_a_label(struct slice label)
{
    return label.n > 4 && slice_eq_nocase((struct slice){ label.p, 4 }, SLICE("xn--"));
}

static bool is_label(struct slice label)
{
    if (label.n == 0 || label.n > LABEL_MAX || label.p[0] == '-' || label.p[label.n - 1] == '-')
        return false;
    for (size_t i = 0; i < label.n; i++)
        if (!is_alnum(label.p[i]) && label.p[i] != '-')
            return false;
    /* Hyphens in the third and fourth place belong to A-labels (RFC 5890 2.3.1). */
    return label.n < 4 || label.p[2] != '-' || label.p[3] != '-' || is_a_label(label);
}

static bool is_number(struct slice label)
{
    for (size_t i = 0; i < label.n; i++)
        if (label.p[i] < '0' || label.p[i] > '9')
            return false;
    return true;
}

/* Letters, digits and hyphens; two labels or more; the last not a number, which would be an IPv4 address. */
static bool is_domain(struct slice domain)
{
    struct slice label = SLICE_EMPTY;
    size_t labels = 0;

    if (domain.n == 0 || domain.p[domain.n - 1] == '.')
        return false;
    while (domain.n > 0) {
        label = slice_cut(domain, '.', &domain);
        if (!is_label(label))
            return false;
        labels++;
    }
    return labels >= 2 && !is_number(label);
}

static bool has_a_label(struct slice domain)
{
    while (domain.n > 0)
        if (is_a_label(slice_cut(domain, '.', &domain)))
            return true;
    return false;
}

static void put_lower(struct buf *out, struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        buf_putc(out, s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] - 'A' + 'a') : s.p[i]);
}

static err put_local(struct slice local, struct buf *out)
{
    size_t before = out->n;

    ENSURE(is_dot_atom(local), FORMAT);
    if (slice_is_ascii(local)) {
        put_lower(out, local);
        return OK;
    }
    TRY(email_fold_local(local, out));
    /* Again: U+037E, say, is canonically a semicolon. */
    ENSURE(is_dot_atom((struct slice){ out->p + before, out->n - before }), FORMAT);
    return OK;
}

static err put_domain(struct slice domain, struct buf *out)
{
    size_t before = out->n;

    if (slice_is_ascii(domain)) {
        ENSURE(is_domain(domain), FORMAT);
        if (!has_a_label(domain)) {
            put_lower(out, domain);
            return OK;
        }
    }
    TRY(email_fold_domain(domain, out));
    ENSURE(is_domain((struct slice){ out->p + before, out->n - before }), FORMAT);
    return OK;
}

/* The local part before the last '@'; *domain is what follows. False without one. */
static bool split(struct slice address, struct slice *local, struct slice *domain)
{
    const char *at = address.n == 0 ? NULL : memrchr(address.p, '@', address.n);

    if (at == NULL)
        return false;
    *local = (struct slice){ address.p, (size_t)(at - address.p) };
    *domain = slice_from(address, local->n + 1);
    return true;
}

err email_parse(struct slice text, struct email *out)
{
    struct slice local;
    struct slice domain;
    struct buf identity;

    text = slice_trim(text);
    ENSURE(slice_to_cstr(text, out->given, sizeof out->given), FORMAT);
    ENSURE(split(text, &local, &domain), FORMAT);
    buf_init(&identity, out->identity, LIMIT_EMAIL);
    err e = put_local(local, &identity);
    if (err_is_ok(e)) {
        buf_putc(&identity, '@');
        e = put_domain(domain, &identity);
    }
    ENSURE(e.code != ERR_NO_MEMORY, NO_MEMORY);
    ENSURE(err_is_ok(e) && buf_ok(&identity), FORMAT);
    out->identity[identity.n] = '\0';
    return OK;
}

/* Bytes of the first character; 1 for what is not UTF-8. */
static size_t character(struct slice s)
{
    ucs4_t c;
    int n = u8_mbtoucr(&c, (const uint8_t *)s.p, s.n);

    return n > 0 ? (size_t)n : 1;
}

/* First and last character, a star for each between; the last of two is a star as well (spec V1, 4.10). */
static void mask_part(struct slice s, struct buf *out)
{
    size_t length = 0;
    struct slice first = SLICE_EMPTY;
    struct slice last = SLICE_EMPTY;

    while (s.n > 0) {
        last = (struct slice){ s.p, character(s) };
        first = length == 0 ? last : first;
        s = slice_from(s, last.n);
        length++;
    }
    if (length >= 2)
        buf_put(out, first);
    for (size_t stars = length > 3 ? length - 2 : 1; stars > 0; stars--)
        buf_putc(out, '*');
    if (length >= 3)
        buf_put(out, last);
}

void email_mask(struct slice address, struct buf *out)
{
    struct slice local;
    struct slice domain;

    if (!split(address, &local, &domain)) {
        mask_part(address, out);
        return;
    }
    mask_part(local, out);
    buf_putc(out, '@');
    mask_part(domain, out);
}
