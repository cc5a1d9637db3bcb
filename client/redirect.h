/* SPDX-License-Identifier: Apache-2.0 */
/* redirect.h: what the browser brings back (RFC 6749, 4.1.2; RFC 9207): read, and held against what was sent. Pure. */
#ifndef DOORCODE_CLIENT_REDIRECT_H
#define DOORCODE_CLIENT_REDIRECT_H

#include "base/slice.h"
#include "client_limits.h"

struct redirect {
    char state[CLIENT_WORD + 1]; /* of those that are longer, none is ours */
    char code[CLIENT_CODE_TEXT + 1];
    char iss[CLIENT_URL + 1];
    char error[CLIENT_WORD + 1];
    char error_description[CLIENT_TEXT + 1];
    char error_subcode[CLIENT_WORD + 1];
    bool is_malformed; /* a parameter of these twice, too long, or with bytes that no text has */
};

/* Reads the query of an address, without its "?". Unknown parameters are passed over. */
void redirect_parse(struct slice query, struct redirect *out);

struct redirect_rule {
    const char *state;
    const char *issuer;
    bool needs_issuer; /* the server has declared that it names itself (RFC 9207, 3) */
    bool ends_session; /* nothing but the state comes back from a sign-out */
};

enum redirect_verdict {
    REDIRECT_STRAY,     /* not the answer that is awaited: anybody can call the port */
    REDIRECT_CODE,      /* code; of a sign-out: it is done */
    REDIRECT_ERROR,     /* error, and perhaps its description and subcode */
    REDIRECT_MALFORMED, /* the answer, but it cannot be used */
    REDIRECT_MIXED_UP,  /* the answer of another server */
};

enum redirect_verdict redirect_judge(const struct redirect *redirect, const struct redirect_rule *rule);

#endif
