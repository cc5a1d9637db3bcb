/* SPDX-License-Identifier: Apache-2.0 */
/* What a writer copies is, byte for byte, what message_write would have written. */
#include "mail/writer.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/mail_sample.h"

static struct messages *messages;
static char wanted[MESSAGE_MAX];
static size_t wanted_n;
static char written[MESSAGE_MAX];

static int load(void **state)
{
    (void)state;
    return err_is_ok(messages_new(&messages)) ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    messages_free(messages);
    return 0;
}

static struct writer *writer_of(const struct message_sender *from)
{
    struct writer *w = NULL;

    assert_int_equal(writer_new(messages, from, &w).code, ERR_OK);
    return w;
}

static void assert_writes(struct writer *w, const struct message_sender *from, const struct letter *letter, uint64_t id,
                          instant now)
{
    struct buf a, b;

    buf_init(&a, wanted, sizeof wanted);
    buf_init(&b, written, sizeof written);
    buf_puts(&b, "before");
    assert_int_equal(message_write(messages, letter, from, id, now, &a).code, ERR_OK);
    assert_int_equal(writer_write(w, letter, id, now, &b).code, ERR_OK);
    wanted_n = a.n;
    assert_int_equal(b.n, 6 + a.n);
    assert_memory_equal(written, "before", 6);
    assert_memory_equal(written + 6, wanted, a.n);
}

/* Five letters alike, of which three can be copied. Returns how many were. */
static uint64_t write_alike(struct writer *w, const struct message_sender *from, struct letter letter)
{
    static const char *const codes[] = { "9081726354", "0000000000", "1111111111", "0123456789", "1011010010" };
    static const char *const recipients[] = {
        "a@b.example", "jo.doe@kites.example", "jürgen@münchen.example", "00000000@11111111.example",
        "a.very.long.name.that.does.not.fit.into.the.first.line.of.its.header@kites.example"
    };
    static const uint64_t ids[] = { 1, 0x0123456789abcdef, UINT64_MAX, 0, 0xfedcba9876543210 };
    int digits = (int)strlen(letter.code);
    uint64_t before = writer_copied(w);

    for (size_t i = 0; i < 5; i++) {
        snprintf(letter.code, sizeof letter.code, "%.*s", digits, codes[i]);
        snprintf(letter.to, sizeof letter.to, "%s", recipients[i]);
        assert_writes(w, from, &letter, ids[i], 1785103200 + (instant)i / 2 * 40000000);
    }
    return writer_copied(w) - before;
}

/* Whether a part of the last letter was. */
static bool is_base64(void)
{
    static const char encoding[] = "Content-Transfer-Encoding: base64";

    return memmem(wanted, wanted_n, encoding, sizeof encoding - 1) != NULL;
}

/* Each kind and look in one language. Returns how many were in base64. */
static size_t write_looks(struct writer *w, const struct message_sender *from, const char *language)
{
    static const char *const looks[][3] = { /* name, logo, accent */
                                            { "Kites & Sons", "", "" },
                                            { "Kites", "https://b.example/00000000.png?a&b", "#C0FFEE" },
                                            { "12345678", "https://b.example/0/1", "#000000" },
                                            { "00000000 11111111 ffffffffffffffff", "", "#111111" },
                                            { "--=_0000000000000000", "", "#0f0f0f" },
                                            { ".凧と風 =?UTF-8?Q?Bank?= {{code}} <b>'\" ", "", "" }
    };
    struct letter letter = sample;
    size_t base64 = 0;

    snprintf(letter.language, sizeof letter.language, "%s", language);
    for (size_t i = 0; i < LETTER_KINDS * sizeof looks / sizeof looks[0]; i++) {
        const char *const *look = looks[i / LETTER_KINDS];
        letter.kind = i % LETTER_KINDS;
        letter.minutes = 1 + (uint32_t)i / LETTER_KINDS;
        snprintf(letter.tenant_name, sizeof letter.tenant_name, "%s", look[0]);
        snprintf(letter.logo_url, sizeof letter.logo_url, "%s", look[1]);
        snprintf(letter.accent_color, sizeof letter.accent_color, "%s", look[2]);
        assert_int_equal(write_alike(w, from, letter), 3);
        base64 += is_base64();
    }
    return base64;
}

static void every_letter_is_copied_as_it_would_be_written(void **state)
{
    const struct message_sender senders[] = { sender, { SLICE("0@1111111111111111.example"), SLICE_EMPTY } };
    size_t base64 = 0;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct writer *w = writer_of(&senders[i]);
        for (const char *const *language = message_languages(); *language != NULL; language++)
            base64 += write_looks(w, &senders[i], *language);
        writer_free(w);
    }
    assert_in_range(base64, 2 * 2 * 36, 2 * 3 * 36); /* Arabic, Japanese, and where a name has much to escape */
}

static void every_length_of_a_name_and_of_a_code_is_copied(void **state)
{
    static const char *const units[] = { "a", "0", ".", " ", "=", "ö", "'" };
    struct writer *w = writer_of(&sender);
    struct letter letter = sample;

    (void)state;
    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
        size_t width = strlen(units[u]);
        for (size_t n = 1; n * width < sizeof letter.tenant_name; n++) {
            for (size_t i = 0; i < n; i++)
                memcpy(letter.tenant_name + i * width, units[u], width);
            letter.tenant_name[n * width] = '\0';
            size_t digits = LIMIT_CODE_DIGITS_MIN + n % (LIMIT_CODE_DIGITS_MAX - LIMIT_CODE_DIGITS_MIN + 1);
            snprintf(letter.code, sizeof letter.code, "%.*s", (int)digits, "0123456789");
            assert_int_equal(write_alike(w, &sender, letter), 3);
        }
    }
    writer_free(w);
}

