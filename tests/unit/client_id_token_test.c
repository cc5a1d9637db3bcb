/* SPDX-License-Identifier: Apache-2.0 */
/* Id tokens that are good, and each way in which one is not (OpenID Connect Core, 3.1.3.7; RFC 8725). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "id_token.h"
#include "support/tenant.h"

#include <openssl/hmac.h>
#include <openssl/x509.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ISSUER "https://login.example/" TENANT_ID "/v2.0"

enum { NOW = 1784715330, SKEW = 300 };

/* SHA-256 and SHA-512 of "access", left halves, computed with openssl dgst. */
#define ACCESS_HASH "oFYf1knNtrqnhAVfBRuteQ"
#define ACCESS_HASH_512 "kyd4-h3ZoV2sH212kLKbcOnCBajStKQ38Ae_bfT-PFI"
#define CODE_HASH "VpTQii5T_8rgwxA-Wtb2Bw"

static struct tenant tenant;

static int make_tenant(void **state)
{
    (void)state;
    for (size_t i = 0; i < TENANT_ALGS; i++)
        tenant.keys[i] = tenant_key((enum tenant_alg)i);
    return 0;
}

static int drop_tenant(void **state)
{
    (void)state;
    tenant_close(&tenant);
    return 0;
}

static struct jwks *published(void)
{
    json_t *root = tenant_jwks(&tenant);
    struct jwks *keys = jwks_make(root);
    json_decref(root);
    assert_non_null(keys);
    return keys;
}

static enum token_fault check(const char *token, const struct jwks *keys)
{
    return id_token_check(token, &(struct id_token_rule){ .keys = keys,
                                                          .issuer = ISSUER,
                                                          .client_id = TENANT_CLIENT,
                                                          .nonce = "n-0S6_WzA2Mj",
                                                          .access_token = "access",
                                                          .code = "code",
                                                          .now = NOW });
}

static json_t *good_claims(void)
{
    json_t *claims = tenant_claims(ISSUER, NOW);
    json_object_set_new(claims, "nonce", json_string("n-0S6_WzA2Mj"));
    return claims;
}

static void every_algorithm(void **state)
{
    (void)state;
    struct jwks *keys = published();
    json_t *claims = good_claims();
    assert_int_equal(jwks_count(keys), TENANT_ALGS);
    for (size_t i = 0; i < TENANT_ALGS; i++) {
        char *token = tenant_token(&tenant, (enum tenant_alg)i, claims);
        assert_int_equal(check(token, keys), TOKEN_GOOD);
        free(token);
    }
    json_decref(claims);
    jwks_free(keys);
}

/* ---- claims ---- */

struct claim_row {
    const char *name;
    const char *json; /* what it becomes; NULL takes it away */
    enum token_fault fault;
};

