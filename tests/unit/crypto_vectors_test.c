/* SPDX-License-Identifier: Apache-2.0 */
/* The keys and tokens that the standards print: they are published and signed with as they stand there. They also judge
 * the judge: the stranger of jwk_stranger.h accepts those tokens and no others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/keyring.h"

#include "base/limits.h"
#include "support/jwk_stranger.h"

#include <openssl/x509.h>
#include <stdlib.h>

/* The private key as a JWK, and what the standard signed with it. */
struct vector {
    const char *jwk;
    const char *token;
};

static const struct vector vectors[ALG_COUNT] = {
    /* RFC 7515, A.2 */
    [ALG_RS256] = { "{\"kty\":\"RSA\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-"
                    "4qPCJrcS2mJP"
                    "MEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-"
                    "bSf63kpaSHSXndS5z5rexMd"
                    "bBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-"
                    "DWNmoudF8NAc"
                    "o9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ\",\"e\":\"AQAB\",\"d\":"
                    "\"Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ul"
                    "we2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-"
                    "pWJ1O0BkTGoVEn2bKVRUCgu-GjB"
                    "VaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_"
                    "0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUSh"
                    "b1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_"
                    "RQyGWSeWjnczT0QU91p1DhOVRuOopznQ\",\"p"
                    "\":\"4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_"
                    "Py5PJdTJNPY8c"
                    "Qn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc\",\"q\":"
                    "\"uQPEfgmVtjL0Uyyx88GZFF1fO"
                    "unH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-"
                    "njbglfIsRLtXln"
                    "DzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc\",\"dp\":\"BwKfV3Akq5_MFZDFZCnW-wzl-"
                    "CCo83WoZvnLQwCTeDv8uzluRSnm71"
                    "I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCjn12Sk3vmAktV2zb34MCdy7cpdTh_"
                    "YVr7tss2u6vneTwrA86rZtu5Mbr1C1Xs"
                    "mvkxHQAdYo0\",\"dq\":\"h_96-mK1R_"
                    "7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N"
                    "3Do9U0ajaHF-NKJnwgjMd2w9cjz3_-kyNlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU\",\"qi\":"
                    "\"IYd7DH"
                    "OhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_"
                    "QJQ3ydy5cY7YIBi87w93IKLEdfnbJtoO"
                    "PLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U\"}",
                    "eyJhbGciOiJSUzI1NiJ9."
                    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290I"
                    "jp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
                    "O8W2Fp5jujG"
                    "bds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
                    "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_e"
                    "SN9383LcOLn6_dO--xi12jzDwusC-"
                    "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIh"
                    "WkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw" },
    /* RFC 7515, A.3 */
    [ALG_ES256] = { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_"
                    "FEzRu9m3"
                    "6HLN_tue659LNpXW6pCyStikYjKIWI5a0\",\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI\"}",
                    "eyJhbGciOiJFUzI1NiJ9."
                    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290I"
                    "jp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-"
                    "Kg6NU1Q" },
    /* RFC 8037, A.1 and A.4 */
    [ALG_EDDSA] = { "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\",\"d\":"
                    "\"nWGxne_"
                    "9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\"}",
                    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-"
                    "09PGcvMg3AIbQR6dWbhij"
                    "cNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg" },
};

static const uint8_t master[VAULT_MASTER] = "thirty-two bytes of invented key";
static const char kid[] = "a-name-of-27-characters-now";

static json_t *parse(const char *text)
{
    json_t *document = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

    assert_non_null(document);
    return document;
}

/* ---- the standards' private keys, in OpenSSL's hands ---- */

struct number {
    const char *member;
    const char *parameter;
};

static const struct number rsa_numbers[] = {
    { "n", OSSL_PKEY_PARAM_RSA_N },          { "e", OSSL_PKEY_PARAM_RSA_E },
    { "d", OSSL_PKEY_PARAM_RSA_D },          { "p", OSSL_PKEY_PARAM_RSA_FACTOR1 },
    { "q", OSSL_PKEY_PARAM_RSA_FACTOR2 },    { "dp", OSSL_PKEY_PARAM_RSA_EXPONENT1 },
    { "dq", OSSL_PKEY_PARAM_RSA_EXPONENT2 }, { "qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1 },
};

static const struct number ec_numbers[] = { { "d", OSSL_PKEY_PARAM_PRIV_KEY } };

static EVP_PKEY *pair_from(const char *type, OSSL_PARAM_BLD *build, const json_t *jwk, const struct number *numbers,
                           size_t n)
{
    BIGNUM *values[8];
    unsigned char raw[RAW];
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);

    assert_in_range(n, 1, sizeof values / sizeof values[0]);
    for (size_t i = 0; i < n; i++) {
        values[i] = BN_bin2bn(raw, (int)raw_member(jwk, numbers[i].member, raw, sizeof raw), NULL);
        assert_int_equal(OSSL_PARAM_BLD_push_BN(build, numbers[i].parameter, values[i]), 1);
    }
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
    assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params), 1);
    for (size_t i = 0; i < n; i++)
        BN_free(values[i]);
    OSSL_PARAM_free(params);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static EVP_PKEY *rsa_pair(const json_t *jwk)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY *key = pair_from("RSA", build, jwk, rsa_numbers, sizeof rsa_numbers / sizeof rsa_numbers[0]);

    OSSL_PARAM_BLD_free(build);
    return key;
}

