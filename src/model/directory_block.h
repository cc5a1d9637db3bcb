/* SPDX-License-Identifier: Apache-2.0 */
/* directory_block.h: what directory.c and directory_builder.c share: the memory of a snapshot, in pieces that never
 * move, and the orders its tables are sorted and searched by. Only for these two files. */
#ifndef DOORCODE_MODEL_DIRECTORY_BLOCK_H
#define DOORCODE_MODEL_DIRECTORY_BLOCK_H

#include "model/directory.h"

struct block;

/* Cuts n bytes, aligned for any struct, from *first, or from a new piece. FULL once all pieces together would pass
 * LIMIT_DIRECTORY_TEXT, NO_MEMORY. */
NODISCARD err directory_block_take(struct block **first, size_t n, void **out);
/* The pattern of `text`, which stays with the block and is freed with it: each text is compiled once. FORMAT,
 * NO_MEMORY; FULL, also beyond LIMIT_PATTERNS. */
NODISCARD err directory_block_pattern(struct block **first, struct slice text, const struct pattern **out);
void directory_block_free(struct block *first); /* all pieces, with their patterns; NULL is fine */

char ascii_lower(char c);
int guid_compare(struct guid a, struct guid b);
/* For qsort and bsearch: tenants by id, names, applications by tenant and client id, flows by tenant and name. */
int tenant_order(const void *a, const void *b);
int name_order(const void *a, const void *b);
int application_order(const void *a, const void *b);
int user_flow_order(const void *a, const void *b);

#endif
