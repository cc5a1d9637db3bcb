/* SPDX-License-Identifier: Apache-2.0 */
#include "api/exchange.h"

#include "api/reply.h"
#include "api/router.h"
#include "api/throttle.h"

enum { MOST_ROUNDS = 64 };

static exchange_step_fn commit, committed;
static void on_committed(struct store_batch *batch);

struct exchange *exchange_of(struct http_call *call)
{
    struct exchange *x = call->state;

    ASSERT(x != NULL && x->magic == EXCHANGE_MAGIC);
    return x;
}

void exchange_refuse(struct exchange *x, enum error_id refusal, struct slice detail)
{
    x->refusal = refusal;
    x->refusal_detail = detail;
}

bool exchange_refused(const struct exchange *x)
{
    return x->refusal != ERROR_NONE;
}

struct store_write *exchange_write(struct exchange *x, enum store_write_kind kind)
{
    ASSERT(x->batch.n < STORE_BATCH_WRITES);
    struct store_write *write = &x->batch.writes[x->batch.n++];

    *write = (struct store_write){ .kind = kind };
    return write;
}

struct slice exchange_require(struct exchange *x, const char *name)
{
    struct slice value = form_get(&x->form, slice_of(name));

    if (value.n == 0 && !exchange_refused(x))
        exchange_refuse(x, ERROR_PARAMETER_MISSING, slice_of(name));
    return value;
}

void exchange_throttle(struct exchange *x)
{
    const struct guid nil = GUID_NIL;
    struct guid tenant = x->tenant == NULL ? nil : x->tenant->id;
    int64_t wait = throttle_request(x->api->throttle, x->call->request.client_address, tenant, x->now);

    if (wait == 0)
        return;
    x->retry_after = wait;
    exchange_refuse(x, ERROR_THROTTLED, SLICE_EMPTY);
}

struct slice exchange_guid(struct exchange *x, struct guid id)
{
    struct guid_text text = guid_format(id);

    return arena_copy(&x->call->arena, slice_of(text.c));
}

struct slice exchange_number(struct exchange *x, int64_t number)
{
    struct buf text;

    buf_init_arena(&text, &x->call->arena, 24);
    buf_number(&text, number);
    return buf_slice(&text);
}

void exchange_go_on(struct exchange *x)
{
    x->goes_on = true;
}

void exchange_wait(struct exchange *x)
{
    x->waits = true;
    http_suspend(x->call);
}

void exchange_wake(struct exchange *x)
{
    http_wake(x->call);
}

void exchange_wake_with(struct exchange *x, err fault)
{
    x->waited = fault;
    http_wake(x->call);
}

static err run_step(struct exchange *x, exchange_step_fn *step)
{
    return step == NULL ? OK : step(x);
}

/* Nothing of a former decision may be left. */
static void forget_decision(struct exchange *x)
{
    x->batch.n = 0;
    x->refusal = ERROR_NONE;
}

static err load(struct exchange *x)
{
    ENSURE(++x->rounds <= MOST_ROUNDS, TIMEOUT);
    forget_decision(x);
    return run_step(x, x->steps->load);
}

/* Hands the writes to the store's writer; the worker is free until on_committed. */
static err commit(struct exchange *x)
{
    if (x->batch.n == 0)
        return OK;
    x->batch.done = on_committed;
    x->batch.ctx = x;
    x->at = AT_COMMITTED;
    http_suspend(x->call);
    err queued = store_submit(x->api->store, &x->batch);
    if (err_is_ok(queued))
        return OK;
    /* Not queued: wake ourselves, so that there is one way on. */
    x->batch.result = queued;
    http_wake(x->call);
    return OK;
}

static void on_committed(struct store_batch *batch)
{
    struct exchange *x = batch->ctx;

    http_wake(x->call);
}

static err committed(struct exchange *x)
{
    if (x->batch.result.code == ERR_CONFLICT) {
        x->at = AT_LOAD;
        return OK;
    }
    TRY(x->batch.result);
    x->at = AT_ISSUE;
    return OK;
}

/* False: it waits for work of another thread. */
static bool decide(struct exchange *x, err *fault)
{
    *fault = x->waited;
    if (!err_is_ok(*fault))
        return true;
    forget_decision(x);
    *fault = run_step(x, x->steps->decide);
    if (x->waits) {
        x->waits = false;
        return false;
    }
    x->at = x->batch.n > 0 ? AT_COMMIT : AT_ISSUE;
    if (fault->code == ERR_CONFLICT) { /* what was loaded has changed since */
        *fault = OK;
        x->at = AT_LOAD;
    }
    return true;
}

/* Runs the step the exchange is at and moves on. False: the exchange waits. */
static bool advance(struct exchange *x, err *fault)
{
    switch (x->at) {
    case AT_PARSE:
        *fault = run_step(x, x->steps->parse);
        x->at = exchange_refused(x) ? AT_REPLY : AT_LOAD;
        return true;
    case AT_LOAD:
        *fault = load(x);
        x->at = exchange_refused(x) ? AT_REPLY : AT_DECIDE;
        return true;
    case AT_DECIDE:
        return decide(x, fault);
    case AT_COMMIT:
        *fault = commit(x); /* may be woken before it returns: x->at was moved on first */
        return false;
    case AT_COMMITTED:
        *fault = committed(x);
        return true;
    case AT_ISSUE:
        *fault = run_step(x, x->steps->issue);
        x->at = x->goes_on ? AT_LOAD : AT_REPLY;
        x->goes_on = false;
        return true;
    case AT_REPLY:
        break;
    }
    return true;
}

enum http_step exchange_run(struct exchange *x)
{
    err fault = OK;

    while (x->at != AT_REPLY && err_is_ok(fault))
        if (!advance(x, &fault))
            return HTTP_WAIT;
    if (err_is_ok(fault) && !exchange_refused(x))
        fault = run_step(x, x->steps->reply);
    if (err_is_ok(fault) && x->call->arena.full)
        fault = FAIL(FULL);
    if (!err_is_ok(fault)) {
        reply_fault(x, fault);
        return HTTP_DONE;
    }
    if (exchange_refused(x))
        reply_refusal(x);
    else
        reply_body(x);
    return HTTP_DONE;
}

void exchange_finish(struct exchange *x)
{
    struct api *api = x->api;

    if (api->hooks.observe != NULL)
        api->hooks.observe(api->hooks.ctx, endpoint_index(x->endpoint), x->call->reply.status,
                           clock_now_us(&clock_system) - x->began_us);
    directory_release(x->directory);
    x->directory = NULL;
    x->magic = 0;
    (void)buf_close_arena(&x->body, &x->call->arena);
}
