/* SPDX-License-Identifier: Apache-2.0 */
#include "http/engine.h"

#include <string.h>

enum { MAGIC = 0x63616c6c };

static void refuse(struct running *r, enum http_defect defect, bool last);

struct running *running_of(void *p)
{
    struct running *r = p;

    ASSERT(r->magic == MAGIC);
    return r;
}

struct running *running_begin(struct http_server *s, struct link *link, struct slice target)
{
    if (link->request != NULL)
        running_end(running_of(link->request));
    struct running *r = block_take(s->blocks);
    if (r == NULL)
        return NULL;
    memset(r, 0, offsetof(struct running, memory));
    r->magic = MAGIC;
    r->server = s;
    r->link = link;
    r->call.engine = r;
    arena_init_zeroed(&r->call.arena, r->memory, sizeof r->memory);
    r->target_n = target.n;
    target.n = target.n > LIMIT_TARGET ? LIMIT_TARGET + 1 : target.n;
    r->target = arena_copy(&r->call.arena, target);
    link->request = r;
    link_enter(link, LINK_READING);
    return r;
}

static enum http_defect check_head(const struct running *r, struct http_head *head, const char *end)
{
    enum http_defect defect = guard_seams(head, end);

    head->target = r->target; /* the engine has cut its own at "?", "&" and "=" */
    return defect == HTTP_SOUND ? guard_check(head) : defect;
}

bool running_head(struct running *r, struct http_head *head, const char *end)
{
    struct http_server *s = r->server;
    struct http_request *q = &r->call.request;
    struct head_body body;

    enum http_defect defect = check_head(r, head, end);
    slice_cut(r->target, '?', &q->query);
    q->method_name = head->method;
    q->method = head_method(head->method);
    q->path = defect == HTTP_SOUND ? guard_path(r->target) : SLICE("/");
    head_client(head, &r->link->peer, &(struct head_proxies){ s->proxies, s->proxies_n }, q);
    head_read(head, q, &body);
    if (defect != HTTP_SOUND) {
        refuse(r, defect, true);
        return false;
    }
    size_t limit = s->handler.body_limit(s->handler.ctx, q->method, q->path);
    body_init(&r->body, &r->call.arena, &s->large_bodies, limit, body.announced ? &body.length : NULL);
    r->stage = STAGE_BODY;
    if (!body.announced || body.length <= limit)
        return true;
    bool hopeless = body.expect || body.length > limit + LIMIT_DISCARD;
    refuse(r, HTTP_TOO_LARGE, hopeless);
    return !hopeless;
}

bool running_body(struct running *r, struct slice part)
{
    enum http_defect defect = body_put(&r->body, part);

    if (defect != HTTP_SOUND && r->call.request.defect == HTTP_SOUND)
        refuse(r, defect, false);
    return !body_endless(&r->body);
}

static enum http_defect defect_of(unsigned status)
{
    switch (status) {
    case 413:
    case 500: /* a chunk's extensions without end */
        return HTTP_TOO_LARGE;
    case 414:
        return HTTP_TARGET_TOO_LONG;
    case 431:
        return HTTP_TOO_MANY_HEADERS;
    case 505:
        return HTTP_BAD_VERSION;
    default:
        return HTTP_UNREADABLE;
    }
}

struct running *running_broken(struct http_server *s, struct link *link, unsigned status)
{
    struct running *r = link->request != NULL ? running_of(link->request) : running_begin(s, link, SLICE("/"));

    if (r == NULL || r->handled)
        return NULL;
    struct http_request *q = &r->call.request;
    if (r->stage == STAGE_HEAD) {
        q->method = HTTP_OTHER;
        q->path = SLICE("/");
        address_write(&link->peer, q->client_address);
    }
    refuse(r, defect_of(status), true);
    return r;
}

void running_complete(struct running *r)
{
    struct http_request *q = &r->call.request;

    if (r->handled)
        return;
    q->body = q->defect == HTTP_SOUND ? body_slice(&r->body) : SLICE_EMPTY;
    r->stage = STAGE_HANDLER;
    r->handled = true;
    link_enter(r->link, LINK_BUSY);
}

void running_end(struct running *r)
{
    struct http_server *s = r->server;

    r->link->request = NULL;
    if (r->handled && s->handler.finish != NULL)
        s->handler.finish(s->handler.ctx, &r->call);
    if (r->suspended) /* woken, and the connection broke before it ran again */
        atomic_fetch_sub(&s->pending, 1);
    body_free(&r->body);
    arena_reset(&r->call.arena);
    r->magic = 0;
    block_give(s->blocks, r);
}

/* A bad head makes the rest of the stream meaningless: the reply is the last. */
static void refuse(struct running *r, enum http_defect defect, bool last)
{
    struct http_request *q = &r->call.request;

    q->defect = defect;
    q->too_large = defect == HTTP_TOO_LARGE;
    r->last = r->last || last;
    EMIT(r->server->events, request_malformed, NULL, field_reason(http_defect_text(defect)),
         field_client_address(slice_of(q->client_address)));
}
