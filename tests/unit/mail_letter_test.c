/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/letter.h"

#include "model/mail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct letter sample = {
    .kind = LETTER_SIGNIN_CODE,
    .to = "jo.doe@kites.example",
    .code = "90817263",
    .language = "de",
    .tenant_name = "Kites & Söhne",
    .logo_url = "https://cdn.kites.example/logo.png?v=2",
    .accent_color = "#0aF19c",
    .client_id = "5f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c35",
    .minutes = 30,
};

static struct slice pack(const struct letter *letter, char *block, size_t cap)
{
    struct buf out;

    buf_init(&out, block, cap);
    assert_int_equal(letter_pack(letter, &out).code, ERR_OK);
    return buf_slice(&out);
}

static void comes_back_as_it_went(void **state)
{
    char block[LETTER_PACKED_MAX];
    struct letter back;

    (void)state;
    assert_int_equal(letter_unpack(pack(&sample, block, sizeof block), &back).code, ERR_OK);
    assert_int_equal(back.kind, sample.kind);
    assert_int_equal(back.minutes, 30);
    assert_string_equal(back.to, sample.to);
    assert_string_equal(back.code, sample.code);
    assert_string_equal(back.language, sample.language);
    assert_string_equal(back.tenant_name, sample.tenant_name);
    assert_string_equal(back.logo_url, sample.logo_url);
    assert_string_equal(back.accent_color, sample.accent_color);
    assert_string_equal(back.client_id, sample.client_id);
}

static void the_fullest_letter_fits_into_a_sealed_mail(void **state)
{
    struct letter full = sample;
    char block[LETTER_PACKED_MAX];
    struct letter back;

    (void)state;
    memset(full.to, 'a', sizeof full.to - 1);
    full.to[60] = '@';
    memset(full.code, '7', sizeof full.code - 1);
    snprintf(full.language, sizeof full.language, "de-abcdefghijkl");
    memset(full.tenant_name, 'K', sizeof full.tenant_name - 1);
    memset(full.logo_url + 8, 'x', sizeof full.logo_url - 9);
    full.minutes = 1440;
    struct slice packed = pack(&full, block, sizeof block);
    assert_in_range(packed.n, 600, LETTER_PACKED_MAX);
    assert_true(LETTER_PACKED_MAX + 64 <= MAIL_SEALED);
    assert_int_equal(letter_unpack(packed, &back).code, ERR_OK);
    assert_string_equal(back.logo_url, full.logo_url);
}

static void a_short_buffer_is_full(void **state)
{
    char block[LETTER_PACKED_MAX];
    size_t whole = pack(&sample, block, sizeof block).n;

    (void)state;
    for (size_t cap = 0; cap < whole; cap++) {
        struct buf out;
        buf_init(&out, block, cap);
        assert_int_equal(letter_pack(&sample, &out).code, ERR_FULL);
    }
}

static void every_cut_and_every_tail_is_refused(void **state)
{
    char block[LETTER_PACKED_MAX + 1] = { 0 };
    struct slice packed = pack(&sample, block, LETTER_PACKED_MAX);
    struct letter back;
    static const struct letter zero;

    (void)state;
    for (size_t n = 0; n < packed.n; n++) {
        assert_int_equal(letter_unpack((struct slice){ packed.p, n }, &back).code, ERR_FORMAT);
        assert_memory_equal(&back, &zero, sizeof zero);
    }
    assert_int_equal(letter_unpack((struct slice){ packed.p, packed.n + 1 }, &back).code, ERR_FORMAT);
}

static void another_version_and_another_kind_are_refused(void **state)
{
    char block[LETTER_PACKED_MAX];
    struct slice packed = pack(&sample, block, sizeof block);
    struct letter back;

    (void)state;
    block[0] = 1;
    assert_int_equal(letter_unpack(packed, &back).code, ERR_FORMAT);
    block[0] = 3;
    block[1] = LETTER_KINDS;
    assert_int_equal(letter_unpack(packed, &back).code, ERR_FORMAT);
    block[1] = LETTER_SIGNIN_CODE;
    block[2] = CHANNEL_COUNT;
    assert_int_equal(letter_unpack(packed, &back).code, ERR_FORMAT);
    block[2] = CHANNEL_SMS; /* the address is no number */
    assert_int_equal(letter_unpack(packed, &back).code, ERR_FORMAT);
    block[2] = CHANNEL_EMAIL;
    assert_int_equal(letter_unpack(packed, &back).code, ERR_OK);
}