static const struct claim_row claim_rows[] = {
    { "iss", "\"https://login.example/" TENANT_ID "/v2.0/\"", TOKEN_ISSUER },
    { "iss", "\"https://login.example/" TENANT_ID "\"", TOKEN_ISSUER },
    { "iss", "\"HTTPS://login.example/" TENANT_ID "/v2.0\"", TOKEN_ISSUER },
    { "iss", "[\"" ISSUER "\"]", TOKEN_ISSUER },
    { "iss", NULL, TOKEN_ISSUER },
    { "aud", "\"2f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c32\"", TOKEN_AUDIENCE },
    { "aud", "\"\"", TOKEN_AUDIENCE },
    { "aud", "17", TOKEN_AUDIENCE },
    { "aud", "[]", TOKEN_AUDIENCE },
    { "aud", NULL, TOKEN_AUDIENCE },
    { "aud", "[\"" TENANT_CLIENT "\"]", TOKEN_GOOD },
    { "aud", "[\"other\"]", TOKEN_AUDIENCE },
    { "aud", "[\"other\",\"" TENANT_CLIENT "\"]", TOKEN_AUDIENCE }, /* without azp */
    { "azp", "\"" TENANT_CLIENT "\"", TOKEN_GOOD },
    { "azp", "\"other\"", TOKEN_AUDIENCE },
    { "azp", "{}", TOKEN_AUDIENCE },
    { "exp", "1784715031", TOKEN_GOOD }, /* NOW - SKEW + 1 */
    { "exp", "1784715030", TOKEN_EXPIRED },
    { "exp", "1784715031.9", TOKEN_GOOD },
    { "exp", "0", TOKEN_EXPIRED },
    { "exp", "-1", TOKEN_CLAIMS },
    { "exp", "1e300", TOKEN_CLAIMS },
    { "exp", "\"1784718930\"", TOKEN_CLAIMS },
    { "exp", NULL, TOKEN_CLAIMS },
    { "nbf", "1784715630", TOKEN_GOOD }, /* NOW + SKEW */
    { "nbf", "1784715631", TOKEN_EARLY },
    { "nbf", "\"x\"", TOKEN_CLAIMS },
    { "nbf", NULL, TOKEN_GOOD },
    { "iat", "1784715630", TOKEN_GOOD },
    { "iat", "1784715631", TOKEN_EARLY },
    { "iat", "true", TOKEN_CLAIMS },
    { "iat", NULL, TOKEN_CLAIMS },
    { "sub", "\"\"", TOKEN_CLAIMS },
    { "sub", "1", TOKEN_CLAIMS },
    { "sub", NULL, TOKEN_CLAIMS },
    { "nonce", "\"n-0S6_WzA2Mk\"", TOKEN_NONCE },
    { "nonce", "\"\"", TOKEN_NONCE },
    { "nonce", "1", TOKEN_NONCE },
    { "nonce", NULL, TOKEN_NONCE },
    { "at_hash", "\"" ACCESS_HASH "\"", TOKEN_GOOD },
    { "at_hash", "\"" CODE_HASH "\"", TOKEN_ACCESS_TOKEN },
    { "at_hash", "\"\"", TOKEN_ACCESS_TOKEN },
    { "at_hash", "null", TOKEN_ACCESS_TOKEN },
    { "c_hash", "\"" CODE_HASH "\"", TOKEN_GOOD },
    { "c_hash", "\"" ACCESS_HASH "\"", TOKEN_CODE },
    { "anything", "{\"else\":[1,2,{\"deep\":null}]}", TOKEN_GOOD },
};

static void each_claim(void **state)
{
    (void)state;
    struct jwks *keys = published();
    for (size_t i = 0; i < COUNT(claim_rows); i++) {
        const struct claim_row *row = &claim_rows[i];
        json_t *claims = good_claims();
        if (row->json != NULL)
            json_object_set_new(claims, row->name, json_loads(row->json, JSON_DECODE_ANY, NULL));
        else
            json_object_del(claims, row->name);
        char *token = tenant_token(&tenant, TENANT_ES256, claims);
        enum token_fault fault = check(token, keys);
        if (fault != row->fault)
            fail_msg("%s = %s: '%s', not '%s'", row->name, row->json, id_token_fault_text(fault),
                     id_token_fault_text(row->fault));
        free(token);
        json_decref(claims);
    }
    jwks_free(keys);
}

static void ed25519_hashes_with_sha512(void **state)
{
    (void)state;
    static const struct {
        const char *hash;
        enum token_fault fault;
    } rows[] = { { ACCESS_HASH_512, TOKEN_GOOD }, { ACCESS_HASH, TOKEN_ACCESS_TOKEN } };
    struct jwks *keys = published();
    for (size_t i = 0; i < COUNT(rows); i++) {
        json_t *claims = good_claims();
        json_object_set_new(claims, "at_hash", json_string(rows[i].hash));
        char *token = tenant_token(&tenant, TENANT_EDDSA, claims);
        assert_int_equal(check(token, keys), rows[i].fault);
        free(token);
        json_decref(claims);
    }
    jwks_free(keys);
}

