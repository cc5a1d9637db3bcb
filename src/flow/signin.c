/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/signin.h"

#include "wire/native_in.h"

#include <string.h>

typedef void decide_fn(const struct signin_facts *f, struct outcome *out);

static decide_fn begin, send_code, check_code;

struct cell {
    decide_fn *decide;
    const char *name;
};

static const struct cell table[SIGNIN_STATES][SIGNIN_REQUESTS] = {
    [SIGNIN_NONE] = { [SIGNIN_INITIATE] = { begin, "begin" } },
    [SIGNIN_STARTED] = { [SIGNIN_CHALLENGE] = { send_code, "send_code" } },
    [SIGNIN_CODE_SENT] = { [SIGNIN_CHALLENGE] = { send_code, "send_code" },
                           [SIGNIN_TOKEN_OOB] = { check_code, "check_code" } },
};

static const char *const state_names[] = { "none", "started", "code_sent" };
static const char *const request_names[] = {
    "initiate", "challenge", "token oob", "token password", "token continuation_token", "token mfa_oob"
};

const char *signin_state_name(enum signin_state state)
{
    return state_names[state];
}

const char *signin_request_name(enum signin_request request)
{
    return request_names[request];
}

const char *signin_cell(enum signin_state state, enum signin_request request)
{
    const char *name = table[state][request].name;

    return name == NULL ? "" : name;
}

static void refuse(struct outcome *out, enum error_id refusal)
{
    out->kind = OUTCOME_REFUSE;
    out->refusal = refusal;
}

static void refuse_for(struct outcome *out, enum error_id refusal, instant until, instant now)
{
    refuse(out, refusal);
    out->wait_seconds = until - now;
}

static void redirect(struct outcome *out, const char *reason)
{
    out->kind = OUTCOME_REDIRECT;
    out->reason = reason;
}

/* A token is of this flow, this stage and alive; who and for whom was checked when it was opened. */
static const struct cell *cell_of(enum signin_request request, const struct signin_facts *f)
{
    static const struct cell empty = { NULL, NULL };

    if (f->at == NULL)
        return &table[SIGNIN_NONE][request];
    if (f->at->flow != FLOW_SIGNIN || f->at->stage >= SIGNIN_STATES || f->at->stage == SIGNIN_NONE)
        return &empty;
    return &table[f->at->stage][request];
}

void signin_decide(enum signin_request request, const struct signin_facts *f, struct outcome *out)
{
    memset(out, 0, sizeof *out);
    const struct cell *cell = cell_of(request, f);

    if (cell->decide == NULL) {
        refuse(out, ERROR_CONTINUATION_INVALID);
        return;
    }
    if (f->at != NULL && continuation_expired(f->at, f->policy, f->now)) {
        refuse(out, ERROR_CONTINUATION_EXPIRED);
        return;
    }
    cell->decide(f, out);
}

/* Why the user cannot sign in natively at all; NULL if she can (spec V1, 4.12). */
static const char *fallback_reason(const struct user *user, uint8_t challenge_types)
{
    if (user != NULL && user->origin != ORIGIN_EMAIL_OTP)
        return "The account does not sign in with an e-mail one-time passcode";
    if ((challenge_types & CHALLENGE_OOB) == 0)
        return "The application did not offer challenge type oob";
    return NULL;
}

static bool is_hidden(const struct signin_facts *f)
{
    return f->tenant->hide_unknown_users && (f->user == NULL || !f->user->enabled);
}