#define REFUSED(field, text)                                        \
    do {                                                            \
        struct letter bad = sample;                                 \
        snprintf(bad.field, sizeof bad.field, "%s", text);          \
        assert_int_equal(letter_check(&bad).code, ERR_FORMAT);      \
        buf_init(&out, block, sizeof block);                        \
        assert_int_equal(letter_pack(&bad, &out).code, ERR_FORMAT); \
        assert_int_equal(out.n, 0);                                 \
    } while (0)

static void what_could_become_a_header_or_markup_is_refused(void **state)
{
    char block[LETTER_PACKED_MAX];
    struct buf out;

    (void)state;
    REFUSED(to, "a@b.example\r\nBcc: c@d.example");
    REFUSED(to, "a@b.example>, <c@d.example");
    REFUSED(to, "a b@c.example");
    REFUSED(to, "a@b@c.example");
    REFUSED(to, "no-domain@");
    REFUSED(to, "@kites.example");
    REFUSED(to, "\xff@kites.example");
    REFUSED(to, "");
    REFUSED(code, "12345");
    REFUSED(code, "1234 5678");
    REFUSED(code, "12345678x");
    REFUSED(language, "../en");
    REFUSED(language, "d");
    REFUSED(tenant_name, "");
    REFUSED(tenant_name, "Kites\nSubject: hello");
    REFUSED(tenant_name, "Kites\x7f");
    REFUSED(tenant_name, "Kites\xc2\x85next"); /* U+0085, a control character beyond ASCII */
    REFUSED(tenant_name, "Kites\xe2\x80\xa8next");
    REFUSED(tenant_name, "Kites\xc3");
    REFUSED(tenant_name, "\xed\xa0\x80");
    REFUSED(logo_url, "http://cdn.kites.example/logo.png");
    REFUSED(logo_url, "javascript:alert(1)");
    REFUSED(logo_url, "https://");
    REFUSED(logo_url, "https://x.example/\" onload=\"y");
    REFUSED(accent_color, "red");
    REFUSED(accent_color, "#12345");
    REFUSED(accent_color, "#12345g");
}

static void the_life_of_the_code_is_bounded(void **state)
{
    struct letter bad = sample;

    (void)state;
    bad.minutes = 0;
    assert_int_equal(letter_check(&bad).code, ERR_FORMAT);
    bad.minutes = 1441;
    assert_int_equal(letter_check(&bad).code, ERR_FORMAT);
}

static void a_text_without_its_end_is_refused(void **state)
{
    struct letter bad = sample;

    (void)state;
    memset(bad.tenant_name, 'K', sizeof bad.tenant_name);
    assert_int_equal(letter_check(&bad).code, ERR_FORMAT);
}

static void logo_and_colour_may_be_missing_and_addresses_may_be_international(void **state)
{
    struct letter plain = sample;

    (void)state;
    plain.logo_url[0] = '\0';
    plain.accent_color[0] = '\0';
    snprintf(plain.to, sizeof plain.to, "jürgen+1@xn--drachen-3ya.example");
    assert_int_equal(letter_check(&plain).code, ERR_OK);
}

/* Any byte of a packed letter, changed to any value, gives either a refusal or a letter that passes the check. */
static void no_changed_byte_gets_past_the_check(void **state)
{
    char block[LETTER_PACKED_MAX];
    struct slice packed = pack(&sample, block, sizeof block);
    struct letter back;
    size_t refused = 0;

    (void)state;
    for (size_t i = 0; i < packed.n; i++) {
        char kept = block[i];
        for (int value = 0; value < 256; value++) {
            block[i] = (char)value;
            if (letter_unpack(packed, &back).code == ERR_OK)
                assert_int_equal(letter_check(&back).code, ERR_OK);
            else
                refused++;
        }
        block[i] = kept;
    }
    assert_true(refused > 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_as_it_went),
        cmocka_unit_test(the_fullest_letter_fits_into_a_sealed_mail),
        cmocka_unit_test(a_short_buffer_is_full),
        cmocka_unit_test(every_cut_and_every_tail_is_refused),
        cmocka_unit_test(another_version_and_another_kind_are_refused),
        cmocka_unit_test(what_could_become_a_header_or_markup_is_refused),
        cmocka_unit_test(the_life_of_the_code_is_bounded),
        cmocka_unit_test(a_text_without_its_end_is_refused),
        cmocka_unit_test(logo_and_colour_may_be_missing_and_addresses_may_be_international),
        cmocka_unit_test(no_changed_byte_gets_past_the_check),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
