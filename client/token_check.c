/* SPDX-License-Identifier: Apache-2.0 */
#include "token_check.h"

#include "base/b64.h"
#include "base/err.h"
#include "base/secret.h"
#include "client_limits.h"
#include "json.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER_MOST = 2048 };

/* header.payload.signature, taken apart. */
struct parts {
    struct slice signed_part;
    struct slice header;
    struct slice payload;
    struct slice signature;
};

static bool take_apart(const char *token, struct parts *parts)
{
    struct slice text = slice_of(token);
    struct slice rest;
    if (text.n > CLIENT_TOKEN)
        return false;
    parts->header = slice_cut(text, '.', &rest);
    parts->payload = slice_cut(rest, '.', &parts->signature);
    parts->signed_part = slice_bytes(text.p, parts->header.n + 1 + parts->payload.n);
    return parts->header.n > 0 && parts->payload.n > 0 && parts->signature.n > 0;
}

/* NULL where it is no object of at most `cap` bytes, or without memory. */
static json_t *read_part(struct slice part, size_t cap)
{
    size_t size = part.n < cap ? part.n : cap; /* decoded it is shorter */
    char *bytes = malloc(size);
    size_t n = 0;
    json_t *root = NULL;
    if (bytes != NULL && b64url_decode(part, bytes, size, &n))
        root = json_read_object(slice_bytes(bytes, n));
    if (bytes != NULL)
        wipe(bytes, size);
    free(bytes);
    return root;
}

struct slice token_text(const json_t *claims, const char *name)
{
    const json_t *value = json_object_get(claims, name);
    return slice_bytes(json_is_string(value) ? json_string_value(value) : "", json_string_length(value));
}

bool token_is_text(const json_t *value, const char *text)
{
    return json_is_string(value) &&
           slice_eq(slice_bytes(json_string_value(value), json_string_length(value)), slice_of(text));
}

/* ---- header and signature ---- */

/* Tokens of another type may look alike (RFC 8725, 3.11), and what is critical must be understood (RFC 7515, 4.1.11). */
static bool header_is_plain(const json_t *header)
{
    struct slice type = token_text(header, "typ");
    bool plain_type = json_object_get(header, "typ") == NULL || slice_eq_nocase(type, SLICE("JWT"));
    const json_t *kid = json_object_get(header, "kid");
    return plain_type && json_object_get(header, "crit") == NULL && (kid == NULL || json_is_string(kid));
}

static enum token_fault check_signature(const struct parts *parts, const struct jwks *keys,
                                        enum jws_algorithm *algorithm)
{
    static const enum token_fault faults[] = {
        [JWKS_GOOD] = TOKEN_GOOD,
        [JWKS_UNKNOWN_KEY] = TOKEN_UNKNOWN_KEY,
        [JWKS_FORGED] = TOKEN_SIGNATURE,
    };
    unsigned char signature[CLIENT_RSA_BYTES];
    size_t n = 0;
    AUTO(json_close) json_t *header = read_part(parts->header, HEADER_MOST);
    if (header == NULL || !header_is_plain(header))
        return TOKEN_HEADER;
    if (!jws_algorithm_of(token_text(header, "alg"), algorithm))
        return TOKEN_ALGORITHM;
    if (!b64url_decode(parts->signature, signature, sizeof(signature), &n))
        return TOKEN_SIGNATURE;
    return faults[jwks_verify(keys, *algorithm, token_text(header, "kid"), parts->signed_part,
                              slice_bytes(signature, n))];
}

enum token_fault token_open(const char *token, const struct jwks *keys, enum jws_algorithm *algorithm, json_t **claims)
{
    struct parts parts;
    *claims = NULL;
    if (!take_apart(token, &parts))
        return TOKEN_SHAPE;
    enum token_fault fault = check_signature(&parts, keys, algorithm);
    if (fault != TOKEN_GOOD)
        return fault;
    *claims = read_part(parts.payload, CLIENT_TOKEN);
    return *claims != NULL ? TOKEN_GOOD : TOKEN_CLAIMS;
}

/* ---- claims ---- */

/* A NumericDate (RFC 7519, 2), which may have a fraction. False where it is absent or no date of ours. */
static bool date_of(const json_t *claims, const char *name, int64_t *date)
{
    const json_t *value = json_object_get(claims, name);
    double number = json_number_value(value);
    if (!json_is_number(value) || !(number >= 0 && number < 1e12))
        return false;
    *date = (int64_t)number;
    return true;
}

static enum token_fault check_times(const json_t *claims, int64_t now)
{
    int64_t expires;
    int64_t issued;
    int64_t from = 0;
    bool has_from = json_object_get(claims, "nbf") != NULL;
    if (!date_of(claims, "exp", &expires) || !date_of(claims, "iat", &issued))
        return TOKEN_CLAIMS;
    if (has_from && !date_of(claims, "nbf", &from))
        return TOKEN_CLAIMS;
    if (issued > now + CLIENT_SKEW || from > now + CLIENT_SKEW)
        return TOKEN_EARLY;
    return expires <= now - CLIENT_SKEW ? TOKEN_EXPIRED : TOKEN_GOOD;
}

enum token_fault token_check_issued(const json_t *claims, const char *issuer, int64_t now)
{
    if (token_text(claims, "sub").n == 0)
        return TOKEN_CLAIMS;
    if (!token_is_text(json_object_get(claims, "iss"), issuer))
        return TOKEN_ISSUER;
    return check_times(claims, now);
}

int64_t token_ahead(const char *token, int64_t now)
{
    struct parts parts;
    int64_t issued;
    AUTO(json_close) json_t *claims = take_apart(token, &parts) ? read_part(parts.payload, CLIENT_TOKEN) : NULL;
    return date_of(claims, "iat", &issued) ? issued - now : 0;
}
