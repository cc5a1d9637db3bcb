/* SPDX-License-Identifier: Apache-2.0 */
/* GET /healthz, /readyz, /metrics: for those who run the server. */
#include "api/endpoints.h"

#include "http/client_addr.h"
#include "wire/json_out.h"

static void put_status(struct exchange *x, const char *status)
{
    struct json j;

    json_start(&j, &x->body);
    json_object(&j, NULL);
    json_cstr(&j, "status", status);
    json_end(&j);
}

static err reply_healthz(struct exchange *x)
{
    put_status(x, "ok");
    return OK;
}

/* Ready: the database answers and no stop was asked for. */
static err reply_readyz(struct exchange *x)
{
    ENSURE(!atomic_load(&x->api->draining), STOPPING);
    TRY(store_ping(x->api->store));
    put_status(x, "ready");
    return OK;
}

/* The numbers are for the operator's machines alone: for all others there is no such path. A proxy on this machine that is not
 * trusted must not lend its address to the world. */
static err parse_metrics(struct exchange *x)
{
    const struct http_request *q = &x->call->request;
    struct address client;

    if (q->hearsay || !address_parse(slice_of(q->client_address), &client) ||
        !address_in(&client, x->api->metrics_from, x->api->metrics_from_n))
        exchange_refuse(x, ERROR_PATH_UNKNOWN, SLICE_EMPTY);
    return OK;
}

static err reply_metrics(struct exchange *x)
{
    http_header(&x->call->reply, "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    x->api->hooks.write_metrics(x->api->hooks.ctx, &x->body);
    return OK;
}

const struct exchange_steps healthz_steps = { .reply = reply_healthz };
const struct exchange_steps readyz_steps = { .reply = reply_readyz };
const struct exchange_steps metrics_steps = { .parse = parse_metrics, .reply = reply_metrics };
