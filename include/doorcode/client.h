/* SPDX-License-Identifier: Apache-2.0 */
/* client.h: sign users in with native authentication, against Doorcode or Microsoft Entra External ID.
 *
 * A client is one application at one authority; it never changes after it was made and may be used by several threads.
 * A flow is one sign-in (or one refresh) and belongs to one thread at a time. Every step blocks until the server has
 * answered or the time is over, and returns the state the flow is now in. The error of the last step, if there
 * was one, is doorcode_flow_error(); an error need not end the flow: after a wrong code the state is still
 * DOORCODE_CODE_REQUIRED.
 *
 *     struct doorcode_options options;
 *     doorcode_options_init(&options);
 *     options.authority = "https://petstore.ciamlogin.com/petstore.onmicrosoft.com";
 *     options.client_id = "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31";
 *     struct doorcode_client *client;
 *     const struct doorcode_error *error = doorcode_client_new(&options, &client);
 *     struct doorcode_flow *flow;
 *     enum doorcode_state state = doorcode_signin_start(client, "sam@example.org", &flow);
 *     while (state == DOORCODE_CODE_REQUIRED)
 *         state = doorcode_signin_submit_code(flow, ask_user(doorcode_flow_challenge(flow)));
 *     if (state == DOORCODE_COMPLETED)
 *         use(doorcode_flow_tokens(flow)->access_token);
 *     doorcode_flow_free(flow);
 *     doorcode_client_free(client);
 *
 * All texts are UTF-8 and NUL-terminated. Texts the server sent are free of control characters. Pointers got from
 * a flow are borrowed until its next step or its end. Codes and tokens are wiped before their memory is given back. */
#ifndef DOORCODE_CLIENT_H
#define DOORCODE_CLIENT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

struct doorcode_client;
struct doorcode_flow;
struct doorcode_claims;

enum doorcode_state {
    DOORCODE_CODE_REQUIRED,     /* a code was sent: doorcode_flow_challenge() says where to */
    DOORCODE_PASSWORD_REQUIRED, /* this user signs in with a password, which this version does not send yet */
    DOORCODE_WEB_FALLBACK,      /* only a browser can go on: doorcode_flow_redirect_reason() */
    DOORCODE_COMPLETED,         /* doorcode_flow_tokens() */
    DOORCODE_FAILED             /* the flow is over: doorcode_flow_error() */
};

enum doorcode_error_kind {
    DOORCODE_ERROR_USAGE,    /* an argument is wrong, or the step does not fit the state */
    DOORCODE_ERROR_INSECURE, /* http to a host that is not this machine */
    DOORCODE_ERROR_NO_MEMORY,
    DOORCODE_ERROR_UNREACHABLE, /* no connection, or it broke */
    DOORCODE_ERROR_TLS,         /* the server's certificate is not trusted */
    DOORCODE_ERROR_TIMEOUT,
    DOORCODE_ERROR_PROTOCOL,      /* an answer that makes no sense: cut off, too large, not JSON, … */
    DOORCODE_ERROR_NOT_AVAILABLE, /* no native authentication at this address (HTTP 404) */
    DOORCODE_ERROR_TENANT_NOT_FOUND,
    DOORCODE_ERROR_CLIENT_NOT_FOUND, /* the application is unknown, or not a public client */
    DOORCODE_ERROR_NATIVE_DISABLED,  /* the application may not use native authentication */
    DOORCODE_ERROR_USER_NOT_FOUND,
    DOORCODE_ERROR_INVALID_USERNAME,
    DOORCODE_ERROR_USER_DISABLED,
    DOORCODE_ERROR_USER_LOCKED,  /* for a while */
    DOORCODE_ERROR_BLOCKED,      /* by a policy of the tenant */
    DOORCODE_ERROR_INVALID_CODE, /* wrong, used or too old; the flow goes on */
    DOORCODE_ERROR_INVALID_PASSWORD,
    DOORCODE_ERROR_PASSWORD_RESET_REQUIRED,
    DOORCODE_ERROR_TOO_MANY_CODES,  /* no further code for now; the flow goes on */
    DOORCODE_ERROR_EXPIRED,         /* the flow took too long */
    DOORCODE_ERROR_INVALID_GRANT,   /* the server does not accept this flow any more */
    DOORCODE_ERROR_SIGNIN_REQUIRED, /* the refresh token is spent, revoked or too old */
    DOORCODE_ERROR_MFA_REQUIRED,
    DOORCODE_ERROR_REGISTRATION_REQUIRED,
    DOORCODE_ERROR_INVALID_SCOPE,
    DOORCODE_ERROR_INVALID_REQUEST,
    DOORCODE_ERROR_THROTTLED, /* too many requests; see retry_after */
    DOORCODE_ERROR_SERVER     /* the server failed */
};

enum { DOORCODE_ERROR_CODES = 8 };

struct doorcode_error {
    enum doorcode_error_kind kind;
    int http_status;         /* 0: no answer */
    const char *message;     /* what happened, one English sentence */
    const char *advice;      /* what to do next, one English sentence */
    const char *description; /* the server's or the network's own words, for developers; "" where there are none */
    const char *error;       /* the server's words: "invalid_grant"; "" where it named none */
    const char *suberror;    /* "invalid_oob_value" or "" */
    int64_t codes[DOORCODE_ERROR_CODES]; /* its error_codes, the telling one first */
    size_t code_count;
    const char *trace_id;       /* or "" */
    const char *correlation_id; /* what to give to the server's operator; "" where nothing was sent */
    int64_t retry_after;        /* seconds to wait; 0 where the server named none */
};