static void begin(const struct signin_facts *f, struct outcome *out)
{
    bool decoy = is_hidden(f);

    if (f->user == NULL && !decoy) {
        refuse(out, ERROR_USER_NOT_FOUND);
        return;
    }
    const char *reason = fallback_reason(decoy ? NULL : f->user, f->challenge_types);
    if (reason != NULL) {
        redirect(out, reason);
        return;
    }
    out->kind = OUTCOME_CONTINUE;
    out->next = (struct continuation){
        .flow = FLOW_SIGNIN,
        .stage = SIGNIN_STARTED,
        .decoy = decoy,
        .challenge_types = f->challenge_types,
        .capabilities = f->capabilities,
        .tenant_id = f->tenant->id,
        .client_id = f->client_id,
        .subject = decoy ? f->decoy : f->user->id,
        .serial = f->serial,
        .flow_serial = f->serial,
        .started_at = f->now,
        .issued_at = f->now,
    };
    slice_to_cstr(slice_of(f->username), out->next.username, sizeof out->next.username);
}

/* The user as she is now, between the steps. True if the flow may go on. */
static bool user_can_go_on(const struct signin_facts *f, struct outcome *out)
{
    if (f->at->decoy)
        return true;
    if (f->user == NULL) {
        refuse(out, ERROR_USER_GONE);
        return false;
    }
    if (!f->user->enabled) {
        refuse(out, ERROR_USER_DISABLED);
        return false;
    }
    return true;
}

static bool in_window(instant since, int64_t length, instant now)
{
    return since != 0 && now < since + length;
}

/* What the app can do: said again, it replaces what was remembered (spec V1, 6.19). */
static uint8_t offered_types(const struct signin_facts *f)
{
    return f->challenge_types != 0 ? f->challenge_types : f->at->challenge_types;
}

/* The token after the challenge in the row. Made from row and request alone, so a repeat gives the same bytes. */
static void continue_with_challenge(const struct signin_facts *f, const struct passcode *row, struct outcome *out)
{
    out->kind = OUTCOME_CHALLENGE;
    out->next = *f->at;
    out->next.stage = SIGNIN_CODE_SENT;
    out->next.challenge_types = offered_types(f);
    out->next.serial = row->challenge_id;
    out->next.challenge_id = row->challenge_id;
    out->next.issued_at = row->issued_at;
}

/* The same request again within the grace: same answer, no second mail (spec V1, 6.10). */
static bool is_repeat(const struct signin_facts *f)
{
    const struct passcode *row = f->passcode;

    return row->state == PASSCODE_OPEN && row->asked_with == f->at->serial &&
           in_window(row->issued_at, f->policy->repeat_seconds, f->now);
}

/* The token was used: the flow it belongs to has moved past it. */
static bool is_spent(const struct signin_facts *f)
{
    return f->passcode->flow_serial == f->at->flow_serial && f->passcode->challenge_id != f->at->challenge_id;
}

/* When the next code may be sent to this address; 0: now. */
static instant next_code_at(const struct signin_facts *f)
{
    const struct passcode *row = f->passcode;
    instant at = 0;

    if (row->state == PASSCODE_OPEN && f->now < row->issued_at + f->policy->resend_seconds)
        at = row->issued_at + f->policy->resend_seconds;
    if (in_window(row->sent_since, f->policy->sent_window_seconds, f->now) && row->sent >= f->policy->sent_limit &&
        at < row->sent_since + f->policy->sent_window_seconds)
        at = row->sent_since + f->policy->sent_window_seconds;
    return at;
}

/* True if no limit stands against another code. */
static bool may_send(const struct signin_facts *f, struct outcome *out)
{
    if (f->now < f->passcode->locked_until) {
        refuse_for(out, ERROR_USER_LOCKED, f->passcode->locked_until, f->now);
        return false;
    }
    instant at = next_code_at(f);
    if (at != 0) {
        refuse_for(out, ERROR_CODES_EXHAUSTED, at, f->now);
        return false;
    }
    if (f->address_over_quota) {
        refuse(out, ERROR_THROTTLED);
        return false;
    }
    return true;
}

