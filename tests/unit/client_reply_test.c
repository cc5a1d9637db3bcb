/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of every shape, as a table: what the client makes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client_limits.h"
#include "errors.h"
#include "reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
    enum reply_endpoint endpoint;
    int status;
    const char *body;
    enum reply_kind kind;
    enum doorcode_error_kind error; /* where kind is REPLY_ERROR */
};

#define INITIATE REPLY_OF_INITIATE
#define CHALLENGE REPLY_OF_CHALLENGE
#define TOKEN REPLY_OF_TOKEN
#define ERROR(kind) REPLY_ERROR, DOORCODE_ERROR_##kind
#define TOKENS "\"token_type\":\"Bearer\",\"access_token\":\"aa.bb.cc\""

static const struct row rows[] = {
    /* successes */
    { INITIATE, 200, "{\"continuation_token\":\"c1\"}", REPLY_STARTED, 0 },
    { INITIATE, 200, " {\"continuation_token\":\"c1\",\"extra\":{\"a\":[1,null]},\"n\":7}\r\n", REPLY_STARTED, 0 },
    { CHALLENGE, 200, "{\"continuation_token\":\"c2\",\"challenge_type\":\"oob\"}", REPLY_CODE, 0 },
    { CHALLENGE, 200, "{\"continuation_token\":\"c2\",\"challenge_type\":\"OOB\",\"binding_method\":\"prompt\"}",
      REPLY_CODE, 0 },
    { CHALLENGE, 200, "{\"continuation_token\":\"c2\",\"challenge_type\":\"oob\",\"code_length\":\"eight\"}",
      REPLY_CODE, 0 },
    { CHALLENGE, 200, "{\"continuation_token\":\"c2\",\"challenge_type\":\"password\"}", REPLY_PASSWORD, 0 },
    { TOKEN, 200, "{" TOKENS "}", REPLY_TOKENS, 0 },
    { TOKEN, 200, "{\"token_type\":\"bearer\",\"access_token\":\"a\",\"expires_in\":\"60\"}", REPLY_TOKENS, 0 },
    /* redirect, on each endpoint */
    { INITIATE, 200, "{\"challenge_type\":\"redirect\"}", REPLY_REDIRECT, 0 },
    { CHALLENGE, 200, "{\"challenge_type\":\"redirect\",\"redirect_reason\":\"why\"}", REPLY_REDIRECT, 0 },
    { TOKEN, 200, "{\"challenge_type\":\"redirect\",\"continuation_token\":\"c\"}", REPLY_REDIRECT, 0 },
    /* successes that are none */
    { INITIATE, 200, "", ERROR(PROTOCOL) },
    { INITIATE, 200, "{}", ERROR(PROTOCOL) },
    { INITIATE, 200, "[]", ERROR(PROTOCOL) },
    { INITIATE, 200, "null", ERROR(PROTOCOL) },
    { INITIATE, 200, "\"c1\"", ERROR(PROTOCOL) },
    { INITIATE, 200, "{\"continuation_token\":\"c1\"", ERROR(PROTOCOL) },
    { INITIATE, 200, "{\"continuation_token\":\"c1\"} x", ERROR(PROTOCOL) },
    { INITIATE, 200, "{\"continuation_token\":\"c1\",\"continuation_token\":\"c2\"}", ERROR(PROTOCOL) },
    { INITIATE, 200, "{\"continuation_token\":\"\"}", ERROR(PROTOCOL) },
    { INITIATE, 200, "{\"continuation_token\":null}", ERROR(PROTOCOL) },
    { INITIATE, 200, "{\"continuation_token\":17}", ERROR(PROTOCOL) },
    { INITIATE, 200, "{\"continuation_token\":[\"c1\"]}", ERROR(PROTOCOL) },
    { INITIATE, 200, "{\"continuation_token\":\"c\\u0000d\"}", ERROR(PROTOCOL) },
    { INITIATE, 200, "{\"continuation_token\":\"\xff\"}", ERROR(PROTOCOL) },
    { INITIATE, 201, "{\"continuation_token\":\"c1\"}", ERROR(PROTOCOL) },
    { INITIATE, 204, "", ERROR(PROTOCOL) },
    { INITIATE, 302, "", ERROR(PROTOCOL) },
    { INITIATE, 200, "<!doctype html><title>Sign in</title>", ERROR(PROTOCOL) },
    { CHALLENGE, 200, "{\"continuation_token\":\"c2\"}", ERROR(PROTOCOL) },
    { CHALLENGE, 200, "{\"challenge_type\":\"oob\"}", ERROR(PROTOCOL) },
    { CHALLENGE, 200, "{\"continuation_token\":\"c2\",\"challenge_type\":\"smoke\"}", ERROR(PROTOCOL) },
    { CHALLENGE, 200, "{\"continuation_token\":\"c2\",\"challenge_type\":\"oob\",\"binding_method\":\"none\"}",
      ERROR(PROTOCOL) },
    { TOKEN, 200, "{\"token_type\":\"Bearer\"}", ERROR(PROTOCOL) },
    { TOKEN, 200, "{\"access_token\":\"a\"}", ERROR(PROTOCOL) },
    { TOKEN, 200, "{\"token_type\":\"mac\",\"access_token\":\"a\"}", ERROR(PROTOCOL) },
    { TOKEN, 200, "{\"continuation_token\":\"c2\"}", ERROR(PROTOCOL) },
    /* errors by their words and numbers */
    { INITIATE, 400, "{\"error\":\"user_not_found\",\"error_codes\":[50034]}", ERROR(USER_NOT_FOUND) },
    { INITIATE, 400, "{\"error\":\"USER_NOT_FOUND\"}", ERROR(USER_NOT_FOUND) },
    { TOKEN, 400, "{\"error\":\"invalid_grant\",\"error_codes\":[50034]}", ERROR(USER_NOT_FOUND) },
    { INITIATE, 400, "{\"error\":\"unauthorized_client\",\"error_codes\":[700016]}", ERROR(CLIENT_NOT_FOUND) },
    { INITIATE, 400, "{\"error\":\"invalid_client\",\"suberror\":\"nativeauthapi_disabled\"}", ERROR(NATIVE_DISABLED) },
    { TOKEN, 400, "{\"error\":\"invalid_client\",\"error_codes\":[7000218]}", ERROR(CLIENT_NOT_FOUND) },
    { INITIATE, 400, "{\"error\":\"invalid_request\",\"error_codes\":[90002]}", ERROR(TENANT_NOT_FOUND) },
    { INITIATE, 400,
      "{\"error\":\"invalid_request\",\"error_codes\":[90100],\"error_description\":"
      "\"AADSTS90100: username parameter is empty or not valid.\"}",
      ERROR(INVALID_USERNAME) },
    { INITIATE, 400,
      "{\"error\":\"invalid_request\",\"error_codes\":[90100],\"error_description\":"
      "\"AADSTS90100: client_id parameter is empty or not valid.\"}",
      ERROR(INVALID_REQUEST) },
    { INITIATE, 400, "{\"error\":\"unsupported_challenge_type\",\"error_codes\":[901007]}",
      ERROR(CHALLENGE_UNSUPPORTED) },
    { CHALLENGE, 400, "{\"error\":\"invalid_request\",\"error_codes\":[701014]}", ERROR(TOO_MANY_CODES) },
    { CHALLENGE, 400, "{\"error\":\"invalid_grant\",\"error_codes\":[55200]}", ERROR(INVALID_GRANT) },
    { CHALLENGE, 400, "{\"error\":\"invalid_request\",\"error_codes\":[55200]}", ERROR(INVALID_GRANT) },
    { CHALLENGE, 400, "{\"error\":\"expired_token\",\"error_codes\":[552001]}", ERROR(EXPIRED) },
    { CHALLENGE, 400, "{\"error\":\"access_denied\",\"suberror\":\"provider_blocked_by_rep\"}",
      ERROR(CONTACT_BLOCKED) },
    { TOKEN, 400, "{\"error\":\"invalid_grant\",\"suberror\":\"invalid_oob_value\",\"error_codes\":[50181]}",
      ERROR(INVALID_CODE) },
    { TOKEN, 400, "{\"error\":\"invalid_grant\",\"suberror\":\"invalid_oob_value\"}", ERROR(INVALID_CODE) },
    { TOKEN, 400, "{\"error\":\"invalid_grant\",\"suberror\":\"mfa_required\",\"error_codes\":[50076]}",
      ERROR(MFA_REQUIRED) },
    { TOKEN, 400, "{\"error\":\"invalid_grant\",\"suberror\":\"registration_required\"}",
      ERROR(REGISTRATION_REQUIRED) },
    { TOKEN, 400, "{\"error\":\"invalid_grant\",\"suberror\":\"never_heard_of\",\"error_codes\":[50126]}",
      ERROR(INVALID_PASSWORD) },
    { TOKEN, 400, "{\"error\":\"invalid_grant\",\"error_codes\":[50053]}", ERROR(USER_LOCKED) },
    { TOKEN, 400, "{\"error\":\"invalid_grant\",\"error_codes\":[50057]}", ERROR(USER_DISABLED) },
    { TOKEN, 400, "{\"error\":\"invalid_grant\",\"error_codes\":[53003]}", ERROR(BLOCKED) },
    { TOKEN, 400, "{\"error\":\"invalid_grant\",\"error_codes\":[700082]}", ERROR(SIGNIN_REQUIRED) },
    { TOKEN, 400, "{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS700084: over.\"}",
      ERROR(SIGNIN_REQUIRED) },
    { TOKEN, 400, "{\"error\":\"invalid_grant\",\"error_codes\":[]}", ERROR(INVALID_GRANT) },
    { TOKEN, 400, "{\"error\":\"invalid_grant\",\"error_codes\":\"50053\"}", ERROR(INVALID_GRANT) },
    { TOKEN, 400, "{\"error\":\"invalid_grant\",\"error_codes\":[\"50053\",7.5,null]}", ERROR(USER_LOCKED) },
    { TOKEN, 400, "{\"error\":\"invalid_request\",\"error_codes\":[50142]}", ERROR(PASSWORD_RESET_REQUIRED) },
    { TOKEN, 400, "{\"error\":\"invalid_scope\",\"error_codes\":[70011]}", ERROR(INVALID_SCOPE) },
    { TOKEN, 400, "{\"error\":\"unsupported_grant_type\"}", ERROR(INVALID_REQUEST) },
    /* errors without usable words: the status decides */
    { TOKEN, 400, "{\"error\":{\"code\":\"invalid_grant\"}}", ERROR(PROTOCOL) },
    { TOKEN, 400, "{\"error\":\"teapot\"}", ERROR(PROTOCOL) },
    { TOKEN, 400, "{}", ERROR(PROTOCOL) },
    { TOKEN, 403, "<html>forbidden</html>", ERROR(PROTOCOL) },
    { INITIATE, 404, "", ERROR(NOT_AVAILABLE) },
    { INITIATE, 404, "<html>not found</html>", ERROR(NOT_AVAILABLE) },
    { INITIATE, 404, "{}", ERROR(NOT_AVAILABLE) },
    { INITIATE, 404, "{\"error\":\"invalid_request\",\"error_codes\":[90002]}", ERROR(TENANT_NOT_FOUND) },
    { INITIATE, 429, "", ERROR(THROTTLED) },
    { INITIATE, 429, "{\"error\":\"temporarily_unavailable\",\"error_codes\":[90055]}", ERROR(THROTTLED) },
    { INITIATE, 503, "{\"error\":\"temporarily_unavailable\"}", ERROR(THROTTLED) },
    { INITIATE, 500, "{\"error\":\"server_error\"}", ERROR(SERVER) },
    { INITIATE, 502, "<html>bad gateway</html>", ERROR(SERVER) },
    { INITIATE, 500, "", ERROR(SERVER) },
};

