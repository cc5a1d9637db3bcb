/* SPDX-License-Identifier: Apache-2.0 */
/* Every cell of the table state × request: filled ones do what they are for when all goes well, empty ones are refused with
 * the request's own error (spec V1, section 3), and no token outlives its time. */
#include "support/flow_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* What a filled cell gives in a good world: kind and, where there is a next token, its state. */
struct expected {
    enum flow_state state;
    enum flow_request request;
    enum outcome_kind kind;
    enum flow_state next;
};

static const struct expected cells[] = {
    { STATE_NONE, REQUEST_INITIATE, OUTCOME_CONTINUE, STATE_SIGNIN_STARTED },
    { STATE_SIGNIN_STARTED, REQUEST_CHALLENGE, OUTCOME_CODE, STATE_SIGNIN_CODE_SENT },
    { STATE_SIGNIN_CODE_SENT, REQUEST_CHALLENGE, OUTCOME_CODE, STATE_SIGNIN_CODE_SENT },
    { STATE_SIGNIN_PASSWORD, REQUEST_CHALLENGE, OUTCOME_PASSWORD, STATE_SIGNIN_PASSWORD },
    { STATE_SIGNIN_CODE_SENT, REQUEST_TOKEN_OOB, OUTCOME_TOKENS, STATE_NONE },
    { STATE_SIGNIN_PASSWORD, REQUEST_TOKEN_PASSWORD, OUTCOME_TOKENS, STATE_NONE },
    { STATE_MFA_REQUIRED, REQUEST_INTROSPECT, OUTCOME_FACTORS, STATE_MFA_METHODS },
    { STATE_MFA_METHODS, REQUEST_INTROSPECT, OUTCOME_FACTORS, STATE_MFA_METHODS },
    { STATE_MFA_CODE_SENT, REQUEST_INTROSPECT, OUTCOME_FACTORS, STATE_MFA_METHODS },
    { STATE_MFA_REQUIRED, REQUEST_CHALLENGE, OUTCOME_CODE, STATE_MFA_CODE_SENT },
    { STATE_MFA_METHODS, REQUEST_CHALLENGE, OUTCOME_CODE, STATE_MFA_CODE_SENT },
    { STATE_MFA_CODE_SENT, REQUEST_CHALLENGE, OUTCOME_CODE, STATE_MFA_CODE_SENT },
    { STATE_MFA_CODE_SENT, REQUEST_TOKEN_MFA_OOB, OUTCOME_TOKENS, STATE_NONE },
    { STATE_MFA_CODE_SENT, REQUEST_TOKEN_OOB, OUTCOME_TOKENS, STATE_NONE },
    { STATE_REGISTER_REQUIRED, REQUEST_REGISTER_INTROSPECT, OUTCOME_REGISTRABLE, STATE_REGISTER_METHODS },
    { STATE_REGISTER_METHODS, REQUEST_REGISTER_INTROSPECT, OUTCOME_REGISTRABLE, STATE_REGISTER_METHODS },
    { STATE_REGISTER_METHODS, REQUEST_REGISTER_CHALLENGE, OUTCOME_CODE, STATE_REGISTER_CODE_SENT },
    { STATE_REGISTER_CODE_SENT, REQUEST_REGISTER_CHALLENGE, OUTCOME_CODE, STATE_REGISTER_CODE_SENT },
    { STATE_REGISTER_PREVERIFIED, REQUEST_REGISTER_CHALLENGE, OUTCOME_CODE, STATE_REGISTER_CODE_SENT },
    { STATE_REGISTER_CODE_SENT, REQUEST_REGISTER_CONTINUE_OOB, OUTCOME_CONTINUE, STATE_REGISTER_DONE },
    { STATE_REGISTER_PREVERIFIED, REQUEST_REGISTER_CONTINUE_TOKEN, OUTCOME_CONTINUE, STATE_REGISTER_DONE },
    { STATE_REGISTER_DONE, REQUEST_TOKEN_CONTINUATION, OUTCOME_TOKENS, STATE_NONE },
    { STATE_NONE, REQUEST_SIGNUP_START, OUTCOME_CONTINUE, STATE_SIGNUP_STARTED },
    { STATE_SIGNUP_STARTED, REQUEST_SIGNUP_CHALLENGE, OUTCOME_CODE, STATE_SIGNUP_CODE_SENT },
    { STATE_SIGNUP_CODE_SENT, REQUEST_SIGNUP_CHALLENGE, OUTCOME_CODE, STATE_SIGNUP_CODE_SENT },
    { STATE_SIGNUP_STARTED, REQUEST_SIGNUP_CONTINUE_ATTRIBUTES, OUTCOME_INTERRUPT, STATE_SIGNUP_STARTED },
    { STATE_SIGNUP_CODE_SENT, REQUEST_SIGNUP_CONTINUE_ATTRIBUTES, OUTCOME_INTERRUPT, STATE_SIGNUP_CODE_SENT },
    { STATE_SIGNUP_CODE_SENT, REQUEST_SIGNUP_CONTINUE_OOB, OUTCOME_CONTINUE, STATE_SIGNUP_DONE },
    { STATE_SIGNUP_CREDENTIAL, REQUEST_SIGNUP_CHALLENGE, OUTCOME_PASSWORD, STATE_SIGNUP_PASSWORD },
    { STATE_SIGNUP_PASSWORD, REQUEST_SIGNUP_CHALLENGE, OUTCOME_PASSWORD, STATE_SIGNUP_PASSWORD },
    { STATE_SIGNUP_CREDENTIAL, REQUEST_SIGNUP_CONTINUE_PASSWORD, OUTCOME_CONTINUE, STATE_SIGNUP_DONE },
    { STATE_SIGNUP_PASSWORD, REQUEST_SIGNUP_CONTINUE_PASSWORD, OUTCOME_CONTINUE, STATE_SIGNUP_DONE },
    { STATE_SIGNUP_ATTRIBUTES, REQUEST_SIGNUP_CONTINUE_ATTRIBUTES, OUTCOME_CONTINUE, STATE_SIGNUP_DONE },
    { STATE_SIGNUP_DONE, REQUEST_TOKEN_CONTINUATION, OUTCOME_TOKENS, STATE_NONE },
    { STATE_NONE, REQUEST_RESET_START, OUTCOME_CONTINUE, STATE_RESET_STARTED },
    { STATE_RESET_STARTED, REQUEST_RESET_CHALLENGE, OUTCOME_CODE, STATE_RESET_CODE_SENT },
    { STATE_RESET_CODE_SENT, REQUEST_RESET_CHALLENGE, OUTCOME_CODE, STATE_RESET_CODE_SENT },
    { STATE_RESET_CODE_SENT, REQUEST_RESET_CONTINUE, OUTCOME_CONTINUE, STATE_RESET_VERIFIED },
    { STATE_RESET_VERIFIED, REQUEST_RESET_SUBMIT, OUTCOME_SUBMITTED, STATE_RESET_POLLING },
    { STATE_RESET_POLLING, REQUEST_RESET_POLL, OUTCOME_SUCCEEDED, STATE_RESET_DONE },
    { STATE_RESET_DONE, REQUEST_TOKEN_CONTINUATION, OUTCOME_TOKENS, STATE_NONE },
};

