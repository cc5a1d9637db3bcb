/* SPDX-License-Identifier: Apache-2.0 */
/* token_check.h: what every token of a tenant has to be, whatever it is for: signed with one of its keys, of its issuer, in
 * its time. id_token.h and access_token.h ask for the rest. Pure but for memory; any thread. */
#ifndef DOORCODE_CLIENT_TOKEN_CHECK_H
#define DOORCODE_CLIENT_TOKEN_CHECK_H

#include "jwks.h"

enum token_fault {
    TOKEN_GOOD,
#define TOKEN_FAULT(kind, name, text) TOKEN_##name,
#include "token_faults.def"
#undef TOKEN_FAULT
    TOKEN_FAULTS
};

/* Reads the token (NULL is none) and checks its signature. GOOD: *claims is the object it says, the caller's to json_close,
 * and *algorithm how it was signed; else *claims is NULL. */
enum token_fault token_open(const char *token, const struct jwks *keys, enum jws_algorithm *algorithm, json_t **claims);

/* `sub`, `iss`, `exp`, `iat` and, where there is one, `nbf`; clocks may differ by CLIENT_SKEW seconds (spec OIDC, 4.2). */
enum token_fault token_check_issued(const json_t *claims, const char *issuer, int64_t now);

/* By how many seconds a token was issued after `now`, or before, as it says itself: nothing of it is checked. 0 where it does
 * not tell. */
int64_t token_ahead(const char *token, int64_t now);

/* A claim that is a text; empty where it is none. Borrowed from the claims. */
struct slice token_text(const json_t *claims, const char *name);
/* Whether the claim, or a member of a list, is this text. */
bool token_is_text(const json_t *value, const char *text);

#endif