static struct reply parse(enum reply_endpoint endpoint, int status, const char *body)
{
    struct http_answer answer = { .status = status, .body = slice_of(body), .detail = "text/plain" };
    struct reply reply;
    reply_parse(endpoint, &answer, "our-correlation", &reply);
    return reply;
}

static void every_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct reply reply = parse(rows[i].endpoint, rows[i].status, rows[i].body);
        bool same = reply.kind == rows[i].kind && (reply.kind != REPLY_ERROR || reply.error.kind == rows[i].error);
        if (!same)
            fail_msg("row %zu: %d %s gave kind %d, error %s", i, rows[i].status, rows[i].body, reply.kind,
                     doorcode_error_name(reply.error.kind));
        if (reply.kind == REPLY_ERROR) {
            assert_true(strlen(reply.error.message) > 0 && strlen(reply.error.advice) > 0);
            assert_int_equal(reply.error.http_status, rows[i].status);
            assert_string_equal(reply.error.correlation_id, "our-correlation");
        }
        reply_free(&reply);
    }
}

static void a_challenge_keeps_what_was_told(void **state)
{
    (void)state;
    struct reply reply =
        parse(CHALLENGE, 200,
              "{\"continuation_token\":\"c2\",\"challenge_type\":\"oob\",\"challenge_channel\":\"email\","
              "\"challenge_target_label\":\"s*m@e*g\",\"code_length\":8,\"interval\":30}");
    assert_string_equal(reply.continuation_token, "c2");
    assert_string_equal(reply.challenge.target_label, "s*m@e*g");
    assert_string_equal(reply.challenge.channel, "email");
    assert_int_equal(reply.challenge.code_length, 8);
    assert_int_equal(reply.challenge.interval, 30);
    reply_free(&reply);
    reply = parse(CHALLENGE, 200,
                  "{\"continuation_token\":\"c2\",\"challenge_type\":\"oob\",\"code_length\":-1,\"interval\":1e9}");
    assert_int_equal(reply.challenge.code_length, 0);
    assert_int_equal(reply.challenge.interval, CLIENT_INTERVAL);
    assert_string_equal(reply.challenge.target_label, "");
    reply_free(&reply);
}