static const struct expected *find(enum flow_state state, enum flow_request request)
{
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
        if (cells[i].state == state && cells[i].request == request)
            return &cells[i];
    return NULL;
}

/* The starts need somebody fitting: nobody for a sign-up, somebody with a password for a reset. */
static struct world world_for(enum flow_state state, enum flow_request request)
{
    struct world w = good_world(state);

    if (request == REQUEST_SIGNUP_START)
        no_user(&w);
    if (request == REQUEST_RESET_START)
        w.user.origin = ORIGIN_EMAIL_PASSWORD;
    w.facts.code_right = true;
    return w;
}

static void test_every_cell(void **state)
{
    (void)state;
    for (enum flow_state s = 0; s < STATES; s++)
        for (enum flow_request r = 0; r < REQUESTS; r++) {
            const struct expected *expected = find(s, r);
            struct world w = world_for(s, r);
            const struct outcome *out = decide(&w, r);
            if ((flow_cell(s, r)[0] != '\0') != (expected != NULL))
                fail_msg("%s × %s: the table and this test differ", flow_state_name(s), flow_request_endpoint(r));
            if (expected == NULL) {
                assert_int_equal(out->kind, OUTCOME_REFUSE);
                assert_true(out->refusal == flow_unfit(r) || out->refusal == ERROR_GRANT_UNEXPECTED);
                continue;
            }
            if (out->kind != expected->kind || out->next.state != expected->next)
                fail_msg("%s × %s %s: kind %d, refusal %d, next %s", flow_state_name(s), flow_request_endpoint(r),
                         flow_request_grant(r), out->kind, out->refusal, flow_state_name(out->next.state));
        }
}

