/* SPDX-License-Identifier: Apache-2.0 */
/* flow_walk.h: a random walk over all flows: any request, with any token that was ever given, right and wrong proofs,
 * repeats, jumps of the clock, users that vanish. A model beside the table remembers what was really proved, and after each
 * step: no state the tables don't name, no token without its proof, nothing redeemed twice, no attempt or code too many, no
 * user half made. Included by one file each, after cmocka. */
#ifndef DOORCODE_TESTS_FLOW_WALK_H
#define DOORCODE_TESTS_FLOW_WALK_H

#include "support/flow_walk_model.h"

/* ---- what must hold ---- */

/* What the truth must hold before a token may say that a flow is in this state. */
static bool state_is_earned(const struct truth *t, enum flow_state state)
{
    switch (state) {
    case STATE_MFA_REQUIRED:
    case STATE_REGISTER_REQUIRED:
        return t->password || t->code;
    case STATE_SIGNUP_CREDENTIAL:
    case STATE_SIGNUP_ATTRIBUTES:
    case STATE_RESET_VERIFIED:
        return t->code;
    case STATE_SIGNUP_DONE:
        return t->code && t->made;
    case STATE_RESET_POLLING:
    case STATE_RESET_DONE:
        return t->code && t->reset;
    case STATE_REGISTER_DONE:
        return t->factor;
    default:
        return true;
    }
}

/* Nobody gets further with a made-up user than to a code or password that is never right. */
static bool may_be_decoy(enum flow_state state)
{
    return (state >= STATE_SIGNIN_STARTED && state <= STATE_SIGNIN_PASSWORD) || state == STATE_SIGNUP_STARTED ||
           state == STATE_SIGNUP_CODE_SENT || state == STATE_RESET_STARTED || state == STATE_RESET_CODE_SENT;
}

static void check_next(struct walk *w)
{
    const struct continuation *next = &w->out.next;
    bool has_next =
        w->out.kind >= OUTCOME_INTERRUPT && w->out.kind != OUTCOME_REDIRECT && w->out.kind != OUTCOME_TOKENS;

    if (!has_next)
        return;
    assert_true(next->state > STATE_NONE && next->state < STATES);
    assert_false(guid_eq(next->subject, GUID_NIL));
    if (w->facts.at != NULL) {
        assert_int_equal(next->flow_serial, w->facts.at->flow_serial);
        assert_int_equal(next->started_at, w->facts.at->started_at);
        assert_string_equal(next->username, w->facts.at->username);
    } else {
        assert_int_equal(next->flow_serial, w->facts.serial);
    }
    assert_true(w->truth == NULL || state_is_earned(w->truth, next->state));
    assert_true(!next->decoy || may_be_decoy(next->state));
}

static bool needs_second(const struct walk *w)
{
    const struct user *user = &w->users[w->person];
    bool wanted = w->application.multi_factor == TOGGLE_INHERIT ? w->tenant.multi_factor
                                                                : w->application.multi_factor == TOGGLE_ON;

    return wanted && (user->origin == ORIGIN_EMAIL_PASSWORD || user->password_hash[0] != '\0');
}

static void check_tokens(struct walk *w)
{
    struct truth *t = w->truth;

    assert_non_null(t);
    assert_int_equal(t->flow_serial, w->facts.at->flow_serial);
    assert_true(w->exists[w->person] && w->users[w->person].enabled && !w->facts.at->decoy);
    assert_true(t->password || t->code);
    /* a second factor where one is wanted: proved, or registered, or sign-up, or the reset went to a strong address */
    if (needs_second(w) && !t->factor)
        assert_true(t->made || (t->reset && (w->facts.at->proofs & PROVED_FACTOR) != 0));
    assert_true(w->out.write_passcode);
    assert_int_equal(w->out.passcode.state, PASSCODE_REDEEMED);
}