static void tokens_are_kept(void **state)
{
    (void)state;
    struct reply reply = parse(TOKEN, 200,
                               "{" TOKENS ",\"id_token\":\"i\",\"refresh_token\":\"r\",\"scope\":\"openid x\","
                               "\"client_info\":\"e30\",\"expires_in\":3600,\"ext_expires_in\":3600}");
    assert_string_equal(reply.tokens.access_token, "aa.bb.cc");
    assert_string_equal(reply.tokens.id_token, "i");
    assert_string_equal(reply.tokens.refresh_token, "r");
    assert_string_equal(reply.tokens.scope, "openid x");
    assert_string_equal(reply.tokens.client_info, "e30");
    assert_int_equal(reply.tokens.expires_in, 3600);
    reply_free(&reply);
}

static void an_error_keeps_what_was_told(void **state)
{
    (void)state;
    struct reply reply =
        parse(TOKEN, 400,
              "{\"error\":\"invalid_grant\",\"suberror\":\"invalid_oob_value\",\"error_codes\":[50181,1],"
              "\"error_description\":\"AADSTS50181: no.\\r\\n\\u001b[31mred \\u009b0m\","
              "\"trace_id\":\"t\",\"correlation_id\":\"theirs\"}");
    assert_string_equal(reply.error.error, "invalid_grant");
    assert_string_equal(reply.error.suberror, "invalid_oob_value");
    assert_int_equal(reply.error.code_count, 2);
    assert_int_equal(reply.error.codes[0], 50181);
    assert_string_equal(reply.error.trace_id, "t");
    assert_string_equal(reply.error.correlation_id, "theirs");
    /* nothing that moves a terminal's cursor or colours it */
    assert_string_equal(reply.error.description, "AADSTS50181: no.   [31mred   0m");
    reply_free(&reply);
}

