/* SPDX-License-Identifier: Apache-2.0 */
/* Every answer of the specification at the step where it comes (client_answers.def), over a real connection. Each is
 * played twice: as it is, and with members that nobody knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/client_bodies.h"

enum step {
    STEP_INITIATE,
    STEP_CHALLENGE,
    STEP_TOKEN_CODE,
    STEP_TOKEN,
    STEP_INTROSPECT,
    STEP_CHALLENGE_FACTOR,
    STEP_TOKEN_FACTOR,
    STEP_SIGNUP_START,
    STEP_SIGNUP_CHALLENGE,
    STEP_SIGNUP_CONTINUE,
    STEP_SIGNUP_PASSWORD,
    STEP_SIGNUP_ATTRIBUTES,
    STEP_RESET_START,
    STEP_RESET_CHALLENGE,
    STEP_RESET_CONTINUE,
    STEP_RESET_SUBMIT,
    STEP_RESET_POLL,
    STEP_REGISTER_INTROSPECT,
    STEP_REGISTER_CHALLENGE,
    STEP_REGISTER_CONTINUE,
};

/* What comes before each step's own answer. */
static const struct answer lead_ins[][8] = {
    [STEP_INITIATE] = { { 0 } },
    [STEP_CHALLENGE] = { YES(TOKEN("s1")) },
    [STEP_TOKEN_CODE] = { YES(TOKEN("s1")), YES(OOB("s2")) },
    [STEP_TOKEN] = { YES(TOKEN("s1")), YES(PASSWORD("s2")) },
    [STEP_INTROSPECT] = { YES(TOKEN("s1")), YES(PASSWORD("s2")), NO(MFA("m0")) },
    [STEP_CHALLENGE_FACTOR] = { YES(TOKEN("s1")), YES(PASSWORD("s2")), NO(MFA("m0")), YES(METHODS("m1")) },
    [STEP_TOKEN_FACTOR] = { YES(TOKEN("s1")), YES(PASSWORD("s2")), NO(MFA("m0")), YES(METHODS("m1")), YES(OOB("m2")) },
    [STEP_SIGNUP_START] = { { 0 } },
    [STEP_SIGNUP_CHALLENGE] = { YES(TOKEN("u1")) },
    [STEP_SIGNUP_CONTINUE] = { YES(TOKEN("u1")), YES(OOB("u2")) },
    [STEP_SIGNUP_PASSWORD] = { YES(TOKEN("u1")), YES(OOB("u2")), NO(INTERRUPT("credential_required", "55103", "u3")),
                               YES(PASSWORD("u4")) },
    [STEP_SIGNUP_ATTRIBUTES] = { YES(TOKEN("u1")), YES(OOB("u2")), NO(ATTRIBUTES("u5")) },
    [STEP_RESET_START] = { { 0 } },
    [STEP_RESET_CHALLENGE] = { YES(TOKEN("p1")) },
    [STEP_RESET_CONTINUE] = { YES(TOKEN("p1")), YES(OOB("p2")) },
    [STEP_RESET_SUBMIT] = { YES(TOKEN("p1")), YES(OOB("p2")), YES(TOKEN("p4")) },
    [STEP_RESET_POLL] = { YES(TOKEN("p1")), YES(OOB("p2")), YES(TOKEN("p4")), YES(TOKEN("p5")) },
    [STEP_REGISTER_INTROSPECT] = { YES(TOKEN("s1")), YES(PASSWORD("s2")), NO(REGISTRATION("r0")) },
    [STEP_REGISTER_CHALLENGE] = { YES(TOKEN("s1")), YES(PASSWORD("s2")), NO(REGISTRATION("r0")),
                                  YES(REGISTRABLE("r1")) },
    [STEP_REGISTER_CONTINUE] = { YES(TOKEN("s1")), YES(PASSWORD("s2")), NO(REGISTRATION("r0")), YES(REGISTRABLE("r1")),
                                 YES(REGISTER_OOB("r2")) },
};

