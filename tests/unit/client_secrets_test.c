/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of an answer: read as they were sent, and left in no memory that is given back, jansson's scratch included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client_limits.h"
#include "reply.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET "Sesame-0pen-5esame"

/* ---- whoever frees memory, here or in a library, shows it first ---- */

static bool watching;
static unsigned freed, leaks;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { CAN_WATCH = 0 }; /* the sanitizer has an allocator of its own */
#else
enum { CAN_WATCH = 1 };

void __libc_free(void *p);

void free(void *p)
{
    if (watching && p != NULL) {
        freed++;
        leaks += memmem(p, malloc_usable_size(p), "0pen", 4) != NULL; /* a part is a find, too */
    }
    __libc_free(p);
}
#endif

static struct http_answer answer_of(int status, const char *body)
{
    return (struct http_answer){ .status = status, .detail = "application/json", .body = slice_of(body) };
}

static void no_freed_memory_has_a_token(void **state)
{
    static const struct {
        enum reply_endpoint endpoint;
        int status;
        const char *body;
    } rows[] = {
        { REPLY_OF_INITIATE, 200, "{\"continuation_token\":\"" SECRET "\"}" },
        { REPLY_OF_CHALLENGE, 200,
          "{\"challenge_type\":\"oob\", \"continuation_token\" : \"" SECRET SECRET SECRET "\",\"code_length\":8}" },
        { REPLY_OF_TOKEN, 200,
          "{\"token_type\":\"Bearer\",\"scope\":\"openid\",\"access_token\":\"" SECRET "." SECRET
          "\",\"refresh_token\":\"" SECRET "\",\"id_token\":\"" SECRET "\\u002B\",\"client_info\":\"" SECRET
          "\",\"expires_in\":3599}" },
        { REPLY_OF_TOKEN, 400,
          "{\"error\":\"invalid_grant\",\"suberror\":\"mfa_required\",\"continuation_token\":\"" SECRET "\"}" },
        /* broken behind the token */
        { REPLY_OF_TOKEN, 200, "{\"access_token\":\"" SECRET "\",\"token_type\":" },
        { REPLY_OF_TOKEN, 200, "{\"access_token\":\"" SECRET "\"} x" },
        { REPLY_OF_TOKEN, 200, "{\"access_token\":\"" SECRET "\",\"access_token\":\"a\"}" },
    };

    (void)state;
    if (!CAN_WATCH)
        skip();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct http_answer answer = answer_of(rows[i].status, rows[i].body);
        struct reply reply;
        freed = leaks = 0;
        watching = true;
        reply_parse(rows[i].endpoint, &answer, "id", &reply);
        reply_free(&reply);
        watching = false;
        assert_true(freed > 1); /* jansson's, not only the reply's own */
        if (leaks > 0)
            fail_msg("row %zu: a token in %u of %u blocks that were freed", i + 1, leaks, freed);
    }
}

/* ---- what is read ---- */

static const struct {
    const char *value; /* as JSON */
    const char *text;
} values[] = {
    { "\"abc\"", "abc" },
    { "\"\"", "" },
    { "\"a\\/b\\\"c\\\\\"", "a/b\"c\\" },
    { "\"a\\u002bb\\u003D\"", "a+b=" },
    { "\"{[\\\"\"", "{[\"" },
    { "17", "" },
    { "null", "" },
    { "[\"abc\"]", "" },
    { "{\"access_token\":\"inner\"}", "" },
    /* no tokens, but texts: as jansson reads them */
    { "\"a b\"", "a b" },
    { "\"\\u00e9\"", "\xC3\xA9" },
    { "\"\\n\"", "\n" },
};

static void tokens_are_read_as_sent(void **state)
{
    char body[256];

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct reply reply;
        snprintf(body, sizeof(body),
                 "{\"token_type\":\"Bearer\",\"n\":{\"refresh_token\":\"deep\"},\"access_token\":\"a\",\"refresh_"
                 "token\" :\t%s}",
                 values[i].value);
        struct http_answer answer = answer_of(200, body);
        reply_parse(REPLY_OF_TOKEN, &answer, "id", &reply);
        assert_string_equal(reply.tokens.access_token, "a");
        assert_string_equal(reply.tokens.refresh_token, values[i].text);
        reply_free(&reply);
    }
}

/* What jansson refuses must not become readable because a part of it was taken out. */
static void what_is_no_json_stays_so(void **state)
{
    static const char *const bodies[] = {
        "{\"access_token\":\"a\\u0000b\",\"token_type\":\"Bearer\"}",
        "{\"access_token\":\"a\nb\",\"token_type\":\"Bearer\"}",
        "{\"access_token\":\"a\\x41\",\"token_type\":\"Bearer\"}",
        "{\"access_token\":\"a\\u00\",\"token_type\":\"Bearer\"}",
        "{\"access_token\":\"a\\ud800\",\"token_type\":\"Bearer\"}",
        "{\"access_token\":\"\xff\",\"token_type\":\"Bearer\"}",
        "{\"access_token\":\"a",
        "{\"access_token\":\"a\\",
        "{\"access_token\" \"a\",\"token_type\":\"Bearer\"}",
        "[\"access_token\",\"a\"]",
        "\"access_token\":\"a\"",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct http_answer answer = answer_of(200, bodies[i]);
        struct reply reply;
        reply_parse(REPLY_OF_TOKEN, &answer, "id", &reply);
        if (reply.kind != REPLY_ERROR)
            fail_msg("%s was read", bodies[i]);
        reply_free(&reply);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_freed_memory_has_a_token),
        cmocka_unit_test(tokens_are_read_as_sent),
        cmocka_unit_test(what_is_no_json_stays_so),
    };
    return cmocka_run_group_tests_name("client: secrets", tests, NULL, NULL);
}
