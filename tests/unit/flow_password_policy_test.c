/* SPDX-License-Identifier: Apache-2.0 */
/* The password policy, rule by rule and in its order (spec V1, 4.14). */
#include "flow/password_policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct scored {
    const char *password;
    enum error_id expected;
};

static void check_scored(const struct scored *cases, size_t n, const struct password_rules *rules)
{
    for (size_t i = 0; i < n; i++) {
        enum error_id got = password_policy_check(slice_of(cases[i].password), rules);
        if (got != cases[i].expected)
            fail_msg("\"%s\": %s", cases[i].password, got == ERROR_NONE ? "fine" : error_row(got)->name);
    }
}

static void test_rules(void **state)
{
    static char of_256[257], of_257[258];
    const struct slice words[] = { SLICE("petstore"), SLICE("Tail") };
    const struct slices banned = { words, 2 };
    const struct password_rules rules = { &banned, SLICE("samantha@example.org") };

    memset(of_256, 'b', 256);
    memcpy(of_256, "Ab1-xyzw", 8);
    memset(of_257, 'b', 257);
    memcpy(of_257, "Ab1-xyzw", 8);
    const struct scored cases[] = {
        { "Blue-Kettle-42", ERROR_NONE },
        { "bluekettle-42", ERROR_NONE },
        { "BLUEKETTLE-42", ERROR_NONE },
        { "blueKettle42", ERROR_NONE },
        { of_256, ERROR_NONE },
        { "Blue Kettle 42 \"'`~<>{}[]|\\", ERROR_NONE },
        { "Gr\xc3\xbcn-Kessel-42", ERROR_PASSWORD_INVALID },
        { "tab\tBlue-42", ERROR_PASSWORD_INVALID },
        { "\x01", ERROR_PASSWORD_INVALID }, /* before its length */
        { "Ab1-xyz", ERROR_PASSWORD_TOO_SHORT },
        { "", ERROR_PASSWORD_TOO_SHORT },
        { of_257, ERROR_PASSWORD_TOO_LONG },
        { "bluekettles", ERROR_PASSWORD_TOO_WEAK },
        { "bluekettle42", ERROR_PASSWORD_TOO_WEAK },
        { "BLUEKETTLE42", ERROR_PASSWORD_TOO_WEAK },
        { "password", ERROR_PASSWORD_TOO_WEAK }, /* before the words */
        { "Password1!", ERROR_PASSWORD_BANNED },
        { "P@$$w0rd", ERROR_PASSWORD_BANNED },
        { "Password-1234", ERROR_PASSWORD_BANNED },
        { "Password1!xy", ERROR_NONE }, /* one point for the word, four for the rest */
        { "Petstore-2", ERROR_PASSWORD_BANNED },
        { "Petstore-Tail-2", ERROR_NONE },
        { "PetstoreTail2", ERROR_PASSWORD_BANNED },
        { "Samantha-9", ERROR_PASSWORD_BANNED },
        { "S@m@nth@-9", ERROR_PASSWORD_BANNED },
    };

    (void)state;
    check_scored(cases, sizeof cases / sizeof cases[0], &rules);
}

/* The points of Entra's own examples, with other words: two words and two characters are four, three are five. */
static void test_points(void **state)
{
    static const struct slice words[] = { SLICE("petstore"), SLICE("Meadow"), SLICE("tail"), SLICE("abc") };
    static const struct slices banned = { words, 4 };
    const struct password_rules rules = { &banned, SLICE_EMPTY };
    static const struct scored cases[] = {
        { "P3tst0r3Meadow12", ERROR_PASSWORD_BANNED },
        { "PetSt0r3Me@dowf9!", ERROR_NONE },
        { "PETST0R3me4d0w?", ERROR_PASSWORD_BANNED },
        { "xPetstore.Meadow9", ERROR_NONE }, /* x petstore . meadow 9 */
        { "M3adow.Tai1", ERROR_PASSWORD_BANNED },
        { "Abc-abc-1", ERROR_NONE }, /* a word of three letters is none */
        { "PetstoreMeadowtail", ERROR_PASSWORD_TOO_WEAK },
        { "P3tstoreTailMeadowTail", ERROR_PASSWORD_BANNED },
        { "P3tstoreTailMeadowTailTail", ERROR_NONE },
    };

    (void)state;
    check_scored(cases, sizeof cases / sizeof cases[0], &rules);
}

