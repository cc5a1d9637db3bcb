/* SPDX-License-Identifier: Apache-2.0 */
/* client.h: native authentication, against Doorcode or Microsoft Entra External ID: sign-in, sign-up, reset of a
 * password, with all the steps that a server may ask for on the way.
 *
 * A client is one application at one authority; it never changes after it was made and may be used by several threads.
 * A flow is one sign-in, sign-up, reset or refresh and belongs to one thread at a time. Every step returns the state the
 * flow is now in: what the server wants next. The error of the last step, if there was one, is doorcode_flow_error(); an
 * error need not end the flow: after a wrong code the state is still DOORCODE_CODE_REQUIRED. states.h has the same calls
 * by state, so that a compiler refuses those that do not fit.
 *
 * Each step blocks until the server has answered or the time is over; not so with options.nonblocking, for an event loop:
 * then a step that needs the network returns DOORCODE_WORKING at once, see doorcode_flow_step().
 *
 *     struct doorcode_options options;
 *     doorcode_options_init(&options);
 *     options.authority = "https://petstore.ciamlogin.com/petstore.onmicrosoft.com";
 *     options.client_id = "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31";
 *     struct doorcode_client *client;
 *     const struct doorcode_error *error = doorcode_client_new(&options, &client);
 *     struct doorcode_flow *flow;
 *     enum doorcode_state state = doorcode_signin_start(client, "sam@example.org", &flow);
 *     while (state == DOORCODE_CODE_REQUIRED || state == DOORCODE_PASSWORD_REQUIRED) {
 *         if (state == DOORCODE_CODE_REQUIRED)
 *             state = doorcode_flow_submit_code(flow, ask_for_code(doorcode_flow_challenge(flow)));
 *         else
 *             state = doorcode_flow_submit_password(flow, ask_for_password());
 *     }
 *     if (state == DOORCODE_COMPLETED)
 *         use(doorcode_flow_tokens(flow)->access_token);
 *     doorcode_flow_free(flow);
 *     doorcode_client_free(client);
 *
 * Id tokens are checked before they are handed out (signature, issuer, audience, times), with the tenant's keys, which
 * the client asks for before the first tokens and keeps for an hour. Where they cannot be had, nothing is sent that
 * could be spent, and the step may be made again.
 *
 * All texts are UTF-8 and NUL-terminated. Texts the server sent are free of control characters. Pointers got from
 * a flow are borrowed until its next step or its end. Codes, passwords and tokens are wiped before their memory is
 * given back; libcurl's own memory, too, after doorcode_wipe_curl(). */
#ifndef DOORCODE_CLIENT_H
#define DOORCODE_CLIENT_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct doorcode_client;
struct doorcode_flow;
struct doorcode_claims;
struct doorcode_cache;

