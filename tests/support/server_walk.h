/* SPDX-License-Identifier: Apache-2.0 */
/* server_walk.h: a client that walks at random over all endpoints of a running server, and its model: what it really
 * proved in each flow, which of its people have accounts. Tokens of all applications and tenants are kept and mixed.
 * Included by one file each, after cmocka. A finding ends the process with the request and the answer. */
#ifndef DOORCODE_TESTS_SERVER_WALK_H
#define DOORCODE_TESTS_SERVER_WALK_H

#include "support/world.h"

#include "flow/flow.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WALKERS = 4, TENANTS = 3, PEOPLE = 3, FLOWS = 256, TOKENS = 48, REFRESHES = 8, TEXT = 1100, FORM = 4096 };

/* Where a code can go. */
enum target { TO_ADDRESS, TO_STRONG, TO_PHONE, TARGETS };

struct person {
    char contact[TARGETS][48];
    int tenant;
    bool exists;
    unsigned epoch; /* of her account: another after each sign-up and removal */
    bool has_email_factor;
    const char *password; /* NULL: she has none */
    int64_t reset_at;
};

/* What was really proved in a flow. */
struct walked_flow {
    unsigned serial;
    int app;
    struct person *person;
    unsigned epoch;
    const char *password; /* that this flow means to hand in */
    const char *taken;    /* that was taken; NULL: none yet */
    uint64_t mail_before;
    enum target target; /* of its newest code */
    char ids[2][40];    /* of her second factors */
    bool code, right_password, factor, made, reset, attributes_taken;
};

struct kept_token {
    char text[TEXT];
    enum flow_state state;
    unsigned flow;
    bool redeemed;
};

struct kept_refresh {
    char text[256];
    const struct person *person;
    unsigned epoch;
    int app;
    int64_t at;
};

/* One request and what is known of it. */
struct attempt {
    enum flow_request request;
    struct kept_token held;
    struct kept_token *token; /* that one; NULL: a start */
    struct walked_flow *flow;
    int app;
    bool right_code, full_attributes, gives_password, other_name;
    const char *password;
    enum target contact;
    char form[FORM];
    size_t n;
};

struct walker {
    struct world *world;
    int number;
    long steps;
    uint64_t random;
    int fd, twin_fd;
    struct person people[TENANTS * PEOPLE];
    struct walked_flow flows[FLOWS];
    unsigned flow_count;
    struct kept_token tokens[TOKENS];
    size_t token_count;
    struct kept_refresh refreshes[REFRESHES];
    size_t refresh_count;
    struct attempt attempt;
    struct world_reply reply;
    int64_t sent_at; /* the others move the clock while we wait */
    struct {
        unsigned tokens, users, resets, factors, refused;
    } seen;
};

static const struct {
    const char *id;
    int tenant;
    bool password, factor, attributes, native;
} apps[] = {
    { WORLD_APP, 0, false, false, false, true },           { WORLD_APP_ES256, 0, false, false, false, true },
    { WORLD_APP_PASSWORD, 0, true, false, false, true },   { WORLD_APP_FACTOR, 0, true, true, false, true },
    { WORLD_APP_ATTRIBUTES, 0, false, false, true, true }, { WORLD_OTHER_APP, 1, false, false, false, true },
    { WORLD_OTHER_PASSWORD, 1, true, false, false, true }, { WORLD_OTHER_CODE, 1, false, false, false, true },
    { WORLD_THIRD_APP, 2, false, false, false, true },     { WORLD_APP_WEB, 0, false, false, false, false },
    { WORLD_APP_SECRET, 0, false, false, false, false },
};
enum { APPS = sizeof apps / sizeof apps[0] };
static const char *const tenants[TENANTS] = { "petstore", "kennel", "aviary" };

#define HOLDS(w, condition)                                                                                        \
    do {                                                                                                           \
        if (!(condition)) {                                                                                        \
            fprintf(stderr, "%s:%d: walker %d, seed %llu: %s\n%s %s\n%s\n%s\n", __FILE__, __LINE__, (w)->number,   \
                    (unsigned long long)(w)->world->seed, #condition, flow_request_endpoint((w)->attempt.request), \
                    flow_request_grant((w)->attempt.request), (w)->attempt.form, (w)->reply.body);                 \
            abort();                                                                                               \
        }                                                                                                          \
    } while (0)

static uint32_t chance(struct walker *w, uint32_t below)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return (uint32_t)(w->random >> 11) % below;
}

static bool once_in(struct walker *w, uint32_t n)
{
    return chance(w, n) == 0;
}

/* ---- answers ---- */

struct known_error {
    int status;
    const char *error, *suberror;
    long code;
};

