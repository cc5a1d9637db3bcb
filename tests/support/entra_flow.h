/* SPDX-License-Identifier: Apache-2.0 */
/* entra_flow.h: a client at a player of recorded answers, and flows led by words: "signin password choose code". */
#ifndef DOORCODE_TESTS_ENTRA_FLOW_H
#define DOORCODE_TESTS_ENTRA_FLOW_H

#include "doorcode/client.h"
#include "support/entra_player.h"

enum entra_wait {
#define WAIT(name, ...) ENTRA_##name,
#include "entra/waits.def"
    ENTRA_WAITS
};

struct entra_place {
    const char *name;
    enum doorcode_state stays;
    const char *calls;
    const char *answers;
    const char *again;
    char after_again;
};

extern const struct entra_place entra_places[ENTRA_WAITS];

/* Options may be NULL; authority and client id are filled in. Aborts without a client. */
struct doorcode_client *entra_client(const struct entra_player *player, const struct doorcode_options *options);
/* Makes the calls, in an event loop where the client does not wait itself, each when the one before has its answer; begins with the first where *flow is NULL. */
enum doorcode_state entra_lead(const struct doorcode_client *client, const char *calls, struct doorcode_flow **flow);
/* The script that leads to the place and answers there. */
struct entra_script entra_script_for(const struct entra_book *book, enum entra_wait wait,
                                     const struct entra_answer *answer);
/* Whether the place waits for metadata or keys: then the answer counts for a client that knows none. */
bool entra_asks_for_trust(enum entra_wait wait);

#endif
