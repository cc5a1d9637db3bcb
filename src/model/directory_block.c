/* SPDX-License-Identifier: Apache-2.0 */
#include "model/directory_block.h"

#include "base/limits.h"

#include <stdalign.h>
#include <stdlib.h>

enum { PIECE = 16 * 1024 };

struct block {
    struct block *next;
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

void directory_block_free(struct block *first)
{
    while (first != NULL) {
        struct block *next = first->next;
        free(first);
        first = next;
    }
}
