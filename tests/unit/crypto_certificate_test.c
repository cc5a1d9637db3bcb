/* SPDX-License-Identifier: Apache-2.0 */
/* Registered certificates and the signatures of their keys (RFC 7518, 3.3 to 3.5), made here by OpenSSL directly. */
#include "crypto/certificate.h"
#include "crypto/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/assertion_signed.h"

static const struct slice text = { "header.claims", 13 };

static struct certificate *open_it(const char *pem)
{
    struct certificate *c;

    assert_int_equal(certificate_open(slice_of(pem), &c).code, ERR_OK);
    return c;
}

static enum err_code verify(const char *certificate, const char *alg, const char *signed_as, const char *key)
{
    struct certificate *c = open_it(certificate);
    unsigned char signature[512];
    size_t n;

    assertion_sign(signed_as, key, text, signature, &n);
    enum err_code code = certificate_verify(c, slice_of(alg), text, slice_bytes(signature, n)).code;
    certificate_free(c);
    return code;
}

static void test_signatures(void **state)
{
    (void)state;
    assert_int_equal(verify(CERTIFICATE_RSA, "RS256", "RS256", KEY_RSA), ERR_OK);
    assert_int_equal(verify(CERTIFICATE_RSA, "PS256", "PS256", KEY_RSA), ERR_OK);
    assert_int_equal(verify(CERTIFICATE_EC, "ES256", "ES256", KEY_EC), ERR_OK);
    /* signed otherwise than said */
    assert_int_equal(verify(CERTIFICATE_RSA, "RS256", "PS256", KEY_RSA), ERR_CRYPTO);
    assert_int_equal(verify(CERTIFICATE_RSA, "PS256", "RS256", KEY_RSA), ERR_CRYPTO);
    assert_int_equal(verify(CERTIFICATE_EC, "ES256", "RS256", KEY_EC), ERR_CRYPTO); /* DER */
    /* by another */
    assert_int_equal(verify(CERTIFICATE_RSA, "RS256", "RS256", KEY_STRANGER), ERR_CRYPTO);
    /* algorithms that the key does not have, or nobody has */
    assert_int_equal(verify(CERTIFICATE_RSA, "ES256", "RS256", KEY_RSA), ERR_CRYPTO);
    assert_int_equal(verify(CERTIFICATE_EC, "RS256", "ES256", KEY_EC), ERR_CRYPTO);
    assert_int_equal(verify(CERTIFICATE_RSA, "none", "RS256", KEY_RSA), ERR_CRYPTO);
    assert_int_equal(verify(CERTIFICATE_RSA, "HS256", "RS256", KEY_RSA), ERR_CRYPTO);
    assert_int_equal(verify(CERTIFICATE_RSA, "", "RS256", KEY_RSA), ERR_CRYPTO);
}

static void test_every_bit_counts(void **state)
{
    struct certificate *c = open_it(CERTIFICATE_EC);
    unsigned char signature[512];
    size_t n;

    (void)state;
    assertion_sign("ES256", KEY_EC, text, signature, &n);
    for (size_t i = 0; i < n; i++) {
        signature[i] ^= 1;
        assert_int_equal(certificate_verify(c, SLICE("ES256"), text, slice_bytes(signature, n)).code, ERR_CRYPTO);
        signature[i] ^= 1;
    }
    assert_int_equal(certificate_verify(c, SLICE("ES256"), text, slice_bytes(signature, n - 1)).code, ERR_CRYPTO);
    assert_int_equal(certificate_verify(c, SLICE("ES256"), text, slice_bytes(signature, n)).code, ERR_OK);
    assert_int_equal(certificate_verify(c, SLICE("ES256"), SLICE("header.claim"), slice_bytes(signature, n)).code,
                     ERR_CRYPTO);
    memset(signature, 0, n); /* r and s of zero sign everything where nobody looks */
    assert_int_equal(certificate_verify(c, SLICE("ES256"), text, slice_bytes(signature, n)).code, ERR_CRYPTO);
    certificate_free(c);
}

static void test_what_is_opened(void **state)
{
    static const char *const refused[] = { "",
                                           "pem",
                                           KEY_RSA,
                                           CERTIFICATE_P384,
                                           CERTIFICATE_WEAK,
                                           "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" };
    struct certificate *c;

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_int_equal(certificate_open(slice_of(refused[i]), &c).code, ERR_FORMAT);
}

static void test_names(void **state)
{
    struct certificate *c = open_it(CERTIFICATE_RSA);

    (void)state;
    assert_true(certificate_has_x5t(c, slice_of(X5T_RSA)));
    assert_true(certificate_has_x5t(c, SLICE(X5T_RSA "=")));
    assert_true(certificate_has_x5t_s256(c, slice_of(X5T_S256_RSA)));
    assert_false(certificate_has_x5t(c, slice_of(X5T_S256_RSA)));
    assert_false(certificate_has_x5t_s256(c, slice_of(X5T_RSA)));
    assert_false(certificate_has_x5t(c, slice_of(X5T_EC)));
    assert_false(certificate_has_x5t(c, SLICE_EMPTY));
    assert_false(certificate_has_x5t(c, SLICE("===")));
    assert_false(certificate_has_x5t(c, (struct slice){ X5T_RSA, sizeof X5T_RSA - 3 }));
    certificate_free(c);
}

static void test_times(void **state)
{
    struct certificate *c = open_it(CERTIFICATE_OLD); /* the year 2020 */

    (void)state;
    assert_false(certificate_is_valid(c, 1577836799));
    assert_true(certificate_is_valid(c, 1577836801));
    assert_true(certificate_is_valid(c, 1609459199));
    assert_false(certificate_is_valid(c, 1609459201));
    certificate_free(c);
}

/* FIPS 180-4's examples. */
static void test_digests(void **state)
{
    static const uint8_t abc[4] = { 0xba, 0x78, 0x16, 0xbf }, abc512[4] = { 0xdd, 0xaf, 0x35, 0xa1 };
    uint8_t out[DIGEST_SHA512];

    (void)state;
    digest_sha256(SLICE("abc"), out);
    assert_memory_equal(out, abc, sizeof abc);
    digest_sha512(SLICE("abc"), out);
    assert_memory_equal(out, abc512, sizeof abc512);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signatures),     cmocka_unit_test(test_every_bit_counts),
        cmocka_unit_test(test_what_is_opened), cmocka_unit_test(test_names),
        cmocka_unit_test(test_times),          cmocka_unit_test(test_digests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
