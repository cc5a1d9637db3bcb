/* SPDX-License-Identifier: Apache-2.0 */
/* dialogue_parts.h: what the files of the dialogue share. */
#ifndef DOORCODE_CLI_DIALOGUE_PARTS_H
#define DOORCODE_CLI_DIALOGUE_PARTS_H

#include "dialogue.h"
#include "doorcode/account.h"
#include "progress.h"

#include <jansson.h>

enum {
    DIALOGUE_CODE = 256,      /* a line with a code */
    DIALOGUE_PASSWORD = 1025, /* 1,024 bytes, as the library takes */
    DIALOGUE_LINE = 1100,     /* any other line */
    DIALOGUE_VALUES = 128,    /* attributes at once, as many as the library lists */
};

struct dialogue {
    const struct command_line *line;
    const struct dialogue_plan *plan;
    struct doorcode_cache *cache;
    struct doorcode_flow *flow;
    FILE *codes;     /* NULL until a code is asked for */
    bool has_person; /* the standard input is a terminal */
    bool asked;      /* in this step, and may be answered again: a person, or the next line of a script's codes */
    bool refused;    /* the flow's error has been told, and nothing was sent since */
    bool told;       /* where the newest code was sent */
    bool has_password;
    char password[DIALOGUE_PASSWORD]; /* --password-stdin, until it was used */
    bool ended;                       /* nothing more can be done */
    int status;                       /* COMMAND_FAILED where that has been told already */
    struct doorcode_error problem;    /* why it ended, unless the flow has an error */
    char problem_text[DIALOGUE_LINE];
    json_t *answers; /* about the user, by name; null where something was left out; NULL until there are any */
    int64_t waited;  /* seconds, for a reset or another device */
    struct progress waiting;
    bool is_elsewhere; /* the user signs in on another device */
    bool is_done;      /* signed up or reset, which has been told */
};

/* One step each: the flow is in the state that the name says. */
void dialogue_code(struct dialogue *dialogue);
void dialogue_password(struct dialogue *dialogue);
void dialogue_attributes(struct dialogue *dialogue);
void dialogue_mfa(struct dialogue *dialogue);
void dialogue_registration(struct dialogue *dialogue);

/* Takes the first line of the standard input. False after having told the user what is wrong. */
bool dialogue_take_password(struct dialogue *dialogue);
/* Ends it for a reason of ours. The texts have to last. */
void dialogue_end(struct dialogue *dialogue, const char *message, const char *advice);
/* Waits for the server's answer to a step; the state it leaves. */
enum doorcode_state dialogue_wait(struct dialogue *dialogue);
/* Waits, and ends it where a step that asked nobody left an error: it would only be made again. */
void dialogue_end_if_refused(struct dialogue *dialogue);

#endif
