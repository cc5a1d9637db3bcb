/* SPDX-License-Identifier: Apache-2.0 */
/* LOAD: the rows that a decision looks at (flow/flow.h). Runs again after a conflict. */
#include "api/native/native_work.h"
#include "api/native/subject.h"
#include "flow/password_policy.h"

#include "base/secret.h"

#include <string.h>

/* ---- the user ---- */

static bool is_set(struct guid id)
{
    return !guid_eq(id, GUID_NIL);
}

/* The address of the flow; of the request where the flow only begins. */
static err find_identity(struct native_work *work, struct slice *identity)
{
    if (work->facts.at != NULL)
        TRY(email_parse(slice_of(work->at.username), &work->email));
    *identity = slice_of(work->email.identity);
    return OK;
}

/* By id once the token has one, else by the address; a decoy has no user but in a sign-up, where the address has one. */
static err load_user(struct exchange *x)
{
    struct native_work *work = native_work(x);
    struct slice identity;
    err loaded;

    work->facts.user = NULL;
    if (work->facts.at != NULL && is_set(work->at.user)) {
        loaded = store_user(x->api->store, x->tenant->id, work->at.user, &work->user);
        if (work->at.decoy) /* looked for like any other, so that it takes as long */
            return loaded.code == ERR_NOT_FOUND ? OK : loaded;
    } else {
        TRY(find_identity(work, &identity));
        loaded = store_user_by_identity(x->api->store, x->tenant->id, identity, &work->user);
    }
    if (loaded.code == ERR_NOT_FOUND)
        return OK;
    TRY(loaded);
    work->facts.user = &work->user;
    /* what was found out holds for the hash that it was found out about */
    if (strcmp(work->checked_hash, work->user.password_hash) != 0)
        work->facts.password_check = PASSWORD_UNCHECKED;
    return OK;
}

static bool has_methods(const struct native_work *work)
{
    return work->facts.user != NULL && (work->user.origin != ORIGIN_EMAIL_OTP || work->user.password_hash[0] != '\0');
}

/* Who needs them is a user with a password; others have none. */
static err load_methods(struct exchange *x)
{
    struct native_work *work = native_work(x);
    size_t n = LIMIT_METHODS;

    bool made_up = work->facts.user == NULL && x->tenant->hide_unknown_users; /* asked for, too: it takes as long */

    work->facts.methods = work->methods;
    work->facts.method_count = 0;
    if (!made_up && !has_methods(work))
        return OK;
    TRY(store_methods(x->api->store, made_up ? work->facts.decoy : work->user.id, work->methods, &n));
    work->facts.method_count = made_up ? 0 : n;
    return OK;
}

/* ---- the subject's row ---- */

static struct guid user_or_decoy(const struct exchange *x)
{
    const struct native_work *work = x->work;

    return work->facts.user != NULL ? work->user.id : work->facts.decoy;
}

static struct guid method_subject(struct exchange *x, const struct method *method)
{
    return subject_id(x->api->vault, "method", native_work(x)->at.user, slice_bytes(method->id.b, sizeof method->id.b));
}

static struct guid find_subject(struct exchange *x)
{
    struct native_work *work = native_work(x);
    const struct vault *vault = x->api->vault;
    const struct method *method;

    switch (flow_subject(work->request, work->facts.at)) {
    case SUBJECT_ADDRESS:
        return subject_id(vault, "signup", x->tenant->id, slice_of(work->email.identity));
    case SUBJECT_RESET:
        return subject_id(vault, "reset", user_or_decoy(x), SLICE_EMPTY);
    case SUBJECT_METHOD:
        method = flow_chosen_method(&work->facts);
        return method == NULL ? work->at.subject : method_subject(x, method);
    case SUBJECT_CONTACT:
        return subject_id(vault, "contact", work->at.user, slice_of(work->target));
    default:
        return work->at.subject; /* of a token; zero where there is none */
    }
}

static err load_row(struct exchange *x)
{
    struct native_work *work = native_work(x);

    work->facts.passcode = &work->passcode;
    if (work->facts.at == NULL) /* a start looks at no row */
        return OK;
    TRY(store_passcode(x->api->store, work->facts.subject, &work->passcode));
    native_code_mac(x, work->facts.subject, work->at.challenge_id, slice_of(work->code), work->mac);
    work->facts.code_right = work->facts.code_well_formed && work->passcode.state != PASSCODE_NONE &&
                             secret_eq(work->mac, work->passcode.mac, sizeof work->mac);
    if (work->request == REQUEST_RESET_SUBMIT && work->facts.user != NULL)
        TRY(store_passcode(x->api->store, work->user.id, &work->user_row));
    return OK;
}

