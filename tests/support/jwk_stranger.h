/* SPDX-License-Identifier: Apache-2.0 */
/* jwk_stranger.h: a relying party: it has the published key and a token, nothing else of ours but base64url. */
#ifndef DOORCODE_TESTS_JWK_STRANGER_H
#define DOORCODE_TESTS_JWK_STRANGER_H

#include "base/b64.h"
#include "model/key.h"

#include <jansson.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>

enum { RAW = 512 };

static const char *member(const json_t *jwk, const char *name)
{
    const char *text = json_string_value(json_object_get(jwk, name));

    assert_non_null(text);
    return text;
}

static size_t raw_member(const json_t *jwk, const char *name, unsigned char *raw, size_t cap)
{
    size_t n;

    assert_true(b64url_decode(slice_of(member(jwk, name)), raw, cap, &n));
    return n;
}

static EVP_PKEY *public_key_from(const char *type, OSSL_PARAM_BLD *build)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);

    assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
    assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
    OSSL_PARAM_free(params);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static EVP_PKEY *rsa_key(const json_t *jwk)
{
    unsigned char n[RAW];
    unsigned char e[8];
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();

    assert_int_equal(raw_member(jwk, "n", n, sizeof n), 256);
    assert_string_equal(member(jwk, "e"), "AQAB");
    BIGNUM *modulus = BN_bin2bn(n, 256, NULL);
    BIGNUM *exponent = BN_bin2bn(e, (int)raw_member(jwk, "e", e, sizeof e), NULL);
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus);
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent);
    EVP_PKEY *key = public_key_from("RSA", build);
    OSSL_PARAM_BLD_free(build);
    BN_free(modulus);
    BN_free(exponent);
    return key;
}

static EVP_PKEY *ec_key(const json_t *jwk)
{
    unsigned char point[65] = { 4 }; /* uncompressed */
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();

    assert_string_equal(member(jwk, "crv"), "P-256");
    assert_int_equal(raw_member(jwk, "x", point + 1, 32), 32);
    assert_int_equal(raw_member(jwk, "y", point + 33, 32), 32);
    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point);
    EVP_PKEY *key = public_key_from("EC", build);
    OSSL_PARAM_BLD_free(build);
    return key;
}

static EVP_PKEY *okp_key(const json_t *jwk)
{
    unsigned char raw[32];

    assert_string_equal(member(jwk, "crv"), "Ed25519");
    assert_int_equal(raw_member(jwk, "x", raw, sizeof raw), sizeof raw);
    return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, raw, sizeof raw);
}

static EVP_PKEY *public_key(const json_t *jwk)
{
    const char *type = member(jwk, "kty");

    if (strcmp(type, "RSA") == 0)
        return rsa_key(jwk);
    if (strcmp(type, "EC") == 0)
        return ec_key(jwk);
    assert_string_equal(type, "OKP");
    return okp_key(jwk);
}

/* r ‖ s as OpenSSL wants it. */
static size_t der_of(const unsigned char *raw, unsigned char *der)
{
    ECDSA_SIG *sig = ECDSA_SIG_new();

    ECDSA_SIG_set0(sig, BN_bin2bn(raw, 32, NULL), BN_bin2bn(raw + 32, 32, NULL));
    int n = i2d_ECDSA_SIG(sig, &der);
    ECDSA_SIG_free(sig);
    assert_true(n > 0);
    return (size_t)n;
}

/* Verifies with nothing but the JWK. */
static bool stranger_verifies(EVP_PKEY *key, enum signing_alg alg, struct slice token)
{
    unsigned char raw[RAW];
    unsigned char der[RAW];
    struct slice rest, signature;
    size_t n;

    struct slice header = slice_cut(token, '.', &rest);
    struct slice body = slice_cut(rest, '.', &signature);
    assert_true(b64url_decode(signature, raw, sizeof raw, &n));
    const unsigned char *given = raw;
    if (alg == ALG_ES256) {
        assert_int_equal(n, 64);
        n = der_of(raw, der);
        given = der;
    }
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, alg == ALG_EDDSA ? NULL : EVP_sha256(), NULL, key), 1);
    int answer = EVP_DigestVerify(ctx, given, n, (const unsigned char *)token.p, header.n + 1 + body.n);
    EVP_MD_CTX_free(ctx);
    return answer == 1;
}

#endif
