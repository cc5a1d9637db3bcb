/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/dialogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char mail[] = "Subject: x\r\n\r\nhello\r\n.\r\n";

static void begin_with(struct dialogue *d, struct dialogue_offers offers)
{
    static char room[DIALOGUE_COMMAND + sizeof mail];
    char *message = room + DIALOGUE_COMMAND;

    memset(d, 0, sizeof *d);
    memcpy(message, mail, sizeof mail);
    dialogue_begin(d, SLICE("no-reply@login.example"), SLICE("jo@kites.example"), offers, message, strlen(mail));
}

static void begin(struct dialogue *d, bool utf8)
{
    begin_with(d, (struct dialogue_offers){ .utf8 = utf8 });
}

static void assert_says(struct dialogue *d, const char *text)
{
    assert_int_equal(d->out.n, strlen(text));
    assert_memory_equal(d->out.p, text, d->out.n);
    d->out = SLICE_EMPTY;
}

static bool hears(struct dialogue *d, const char *text)
{
    return dialogue_take(d, slice_of(text));
}

static void a_mail_in_four_answers(void **state)
{
    struct dialogue d;

    (void)state;
    begin(&d, false);
    assert_says(&d, "MAIL FROM:<no-reply@login.example>\r\n");
    assert_true(hears(&d, "250 2.1.0 ok\r\n"));
    assert_says(&d, "RCPT TO:<jo@kites.example>\r\n");
    assert_true(hears(&d, "250\r\n"));
    assert_says(&d, "DATA\r\n");
    assert_true(hears(&d, "354 go on\n")); /* a bare LF is forgiven */
    assert_says(&d, mail);
    assert_true(hears(&d, "250-2.0.0 taken\r\n250 2.0.0 as 1234\r\n"));
    assert_int_equal(d.step, DIALOGUE_IDLE);
    assert_int_equal(d.refusal, 0);
    assert_int_equal(d.out.n, 0);
}

static void answers_may_come_in_pieces(void **state)
{
    static const char answers[] = "250-a\r\n250 b\r\n";
    struct dialogue d;

    (void)state;
    begin(&d, true);
    assert_says(&d, "MAIL FROM:<no-reply@login.example> SMTPUTF8\r\n");
    for (size_t i = 0; answers[i] != '\0'; i++) {
        assert_int_equal(d.step, DIALOGUE_MAIL);
        assert_true(dialogue_take(&d, (struct slice){ answers + i, 1 }));
    }
    assert_int_equal(d.step, DIALOGUE_RCPT);
}

static void a_refusal_resets_the_connection(void **state)
{
    struct dialogue d;

    (void)state;
    begin(&d, false);
    assert_true(hears(&d, "250 ok\r\n"));
    assert_true(hears(&d, "550-5.1.1 first\r\n550 5.1.1 no such mailbox\r\n"));
    assert_int_equal(d.refusal, 550);
    assert_string_equal(d.refusal_text, "550 5.1.1 no such mailbox");
    assert_says(&d, "RSET\r\n");
    assert_true(hears(&d, "250 flushed\r\n"));
    assert_int_equal(d.step, DIALOGUE_IDLE);
    assert_int_equal(d.refusal, 550);
    begin(&d, false);
    assert_int_equal(d.refusal, 0);
}

static void refused_data_needs_no_reset(void **state)
{
    struct dialogue d;

    (void)state;
    begin(&d, false);
    assert_true(hears(&d, "250 ok\r\n"));
    assert_true(hears(&d, "251 forwarded\r\n"));
    assert_true(hears(&d, "354 go\r\n"));
    d.out = SLICE_EMPTY;
    assert_true(hears(&d, "452 4.3.1 full\r\n"));
    assert_int_equal(d.step, DIALOGUE_IDLE);
    assert_int_equal(d.refusal, 452);
    assert_int_equal(d.out.n, 0);
}

static void a_yes_at_the_wrong_place_is_a_refusal(void **state)
{
    struct dialogue d;

    (void)state;
    begin(&d, false);
    assert_true(hears(&d, "354 go\r\n"));
    assert_int_equal(d.refusal, 354);
    begin(&d, false);
    assert_true(hears(&d, "250 ok\r\n"));
    assert_true(hears(&d, "250 ok\r\n"));
    assert_true(hears(&d, "250 ok\r\n")); /* DATA wants 354 */
    assert_int_equal(d.refusal, 250);
    assert_int_equal(d.step, DIALOGUE_RESET);
}

static void nonsense_ends_the_connection(void **state)
{
    static const char *const nonsense[] = { "\r\n",      "25\r\n",     "hello\r\n",   "150 early\r\n",
                                            "650 x\r\n", "25x ok\r\n", "2500 ok\r\n", "HTTP/1.1 400 Bad Request\r\n" };
    char endless[DIALOGUE_LINE];
    struct dialogue d;

    (void)state;
    for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++) {
        begin(&d, false);
        assert_false(hears(&d, nonsense[i]));
    }
    begin(&d, false);
    memset(endless, '2', sizeof endless);
    assert_true(dialogue_take(&d, (struct slice){ endless, sizeof endless - 1 }));
    assert_false(dialogue_take(&d, (struct slice){ endless, 1 }));
}

static void an_idle_server_has_nothing_to_say(void **state)
{
    struct dialogue d = { 0 };

    (void)state;
    assert_false(hears(&d, "421 4.4.2 time is over\r\n"));
    begin(&d, false);
    assert_false(hears(&d, "250 a\r\n250 b\r\n354 c\r\n250 d\r\n250 one too many\r\n"));
}