static const struct known_error known_errors[] = {
#define ERROR_ROW(name, http, error, suberror, code, text) { http, error, suberror, code },
#include "wire/errors.def"
#undef ERROR_ROW
};

/* Every refusal is a row of the catalogue, and none is the server's fault. */
static void check_refusal(struct walker *w)
{
    const struct world_reply *reply = &w->reply;
    const char *codes = strstr(reply->body, "\"error_codes\":[");
    char error[64], suberror[64];
    bool known = false;

    HOLDS(w, reply->status >= 400 && reply->status < 500 && codes != NULL);
    world_member(reply, "error", error, sizeof error);
    world_member(reply, "suberror", suberror, sizeof suberror);
    long code = strtol(codes + 15, NULL, 10);
    for (size_t i = 0; i < sizeof known_errors / sizeof known_errors[0]; i++) {
        const struct known_error *row = &known_errors[i];
        known = known || (row->status == reply->status && row->code == code && strcmp(row->error, error) == 0 &&
                          strcmp(row->suberror, suberror) == 0);
    }
    HOLDS(w, known);
    w->seen.refused++;
}

static bool says(const struct walker *w, const char *text)
{
    return strstr(w->reply.body, text) != NULL;
}

static bool is_redirect(const struct walker *w)
{
    return w->reply.status == 200 && says(w, "\"challenge_type\":\"redirect\"");
}

/* The state that an answer leads to, as spec V1, section 2 says. */
static enum flow_state next_state(const struct walker *w)
{
    const struct attempt *a = &w->attempt;
    enum flow_state at = a->token == NULL ? STATE_NONE : a->token->state;

    if (says(w, "\"mfa_required\""))
        return STATE_MFA_REQUIRED;
    if (says(w, "\"registration_required\""))
        return STATE_REGISTER_REQUIRED;
    switch (a->request) {
    case REQUEST_INITIATE:
        return STATE_SIGNIN_STARTED;
    case REQUEST_CHALLENGE:
        if (says(w, "\"challenge_type\":\"password\""))
            return STATE_SIGNIN_PASSWORD;
        return at >= STATE_MFA_REQUIRED ? STATE_MFA_CODE_SENT : STATE_SIGNIN_CODE_SENT;
    case REQUEST_INTROSPECT:
        return STATE_MFA_METHODS;
    case REQUEST_SIGNUP_START:
        return STATE_SIGNUP_STARTED;
    case REQUEST_SIGNUP_CHALLENGE:
        return says(w, "\"challenge_type\":\"password\"") ? STATE_SIGNUP_PASSWORD : STATE_SIGNUP_CODE_SENT;
    case REQUEST_RESET_START:
        return STATE_RESET_STARTED;
    case REQUEST_RESET_CHALLENGE:
        return STATE_RESET_CODE_SENT;
    case REQUEST_RESET_CONTINUE:
        return STATE_RESET_VERIFIED;
    case REQUEST_RESET_SUBMIT:
        return STATE_RESET_POLLING;
    case REQUEST_RESET_POLL:
        return STATE_RESET_DONE;
    case REQUEST_REGISTER_INTROSPECT:
        return STATE_REGISTER_METHODS;
    case REQUEST_REGISTER_CHALLENGE:
        return says(w, "preverified") ? STATE_REGISTER_PREVERIFIED : STATE_REGISTER_CODE_SENT;
    case REQUEST_REGISTER_CONTINUE_OOB:
    case REQUEST_REGISTER_CONTINUE_TOKEN:
        return STATE_REGISTER_DONE;
    default:
        break;
    }
    if (says(w, "\"credential_required\""))
        return STATE_SIGNUP_CREDENTIAL;
    if (says(w, "\"attributes_required\""))
        return STATE_SIGNUP_ATTRIBUTES;
    return says(w, "\"verification_required\"") ? at : STATE_SIGNUP_DONE;
}

/* ---- the store ---- */

static struct guid tenant_id(int tenant)
{
    static const char *const ids[TENANTS] = { WORLD_TENANT, WORLD_OTHER_TENANT, WORLD_THIRD_TENANT };
    struct guid id;

    if (!guid_parse(slice_of(ids[tenant]), &id))
        abort();
    return id;
}

static bool find_user(struct walker *w, const struct person *p, struct user *user)
{
    err found = store_user_by_identity(rooms_store(w->world->rooms), tenant_id(p->tenant),
                                       slice_of(p->contact[TO_ADDRESS]), user);

    HOLDS(w, err_is_ok(found) || found.code == ERR_NOT_FOUND);
    return err_is_ok(found);
}

