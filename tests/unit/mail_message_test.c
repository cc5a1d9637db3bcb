/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/catalogue.h"
#include "mail/message.h"
#include "mail/mime.h"

#include "base/embed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/mail_sample.h"

const struct embedded_file *mail_files(void);

static char block[MESSAGE_MAX];

static int load(void **state)
{
    struct messages *m = NULL;

    assert_int_equal(messages_new(&m).code, ERR_OK);
    *state = m;
    return 0;
}

static int unload(void **state)
{
    messages_free(*state);
    return 0;
}

/* The message as a C string. */
static const char *write_from(const struct messages *m, const struct letter *letter, const struct message_sender *from)
{
    struct buf out;

    buf_init(&out, block, sizeof block - 1);
    assert_int_equal(message_write(m, letter, from, 0x1234abcd, 1785103200, &out).code, ERR_OK);
    block[out.n] = '\0';
    assert_int_equal(strlen(block), out.n);
    return block;
}

static const char *write_letter(const struct messages *m, const struct letter *letter)
{
    return write_from(m, letter, &sender);
}

static size_t count(const char *text, const char *what)
{
    size_t n = 0;

    for (const char *at = strstr(text, what); at != NULL; at = strstr(at + 1, what))
        n++;
    return n;
}

static void the_whole_of_a_plain_one(void **state)
{
    static const char golden[] = "Date: Sun, 26 Jul 2026 22:00:00 +0000\r\n"
                                 "From: \"Kites\" <no-reply@login.example>\r\n"
                                 "To: <jo.doe@kites.example>\r\n"
                                 "Message-ID:\r\n"
                                 " <doorcode.000000001234abcd@login.example>\r\n"
                                 "Subject: Your Kites & Sons verification code\r\n"
                                 "MIME-Version: 1.0\r\n"
                                 "Content-Language: en\r\n"
                                 "Auto-Submitted: auto-generated\r\n"
                                 "X-Auto-Response-Suppress: All\r\n"
                                 "Content-Type: multipart/alternative;\r\n"
                                 " boundary=\"=_000000001234abcd\"\r\n"
                                 "\r\n"
                                 "--=_000000001234abcd\r\n"
                                 "Content-Type: text/plain; charset=utf-8\r\n"
                                 "Content-Transfer-Encoding: quoted-printable\r\n"
                                 "\r\n"
                                 "Your verification code\r\n"
                                 "\r\n"
                                 "Use this code to sign in to Kites & Sons.\r\n"
                                 "\r\n"
                                 "Verification code:\r\n"
                                 "\r\n"
                                 "90817263\r\n"
                                 "\r\n"
                                 "The code is valid for 30 minutes and works once.\r\n"
                                 "If you did not ask for this, you can ignore this message. Never share a cod=\r\n"
                                 "e with anyone.\r\n"
                                 "\r\n"
                                 "--\r\n"
                                 "Kites & Sons\r\n"
                                 "This message was sent automatically. Please do not reply.\r\n"
                                 "--=_000000001234abcd\r\n"
                                 "Content-Type: text/html; charset=utf-8\r\n"
                                 "Content-Transfer-Encoding: quoted-printable\r\n"
                                 "\r\n"
                                 "<!DOCTYPE html>\r\n";
    static const char end[] = "\r\n</html>\r\n--=_000000001234abcd--\r\n";
    const char *text = write_letter(*state, &sample);

    assert_memory_equal(text, golden, sizeof golden - 1);
    assert_string_equal(text + strlen(text) - (sizeof end - 1), end);
}

static void the_subject_never_holds_the_code(void **state)
{
    struct letter letter = sample;

    for (const char *const *language = message_languages(); *language != NULL; language++) {
        snprintf(letter.language, sizeof letter.language, "%s", *language);
        const char *text = write_letter(*state, &letter);
        const char *body = strstr(text, "\r\n\r\n");
        const char *code = strstr(text, letter.code);
        assert_true(code == NULL || code > body);
    }
}

/* CRLF only, no line above the limit, nothing that is not ASCII, no control character. */
static void assert_lines(const char *text)
{
    size_t column = 0;

    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\r') {
            assert_int_equal(p[1], '\n');
            assert_in_range(column, 0, MIME_LINE);
            column = 0;
            p++;
            continue;
        }
        assert_in_range((uint8_t)*p, ' ', '~');
        column++;
    }
    assert_int_equal(column, 0);
}