/* An answer that moved the row on is one that was right, to the newest challenge, in time, unlocked. */
static void learn_answer(struct walk *w)
{
    const struct passcode *before = &w->row->row;
    bool is_factor = w->facts.at->state == STATE_MFA_CODE_SENT || w->facts.at->state == STATE_REGISTER_CODE_SENT;

    assert_true(w->facts.code_right && w->facts.code_well_formed);
    assert_int_equal(before->challenge_id, w->facts.at->challenge_id);
    assert_true(before->attempts < w->policy.code_attempts && w->now < before->expires_at);
    assert_true(w->now >= before->locked_until);
    if (is_factor)
        w->truth->factor = true;
    else
        w->truth->code = true;
}

static void count_attempt(struct walk *w)
{
    const struct passcode *before = &w->row->row;

    if (w->out.passcode.attempts > before->attempts && w->out.passcode.challenge_id == before->challenge_id)
        w->row->compared++;
    if (before->state == PASSCODE_OPEN)
        assert_true(w->row->compared <= w->policy.code_attempts);
}

static void learn_proofs(struct walk *w)
{
    bool preverified = w->request == REQUEST_REGISTER_CONTINUE_TOKEN;

    if (w->truth == NULL || !(w->out.write_passcode || w->out.counts_ahead) || w->request == REQUEST_TOKEN_PASSWORD)
        return;
    if (w->row->row.state == PASSCODE_OPEN && w->out.passcode.state > PASSCODE_OPEN && !preverified)
        learn_answer(w);
    if (preverified && w->out.add_method) {
        assert_true((w->facts.at->proofs & PROVED_ADDRESS) != 0 && w->truth->made);
        w->truth->factor = true;
    }
    count_attempt(w);
}

static void check_new_user(struct walk *w)
{
    bool handed_in = w->facts.signup != NULL || w->facts.password_hash != NULL;

    assert_true(w->truth->code && !w->exists[w->person] && !w->facts.attributes_missing);
    assert_true(w->user_flow.identity_provider == PROVIDER_EMAIL_OTP || handed_in);
    w->truth->made = true;
}

static void check_new_password(struct walk *w)
{
    assert_true(w->truth->code && w->facts.password_hash != NULL && w->facts.password_refusal == ERROR_NONE);
    w->truth->reset = true;
}

static void learn_writes(struct walk *w)
{
    if (w->request == REQUEST_TOKEN_PASSWORD && w->facts.password_check == PASSWORD_RIGHT &&
        w->out.kind != OUTCOME_REFUSE)
        w->truth->password = true;
    if (w->out.add_user)
        check_new_user(w);
    if (w->out.set_password && w->request == REQUEST_RESET_SUBMIT)
        check_new_password(w);
}

static void check_sending(struct walk *w)
{
    struct known_row *row = w->row;
    unsigned recent = 0;

    if (w->out.kind != OUTCOME_CODE || !w->out.write_passcode)
        return;
    assert_int_equal(w->out.passcode.challenge_id, w->facts.serial);
    for (unsigned i = 0; i < row->sent_n && i < 64; i++)
        recent += row->sent[i] + w->policy.sent_window_seconds > w->now;
    assert_true(recent < 2 * w->policy.sent_limit); /* windows are fixed: at most twice the limit in any span */
    assert_true(row->row.state != PASSCODE_OPEN || w->now >= row->row.issued_at + w->policy.resend_seconds);
    memmove(row->sent + 1, row->sent, sizeof row->sent - sizeof row->sent[0]);
    row->sent[0] = w->now;
    row->sent_n++;
    row->compared = 0;
}

/* ---- writes ---- */

static void make_user(struct walk *w)
{
    struct user *user = &w->users[w->person];

    *user = (struct user){ .id = user_id_of(w->person), .enabled = true, .origin = ORIGIN_EMAIL_OTP };
    if (w->user_flow.identity_provider == PROVIDER_EMAIL_PASSWORD) {
        user->origin = ORIGIN_EMAIL_PASSWORD;
        snprintf(user->password_hash, sizeof user->password_hash, "$made");
    }
    address_of(w->person, user->email, sizeof user->email);
    address_of(w->person, user->identity, sizeof user->identity);
    w->exists[w->person] = true;
    w->method_count[w->person] = 0;
}

