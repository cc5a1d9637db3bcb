/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/outbox.h"
#include "mail/smtp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { NOW = 1785103200, FAR = NOW + 1000000 };

static void the_pause_doubles_up_to_ten_minutes(void **state)
{
    static const instant pauses[] = { 5, 5, 10, 20, 40, 80, 160, 320, 600, 600, 600 };

    (void)state;
    for (uint32_t attempts = 0; attempts < sizeof pauses / sizeof pauses[0]; attempts++)
        for (instant now = NOW; now < NOW + 200; now++) {
            instant at = outbox_retry_at(attempts, now, FAR, false);
            assert_in_range(at - now, pauses[attempts] - pauses[attempts] / 4, pauses[attempts]);
        }
    assert_in_range(outbox_retry_at(UINT32_MAX, NOW, FAR, false) - NOW, 450, 600);
}

static void mails_that_failed_together_are_spread(void **state)
{
    bool seen[601] = { false };
    size_t different = 0;

    (void)state;
    for (instant expires = FAR; expires < FAR + 500; expires++) {
        instant pause = outbox_retry_at(20, NOW, expires, false) - NOW;
        different += !seen[pause];
        seen[pause] = true;
    }
    assert_true(different > 80);
}

static void what_comes_too_late_is_given_up(void **state)
{
    (void)state;
    assert_int_equal(outbox_retry_at(1, NOW, NOW + 3, false), 0);
    assert_int_equal(outbox_retry_at(1, NOW, NOW, false), 0);
    assert_int_equal(outbox_retry_at(1, NOW, 0, false), 0);
    assert_true(outbox_retry_at(1, NOW, NOW + 6, false) > NOW);
}

static void a_permanent_refusal_is_final(void **state)
{
    (void)state;
    assert_int_equal(outbox_retry_at(1, NOW, FAR, true), 0);
}

static void answers_are_the_mails_or_the_servers(void **state)
{
    static const struct {
        int code;
        bool in_mail;
        enum smtp_verdict verdict;
    } cases[] = {
        { 550, true, SMTP_REFUSED },  { 554, true, SMTP_REFUSED },  { 552, true, SMTP_REFUSED },
        { 451, true, SMTP_DEFERRED }, { 450, true, SMTP_DEFERRED }, { 0, true, SMTP_DEFERRED },
        { 421, true, SMTP_AWAY },     { 530, true, SMTP_AWAY },     { 535, true, SMTP_AWAY },
        { 534, true, SMTP_AWAY },     { 538, true, SMTP_AWAY },     { 0, false, SMTP_AWAY },
        { 554, false, SMTP_AWAY },    { 535, false, SMTP_AWAY },    { 421, false, SMTP_AWAY },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(smtp_judge(cases[i].code, cases[i].in_mail), cases[i].verdict);
}

static void what_is_kept_of_an_answer_names_nobody(void **state)
{
    static const struct {
        const char *reply;
        const char *kept;
    } cases[] = {
        { "451 4.7.1 try later\r\n", "451 4.7.1 try later" },
        { "550 5.1.1 <Jo.Doe@kites.example>: unknown", "550 5.1.1 <[address]>: unknown" },
        { "550 5.1.1 JO.DOE is unknown", "550 5.1.1 [address] is unknown" },
        { "554 bad code 90817263!", "554 bad code [number]" },
        { "554 id 12345 x", "554 id 12345 x" },
        { "554 a\tb\x1b[31m\nc\xff", "554 a b [31m c" },
        { "  554  ", "554" },
        { "", "" },
    };
    char kept[MAIL_ERROR];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        smtp_clean(slice_of(cases[i].reply), SLICE("jo.doe@kites.example"), kept);
        assert_string_equal(kept, cases[i].kept);
    }
}

static void what_is_kept_is_short(void **state)
{
    char reply[5000], kept[MAIL_ERROR];

    (void)state;
    for (size_t step = 4; step < 200; step += 3) {
        memset(reply, 'x', sizeof reply);
        for (size_t i = step; i < sizeof reply; i += step)
            reply[i] = ' ';
        smtp_clean(slice_bytes(reply, sizeof reply), SLICE("a@b.example"), kept);
        assert_in_range(strlen(kept), 0, 150);
        assert_true(step > 100 || strlen(kept) > 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pause_doubles_up_to_ten_minutes),
        cmocka_unit_test(mails_that_failed_together_are_spread),
        cmocka_unit_test(what_comes_too_late_is_given_up),
        cmocka_unit_test(a_permanent_refusal_is_final),
        cmocka_unit_test(answers_are_the_mails_or_the_servers),
        cmocka_unit_test(what_is_kept_of_an_answer_names_nobody),
        cmocka_unit_test(what_is_kept_is_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
