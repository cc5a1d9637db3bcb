/* SPDX-License-Identifier: Apache-2.0 */
/* PARSE: the parameters of native authentication (spec V1, 1.4, 1.8, 3.0). */
#include "api/continuation_token.h"
#include "api/native/native_work.h"
#include "wire/native_in.h"
#include "wire/phone.h"

#include <string.h>

struct native_work *native_work(struct exchange *x)
{
    return x->work;
}

void native_check_application(struct exchange *x, enum error_id not_public)
{
    if (!x->app->native_authentication)
        exchange_refuse(x, ERROR_NATIVE_DISABLED, SLICE_EMPTY);
    else if (!x->app->public_client)
        exchange_refuse(x, not_public, SLICE_EMPTY);
}

static void parse_challenge_types(struct exchange *x, bool needed)
{
    struct slice list = form_get(&x->form, SLICE("challenge_type"));

    if (exchange_refused(x) || (list.n == 0 && !needed))
        return;
    if (list.n == 0)
        exchange_refuse(x, ERROR_PARAMETER_MISSING, SLICE("challenge_type"));
    else if (!challenge_types_parse(list, &native_work(x)->facts.challenge_types))
        exchange_refuse(x, ERROR_CHALLENGE_TYPE_UNKNOWN, SLICE_EMPTY);
    else if ((native_work(x)->facts.challenge_types & CHALLENGE_REDIRECT) == 0)
        exchange_refuse(x, ERROR_REDIRECT_MISSING, SLICE_EMPTY);
}

static void parse_capabilities(struct exchange *x)
{
    struct slice list = form_get(&x->form, SLICE("capabilities"));

    if (list.n == 0)
        list = form_get(&x->form, SLICE("capability")); /* spec V1, 6.1 */
    if (!exchange_refused(x) && !capabilities_parse(list, &native_work(x)->facts.capabilities))
        exchange_refuse(x, ERROR_CAPABILITY_UNKNOWN, SLICE_EMPTY);
}

/* An address, or nobody's: false. */
static bool read_address(struct exchange *x, struct slice username)
{
    struct native_work *work = native_work(x);
    bool fine = username.n <= LIMIT_USERNAME && err_is_ok(email_parse(username, &work->email));

    if (!fine)
        memset(&work->email, 0, sizeof work->email);
    work->facts.username = work->email.given;
    work->facts.identity = work->email.identity;
    return fine;
}

void native_parse_address(struct exchange *x)
{
    if (!exchange_refused(x) && !read_address(x, form_get(&x->form, SLICE("username"))))
        exchange_refuse(x, ERROR_USERNAME_INVALID, SLICE_EMPTY);
}

void native_parse_start(struct exchange *x)
{
    native_parse_address(x);
    parse_challenge_types(x, true);
    parse_capabilities(x);
}

void native_parse_username(struct exchange *x)
{
    struct slice username = form_get(&x->form, SLICE("username"));

    if (!exchange_refused(x) && username.n > 0)
        (void)read_address(x, username);
}

/* Whether the token may be used here, in the order of spec V1, 3.0: expiry, then binding; the stage is the flow's. */
static enum error_id token_refusal(struct exchange *x)
{
    const struct native_work *work = native_work(x);

    if (continuation_expired(&work->at, x->api->policy, x->now))
        return ERROR_CONTINUATION_EXPIRED;
    if (!guid_eq(work->at.tenant_id, x->tenant->id))
        return flow_unfit(work->request);
    return guid_eq(work->at.client_id, x->app->client_id) ? ERROR_NONE : flow_stranger(work->request);
}

void native_parse_step(struct exchange *x)
{
    struct native_work *work = native_work(x);
    struct slice token = exchange_require(x, "continuation_token");

    if (work->request != REQUEST_REGISTER_CHALLENGE) /* there it is the type of the method */
        parse_challenge_types(x, false);
    if (exchange_refused(x))
        return;
    err opened = continuation_open(x->api->vault, token, x->now, &x->call->arena, &work->at);
    enum error_id refusal = err_is_ok(opened) ? token_refusal(x) : flow_unfit(work->request);
    if (refusal == ERROR_NONE)
        work->facts.at = &work->at;
    else
        exchange_refuse(x, refusal, SLICE_EMPTY);
}

