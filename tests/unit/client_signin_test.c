/* SPDX-License-Identifier: Apache-2.0 */
/* Each state of a sign-in against each kind of answer, from a server of recorded answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client_internal.h"
#include "support/client_loop.h"
#include "support/client_saved.h"
#include "support/tenant.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define INITIATED                                                              \
    {                                                                          \
        .status = "200 OK", .body = "{\"continuation_token\":\"first+token\"}" \
    }
#define CHALLENGED                                                                                             \
    {                                                                                                          \
        .status = "200 OK",                                                                                    \
        .body = "{\"continuation_token\":\"second\",\"challenge_type\":\"oob\",\"binding_method\":\"prompt\"," \
                "\"challenge_channel\":\"email\",\"challenge_target_label\":\"s*m@e*g\",\"code_length\":8}"    \
    }
#define CHALLENGED_AGAIN                                                                                            \
    {                                                                                                               \
        .status = "200 OK", .body = "{\"continuation_token\":\"third\",\"challenge_type\":\"oob\",\"interval\":30}" \
    }
#define TOKENS                                                                                                     \
    {                                                                                                              \
        .status = "200 OK",                                                                                        \
        .body = "{\"token_type\":\"Bearer\",\"scope\":\"openid\",\"expires_in\":3600,\"access_token\":\"access\"," \
                "\"refresh_token\":\"refresh\",\"id_token\":\"@ID_TOKEN@\"}"                                       \
    }
#define WRONG_CODE                                                                                         \
    {                                                                                                      \
        .status = "400 Bad Request",                                                                       \
        .body = "{\"error\":\"invalid_grant\",\"suberror\":\"invalid_oob_value\",\"error_codes\":[50181]}" \
    }
#define HTML                                                                  \
    {                                                                         \
        .status = "200 OK", .type = "text/html", .body = "<html>hello</html>" \
    }
#define CUT_OFF                                                                  \
    {                                                                            \
        .status = "200 OK", .body = "{\"continuation_token\":\"", .missing = 100 \
    }
#define HUGE                                                                        \
    {                                                                               \
        .status = "200 OK", .body = "{\"continuation_token\":\"x\"}", .pad = 300000 \
    }
#define MALFORMED                                              \
    {                                                          \
        .status = "200 OK", .body = "{\"continuation_token\":" \
    }
#define DUPLICATE                                                                                 \
    {                                                                                             \
        .status = "200 OK", .body = "{\"continuation_token\":\"a\",\"continuation_token\":\"b\"}" \
    }
#define REDIRECT                                                                                        \
    {                                                                                                   \
        .status = "200 OK", .body = "{\"challenge_type\":\"redirect\",\"redirect_reason\":\"because\"}" \
    }
#define EMPTY_404                                                   \
    {                                                               \
        .status = "404 Not Found", .type = "text/plain", .body = "" \
    }
#define THROTTLED                                                                       \
    {                                                                                   \
        .status = "429 Too Many Requests", .headers = "Retry-After: 17\r\n", .body = "" \
    }
#define BROKEN                                                                        \
    {                                                                                 \
        .status = "500 Internal Server Error", .body = "{\"error\":\"server_error\"}" \
    }
#define HANGS_UP       \
    {                  \
        .status = NULL \
    }
#define MOVED                                                                                 \
    {                                                                                         \
        .status = "307 Temporary Redirect", .headers = "Location: /elsewhere\r\n", .body = "" \
    }
#define EXPIRED                                                                                       \
    {                                                                                                 \
        .status = "400 Bad Request", .body = "{\"error\":\"expired_token\",\"error_codes\":[552003]}" \
    }
#define PASSWORD                                                                                     \
    {                                                                                                \
        .status = "200 OK", .body = "{\"continuation_token\":\"p\",\"challenge_type\":\"password\"}" \
    }
#define NO_USER                                                                                       \
    {                                                                                                 \
        .status = "400 Bad Request", .body = "{\"error\":\"user_not_found\",\"error_codes\":[50034]}" \
    }
#define SILENCE          \
    {                    \
        .withheld = true \
    }
#define TOO_MANY                                                                                        \
    {                                                                                                   \
        .status = "400 Bad Request", .body = "{\"error\":\"invalid_request\",\"error_codes\":[701014]}" \
    }

struct session {
    struct answer_server server;
    struct doorcode_client *client;
    struct doorcode_flow *flow;
};

static void begin(struct session *session, const struct answer *answers, size_t count)
{
    struct doorcode_options options;
    char authority[128];
    answer_server_start_with(&session->server, answers, count, tenant_of_tests());
    snprintf(authority, sizeof authority, "%s/petstore", session->server.origin);
    doorcode_options_init(&options);
    options.authority = authority;
    options.client_id = "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31";
    options.correlation_id = "0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e";
    options.scopes = "api://pets/read";
    options.nonblocking = client_in_loop;
    options.timeout_ms = 600000; /* a busy machine is no time-out */
    assert_null(doorcode_client_new(&options, &session->client));
    session->flow = NULL;
}

