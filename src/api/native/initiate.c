/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/oauth2/v2.0/initiate: a sign-in begins (spec V1, 3.1). Writes nothing. */
#include "api/endpoints.h"

#include "wire/native_in.h"

#include <string.h>

static void parse_capabilities(struct exchange *x)
{
    struct slice list = form_get(&x->form, SLICE("capabilities"));

    if (list.n == 0)
        list = form_get(&x->form, SLICE("capability")); /* spec V1, 6.1 */
    if (!exchange_refused(x) && !capabilities_parse(list, &signin_work(x)->facts.capabilities))
        exchange_refuse(x, ERROR_CAPABILITY_UNKNOWN, SLICE_EMPTY);
}

static void parse_username(struct exchange *x)
{
    struct signin_work *work = signin_work(x);
    struct slice username = form_get(&x->form, SLICE("username"));

    if (exchange_refused(x))
        return;
    if (username.n > LIMIT_USERNAME || !err_is_ok(email_parse(username, &work->email)))
        exchange_refuse(x, ERROR_USERNAME_INVALID, SLICE_EMPTY);
    work->facts.username = work->email.given;
}

static err parse(struct exchange *x)
{
    signin_work(x)->request = SIGNIN_INITIATE;
    signin_check_application(x, ERROR_NOT_PUBLIC);
    parse_username(x);
    signin_parse_challenge_types(x, true);
    parse_capabilities(x);
    return OK;
}

/* A made-up subject, the same for the same address every time (spec V1, 6.14). */
static struct guid decoy_of(struct exchange *x, struct slice identity)
{
    uint8_t mac[VAULT_MAC];
    struct guid decoy;
    const struct slice parts[] = { slice_bytes(x->tenant->id.b, sizeof x->tenant->id.b), identity };

    vault_mac(x->api->vault, VAULT_DECOY, parts, sizeof parts / sizeof parts[0], mac);
    memcpy(decoy.b, mac, sizeof decoy.b);
    return decoy;
}

static err load(struct exchange *x)
{
    struct signin_work *work = signin_work(x);
    struct slice identity = slice_of(work->email.identity);

    work->facts.serial = store_next_id(x->api->store);
    if (x->tenant->hide_unknown_users)
        work->facts.decoy = decoy_of(x, identity);
    err loaded = store_user_by_identity(x->api->store, x->tenant->id, identity, &work->user);
    if (loaded.code == ERR_NOT_FOUND)
        return OK;
    TRY(loaded);
    work->facts.user = &work->user;
    return OK;
}

const struct exchange_steps initiate_steps = {
    .parse = parse, .load = load, .decide = signin_decide_step, .reply = signin_reply
};