/* The flow's newest code counts, whichever of her second factors it went to; each has a row of its own. */
static err load_newer_codes(struct exchange *x)
{
    struct native_work *work = native_work(x);
    struct passcode row;

    work->facts.superseded = false;
    if (!flow_redeems_factor(work->request, work->facts.at))
        return OK;
    for (size_t i = 0; i < work->facts.method_count; i++) {
        TRY(store_passcode(x->api->store, method_subject(x, &work->methods[i]), &row));
        work->facts.superseded |= row.flow_serial == work->at.flow_serial && row.challenge_id > work->at.challenge_id;
    }
    return OK;
}

/* ---- what was handed in ---- */

static bool is_sign_up(enum flow_request request)
{
    return request >= REQUEST_SIGNUP_START && request <= REQUEST_SIGNUP_CONTINUE_ATTRIBUTES;
}

static err load_signup(struct exchange *x)
{
    struct native_work *work = native_work(x);
    struct slice before = SLICE_EMPTY;

    work->facts.signup = NULL;
    if (!is_sign_up(work->request) || work->facts.user_flow == NULL)
        return OK;
    if (work->facts.at != NULL) {
        if (work->signup_space == NULL) /* once, however often LOAD runs */
            work->signup_space = arena_take_raw(&x->call->arena, LIMIT_ATTRIBUTES);
        ENSURE(work->signup_space != NULL, FULL);
        err loaded = store_signup(x->api->store, x->tenant->id, work->at.flow_serial, &work->signup, work->signup_space,
                                  LIMIT_ATTRIBUTES);
        if (loaded.code != ERR_NOT_FOUND) {
            TRY(loaded);
            work->facts.signup = &work->signup;
            before = work->signup.attributes;
        }
    }
    return native_merge_attributes(x, before);
}

/* ---- */

void native_code_mac(struct exchange *x, struct guid subject, uint64_t challenge_id, struct slice code,
                     uint8_t out[PASSCODE_MAC])
{
    const struct slice parts[] = { slice_bytes(subject.b, sizeof subject.b),
                                   slice_bytes(&challenge_id, sizeof challenge_id), code };

    vault_mac(x->api->vault, VAULT_CODE, parts, sizeof parts / sizeof parts[0], out);
}

static void check_new_password(struct exchange *x)
{
    struct native_work *work = native_work(x);
    const char *username = work->facts.at != NULL ? work->at.username : work->facts.username;
    const struct password_rules rules = { &x->tenant->banned_passwords, slice_of(username) };

    if (work->new_password.n > 0)
        work->facts.password_refusal = password_policy_check(work->new_password, &rules);
}

static bool is_challenge(enum flow_request request)
{
    return request == REQUEST_CHALLENGE || request == REQUEST_SIGNUP_CHALLENGE || request == REQUEST_RESET_CHALLENGE ||
           request == REQUEST_REGISTER_CHALLENGE;
}

/* Uniform digits (each from rejection sampling), never stored: the row keeps their MAC. */
static void make_code(struct exchange *x)
{
    struct native_work *work = native_work(x);
    uint32_t digits = x->api->policy->code_digits;

    for (uint32_t i = 0; i < digits; i++)
        work->code[i] = (char)('0' + rng_below(x->api->rng, 10));
    work->code[digits] = '\0';
    native_code_mac(x, work->facts.subject, work->facts.serial, slice_of(work->code), work->mac);
    work->facts.fresh_mac = work->mac;
}

static void complete_facts(struct exchange *x)
{
    struct flow_facts *facts = &native_work(x)->facts;

    facts->policy = x->api->policy;
    facts->tenant = x->tenant;
    facts->application = x->app;
    facts->user_flow = directory_user_flow(x->directory, x->app);
    facts->now = x->now;
    native_extension_facts(x);
    facts->serial = store_next_id(x->api->store);
    facts->new_id = guid_new(x->api->rng);
}

err native_load(struct exchange *x)
{
    struct native_work *work = native_work(x);
    struct flow_facts *facts = &work->facts;

    complete_facts(x);
    TRY(load_user(x));
    if (facts->at == NULL && x->tenant->hide_unknown_users)
        facts->decoy = subject_id(x->api->vault, "decoy", x->tenant->id, slice_of(work->email.identity));
    TRY(load_methods(x));
    facts->subject = find_subject(x);
    TRY(load_row(x));
    TRY(load_newer_codes(x));
    check_new_password(x);
    if (is_challenge(work->request))
        make_code(x);
    return load_signup(x);
}