/* The number of requests the server got. */
static size_t end(struct session *session)
{
    doorcode_flow_free(session->flow);
    doorcode_client_free(session->client);
    return answer_server_stop(&session->server);
}

enum { SHORT_MS = 300 };

enum step { STEP_INITIATE, STEP_CHALLENGE, STEP_SUBMIT, STEP_RESEND, STEP_REFRESH };

/* What comes before the step's own answer. */
static size_t lead_in(enum step step, struct answer *answers)
{
    size_t n = 0;
    if (step != STEP_INITIATE && step != STEP_REFRESH)
        answers[n++] = (struct answer)INITIATED;
    if (step == STEP_SUBMIT || step == STEP_RESEND)
        answers[n++] = (struct answer)CHALLENGED;
    return n;
}

/* `timeout_ms` is for the step's own request, where it is not 0. */
static enum doorcode_state run(struct session *session, enum step step, long timeout_ms)
{
    if (step == STEP_REFRESH)
        return doorcode_token_refresh(session->client, "old refresh", NULL, &session->flow);
    if (step == STEP_INITIATE && timeout_ms != 0)
        session->client->timeout_ms = timeout_ms;
    enum doorcode_state state = doorcode_signin_start(session->client, "sam+x@example.org", &session->flow);
    if (timeout_ms != 0)
        session->client->timeout_ms = timeout_ms;
    if (step == STEP_SUBMIT)
        return doorcode_flow_submit_code(session->flow, "1234 5678");
    return step == STEP_RESEND ? doorcode_flow_resend_code(session->flow) : state;
}

struct row {
    enum step step;
    struct answer answer;
    size_t repeated; /* how often the request comes */
    enum doorcode_state state;
    int error; /* -1: none */
};

#define CODE DOORCODE_CODE_REQUIRED
#define FAILED DOORCODE_FAILED
#define WEB DOORCODE_WEB_FALLBACK
#define ERROR(kind) DOORCODE_ERROR_##kind