/* No user half made: there is one exactly if the sign-up ended well. */
static void check_user(struct walker *w, const struct person *p)
{
    struct user user;

    HOLDS(w, find_user(w, p, &user) == p->exists);
    if (p->exists)
        HOLDS(w, (user.password_hash[0] != '\0') == (p->password != NULL));
}

static void remove_person(struct walker *w, struct person *p)
{
    struct user user;

    if (!p->exists)
        return;
    HOLDS(w, find_user(w, p, &user));
    const struct store_write gone = { .kind = WRITE_USER_DELETE, .tenant_id = user.tenant_id, .guid = user.id };
    HOLDS(w, err_is_ok(store_write(rooms_store(w->world->rooms), &gone, 1)));
    p->exists = p->has_email_factor = false;
    p->password = NULL;
    p->epoch++;
}

/* ---- what an answer proves ---- */

static void check_first_proof(struct walker *w)
{
    struct attempt *a = &w->attempt;
    struct walked_flow *f = a->flow;
    const struct person *p = f->person;

    switch (a->request) {
    case REQUEST_TOKEN_PASSWORD:
        HOLDS(w, p->exists && p->password != NULL && strcmp(a->password, p->password) == 0);
        f->right_password = true;
        break;
    case REQUEST_TOKEN_OOB:
    case REQUEST_TOKEN_MFA_OOB:
        HOLDS(w, a->right_code);
        if (a->token->state == STATE_MFA_CODE_SENT)
            f->factor = true;
        else
            f->code = true;
        break;
    case REQUEST_SIGNUP_CONTINUE_OOB:
    case REQUEST_RESET_CONTINUE:
        HOLDS(w, a->right_code);
        f->code = true;
        break;
    default:
        break;
    }
}

static void check_second_factor(struct walker *w)
{
    struct attempt *a = &w->attempt;
    struct walked_flow *f = a->flow;

    if (a->request == REQUEST_REGISTER_CONTINUE_OOB)
        HOLDS(w, a->right_code);
    else if (a->request == REQUEST_REGISTER_CONTINUE_TOKEN)
        HOLDS(w, f->made);
    else
        return;
    HOLDS(w, f->person->exists && (f->code || f->right_password));
    f->factor = true;
    w->seen.factors++;
}

static void check_made(struct walker *w)
{
    struct walked_flow *f = w->attempt.flow;
    struct person *p = f->person;

    HOLDS(w, f->code && (f->taken != NULL || !apps[f->app].password));
    HOLDS(w, f->attributes_taken || !apps[f->app].attributes);
    if (p->exists) { /* the last step again; else the user was removed, and a new code proved the address */
        HOLDS(w, f->made && f->epoch == p->epoch);
        return;
    }
    f->made = p->exists = true;
    f->epoch = ++p->epoch;
    p->password = apps[f->app].password ? f->taken : NULL;
    w->seen.users++;
}

static void check_reset(struct walker *w)
{
    struct walked_flow *f = w->attempt.flow;

    HOLDS(w, f->code && f->person->exists && f->person->password != NULL);
    if (f->reset)
        return;
    f->reset = true;
    f->person->password = w->attempt.password;
    f->person->reset_at = w->sent_at;
    w->seen.resets++;
}

static void keep_refresh(struct walker *w)
{
    const struct walked_flow *f = w->attempt.flow;
    struct kept_refresh *kept = &w->refreshes[w->refresh_count++ % REFRESHES];

    *kept = (struct kept_refresh){ .person = f->person, .epoch = f->epoch, .app = f->app };
    kept->at = world_now_us(w->world);
    world_member(&w->reply, "refresh_token", kept->text, sizeof kept->text);
}

/* A second factor where one is wanted: proved, or a sign-up, or the reset's code went to a strong address. */
static bool has_second_factor(const struct walked_flow *f)
{
    if (!apps[f->app].factor || f->person->password == NULL)
        return true;
    return f->factor || f->made || (f->reset && f->person->has_email_factor);
}

static void check_tokens(struct walker *w)
{
    struct attempt *a = &w->attempt;
    const struct walked_flow *f = a->flow;
    const struct person *p = f->person;

    HOLDS(w, p->exists && f->epoch == p->epoch && !a->other_name);
    HOLDS(w, f->code || f->right_password);
    HOLDS(w, a->request != REQUEST_TOKEN_CONTINUATION || f->made || f->reset || f->factor);
    HOLDS(w, has_second_factor(f));
    HOLDS(w, !a->token->redeemed); /* spec V1, 1.10 */
    for (size_t i = 0; i < TOKENS; i++)
        w->tokens[i].redeemed |= strcmp(w->tokens[i].text, a->token->text) == 0;
    keep_refresh(w);
    w->seen.tokens++;
}

#endif