/* At a stage of a sign-up where one grant is expected, another is told from a token that fits nothing (spec V1, 3.7). */
static void test_unexpected_grants(void **state)
{
    static const struct {
        enum flow_state at;
        enum flow_request request;
        enum error_id refusal;
    } cases[] = {
        { STATE_SIGNUP_CODE_SENT, REQUEST_SIGNUP_CONTINUE_PASSWORD, ERROR_GRANT_UNEXPECTED },
        { STATE_SIGNUP_PASSWORD, REQUEST_SIGNUP_CONTINUE_OOB, ERROR_GRANT_UNEXPECTED },
        { STATE_SIGNUP_ATTRIBUTES, REQUEST_SIGNUP_CONTINUE_OOB, ERROR_GRANT_UNEXPECTED },
        { STATE_REGISTER_CODE_SENT, REQUEST_REGISTER_CONTINUE_TOKEN, ERROR_GRANT_UNEXPECTED },
        { STATE_REGISTER_PREVERIFIED, REQUEST_REGISTER_CONTINUE_OOB, ERROR_GRANT_UNEXPECTED },
        { STATE_SIGNIN_CODE_SENT, REQUEST_SIGNUP_CONTINUE_OOB, ERROR_CONTINUATION_UNFIT },
        { STATE_SIGNIN_CODE_SENT, REQUEST_TOKEN_PASSWORD, ERROR_CONTINUATION_INVALID },
        { STATE_RESET_CODE_SENT, REQUEST_RESET_SUBMIT, ERROR_CONTINUATION_UNFIT },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world w = good_world(cases[i].at);
        assert_int_equal(decide(&w, cases[i].request)->refusal, cases[i].refusal);
    }
}

static void test_expiry(void **state)
{
    static const struct {
        int64_t issued, started;
        bool expired;
    } times[] = { { -599, -599, false }, { -600, -600, true }, { -1, -3599, false },
                  { -1, -3600, true },   { 60, 60, false },    { 61, 61, true } };

    (void)state;
    for (size_t c = 0; c < sizeof cells / sizeof cells[0]; c++)
        for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
            if (cells[c].state == STATE_NONE)
                continue;
            struct world w = world_for(cells[c].state, cells[c].request);
            w.at.issued_at = NOW + times[i].issued;
            w.at.started_at = NOW + times[i].started;
            struct outcome *out = decide(&w, cells[c].request);
            assert_int_equal(out->kind == OUTCOME_REFUSE && out->refusal == ERROR_CONTINUATION_EXPIRED,
                             times[i].expired);
        }
}

/* Age is told before what the token is for (3.0, order of checks). */
static void test_expired_at_the_wrong_place(void **state)
{
    (void)state;
    for (enum flow_state s = STATE_NONE + 1; s < STATES; s++)
        for (enum flow_request r = 0; r < REQUESTS; r++) {
            struct world w = good_world(s);
            w.at.issued_at = NOW - 600;
            assert_int_equal(decide(&w, r)->refusal, ERROR_CONTINUATION_EXPIRED);
        }
}

/* Whoever vanishes or is disabled between two steps gets no further. */
static void test_user_changed_between_steps(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof cells / sizeof cells[0]; c++) {
        if (cells[c].state == STATE_NONE || is_between(cells[c].state, STATE_SIGNUP_STARTED, STATE_SIGNUP_ATTRIBUTES))
            continue;
        struct world w = world_for(cells[c].state, cells[c].request);
        no_user(&w);
        enum error_id gone = cells[c].request == REQUEST_RESET_POLL ? ERROR_USER_NOT_FOUND : ERROR_USER_GONE;
        assert_int_equal(decide(&w, cells[c].request)->refusal, gone);
        w = world_for(cells[c].state, cells[c].request);
        w.user.enabled = false;
        struct outcome *out = decide(&w, cells[c].request);
        assert_int_equal(out->refusal, cells[c].request == REQUEST_RESET_POLL ? ERROR_NONE : ERROR_USER_DISABLED);
        assert_false(out->write_passcode);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cell),
        cmocka_unit_test(test_unexpected_grants),
        cmocka_unit_test(test_expiry),
        cmocka_unit_test(test_expired_at_the_wrong_place),
        cmocka_unit_test(test_user_changed_between_steps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
