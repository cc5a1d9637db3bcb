/* SPDX-License-Identifier: Apache-2.0 */
/* flow.h: one sign-in, sign-up, reset or refresh on its way. A flow rests, or it works on what it was told last: at most one
 * request is on its way, and the flow notes what takes its answer. What takes it may begin the next one. */
#ifndef DOORCODE_CLIENT_FLOW_H
#define DOORCODE_CLIENT_FLOW_H

#include "cache_keep.h"
#include "client_internal.h"
#include "form.h"
#include "learn.h"
#include "reply.h"

/* What a code, or whatever is given next, is proof for: which endpoints are asked. */
enum flow_phase { PHASE_SIGNIN, PHASE_SIGNUP, PHASE_RESET, PHASE_MFA, PHASE_REGISTRATION, PHASE_REFRESH, PHASE_DEVICE };

/* What is done just now, from one caller's call to the next. */
enum flow_stage {
    FLOW_RESTS,
    FLOW_LEARNS, /* addresses and keys, before what can be spent is sent */
    FLOW_ASKS,   /* the request itself */
    FLOW_CHECKS, /* the id token that came, perhaps after a look at newer keys */
    FLOW_QUEUES, /* until nobody else has the cache */
    FLOW_STAGES
};

/* The method that the newest challenge is for, in the phases MFA and REGISTRATION. */
struct flow_choice {
    char id[CLIENT_WORD + 1];
    char channel[CLIENT_WORD + 1];
    char contact[CLIENT_USERNAME + 1]; /* REGISTRATION */
};

/* Takes an answer: moves from it what is to be kept, the rest is freed. The flow rests; it may be set to work again. */
typedef void flow_taker(struct doorcode_flow *flow, struct reply *reply);

/* The cache is taken, and flow_leave gives it back; or `trouble` says why it is not. The flow rests; it may be set to work again. */
typedef void flow_enterer(struct doorcode_flow *flow, const struct cache_fault *trouble);

struct doorcode_flow {
    const struct doorcode_client *client;
    struct http *http;
    struct guid_text correlation_id;
    char username[CLIENT_USERNAME + 1];
    enum doorcode_state state; /* once it rests; also where it stays if the request fails and may be made again */
    enum flow_phase phase;
    enum flow_stage stage;
    enum reply_endpoint endpoint; /* of the request */
    struct buf form;              /* its body */
    flow_taker *take;             /* of its answer */
    struct learn learn;
    bool has_error;
    struct reply answer;  /* that came just now */
    struct reply current; /* the newest success: its continuation token goes into the next call */
    struct reply listed;  /* the methods, once they are no longer the current reply */
    struct reply last;    /* last answer that was no success on the way: error, tokens or redirect */
    struct flow_choice choice;
    struct flow_choice chosen;          /* becomes `choice` once the challenge for it is there */
    char password[CLIENT_PASSWORD + 1]; /* waits for its challenge; or "" */
    struct doorcode_error error;
    int64_t device_until; /* DEVICE_PENDING: ticks; then the code is too old */
    flow_enterer *enter;  /* once the cache is taken */
    struct cache_turn turn;
    struct token_get *get;      /* of doorcode_token_get, else NULL */
    struct book kept;           /* COMPLETED with a cache: the account */
    struct cache_fault trouble; /* that the error tells of */
};

/* The client's, or a new one. */
struct guid_text flow_correlation_id(const struct doorcode_client *client);
/* NULL without memory. */
struct doorcode_flow *flow_new(const struct doorcode_client *client);

/* Sets the flow to work: POSTs the fields to the endpoint, and gives the answer to `take`. Where the answer may be tokens,
 * the keys come first: a code or a refresh token is not spent on tokens that could not be checked. */
void flow_ask(struct doorcode_flow *flow, enum reply_endpoint endpoint, const struct form_field *fields, size_t n,
              flow_taker *take);
/* Sets the flow to work: asks for the tenant's addresses and keys, as far as they are needed. `take` gets KEYS, which are in
 * the client's trust, or ERROR. */
void flow_learn(struct doorcode_flow *flow, flow_taker *take);
/* What a call of the caller returns once it has set the flow to work: blocking, the state at its end; else the state after
 * what can be done without waiting. FAILED for NULL. */
enum doorcode_state flow_go(struct doorcode_flow *flow);
/* Takes `reply` as the answer of the last step: goes to the state it means, and makes the calls that need nothing from
 * the caller. An error leaves a flow that waits for the caller where it is, if its kind goes on. */
flow_taker flow_take;
/* An error of ours, found before anything was sent. Message NULL: that of the kind. While the flow works it is USAGE,
 * whatever is wrong besides. Gives the state. Fine with NULL, as FAILED. */
enum doorcode_state flow_refuse(struct doorcode_flow *flow, enum doorcode_error_kind kind, const char *message);

/* Sets the flow to work: takes the client's cache, which others may have for a while. */
void flow_queue(struct doorcode_flow *flow, flow_enterer *enter);
bool flow_step_queue(struct doorcode_flow *flow);
/* Gives it back, if it is taken. */
void flow_leave(struct doorcode_flow *flow);
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
void flow_prove(struct doorcode_flow *flow, const struct flow_proof *proof, flow_taker *take);

/* Asks for the challenge of the phase; `choice` is the method in the phases MFA and REGISTRATION, else NULL. */
void flow_challenge(struct doorcode_flow *flow, const struct flow_choice *choice);
/* Asks for the methods, in the states MFA_REQUIRED and REGISTRATION_REQUIRED. */
void flow_list_methods(struct doorcode_flow *flow);
/* SIGNIN_READY, with a continuation token: gets the tokens. */
void flow_finish(struct doorcode_flow *flow);

/* Begins a new flow (NULL: FAILED) in the phase and sends the start request: client_id, username, challenge_type,
 * capabilities and two more fields (an empty value is left out). */
enum doorcode_state flow_start(struct doorcode_flow *flow, enum flow_phase phase, const char *username,
                               const struct form_field more[2]);

/* Whether this can be sent as a password. */
bool flow_password_fits(const char *password);

#endif
