/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void best_of_ours_is_found(void **state)
{
    static const struct {
        const char *preferences;
        const char *language;
    } cases[] = {
        { "", "en" },
        { "de", "de" },
        { "DE-at", "de" },
        { "de-DE,de;q=0.9,en;q=0.8", "de" },
        { "en;q=0.5, fr;q=0.7", "fr" },
        { "en;q=0.5,fr;q=0.7,ja;q=0.701", "ja" },
        { "sv, da, pt-BR;q=0.2", "pt" },
        { "sv,da", "en" },
        { "*", "en" },
        { "*;q=0.9, es;q=0.1", "es" },
        { "zh-Hant-TW, it;q=0.1", "it" },
        { "nl-x-private", "nl" },
        { "de-Latn-DE-1996", "de" },
        { "de;q=0, fr;q=0.1", "fr" },
        { "de;q=0", "en" },
        { "de;q=1.5, fr;q=0.1", "fr" },
        { "de;q=1.001, fr;q=0.1", "fr" },
        { "de;q=abc, fr;q=0.1", "fr" },
        { "de;q=0.1234, fr;q=0.1", "fr" },
        { "de;q=, fr;q=0.1", "fr" },
        { "de ; q=0.3 , fr ; Q=0.4", "fr" },
        { "fr,de", "fr" },       /* the first of equals */
        { "fr-CA de en", "fr" }, /* ui_locales */
        { "sv  ja en", "ja" },
        { ",,;;q=1,=,de", "de" },
        { "dex", "en" },
        { "d", "en" },
        { "-de", "en" },
        { "de-", "de" },
        { "ar-EG", "ar" },
        { "\xff\xfe,es", "es" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(message_language(slice_of(cases[i].preferences)), cases[i].language);
}

static void only_the_first_ranges_count(void **state)
{
    char many[256] = "";
    size_t n = 0;

    (void)state;
    for (int i = 0; i < 15; i++)
        n += (size_t)snprintf(many + n, sizeof many - n, "x%c,", 'a' + i);
    snprintf(many + n, sizeof many - n, "de,fr");
    assert_string_equal(message_language(slice_of(many)), "de");
    snprintf(many + n, sizeof many - n, "sv,fr");
    assert_string_equal(message_language(slice_of(many)), "en");
}

static void a_huge_value_is_cut(void **state)
{
    static char huge[100000];

    (void)state;
    memset(huge, ',', sizeof huge);
    memcpy(huge, "ja;q=0.5", 8);
    memcpy(huge + 600, "de", 2);
    assert_string_equal(message_language(slice_bytes(huge, sizeof huge)), "ja");
    memset(huge, 'd', sizeof huge);
    assert_string_equal(message_language(slice_bytes(huge, sizeof huge)), "en");
}

static void ours_are_listed(void **state)
{
    static const char *const wanted[] = { "en", "de", "fr", "es", "pt", "ja" };
    const char *const *ours = message_languages();

    (void)state;
    assert_string_equal(ours[0], "en");
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        size_t k = 0;
        while (ours[k] != NULL && strcmp(ours[k], wanted[i]) != 0)
            k++;
        assert_non_null(ours[k]);
        assert_ptr_equal(message_language(slice_of(wanted[i])), ours[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(best_of_ours_is_found),
        cmocka_unit_test(only_the_first_ranges_count),
        cmocka_unit_test(a_huge_value_is_cut),
        cmocka_unit_test(ours_are_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