/* Goes on until nothing more has been recorded: a step each time, whichever the state asks for. */
static void answer_what_is_asked(struct session *session, size_t count)
{
    static const struct doorcode_value city[] = { { "city", "Oslo" } };
    struct doorcode_flow *flow = session->flow;
    while (session->server.served < count) {
        enum doorcode_state state = doorcode_flow_state(flow);
        if (state == DOORCODE_CODE_REQUIRED)
            doorcode_flow_submit_code(flow, "12345678");
        else if (state == DOORCODE_PASSWORD_REQUIRED)
            doorcode_flow_submit_password(flow, "Blue-Kettle-42");
        else if (state == DOORCODE_ATTRIBUTES_REQUIRED)
            doorcode_flow_submit_attributes(flow, city, 1);
        else if (state == DOORCODE_MFA_REQUIRED)
            doorcode_flow_choose_method(flow, "e1b7");
        else if (state == DOORCODE_REGISTRATION_REQUIRED)
            doorcode_flow_register_method(flow, "email", NULL);
        else if (state == DOORCODE_RESET_PENDING)
            doorcode_reset_poll(flow);
        else
            fail_msg("state %d after %zu answers", state, (size_t)session->server.served);
    }
}

struct row {
    enum step step;
    const char *status;
    const char *body;
    enum doorcode_state state;
    int error; /* -1: none */
};

#define DOORCODE_ERROR_NONE -1
#define TAIL                                                                                                           \
    "\"timestamp\":\"2026-07-22 10:15:30Z\",\"trace_id\":\"7b0c9f1e-2d3a-4c5b-8e6f-0a1b2c3d4e5f\",\"correlation_id\":" \
    "\"3e8d5c2b-1a0f-4e9d-8c7b-6a5f4e3d2c1b\",\"error_uri\":\"https://login.example/error\"}"

static const struct row rows[] = {
#define OK(step, body, state, error) { STEP_##step, "200 OK", body, DOORCODE_##state, DOORCODE_ERROR_##error },
#define RAW(step, body, state, error) \
    { STEP_##step, "400 Bad Request", body, DOORCODE_##state, DOORCODE_ERROR_##error },
#define ERR(step, word, suberror, code, text, state, error)                                                      \
    RAW(step,                                                                                                    \
        "{\"error\":\"" word "\",\"suberror\":\"" suberror "\",\"error_description\":\"" text " Trace ID: 7b0c " \
        "Correlation ID: 3e8d Timestamp: 2026-07-22 10:15:30Z\",\"error_codes\":[" code "]," TAIL,               \
        state, error)
#include "support/client_answers.def"
};

static void play(const struct row *row, const char *body)
{
    struct answer answers[10];
    struct session session;
    size_t n = 0;
    for (; lead_ins[row->step][n].status != NULL; n++)
        answers[n] = lead_ins[row->step][n];
    answers[n++] = (struct answer){ .status = row->status, .body = body };
    session_begin(&session, answers, n);
    if (row->step >= STEP_SIGNUP_START && row->step <= STEP_SIGNUP_ATTRIBUTES)
        doorcode_signup_start(session.client, "sam@example.org", NULL, NULL, 0, &session.flow);
    else if (row->step >= STEP_RESET_START && row->step <= STEP_RESET_POLL)
        doorcode_reset_start(session.client, "sam@example.org", &session.flow);
    else
        doorcode_signin_start(session.client, "sam@example.org", &session.flow);
    answer_what_is_asked(&session, n);
    enum doorcode_state state = doorcode_flow_state(session.flow);
    if (state != row->state || session_error(&session) != row->error)
        fail_msg("%s at step %d gave state %d, error %d", body, row->step, state, session_error(&session));
    session_end(&session, NULL, n);
}

static void every_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        play(&rows[i], rows[i].body);
}

/* Unknown members are ignored, wherever they stand. */
static void every_answer_with_more_in_it(void **state)
{
    (void)state;
    char body[4096];
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *comma = rows[i].body[1] == '}' ? "" : ",";
        snprintf(body, sizeof body, "{\"of_tomorrow\":{\"error\":[1,{\"methods\":null}]},\"inner_errors\":[]%s%s",
                 comma, rows[i].body + 1);
        play(&rows[i], body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer),
        cmocka_unit_test(every_answer_with_more_in_it),
    };
    return client_run_both("client: every answer", tests);
}
