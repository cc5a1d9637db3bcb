/* SPDX-License-Identifier: Apache-2.0 */
/* decisions.h: the decisions that cells.def names, and the words they share. For the files of this room only. */
#ifndef DOORCODE_FLOW_DECISIONS_H
#define DOORCODE_FLOW_DECISIONS_H

#include "flow/flow.h"

typedef void decide_fn(const struct flow_facts *f, struct outcome *out);

#define CELL(state, request, decision) decide_fn decision;
#include "flow/cells.def"
#undef CELL

/* ---- words.c ---- */

void refuse(struct outcome *out, enum error_id refusal);
void refuse_for(struct outcome *out, enum error_id refusal, instant until, instant now);
void redirect(struct outcome *out, const char *reason);
void redeem(struct outcome *out, uint8_t proofs);
void need(struct outcome *out, enum flow_need what);
/* A refusal that is a step: `next` is the token's state moved to `state`. */
void interrupt(const struct flow_facts *f, enum error_id refusal, enum flow_state state, struct outcome *out);
/* The token goes on to `state`, now; all else in it stays. */
void move_on(const struct flow_facts *f, enum outcome_kind kind, enum flow_state state, struct outcome *out);
/* The first token of a flow. */
void begin_flow(const struct flow_facts *f, enum flow_state state, struct outcome *out);
/* What the app can do: said again, it replaces what was remembered (spec V1, 6.19). */
uint8_t offered_types(const struct flow_facts *f);
/* The user as she is now, between the steps. True if the flow may go on. */
bool user_can_go_on(const struct flow_facts *f, struct outcome *out);
/* A username given with the continuation_token grant must be the user's (spec V1, 2.10). */
bool username_fits(const struct flow_facts *f, struct outcome *out);
bool has_password(const struct user *user);
/* Whoever repeats the step that set the user's password must hand in that very one. True if so, else decided. */
bool repeats_password(const struct flow_facts *f, struct outcome *out);

/* ---- proof.c: the subject's row ---- */

/* Issues a challenge and moves to `state`; or repeats the answer, or refuses by the limits of 4.11. */
void proof_challenge(const struct flow_facts *f, enum flow_state state, enum code_purpose purpose, struct outcome *out);
/* True if the given code is right and not used yet (or used by this very request a moment ago: *again, and nothing is
 * to be written). Otherwise decides: counted, locked, redeemed. */
bool proof_answered(const struct flow_facts *f, bool *again, struct outcome *out);
/* True if the row says that this flow's challenge came to `state` and no further. */
bool proof_stands(const struct flow_facts *f, enum passcode_state state);
/* This flow's row came to `state` a moment ago: the identical request again (spec V1, 6.10). */
bool proof_repeated(const struct flow_facts *f, enum passcode_state state);
/* This flow came to its end in this row, even if another has it by now. */
bool proof_ended(const struct flow_facts *f);
/* Writes the row as of this step; with REDEEMED all counters start over. */
void proof_move(const struct flow_facts *f, enum passcode_state state, struct outcome *out);
/* The one time that tokens are given for a completed row. */
bool proof_redeem(const struct flow_facts *f, struct outcome *out);
/* Writes the row with its failures forgotten: the right password came. */
void proof_forget_failures(const struct flow_facts *f, struct outcome *out);
bool proof_is_locked(const struct flow_facts *f, struct outcome *out);
/* A wrong answer, counted in the row; may lock. */
void proof_count_failure(const struct flow_facts *f, struct outcome *out);

/* ---- second_factor.c ---- */

/* After a right first factor: tokens, or what is still needed. */
void factor_after(const struct flow_facts *f, uint8_t proofs, struct outcome *out);
bool factor_needed(const struct flow_facts *f);
/* What the tenant's rules say of a contact; true if it is fine, else decided. */
bool contact_is_fine(const struct flow_facts *f, const char *target, struct outcome *out);

#endif
