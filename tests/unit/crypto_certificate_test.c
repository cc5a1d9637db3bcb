/* SPDX-License-Identifier: Apache-2.0 */
/* Which texts are taken for an application's certificate, and SHA-256 against FIPS 180-4. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "support/certificates.h"

#include <string.h>

static const char rsa[] = CERTIFICATE_RSA;

static void one_certificate_with_a_long_rsa_key(void **state)
{
    static const struct {
        const char *text;
        bool usable;
    } rows[] = {
        { CERTIFICATE_RSA, true },
        { "subject=CN = shop.example\n" CERTIFICATE_RSA, true }, /* as openssl prints it */
        { CERTIFICATE_RSA "\n", true },
        { CERTIFICATE_RSA_1024, false },
        { CERTIFICATE_EC, false },
        { CERTIFICATE_RSA CERTIFICATE_RSA, false },
        { CERTIFICATE_RSA CERTIFICATE_EC, false },
        { "", false },
        { "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", false },
        { "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", false },
        { "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n", false },
        { "-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: "
          "AES-128-CBC,00000000000000000000000000000000\n"
          "\nMIIB\n-----END CERTIFICATE-----\n",
          false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (certificate_is_usable(slice_of(rows[i].text)) != rows[i].usable)
            fail_msg("row %zu", i);
}

/* However much of it is there. */
static void cut_short(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof rsa - sizeof "----\n"; n++)
        assert_false(certificate_is_usable((struct slice){ rsa, n }));
}

static void sha256(void **state)
{
    static const uint8_t abc[] = { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
                                   0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
                                   0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad };
    uint8_t hash[DIGEST_SHA256];
    (void)state;
    assert_int_equal(digest_sha256(SLICE("abc"), hash).code, ERR_OK);
    assert_memory_equal(hash, abc, sizeof abc);
    assert_int_equal(digest_sha256(SLICE_EMPTY, hash).code, ERR_OK);
    assert_int_equal(hash[0], 0xe3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_certificate_with_a_long_rsa_key),
        cmocka_unit_test(cut_short),
        cmocka_unit_test(sha256),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
