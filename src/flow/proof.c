/* SPDX-License-Identifier: Apache-2.0 */
/* The subject's row: challenges, answers, attempts and locks (spec V1, 1.10, 4.11, 6.10, 6.27). Every change goes
 * through a copy of the row that replaces it only if it still has the version that was read. */
#include "flow/decisions.h"

#include <string.h>

static bool in_window(instant since, int64_t length, instant now)
{
    return since != 0 && now < since + length;
}

/* ---- challenges ---- */

/* The token after the challenge in the row. Made from row and request alone, so a repeat gives the same bytes. */
static void continue_with_challenge(const struct flow_facts *f, const struct passcode *row, enum flow_state state,
                                    struct outcome *out)
{
    move_on(f, OUTCOME_CODE, state, out);
    out->next.subject = f->subject;
    out->next.serial = row->challenge_id;
    out->next.challenge_id = row->challenge_id;
    out->next.issued_at = row->issued_at;
}

/* The same request again within the grace: same answer, no second mail (spec V1, 6.10). */
static bool is_repeat(const struct flow_facts *f)
{
    const struct passcode *row = f->passcode;

    return row->state == PASSCODE_OPEN && row->asked_with == f->at->serial &&
           in_window(row->issued_at, f->policy->repeat_seconds, f->now);
}

/* Serials rise with time: what is not younger than the oldest that is kept counts as ended, so that no token comes to life
 * again when its flow is forgotten. */
bool proof_ended(const struct flow_facts *f)
{
    const uint64_t *ended = f->passcode->ended;

    for (size_t i = 0; i < PASSCODE_ENDED_KEPT; i++)
        if (ended[i] == f->at->flow_serial)
            return true;
    return f->at->flow_serial < ended[PASSCODE_ENDED_KEPT - 1];
}

/* The flow has moved past the token: it is at its end, its proof is made (a resend is for unsolved challenges only:
 * spec V1, 3.2), or a newer challenge of it is out. */
static bool is_spent(const struct flow_facts *f)
{
    const struct passcode *row = f->passcode;

    if (row->flow_serial != f->at->flow_serial)
        return proof_ended(f);
    return row->state > PASSCODE_OPEN ||
           (guid_eq(f->subject, f->at->subject) && row->challenge_id != f->at->challenge_id);
}

