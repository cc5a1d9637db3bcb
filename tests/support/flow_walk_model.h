/* SPDX-License-Identifier: Apache-2.0 */
/* flow_walk_model.h: the world of flow_walk.h: its people, rows and tokens, what was really proved in each flow, and how a
 * step is chosen: any request, with any token that was ever given, right and wrong proofs. */
#ifndef DOORCODE_TESTS_FLOW_WALK_MODEL_H
#define DOORCODE_TESTS_FLOW_WALK_MODEL_H

#include "flow/flow.h"
#include "wire/native_in.h"

#include <stdio.h>
#include <string.h>

enum { PEOPLE = 4, ROWS = 64, TOKENS = 512, FLOWS = 4096, EPOCH = 1800000000 };

/* What was really proved in a flow. */
struct truth {
    uint64_t flow_serial;
    int person;
    bool code;     /* a right code of the flow's own first challenge */
    bool password; /* the user's password */
    bool factor;   /* a right code of a second factor, or of a contact that became one */
    bool made;     /* the user was made in it */
    bool reset;    /* the password was set in it */
    unsigned redeemed;
};

/* A row with what the model knows of it. */
struct known_row {
    struct guid subject;
    struct passcode row;
    unsigned compared; /* wrong answers since the challenge */
    instant sent[64];  /* newest first */
    unsigned sent_n;
};

struct walk {
    uint64_t random;
    instant now;
    uint64_t serial;
    struct policy policy;
    struct tenant tenant;
    struct application application;
    struct user_flow user_flow;
    struct user users[PEOPLE];
    bool exists[PEOPLE];
    struct method methods[PEOPLE][LIMIT_METHODS];
    size_t method_count[PEOPLE];
    bool password_handed_in[FLOWS];
    struct known_row rows[ROWS];
    size_t row_count;
    struct continuation tokens[TOKENS];
    size_t token_count;
    struct truth truths[FLOWS];
    /* the step */
    enum flow_request request;
    struct flow_facts facts;
    struct outcome out;
    int person;
    struct known_row *row;
    struct truth *truth;
    struct signup signup;
    uint8_t mac[PASSCODE_MAC];
    unsigned seen[STATES][REQUESTS][OUTCOME_TOKENS + 1];
    bool leads_to[STATES][REQUESTS][STATES];
};

static uint32_t chance(struct walk *w, uint32_t below)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return (uint32_t)(w->random >> 11) % below;
}

static bool once_in(struct walk *w, uint32_t n)
{
    return chance(w, n) == 0;
}

static void address_of(int person, char *out, size_t cap)
{
    snprintf(out, cap, "person%d@example.org", person);
}

static struct guid user_id_of(int person)
{
    return (struct guid){ { 1, (uint8_t)person } };
}

static int person_of(const char *username)
{
    return username[6] - '0';
}

static struct guid subject_of(enum subject_of kind, int person, uint8_t detail)
{
    return (struct guid){ { 2, (uint8_t)kind, (uint8_t)person, detail } };
}

static struct known_row *find_row(struct walk *w, struct guid subject)
{
    for (size_t i = 0; i < w->row_count; i++)
        if (guid_eq(w->rows[i].subject, subject))
            return &w->rows[i];
    assert_true(w->row_count < ROWS);
    struct known_row *row = &w->rows[w->row_count++];
    memset(row, 0, sizeof *row);
    row->subject = subject;
    row->row.user_id = subject;
    return row;
}

static struct truth *truth_of(struct walk *w, uint64_t flow_serial)
{
    return &w->truths[flow_serial % FLOWS];
}

/* ---- the world changes by itself ---- */

static void new_rules(struct walk *w)
{
    w->tenant.hide_unknown_users = once_in(w, 4);
    w->tenant.multi_factor = once_in(w, 2);
    w->tenant.registration_after_sign_up = once_in(w, 2);
    w->tenant.password_reset = !once_in(w, 8);
    w->tenant.any_email_passcode = once_in(w, 4);
    w->tenant.second_factors = (uint8_t)(1 + chance(w, 3));
    w->application.multi_factor = (enum toggle)chance(w, TOGGLE_COUNT);
    w->user_flow.identity_provider = once_in(w, 2) ? PROVIDER_EMAIL_OTP : PROVIDER_EMAIL_PASSWORD;
}

static void live_on(struct walk *w)
{
    w->now += once_in(w, 120) ? chance(w, 2000) : chance(w, 8);
    if (once_in(w, 500))
        new_rules(w);
    if (once_in(w, 60)) /* some come and go, so that sign-ups are met; others stay and have second factors */
        w->exists[chance(w, once_in(w, 10) ? PEOPLE : PEOPLE / 2)] = false;
    if (once_in(w, 300)) {
        struct user *user = &w->users[chance(w, PEOPLE)];
        user->enabled = !user->enabled || !once_in(w, 3);
    }
}

/* ---- facts ---- */

static void choose_token(struct walk *w)
{
    static const enum flow_request starts[] = { REQUEST_INITIATE, REQUEST_SIGNUP_START, REQUEST_RESET_START };

    w->request = (enum flow_request)chance(w, REQUESTS);
    w->facts.at = NULL;
    if (once_in(w, 20) || w->token_count == 0) {
        w->request = starts[chance(w, 3)];
        return;
    }
    /* mostly one of the newest */
    size_t back = once_in(w, 4) ? chance(w, TOKENS) : chance(w, 4);
    size_t i = w->token_count > back ? w->token_count - 1 - back : 0;
    w->facts.at = &w->tokens[i % TOKENS];
    /* mostly a request that fits */
    for (int tries = 0; tries < 40 && !once_in(w, 20); tries++) {
        if (flow_cell(w->facts.at->state, w->request)[0] != '\0')
            return;
        w->request = (enum flow_request)chance(w, REQUESTS);
    }
}

