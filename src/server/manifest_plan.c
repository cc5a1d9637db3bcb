/* SPDX-License-Identifier: Apache-2.0 */
#include "server/manifest_plan.h"

#include "base/buf.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

enum { CLAIM_MAX = 512 };

struct plan_piece {
    struct plan_piece *next;
    _Alignas(16) char bytes[];
};

void *plan_take(struct plan *plan, size_t n)
{
    struct plan_piece *piece = calloc(1, sizeof *piece + n);

    if (piece == NULL)
        return NULL;
    piece->next = plan->pieces;
    plan->pieces = piece;
    return piece->bytes;
}

struct store_write *plan_write(struct plan *plan, enum store_write_kind kind)
{
    if (plan->n == plan->room) {
        size_t room = plan->room == 0 ? 64 : plan->room * 2;
        struct store_write *grown = realloc(plan->writes, room * sizeof *grown);
        if (grown == NULL)
            return NULL;
        plan->writes = grown;
        plan->room = room;
    }
    struct store_write *write = &plan->writes[plan->n++];
    *write = (struct store_write){ .kind = kind };
    return write;
}

/* Kind, tenant and name as one text. */
static struct slice claim_text(const char *kind, struct guid tenant, struct slice name, char space[CLAIM_MAX])
{
    struct buf text;

    buf_init(&text, space, CLAIM_MAX);
    buf_fmt(&text, "%s %s ", kind, guid_format(tenant).c);
    buf_put(&text, name);
    ASSERT(buf_ok(&text)); /* names are bounded by the fields they come from */
    return buf_slice(&text);
}

static int compare(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

bool plan_has(struct plan *plan, const char *kind, struct guid tenant, struct slice name)
{
    char space[CLAIM_MAX];
    const struct slice key = claim_text(kind, tenant, name, space);

    return tfind(&key, &plan->claims, compare) != NULL;
}

err plan_claim(struct plan *plan, const char *kind, struct guid tenant, struct slice name)
{
    char space[CLAIM_MAX];
    const struct slice key = claim_text(kind, tenant, name, space);
    struct slice *kept = plan_take(plan, sizeof *kept);
    char *text = plan_take(plan, key.n);

    ENSURE(kept != NULL && text != NULL, NO_MEMORY);
    memcpy(text, key.p, key.n);
    *kept = slice_bytes(text, key.n);
    struct slice **found = tsearch(kept, &plan->claims, compare);
    ENSURE(found != NULL, NO_MEMORY);
    ENSURE(*found == kept, CONFLICT);
    return OK;
}

static void leave(void *claim)
{
    (void)claim; /* it is a piece of the plan */
}

void plan_free(struct plan *plan)
{
    tdestroy(plan->claims, leave);
    while (plan->pieces != NULL) {
        struct plan_piece *next = plan->pieces->next;
        free(plan->pieces);
        plan->pieces = next;
    }
    free(plan->writes);
    *plan = (struct plan){ .n = 0 };
}
