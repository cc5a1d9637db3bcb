/* SPDX-License-Identifier: Apache-2.0 */
#include "server/manifest_plan.h"

#include <stdlib.h>

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

void plan_free(struct plan *plan)
{
    while (plan->pieces != NULL) {
        struct plan_piece *next = plan->pieces->next;
        free(plan->pieces);
        plan->pieces = next;
    }
    free(plan->writes);
    *plan = (struct plan){ .n = 0 };
}