enum doorcode_state {
    DOORCODE_CODE_REQUIRED,         /* a code was sent: doorcode_flow_challenge() says where to */
    DOORCODE_PASSWORD_REQUIRED,     /* the user's password to sign in; in a sign-up or a reset a new one */
    DOORCODE_WEB_FALLBACK,          /* only a browser can go on: doorcode_flow_redirect_reason() */
    DOORCODE_COMPLETED,             /* doorcode_flow_tokens() */
    DOORCODE_FAILED,                /* the flow is over: doorcode_flow_error() */
    DOORCODE_ATTRIBUTES_REQUIRED,   /* doorcode_flow_attributes(): facts about the user */
    DOORCODE_MFA_REQUIRED,          /* a second factor, one of doorcode_flow_methods() */
    DOORCODE_REGISTRATION_REQUIRED, /* first register a second factor, one of doorcode_flow_methods() */
    DOORCODE_RESET_PENDING,         /* the server writes the new password: doorcode_reset_poll() */
    DOORCODE_SIGNIN_READY,          /* the user is signed up, or the password reset: stop, or doorcode_flow_signin() */
    DOORCODE_WORKING,               /* the server is asked: doorcode_flow_step(); with options.nonblocking only */
    DOORCODE_DEVICE_PENDING /* the user signs in on another device: doorcode_flow_device(), doorcode_device_poll() */
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
    DOORCODE_ERROR_SERVER,    /* the server failed */
    DOORCODE_ERROR_USER_EXISTS,
    DOORCODE_ERROR_PASSWORD_TOO_WEAK, /* this and the next five: a new password was refused; the flow goes on */
    DOORCODE_ERROR_PASSWORD_TOO_SHORT,
    DOORCODE_ERROR_PASSWORD_TOO_LONG,
    DOORCODE_ERROR_PASSWORD_RECENTLY_USED,
    DOORCODE_ERROR_PASSWORD_BANNED,
    DOORCODE_ERROR_PASSWORD_NOT_ALLOWED,  /* it holds characters that may not be in a password */
    DOORCODE_ERROR_INVALID_ATTRIBUTES,    /* see invalid_attributes; the flow goes on */
    DOORCODE_ERROR_NO_PASSWORD,           /* nothing to reset: the user has none, or resetting is off */
    DOORCODE_ERROR_INVALID_CONTACT,       /* the address or number of a second factor; the flow goes on */
    DOORCODE_ERROR_CONTACT_BLOCKED,       /* take another one; the flow goes on */
    DOORCODE_ERROR_RESET_FAILED,          /* the server could not write the new password */
    DOORCODE_ERROR_INVALID_TOKEN,         /* a token is forged, too old, or not for this application, API or sign-in */
    DOORCODE_ERROR_CANCELLED,             /* the user gave up in the browser */
    DOORCODE_ERROR_INTERACTION_REQUIRED,  /* the user would have had to do something, which `prompt` forbade */
    DOORCODE_ERROR_MIXED_UP,              /* the browser came back from another server (RFC 9207) */
    DOORCODE_ERROR_NO_PORT,               /* no port of this machine can be opened for the browser */
    DOORCODE_ERROR_CHALLENGE_UNSUPPORTED, /* the server knows no way to prove who one is that this client can go */
    DOORCODE_ERROR_INSUFFICIENT_SCOPE,    /* verify.h: a good access token, without the scope or role */
    DOORCODE_ERROR_KEYS_NEEDED,           /* verify.h: ask for the tenant's keys, then check again */
    DOORCODE_ERROR_CACHE                  /* account.h: tokens cannot be read or kept; the description says why */
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
    const char *trace_id;                  /* or "" */
    const char *timestamp;                 /* of the server: "2026-07-22 10:15:30Z"; or "" */
    const char *correlation_id;            /* what to give to the server's operator; "" where nothing was sent */
    int64_t retry_after;                   /* seconds to wait; 0 where the server named none */
    const char *const *invalid_attributes; /* names of those refused */
    size_t invalid_attribute_count;
};

struct doorcode_challenge {
    const char *target_label; /* masked address: "s*m@e*********g" */
    const char *channel;      /* "email", "sms"; treat others as opaque */
    int code_length;          /* 0: not told */
    int interval;             /* seconds before another code should be asked for; 300 where the server told nothing */
};

/* A way to prove who one is: registered already (MFA_REQUIRED) or to be registered (REGISTRATION_REQUIRED). */
struct doorcode_method {
    const char *id;      /* opaque */
    const char *channel; /* "email", "sms"; treat others as opaque */
    const char *hint;    /* masked contact; where it is to be registered, the one proposed; or "" */
};

/* What is asked about a user. */
struct doorcode_attribute {
    const char *name;  /* "displayName", "extension_…_shoeSize" */
    const char *type;  /* "string", "boolean", "integer"; treat others as opaque */
    const char *regex; /* what the server will check the value against; or "" */
    int required;
};

/* What is answered. All values travel as text: "Oslo", "true", "42"; several choices are joined by commas. */
struct doorcode_value {
    const char *name;
    const char *value;
};

/* What to show a user who signs in on another device. */
struct doorcode_device {
    const char *user_code;        /* "BCDF-GHJK": to be typed there */
    const char *verification_uri; /* the page to open: https://…, or http://… */
    const char *message;          /* the server's own words for both; or "" */
    int expires_in;               /* seconds that the code is good, from the answer on */
};

struct doorcode_tokens {
    const char *access_token;
    const char *id_token;      /* "" where the scope had no openid */
    const char *refresh_token; /* "" where the scope had no offline_access */
    const char *scope;         /* what was granted */
    const char *client_info;   /* or "" */
    int64_t received_at;       /* seconds since 1970 */
    int64_t expires_in;        /* seconds; 0: not told */
    int64_t ext_expires_in; /* seconds that an API may take it for good while the server is out of reach; 0: not told */
    int64_t refresh_in;     /* seconds after which renewing it is wise; 0: not told */
    int from_cache;         /* not 0: it was kept already, the server was not asked */
};

