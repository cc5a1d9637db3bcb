/* SPDX-License-Identifier: Apache-2.0 */
/* pattern.h: what is a pattern, what it matches, and that no pattern makes a stranger's value take long. */
#include "wire/pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { LONG = 4096, SECONDS_MAX = 20 };

static char long_text[LONG + 1];

static struct slice repeated(const char *unit, size_t bytes)
{
    size_t n = strlen(unit);

    for (size_t i = 0; i < bytes; i++)
        long_text[i] = unit[i % n];
    return (struct slice){ long_text, bytes };
}

struct row {
    const char *pattern;
    const char *value;
    bool matches;
};

static const struct row rows[] = {
    { "", "", true },
    { "", "anything", true },
    { "a", "bab", true },
    { "^a", "bab", false },
    { "^[0-9]{2}$", "42", true },
    { "^[0-9]{2}$", "421", false },
    { "^[0-9]{2}$", "4", false },
    { "^\\d{4}$", "0150", true },
    { "^\\d{4}$", "\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4", false }, /* digits of other scripts are none */
    { "^\\p{L}+$", "\xc3\x85sa", true },
    { "^\\p{L}+$", "\xe6\x9d\xb1\xe4\xba\xac", true },
    { "^\\p{L}+$", "a1", false },
    { "^[\\p{L} '-]{1,64}$", "Se\xc3\xa1n O'Neill-Gr\xc3\xa4\xc3\x9f", true },
    { "^.{3}$", "\xe2\x82\xac\xc3\xa4x", true }, /* characters, not bytes */
    { "^.{3}$", "\xe2\x82\xac", false },
    { "^a$", "a\n", false },
    { "^.$", "\n", false },
    { "^(?i)oslo$", "OSLO", true },
    { "^(Dancing|Swimming)(,(Dancing|Swimming))*$", "Dancing,Swimming", true },
    { "^(Dancing|Swimming)(,(Dancing|Swimming))*$", "Dancing,Skiing", false },
    { "^\\w+@\\w+\\.example$", "sam@pets.example", true },
    { ".", "\xff", false },
    { "[^a]", "\xc3", false },
    { "\\C", "\x80", false },
    { "x*", "\xed\xa0\x80", false }, /* a surrogate is no character */
};

static void matches(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pattern *pattern = NULL;
        if (!err_is_ok(pattern_compile(slice_of(rows[i].pattern), &pattern)))
            fail_msg("%s does not compile", rows[i].pattern);
        if (pattern_matches(pattern, slice_of(rows[i].value)) != rows[i].matches)
            fail_msg("%s with %s", rows[i].pattern, rows[i].value);
        assert_null(pattern_complaint(slice_of(rows[i].pattern)));
        pattern_free(pattern);
    }
    pattern_free(NULL);
}

static void the_specs_length_rule(void **state)
{
    (void)state;
    struct pattern *pattern = NULL;

    assert_true(err_is_ok(pattern_compile(SLICE("^.{1,256}$"), &pattern)));
    assert_false(pattern_matches(pattern, SLICE_EMPTY));
    assert_true(pattern_matches(pattern, repeated("\xc3\xa4", 512)));
    assert_false(pattern_matches(pattern, repeated("\xc3\xa4", 514)));
    assert_false(pattern_matches(pattern, SLICE("a\0\n")));
    assert_true(pattern_matches(pattern, SLICE("a\0b"))); /* NUL is a character as any other */
    pattern_free(pattern);
}

static void refuses_what_is_no_pattern(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        const char *why;
    } bad[] = {
        { "(", "lacks a closing bracket )" },
        { "[a", "lacks a closing bracket ]" },
        { "a)", "has a closing bracket ) too many" },
        { "*", "repeats nothing, or a repetition" },
        { "a**", "repeats nothing, or a repetition" },
        { "\\", "holds a \\ before a character that makes no sense there" },
        { "(a)\\1", "holds a \\ before a character that makes no sense there" },
        { "\\p{Nowhere}", "holds a character class that does not exist or is out of order" },
        { "[z-a]", "holds a character class that does not exist or is out of order" },
        { "(?=a)", "holds a group of a kind that is not supported, such as (?=…)" },
        { "(?<!a)b", "holds a group of a kind that is not supported, such as (?=…)" },
        { "a{1001}", "holds a repetition of more than 1000, or one that ends before it begins" },
        { "a{2,1}", "holds a repetition of more than 1000, or one that ends before it begins" },
        { "((a{0,100}){0,100}){0,100}", "holds a repetition of more than 1000, or one that ends before it begins" },
        { "\\p{L}{1,900}", "is too large once its repetitions are written out" },
        { "(\\p{L}{1,60}){1,16}", "is too large once its repetitions are written out" },
        { "\xff", "is not UTF-8" },
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct pattern *pattern = NULL;
        assert_int_equal(pattern_compile(slice_of(bad[i].pattern), &pattern).code, ERR_FORMAT);
        assert_null(pattern);
        const char *why = pattern_complaint(slice_of(bad[i].pattern));
        if (why == NULL || strcmp(why, bad[i].why) != 0)
            fail_msg("%s: %s", bad[i].pattern, why == NULL ? "no complaint" : why);
    }
}

static void bounds_the_text(void **state)
{
    (void)state;
    struct pattern *pattern = NULL;

    assert_int_equal(pattern_compile(repeated("a", LIMIT_PATTERN), &pattern).code, ERR_OK);
    pattern_free(pattern);
    assert_int_equal(pattern_compile(repeated("a", LIMIT_PATTERN + 1), &pattern).code, ERR_FORMAT);
    assert_string_equal(pattern_complaint(repeated("a", LIMIT_PATTERN + 1)), "is longer than 512 bytes");
}

static double seconds_of(const struct pattern *pattern, struct slice value)
{
    struct timespec from, to;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    (void)pattern_matches(pattern, value);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

/* Milliseconds; the bound leaves room for sanitizers. An engine that backtracks needs longer than the world is old. */
static void takes_linear_time(void **state)
{
    (void)state;
    static const char *const patterns[] = { "(a+)+$",
                                            "^(a+)+$",
                                            "(a|a)*b",
                                            "(a|aa)+$",
                                            "(.*a){20}$",
                                            "(.*)*(.*)*(.*)*x$",
                                            "^(([a-z])+.)+[A-Z]([a-z])+$",
                                            "(a?){500}a{500}$",
                                            "((.?){30}){30}\\d$",
                                            "(\\p{L}{1,30}\\p{L}{1,30})+\\d$" };

    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        struct pattern *pattern = NULL;
        assert_true(err_is_ok(pattern_compile(slice_of(patterns[i]), &pattern)));
        struct slice value = repeated("a", LONG);
        long_text[LONG - 1] = '!';
        double seconds = seconds_of(pattern, value);
        pattern_free(pattern);
        if (seconds > SECONDS_MAX)
            fail_msg("%s takes %f s", patterns[i], seconds);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches),           cmocka_unit_test(the_specs_length_rule),
        cmocka_unit_test(bounds_the_text),   cmocka_unit_test(refuses_what_is_no_pattern),
        cmocka_unit_test(takes_linear_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