static void without_what_was_not_sent(void **state)
{
    (void)state;
    struct jwks *keys = published();
    json_t *claims = good_claims();
    json_object_set_new(claims, "c_hash", json_string("whatever"));
    char *token = tenant_token(&tenant, TENANT_ES256, claims);
    struct id_token_rule rule = {
        .keys = keys, .issuer = ISSUER, .client_id = TENANT_CLIENT, .access_token = "access", .now = NOW
    };
    assert_int_equal(id_token_check(token, &rule), TOKEN_GOOD);
    free(token);
    json_decref(claims);
    jwks_free(keys);
}

/* ---- headers and signatures ---- */

struct header_row {
    enum tenant_alg signer;
    const char *header;
    enum token_fault fault;
};

static const struct header_row header_rows[] = {
    { TENANT_ES256, "{\"alg\":\"ES256\",\"kid\":\"key-ES256\"}", TOKEN_GOOD },
    { TENANT_ES256, "{\"alg\":\"ES256\",\"kid\":\"key-ES256\",\"typ\":\"jwt\",\"x5t\":\"abc\"}", TOKEN_GOOD },
    { TENANT_ES256, "{\"alg\":\"ES256\"}", TOKEN_GOOD }, /* the only key of its kind */
    { TENANT_ES256, "{\"alg\":\"ES256\",\"kid\":\"another\"}", TOKEN_UNKNOWN_KEY },
    { TENANT_ES256, "{\"alg\":\"ES256\",\"kid\":\"key-RS256\"}", TOKEN_UNKNOWN_KEY },
    { TENANT_ES256, "{\"alg\":\"RS256\",\"kid\":\"key-RS256\"}", TOKEN_SIGNATURE },
    { TENANT_RS256, "{\"alg\":\"ES256\",\"kid\":\"key-ES256\"}", TOKEN_SIGNATURE },
    { TENANT_RS256, "{\"alg\":\"PS256\",\"kid\":\"key-RS256\"}", TOKEN_ALGORITHM },
    { TENANT_RS256, "{\"alg\":\"RS384\",\"kid\":\"key-RS256\"}", TOKEN_ALGORITHM },
    { TENANT_ES256, "{\"alg\":\"none\",\"kid\":\"key-ES256\"}", TOKEN_ALGORITHM },
    { TENANT_ES256, "{\"alg\":\"NONE\",\"kid\":\"key-ES256\"}", TOKEN_ALGORITHM },
    { TENANT_ES256, "{\"alg\":\"es256\",\"kid\":\"key-ES256\"}", TOKEN_ALGORITHM },
    { TENANT_ES256, "{\"alg\":\"HS256\",\"kid\":\"key-ES256\"}", TOKEN_ALGORITHM },
    { TENANT_ES256, "{\"alg\":\"\",\"kid\":\"key-ES256\"}", TOKEN_ALGORITHM },
    { TENANT_ES256, "{\"alg\":[\"ES256\"],\"kid\":\"key-ES256\"}", TOKEN_ALGORITHM },
    { TENANT_ES256, "{\"kid\":\"key-ES256\"}", TOKEN_ALGORITHM },
    { TENANT_ES256, "{\"alg\":\"ES256\",\"kid\":5}", TOKEN_HEADER },
    { TENANT_ES256, "{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}", TOKEN_HEADER },
    { TENANT_ES256, "{\"alg\":\"ES256\",\"typ\":1}", TOKEN_HEADER },
    { TENANT_ES256, "{\"alg\":\"ES256\",\"crit\":[\"exp\"]}", TOKEN_HEADER },
    { TENANT_ES256, "{\"alg\":\"ES256\",\"alg\":\"none\"}", TOKEN_HEADER },
    { TENANT_ES256, "[\"ES256\"]", TOKEN_HEADER },
    { TENANT_ES256, "not json", TOKEN_HEADER },
};

static char *good_payload(void)
{
    json_t *claims = good_claims();
    char *payload = json_dumps(claims, JSON_COMPACT);
    json_decref(claims);
    return payload;
}

