/* SPDX-License-Identifier: Apache-2.0 */
/* tenant.h: a tenant for client tests: keys of its own, their JWKS, metadata, and id tokens signed as a server would.
 * Nothing of the client's or the server's code but base. Included by one file each, after cmocka. */
#ifndef DOORCODE_TESTS_TENANT_H
#define DOORCODE_TESTS_TENANT_H

#include "base/b64.h"
#include "support/answer_server.h"

#include <jansson.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <time.h>

#define TENANT_CLIENT "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31"
#define TENANT_ID "0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e"

enum tenant_alg { TENANT_RS256, TENANT_ES256, TENANT_EDDSA, TENANT_ALGS };

static const char *const tenant_alg_names[TENANT_ALGS] = { "RS256", "ES256", "EdDSA" };

struct tenant {
    EVP_PKEY *keys[TENANT_ALGS]; /* kid "key-RS256", …; NULL is not published */
    const char *kid_suffix;      /* of the key ids, "" or NULL: none */
    const char *subject;         /* of those id tokens, and their preferred_username; NULL: Sam's */
    const char *username;
    const char *nonce;      /* of the id tokens that fill() makes; NULL: none */
    _Atomic int keys_asked; /* how often the keys were fetched */
    _Atomic int metadata_asked;
    int keys_hidden; /* so many times an empty list of another key is published in their place */
};

static inline EVP_PKEY *tenant_key(enum tenant_alg alg)
{
    if (alg == TENANT_RS256)
        return EVP_RSA_gen(2048);
    if (alg == TENANT_ES256)
        return EVP_EC_gen("P-256");
    return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
}

static inline void tenant_close(struct tenant *tenant)
{
    for (size_t i = 0; i < TENANT_ALGS; i++) {
        EVP_PKEY_free(tenant->keys[i]);
        tenant->keys[i] = NULL;
    }
}

/* ---- JWKS ---- */

static inline char *tenant_b64(const void *bytes, size_t n)
{
    size_t cap = B64URL_LENGTH(n) + 1;
    char *text = calloc(1, cap);
    struct buf buf;
    buf_init(&buf, text, cap);
    b64url_put(&buf, bytes, n);
    return text;
}

static inline void tenant_put_number(json_t *jwk, const char *name, EVP_PKEY *key, const char *param, int width)
{
    unsigned char bytes[512];
    BIGNUM *number = NULL;
    EVP_PKEY_get_bn_param(key, param, &number);
    int n = width > 0 ? width : BN_num_bytes(number);
    BN_bn2binpad(number, bytes, n);
    BN_free(number);
    char *text = tenant_b64(bytes, (size_t)n);
    json_object_set_new(jwk, name, json_string(text));
    free(text);
}

static inline json_t *tenant_jwk(EVP_PKEY *key, enum tenant_alg alg, const char *kid)
{
    static const char *const types[] = { "RSA", "EC", "OKP" };
    json_t *jwk = json_pack("{s:s, s:s, s:s}", "kty", types[alg], "use", "sig", "kid", kid);
    unsigned char raw[32];
    size_t n = sizeof raw;
    if (alg == TENANT_RS256) {
        tenant_put_number(jwk, "n", key, OSSL_PKEY_PARAM_RSA_N, 0);
        tenant_put_number(jwk, "e", key, OSSL_PKEY_PARAM_RSA_E, 0);
    } else if (alg == TENANT_ES256) {
        json_object_set_new(jwk, "crv", json_string("P-256"));
        tenant_put_number(jwk, "x", key, OSSL_PKEY_PARAM_EC_PUB_X, 32);
        tenant_put_number(jwk, "y", key, OSSL_PKEY_PARAM_EC_PUB_Y, 32);
    } else {
        json_object_set_new(jwk, "crv", json_string("Ed25519"));
        EVP_PKEY_get_raw_public_key(key, raw, &n);
        char *text = tenant_b64(raw, n);
        json_object_set_new(jwk, "x", json_string(text));
        free(text);
    }
    return jwk;
}

static inline json_t *tenant_jwks(const struct tenant *tenant)
{
    json_t *keys = json_array();
    char kid[32];
    for (size_t i = 0; i < TENANT_ALGS; i++) {
        snprintf(kid, sizeof kid, "key-%s%s", tenant_alg_names[i],
                 tenant->kid_suffix != NULL ? tenant->kid_suffix : "");
        if (tenant->keys[i] != NULL)
            json_array_append_new(keys, tenant_jwk(tenant->keys[i], (enum tenant_alg)i, kid));
    }
    return json_pack("{s:o}", "keys", keys);
}

/* ---- tokens ---- */

/* r and s as they are in a JWS. */
static inline void tenant_raw_signature(unsigned char *signature, size_t *n)
{
    const unsigned char *at = signature;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)*n);
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature + 32, 32);
    ECDSA_SIG_free(pair);
    *n = 64;
}