/* One request that is over, for a log. There is nothing secret in it. Borrowed during the call. */
struct doorcode_log {
    const char *method;  /* "POST" */
    const char *url;     /* without its query */
    int http_status;     /* 0: no answer */
    const char *problem; /* without an answer, the network's words; else "" */
    const char *correlation_id;
    int64_t milliseconds;
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
    int no_password;            /* not 0: tell servers that no password can be given here, only codes */
    int unverified_id_tokens;   /* not 0: hand out id tokens without a look at signature and claims */
    const char *issuer;         /* the one that id tokens have to name; NULL: one at the authority's host (at
                                 * ciamlogin.com: of one of its tenants; on this machine: at any port) */
    /* Where flows and web sign-ins that end COMPLETED put their tokens; borrowed until doorcode_client_free. NULL: nowhere. */
    struct doorcode_cache *cache;
    int nonblocking;     /* not 0: no step of a flow waits for the server; it returns DOORCODE_WORKING */
    int no_mfa;          /* not 0: there are no screens for a second factor; such a user gets WEB_FALLBACK */
    int no_registration; /* not 0: nor for registering one */
    const char *claims;  /* a JSON object, sent with each request for tokens (OpenID Connect Core, 5.5); or NULL */
    const char *query; /* "dc=…&slice=…", printable ASCII: put after each address of native authentication; or NULL */
    /* Further headers for each request of native authentication, as firewalls may want them: called with index 0, 1, … until
     * it returns NULL, 16 at most. A line is "x-name: value", printable ASCII, up to 2,000 bytes; others, and names that begin with
     * x-ms-, x-client-, x-broker- or x-app-, are left out. Borrowed until the next call. NULL: none. */
    const char *(*header)(void *ctx, const char *url, size_t index);
    void *header_ctx;
    /* Told of each request when it is over, in the thread of the flow. NULL: nobody is. */
    void (*log)(void *ctx, const struct doorcode_log *entry);
    void *log_ctx;
    void *reserved[4]; /* NULL */
};

/* What may differ from one flow to the next. NULL: as the client has it. */
struct doorcode_call_options {
    const char *scopes;
    const char *claims;
    const char *correlation_id;
    void *reserved[5]; /* NULL */
};

static inline void doorcode_options_init(struct doorcode_options *options)
{
    memset(options, 0, sizeof(*options));
}

/* For a program that has the process to itself, so not for a plug-in: makes libcurl wipe all memory before it gives it back, as
 * requests and answers pass through its buffers, too. Once, with one thread, before anything else of libcurl's and before
 * doorcode_client_new. 1 where it is so; 0 where libcurl is in use already, and stays as it was. */
int doorcode_wipe_curl(void);

/* Copies the options. NULL and *client where they are good, else the error (static) and *client = NULL. */
const struct doorcode_error *doorcode_client_new(const struct doorcode_options *options,
                                                 struct doorcode_client **client);
/* The same client with some options of its own: it shares what is known of the tenant, and has to be freed before `client`, which
 * is not changed. NULL and *derived, else the error (static) and *derived = NULL. */
const struct doorcode_error *doorcode_client_derive(const struct doorcode_client *client,
                                                    const struct doorcode_call_options *options,
                                                    struct doorcode_client **derived);
/* After its last flow. NULL is fine, here and in every _free. */
void doorcode_client_free(struct doorcode_client *client);
/* The authority in its normal form, e.g. to keep tokens by. Borrowed from the client. */
const char *doorcode_client_authority(const struct doorcode_client *client);

/* Each start makes a flow. *flow is always set, except to NULL without memory; the flow borrows the client. */

/* Begins a sign-in: finds the user and, where the user signs in with a code, has it sent. */
enum doorcode_state doorcode_signin_start(const struct doorcode_client *client, const char *username,
                                          struct doorcode_flow **flow);
/* Begins a sign-up: the address is proven by a code first, then what is missing is asked for. `password` (NULL: asked
 * for later, if there has to be one) and `count` attributes may be given at once. */
enum doorcode_state doorcode_signup_start(const struct doorcode_client *client, const char *username,
                                          const char *password, const struct doorcode_value *attributes, size_t count,
                                          struct doorcode_flow **flow);
/* Begins the reset of a password: a code, then the new password. */
enum doorcode_state doorcode_reset_start(const struct doorcode_client *client, const char *username,
                                         struct doorcode_flow **flow);

