/* SPDX-License-Identifier: Apache-2.0 */
/* texts.h: no language lacks a text, and each says what the English one says. */
#include "pages/texts.h"

#include "pages/view.h"
#include "wire/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The facts that a text names, as a set. */
static uint64_t named(const char *language, enum text_id id, struct slice text)
{
    uint64_t set[2] = { 0, 0 };

    for (size_t i = 0; i + 1 < text.n; i++) {
        if (text.p[i] != '{' || text.p[i + 1] != '{')
            continue;
        const char *end = memmem(text.p + i, text.n - i, "}}", 2);
        assert_non_null(end);
        struct slice name = { text.p + i + 2, (size_t)(end - text.p) - i - 2 };
        enum fact fact = fact_by_name(name);
        if (fact == FACTS)
            fail_msg("%s %s: {{%.*s}} is no fact", language, text_name(id), SLICE_ARGS(name));
        set[fact / 64] |= 1ULL << (fact % 64);
    }
    return set[0] ^ (set[1] * 31);
}

static void every_language_has_every_text(void **state)
{
    (void)state;
    for (const char *const *language = texts_languages(); *language != NULL; language++)
        for (int id = 0; id < TEXTS; id++) {
            struct slice text = texts_of(slice_of(*language))[id];
            if (text.p == NULL || (text.n == 0) != (id == SAY_none))
                fail_msg("%s lacks %s", *language, text_name((enum text_id)id));
            assert_true(text_is_clean(text));
        }
}

static void every_language_names_the_same_facts(void **state)
{
    const struct slice *english = texts_of(SLICE("en"));

    (void)state;
    for (const char *const *language = texts_languages(); *language != NULL; language++)
        for (int id = 0; id < TEXTS; id++) {
            struct slice text = texts_of(slice_of(*language))[id];
            if (named(*language, (enum text_id)id, text) != named("en", (enum text_id)id, english[id]))
                fail_msg("%s %s names other facts than English", *language, text_name((enum text_id)id));
        }
}

static void languages_differ(void **state)
{
    (void)state;
    for (const char *const *language = texts_languages() + 1; *language != NULL; language++) {
        size_t same = 0;
        for (int id = 0; id < TEXTS; id++)
            same += slice_eq(texts_of(slice_of(*language))[id], texts_of(SLICE("en"))[id]);
        if (same > TEXTS / 8)
            fail_msg("%s has %zu texts in English", *language, same);
    }
}

static void directions_are_directions(void **state)
{
    (void)state;
    for (const char *const *language = texts_languages(); *language != NULL; language++) {
        bool arabic = strcmp(*language, "ar") == 0;
        assert_true(slice_eq(texts_of(slice_of(*language))[SAY_direction], arabic ? SLICE("rtl") : SLICE("ltr")));
    }
}

static void another_language_is_english(void **state)
{
    (void)state;
    assert_ptr_equal(texts_of(SLICE("tlh")), texts_of(SLICE("en")));
    assert_ptr_equal(texts_of(SLICE_EMPTY), texts_of(SLICE("en")));
}

static void operators_have_their_own_words(void **state)
{
    static const struct text_override own[] = {
        { { "de", 2 }, { "SignIn_Title", 12 }, { "Hallo", 5 } },
        { { "de-AT", 5 }, { "next", 4 }, { "Weida", 5 } },
        { { "en", 2 }, { "sign_in_title", 13 }, { "Hello", 5 } },
        { { "de", 2 }, { "direction", 9 }, { "rtl", 3 } },
        { { "de", 2 }, { "no_such_text", 12 }, { "x", 1 } },
        { { "de", 2 }, { "yes", 3 }, { "", 0 } },
        { { "de", 2 }, { "Attribute_extension_0123_loyaltyNumber", 38 }, { "Kundennummer", 12 } },
        { { "de", 2 }, { "Attribute_plant", 15 }, { "Pflanze", 7 } },
    };
    const struct branding look = { .texts = own, .text_count = sizeof own / sizeof own[0] };
    struct slice texts[TEXTS];

    (void)state;
    memcpy(texts, texts_of(SLICE("de")), sizeof texts);
    texts_override(&look, SLICE("de"), texts);
    assert_true(slice_eq(texts[SAY_sign_in_title], SLICE("Hallo")));
    assert_true(slice_eq(texts[SAY_next], SLICE("Weida")));
    assert_true(slice_eq(texts[SAY_direction], SLICE("ltr")));
    assert_true(slice_eq(texts[SAY_yes], SLICE("Ja")));
    assert_true(slice_eq(texts_attribute(&look, SLICE("de"), SLICE("loyaltyNumber")), SLICE("Kundennummer")));
    assert_true(slice_eq(texts_attribute(&look, SLICE("de"), SLICE("plant")), SLICE("Pflanze")));
    assert_int_equal(texts_attribute(&look, SLICE("de"), SLICE("Number")).n, 0);
    assert_int_equal(texts_attribute(&look, SLICE("en"), SLICE("plant")).n, 0);
}

static void languages_are_chosen(void **state)
{
    static const struct {
        const char *ui_locales, *accept, *language;
    } cases[] = {
        { "", "", "en" },
        { "", "de-DE,de;q=0.9", "de" },
        { "fr-CA", "de", "fr" },
        { "tlh", "ar-EG", "ar" },
        { "tlh xx", "yy", "en" },
        { "pt-BR en", "", "pt" },
        { "", "fi, ja;q=0.1", "ja" },
        { "", "de;q=0", "en" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct slice language = page_language(slice_of(cases[i].ui_locales), slice_of(cases[i].accept));
        assert_true(slice_eq(language, slice_of(cases[i].language)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_language_has_every_text),
        cmocka_unit_test(every_language_names_the_same_facts),
        cmocka_unit_test(languages_differ),
        cmocka_unit_test(directions_are_directions),
        cmocka_unit_test(another_language_is_english),
        cmocka_unit_test(operators_have_their_own_words),
        cmocka_unit_test(languages_are_chosen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