static void codes_beyond_the_bound_are_dropped(void **state)
{
    (void)state;
    struct reply reply = parse(TOKEN, 400, "{\"error\":\"x\",\"error_codes\":[1,2,3,4,5,6,7,8,9,10,11]}");
    assert_int_equal(reply.error.code_count, DOORCODE_ERROR_CODES);
    reply_free(&reply);
}

/* A token of `n` bytes in a body of its own. */
static struct reply parse_sized(size_t n)
{
    char *body = calloc(1, n + 64);
    size_t used = (size_t)snprintf(body, n + 64, "{\"continuation_token\":\"");
    memset(body + used, 'x', n);
    memcpy(body + used + n, "\"}", 3);
    struct reply reply = parse(INITIATE, 200, body);
    free(body);
    return reply;
}

static void tokens_up_to_16_kib(void **state)
{
    (void)state;
    struct reply reply = parse_sized(CLIENT_TOKEN);
    assert_int_equal(reply.kind, REPLY_STARTED);
    assert_int_equal(strlen(reply.continuation_token), CLIENT_TOKEN);
    reply_free(&reply);
    reply = parse_sized(CLIENT_TOKEN + 1);
    assert_int_equal(reply.kind, REPLY_ERROR);
    assert_int_equal(reply.error.kind, DOORCODE_ERROR_PROTOCOL);
    reply_free(&reply);
}

