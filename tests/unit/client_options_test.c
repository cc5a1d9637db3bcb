/* SPDX-License-Identifier: Apache-2.0 */
/* What an application may set for all requests or for one flow: claims, query, headers, capabilities, a log. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client_limits.h"
#include "support/client_session.h"

#define OK(body_)                         \
    {                                     \
        .status = "200 OK", .body = body_ \
    }
#define CLAIMS "{\"access_token\":{\"acrs\":{\"value\":\"c1\"}}}"
#define SENT_CLAIMS "&claims=%7B%22access_token%22%3A%7B%22acrs%22%3A%7B%22value%22%3A%22c1%22%7D%7D%7D"

static const struct answer code_signin[] = {
    OK("{\"continuation_token\":\"first\"}"),
    OK("{\"continuation_token\":\"second\",\"challenge_type\":\"oob\",\"code_length\":8}"),
    OK("{\"token_type\":\"Bearer\",\"scope\":\"openid\",\"expires_in\":3600,\"ext_expires_in\":7200,\"refresh_in\":"
       "1800,\"access_token\":\"access\",\"refresh_token\":\"refresh\",\"id_token\":\"@ID_TOKEN@\"}"),
};

static void signs_in(const struct doorcode_client *client, struct doorcode_flow **flow)
{
    assert_int_equal(doorcode_signin_start(client, "sam@example.org", flow), DOORCODE_CODE_REQUIRED);
    assert_int_equal(doorcode_flow_submit_code(*flow, "12345678"), DOORCODE_COMPLETED);
}

static void claims_go_with_requests_for_tokens(void **state)
{
    (void)state;
    struct doorcode_options options = { .claims = CLAIMS };
    struct session s;
    session_options(&s, code_signin, COUNT(code_signin), &options);
    signs_in(s.client, &s.flow);
    const struct doorcode_tokens *tokens = doorcode_flow_tokens(s.flow);
    assert_int_equal(tokens->expires_in, 3600);
    assert_int_equal(tokens->ext_expires_in, 7200);
    assert_int_equal(tokens->refresh_in, 1800);
    assert_int_equal(tokens->from_cache, 0);
    session_end(
        &s,
        (const struct request[]){
            { "oauth2/v2.0/initiate", "&username=sam%40example.org&challenge_type=oob%20password%20redirect&"
                                      "capabilities=mfa_required%20registration_required" },
            { "oauth2/v2.0/challenge", "&continuation_token=first&challenge_type=oob%20password%20redirect" },
            { "oauth2/v2.0/token", "&grant_type=oob&continuation_token=second&oob=12345678&scope=openid%20profile"
                                   "%20offline_access&client_info=1" SENT_CLAIMS },
        },
        3);
}

static void a_derived_client_differs_in_what_is_given(void **state)
{
    (void)state;
    static const char id[] = "5f0c7a1e-91b4-4c55-8f0e-2a7d3c9b1e60";
    const struct doorcode_call_options call = { .scopes = "api://pets/Pets.Read",
                                                .claims = CLAIMS,
                                                .correlation_id = id };
    const struct doorcode_options options = { .query = "dc=EUW" };
    struct session s;
    struct doorcode_client *derived;
    session_options(&s, code_signin, COUNT(code_signin), &options);
    assert_null(doorcode_client_derive(s.client, &call, &derived));
    assert_string_equal(doorcode_client_authority(derived), doorcode_client_authority(s.client));
    signs_in(derived, &s.flow);
    assert_string_equal(doorcode_flow_correlation_id(s.flow), id);
    assert_non_null(strstr(s.server.requests[2], "token?dc=EUW HTTP/1.1\r\n"));
    assert_non_null(
        strstr(s.server.requests[2], "scope=openid%20profile%20offline_access%20api%3A%2F%2Fpets%2FPets.Read"));
    assert_non_null(strstr(s.server.requests[2], SENT_CLAIMS));
    assert_non_null(strstr(s.server.requests[2], "client-request-id: 5f0c7a1e-91b4-4c55-8f0e-2a7d3c9b1e60\r\n"));
    doorcode_flow_free(s.flow);
    s.flow = NULL;
    doorcode_client_free(derived);
    session_end(&s, NULL, 3);
}

static void a_derived_client_keeps_the_rest(void **state)
{
    (void)state;
    const struct doorcode_call_options nothing = { .scopes = NULL };
    struct doorcode_options options = { .claims = CLAIMS, .scopes = "api://pets/Pets.Read" };
    struct session s;
    struct doorcode_client *derived;
    session_options(&s, code_signin, COUNT(code_signin), &options);
    assert_null(doorcode_client_derive(s.client, &nothing, &derived));
    signs_in(derived, &s.flow);
    assert_non_null(strstr(s.server.requests[2], SENT_CLAIMS));
    assert_non_null(strstr(s.server.requests[2], "Pets.Read"));
    doorcode_flow_free(s.flow);
    s.flow = NULL;
    doorcode_client_free(derived);
    session_end(&s, NULL, 3);
}

/* ---- headers ---- */

