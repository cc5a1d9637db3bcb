/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/settled.h"

enum { BELIEVED_SECONDS = 60 };

void settled_add(struct settled *s, uint64_t id, uint32_t attempts, int64_t now_ms)
{
    s->ring[s->next].id = id;
    s->ring[s->next].attempts = attempts;
    s->ring[s->next].until = (uint32_t)(now_ms / 1000 + BELIEVED_SECONDS);
    s->next = (s->next + 1) % SETTLED_MAX;
}

bool settled_has(const struct settled *s, uint64_t id, uint32_t attempts, int64_t now_ms)
{
    uint32_t now = (uint32_t)(now_ms / 1000);

    /* From the newest on: those that the store still offers were settled last. */
    for (size_t n = 0, i = s->next; n < SETTLED_MAX; n++) {
        i = (i == 0 ? SETTLED_MAX : i) - 1;
        if (s->ring[i].id == id && s->ring[i].attempts == attempts && s->ring[i].until > now)
            return true;
    }
    return false;
}