static void lines_are_short_and_ascii_in_every_language(void **state)
{
    struct letter letter = sample;

    snprintf(letter.tenant_name, sizeof letter.tenant_name, "%s",
             "凧と風の会社 — Kites, Söhne & Töchter für alle Winde des Nordens 🪁🪁🪁🪁🪁");
    snprintf(letter.logo_url, sizeof letter.logo_url, "https://cdn.kites.example/%0200d.png", 7);
    for (const char *const *language = message_languages(); *language != NULL; language++) {
        snprintf(letter.language, sizeof letter.language, "%s", *language);
        const char *text = write_letter(*state, &letter);
        assert_lines(text);
        assert_null(strstr(text, "{{"));
        assert_int_equal(count(text, "\r\nSubject:\r\n =?UTF-8?B?"), 1);
    }
}

static void every_length_of_a_name_gives_sound_lines(void **state)
{
    struct letter letter = sample;
    static const char *const units[] = { "a", ".", " ", "=", "ö", "凧", "🪁", "\"", "\\" };

    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
        size_t width = strlen(units[u]);
        for (size_t n = 1; n * width < sizeof letter.tenant_name; n++) {
            for (size_t i = 0; i < n; i++)
                memcpy(letter.tenant_name + i * width, units[u], width);
            letter.tenant_name[n * width] = '\0';
            assert_lines(write_from(*state, &letter, &(struct message_sender){ sender.address, SLICE_EMPTY }));
        }
    }
}

static void no_line_of_a_body_starts_with_a_dot_or_ends_with_a_blank(void **state)
{
    struct letter letter = sample;

    snprintf(letter.tenant_name, sizeof letter.tenant_name, "%s", ".hidden ");
    for (const char *const *language = message_languages(); *language != NULL; language++) {
        snprintf(letter.language, sizeof letter.language, "%s", *language);
        const char *body = strstr(write_letter(*state, &letter), "\r\n\r\n");
        assert_null(strstr(body, "\r\n."));
        assert_null(strstr(body, " \r\n"));
    }
    snprintf(letter.language, sizeof letter.language, "en");
    assert_non_null(strstr(write_letter(*state, &letter), "\r\n=2Ehidden=20\r\n"));
}

static void headers_cannot_be_injected(void **state)
{
    static const char *const names[] = { "Kites\r\nBcc: x@y.example", "Kites\nX: y", "Kites\rX: y", "Kites\tX" };
    struct letter letter = sample;
    struct message_sender from = sender;
    struct buf out;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        buf_init(&out, block, sizeof block);
        snprintf(letter.tenant_name, sizeof letter.tenant_name, "%s", names[i]);
        assert_int_equal(message_write(*state, &letter, &sender, 1, 1, &out).code, ERR_FORMAT);
        from.name = slice_of(names[i]);
        assert_int_equal(message_write(*state, &sample, &from, 1, 1, &out).code, ERR_FORMAT);
        assert_int_equal(out.n, 0);
    }
}

static void bad_senders_are_refused(void **state)
{
    static const char *const addresses[] = { "",
                                             "x",
                                             "@x.example",
                                             "x@",
                                             "a@b@c",
                                             "x@y.example\r\nTo: z",
                                             "x y@z.example",
                                             "x@y.example>",
                                             "jürgen@z.example",
                                             "x,y@z.example" };

    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        struct message_sender from = { slice_of(addresses[i]), SLICE_EMPTY };
        assert_int_equal(message_sender_check(&from).code, ERR_FORMAT);
    }
    assert_int_equal(message_sender_check(&sender).code, ERR_OK);
    assert_int_equal(message_sender_check(&(struct message_sender){ SLICE("a@localhost"), SLICE_EMPTY }).code, ERR_OK);
}

static void a_name_that_looks_encoded_or_quoted_stays_text(void **state)
{
    struct letter letter = sample;
    struct message_sender from = { sender.address, SLICE("=?UTF-8?Q?Bank?=") };

    assert_non_null(
        strstr(write_from(*state, &letter, &from), "From:\r\n =?UTF-8?B?PT9VVEYtOD9RP0Jhbms/PQ==?=\r\n <no-reply"));
    from.name = SLICE("K\" <a@b.example>, \\x");
    assert_non_null(strstr(write_from(*state, &letter, &from), "From: \"K\\\" <a@b.example>, \\\\x\" <no-reply@"));
    snprintf(letter.tenant_name, sizeof letter.tenant_name, "=?UTF-8?Q?Bank?=");
    assert_non_null(strstr(write_letter(*state, &letter), "Subject:\r\n =?UTF-8?B?"));
}

static void values_are_escaped_in_html_and_never_filled_again(void **state)
{
    struct letter letter = sample;

    snprintf(letter.tenant_name, sizeof letter.tenant_name, "<b>'{{code}}'\"&");
    const char *html = strstr(write_letter(*state, &letter), "text/html");
    assert_null(strstr(html, "<b>"));
    assert_non_null(strstr(html, "&lt;b&gt;&#39;{{code}}&#39;&quot;&amp;"));
    assert_int_equal(count(html, letter.code), 1);
    const char *text = strstr(block, "text/plain");
    assert_non_null(strstr(text, "sign in to <b>'{{code}}'\"&."));
}