static void add_method(struct walk *w)
{
    struct method *list = w->methods[w->person];
    size_t *n = &w->method_count[w->person];

    for (size_t i = 0; i < *n; i++)
        if (strcmp(list[i].target, w->out.next.target) == 0)
            return;
    if (*n == LIMIT_METHODS)
        return;
    list[*n] =
        (struct method){ .id = { { 4, (uint8_t)w->person, 0, (uint8_t)(1 + *n) } }, .channel = w->out.next.channel };
    snprintf(list[*n].target, sizeof list[*n].target, "%s", w->out.next.target);
    (*n)++;
}

static void apply_row(struct walk *w)
{
    if (w->out.counts_ahead) { /* nothing is written */
        struct passcode *row = &w->row->row;
        assert_true(row->ahead > 0);
        row->ahead--;
        row->attempts++;
        row->failures++;
        assert_memory_equal(row, &w->out.passcode, sizeof *row);
    }
    if (!w->out.write_passcode)
        return;
    assert_int_equal(w->out.passcode.version, w->row->row.version);
    assert_true(guid_eq(w->out.passcode.user_id, w->row->subject));
    w->row->row = w->out.passcode;
    w->row->row.version++;
    if (w->out.passcode.state == PASSCODE_REDEEMED) /* a good end starts the counters over */
        w->row->sent_n = 0;
}

static void keep_token(struct walk *w, uint64_t flow)
{
    if (w->facts.at == NULL) {
        *truth_of(w, flow) = (struct truth){ .flow_serial = flow, .person = w->person };
        w->password_handed_in[flow % FLOWS] = w->out.put_signup && w->facts.password_hash != NULL;
    }
    w->tokens[w->token_count++ % TOKENS] = w->out.next;
}

static void apply(struct walk *w)
{
    uint64_t flow = w->facts.at == NULL ? w->facts.serial : w->facts.at->flow_serial;

    apply_row(w);
    if (w->out.kind == OUTCOME_REFUSE)
        return;
    if (w->out.put_signup && w->facts.password_hash != NULL)
        w->password_handed_in[flow % FLOWS] = true;
    if (w->out.add_user)
        make_user(w);
    if (w->out.add_method)
        add_method(w);
    if (w->out.kind != OUTCOME_TOKENS && w->out.kind != OUTCOME_REDIRECT)
        keep_token(w, flow);
}

static void note(struct walk *w)
{
    enum flow_state state = w->facts.at == NULL ? STATE_NONE : w->facts.at->state;

    w->seen[state][w->request][w->out.kind]++;
    if (w->out.next.state != STATE_NONE)
        w->leads_to[state][w->request][w->out.next.state] = true;
}

static void walk_step(struct walk *w)
{
    live_on(w);
    prepare(w);
    if (w->truth != NULL && w->truth->flow_serial != w->facts.at->flow_serial)
        return; /* a flow so old that the model forgot it */
    decide(w);
    note(w);
    assert_true(w->out.kind != OUTCOME_NEEDS);
    assert_true((w->out.kind == OUTCOME_REFUSE || w->out.kind == OUTCOME_INTERRUPT) == (w->out.refusal != ERROR_NONE));
    if (w->out.kind != OUTCOME_REFUSE)
        assert_string_not_equal(flow_cell(w->facts.at == NULL ? STATE_NONE : w->facts.at->state, w->request), "");
    learn_proofs(w);
    learn_writes(w);
    check_next(w);
    check_sending(w);
    if (w->out.kind == OUTCOME_TOKENS)
        check_tokens(w);
    apply(w);
}

static void walk_begin(struct walk *w, uint64_t seed)
{
    memset(w, 0, sizeof *w);
    w->random = seed;
    w->now = EPOCH;
    w->policy = policy_default; /* but short locks and windows: a walk that waits most of the time meets little */
    w->policy.lock_seconds = 5;
    w->policy.lock_seconds_max = 20;
    w->policy.sent_window_seconds = 300;
    w->policy.resend_seconds = 10;
    w->user_flow.sign_up = true;
    new_rules(w);
}

#endif