/* Begins a sign-in with a browser elsewhere, for devices without one (RFC 8628): DEVICE_PENDING with doorcode_flow_device(), which
 * has to be shown to the user. Whoever types the code there signs in here, so look at whose tokens they are. The application needs no
 * native authentication for it.
 *
 *     enum doorcode_state state = doorcode_device_start(client, &flow);
 *     while (state == DOORCODE_DEVICE_PENDING) {
 *         show(doorcode_flow_device(flow), doorcode_flow_error(flow));
 *         sleep(doorcode_flow_poll_interval(flow));
 *         state = doorcode_device_poll(flow);
 *     } */
enum doorcode_state doorcode_device_start(const struct doorcode_client *client, struct doorcode_flow **flow);
/* DEVICE_PENDING: asks once how it stands, after doorcode_flow_poll_interval() seconds. COMPLETED; DEVICE_PENDING, with an error
 * where the server could not be asked; or FAILED: EXPIRED (at the latest after expires_in seconds), CANCELLED by the user, INVALID_GRANT. */
enum doorcode_state doorcode_device_poll(struct doorcode_flow *flow);

/* CODE_REQUIRED: blanks in the code are ignored. A code of another length than announced is an INVALID_CODE without
 * being sent. */
enum doorcode_state doorcode_flow_submit_code(struct doorcode_flow *flow, const char *code);
/* CODE_REQUIRED: has another code sent; the former one is void then. Where it fails, the former one stays good. */
enum doorcode_state doorcode_flow_resend_code(struct doorcode_flow *flow);
/* PASSWORD_REQUIRED. Not trimmed; 1 to 1,024 bytes. */
enum doorcode_state doorcode_flow_submit_password(struct doorcode_flow *flow, const char *password);
/* ATTRIBUTES_REQUIRED. */
enum doorcode_state doorcode_flow_submit_attributes(struct doorcode_flow *flow, const struct doorcode_value *attributes,
                                                    size_t count);
/* MFA_REQUIRED: has a code sent to the method of this id. While its code is awaited, another one may be chosen. */
enum doorcode_state doorcode_flow_choose_method(struct doorcode_flow *flow, const char *id);
/* REGISTRATION_REQUIRED: registers the method of this id with a contact, an e-mail address or a phone number like
 * +4790000007; NULL takes its hint. A code is sent there, unless the server knows it as proven. While the code is
 * awaited, another one may be registered instead. */
enum doorcode_state doorcode_flow_register_method(struct doorcode_flow *flow, const char *id, const char *contact);
/* MFA_REQUIRED, REGISTRATION_REQUIRED: asks for the methods again, where an error left none. */
enum doorcode_state doorcode_flow_list_methods(struct doorcode_flow *flow);
/* RESET_PENDING: asks once how it stands. Wait doorcode_flow_poll_interval() seconds before asking again. */
enum doorcode_state doorcode_reset_poll(struct doorcode_flow *flow);
/* SIGNIN_READY: signs in with what was proven already. Where this fails, the sign-up or reset holds nevertheless. */
enum doorcode_state doorcode_flow_signin(struct doorcode_flow *flow);

/* Gets new tokens for a refresh token; the state is COMPLETED or FAILED (INTERACTION_REQUIRED or MFA_REQUIRED where the user
 * has to sign in again for it). Keep the new refresh token, the one given here may be spent. `scopes` as in the options; NULL takes the client's. */
enum doorcode_state doorcode_token_refresh(const struct doorcode_client *client, const char *refresh_token,
                                           const char *scopes, struct doorcode_flow **flow);

/* In an event loop (options.nonblocking): after a call that returned WORKING, wait for what doorcode_flow_waits() names
 * and call doorcode_flow_step() each time, until it returns another state: the one that the call would have returned
 * in the blocking form.
 *
 *     state = doorcode_flow_submit_code(flow, code);
 *     while (state == DOORCODE_WORKING) {
 *         struct pollfd waits[DOORCODE_FLOW_WAITS];
 *         int timeout_ms;
 *         size_t n = doorcode_flow_waits(flow, waits, DOORCODE_FLOW_WAITS, &timeout_ms);
 *         poll(waits, n, timeout_ms); // together with all else that the loop waits for
 *         state = doorcode_flow_step(flow);
 *     }
 *
 * Meanwhile the flow shows nothing of its former state, and every other call but doorcode_flow_free is refused: error
 * USAGE, state WORKING, and the work goes on. No thread is made, but by libcurl for the resolver of names. */