static void the_logo_is_the_only_request_and_only_if_there_is_one(void **state)
{
    struct letter letter = sample;

    assert_int_equal(count(write_letter(*state, &letter), "https:"), 0);
    assert_int_equal(count(block, "http:"), 0);
    assert_int_equal(count(block, "<img"), 0);
    snprintf(letter.logo_url, sizeof letter.logo_url, "https://b.example/l.png?a&b");
    assert_int_equal(count(write_letter(*state, &letter), "https:"), 1);
    assert_int_equal(count(block, "src="), 1);
    assert_non_null(strstr(block, "<img src=3D\"https://b.example/l.png?a&amp;b\" alt=3D\"Kites &amp; Sons\""));
}

static void the_accent_colour_is_the_tenants_or_ours(void **state)
{
    struct letter letter = sample;

    assert_int_equal(count(write_letter(*state, &letter), "#2f5fd0"), 2);
    snprintf(letter.accent_color, sizeof letter.accent_color, "#C0FFEE");
    assert_int_equal(count(write_letter(*state, &letter), "#2f5fd0"), 0);
    assert_int_equal(count(block, "#C0FFEE"), 2);
}

static void one_minute_is_singular_and_an_unknown_language_is_english(void **state)
{
    struct letter letter = sample;

    letter.minutes = 1;
    snprintf(letter.language, sizeof letter.language, "sv");
    assert_non_null(strstr(write_letter(*state, &letter), "valid for 1 minute and"));
    assert_non_null(strstr(block, "Content-Language: en\r\n"));
}

static void right_to_left_is_said_and_the_code_stays_left_to_right(void **state)
{
    struct letter letter = sample;

    snprintf(letter.language, sizeof letter.language, "ar");
    write_letter(*state, &letter);
    assert_non_null(strstr(block, "Content-Transfer-Encoding: base64"));
    struct slice html = embedded_find(mail_files(), SLICE("letter.html"))->bytes;
    assert_non_null(strstr(html.p, "dir=\"{{direction}}\""));
    html = embedded_find(mail_files(), SLICE("code.html"))->bytes;
    assert_non_null(strstr(html.p, "class=\"code\" dir=\"ltr\""));
}

/* Each kind has a sentence of its own; the one that says that there is an account tells no code. */
static void the_kind_chooses_the_words(void **state)
{
    static const char *const says[LETTER_KINDS] = {
        [LETTER_SIGNIN_CODE] = "to sign in to",         [LETTER_SIGNUP_CODE] = "to create your account",
        [LETTER_RESET_CODE] = "to set a new password",  [LETTER_FACTOR_CODE] = "second step",
        [LETTER_REGISTER_CODE] = "to add this address", [LETTER_ACCOUNT_EXISTS] = "There is one already",
    };

    for (enum letter_kind kind = 0; kind < LETTER_KINDS; kind++) {
        struct letter letter = sample;
        letter.kind = kind;
        const char *text = write_letter(*state, &letter);
        assert_non_null(strstr(text, says[kind]));
        assert_int_equal(count(text, sample.code), kind == LETTER_ACCOUNT_EXISTS ? 0 : 2);
    }
}

static void a_text_message_is_one_line(void **state)
{
    struct letter letter = sample;
    struct buf out;

    letter.channel = CHANNEL_SMS;
    snprintf(letter.to, sizeof letter.to, "+4790000007");
    buf_init(&out, block, sizeof block);
    assert_int_equal(message_text(*state, &letter, &out).code, ERR_OK);
    assert_true(slice_eq(buf_slice(&out), SLICE("90817263 is your Kites & Sons verification code.")));
    /* and nothing for SMTP */
    assert_int_equal(message_write(*state, &letter, &sender, 1, 1, &out).code, ERR_FORMAT);
    assert_int_equal(message_text(*state, &sample, &out).code, ERR_FORMAT);
}

static void a_short_buffer_is_full(void **state)
{
    size_t whole = strlen(write_letter(*state, &sample));
    static char small[MESSAGE_MAX];
    struct buf out;

    for (size_t cap = 0; cap < whole; cap += 97) {
        buf_init(&out, small, cap);
        assert_int_equal(message_write(*state, &sample, &sender, 0x1234abcd, 1785103200, &out).code, ERR_FULL);
    }
}