struct doorcode_challenge {
    const char *target_label; /* masked address: "s*m@e*********g" */
    const char *channel;      /* "email"; treat others as opaque */
    int code_length;          /* 0: not told */
    int interval;             /* seconds before another code may be asked for; 0: not told */
};

struct doorcode_tokens {
    const char *access_token;
    const char *id_token;      /* "" where the scope had no openid */
    const char *refresh_token; /* "" where the scope had no offline_access */
    const char *scope;         /* what was granted */
    const char *client_info;   /* or "" */
    int64_t received_at;       /* seconds since 1970 */
    int64_t expires_in;        /* seconds; 0: not told */
};

struct doorcode_options {
    const char *authority;      /* https://{host}/{tenant}; http only for this machine (localhost, 127.0.0.1, [::1]) */
    const char *client_id;      /* a GUID */
    const char *scopes;         /* blank-separated, besides openid profile offline_access; or NULL */
    const char *ca_file;        /* PEM file to trust instead of the system's; or NULL */
    const char *proxy;          /* as curl writes it; "" for none; NULL takes the environment's */
    const char *correlation_id; /* a GUID for all flows; NULL makes one for each */
    long connect_timeout_ms;    /* 0: 10,000 */
    long timeout_ms;            /* of one call; 0: 30,000 */
    int allow_http;             /* not 0: http to other machines too, where codes and tokens can be read on the way */
    void *reserved[8];          /* NULL */
};

static inline void doorcode_options_init(struct doorcode_options *options)
{
    memset(options, 0, sizeof(*options));
}

/* Copies the options. NULL and *client where they are good, else the error (static) and *client = NULL. */
const struct doorcode_error *doorcode_client_new(const struct doorcode_options *options,
                                                 struct doorcode_client **client);
/* After its last flow. NULL is fine, here and in every _free. */
void doorcode_client_free(struct doorcode_client *client);
/* The authority in its normal form, e.g. to keep tokens by. Borrowed from the client. */
const char *doorcode_client_authority(const struct doorcode_client *client);

/* Begins a sign-in: finds the user and, where the user signs in with a code, has it sent. *flow is always set, except
 * to NULL without memory; the flow borrows the client. */
enum doorcode_state doorcode_signin_start(const struct doorcode_client *client, const char *username,
                                          struct doorcode_flow **flow);
/* Blanks in the code are ignored. A code of another length than announced is an INVALID_CODE without being sent. */
enum doorcode_state doorcode_signin_submit_code(struct doorcode_flow *flow, const char *code);
/* Has another code sent; the former one is void then. Where it fails, the former one stays good. */
enum doorcode_state doorcode_signin_resend_code(struct doorcode_flow *flow);

/* Gets new tokens for a refresh token; the state is COMPLETED or FAILED. Keep the new refresh token, the one given
 * here may be spent. `scopes` as in the options; NULL takes the client's. */
enum doorcode_state doorcode_token_refresh(const struct doorcode_client *client, const char *refresh_token,
                                           const char *scopes, struct doorcode_flow **flow);

enum doorcode_state doorcode_flow_state(const struct doorcode_flow *flow); /* FAILED for NULL */
/* The error of the last step, or NULL. For a NULL flow: NO_MEMORY. */
const struct doorcode_error *doorcode_flow_error(const struct doorcode_flow *flow);
/* NULL unless the state is CODE_REQUIRED. */
const struct doorcode_challenge *doorcode_flow_challenge(const struct doorcode_flow *flow);
/* Why a browser is needed, for developers; "" where the server gave no reason. NULL unless WEB_FALLBACK. */
const char *doorcode_flow_redirect_reason(const struct doorcode_flow *flow);
/* NULL unless COMPLETED. */
const struct doorcode_tokens *doorcode_flow_tokens(const struct doorcode_flow *flow);
void doorcode_flow_free(struct doorcode_flow *flow);

/* "user_not_found": a stable word for scripts. Static. */
const char *doorcode_error_name(enum doorcode_error_kind kind);

/* Reading the claims of a token, for showing them. The signature is NOT checked: never decide by them what somebody may
 * do. NULL where the text is no JWT with a JSON object of at most 16 KiB, or without memory. */
struct doorcode_claims *doorcode_claims_decode(const char *jwt);
void doorcode_claims_free(struct doorcode_claims *claims);
size_t doorcode_claims_count(const struct doorcode_claims *claims);
/* In the token's order; borrowed. NULL past the end. */
const char *doorcode_claims_name(const struct doorcode_claims *claims, size_t index);
/* The value as text: strings as they are, others as JSON. Borrowed. NULL where there is no such claim. */
const char *doorcode_claims_text(const struct doorcode_claims *claims, const char *name);
/* 1 and *number where the claim is an integer, else 0. */
int doorcode_claims_number(const struct doorcode_claims *claims, const char *name, int64_t *number);
/* All of them as one JSON object. Borrowed. */
const char *doorcode_claims_json(const struct doorcode_claims *claims);

#ifdef __cplusplus
}
#endif

#endif