/* When the next code may be sent to this address; 0: now. */
static instant next_code_at(const struct flow_facts *f)
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
static bool may_send(const struct flow_facts *f, struct outcome *out)
{
    instant at = next_code_at(f);

    if (proof_is_locked(f, out))
        return false;
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

static uint32_t left_of(uint32_t limit, uint32_t used)
{
    return used < limit ? limit - used : 0;
}

/* Wrong answers to an open code are counted with the row, before they are given, so that they need no write of their own:
 * all but the last one that the code allows, as after a restart all of them count as given, and but the one that
 * locks. */
static void count_ahead(const struct flow_facts *f, struct passcode *row)
{
    if (!in_window(row->failures_since, f->policy->failure_window_seconds, f->now)) {
        row->failures_since = f->now;
        row->failures = 0;
    }
    uint32_t tries = left_of(f->policy->code_attempts, row->attempts);
    uint32_t failures = left_of(f->policy->failure_limit, row->failures);
    uint32_t least = tries < failures ? tries : failures;
    row->ahead = least > 1 ? least - 1 : 0;
}

static void issue_challenge(const struct flow_facts *f, struct outcome *out)
{
    struct passcode *row = &out->passcode;

    proof_move(f, PASSCODE_OPEN, out);
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
    count_ahead(f, row);
}

void proof_challenge(const struct flow_facts *f, enum flow_state state, enum code_purpose purpose, struct outcome *out)
{
    if (is_repeat(f)) {
        continue_with_challenge(f, f->passcode, state, out);
        return;
    }
    if (is_spent(f)) {
        refuse(out, ERROR_CONTINUATION_INVALID);
        return;
    }
    if (!may_send(f, out))
        return;
    issue_challenge(f, out);
    continue_with_challenge(f, &out->passcode, state, out);
    out->send_code = !f->at->decoy;
    out->purpose = purpose;
}

/* ---- answers ---- */

bool proof_is_locked(const struct flow_facts *f, struct outcome *out)
{
    if (f->now >= f->passcode->locked_until)
        return false;
    refuse_for(out, ERROR_USER_LOCKED, f->passcode->locked_until, f->now);
    return true;
}

static bool is_of_this_challenge(const struct flow_facts *f)
{
    return f->passcode->flow_serial == f->at->flow_serial && f->passcode->challenge_id == f->at->challenge_id;
}

bool proof_stands(const struct flow_facts *f, enum passcode_state state)
{
    return f->passcode->state == state && is_of_this_challenge(f);
}

bool proof_repeated(const struct flow_facts *f, enum passcode_state state)
{
    return proof_stands(f, state) && in_window(f->passcode->changed_at, f->policy->repeat_seconds, f->now);
}

/* The code in the row can still be tried: newest challenge, young, attempts left (spec V1, 6.27). */
static bool can_be_tried(const struct flow_facts *f)
{
    const struct passcode *row = f->passcode;

    return row->state == PASSCODE_OPEN && row->challenge_id == f->at->challenge_id && f->now < row->expires_at &&
           row->attempts < f->policy->code_attempts && f->code_well_formed;
}

/* Without a write where nothing changes but what is counted. */
static void count_wrong_code(const struct flow_facts *f, struct outcome *out)
{
    struct passcode *row = &out->passcode;

    proof_count_failure(f, out);
    row->attempts++;
    if (f->passcode->ahead > 0 && !out->locks_user && row->failures_since == f->passcode->failures_since) {
        row->ahead = f->passcode->ahead - 1;
        out->write_passcode = false;
        out->counts_ahead = true;
    } else if (!out->locks_user) {
        count_ahead(f, row);
    }
}

bool proof_answered(const struct flow_facts *f, bool *again, struct outcome *out)
{
    *again =
        f->code_right && !f->at->decoy && (proof_repeated(f, PASSCODE_TAKEN) || proof_repeated(f, PASSCODE_COMPLETED));
    if (*again)
        return true;
    if (proof_ended(f) || (f->passcode->state > PASSCODE_OPEN && is_of_this_challenge(f))) {
        refuse(out, ERROR_CONTINUATION_REDEEMED);
        return false;
    }
    if (proof_is_locked(f, out))
        return false;
    if (!can_be_tried(f)) {
        refuse(out, ERROR_CODE_WRONG);
        return false;
    }
    if (f->code_right && !f->at->decoy)
        return true;
    count_wrong_code(f, out);
    refuse(out, ERROR_CODE_WRONG);
    return false;
}

/* The row is going to be written: a copy of what was read. */
static struct passcode *change_row(const struct flow_facts *f, struct outcome *out)
{
    out->passcode = *f->passcode;
    out->passcode.user_id = f->subject;
    out->passcode.ahead = 0;
    out->write_passcode = true;
    return &out->passcode;
}

void proof_forget_failures(const struct flow_facts *f, struct outcome *out)
{
    struct passcode *row = change_row(f, out);

    memset(row->wrong, 0, sizeof row->wrong);
    row->failures = 0;
    row->lockouts = 0;
}

/* In its place, youngest first; the oldest is forgotten. */
static void note_end(const struct flow_facts *f, struct passcode *row)
{
    size_t place = 0;

    if (proof_ended(f))
        return;
    while (row->ended[place] > f->at->flow_serial)
        place++;
    memmove(row->ended + place + 1, row->ended + place, (PASSCODE_ENDED_KEPT - 1 - place) * sizeof row->ended[0]);
    row->ended[place] = f->at->flow_serial;
}

void proof_move(const struct flow_facts *f, enum passcode_state state, struct outcome *out)
{
    struct passcode *row = &out->passcode;

    if (state == PASSCODE_REDEEMED) {
        proof_forget_failures(f, out);
        row->sent = 0;
        row->sent_since = 0;
    } else {
        change_row(f, out);
    }
    if (state >= PASSCODE_COMPLETED)
        note_end(f, row);
    row->state = state;
    row->changed_at = f->now;
}

bool proof_redeem(const struct flow_facts *f, struct outcome *out)
{
    if (proof_stands(f, PASSCODE_COMPLETED)) {
        proof_move(f, PASSCODE_REDEEMED, out);
        return true;
    }
    refuse(out, proof_stands(f, PASSCODE_REDEEMED) ? ERROR_CONTINUATION_REDEEMED : ERROR_CONTINUATION_INVALID);
    return false;
}

/* Locked for a minute, then twice as long each time (spec V1, 4.11: smart lockout). */
static void lock_subject(const struct flow_facts *f, struct outcome *out)
{
    struct passcode *row = &out->passcode;
    int64_t seconds = f->policy->lock_seconds;

    for (uint32_t i = 0; i < row->lockouts && seconds < f->policy->lock_seconds_max; i++)
        seconds *= 2;
    row->locked_until = f->now + (seconds < f->policy->lock_seconds_max ? seconds : f->policy->lock_seconds_max);
    row->lockouts++;
    row->failures = 0;
    out->locks_user = true;
}

void proof_count_failure(const struct flow_facts *f, struct outcome *out)
{
    struct passcode *row = change_row(f, out);

    if (!in_window(row->failures_since, f->policy->failure_window_seconds, f->now)) {
        row->failures_since = f->now;
        row->failures = 0;
    }
    row->failures++;
    if (row->failures >= f->policy->failure_limit)
        lock_subject(f, out);
}
