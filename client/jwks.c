/* SPDX-License-Identifier: Apache-2.0 */
#include "jwks.h"

#include "base/b64.h"
#include "base/err.h"
#include "client_limits.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdlib.h>
#include <string.h>

enum { COORDINATE = 32, EXPONENT_BYTES = 8, DER_MOST = 80, RSA_LEAST = 2048 };

struct jwk {
    enum jws_algorithm algorithm;
    char kid[CLIENT_WORD + 1];
    EVP_PKEY *key;
};

struct jwks {
    _Atomic size_t shares;
    size_t count;
    struct jwk keys[CLIENT_KEYS];
};

static EVP_PKEY *make_rsa(const json_t *jwk);
static EVP_PKEY *make_p256(const json_t *jwk);
static EVP_PKEY *make_ed25519(const json_t *jwk);

static const struct {
    const char *name; /* RFC 7518, 3.1; RFC 8037, 3.1 */
    const char *type;
    const char *curve; /* NULL: none */
    EVP_PKEY *(*make)(const json_t *jwk);
} algorithms[JWS_ALGORITHMS] = {
    [JWS_RS256] = { "RS256", "RSA", NULL, make_rsa },
    [JWS_ES256] = { "ES256", "EC", "P-256", make_p256 },
    [JWS_EDDSA] = { "EdDSA", "OKP", "Ed25519", make_ed25519 },
};

bool jws_algorithm_of(struct slice name, enum jws_algorithm *out)
{
    for (size_t i = 0; i < JWS_ALGORITHMS; i++) {
        if (slice_eq(name, slice_of(algorithms[i].name))) {
            *out = (enum jws_algorithm)i;
            return true;
        }
    }
    return false;
}

/* ---- keys ---- */

static void free_bignum(BIGNUM **number)
{
    BN_free(*number);
}

static void free_builder(OSSL_PARAM_BLD **builder)
{
    OSSL_PARAM_BLD_free(*builder);
}

static void free_params(OSSL_PARAM **params)
{
    OSSL_PARAM_free(*params);
}

static void free_key_context(EVP_PKEY_CTX **context)
{
    EVP_PKEY_CTX_free(*context);
}

static struct slice member(const json_t *jwk, const char *name)
{
    const json_t *value = json_object_get(jwk, name);
    return slice_bytes(json_is_string(value) ? json_string_value(value) : "", json_string_length(value));
}

/* A number's bytes; 0 where it is none of at most `cap`. */
static size_t decode(const json_t *jwk, const char *name, unsigned char *bytes, size_t cap)
{
    size_t n = 0;
    return b64url_decode(member(jwk, name), bytes, cap, &n) ? n : 0;
}

static EVP_PKEY *key_from(const char *type, OSSL_PARAM_BLD *builder)
{
    EVP_PKEY *key = NULL;
    AUTO(free_params) OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
    AUTO(free_key_context) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    bool made = params != NULL && context != NULL && EVP_PKEY_fromdata_init(context) == 1 &&
                EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) == 1;
    return made ? key : NULL;
}

static BIGNUM *number_of(const json_t *jwk, const char *name, size_t cap)
{
    unsigned char bytes[CLIENT_RSA_BYTES + 1]; /* one zero before the number is a slip that occurs (spec OIDC, 13.7) */
    size_t n = decode(jwk, name, bytes, cap < sizeof(bytes) ? cap : sizeof(bytes));
    return n > 0 ? BN_bin2bn(bytes, (int)n, NULL) : NULL;
}

static bool rsa_fits(const BIGNUM *modulus, const BIGNUM *exponent)
{
    int bits = BN_num_bits(modulus);
    return bits >= RSA_LEAST && bits <= CLIENT_RSA_BYTES * 8 && BN_is_odd(modulus) && BN_is_odd(exponent) &&
           !BN_is_one(exponent);
}

static EVP_PKEY *make_rsa(const json_t *jwk)
{
    AUTO(free_bignum) BIGNUM *modulus = number_of(jwk, "n", CLIENT_RSA_BYTES + 1);
    AUTO(free_bignum) BIGNUM *exponent = number_of(jwk, "e", EXPONENT_BYTES);
    AUTO(free_builder) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    if (modulus == NULL || exponent == NULL || builder == NULL || !rsa_fits(modulus, exponent))
        return NULL;
    bool pushed = OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
                  OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent) == 1;
    return pushed ? key_from("RSA", builder) : NULL;
}

/* OpenSSL refuses a point that is not on the curve. */
static EVP_PKEY *make_p256(const json_t *jwk)
{
    unsigned char point[1 + 2 * COORDINATE] = { 4 }; /* uncompressed */
    AUTO(free_builder) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    bool good = builder != NULL && decode(jwk, "x", point + 1, COORDINATE) == COORDINATE &&
                decode(jwk, "y", point + 1 + COORDINATE, COORDINATE) == COORDINATE &&
                OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1 &&
                OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)) == 1;
    return good ? key_from("EC", builder) : NULL;
}

