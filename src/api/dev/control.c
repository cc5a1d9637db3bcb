/* SPDX-License-Identifier: Apache-2.0 */
/* POST /dev/reset, GET and POST /dev/clock, GET /dev/directory: the switches of the development mode. */
#include "api/endpoints.h"

#include "hook/receiver.h"
#include "mail/inbox.h"
#include "wire/json_in.h"
#include "wire/json_out.h"

enum { CLOCK_REACH = 10 * 366 * 86400 }; /* seconds, either way */

static err reply_reset(struct exchange *x)
{
    TRY(x->api->dev->reset(x->api->dev->ctx));
    inbox_clear(x->api->dev->inbox);
    receiver_clear(x->api->dev->receiver);
    buf_puts(&x->body, "{}");
    return OK;
}

static err reply_clock(struct exchange *x)
{
    struct json j;

    json_start(&j, &x->body);
    json_object(&j, NULL);
    json_number(&j, "now", clock_now(x->api->clock));
    json_number(&j, "offset", x->api->dev->clock_offset(x->api->dev->ctx));
    json_end(&j);
    return OK;
}

static void free_json(struct json_t **object)
{
    json_in_free(*object);
}

/* {"advance": seconds} from where the clock is, or {"offset": seconds} from the real time. */
static err wanted_offset(struct exchange *x, int64_t *offset)
{
    AUTO(free_json) struct json_t *object = NULL;
    int64_t advance;

    TRY(json_in_parse(x->call->request.body, LIMIT_BODY, &object));
    if (err_is_ok(json_in_number(object, "offset", offset)))
        return OK;
    TRY(json_in_number(object, "advance", &advance));
    ENSURE(advance <= CLOCK_REACH && advance >= -CLOCK_REACH, FORMAT);
    *offset = x->api->dev->clock_offset(x->api->dev->ctx) + advance;
    return OK;
}

static err parse_clock_move(struct exchange *x)
{
    int64_t offset;

    if (!err_is_ok(wanted_offset(x, &offset)) || offset > CLOCK_REACH || offset < -CLOCK_REACH) {
        exchange_refuse(x, ERROR_REQUEST_MALFORMED, SLICE("send {\"advance\": seconds} or {\"offset\": seconds}"));
        return OK;
    }
    TRY(x->api->dev->move_clock(x->api->dev->ctx, offset));
    EMIT(x->api->events, clock_moved, &x->correlation_id, field_seconds(offset));
    return OK;
}

static void put_applications(struct json *j, const struct directory *d, const struct tenant *tenant)
{
    json_array(j, "applications");
    for (size_t i = 0; i < d->application_count; i++) {
        const struct application *app = &d->applications[i];
        if (!guid_eq(app->tenant_id, tenant->id))
            continue;
        json_object(j, NULL);
        json_text(j, "name", app->name);
        json_cstr(j, "client_id", guid_format(app->client_id).c);
        json_end(j);
    }
    json_end(j);
}

enum { USERS_LISTED = 8 };

static err put_users(struct json *j, struct exchange *x, const struct tenant *tenant)
{
    size_t n = USERS_LISTED;
    struct user *users = arena_take(&x->call->arena, n * sizeof *users);

    ENSURE(users != NULL, FULL);
    TRY(store_users(x->api->store, tenant->id, SLICE_EMPTY, users, &n));
    json_array(j, "users");
    for (size_t i = 0; i < n; i++) {
        json_object(j, NULL);
        json_cstr(j, "email", users[i].email);
        json_cstr(j, "origin", user_origin_name(users[i].origin));
        json_flag(j, "enabled", users[i].enabled);
        json_end(j);
    }
    json_end(j);
    return OK;
}

static err put_tenant(struct json *j, struct exchange *x, const struct tenant *tenant)
{
    json_object(j, NULL);
    json_text(j, "name", tenant->name);
    json_cstr(j, "id", guid_format(tenant->id).c);
    put_applications(j, x->directory, tenant);
    TRY(put_users(j, x, tenant));
    json_end(j);
    return OK;
}

static err reply_directory(struct exchange *x)
{
    struct json j;

    json_start(&j, &x->body);
    json_object(&j, NULL);
    json_array(&j, "tenants");
    for (size_t i = 0; i < x->directory->tenant_count && i < 2; i++)
        TRY(put_tenant(&j, x, &x->directory->tenants[i]));
    json_end(&j);
    json_end(&j);
    return OK;
}

const struct exchange_steps dev_reset_steps = { .reply = reply_reset };
const struct exchange_steps dev_clock_steps = { .reply = reply_clock };
const struct exchange_steps dev_clock_move_steps = { .parse = parse_clock_move, .reply = reply_clock };
const struct exchange_steps dev_directory_steps = { .reply = reply_directory };