static EVP_PKEY *ec_pair(const json_t *jwk)
{
    unsigned char point[65] = { 4 }; /* uncompressed */
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();

    assert_int_equal(raw_member(jwk, "x", point + 1, 32), 32);
    assert_int_equal(raw_member(jwk, "y", point + 33, 32), 32);
    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point);
    EVP_PKEY *key = pair_from("EC", build, jwk, ec_numbers, 1);
    OSSL_PARAM_BLD_free(build);
    return key;
}

static EVP_PKEY *okp_pair(const json_t *jwk)
{
    unsigned char raw[32];

    assert_int_equal(raw_member(jwk, "d", raw, sizeof raw), sizeof raw);
    return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, raw, sizeof raw);
}

/* A ring whose one key is the standard's, sealed as a row of the store is. */
static struct keyring *ring_of(struct vault *v, enum signing_alg alg, const json_t *jwk)
{
    static EVP_PKEY *(*const pair_of[ALG_COUNT])(
        const json_t *) = { [ALG_RS256] = rsa_pair, [ALG_ES256] = ec_pair, [ALG_EDDSA] = okp_pair };
    struct key row = { .alg = alg, .state = KEY_CURRENT };
    EVP_PKEY *pair = pair_of[alg](jwk);
    unsigned char *der = NULL;
    struct keyring *ring;
    struct buf sealed;

    int n = i2d_PrivateKey(pair, &der);
    assert_true(n > 0);
    memcpy(row.kid, kid, sizeof row.kid);
    buf_init(&sealed, row.sealed, sizeof row.sealed);
    assert_int_equal(vault_seal(v, VAULT_SIGNING_KEY, 0, slice_of(kid), slice_bytes(der, (size_t)n), &sealed).code,
                     ERR_OK);
    row.sealed_n = sealed.n;
    assert_int_equal(keyring_new(v, &row, 1, &ring).code, ERR_OK);
    OPENSSL_free(der);
    EVP_PKEY_free(pair);
    return ring;
}

/* ---- tests ---- */

static void test_the_stranger_takes_the_standards_tokens_and_no_others(void **state)
{
    char token[LIMIT_TOKEN];

    (void)state;
    for (enum signing_alg alg = 0; alg < ALG_COUNT; alg++) {
        json_t *jwk = parse(vectors[alg].jwk);
        EVP_PKEY *key = public_key(jwk);
        size_t n = strlen(vectors[alg].token);
        memcpy(token, vectors[alg].token, n);
        assert_true(stranger_verifies(key, alg, slice_bytes(token, n)));
        token[n - 40] = token[n - 40] == 'A' ? 'B' : 'A';
        assert_false(stranger_verifies(key, alg, slice_bytes(token, n)));
        token[n - 40] = vectors[alg].token[n - 40];
        token[0] = 'f';
        assert_false(stranger_verifies(key, alg, slice_bytes(token, n)));
        EVP_PKEY_free(key);
        json_decref(jwk);
    }
}

static void check_published(const struct keyring *ring, const json_t *wanted)
{
    static const char *const public_members[] = { "kty", "crv", "n", "e", "x", "y" };
    char text[LIMIT_TOKEN];
    struct buf out;

    buf_init(&out, text, sizeof text - 1);
    assert_int_equal(keyring_jwks(ring, SLICE("https://petstore.example/v2.0"), &out).code, ERR_OK);
    text[out.n] = '\0';
    json_t *document = parse(text);
    const json_t *jwk = json_array_get(json_object_get(document, "keys"), 0);
    for (size_t i = 0; i < sizeof public_members / sizeof public_members[0]; i++) {
        const json_t *value = json_object_get(wanted, public_members[i]);
        assert_true(value == NULL || json_equal(json_object_get(jwk, public_members[i]), value));
    }
    assert_null(json_object_get(jwk, "d"));
    json_decref(document);
}

static void check_signed(const struct keyring *ring, enum signing_alg alg, const json_t *jwk)
{
    char token[LIMIT_TOKEN];
    char space[64];
    struct buf out, payload;
    EVP_PKEY *key = public_key(jwk);

    buf_init(&out, token, sizeof token);
    assert_int_equal(keyring_sign(ring, alg, SLICE("{\"iss\":\"joe\"}"), &out).code, ERR_OK);
    assert_true(stranger_verifies(key, alg, buf_slice(&out)));
    buf_init(&payload, space, sizeof space);
    assert_int_equal(keyring_verify(ring, buf_slice(&out), &payload).code, ERR_OK);
    assert_true(slice_eq(buf_slice(&payload), SLICE("{\"iss\":\"joe\"}")));
    /* The standard's own token has another header, so it is not ours, however right its signature is. */
    buf_init(&payload, space, sizeof space);
    assert_int_equal(keyring_verify(ring, slice_of(vectors[alg].token), &payload).code, ERR_NOT_FOUND);
    EVP_PKEY_free(key);
}

static void test_the_standards_keys_are_published_and_sign(void **state)
{
    struct vault *v;

    (void)state;
    assert_int_equal(vault_new(master, &v).code, ERR_OK);
    for (enum signing_alg alg = 0; alg < ALG_COUNT; alg++) {
        json_t *jwk = parse(vectors[alg].jwk);
        struct keyring *ring = ring_of(v, alg, jwk);
        check_published(ring, jwk);
        check_signed(ring, alg, jwk);
        keyring_release(ring);
        json_decref(jwk);
    }
    vault_free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_stranger_takes_the_standards_tokens_and_no_others),
        cmocka_unit_test(test_the_standards_keys_are_published_and_sign),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