static const char *const lines[] = {
    "X-Waf-Token: abc123", "x-ms-secret: no",   "x-client-SKU: another", "x-broker-a: no", "x-app-b: no",
    "Authorization: no",   "x-bad\r\nEvil: no", "x-split: a\r\nEvil: b", "x-empty:",       "x-no-colon",
    "x-tab: a\tb",         "x-last: ok",
};

static const char *own_header(void *ctx, const char *url, size_t index)
{
    size_t *calls = ctx;
    *calls += index == 0;
    assert_non_null(strstr(url, "/petstore/oauth2/v2.0/"));
    return index < COUNT(lines) ? lines[index] : NULL;
}

static const char *endless_header(void *ctx, const char *url, size_t index)
{
    (void)ctx, (void)url, (void)index;
    return "x-again: yes";
}

static size_t occurrences(const char *text, const char *what)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, what)) != NULL; at++)
        n++;
    return n;
}

static void own_headers_go_with_native_requests(void **state)
{
    (void)state;
    size_t calls = 0;
    struct doorcode_options options = { .header = own_header, .header_ctx = &calls };
    struct session s;
    session_options(&s, code_signin, COUNT(code_signin), &options);
    signs_in(s.client, &s.flow);
    assert_int_equal(calls, 3); /* metadata and keys are none of native authentication */
    for (size_t i = 0; i < 3; i++) {
        const char *request = s.server.requests[i];
        assert_non_null(strstr(request, "\r\nX-Waf-Token: abc123\r\n"));
        assert_non_null(strstr(request, "\r\nx-last: ok\r\n"));
        assert_int_equal(occurrences(request, "\r\nx-"), 3); /* and the two of the library */
        assert_null(strstr(request, "Evil"));
        assert_null(strstr(request, "Authorization"));
    }
    session_end(&s, NULL, 3);
}

static void headers_without_an_end_are_cut(void **state)
{
    (void)state;
    struct doorcode_options options = { .header = endless_header };
    struct session s;
    session_options(&s, code_signin, COUNT(code_signin), &options);
    signs_in(s.client, &s.flow);
    assert_int_equal(occurrences(s.server.requests[0], "x-again: yes"), CLIENT_HEADERS);
    session_end(&s, NULL, 3);
}

/* ---- capabilities ---- */

static void capabilities_are_what_there_are_screens_for(void **state)
{
    (void)state;
    static const struct {
        int no_mfa, no_registration;
        const char *sent;
    } rows[] = {
        { 0, 0, "&capabilities=mfa_required%20registration_required" },
        { 1, 0, "&capabilities=registration_required" },
        { 0, 1, "&capabilities=mfa_required" },
        { 1, 1, "redirect" }, /* the end of the body: no capabilities */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct doorcode_options options = { .no_mfa = rows[i].no_mfa, .no_registration = rows[i].no_registration };
        struct session s;
        session_options(&s, code_signin, COUNT(code_signin), &options);
        signs_in(s.client, &s.flow);
        const char *request = s.server.requests[0];
        assert_string_equal(request + strlen(request) - strlen(rows[i].sent), rows[i].sent);
        session_end(&s, NULL, 3);
    }
}

/* ---- log ---- */

struct logged {
    size_t count;
    char lines[8][256];
};

