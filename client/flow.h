/* SPDX-License-Identifier: Apache-2.0 */
/* flow.h: one sign-in, sign-up, reset or refresh on its way. */
#ifndef DOORCODE_CLIENT_FLOW_H
#define DOORCODE_CLIENT_FLOW_H

#include "cache_keep.h"
#include "client_internal.h"
#include "form.h"
#include "reply.h"

/* What a code, or whatever is given next, is proof for: which endpoints are asked. */
enum flow_phase { PHASE_SIGNIN, PHASE_SIGNUP, PHASE_RESET, PHASE_MFA, PHASE_REGISTRATION };

/* The method that the newest challenge is for, in the phases MFA and REGISTRATION. */
struct flow_choice {
    char id[CLIENT_WORD + 1];
    char channel[CLIENT_WORD + 1];
    char contact[CLIENT_USERNAME + 1]; /* REGISTRATION */
};

struct doorcode_flow {
    const struct doorcode_client *client;
    struct http *http;
    struct guid_text correlation_id;
    char username[CLIENT_USERNAME + 1];
    enum doorcode_state state;
    enum flow_phase phase;
    bool has_error;
    struct reply current; /* the newest success: its continuation token goes into the next call */
    struct reply listed;  /* the methods, once they are no longer the current reply */
    struct reply last;    /* last answer that was no success on the way: error, tokens or redirect */
    struct flow_choice choice;
    struct doorcode_error error;
    struct token_get *get; /* of doorcode_token_get, else NULL */
    struct book kept;      /* COMPLETED with a cache: the account */
    char problem[DOORCODE_CACHE_PROBLEM];
};

/* The client's, or a new one. */
struct guid_text flow_correlation_id(const struct doorcode_client *client);
/* NULL without memory. */
struct doorcode_flow *flow_new(const struct doorcode_client *client);
/* POSTs the fields to the endpoint; the answer is the caller's to reply_free. */
void flow_call(struct doorcode_flow *flow, enum reply_endpoint endpoint, const struct form_field *fields, size_t n,
               struct reply *out);
/* Takes `reply` as the answer of the last step: goes to the state it means, and makes the calls that need nothing from
 * the caller. An error leaves a flow that waits for the caller where it is, if its kind goes on. */
enum doorcode_state flow_take(struct doorcode_flow *flow, struct reply *reply);
/* An error of ours, found before anything was sent. Message NULL: that of the kind. Fine with NULL, as FAILED. */
enum doorcode_state flow_refuse(struct doorcode_flow *flow, enum doorcode_error_kind kind, const char *message);

/* COMPLETED: keeps the tokens; the cache is taken. */
void flow_keep(struct doorcode_flow *flow, const struct keep_facts *facts);
/* Makes trouble with the cache the flow's error; its state is as it was. */
void flow_tell_unkept(struct doorcode_flow *flow, const struct cache_fault *fault);

/* Sends the current continuation token and, unless NULL or "", a grant type and a proof. */
struct flow_proof {
    enum reply_endpoint endpoint;
    const char *grant;
    struct form_field proof;
};
enum doorcode_state flow_prove(struct doorcode_flow *flow, const struct flow_proof *proof);
/* The same, without going on from there. */
void flow_send(struct doorcode_flow *flow, const struct flow_proof *proof, struct reply *out);

/* Asks for the challenge of the phase; `choice` is the method in the phases MFA and REGISTRATION, else NULL. */
enum doorcode_state flow_challenge(struct doorcode_flow *flow, const struct flow_choice *choice);

/* Begins a new flow (NULL: FAILED) in the phase and sends the start request: client_id, username, challenge_type,
 * capabilities and two more fields (an empty value is left out). */
enum doorcode_state flow_start(struct doorcode_flow *flow, enum flow_phase phase, const char *username,
                               const struct form_field more[2]);

/* Whether this can be sent as a password. */
bool flow_password_fits(const char *password);

#endif