static void long_texts_are_cut_between_characters(void **state)
{
    (void)state;
    char body[3 * CLIENT_TEXT];
    int used = snprintf(body, sizeof body, "{\"error\":\"invalid_grant\",\"error_description\":\"x");
    for (size_t i = 0; i < CLIENT_TEXT; i++, used += 2)
        memcpy(body + used, "\xc3\xa9", 2);
    memcpy(body + used, "\"}", 3);
    struct reply reply = parse(TOKEN, 400, body);
    assert_int_equal(strlen(reply.error.description), CLIENT_TEXT - 1);
    assert_int_equal((unsigned char)reply.error.description[CLIENT_TEXT - 2], 0xa9);
    reply_free(&reply);
}

static void a_broken_connection_is_described(void **state)
{
    (void)state;
    struct http_answer answer = { .failure = DOORCODE_ERROR_UNREACHABLE, .detail = "no route\nto host" };
    struct reply reply;
    reply_parse(TOKEN, &answer, "c", &reply);
    assert_int_equal(reply.kind, REPLY_ERROR);
    assert_int_equal(reply.error.kind, DOORCODE_ERROR_UNREACHABLE);
    assert_int_equal(reply.error.http_status, 0);
    assert_string_equal(reply.error.description, "no route to host");
    reply_free(&reply);
}

static void every_kind_has_its_words(void **state)
{
    (void)state;
    for (int kind = DOORCODE_ERROR_USAGE; kind <= DOORCODE_ERROR_RESET_FAILED; kind++) {
        const struct doorcode_error *error = error_static((enum doorcode_error_kind)kind);
        assert_int_equal(error->kind, kind);
        assert_non_null(error->message);
        assert_true(strlen(error->message) > 5 && strlen(error->advice) > 5);
        assert_true(strlen(doorcode_error_name((enum doorcode_error_kind)kind)) > 2);
    }
    assert_string_equal(doorcode_error_name((enum doorcode_error_kind)999), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row),
        cmocka_unit_test(a_challenge_keeps_what_was_told),
        cmocka_unit_test(tokens_are_kept),
        cmocka_unit_test(an_error_keeps_what_was_told),
        cmocka_unit_test(codes_beyond_the_bound_are_dropped),
        cmocka_unit_test(tokens_up_to_16_kib),
        cmocka_unit_test(long_texts_are_cut_between_characters),
        cmocka_unit_test(a_broken_connection_is_described),
        cmocka_unit_test(every_kind_has_its_words),
    };
    return cmocka_run_group_tests_name("client: replies", tests, NULL, NULL);
}