/* One slip inside a word of six letters or more leaves it that word. */
static void test_slips(void **state)
{
    static const struct slice words[] = { SLICE("petstore"), SLICE("wombt") };
    static const struct slices banned = { words, 2 };
    const struct password_rules rules = { &banned, SLICE_EMPTY };
    static const struct scored cases[] = {
        { "Petztore-1", ERROR_PASSWORD_BANNED },  /* changed */
        { "Petsore-12", ERROR_PASSWORD_BANNED },  /* left out */
        { "Petstxore-1", ERROR_PASSWORD_BANNED }, /* put in */
        { "Pettstore-1", ERROR_PASSWORD_BANNED },
        { "Petstorre-1", ERROR_PASSWORD_BANNED },
        { "Petstoxre-1", ERROR_PASSWORD_BANNED },
        { "Petstor-1", ERROR_NONE }, /* the last one is missing */
        { "Xetstore-1", ERROR_NONE },
        { "Petzt0re-", ERROR_PASSWORD_BANNED },
        { "Petzzore-1", ERROR_NONE }, /* two slips */
        { "Wombt-12", ERROR_PASSWORD_BANNED },
        { "Womxt-1xz", ERROR_NONE }, /* five letters: no slip */
    };

    (void)state;
    check_scored(cases, sizeof cases / sizeof cases[0], &rules);
}

/* The fewest points hold: taking "mustang" first would leave five characters. */
static void test_fewest_points(void **state)
{
    static const struct slice words[] = { SLICE("mustang"), SLICE("stangerqx") };
    static const struct slices banned = { words, 2 };
    const struct password_rules both = { &banned, SLICE_EMPTY }, none = { NULL, SLICE_EMPTY };

    (void)state;
    assert_int_equal(password_policy_check(SLICE("Mustangerqx1"), &both), ERROR_PASSWORD_BANNED);
    assert_int_equal(password_policy_check(SLICE("Mustangerqx1"), &none), ERROR_NONE);
}

static void test_names(void **state)
{
    static const struct scored cases[] = {
        { "Vreneli-12", ERROR_PASSWORD_BANNED },
        { "Brunnhuber9", ERROR_PASSWORD_BANNED },
        { "VreneliBrunnhuber1!", ERROR_PASSWORD_BANNED },
        { "Vreneli.Brunnhuber1!x", ERROR_NONE },
        { "Hofladen-123x9", ERROR_NONE }, /* the domain is not hers */
        { "Xyz-shop-1", ERROR_NONE },
    };
    const struct password_rules rules = { NULL, SLICE("Vreneli.Brunnhuber+xyz@hofladen.example") };
    const struct password_rules nobody = { NULL, SLICE_EMPTY };
    static const char *const odd[] = { "@", "@@", "...", "+", ".@x", "a.b-c_d+e", "\xc3\xbc\xc3\xbc\xc3\xbc@x" };

    (void)state;
    check_scored(cases, sizeof cases / sizeof cases[0], &rules);
    assert_int_equal(password_policy_check(SLICE("Vreneli-12"), &nobody), ERROR_NONE);
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        assert_int_equal(
            password_policy_check(SLICE("Blue-Kettle-42"), &(struct password_rules){ NULL, slice_of(odd[i]) }),
            ERROR_NONE);
}

/* Each of everybody's words is found, and the table is as its first lines say. */
static void test_everybodys_words(void **state)
{
    static const char *const words[] = {
#define BANNED_WORDS(...) __VA_ARGS__,
#include "flow/banned_words.def"
#undef BANNED_WORDS
    };
    const struct password_rules rules = { NULL, SLICE_EMPTY };
    char password[64];

    (void)state;
    assert_in_range(sizeof words / sizeof words[0], 1000, 5000);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        assert_in_range(strlen(words[i]), 4, 32);
        assert_int_equal(strspn(words[i], "abcdefghijklmnopqrstuvwxyz0123456789"), strlen(words[i]));
        if (i > 0 && strcmp(words[i - 1], words[i]) >= 0)
            fail_msg("\"%s\" is out of its order", words[i]);
        snprintf(password, sizeof password, "%s%sX-", words[i], words[i]);
        if (password_policy_check(slice_of(password), &rules) == ERROR_NONE)
            fail_msg("\"%s\" is fine", password);
    }
}

static void test_nul_is_no_character(void **state)
{
    const struct password_rules rules = { NULL, SLICE_EMPTY };

    (void)state;
    assert_int_equal(password_policy_check(SLICE("Blue\0Kettle-42"), &rules), ERROR_PASSWORD_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_points),
        cmocka_unit_test(test_slips),
        cmocka_unit_test(test_fewest_points),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_everybodys_words),
        cmocka_unit_test(test_nul_is_no_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
