/* SPDX-License-Identifier: Apache-2.0 */
/* web.h: the parts of a web sign-in. */
#ifndef DOORCODE_CLIENT_WEB_H
#define DOORCODE_CLIENT_WEB_H

#include "cache_keep.h"
#include "doorcode/web.h"
#include "form.h"
#include "learn.h"
#include "loopback.h"
#include "pkce.h"
#include "redirect.h"

/* What is done just now; each leads to the next. */
enum web_stage {
    STAGE_LEARN,  /* addresses and keys */
    STAGE_AWAIT,  /* the browser */
    STAGE_PAGE,   /* its last page is on the way */
    STAGE_REDEEM, /* the code */
    STAGE_CHECK,  /* the id token, perhaps after a look at newer keys */
    STAGE_KEEP,   /* the tokens, in the client's cache, once nobody else has it */
    STAGE_END,
    WEB_STAGES
};

struct doorcode_web {
    const struct doorcode_client *client;
    struct http *http;
    struct loopback *loopback; /* NULL once the browser is back */
    enum web_stage stage;
    struct learn learn;
    bool asking; /* the request of REDEEM is on its way */
    bool failed;
    bool signs_out;
    char *id_token;   /* of a sign-out: whose; or NULL */
    int64_t deadline; /* for the browser's return */
    struct guid_text correlation_id;
    struct pkce_text verifier;
    struct pkce_text state;
    struct pkce_text nonce;
    struct trust_addresses addresses;
    struct redirect answer; /* what the browser brought */
    struct reply reply;     /* the tokens, or the error */
    struct buf form;        /* the request of REDEEM */
    struct cache_turn turn;
    struct book kept; /* the account; empty where there is no cache */
    bool unkept;      /* `trouble` says why */
    struct cache_fault trouble;
    char redirect_uri[CLIENT_WEB_PATH + 64];
    char login_hint[CLIENT_USERNAME + 1];
    char prompt[CLIENT_WORD + 1];
    char query[CLIENT_QUERY + 1];
    char *url; /* NULL before OPEN */
};

/* Makes the address to open. False without memory. */
bool web_make_url(struct doorcode_web *web);
/* The error of an answer that the browser brought (RFC 6749, 4.1.2.1). */
struct doorcode_error web_error_of(struct doorcode_web *web);

#endif