static const struct row rows[] = {
    { STEP_INITIATE, NO_USER, 1, FAILED, ERROR(USER_NOT_FOUND) },
    { STEP_INITIATE, REDIRECT, 1, WEB, -1 },
    { STEP_INITIATE, EMPTY_404, 1, FAILED, ERROR(NOT_AVAILABLE) },
    { STEP_INITIATE, THROTTLED, 1, FAILED, ERROR(THROTTLED) },
    { STEP_INITIATE, HTML, 1, FAILED, ERROR(PROTOCOL) },
    { STEP_INITIATE, CUT_OFF, 1, FAILED, ERROR(PROTOCOL) },
    { STEP_INITIATE, HUGE, 1, FAILED, ERROR(PROTOCOL) },
    { STEP_INITIATE, MALFORMED, 1, FAILED, ERROR(PROTOCOL) },
    { STEP_INITIATE, DUPLICATE, 1, FAILED, ERROR(PROTOCOL) },
    { STEP_INITIATE, MOVED, 1, FAILED, ERROR(PROTOCOL) },
    { STEP_INITIATE, HANGS_UP, 1, FAILED, ERROR(UNREACHABLE) },
    { STEP_INITIATE, SILENCE, 1, FAILED, ERROR(TIMEOUT) },
    { STEP_INITIATE, BROKEN, 2, FAILED, ERROR(SERVER) },
    { STEP_CHALLENGE, CHALLENGED, 1, CODE, -1 },
    { STEP_CHALLENGE, PASSWORD, 1, DOORCODE_PASSWORD_REQUIRED, -1 },
    { STEP_CHALLENGE, REDIRECT, 1, WEB, -1 },
    { STEP_CHALLENGE, EXPIRED, 1, FAILED, ERROR(EXPIRED) },
    { STEP_CHALLENGE, TOO_MANY, 1, FAILED, ERROR(TOO_MANY_CODES) },
    { STEP_CHALLENGE, THROTTLED, 1, FAILED, ERROR(THROTTLED) },
    { STEP_CHALLENGE, HTML, 1, FAILED, ERROR(PROTOCOL) },
    { STEP_CHALLENGE, CUT_OFF, 1, FAILED, ERROR(PROTOCOL) },
    { STEP_CHALLENGE, EMPTY_404, 1, FAILED, ERROR(NOT_AVAILABLE) },
    { STEP_CHALLENGE, BROKEN, 2, FAILED, ERROR(SERVER) },
    { STEP_SUBMIT, TOKENS, 1, DOORCODE_COMPLETED, -1 },
    { STEP_SUBMIT, WRONG_CODE, 1, CODE, ERROR(INVALID_CODE) },
    { STEP_SUBMIT, EXPIRED, 1, FAILED, ERROR(EXPIRED) },
    { STEP_SUBMIT, REDIRECT, 1, WEB, -1 },
    { STEP_SUBMIT, THROTTLED, 1, CODE, ERROR(THROTTLED) },
    { STEP_SUBMIT, HTML, 1, CODE, ERROR(PROTOCOL) },
    { STEP_SUBMIT, CUT_OFF, 1, CODE, ERROR(PROTOCOL) },
    { STEP_SUBMIT, HUGE, 1, CODE, ERROR(PROTOCOL) },
    { STEP_SUBMIT, HANGS_UP, 1, CODE, ERROR(UNREACHABLE) },
    { STEP_SUBMIT, SILENCE, 1, CODE, ERROR(TIMEOUT) },
    { STEP_SUBMIT, BROKEN, 2, CODE, ERROR(SERVER) },
    { STEP_SUBMIT, EMPTY_404, 1, FAILED, ERROR(NOT_AVAILABLE) },
    { STEP_RESEND, CHALLENGED_AGAIN, 1, CODE, -1 },
    { STEP_RESEND, TOO_MANY, 1, CODE, ERROR(TOO_MANY_CODES) },
    { STEP_RESEND, EXPIRED, 1, FAILED, ERROR(EXPIRED) },
    { STEP_RESEND, HTML, 1, CODE, ERROR(PROTOCOL) },
    { STEP_RESEND, REDIRECT, 1, WEB, -1 },
    { STEP_REFRESH, TOKENS, 1, DOORCODE_COMPLETED, -1 },
    { STEP_REFRESH, REDIRECT, 1, FAILED, ERROR(INTERACTION_REQUIRED) },
    { STEP_REFRESH,
      { .status = "400 Bad Request", .body = "{\"error\":\"invalid_grant\",\"error_codes\":[700082]}" },
      1,
      FAILED,
      ERROR(SIGNIN_REQUIRED) },
    { STEP_REFRESH, HTML, 1, FAILED, ERROR(PROTOCOL) },
    { STEP_REFRESH, BROKEN, 2, FAILED, ERROR(SERVER) },
};

static void check_row(size_t i)
{
    const struct row *row = &rows[i];
    struct answer answers[ANSWERS_MOST];
    struct session session;
    size_t before = lead_in(row->step, answers);
    answers[before] = row->answer;
    answers[before + 1] = row->answer;
    begin(&session, answers, before + row->repeated);
    enum doorcode_state state = run(&session, row->step, row->answer.withheld ? SHORT_MS : 0);
    const struct doorcode_error *error = doorcode_flow_error(session.flow);
    int kind = error != NULL ? (int)error->kind : -1;
    if (state != row->state || state != doorcode_flow_state(session.flow) || kind != row->error)
        fail_msg("row %zu: state %d, error %d (%s)", i, state, kind, error != NULL ? error->description : "");
    assert_int_equal(doorcode_flow_challenge(session.flow) != NULL, state == CODE);
    assert_int_equal(doorcode_flow_tokens(session.flow) != NULL, state == DOORCODE_COMPLETED);
    assert_int_equal(doorcode_flow_redirect_reason(session.flow) != NULL, state == WEB);
    /* A machine that stood still may have let the time-out strike before the request was made. */
    assert_in_range(end(&session), before + (row->answer.withheld ? 0 : row->repeated), before + row->repeated);
}

static void every_state_and_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        check_row(i);
}