static void three_commands_go_together(void **state)
{
    struct dialogue d;

    (void)state;
    begin_with(&d, (struct dialogue_offers){ .utf8 = true, .pipelining = true });
    assert_says(&d, "MAIL FROM:<no-reply@login.example> SMTPUTF8\r\nRCPT TO:<jo@kites.example>\r\nDATA\r\n");
    assert_true(hears(&d, "250 ok\r\n250 ok\r\n35"));
    assert_int_equal(d.out.n, 0);
    assert_true(hears(&d, "4 go on\r\n"));
    assert_says(&d, mail);
    assert_true(hears(&d, "250 taken\r\n"));
    assert_int_equal(d.step, DIALOGUE_IDLE);
    assert_int_equal(d.refusal, 0);
}

/* RFC 2920, 3.1: every answer is looked at, and data for nobody is ended at once. */
static void a_refusal_among_three(void **state)
{
    static const struct {
        const char *answers; /* to the three */
        const char *says;
        const char *last;
        int refusal;
    } rows[] = {
        { "550 first\r\n503 none\r\n503 none\r\n", "RSET\r\n", "250 ok\r\n", 550 },
        { "250 ok\r\n551 first\r\n554 nobody\r\n", "RSET\r\n", "250 ok\r\n", 551 },
        { "250 ok\r\n250 ok\r\n452 full\r\n", "RSET\r\n", "250 ok\r\n", 452 },
        { "250 ok\r\n550 first\r\n354 go on\r\n", ".\r\n", "554 nobody\r\n", 550 },
        { "250 ok\r\n550 first\r\n354 go on\r\n", ".\r\n", "250 taken\r\n", 550 },
        { "552 first\r\n250 ok\r\n250 odd\r\n", "RSET\r\n", "250 ok\r\n", 552 },
    };
    struct dialogue d;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin_with(&d, (struct dialogue_offers){ .pipelining = true });
        d.out = SLICE_EMPTY;
        assert_true(hears(&d, rows[i].answers));
        assert_says(&d, rows[i].says);
        assert_int_not_equal(d.step, DIALOGUE_IDLE);
        assert_true(hears(&d, rows[i].last));
        assert_int_equal(d.step, DIALOGUE_IDLE);
        assert_int_equal(d.refusal, rows[i].refusal);
        assert_int_equal(strtol(d.refusal_text, NULL, 10), rows[i].refusal);
        begin(&d, false);
        assert_int_equal(d.refusal, 0);
    }
}

/* RFC 3030: the message is a counted chunk behind the commands, without the dot. */
static void all_goes_together(void **state)
{
    struct dialogue d;

    (void)state;
    begin_with(&d, (struct dialogue_offers){ .utf8 = true, .pipelining = true, .chunking = true });
    assert_says(&d, "MAIL FROM:<no-reply@login.example> SMTPUTF8\r\nRCPT TO:<jo@kites.example>\r\nBDAT 21 LAST\r\n"
                    "Subject: x\r\n\r\nhello\r\n");
    assert_true(hears(&d, "250 ok\r\n250 ok\r\n"));
    assert_int_equal(d.step, DIALOGUE_BODY);
    assert_true(hears(&d, "250 2.6.0 taken\r\n"));
    assert_int_equal(d.step, DIALOGUE_IDLE);
    assert_int_equal(d.refusal, 0);
    assert_int_equal(d.out.n, 0);
}

static void chunks_need_pipelining(void **state)
{
    struct dialogue d;

    (void)state;
    begin_with(&d, (struct dialogue_offers){ .chunking = true });
    assert_says(&d, "MAIL FROM:<no-reply@login.example>\r\n");
}

/* Whatever was refused, three answers come, and the mail that was begun is taken back. */
static void a_refusal_among_all(void **state)
{
    static const struct {
        const char *answers;
        int refusal;
    } rows[] = {
        { "550 first\r\n503 none\r\n503 none\r\n", 550 }, { "250 ok\r\n551 first\r\n503 nobody\r\n", 551 },
        { "250 ok\r\n250 ok\r\n452 full\r\n", 452 },      { "250 ok\r\n250 ok\r\n354 odd\r\n", 354 },
        { "552 first\r\n250 ok\r\n250 odd\r\n", 552 },
    };
    struct dialogue d;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin_with(&d, (struct dialogue_offers){ .pipelining = true, .chunking = true });
        d.out = SLICE_EMPTY;
        assert_true(hears(&d, rows[i].answers));
        assert_says(&d, "RSET\r\n");
        assert_true(hears(&d, "250 ok\r\n"));
        assert_int_equal(d.step, DIALOGUE_IDLE);
        assert_int_equal(d.refusal, rows[i].refusal);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_in_four_answers),
        cmocka_unit_test(answers_may_come_in_pieces),
        cmocka_unit_test(a_refusal_resets_the_connection),
        cmocka_unit_test(refused_data_needs_no_reset),
        cmocka_unit_test(a_yes_at_the_wrong_place_is_a_refusal),
        cmocka_unit_test(nonsense_ends_the_connection),
        cmocka_unit_test(an_idle_server_has_nothing_to_say),
        cmocka_unit_test(three_commands_go_together),
        cmocka_unit_test(a_refusal_among_three),
        cmocka_unit_test(all_goes_together),
        cmocka_unit_test(chunks_need_pipelining),
        cmocka_unit_test(a_refusal_among_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
