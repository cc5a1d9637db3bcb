/* SPDX-License-Identifier: Apache-2.0 */
#include "model/directory_block.h"

#include "base/limits.h"
#include "wire/pattern.h"

#include <stdalign.h>
#include <stdlib.h>

enum { PIECE = 16 * 1024 };

struct kept {
    struct kept *next;
    struct slice text; /* in the block */
    struct pattern *pattern;
};

struct block {
    struct block *next;
    struct kept *patterns;
    size_t size;
    size_t used;
    size_t total; /* of this piece and all behind it */
    alignas(max_align_t) char bytes[];
};

err directory_block_take(struct block **first, size_t n, void **out)
{
    struct block *piece = *first;
    size_t step = alignof(max_align_t);
    size_t total = piece == NULL ? 0 : piece->total;

    ENSURE(n <= LIMIT_DIRECTORY_TEXT, FULL);
    n = (n + step - 1) / step * step;
    if (piece == NULL || piece->size - piece->used < n) {
        size_t size = n > PIECE ? n : PIECE;
        ENSURE(total + size <= LIMIT_DIRECTORY_TEXT, FULL);
        piece = malloc(sizeof *piece + size);
        ENSURE(piece != NULL, NO_MEMORY);
        *piece = (struct block){ .next = *first, .size = size, .total = total + size };
        *first = piece;
    }
    *out = piece->bytes + piece->used;
    piece->used += n;
    return OK;
}

/* NULL: it is not among the *n that are there. */
static const struct pattern *pattern_of(const struct block *piece, struct slice text, size_t *n)
{
    *n = 0;
    for (; piece != NULL; piece = piece->next)
        for (const struct kept *kept = piece->patterns; kept != NULL; kept = kept->next, (*n)++)
            if (slice_eq(kept->text, text))
                return kept->pattern;
    return NULL;
}

err directory_block_pattern(struct block **first, struct slice text, const struct pattern **out)
{
    void *taken;
    size_t n;

    *out = pattern_of(*first, text, &n);
    if (*out != NULL)
        return OK;
    ENSURE(n < LIMIT_PATTERNS, FULL);
    TRY(directory_block_take(first, sizeof(struct kept), &taken));
    struct kept *kept = taken;
    *kept = (struct kept){ .next = (*first)->patterns, .text = text };
    TRY(pattern_compile(text, &kept->pattern));
    (*first)->patterns = kept;
    *out = kept->pattern;
    return OK;
}

void directory_block_free(struct block *first)
{
    while (first != NULL) {
        struct block *next = first->next;
        for (struct kept *kept = first->patterns; kept != NULL; kept = kept->next)
            pattern_free(kept->pattern);
        free(first);
        first = next;
    }
}
