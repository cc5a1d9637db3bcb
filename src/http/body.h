/* SPDX-License-Identifier: Apache-2.0 */
/* body.h: collects one request's body within its bound. Up to LIMIT_BODY lies in the arena; more in a block of its own, of
 * which at most LIMIT_LARGE_BODIES exist at once. What exceeds the bound is counted and thrown away. One thread. */
#ifndef DOORCODE_HTTP_BODY_H
#define DOORCODE_HTTP_BODY_H

#include "http/http.h"

#include <stdatomic.h>

struct body {
    struct arena *arena;     /* borrowed */
    _Atomic unsigned *large; /* borrowed: how many large bodies there are */
    size_t limit;
    size_t expected; /* announced length, or the limit where none was announced */
    size_t received; /* thrown away ones included */
    char *p;
    bool own; /* p is a block of its own */
};

void body_init(struct body *b, struct arena *arena, _Atomic unsigned *large, size_t limit, const uint64_t *length);
/* Appends. TOO_LARGE from the byte beyond the limit on, OVERLOADED without room for a large one. */
enum http_defect body_put(struct body *b, struct slice data);
/* Whether even throwing away has gone on for too long. */
bool body_endless(const struct body *b);
struct slice body_slice(const struct body *b);
void body_free(struct body *b); /* wipes what is not in the arena */

#endif