static void expect_request(const struct session *session, size_t i, const char *path, const char *body)
{
    char line[128];
    const char *request = session->server.requests[i];
    snprintf(line, sizeof line, "POST /petstore/oauth2/v2.0/%s HTTP/1.1\r\n", path);
    if (strncmp(request, line, strlen(line)) != 0 || strcmp(strstr(request, "\r\n\r\n") + 4, body) != 0)
        fail_msg("request %zu was %s", i, request);
    assert_non_null(strstr(request, "\r\nContent-Type: application/x-www-form-urlencoded\r\n"));
    assert_non_null(strstr(request, "\r\nclient-request-id: 0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e\r\n"));
    assert_null(strcasestr(request, "\r\nExpect:"));
    assert_null(strcasestr(request, "\r\nCookie:"));
}

#define ID "client_id=1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31"
#define CAPABLE "&capabilities=mfa_required%20registration_required"
#define TAIL "&scope=openid%20profile%20offline_access%20api%3A%2F%2Fpets%2Fread&client_info=1"

/* A wrong code, then another one sent, then the right one: the newest token goes along each time. */
static void a_whole_sign_in(void **state)
{
    (void)state;
    static const struct answer answers[] = { INITIATED, CHALLENGED, WRONG_CODE, CHALLENGED_AGAIN, TOKENS };
    struct session session;
    begin(&session, answers, COUNT(answers));
    assert_int_equal(doorcode_signin_start(session.client, "sam+x@example.org", &session.flow), CODE);
    const struct doorcode_challenge *challenge = doorcode_flow_challenge(session.flow);
    assert_string_equal(challenge->target_label, "s*m@e*g");
    assert_int_equal(challenge->code_length, 8);
    assert_int_equal(doorcode_flow_submit_code(session.flow, "00000000"), CODE);
    assert_int_equal(doorcode_flow_resend_code(session.flow), CODE);
    assert_null(doorcode_flow_error(session.flow));
    assert_int_equal(doorcode_flow_challenge(session.flow)->interval, 30);
    assert_int_equal(doorcode_flow_submit_code(session.flow, " 1234 5678\n"), DOORCODE_COMPLETED);
    const struct doorcode_tokens *tokens = doorcode_flow_tokens(session.flow);
    assert_string_equal(tokens->access_token, "access");
    assert_string_equal(tokens->refresh_token, "refresh");
    assert_int_equal(tokens->expires_in, 3600);
    assert_true(tokens->received_at > 1600000000);
    expect_request(&session, 0, "initiate",
                   ID "&username=sam%2Bx%40example.org&challenge_type=oob%20password%20redirect" CAPABLE);
    expect_request(&session, 1, "challenge",
                   ID "&continuation_token=first%2Btoken&challenge_type=oob%20password%20redirect");
    expect_request(&session, 2, "token", ID "&grant_type=oob&continuation_token=second&oob=00000000" TAIL);
    expect_request(&session, 3, "challenge", ID "&continuation_token=second&challenge_type=oob%20password%20redirect");
    expect_request(&session, 4, "token", ID "&grant_type=oob&continuation_token=third&oob=12345678" TAIL);
    /* a step that does not fit leaves what was won */
    assert_int_equal(doorcode_flow_submit_code(session.flow, "12345678"), DOORCODE_COMPLETED);
    assert_int_equal(doorcode_flow_error(session.flow)->kind, DOORCODE_ERROR_USAGE);
    assert_string_equal(doorcode_flow_tokens(session.flow)->access_token, "access");
    assert_int_equal(end(&session), COUNT(answers));
}

static void a_failed_resend_keeps_the_token(void **state)
{
    (void)state;
    static const struct answer answers[] = { INITIATED, CHALLENGED, TOO_MANY, TOKENS };
    struct session session;
    begin(&session, answers, COUNT(answers));
    doorcode_signin_start(session.client, "sam@example.org", &session.flow);
    assert_int_equal(doorcode_flow_resend_code(session.flow), CODE);
    assert_int_equal(doorcode_flow_submit_code(session.flow, "12345678"), DOORCODE_COMPLETED);
    expect_request(&session, 3, "token", ID "&grant_type=oob&continuation_token=second&oob=12345678" TAIL);
    end(&session);
}

