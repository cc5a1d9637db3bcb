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
    void *claims; /* tree of names that are taken (search.h of the C library) */
};

/* Zeroed memory that lives as long as the plan. NULL without memory. */
void *plan_take(struct plan *plan, size_t n);
/* One more write, zeroed but for its kind. NULL without memory. */
struct store_write *plan_write(struct plan *plan, enum store_write_kind kind);
/* Takes the name of its kind ("user", "application") within a tenant (the nil GUID: among all) for this plan. CONFLICT where
 * it was taken before. The text is copied. */
NODISCARD err plan_claim(struct plan *plan, const char *kind, struct guid tenant, struct slice name);
/* Whether it was. */
bool plan_has(struct plan *plan, const char *kind, struct guid tenant, struct slice name);
void plan_free(struct plan *plan);

#endif
