/* SPDX-License-Identifier: Apache-2.0 */
#include "hook/receiver.h"

#include "hook/envelope.h"
#include "wire/json_in.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct receiver {
    pthread_mutex_t lock;
    uint64_t newest;                     /* id; 0: none yet */
    struct received kept[RECEIVER_KEPT]; /* a ring, by id */
};

err receiver_new(struct receiver **out)
{
    struct receiver *r = calloc(1, sizeof *r);

    ENSURE(r != NULL, NO_MEMORY);
    pthread_mutex_init(&r->lock, NULL);
    *out = r;
    return OK;
}

void receiver_free(struct receiver *r)
{
    if (r == NULL)
        return;
    pthread_mutex_destroy(&r->lock);
    free(r);
}

static err read_event(struct slice body, enum extension_event *event)
{
    struct json_t *json;
    struct slice type;

    TRY(json_in_parse(body, LIMIT_HOOK_BODY, &json));
    err read = json_in_text(json, "type", &type);
    bool known = err_is_ok(read) && hook_event_of(type, event);
    json_in_free(json);
    return known ? OK : FAIL(FORMAT);
}

static void keep(struct receiver *r, instant now, enum extension_event event, struct slice authorization,
                 struct slice body)
{
    struct received *call = &r->kept[++r->newest % RECEIVER_KEPT];

    call->id = r->newest;
    call->at = now;
    call->event = event;
    if (!slice_to_cstr(authorization, call->authorization, sizeof call->authorization))
        call->authorization[0] = '\0';
    memcpy(call->body, body.p, body.n);
    call->body_n = body.n;
}

err receiver_take(struct receiver *r, instant now, struct slice authorization, struct slice body,
                  enum extension_event *event)
{
    TRY(read_event(body, event));
    pthread_mutex_lock(&r->lock);
    keep(r, now, *event, authorization, body);
    pthread_mutex_unlock(&r->lock);
    return OK;
}

void receiver_clear(struct receiver *r)
{
    pthread_mutex_lock(&r->lock);
    memset(r->kept, 0, sizeof r->kept); /* ids go on, so that nobody takes a new call for an old one */
    pthread_mutex_unlock(&r->lock);
}

err receiver_find(struct receiver *r, uint64_t id, struct received *out)
{
    err result = FAIL(NOT_FOUND);

    pthread_mutex_lock(&r->lock);
    uint64_t wanted = id == 0 ? r->newest : id;
    const struct received *call = &r->kept[wanted % RECEIVER_KEPT];
    if (wanted != 0 && call->id == wanted) {
        *out = *call;
        result = OK;
    }
    pthread_mutex_unlock(&r->lock);
    return result;
}