/* Digits of the right number can be the code; all else is wrong without counting, since nothing is compared. */
void native_parse_code(struct exchange *x)
{
    struct native_work *work = native_work(x);
    struct slice code = slice_trim(exchange_require(x, "oob"));
    uint64_t number;

    work->facts.code_well_formed = code.n == x->api->policy->code_digits && slice_to_u64(code, UINT64_MAX, &number) &&
                                   slice_to_cstr(code, work->code, sizeof work->code);
}

/* Enough of a keyed hash to tell a wrong password from another, and not 0, which stands for none. */
static uint64_t mark_of(struct exchange *x, struct slice password)
{
    uint8_t mac[VAULT_MAC];
    uint64_t mark;

    vault_mac(x->api->vault, VAULT_PASSWORD, &password, 1, mac);
    memcpy(&mark, mac, sizeof mark);
    return mark | 1;
}

/* One that is too long is nobody's, so it is cut to one that is nobody's either. */
void native_parse_password(struct exchange *x, const char *name)
{
    struct native_work *work = native_work(x);
    struct slice password = exchange_require(x, name);

    if (exchange_refused(x))
        return;
    work->facts.password_given = true;
    work->facts.password_mark = mark_of(x, password);
    if (!slice_to_cstr(password, work->given_password, sizeof work->given_password))
        work->given_password[0] = '\0';
}

void native_parse_new_password(struct exchange *x, const char *name)
{
    native_parse_password(x, name);
    native_work(x)->new_password = form_get(&x->form, slice_of(name));
}

void native_parse_method(struct exchange *x)
{
    struct flow_facts *facts = &native_work(x)->facts;
    struct slice id = form_get(&x->form, SLICE("id"));

    facts->method_given = id.n > 0;
    if (!guid_parse(id, &facts->method))
        facts->method = GUID_NIL;
}

/* Said, or judged by the look of the contact. */
static bool parse_channel(struct slice name, struct slice target, enum channel *channel)
{
    if (name.n > 0)
        return channel_parse(name, channel);
    *channel = target.n > 0 && target.p[0] == '+' ? CHANNEL_SMS : CHANNEL_EMAIL;
    return true;
}

void native_parse_contact(struct exchange *x, struct slice channel_name, struct slice target)
{
    struct native_work *work = native_work(x);
    char number[PHONE_SIZE];

    target = slice_trim(target);

    if (exchange_refused(x))
        return;
    if (!parse_channel(channel_name, target, &work->facts.channel)) {
        exchange_refuse(x, ERROR_CHANNEL_UNKNOWN, SLICE_EMPTY);
        return;
    }
    bool fine = work->facts.channel == CHANNEL_SMS
                    ? err_is_ok(phone_parse(target, number)) &&
                          slice_to_cstr(slice_of(number), work->target, sizeof work->target)
                    : err_is_ok(email_parse(target, &work->email)) &&
                          slice_to_cstr(slice_of(work->email.given), work->target, sizeof work->target);
    work->facts.target = fine ? work->target : NULL;
}

enum flow_request native_parse_grant(struct exchange *x, enum error_id unknown)
{
    struct slice grant = exchange_require(x, "grant_type");
    const char *path = x->endpoint->path;

    for (enum flow_request r = 0; r < REQUESTS && !exchange_refused(x); r++)
        if (strcmp(flow_request_endpoint(r), path) == 0 && slice_eq(grant, slice_of(flow_request_grant(r))))
            return r;
    if (!exchange_refused(x))
        exchange_refuse(x, unknown, SLICE_EMPTY);
    return REQUESTS;
}
