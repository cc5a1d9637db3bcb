/* SPDX-License-Identifier: Apache-2.0 */
/* client_internal.h: what a client is made of; never changed after doorcode_client_new, but for what it has learnt about
 * its tenant (trust.h). */
#ifndef DOORCODE_CLIENT_INTERNAL_H
#define DOORCODE_CLIENT_INTERNAL_H

#include "authority.h"
#include "base/clock.h"
#include "base/guid.h"
#include "client_limits.h"

struct doorcode_cache;
struct trust;

struct doorcode_client {
    struct authority authority;
    struct guid_text client_id;
    struct guid_text correlation_id; /* "" makes one for each flow */
    char scopes[CLIENT_SCOPES];
    char *ca_file; /* NULL: the system's */
    char *proxy;   /* NULL: the environment's */
    long connect_timeout_ms;
    long timeout_ms;
    bool allow_http;
    bool no_password;
    bool unverified_id_tokens;
    bool nonblocking;
    bool no_mfa;
    bool no_registration;
    char *issuer; /* the one to expect; NULL: one at the authority */
    char *claims; /* NULL: none */
    char *query;  /* NULL: none */
    const char *(*header)(void *ctx, const char *url, size_t index);
    void *header_ctx;
    void (*log)(void *ctx, const struct doorcode_log *entry);
    void *log_ctx;
    bool is_derived; /* from a client that owns all texts but the claims, and the trust */
    struct trust *trust;
    struct doorcode_cache *cache; /* borrowed; NULL: none */
    struct clock clock;           /* what tokens are held against; tests bring their own */
};

/* Whether it may be put after an address; NULL may. */
bool client_is_query(const char *text);
/* An option's milliseconds, where 0 means the usual ones; at most INT_MAX, which is as good as for ever and what libcurl takes. */
long client_timeout(long given_ms, long usual_ms);
/* "openid profile offline_access" and those of `more` that are not among them. False where they are too long. */
bool client_make_scopes(const char *more, char *scopes, size_t size);

#endif
