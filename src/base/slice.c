/* SPDX-License-Identifier: Apache-2.0 */
#include "base/slice.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool slice_eq_nocase(struct slice a, struct slice b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

bool slice_is_ascii(struct slice s)
{
    uint64_t all = 0, eight;

    for (; s.n >= sizeof eight; s = slice_from(s, sizeof eight)) {
        memcpy(&eight, s.p, sizeof eight);
        all |= eight;
    }
    for (size_t i = 0; i < s.n; i++)
        all |= (uint8_t)s.p[i];
    return (all & 0x8080808080808080) == 0;
}

bool slice_starts(struct slice s, struct slice prefix)
{
    return s.n >= prefix.n && slice_eq((struct slice){ s.p, prefix.n }, prefix);
}

bool slice_ends(struct slice s, struct slice suffix)
{
    return s.n >= suffix.n && slice_eq((struct slice){ s.p + s.n - suffix.n, suffix.n }, suffix);
}

int slice_compare(struct slice a, struct slice b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n == 0 ? 0 : memcmp(a.p, b.p, n);

    if (order != 0)
        return order;
    return a.n < b.n ? -1 : a.n > b.n;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct slice slice_trim(struct slice s)
{
    while (s.n > 0 && is_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

struct slice slice_cut(struct slice s, char c, struct slice *rest)
{
    const char *at = s.n == 0 ? NULL : memchr(s.p, c, s.n);

    if (at == NULL) {
        *rest = SLICE_EMPTY;
        return s;
    }
    size_t head = (size_t)(at - s.p);
    *rest = slice_from(s, head + 1);
    return (struct slice){ s.p, head };
}

struct slice slice_word(struct slice *list)
{
    struct slice s = slice_trim(*list);
    size_t n = 0;

    while (n < s.n && !is_blank(s.p[n]))
        n++;
    *list = slice_from(s, n);
    return (struct slice){ s.p, n };
}

bool slice_to_u64(struct slice s, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;

    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        uint64_t digit = (uint64_t)(s.p[i] - '0');
        if (digit > max || value > (max - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

bool slice_to_cstr(struct slice s, char *dst, size_t cap)
{
    if (cap == 0)
        return false;
    dst[0] = '\0';
    if (s.n >= cap || (s.n > 0 && memchr(s.p, '\0', s.n) != NULL))
        return false;
    if (s.n > 0)
        memcpy(dst, s.p, s.n);
    dst[s.n] = '\0';
    return true;
}