static void each_header(void **state)
{
    (void)state;
    struct jwks *keys = published();
    char *payload = good_payload();
    for (size_t i = 0; i < COUNT(header_rows); i++) {
        const struct header_row *row = &header_rows[i];
        char *token = tenant_sign(tenant.keys[row->signer], row->signer, row->header, payload);
        enum token_fault fault = check(token, keys);
        if (fault != row->fault)
            fail_msg("%s: '%s'", row->header, id_token_fault_text(fault));
        free(token);
    }
    free(payload);
    jwks_free(keys);
}

/* The public key as the secret of an HMAC: the confusion of RFC 8725, 2.1. */
static void a_public_key_is_no_secret(void **state)
{
    (void)state;
    unsigned char *pem = NULL;
    unsigned char mac[32];
    unsigned mac_n = 0;
    char token[4096];
    struct buf text;
    struct jwks *keys = published();
    char *payload = good_payload();
    int pem_n = i2d_PUBKEY(tenant.keys[TENANT_RS256], &pem);
    static const char header[] = "{\"alg\":\"HS256\",\"kid\":\"key-RS256\"}";
    buf_init(&text, token, sizeof token);
    b64url_put(&text, header, strlen(header));
    buf_putc(&text, '.');
    b64url_put(&text, payload, strlen(payload));
    HMAC(EVP_sha256(), pem, pem_n, (const unsigned char *)token, text.n, mac, &mac_n);
    buf_putc(&text, '.');
    b64url_put(&text, mac, mac_n);
    buf_putc(&text, '\0');
    assert_int_equal(check(token, keys), TOKEN_ALGORITHM);
    OPENSSL_free(pem);
    free(payload);
    jwks_free(keys);
}

static void another_key_of_the_same_name(void **state)
{
    (void)state;
    struct jwks *keys = published();
    json_t *claims = good_claims();
    for (size_t i = 0; i < TENANT_ALGS; i++) {
        struct tenant thief = { 0 };
        thief.keys[i] = tenant_key((enum tenant_alg)i);
        char *token = tenant_token(&thief, (enum tenant_alg)i, claims);
        assert_int_equal(check(token, keys), TOKEN_SIGNATURE);
        free(token);
        tenant_close(&thief);
    }
    json_decref(claims);
    jwks_free(keys);
}

/* Any one character changed, or the token cut anywhere, is refused. */
static void every_change_is_seen(void **state)
{
    (void)state;
    struct jwks *keys = published();
    json_t *claims = good_claims();
    char *token = tenant_token(&tenant, TENANT_EDDSA, claims);
    for (size_t i = 0; token[i] != '\0'; i++) {
        char was = token[i];
        token[i] = was == 'A' ? 'B' : 'A';
        assert_int_not_equal(check(token, keys), TOKEN_GOOD);
        token[i] = '\0';
        assert_int_not_equal(check(token, keys), TOKEN_GOOD);
        token[i] = was;
    }
    assert_int_equal(check(token, keys), TOKEN_GOOD);
    free(token);
    json_decref(claims);
    jwks_free(keys);
}

static void shapes_that_are_none(void **state)
{
    (void)state;
    static const struct {
        const char *token;
        enum token_fault fault;
    } rows[] = {
        { "", TOKEN_SHAPE },           { "a", TOKEN_SHAPE },
        { "a.b", TOKEN_SHAPE },        { "..", TOKEN_SHAPE },
        { "a.b.", TOKEN_SHAPE },       { ".b.c", TOKEN_SHAPE },
        { "a..c", TOKEN_SHAPE },       { "e30.e30.c2ln", TOKEN_ALGORITHM },
        { "a.b.c.d.e", TOKEN_HEADER }, { "e30=.e30.c2ln", TOKEN_HEADER },
    };
    struct jwks *keys = published();
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(check(rows[i].token, keys), rows[i].fault);
    jwks_free(keys);
}

