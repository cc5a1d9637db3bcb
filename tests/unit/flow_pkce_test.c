/* SPDX-License-Identifier: Apache-2.0 */
/* Proof Key for Code Exchange (RFC 7636): its own example, and every way in which the two halves may not fit. */
#include "flow/pkce.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Appendix B. */
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
#define OTHER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXx"
#define OTHER_HASHED "u8rAYJ6JHCUtZf_Zgsfh9tOwL6ROgdiHSVxSnWqcsa0" /* of nothing that is used */

static const struct {
    const char *challenge;
    bool is_plain;
    const char *verifier, *hashed;
    bool fits;
} rows[] = {
    { CHALLENGE, false, VERIFIER, CHALLENGE, true },
    { VERIFIER, true, VERIFIER, CHALLENGE, true },
    { "", false, "", "", true },
    { "", true, "", "", true },
    /* one half is missing */
    { "", false, VERIFIER, CHALLENGE, false },
    { "", true, VERIFIER, CHALLENGE, false },
    { CHALLENGE, false, "", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", false },
    { VERIFIER, true, "", "", false },
    /* another one */
    { CHALLENGE, false, OTHER, OTHER_HASHED, false },
    { VERIFIER, true, OTHER, OTHER_HASHED, false },
    { CHALLENGE, false, VERIFIER, CHALLENGE "A", false },
    { CHALLENGE "A", false, VERIFIER, CHALLENGE, false },
    /* a downgrade: what is to be hashed handed in as it is, and the other way round */
    { CHALLENGE, false, CHALLENGE, OTHER_HASHED, false },
    { CHALLENGE, true, VERIFIER, CHALLENGE, false },
    /* a verifier that is none, even where it would fit */
    { "short", true, "short", "", false },
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct pkce p = { .challenge = slice_of(rows[i].challenge),
                                .is_plain = rows[i].is_plain,
                                .verifier = slice_of(rows[i].verifier),
                                .hashed = slice_of(rows[i].hashed) };
        if (pkce_fits(&p) != rows[i].fits)
            fail_msg("row %zu", i);
    }
}

static void test_lengths(void **state)
{
    char text[PKCE_MAX + 1];

    (void)state;
    memset(text, '~', sizeof text);
    for (size_t n = 0; n <= sizeof text; n++)
        assert_int_equal(pkce_is_text(slice_bytes(text, n)), n >= PKCE_MIN && n <= PKCE_MAX);
}

static void test_characters(void **state)
{
    static const char fine[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    char text[PKCE_MIN];

    (void)state;
    memset(text, 'a', sizeof text);
    for (int c = 0; c < 256; c++) {
        text[20] = (char)c;
        assert_int_equal(pkce_is_text(slice_bytes(text, sizeof text)), c != 0 && strchr(fine, c) != NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
