/* SPDX-License-Identifier: Apache-2.0 */
#include "id_token.h"

#include "base/b64.h"
#include "base/err.h"
#include "base/secret.h"
#include "client_limits.h"
#include "json.h"
#include "pkce.h"

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
    parts->header = slice_cut(text, '.', &rest);
    parts->payload = slice_cut(rest, '.', &parts->signature);
    parts->signed_part = slice_bytes(text.p, parts->header.n + 1 + parts->payload.n);
    return text.n <= CLIENT_TOKEN && parts->header.n > 0 && parts->payload.n > 0 && parts->signature.n > 0;
}

/* NULL where it is no object of at most `cap` bytes, or without memory. */
static json_t *read_part(struct slice part, size_t cap)
{
    char *bytes = malloc(cap);
    size_t n = 0;
    json_t *root = NULL;
    if (bytes != NULL && b64url_decode(part, bytes, cap, &n))
        root = json_read_object(slice_bytes(bytes, n));
    if (bytes != NULL)
        wipe(bytes, cap);
    free(bytes);
    return root;
}

static struct slice text_of(const json_t *root, const char *name)
{
    const json_t *value = json_object_get(root, name);
    return slice_bytes(json_is_string(value) ? json_string_value(value) : "", json_string_length(value));
}

/* ---- header and signature ---- */

/* Tokens of another type may look alike (RFC 8725, 3.11), and what is critical must be understood (RFC 7515, 4.1.11). */
static bool header_is_plain(const json_t *header)
{
    struct slice type = text_of(header, "typ");
    bool plain_type = json_object_get(header, "typ") == NULL || slice_eq_nocase(type, SLICE("JWT"));
    const json_t *kid = json_object_get(header, "kid");
    return plain_type && json_object_get(header, "crit") == NULL && (kid == NULL || json_is_string(kid));
}

static enum id_token_fault check_signature(const struct parts *parts, const struct jwks *keys,
                                           enum jws_algorithm *algorithm)
{
    static const enum id_token_fault faults[] = {
        [JWKS_GOOD] = ID_TOKEN_GOOD,
        [JWKS_UNKNOWN_KEY] = ID_TOKEN_UNKNOWN_KEY,
        [JWKS_FORGED] = ID_TOKEN_SIGNATURE,
    };
    unsigned char signature[CLIENT_RSA_BYTES];
    size_t n = 0;
    AUTO(json_close) json_t *header = read_part(parts->header, HEADER_MOST);
    if (header == NULL || !header_is_plain(header))
        return ID_TOKEN_HEADER;
    if (!jws_algorithm_of(text_of(header, "alg"), algorithm))
        return ID_TOKEN_ALGORITHM;
    if (!b64url_decode(parts->signature, signature, sizeof(signature), &n))
        return ID_TOKEN_SIGNATURE;
    return faults[jwks_verify(keys, *algorithm, text_of(header, "kid"), parts->signed_part, slice_bytes(signature, n))];
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

static enum id_token_fault check_times(const json_t *claims, int64_t now)
{
    int64_t expires;
    int64_t issued;
    int64_t from = 0;
    bool has_from = json_object_get(claims, "nbf") != NULL;
    if (!date_of(claims, "exp", &expires) || !date_of(claims, "iat", &issued))
        return ID_TOKEN_CLAIMS;
    if (has_from && !date_of(claims, "nbf", &from))
        return ID_TOKEN_CLAIMS;
    if (issued > now + CLIENT_SKEW || from > now + CLIENT_SKEW)
        return ID_TOKEN_EARLY;
    return expires <= now - CLIENT_SKEW ? ID_TOKEN_EXPIRED : ID_TOKEN_GOOD;
}

static bool is_text(const json_t *value, const char *text)
{
    return json_is_string(value) &&
           slice_eq(slice_bytes(json_string_value(value), json_string_length(value)), slice_of(text));
}

/* One audience, us; or several, with us as the authorized party (3.1.3.7, 3 to 5). */
static bool is_for(const json_t *claims, const char *client_id)
{
    const json_t *audience = json_object_get(claims, "aud");
    const json_t *party = json_object_get(claims, "azp");
    const json_t *one;
    size_t i;
    bool found = is_text(audience, client_id);
    json_array_foreach(audience, i, one)
    {
        found = found || is_text(one, client_id);
    }
    bool several = json_array_size(audience) > 1;
    bool party_fits = party != NULL ? is_text(party, client_id) : !several;
    return found && party_fits;
}

/* What a claim that may be absent has to hash. */
static bool hash_fits(const json_t *claims, const char *name, const char *text, enum jws_algorithm algorithm)
{
    struct pkce_text half;
    const json_t *value = json_object_get(claims, name);
    if (value == NULL || text == NULL)
        return true;
    return pkce_half_hash(slice_of(text), algorithm == JWS_EDDSA, &half) && is_text(value, half.c);
}

static bool nonce_fits(const json_t *claims, const char *nonce)
{
    return nonce == NULL || is_text(json_object_get(claims, "nonce"), nonce);
}

static enum id_token_fault check_claims(const json_t *claims, const struct id_token_rule *rule,
                                        enum jws_algorithm algorithm)
{
    if (text_of(claims, "sub").n == 0)
        return ID_TOKEN_CLAIMS;
    if (!is_text(json_object_get(claims, "iss"), rule->issuer))
        return ID_TOKEN_ISSUER;
    if (!is_for(claims, rule->client_id))
        return ID_TOKEN_AUDIENCE;
    enum id_token_fault fault = check_times(claims, rule->now);
    if (fault != ID_TOKEN_GOOD)
        return fault;
    if (!nonce_fits(claims, rule->nonce))
        return ID_TOKEN_NONCE;
    if (!hash_fits(claims, "at_hash", rule->access_token, algorithm))
        return ID_TOKEN_ACCESS_TOKEN;
    return hash_fits(claims, "c_hash", rule->code, algorithm) ? ID_TOKEN_GOOD : ID_TOKEN_CODE;
}

enum id_token_fault id_token_check(const char *token, const struct id_token_rule *rule)
{
    struct parts parts;
    enum jws_algorithm algorithm = JWS_RS256;
    if (!take_apart(token, &parts))
        return ID_TOKEN_SHAPE;
    enum id_token_fault fault = check_signature(&parts, rule->keys, &algorithm);
    if (fault != ID_TOKEN_GOOD)
        return fault;
    AUTO(json_close) json_t *claims = read_part(parts.payload, CLIENT_TOKEN);
    return claims != NULL ? check_claims(claims, rule, algorithm) : ID_TOKEN_CLAIMS;
}

const char *id_token_fault_text(enum id_token_fault fault)
{
    static const char *const texts[] = {
        "",
#define ID_TOKEN_FAULT(name, text) "the id token " text,
#include "id_token.def"
#undef ID_TOKEN_FAULT
    };
    return texts[fault];
}