/* The one thing that two letters alike may not differ in is told apart, whatever was kept before. */
static void a_letter_that_is_not_alike_is_not_copied(void **state)
{
    struct letter others[8];
    struct writer *w = writer_of(&sender);

    (void)state;
    for (size_t i = 0; i < 8; i++)
        others[i] = sample;
    others[1].kind = LETTER_RESET_CODE;
    others[2].minutes = 31;
    snprintf(others[3].code, sizeof others[3].code, "908172");
    snprintf(others[4].language, sizeof others[4].language, "de");
    snprintf(others[5].tenant_name, sizeof others[5].tenant_name, "Kites & Song");
    snprintf(others[6].logo_url, sizeof others[6].logo_url, "https://b.example/l.png");
    snprintf(others[7].accent_color, sizeof others[7].accent_color, "#2f5fd1");
    for (int round = 0; round < 4; round++)
        for (size_t i = 0; i < 8; i++)
            assert_writes(w, &sender, &others[i], i, 1785103200);
    assert_int_equal(writer_copied(w), 2 * 8);
    snprintf(others[0].client_id, sizeof others[0].client_id, "11111111-2222-3333-4444-555555555555");
    assert_writes(w, &sender, &others[0], 1, 1785103200);
    assert_int_equal(writer_copied(w), 2 * 8 + 1); /* who asked for it is not in a letter */
    writer_free(w);
}

static void write_one(struct writer *w, unsigned like)
{
    struct letter letter = sample;

    letter.minutes = 1 + like;
    assert_writes(w, &sender, &letter, like, 1785103200);
}

static void write_round(struct writer *w, unsigned likes)
{
    for (unsigned i = 0; i < likes; i++)
        write_one(w, i);
}

static void the_likes_not_used_for_longest_make_room(void **state)
{
    struct writer *w = writer_of(&sender);

    (void)state;
    for (int round = 0; round < 3; round++)
        write_round(w, WRITER_LIKES);
    assert_int_equal(writer_copied(w), WRITER_LIKES);
    write_one(w, 0);
    write_one(w, WRITER_LIKES); /* takes the place of 1, as 0 was just used */
    write_one(w, 0);
    assert_int_equal(writer_copied(w), WRITER_LIKES + 2);
    write_one(w, 1);
    assert_int_equal(writer_copied(w), WRITER_LIKES + 2);
    for (int round = 0; round < 3; round++)
        write_round(w, WRITER_LIKES + 1);                 /* each is gone when its turn comes */
    assert_int_equal(writer_copied(w), WRITER_LIKES + 3); /* but for 0 in the first of these rounds */
    writer_free(w);
}

static void neither_codes_nor_recipients_stay(void **state)
{
    struct writer *w = writer_of(&sender);
    struct letter letter = sample;
    size_t n = malloc_usable_size(w);

    (void)state;
    for (int i = 0; i < 4; i++) {
        assert_writes(w, &sender, &letter, 1, 1785103200);
        assert_non_null(memmem(written, sizeof written, sample.code, strlen(sample.code)));
        assert_null(memmem(w, n, sample.code, strlen(sample.code)));
        assert_null(memmem(w, n, "jo.doe", 6));
    }
    assert_int_equal(writer_copied(w), 2);
    assert_non_null(memmem(w, n, sample.tenant_name, strlen(sample.tenant_name)));
    writer_free(w);
}

static void what_is_bad_is_refused_whatever_is_kept(void **state)
{
    struct writer *w = writer_of(&sender);
    struct letter letter = sample;
    struct buf out;

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_writes(w, &sender, &letter, 1, 1785103200);
    buf_init(&out, written, sizeof written);
    snprintf(letter.to, sizeof letter.to, "a@b.example\r\nBcc: c@d.example");
    assert_int_equal(writer_write(w, &letter, 1, 1, &out).code, ERR_FORMAT);
    letter = sample;
    letter.code[0] = 'x';
    assert_int_equal(writer_write(w, &letter, 1, 1, &out).code, ERR_FORMAT);
    letter = sample;
    letter.channel = CHANNEL_SMS;
    snprintf(letter.to, sizeof letter.to, "+4790000007");
    assert_int_equal(writer_write(w, &letter, 1, 1, &out).code, ERR_FORMAT);
    assert_int_equal(out.n, 0);
    writer_free(w);
    const struct message_sender bad = { SLICE("x"), SLICE_EMPTY };
    assert_int_equal(writer_new(messages, &bad, &w).code, ERR_FORMAT);
    assert_null(w);
}

static void a_short_buffer_is_full(void **state)
{
    struct writer *w = writer_of(&sender);
    struct buf out;

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_writes(w, &sender, &sample, 1, 1785103200);
    buf_init(&out, written, sizeof written);
    assert_int_equal(writer_write(w, &sample, 1, 1785103200, &out).code, ERR_OK);
    for (size_t cap = 0, whole = out.n; cap < whole; cap += 97) {
        buf_init(&out, written, cap);
        assert_int_equal(writer_write(w, &sample, 1, 1785103200, &out).code, ERR_FULL);
    }
    writer_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_letter_is_copied_as_it_would_be_written),
        cmocka_unit_test(every_length_of_a_name_and_of_a_code_is_copied),
        cmocka_unit_test(a_letter_that_is_not_alike_is_not_copied),
        cmocka_unit_test(the_likes_not_used_for_longest_make_room),
        cmocka_unit_test(neither_codes_nor_recipients_stay),
        cmocka_unit_test(what_is_bad_is_refused_whatever_is_kept),
        cmocka_unit_test(a_short_buffer_is_full),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
