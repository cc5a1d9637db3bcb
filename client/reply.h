/* SPDX-License-Identifier: Apache-2.0 */
/* reply.h: the bytes of an answer become one of a few things (spec V1, 1.8, 1.9, 3 and 6). Pure but for memory. */
#ifndef DOORCODE_CLIENT_REPLY_H
#define DOORCODE_CLIENT_REPLY_H

#include "base/arena.h"
#include "http.h"
#include "id_token.h"
#include "json_secrets.h"

enum reply_endpoint {
#define ENDPOINT(name, path, parse) REPLY_OF_##name,
#include "endpoints.def"
#undef ENDPOINT
    REPLY_ENDPOINTS
};

/* All but ERROR, REDIRECT, TOKENS, PENDING, DONE, METADATA and KEYS have a continuation_token for the next call. */
enum reply_kind {
    REPLY_ERROR,        /* error; continuation_token where a failed reset may be tried again */
    REPLY_REDIRECT,     /* redirect_reason */
    REPLY_TOKENS,       /* tokens, without received_at */
    REPLY_STARTED,      /* ask for the challenge */
    REPLY_CODE,         /* challenge */
    REPLY_PASSWORD,     /* give the password */
    REPLY_PREVERIFIED,  /* no code is needed to register this contact */
    REPLY_CREDENTIAL,   /* of a sign-up: ask for the challenge, it will be the password */
    REPLY_UNVERIFIED,   /* of a sign-up: ask for the challenge, it will be a code */
    REPLY_ATTRIBUTES,   /* attributes */
    REPLY_MFA,          /* list the methods registered */
    REPLY_REGISTRATION, /* list the methods that may be registered */
    REPLY_METHODS,      /* methods */
    REPLY_VERIFIED,     /* of a reset: give the new password */
    REPLY_PENDING,      /* of a reset: poll_interval; a token only with the first */
    REPLY_REGISTERED,   /* get the tokens */
    REPLY_DONE,         /* of sign-up or reset: get the tokens, where there is a token for that */
    REPLY_DEVICE,       /* device; its code is the continuation_token */
    REPLY_METADATA,     /* metadata */
    REPLY_KEYS,         /* keys */
    REPLY_KINDS
};

/* What a tenant tells of itself (spec OIDC, 1.2). As it was told: nothing is checked but lengths. */
struct metadata {
    const char *issuer;
    const char *authorization_endpoint;
    const char *token_endpoint;
    const char *jwks_uri;
    const char *end_session_endpoint; /* or "" */
    bool names_issuer;                /* in what the browser brings back (RFC 9207) */
};

struct reply {
    enum reply_kind kind;
    struct arena memory; /* of all texts and lists below; wiped by reply_free */
    struct json_secrets secrets;
    const char *continuation_token;
    const char *redirect_reason;
    struct doorcode_challenge challenge;
    struct doorcode_method *methods;
    size_t method_count;
    struct doorcode_attribute *attributes;
    size_t attribute_count;
    int poll_interval; /* PENDING, DEVICE */
    struct doorcode_device device;
    struct doorcode_tokens tokens;
    struct metadata metadata;
    struct jwks *keys;
    struct doorcode_error error;
};

/* Below the authority. Static. */
const char *reply_path(enum reply_endpoint endpoint);
/* Fills *out, which owns its texts; free it with reply_free. Without memory it is the error NO_MEMORY. */
void reply_parse(enum reply_endpoint endpoint, const struct http_answer *answer, const char *correlation_id,
                 struct reply *out);
void reply_free(struct reply *reply); /* also for a reply of zeros */
/* Makes an answer that cannot be used an error; the description is static. */
void reply_refuse(struct reply *reply, enum doorcode_error_kind kind, const char *description);
/* The same for tokens whose id token has this fault at `now`. A token just issued tells how far the clocks are apart, too. */
void reply_refuse_id_token(struct reply *reply, enum token_fault fault, int64_t now);

#endif
