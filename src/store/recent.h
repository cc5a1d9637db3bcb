/* SPDX-License-Identifier: Apache-2.0 */
/* recent.h: rows that were read or written lately, by id, so that the next step of a sign-in need not read again what the
 * step before it read (docs/decisions/018). A table of fixed size, since strangers fill it; who is pushed out is read
 * again. What is kept is wiped when it goes. Any thread. */
#ifndef DOORCODE_STORE_RECENT_H
#define DOORCODE_STORE_RECENT_H

#include "base/guid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recent;

/* A table of `rows` (a power of two, at least 4) rows of `size` bytes. NULL without memory. */
struct recent *recent_new(size_t size, size_t rows);
void recent_free(struct recent *r); /* NULL is fine */

/* Copies the row of `id`; false: it is not here. Being read does not keep it: who was put the longest ago makes room. */
bool recent_get(struct recent *r, const struct guid *id, void *row);

/* To keep a row that is read from elsewhere: the ticket is taken before reading, and recent_keep does nothing where any row
 * was put or dropped since, as what was read may be older than that. */
uint64_t recent_ticket(struct recent *r);
void recent_keep(struct recent *r, const struct guid *id, const void *row, uint64_t ticket);

/* The row of `id` has become this, is not known any more; no row is. */
void recent_put(struct recent *r, const struct guid *id, const void *row);
void recent_drop(struct recent *r, const struct guid *id);
void recent_clear(struct recent *r);

#endif