static void keep_entry(void *ctx, const struct doorcode_log *entry)
{
    struct logged *logged = ctx;
    assert_true(logged->count < COUNT(logged->lines));
    assert_true(entry->milliseconds >= 0);
    assert_int_equal(strlen(entry->correlation_id), 36);
    snprintf(logged->lines[logged->count++], sizeof logged->lines[0], "%s %s %d %s", entry->method,
             strstr(entry->url, "/petstore"), entry->http_status, entry->problem[0] != '\0' ? "problem" : "");
}

static void each_request_is_logged_without_secrets(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        { .status = "503 Busy", .body = "{}" },
        OK("{\"continuation_token\":\"first\"}"),
        { .status = NULL },
    };
    static const char *const expected[] = {
        "POST /petstore/oauth2/v2.0/initiate 503 ",
        "POST /petstore/oauth2/v2.0/initiate 200 ",
        "POST /petstore/oauth2/v2.0/challenge 0 problem",
    };
    struct logged logged = { 0 };
    struct doorcode_options options = { .log = keep_entry, .log_ctx = &logged, .query = "dc=EUW" };
    struct session s;
    session_options(&s, answers, COUNT(answers), &options);
    assert_int_equal(doorcode_signin_start(s.client, "sam@example.org", &s.flow), DOORCODE_FAILED);
    assert_int_equal(logged.count, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++)
        assert_string_equal(logged.lines[i], expected[i]);
    session_end(&s, NULL, 3);
}

/* As who wants none at all may write it. */
static void the_longest_time_outs(void **state)
{
    (void)state;
    struct doorcode_options options = { .connect_timeout_ms = LONG_MAX, .timeout_ms = LONG_MAX };
    struct session s;
    session_options(&s, code_signin, COUNT(code_signin), &options);
    signs_in(s.client, &s.flow);
    session_end(&s, NULL, 3);
}

/* ---- what is refused ---- */

static void options_out_of_their_range(void **state)
{
    (void)state;
    static char long_claims[CLIENT_CLAIMS + 32];
    static char long_query[CLIENT_QUERY + 2];
    memset(long_claims, ' ', sizeof long_claims - 1);
    memcpy(long_claims, "{}", 2);
    memset(long_query, 'a', sizeof long_query - 1);
    const struct doorcode_options rows[] = {
        { .claims = "[]" },      { .claims = "{" },         { .claims = "" },      { .claims = long_claims },
        { .query = "a b" },      { .query = "a#b" },        { .query = "a\r\nb" }, { .query = long_query },
        { .query = "\xc3\xa4" }, { .correlation_id = "x" }, { .timeout_ms = -1 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct doorcode_options options = rows[i];
        struct doorcode_client *client = (struct doorcode_client *)1;
        options.authority = "https://login.example.org/petstore";
        options.client_id = "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31";
        const struct doorcode_error *error = doorcode_client_new(&options, &client);
        assert_non_null(error);
        assert_int_equal(error->kind, DOORCODE_ERROR_USAGE);
        assert_null(client);
    }
}

static void call_options_out_of_their_range(void **state)
{
    (void)state;
    static const struct doorcode_call_options rows[] = { { .claims = "1" }, { .correlation_id = "x" } };
    struct session s;
    session_begin(&s, NULL, 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct doorcode_client *derived = s.client;
        assert_int_equal(doorcode_client_derive(s.client, &rows[i], &derived)->kind, DOORCODE_ERROR_USAGE);
        assert_null(derived);
    }
    session_end(&s, NULL, 0);
}

static void no_flow_has_no_id(void **state)
{
    (void)state;
    assert_string_equal(doorcode_flow_correlation_id(NULL), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(claims_go_with_requests_for_tokens),
        cmocka_unit_test(a_derived_client_differs_in_what_is_given),
        cmocka_unit_test(a_derived_client_keeps_the_rest),
        cmocka_unit_test(own_headers_go_with_native_requests),
        cmocka_unit_test(headers_without_an_end_are_cut),
        cmocka_unit_test(capabilities_are_what_there_are_screens_for),
        cmocka_unit_test(each_request_is_logged_without_secrets),
        cmocka_unit_test(the_longest_time_outs),
        cmocka_unit_test(options_out_of_their_range),
        cmocka_unit_test(call_options_out_of_their_range),
        cmocka_unit_test(no_flow_has_no_id),
    };
    return client_run_both("client options", tests);
}
