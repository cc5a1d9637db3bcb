/* SPDX-License-Identifier: Apache-2.0 */
/* extensions.h: custom authentication extensions asked by an exchange (spec OIDC, 11): found in the tenant, called
 * while the exchange waits, read when it goes on. */
#ifndef DOORCODE_API_EXTENSIONS_H
#define DOORCODE_API_EXTENSIONS_H

#include "api/exchange.h"
#include "hook/answer.h"
#include "hook/caller.h"
#include "hook/envelope.h"

/* One question of an exchange and its answer; lies in the exchange's work. */
struct extension_question {
    bool asked;    /* it is under way or was answered */
    bool answered; /* `answer` can be used where failure is HOOK_FINE */
    enum extension_event event;
    enum hook_failure failure;
    struct hook_answer answer;
    struct hook_call call;
};

/* The tenant's extension for the event and application (NULL: one that is not known any more); NULL: none. */
const struct extension *extension_find(const struct tenant *tenant, const struct application *app,
                                       enum extension_event event);
/* DECIDE: asks; the exchange waits. `facts` need event-specific members only. */
err extension_ask(struct exchange *x, const struct extension *extension, struct hook_facts *facts,
                  struct extension_question *q);
/* DECIDE, woken: reads what came, and logs a failure. */
void extension_read(struct exchange *x, struct extension_question *q);
/* DECIDE, before tokens are given: asks the extension of token issuance, if there is one. *waits: the exchange does. A
 * failure is refused: no token then. */
err extension_ask_claims(struct exchange *x, const struct user *user, struct extension_question *q, bool *waits);
/* The request to the extension that `facts` names, with its tenant's, in the arena: all of *call but `done` and `ctx`.
 * FULL; NOT_FOUND: the secret's environment variable, or a signing key, is missing. Any thread. */
NODISCARD err extension_prepare(struct api *api, const struct hook_facts *facts, instant now, struct arena *arena,
                                struct hook_call *call);
/* What the ended call came to: reads the answer, and logs a failure. Any thread. */
enum hook_failure extension_conclude(struct api *api, const struct hook_call *call, enum extension_event event,
                                     struct guid tenant_id, const struct guid *correlation_id, struct arena *arena,
                                     struct hook_answer *answer);

#endif
