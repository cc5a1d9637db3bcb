/* SPDX-License-Identifier: Apache-2.0 */
#include "http/body.h"

#include "base/limits.h"
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

static enum http_defect make_room(struct body *b);

void body_init(struct body *b, struct arena *arena, _Atomic unsigned *large, size_t limit, const uint64_t *length)
{
    *b = (struct body){ .arena = arena, .large = large, .limit = limit, .expected = limit };
    if (length != NULL && *length < limit)
        b->expected = (size_t)*length;
}

enum http_defect body_put(struct body *b, struct slice data)
{
    size_t at = b->received;

    b->received += data.n;
    if (b->received > b->limit)
        return HTTP_TOO_LARGE;
    if (b->p == NULL) {
        enum http_defect defect = make_room(b);
        if (defect != HTTP_SOUND)
            return defect;
    }
    ASSERT(b->received <= b->expected);
    memcpy(b->p + at, data.p, data.n);
    return HTTP_SOUND;
}

bool body_endless(const struct body *b)
{
    return b->received > b->limit + LIMIT_DISCARD;
}

struct slice body_slice(const struct body *b)
{
    return b->p == NULL ? SLICE_EMPTY : (struct slice){ b->p, b->received };
}

void body_free(struct body *b)
{
    if (b->own) {
        wipe(b->p, b->expected);
        free(b->p);
        atomic_fetch_sub(b->large, 1);
    }
    b->p = NULL;
    b->own = false;
}

static enum http_defect make_room(struct body *b)
{
    if (b->expected <= LIMIT_BODY) {
        b->p = arena_take(b->arena, b->expected);
        return b->p != NULL ? HTTP_SOUND : HTTP_OVERLOADED;
    }
    if (atomic_fetch_add(b->large, 1) < LIMIT_LARGE_BODIES)
        b->p = malloc(b->expected);
    b->own = b->p != NULL;
    if (!b->own)
        atomic_fetch_sub(b->large, 1);
    return b->own ? HTTP_SOUND : HTTP_OVERLOADED;
}