/* What the next step waits for: at most `cap` descriptors into `waits`, for poll or an event loop (descriptors and events
 * may change with every step); *timeout_ms is when it has to be made at the latest, -1 for never. The number of
 * descriptors, at most DOORCODE_FLOW_WAITS. With a smaller `cap` the time-out is short where some were left out. 0 and -1
 * unless WORKING. */
enum { DOORCODE_FLOW_WAITS = 24 };
size_t doorcode_flow_waits(const struct doorcode_flow *flow, struct pollfd *waits, size_t cap, int *timeout_ms);
/* Does what can be done without waiting; called too often or in another state it does no harm. The state; FAILED for
 * NULL. */
enum doorcode_state doorcode_flow_step(struct doorcode_flow *flow);
/* Steps and waits here, until the state is another one than WORKING, which it returns. */
enum doorcode_state doorcode_flow_run(struct doorcode_flow *flow);

/* A flow that outlives its process: one that waits for its caller (CODE_REQUIRED, PASSWORD_REQUIRED, ATTRIBUTES_REQUIRED,
 * MFA_REQUIRED, REGISTRATION_REQUIRED, RESET_PENDING, SIGNIN_READY) becomes a text, and another process goes on with it, as long as the server
 * accepts it: some minutes. The text is a secret: whoever has it goes on in the user's place. Write it to a private place,
 * wipe it, and use it once.
 *
 * Writes the text with its NUL, if it fits into `size` bytes, and gives what it takes: call it with NULL and 0 first. 0: the flow
 * is in another state. */
size_t doorcode_flow_save(const struct doorcode_flow *flow, char *text, size_t size);
/* The flow again, with a client of the same authority and application. FAILED with USAGE for any other text. */
enum doorcode_state doorcode_flow_restore(const struct doorcode_client *client, const char *text,
                                          struct doorcode_flow **flow);

enum doorcode_state doorcode_flow_state(const struct doorcode_flow *flow); /* FAILED for NULL */
/* Whose flow it is, and the user name that it began with ("" in a renewal and on another device). Borrowed. NULL for NULL. */
const struct doorcode_client *doorcode_flow_client(const struct doorcode_flow *flow);
const char *doorcode_flow_username(const struct doorcode_flow *flow);
/* The error of the last step, or NULL. For a NULL flow: NO_MEMORY. */
const struct doorcode_error *doorcode_flow_error(const struct doorcode_flow *flow);
/* What all requests of the flow are marked with; to be given to the server's operator. "" for NULL. */
const char *doorcode_flow_correlation_id(const struct doorcode_flow *flow);
/* NULL unless the state is CODE_REQUIRED. */
const struct doorcode_challenge *doorcode_flow_challenge(const struct doorcode_flow *flow);
/* Why a browser is needed, for developers; "" where the server gave no reason. NULL unless WEB_FALLBACK. */
const char *doorcode_flow_redirect_reason(const struct doorcode_flow *flow);
/* NULL and 0 unless ATTRIBUTES_REQUIRED. */
const struct doorcode_attribute *doorcode_flow_attributes(const struct doorcode_flow *flow, size_t *count);
/* What may be chosen or registered, also while a code for one of them is awaited; else NULL and 0. */
const struct doorcode_method *doorcode_flow_methods(const struct doorcode_flow *flow, size_t *count);
/* NULL unless DEVICE_PENDING. */
const struct doorcode_device *doorcode_flow_device(const struct doorcode_flow *flow);
/* Seconds: 1 to 15 in RESET_PENDING, 1 to 3,600 in DEVICE_PENDING, more after each poll that came too soon; else 0. */
int doorcode_flow_poll_interval(const struct doorcode_flow *flow);
/* NULL unless COMPLETED. */
const struct doorcode_tokens *doorcode_flow_tokens(const struct doorcode_flow *flow);
/* Also while WORKING: what is on its way is given up; whether the server has acted on it is not known then (of a renewal see
 * doorcode_token_get in account.h). Only libcurl's look-up
 * of a name is waited for, should one be on its way. */
void doorcode_flow_free(struct doorcode_flow *flow);

/* "user_not_found": a stable word for scripts. Static. */
const char *doorcode_error_name(enum doorcode_error_kind kind);

/* Reading the claims of a token. Nothing is checked here: an id token that a flow handed out was checked there, any other
 * token was not, and decides nothing about what somebody may do. NULL where the text is no JWT with a JSON object of at most 16 KiB, or without memory. */
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

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
