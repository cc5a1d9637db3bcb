/* SPDX-License-Identifier: Apache-2.0 */
/* slice.h: borrowed bytes with a length, never a NUL-terminated string.
 * A slice owns nothing; it is valid as long as what it points into. NULs appear only at a library's door
 * (slice_to_cstr). Pure, any thread. */
#ifndef DOORCODE_BASE_SLICE_H
#define DOORCODE_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const char *p;
    size_t n;
};

/* A slice over a string literal. */
#define SLICE(lit) ((struct slice){ (lit), sizeof(lit) - 1 })
#define SLICE_EMPTY ((struct slice){ "", 0 })
/* For printf("%.*s"). */
#define SLICE_ARGS(s) (int)(s).n, (s).p

/* The shortest stand here, as a call costs more than what they do. */

static inline struct slice slice_of(const char *cstr) /* NULL gives the empty slice */
{
    return cstr == NULL ? SLICE_EMPTY : (struct slice){ cstr, strlen(cstr) };
}

static inline struct slice slice_bytes(const void *p, size_t n)
{
    return (struct slice){ p, n };
}

static inline bool slice_eq(struct slice a, struct slice b) /* not constant time: see secret.h */
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline struct slice slice_from(struct slice s, size_t offset) /* the tail; empty past the end */
{
    return offset >= s.n ? SLICE_EMPTY : (struct slice){ s.p + offset, s.n - offset };
}

bool slice_eq_nocase(struct slice a, struct slice b); /* ASCII letters only */
bool slice_is_ascii(struct slice s);                  /* no byte above 0x7f */
bool slice_starts(struct slice s, struct slice prefix);
bool slice_ends(struct slice s, struct slice suffix);
int slice_compare(struct slice a, struct slice b); /* <0, 0, >0, bytewise */
struct slice slice_trim(struct slice s);           /* without blanks and tabs at both ends */
/* The bytes before the first `c`; *rest is what follows it. Without a `c`: all of it, and *rest is empty. */
struct slice slice_cut(struct slice s, char c, struct slice *rest);
/* Next blank-separated word of *list, which moves on; an empty slice at the end. */
struct slice slice_word(struct slice *list);
/* Decimal digits only, at most `max`. False for empty, signs, blanks or more than max. */
bool slice_to_u64(struct slice s, uint64_t max, uint64_t *out);
/* Copies into dst with a NUL. False (dst = "") where it does not fit or holds a NUL itself. */
bool slice_to_cstr(struct slice s, char *dst, size_t cap);

#endif
