/* SPDX-License-Identifier: Apache-2.0 */
/* receiver.h: the development mode's own extension: takes every call, keeps the newest for its page and for tests. Never
 * part of `doorcode serve`. Any thread. */
#ifndef DOORCODE_HOOK_RECEIVER_H
#define DOORCODE_HOOK_RECEIVER_H

#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "model/directory.h"

enum { RECEIVER_KEPT = 32, RECEIVER_AUTHORIZATION = 2048 };

struct received {
    uint64_t id; /* 1 for the first */
    instant at;
    enum extension_event event;
    char authorization[RECEIVER_AUTHORIZATION]; /* the header; "" where there was none, or too long a one */
    size_t body_n;
    char body[LIMIT_HOOK_BODY]; /* a JSON object */
};

struct receiver;

NODISCARD err receiver_new(struct receiver **out);
void receiver_free(struct receiver *r); /* NULL is fine */
/* Keeps a call. FORMAT: it is not the envelope of an event; FULL: it is too large. */
NODISCARD err receiver_take(struct receiver *r, instant now, struct slice authorization, struct slice body,
                            enum extension_event *event);
void receiver_clear(struct receiver *r);
/* A copy of the call, or of the newest where id is 0. NOT_FOUND: there is none, or it was pushed out by newer ones. */
NODISCARD err receiver_find(struct receiver *r, uint64_t id, struct received *out);

#endif
