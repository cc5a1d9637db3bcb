/* SPDX-License-Identifier: Apache-2.0 */
/* blocks.h: equal blocks of memory, recycled last in, first out, so that what is resident follows the number of exchanges
 * at once, not the number of connections. Any thread. */
#ifndef DOORCODE_HTTP_BLOCKS_H
#define DOORCODE_HTTP_BLOCKS_H

#include <stddef.h>

struct blocks;

/* Keeps up to `kept` free blocks of `size` bytes; NULL without memory. */
struct blocks *blocks_new(size_t size, size_t kept);
void blocks_free(struct blocks *b); /* after the last block_give; NULL is fine */
/* Zeros, or what a caller gave back; aligned for anything; NULL without memory. */
void *block_take(struct blocks *b);
/* The caller has wiped what was secret. The first bytes, as many as a pointer has, are written over. */
void block_give(struct blocks *b, void *block);

#endif
