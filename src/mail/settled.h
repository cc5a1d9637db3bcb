/* SPDX-License-Identifier: Apache-2.0 */
/* settled.h: which mails were settled a moment ago. Their outcome is on its way to the disk, so the store may still
 * offer them; they must not be sent twice for that. A ring of fixed size; one thread. */
#ifndef DOORCODE_MAIL_SETTLED_H
#define DOORCODE_MAIL_SETTLED_H

#include "model/mail.h"

#include "base/limits.h"

#include <stdbool.h>

/* No more outcomes than these can wait for the disk. */
enum { SETTLED_MAX = LIMIT_WRITER_QUEUE + LIMIT_COMMIT_GROUP };

struct settled {
    struct {
        uint64_t id;
        uint32_t attempts; /* of the row as it was taken: a row with others is a new try */
        uint32_t until;    /* seconds of the monotonic clock; after it the row is believed again */
    } ring[SETTLED_MAX];
    size_t next;
};

void settled_add(struct settled *s, uint64_t id, uint32_t attempts, int64_t now_ms);
bool settled_has(const struct settled *s, uint64_t id, uint32_t attempts, int64_t now_ms);

#endif