static EVP_PKEY *make_ed25519(const json_t *jwk)
{
    unsigned char raw[COORDINATE];
    if (decode(jwk, "x", raw, sizeof(raw)) != sizeof(raw))
        return NULL;
    return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, raw, sizeof(raw));
}

/* Whether the key is of this algorithm and nothing it says stands against checking signatures with it. */
static bool fits(const json_t *jwk, size_t i)
{
    struct slice use = member(jwk, "use");
    struct slice told = member(jwk, "alg");
    if (!slice_eq(member(jwk, "kty"), slice_of(algorithms[i].type)))
        return false;
    if (algorithms[i].curve != NULL && !slice_eq(member(jwk, "crv"), slice_of(algorithms[i].curve)))
        return false;
    return (use.n == 0 || slice_eq(use, SLICE("sig"))) && (told.n == 0 || slice_eq(told, slice_of(algorithms[i].name)));
}

static bool make_key(const json_t *jwk, struct jwk *out)
{
    if (!slice_to_cstr(member(jwk, "kid"), out->kid, sizeof(out->kid)))
        return false;
    for (size_t i = 0; i < JWS_ALGORITHMS; i++) {
        if (!fits(jwk, i))
            continue;
        out->algorithm = (enum jws_algorithm)i;
        out->key = algorithms[i].make(jwk);
        return out->key != NULL;
    }
    return false;
}

struct jwks *jwks_make(const json_t *root)
{
    struct jwks *keys = calloc(1, sizeof(*keys));
    const json_t *jwk;
    size_t i;
    if (keys == NULL)
        return NULL;
    keys->shares = 1;
    json_array_foreach(json_object_get(root, "keys"), i, jwk)
    {
        if (keys->count < CLIENT_KEYS && make_key(jwk, &keys->keys[keys->count]))
            keys->count++;
    }
    return keys;
}

struct jwks *jwks_share(struct jwks *keys)
{
    keys->shares++;
    return keys;
}

void jwks_free(struct jwks *keys)
{
    if (keys == NULL || --keys->shares > 0)
        return;
    for (size_t i = 0; i < keys->count; i++)
        EVP_PKEY_free(keys->keys[i].key);
    free(keys);
}

size_t jwks_count(const struct jwks *keys)
{
    return keys->count;
}

/* ---- signatures ---- */

static void free_context(EVP_MD_CTX **context)
{
    EVP_MD_CTX_free(*context);
}

static void free_ecdsa(ECDSA_SIG **signature)
{
    ECDSA_SIG_free(*signature);
}

/* ES256 writes r and s with 32 bytes each (RFC 7518, 3.4), OpenSSL wants DER. 0 where it is not that. */
static size_t der_of(struct slice raw, unsigned char der[DER_MOST])
{
    const unsigned char *bytes = (const unsigned char *)raw.p;
    if (raw.n != (size_t)2 * COORDINATE)
        return 0;
    AUTO(free_ecdsa) ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(bytes, COORDINATE, NULL);
    BIGNUM *s = BN_bin2bn(bytes + COORDINATE, COORDINATE, NULL);
    if (pair == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(pair, r, s) != 1) {
        BN_free(r);
        BN_free(s);
        return 0;
    }
    int n = i2d_ECDSA_SIG(pair, &der);
    return n > 0 ? (size_t)n : 0;
}

static bool verify(const struct jwk *jwk, struct slice signed_part, struct slice signature)
{
    unsigned char der[DER_MOST];
    const EVP_MD *digest = jwk->algorithm == JWS_EDDSA ? NULL : EVP_sha256();
    AUTO(free_context) EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (jwk->algorithm == JWS_ES256)
        signature = slice_bytes(der, der_of(signature, der));
    return context != NULL && signature.n > 0 && EVP_DigestVerifyInit(context, NULL, digest, NULL, jwk->key) == 1 &&
           EVP_DigestVerify(context, (const unsigned char *)signature.p, signature.n,
                            (const unsigned char *)signed_part.p, signed_part.n) == 1;
}

/* NULL where there is none, or several and no id. */
static const struct jwk *find(const struct jwks *keys, enum jws_algorithm algorithm, struct slice kid)
{
    const struct jwk *found = NULL;
    for (size_t i = 0; i < keys->count; i++) {
        const struct jwk *jwk = &keys->keys[i];
        if (jwk->algorithm != algorithm || (kid.n > 0 && !slice_eq(kid, slice_of(jwk->kid))))
            continue;
        if (kid.n > 0)
            return jwk;
        if (found != NULL)
            return NULL;
        found = jwk;
    }
    return found;
}

enum jwks_answer jwks_verify(const struct jwks *keys, enum jws_algorithm algorithm, struct slice kid,
                             struct slice signed_part, struct slice signature)
{
    const struct jwk *jwk = find(keys, algorithm, kid);
    if (jwk == NULL)
        return JWKS_UNKNOWN_KEY;
    return verify(jwk, signed_part, signature) ? JWKS_GOOD : JWKS_FORGED;
}