/* header.payload.signature of two texts, whatever they say. malloc'ed. */
static inline char *tenant_sign(EVP_PKEY *key, enum tenant_alg alg, const char *header, const char *payload)
{
    unsigned char signature[512];
    size_t n = sizeof signature;
    size_t cap = B64URL_LENGTH(strlen(header)) + B64URL_LENGTH(strlen(payload)) + B64URL_LENGTH(sizeof signature) + 4;
    char *text = calloc(1, cap);
    struct buf token;
    buf_init(&token, text, cap);
    b64url_put(&token, header, strlen(header));
    buf_putc(&token, '.');
    b64url_put(&token, payload, strlen(payload));
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_DigestSignInit(context, NULL, alg == TENANT_EDDSA ? NULL : EVP_sha256(), NULL, key);
    if (EVP_DigestSign(context, signature, &n, (const unsigned char *)text, token.n) != 1)
        abort();
    EVP_MD_CTX_free(context);
    if (alg == TENANT_ES256)
        tenant_raw_signature(signature, &n);
    buf_putc(&token, '.');
    b64url_put(&token, signature, n);
    return text;
}

static inline char *tenant_token(const struct tenant *tenant, enum tenant_alg alg, const json_t *claims)
{
    char header[128];
    char *payload = json_dumps(claims, JSON_COMPACT);
    snprintf(header, sizeof header, "{\"typ\":\"JWT\",\"alg\":\"%s\",\"kid\":\"key-%s%s\"}", tenant_alg_names[alg],
             tenant_alg_names[alg], tenant->kid_suffix != NULL ? tenant->kid_suffix : "");
    char *token = tenant_sign(tenant->keys[alg], alg, header, payload);
    free(payload);
    return token;
}

/* The claims of a good id token, now. */
static inline json_t *tenant_claims(const char *issuer, int64_t now)
{
    return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:s}", "iss", issuer, "aud", TENANT_CLIENT, "sub", "subject",
                     "iat", (json_int_t)(now - 300), "nbf", (json_int_t)(now - 300), "exp", (json_int_t)(now + 3600),
                     "preferred_username", "sam@example.org", "name", "Sam");
}

/* ---- facts of a server of recorded answers ---- */

static inline bool tenant_asked_for(const char *request, const char *path)
{
    return strncmp(request, "GET ", 4) == 0 && strncmp(request + 4, path, strlen(path)) == 0 &&
           request[4 + strlen(path)] == ' ';
}

static inline char *tenant_page(void *ctx, const char *origin, const char *request)
{
    struct tenant *tenant = ctx;
    json_t *page = NULL;
    if (tenant_asked_for(request, "/petstore/v2.0/.well-known/openid-configuration")) {
        tenant->metadata_asked++;
        page = json_pack("{s:s+, s:s+, s:s+, s:s+, s:s+}", "issuer", origin, "/" TENANT_ID "/v2.0",
                         "authorization_endpoint", origin, "/" TENANT_ID "/oauth2/v2.0/authorize", "token_endpoint",
                         origin, "/" TENANT_ID "/oauth2/v2.0/token", "jwks_uri", origin,
                         "/" TENANT_ID "/discovery/v2.0/keys", "end_session_endpoint", origin,
                         "/" TENANT_ID "/oauth2/v2.0/logout");
    } else if (tenant_asked_for(request, "/" TENANT_ID "/discovery/v2.0/keys")) {
        const struct tenant stranger = { .keys = { NULL, tenant_key(TENANT_ES256), NULL } };
        bool hidden = tenant->keys_asked++ < tenant->keys_hidden;
        page = tenant_jwks(hidden ? &stranger : tenant);
        if (hidden)
            json_object_set_new(json_array_get(json_object_get(page, "keys"), 0), "kid", json_string("other"));
        EVP_PKEY_free(stranger.keys[TENANT_ES256]);
    }
    char *body = page != NULL ? json_dumps(page, JSON_COMPACT) : NULL;
    json_decref(page);
    return body;
}

/* @ID_TOKEN@ in a recorded answer becomes an id token of now. */
static inline char *tenant_fill(void *ctx, const char *origin, const char *body)
{
    static const char place[] = "@ID_TOKEN@";
    const struct tenant *tenant = ctx;
    const char *at = strstr(body, place);
    char issuer[128];
    if (at == NULL)
        return NULL;
    snprintf(issuer, sizeof issuer, "%s/" TENANT_ID "/v2.0", origin);
    json_t *claims = tenant_claims(issuer, (int64_t)time(NULL));
    if (tenant->subject != NULL)
        json_object_set_new(claims, "sub", json_string(tenant->subject));
    if (tenant->username != NULL)
        json_object_set_new(claims, "preferred_username", json_string(tenant->username));
    if (tenant->nonce != NULL)
        json_object_set_new(claims, "nonce", json_string(tenant->nonce));
    char *token = tenant_token(tenant, TENANT_ES256, claims);
    json_decref(claims);
    size_t size = strlen(body) + strlen(token) + 1;
    char *filled = malloc(size);
    snprintf(filled, size, "%.*s%s%s", (int)(at - body), body, token, at + strlen(place));
    free(token);
    return filled;
}

static inline struct answer_facts tenant_facts(struct tenant *tenant)
{
    if (tenant->keys[TENANT_ES256] == NULL)
        tenant->keys[TENANT_ES256] = tenant_key(TENANT_ES256);
    return (struct answer_facts){ .page = tenant_page, .fill = tenant_fill, .ctx = tenant };
}

/* The same tenant for all tests of a program, made when it is first needed. */
static inline struct answer_facts tenant_of_tests(void)
{
    static struct tenant tenant;
    return tenant_facts(&tenant);
}

#endif