static void the_largest_and_one_more(void **state)
{
    (void)state;
    struct jwks *keys = published();
    for (size_t padding = 11000; padding <= 13000; padding += 2000) {
        json_t *claims = good_claims();
        char *text = calloc(1, padding + 1);
        memset(text, 'x', padding);
        json_object_set_new(claims, "long", json_string(text));
        char *token = tenant_token(&tenant, TENANT_ES256, claims);
        assert_int_equal(check(token, keys), strlen(token) <= 16384 ? TOKEN_GOOD : TOKEN_SHAPE);
        free(token);
        free(text);
        json_decref(claims);
    }
    jwks_free(keys);
}

/* ---- JWKS ---- */

static const struct {
    const char *json;
    size_t count;
} key_rows[] = {
    { "{}", 0 },
    { "{\"keys\":5}", 0 },
    { "{\"keys\":[]}", 0 },
    { "{\"keys\":[1,null,\"x\",[],{}]}", 0 },
    { "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}", 0 }, /* far too short */
    { "{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}]}", 0 },
    { "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}", 0 },
    { "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
      "\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}]}",
      0 }, /* not on the curve */
    { "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}]}", 0 },
    { "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}]}", 1 },
    { "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"use\":\"enc\","
      "\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}]}",
      0 },
    { "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"alg\":\"ES256\","
      "\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}]}",
      0 },
};

static void keys_that_are_left_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(key_rows); i++) {
        json_t *root = json_loads(key_rows[i].json, 0, NULL);
        struct jwks *keys = jwks_make(root);
        if (jwks_count(keys) != key_rows[i].count)
            fail_msg("%s: %zu keys", key_rows[i].json, jwks_count(keys));
        jwks_free(keys);
        json_decref(root);
    }
}

static void small_rsa_keys_are_left_out(void **state)
{
    (void)state;
    EVP_PKEY *key = EVP_RSA_gen(1024);
    json_t *root = json_pack("{s:[o]}", "keys", tenant_jwk(key, TENANT_RS256, "small"));
    struct jwks *keys = jwks_make(root);
    assert_int_equal(jwks_count(keys), 0);
    jwks_free(keys);
    json_decref(root);
    EVP_PKEY_free(key);
}

/* No more than CLIENT_KEYS are kept, and a token without a key id needs the only one. */
static void many_keys(void **state)
{
    (void)state;
    json_t *list = json_array();
    char kid[16];
    for (int i = 0; i < 40; i++) {
        snprintf(kid, sizeof kid, "k%d", i);
        json_array_append_new(list, tenant_jwk(tenant.keys[TENANT_ES256], TENANT_ES256, kid));
    }
    json_t *root = json_pack("{s:o}", "keys", list);
    struct jwks *keys = jwks_make(root);
    char *payload = good_payload();
    static const struct {
        const char *header;
        enum token_fault fault;
    } rows[] = {
        { "{\"alg\":\"ES256\",\"kid\":\"k31\"}", TOKEN_GOOD },
        { "{\"alg\":\"ES256\",\"kid\":\"k32\"}", TOKEN_UNKNOWN_KEY },
        { "{\"alg\":\"ES256\"}", TOKEN_UNKNOWN_KEY },
    };
    assert_int_equal(jwks_count(keys), 32);
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *token = tenant_sign(tenant.keys[TENANT_ES256], TENANT_ES256, rows[i].header, payload);
        assert_int_equal(check(token, keys), rows[i].fault);
        free(token);
    }
    free(payload);
    jwks_free(keys);
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_algorithm),
        cmocka_unit_test(each_claim),
        cmocka_unit_test(ed25519_hashes_with_sha512),
        cmocka_unit_test(without_what_was_not_sent),
        cmocka_unit_test(each_header),
        cmocka_unit_test(a_public_key_is_no_secret),
        cmocka_unit_test(another_key_of_the_same_name),
        cmocka_unit_test(every_change_is_seen),
        cmocka_unit_test(shapes_that_are_none),
        cmocka_unit_test(the_largest_and_one_more),
        cmocka_unit_test(keys_that_are_left_out),
        cmocka_unit_test(small_rsa_keys_are_left_out),
        cmocka_unit_test(many_keys),
    };
    return cmocka_run_group_tests_name("client: id tokens", tests, make_tenant, drop_tenant);
}
