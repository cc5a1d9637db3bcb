/* SPDX-License-Identifier: Apache-2.0 */
/* GET /common/discovery/instance: MSAL asks whether an authority is one to trust, and by which names its cloud goes (spec
 * OIDC, 1.6). Ours are the only ones that this server knows; it has one name. */
#include "api/endpoints.h"

#include "wire/json_out.h"

/* The tenant of "{origin}/{tenant}/…"; NULL: another server's address, or no tenant of ours. */
static const struct tenant *tenant_of(const struct exchange *x, struct slice address)
{
    struct slice origin = x->api->origin;
    struct slice rest;

    if (address.n <= origin.n || !slice_eq_nocase(slice_bytes(address.p, origin.n), origin) ||
        address.p[origin.n] != '/')
        return NULL;
    struct slice segment = slice_cut(slice_from(address, origin.n + 1), '/', &rest);
    return segment.n > LIMIT_TENANT_SEGMENT ? NULL : directory_tenant(x->directory, segment);
}

static err parse(struct exchange *x)
{
    struct slice address = SLICE_EMPTY;

    if (err_is_ok(form_parse(x->call->request.query, &x->call->arena, &x->form)))
        address = form_get(&x->form, SLICE("authorization_endpoint"));
    if (address.n == 0) {
        exchange_refuse(x, ERROR_INSTANCE_REQUEST_MALFORMED, SLICE_EMPTY);
        return OK;
    }
    x->tenant = tenant_of(x, address);
    if (x->tenant == NULL)
        exchange_refuse(x, ERROR_INSTANCE_UNKNOWN, SLICE_EMPTY);
    return OK;
}

static void put_address(struct json *j, struct exchange *x)
{
    struct buf address;

    buf_init_arena(&address, &x->call->arena, x->api->origin.n + GUID_TEXT + 64);
    buf_put(&address, x->api->origin);
    buf_fmt(&address, "/%s/v2.0/.well-known/openid-configuration", guid_format(x->tenant->id).c);
    json_text(j, "tenant_discovery_endpoint", buf_slice(&address));
}

static err reply(struct exchange *x)
{
    struct slice host = api_host(x->api);
    struct json j;

    json_start(&j, &x->body);
    json_object(&j, NULL);
    put_address(&j, x);
    json_cstr(&j, "api-version", "1.1");
    json_array(&j, "metadata");
    json_object(&j, NULL);
    json_text(&j, "preferred_network", host);
    json_text(&j, "preferred_cache", host);
    json_array(&j, "aliases");
    json_text(&j, NULL, host);
    json_end(&j);
    json_end(&j);
    json_end(&j);
    json_end(&j);
    return OK;
}

const struct exchange_steps instance_steps = { .parse = parse, .reply = reply };