static void a_code_of_wrong_length_is_not_sent(void **state)
{
    (void)state;
    static const char *const codes[] = {
        "",          " ",  "1234567",
        "123456789", NULL, "11111111112222222222333333333344444444445555555555666666666677777777778888888888"
    };
    static const struct answer answers[] = { INITIATED, CHALLENGED };
    struct session session;
    begin(&session, answers, COUNT(answers));
    doorcode_signin_start(session.client, "sam@example.org", &session.flow);
    for (size_t i = 0; i < COUNT(codes); i++) {
        assert_int_equal(doorcode_flow_submit_code(session.flow, codes[i]), CODE);
        assert_int_equal(doorcode_flow_error(session.flow)->kind, DOORCODE_ERROR_INVALID_CODE);
        assert_int_equal(doorcode_flow_error(session.flow)->http_status, 0);
    }
    assert_int_equal(end(&session), 2);
}

static void a_server_that_fails_once_is_asked_again(void **state)
{
    (void)state;
    static const struct answer answers[] = { BROKEN, INITIATED, CHALLENGED };
    struct session session;
    struct timespec from;
    struct timespec to;
    begin(&session, answers, COUNT(answers));
    clock_gettime(CLOCK_MONOTONIC, &from);
    assert_int_equal(doorcode_signin_start(session.client, "sam@example.org", &session.flow), CODE);
    clock_gettime(CLOCK_MONOTONIC, &to);
    assert_true((to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000 >= 490);
    assert_string_equal(strstr(session.server.requests[0], "\r\n\r\n"), strstr(session.server.requests[1], "\r\n\r\n"));
    assert_int_equal(end(&session), 3);
}

static void a_long_wait_is_the_callers(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        { .status = "503 Service Unavailable",
          .headers = "Retry-After: 60\r\n",
          .body = "{\"error\":\"temporarily_unavailable\"}" },
    };
    struct session session;
    begin(&session, answers, COUNT(answers));
    assert_int_equal(doorcode_signin_start(session.client, "sam@example.org", &session.flow), FAILED);
    assert_int_equal(doorcode_flow_error(session.flow)->kind, DOORCODE_ERROR_THROTTLED);
    assert_int_equal(doorcode_flow_error(session.flow)->retry_after, 60);
    assert_int_equal(end(&session), 1);
}

static void nobody_listens(void **state)
{
    (void)state;
    struct session session;
    begin(&session, NULL, 0);
    answer_server_stop(&session.server);
    assert_int_equal(doorcode_signin_start(session.client, "sam@example.org", &session.flow), FAILED);
    const struct doorcode_error *error = doorcode_flow_error(session.flow);
    assert_int_equal(error->kind, DOORCODE_ERROR_UNREACHABLE);
    assert_string_equal(error->correlation_id, "0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e");
    doorcode_flow_free(session.flow);
    doorcode_client_free(session.client);
}

static void bad_arguments(void **state)
{
    (void)state;
    static char name[2000];
    struct session session;
    memset(name, 'a', sizeof name - 1);
    begin(&session, NULL, 0);
    assert_int_equal(doorcode_signin_start(session.client, "", &session.flow), FAILED);
    assert_int_equal(doorcode_flow_error(session.flow)->kind, DOORCODE_ERROR_INVALID_USERNAME);
    doorcode_flow_free(session.flow);
    assert_int_equal(doorcode_signin_start(session.client, name, &session.flow), FAILED);
    assert_int_equal(doorcode_flow_resend_code(session.flow), FAILED);
    assert_int_equal(doorcode_flow_error(session.flow)->kind, DOORCODE_ERROR_USAGE);
    doorcode_flow_free(session.flow);
    assert_int_equal(doorcode_token_refresh(session.client, "", NULL, &session.flow), FAILED);
    assert_int_equal(doorcode_flow_error(session.flow)->kind, DOORCODE_ERROR_SIGNIN_REQUIRED);
    assert_int_equal(doorcode_flow_submit_code(NULL, "1"), FAILED);
    assert_int_equal(doorcode_flow_error(NULL)->kind, DOORCODE_ERROR_NO_MEMORY);
    end(&session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_and_answer),
        cmocka_unit_test(a_whole_sign_in),
        cmocka_unit_test(a_failed_resend_keeps_the_token),
        cmocka_unit_test(a_code_of_wrong_length_is_not_sent),
        cmocka_unit_test(a_server_that_fails_once_is_asked_again),
        cmocka_unit_test(a_long_wait_is_the_callers),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(bad_arguments),
    };
    return client_run_all("client: sign-in", tests);
}