/* The largest letter in the widest language stays within what the mailer has. */
static void the_largest_message_fits(void **state)
{
    struct letter letter = sample;
    struct buf out;
    char name[LIMIT_EMAIL + 1];

    memset(letter.tenant_name, '\'', sizeof letter.tenant_name - 1); /* &#39; in HTML */
    memset(letter.to, 'a', sizeof letter.to - 1);
    letter.to[60] = '@';
    snprintf(letter.logo_url, sizeof letter.logo_url, "https://b.example/%0238d", 1);
    memset(name, '=', sizeof name);
    for (const char *const *language = message_languages(); *language != NULL; language++) {
        snprintf(letter.language, sizeof letter.language, "%s", *language);
        buf_init(&out, block, sizeof block);
        struct message_sender from = { slice_of(letter.to), { name, LIMIT_EMAIL } };
        assert_int_equal(message_write(*state, &letter, &from, UINT64_MAX, 1, &out).code, ERR_OK);
        assert_in_range(out.n, 1, MESSAGE_MAX / 2);
    }
}

static void every_language_has_a_file_and_every_file_a_language(void **state)
{
    size_t files = 0, languages = 0;

    (void)state;
    for (const struct embedded_file *file = mail_files(); file->name != NULL; file++)
        files += slice_ends(slice_of(file->name), SLICE(".json"));
    for (const char *const *language = message_languages(); *language != NULL; language++) {
        char name[32];
        struct catalogue c;
        snprintf(name, sizeof name, "%s.json", *language);
        const struct embedded_file *file = embedded_find(mail_files(), slice_of(name));
        assert_non_null(file);
        assert_int_equal(catalogue_load(file->bytes, &c).code, ERR_OK);
        assert_non_null(strstr(c.texts[TEXT_subject].p, "{{tenant}}"));
        assert_non_null(strstr(c.texts[TEXT_intro].p, "{{tenant}}"));
        assert_non_null(strstr(c.texts[TEXT_expiry_other].p, "{{minutes}}"));
        catalogue_free(&c);
        languages++;
    }
    assert_int_equal(files, languages);
}

/* A catalogue without one of its keys, with an empty text, a stranger or a control character is refused. */
static void a_catalogue_that_is_not_whole_is_refused(void **state)
{
    static const char *const keys[] = {
#define TEXT_ROW(key) #key,
#include "mail/texts.def"
#undef TEXT_ROW
    };
    char json[1024];
    struct catalogue c;

    (void)state;
    for (int missing = -1; missing < TEXT_COUNT; missing++) {
        size_t n = (size_t)snprintf(json, sizeof json, "{\"direction\":\"ltr\"");
        for (int key = 1; key < TEXT_COUNT; key++)
            n += (size_t)snprintf(json + n, sizeof json - n, ",\"%s\":\"%s\"", key == missing ? "other" : keys[key],
                                  "x");
        snprintf(json + n, sizeof json - n, "}");
        err e = catalogue_load(slice_of(json), &c);
        assert_int_equal(e.code, missing <= 0 ? ERR_OK : ERR_FORMAT);
        if (err_is_ok(e))
            catalogue_free(&c);
    }
    assert_int_equal(catalogue_load(SLICE("{"), &c).code, ERR_FORMAT);
    assert_int_equal(catalogue_load(SLICE("[]"), &c).code, ERR_FORMAT);
    struct slice english = embedded_find(mail_files(), SLICE("en.json"))->bytes;
    char *ltr = memmem(english.p, english.n, "\"ltr\"", 5);
    assert_non_null(ltr);
    snprintf(json, sizeof json, "%.*s\"up\" %s", (int)(ltr - english.p), english.p, ltr + 5);
    assert_int_equal(catalogue_load(slice_of(json), &c).code, ERR_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_of_a_plain_one),
        cmocka_unit_test(the_subject_never_holds_the_code),
        cmocka_unit_test(lines_are_short_and_ascii_in_every_language),
        cmocka_unit_test(every_length_of_a_name_gives_sound_lines),
        cmocka_unit_test(no_line_of_a_body_starts_with_a_dot_or_ends_with_a_blank),
        cmocka_unit_test(headers_cannot_be_injected),
        cmocka_unit_test(bad_senders_are_refused),
        cmocka_unit_test(a_name_that_looks_encoded_or_quoted_stays_text),
        cmocka_unit_test(values_are_escaped_in_html_and_never_filled_again),
        cmocka_unit_test(the_logo_is_the_only_request_and_only_if_there_is_one),
        cmocka_unit_test(the_accent_colour_is_the_tenants_or_ours),
        cmocka_unit_test(one_minute_is_singular_and_an_unknown_language_is_english),
        cmocka_unit_test(right_to_left_is_said_and_the_code_stays_left_to_right),
        cmocka_unit_test(the_kind_chooses_the_words),
        cmocka_unit_test(a_text_message_is_one_line),
        cmocka_unit_test(a_short_buffer_is_full),
        cmocka_unit_test(the_largest_message_fits),
        cmocka_unit_test(every_language_has_a_file_and_every_file_a_language),
        cmocka_unit_test(a_catalogue_that_is_not_whole_is_refused),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