static void choose_person(struct walk *w)
{
    static char address[32];
    const struct continuation *at = w->facts.at;

    w->person = at == NULL ? (int)chance(w, PEOPLE) : person_of(at->username);
    address_of(w->person, address, sizeof address);
    w->facts.username = at == NULL || once_in(w, 3) ? address : NULL;
    w->facts.identity = w->facts.username;
    bool known = w->exists[w->person] && (at == NULL || !at->decoy || at->state >= STATE_SIGNUP_STARTED);
    w->facts.user = known ? &w->users[w->person] : NULL;
    w->facts.methods = w->methods[w->person];
    w->facts.method_count = known ? w->method_count[w->person] : 0;
}

static void choose_contact(struct walk *w)
{
    static const char *const targets[] = { "strong@example.org", "+4790000007" };
    static char own[32];

    w->facts.channel = (enum channel)chance(w, CHANNEL_COUNT);
    w->facts.target = targets[w->facts.channel];
    address_of(w->person, own, sizeof own);
    if (w->facts.channel == CHANNEL_EMAIL && once_in(w, 2))
        w->facts.target = own;
    w->facts.method_given = w->facts.method_count > 0 && once_in(w, 2);
    if (w->facts.method_given)
        w->facts.method = w->methods[w->person][chance(w, (uint32_t)w->facts.method_count)].id;
}

static struct guid choose_subject(struct walk *w)
{
    const struct method *method;

    switch (flow_subject(w->request, w->facts.at)) {
    case SUBJECT_ADDRESS:
        return subject_of(SUBJECT_ADDRESS, w->person, 0);
    case SUBJECT_RESET:
        return subject_of(SUBJECT_RESET, w->person, 0);
    case SUBJECT_METHOD:
        method = flow_chosen_method(&w->facts);
        return method == NULL ? w->facts.at->subject : subject_of(SUBJECT_METHOD, w->person, method->id.b[3]);
    case SUBJECT_CONTACT:
        return subject_of(SUBJECT_CONTACT, w->person, (uint8_t)w->facts.target[0]);
    default:
        return w->facts.at == NULL ? GUID_NIL : w->facts.at->subject;
    }
}

static void complete_facts(struct walk *w)
{
    struct flow_facts *f = &w->facts;

    f->policy = &w->policy;
    f->tenant = &w->tenant;
    f->application = &w->application;
    f->user_flow = &w->user_flow;
    f->now = w->now;
    f->challenge_types = f->at == NULL ? (uint8_t)(CHALLENGE_REDIRECT | chance(w, 4)) : 0;
    f->capabilities = (uint8_t)chance(w, 4);
    f->decoy = (struct guid){ { 3, (uint8_t)w->person } };
    f->new_id = user_id_of(w->person);
    f->serial = ++w->serial;
    memcpy(w->mac, &f->serial, sizeof f->serial);
    f->fresh_mac = w->mac;
    f->code_well_formed = !once_in(w, 10);
    f->password_given = f->at != NULL || once_in(w, 2);
    f->password_refusal = once_in(w, 5) ? ERROR_PASSWORD_TOO_WEAK : ERROR_NONE;
    f->password_mark = 1 + chance(w, 5);
    f->attributes_given = once_in(w, 2);
    f->attributes_refusal = once_in(w, 5) ? ERROR_ATTRIBUTES_INVALID : ERROR_NONE;
    f->attributes_missing = once_in(w, 3);
    f->attributes_start = EXTENSION_GO_ON;
    f->attributes_submit = EXTENSION_GO_ON;
    f->address_over_quota = once_in(w, 30);
}

/* As the api finds it: over the rows of all second factors of the person. */
static bool is_superseded(const struct walk *w)
{
    for (size_t i = 0; i < w->row_count && flow_redeems_factor(w->request, w->facts.at); i++) {
        const struct guid *subject = &w->rows[i].subject;
        const struct passcode *row = &w->rows[i].row;
        if (subject->b[1] == SUBJECT_METHOD && subject->b[2] == w->person &&
            row->flow_serial == w->facts.at->flow_serial && row->challenge_id > w->facts.at->challenge_id)
            return true;
    }
    return false;
}

static void prepare(struct walk *w)
{
    memset(&w->facts, 0, sizeof w->facts);
    choose_token(w);
    choose_person(w);
    choose_contact(w);
    complete_facts(w);
    w->facts.subject = choose_subject(w);
    w->row = find_row(w, w->facts.subject);
    w->facts.passcode = &w->row->row;
    w->facts.code_right = w->row->row.state != PASSCODE_NONE && !once_in(w, 3);
    w->facts.superseded = is_superseded(w);
    w->truth = w->facts.at == NULL ? NULL : truth_of(w, w->facts.at->flow_serial);
    if (w->truth != NULL && w->truth->flow_serial == w->facts.at->flow_serial &&
        w->password_handed_in[w->facts.at->flow_serial % FLOWS]) {
        snprintf(w->signup.password_hash, sizeof w->signup.password_hash, "$kept");
        w->facts.signup = &w->signup;
    }
}

/* Asks again with what was needed, as the api does. */
static void decide(struct walk *w)
{
    flow_decide(w->request, &w->facts, &w->out);
    for (int i = 0; w->out.kind == OUTCOME_NEEDS; i++) {
        assert_true(i < 3);
        if (w->out.need == NEED_VERIFY)
            w->facts.password_check = w->facts.user != NULL && !once_in(w, 3) ? PASSWORD_RIGHT : PASSWORD_WRONG;
        else
            w->facts.password_hash = "$fresh";
        flow_decide(w->request, &w->facts, &w->out);
    }
}

#endif
