/* SPDX-License-Identifier: Apache-2.0 */
/* manifest_plan.h: the writes that a manifest comes to, with the memory they point into. Freed as a whole. */
#ifndef DOORCODE_SERVER_MANIFEST_PLAN_H
#define DOORCODE_SERVER_MANIFEST_PLAN_H

#include "store/store.h"

struct plan {
    struct store_write *writes;
    size_t n;
    size_t room;
    struct plan_piece *pieces;
};

/* Zeroed memory that lives as long as the plan. NULL without memory. */
void *plan_take(struct plan *plan, size_t n);
/* One more write, zeroed but for its kind. NULL without memory. */
struct store_write *plan_write(struct plan *plan, enum store_write_kind kind);
void plan_free(struct plan *plan);

#endif