static void issue_challenge(const struct signin_facts *f, struct outcome *out)
{
    struct passcode *row = &out->passcode;

    *row = *f->passcode;
    row->user_id = f->at->subject;
    row->state = PASSCODE_OPEN;
    row->challenge_id = f->serial;
    row->flow_serial = f->at->flow_serial;
    row->asked_with = f->at->serial;
    memcpy(row->mac, f->fresh_mac, sizeof row->mac);
    row->issued_at = f->now;
    row->expires_at = f->now + f->policy->code_seconds;
    row->attempts = 0;
    if (!in_window(row->sent_since, f->policy->sent_window_seconds, f->now)) {
        row->sent_since = f->now;
        row->sent = 0;
    }
    row->sent++;
    out->write_passcode = true;
    out->send_mail = !f->at->decoy;
}

static void send_code(const struct signin_facts *f, struct outcome *out)
{
    if (f->method_id_given) {
        refuse(out, ERROR_METHOD_ID_INVALID);
        return;
    }
    if (!user_can_go_on(f, out))
        return;
    const char *reason = fallback_reason(f->at->decoy ? NULL : f->user, offered_types(f));
    if (reason != NULL) {
        redirect(out, reason);
        return;
    }
    if (is_repeat(f)) {
        continue_with_challenge(f, f->passcode, out);
        return;
    }
    if (is_spent(f)) {
        refuse(out, ERROR_CONTINUATION_INVALID);
        return;
    }
    if (!may_send(f, out))
        return;
    issue_challenge(f, out);
    continue_with_challenge(f, &out->passcode, out);
}

static void count_failure(const struct signin_facts *f, struct outcome *out)
{
    const struct policy *policy = f->policy;
    struct passcode *row = &out->passcode;

    *row = *f->passcode;
    row->attempts++;
    if (!in_window(row->failures_since, policy->failure_window_seconds, f->now)) {
        row->failures_since = f->now;
        row->failures = 0;
    }
    row->failures++;
    out->write_passcode = true;
    if (row->failures < policy->failure_limit)
        return;
    /* 60 s, then twice as long each time (spec V1, 4.11: smart lockout) */
    int64_t seconds = policy->lock_seconds;
    for (uint32_t i = 0; i < row->lockouts && seconds < policy->lock_seconds_max; i++)
        seconds *= 2;
    row->locked_until = f->now + (seconds < policy->lock_seconds_max ? seconds : policy->lock_seconds_max);
    row->lockouts++;
    row->failures = 0;
    out->locks_user = true;
}

static void take_code(const struct signin_facts *f, struct outcome *out)
{
    struct passcode *row = &out->passcode;

    *row = *f->passcode;
    row->state = PASSCODE_TAKEN;
    row->failures = 0;
    row->lockouts = 0;
    row->sent = 0;
    row->sent_since = 0;
    out->write_passcode = true;
    out->kind = OUTCOME_TOKENS;
}

/* The code in the row can still be tried: newest challenge, young, attempts left (spec V1, 6.27). */
static bool can_be_tried(const struct signin_facts *f)
{
    const struct passcode *row = f->passcode;

    return row->state == PASSCODE_OPEN && row->challenge_id == f->at->challenge_id && f->now < row->expires_at &&
           row->attempts < f->policy->code_attempts && f->code_well_formed;
}

static void check_code(const struct signin_facts *f, struct outcome *out)
{
    const struct passcode *row = f->passcode;

    if (!user_can_go_on(f, out))
        return;
    if (row->state == PASSCODE_TAKEN && row->challenge_id == f->at->challenge_id) {
        refuse(out, ERROR_CONTINUATION_REDEEMED);
        return;
    }
    if (f->now < row->locked_until) {
        refuse_for(out, ERROR_USER_LOCKED, row->locked_until, f->now);
        return;
    }
    if (!can_be_tried(f)) {
        refuse(out, ERROR_CODE_WRONG);
        return;
    }
    if (f->code_right && !f->at->decoy) {
        take_code(f, out);
        return;
    }
    count_failure(f, out);
    refuse(out, ERROR_CODE_WRONG);
}
