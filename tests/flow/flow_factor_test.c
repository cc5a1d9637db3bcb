/* SPDX-License-Identifier: Apache-2.0 */
/* Second factor and its registration: every condition within their cells (spec V1, 2.6, 2.7, 3.2 to 3.4, 3.13 to 3.15). */
#include "support/flow_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void put_method(struct world *w, enum channel channel, const char *target)
{
    struct method *method = &w->methods[w->method_count++];

    *method = (struct method){ .id = { { 7, (uint8_t)w->method_count } }, .user_id = w->user.id, .channel = channel };
    snprintf(method->target, sizeof method->target, "%s", target);
}

/* ---- whether it is needed ---- */

/* The nearest word counts: the user's, the application's, the tenant's. */
static void test_who_needs_it(void **state)
{
    (void)state;
    for (int i = 0; i < TOGGLE_COUNT * TOGGLE_COUNT * 2; i++) {
        struct world w = good_world(STATE_SIGNIN_PASSWORD);
        w.user.multi_factor = (enum toggle)(i % TOGGLE_COUNT);
        w.application.multi_factor = (enum toggle)(i / TOGGLE_COUNT % TOGGLE_COUNT);
        w.tenant.multi_factor = i / (TOGGLE_COUNT * TOGGLE_COUNT) != 0;
        w.at.capabilities = CAPABILITY_MFA_REQUIRED;
        put_method(&w, CHANNEL_SMS, "+4790000007");
        bool needed = w.tenant.multi_factor;
        if (w.application.multi_factor != TOGGLE_INHERIT)
            needed = w.application.multi_factor == TOGGLE_ON;
        if (w.user.multi_factor != TOGGLE_INHERIT)
            needed = w.user.multi_factor == TOGGLE_ON;
        assert_int_equal(decide(&w, REQUEST_TOKEN_PASSWORD)->kind, needed ? OUTCOME_INTERRUPT : OUTCOME_TOKENS);
    }
    /* an account without a password is never asked (2.1) */
    struct world w = good_world(STATE_SIGNIN_CODE_SENT);
    w.user.multi_factor = TOGGLE_ON;
    w.facts.code_right = true;
    assert_int_equal(decide(&w, REQUEST_TOKEN_OOB)->kind, OUTCOME_TOKENS);
}

static void test_after_the_password(void **state)
{
    static const struct {
        size_t methods;
        uint8_t capabilities;
        enum error_id refusal;
        enum flow_state next;
        const char *reason;
    } cases[] = {
        { 1, CAPABILITY_MFA_REQUIRED, ERROR_MFA_REQUIRED, STATE_MFA_REQUIRED, NULL },
        { 1, CAPABILITY_REGISTRATION_REQUIRED, ERROR_NONE, STATE_NONE, "Client is missing mfa_required capability" },
        { 0, CAPABILITY_REGISTRATION_REQUIRED, ERROR_REGISTRATION_REQUIRED, STATE_REGISTER_REQUIRED, NULL },
        { 0, CAPABILITY_MFA_REQUIRED, ERROR_NONE, STATE_NONE, "Client is missing registration_required capability" },
        { 0, 0, ERROR_NONE, STATE_NONE, "Client is missing registration_required capability" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world w = good_world(STATE_SIGNIN_PASSWORD);
        w.tenant.multi_factor = true;
        w.at.capabilities = cases[i].capabilities;
        for (size_t m = 0; m < cases[i].methods; m++)
            put_method(&w, CHANNEL_EMAIL, SAM); /* after a password also her own address will do */
        struct outcome *out = decide(&w, REQUEST_TOKEN_PASSWORD);
        assert_int_equal(out->refusal, cases[i].refusal);
        assert_int_equal(out->next.state, cases[i].next);
        if (cases[i].reason != NULL)
            assert_string_equal(out->reason, cases[i].reason);
        if (cases[i].refusal == ERROR_NONE)
            continue;
        assert_int_equal(out->next.proofs, PROVED_PASSWORD);
        assert_int_equal(out->next.challenge_id, 0);
    }
}

/* What was proved with a code to an address is not proved again with another to it. */
static void test_after_a_code(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNIN_CODE_SENT);
    w.user.origin = ORIGIN_EMAIL_PASSWORD;
    w.tenant.multi_factor = w.tenant.any_email_passcode = true;
    w.at.capabilities = CAPABILITY_MFA_REQUIRED | CAPABILITY_REGISTRATION_REQUIRED;
    w.facts.code_right = true;
    put_method(&w, CHANNEL_EMAIL, "sam@EXAMPLE.org");
    struct outcome *out = decide(&w, REQUEST_TOKEN_OOB);
    assert_int_equal(out->refusal, ERROR_REGISTRATION_REQUIRED);
    assert_int_equal(out->passcode.state, PASSCODE_TAKEN);
    put_method(&w, CHANNEL_EMAIL, "strong@example.org");
    out = decide(&w, REQUEST_TOKEN_OOB);
    assert_int_equal(out->refusal, ERROR_MFA_REQUIRED);
    assert_int_equal(out->next.proofs, PROVED_CODE);
    /* the identical request again; no code is sent any more */
    w.row = out->passcode;
    out = decide(&w, REQUEST_TOKEN_OOB);
    assert_int_equal(out->refusal, ERROR_MFA_REQUIRED);
    assert_false(out->write_passcode);
    assert_int_equal(decide(&w, REQUEST_CHALLENGE)->refusal, ERROR_CONTINUATION_INVALID);
}

/* ---- introspect and challenge ---- */

static void test_list(void **state)
{
    (void)state;
    struct world w = good_world(STATE_MFA_CODE_SENT);
    struct outcome *out = decide(&w, REQUEST_INTROSPECT);
    assert_int_equal(out->kind, OUTCOME_FACTORS);
    assert_true(guid_eq(out->next.subject, w.user.id));
    assert_int_equal(out->next.challenge_id, 0);
    assert_false(out->write_passcode || out->send_code);
    w.method_count = 0; /* removed in between: an empty list would break every SDK (3.3) */
    assert_int_equal(decide(&w, REQUEST_INTROSPECT)->refusal, ERROR_CONTINUATION_UNFIT);
}

static void test_which_method(void **state)
{
    (void)state;
    struct world w = good_world(STATE_MFA_REQUIRED);
    struct outcome *out = decide(&w, REQUEST_CHALLENGE); /* without id: the only one (2.6, older clients) */
    assert_int_equal(out->kind, OUTCOME_CODE);
    assert_int_equal(out->purpose, CODE_FACTOR);
    assert_true(guid_eq(out->next.method, w.methods[0].id));
    assert_int_equal(out->next.channel, CHANNEL_SMS);
    assert_string_equal(out->next.target, "+4790000007");
    put_method(&w, CHANNEL_EMAIL, "strong@example.org");
    assert_int_equal(decide(&w, REQUEST_CHALLENGE)->refusal, ERROR_INTROSPECT_REQUIRED);
    w.facts.method_given = true;
    w.facts.method = w.methods[1].id;
    out = decide(&w, REQUEST_CHALLENGE);
    assert_true(guid_eq(out->next.method, w.methods[1].id));
    assert_int_equal(out->next.channel, CHANNEL_EMAIL);
    assert_string_equal(out->next.target, "strong@example.org");
    w.facts.method.b[9] = 1;
    assert_int_equal(decide(&w, REQUEST_CHALLENGE)->refusal, ERROR_METHOD_ID_INVALID);
    assert_false(w.out.write_passcode || w.out.send_code);
    /* the account's own address after a code to it is none, though it is named */
    w = good_world(STATE_MFA_REQUIRED);
    w.at.proofs = PROVED_CODE;
    put_method(&w, CHANNEL_EMAIL, SAM);
    w.facts.method_given = true;
    w.facts.method = w.methods[1].id;
    assert_int_equal(decide(&w, REQUEST_CHALLENGE)->refusal, ERROR_METHOD_ID_INVALID);
    w.facts.method_given = false;
    assert_int_equal(decide(&w, REQUEST_CHALLENGE)->next.channel, CHANNEL_SMS);
}

static void test_challenge_list(void **state)
{
    (void)state;
    struct world w = good_world(STATE_MFA_METHODS);
    w.facts.challenge_types = CHALLENGE_PASSWORD | CHALLENGE_REDIRECT;
    struct outcome *out = decide(&w, REQUEST_CHALLENGE); /* 6.30 */
    assert_int_equal(out->kind, OUTCOME_REDIRECT);
    assert_non_null(out->reason);
    assert_false(out->write_passcode || out->send_code);
    w = good_world(STATE_MFA_METHODS);
    w.at.challenge_types = CHALLENGE_PASSWORD | CHALLENGE_REDIRECT;
    assert_int_equal(decide(&w, REQUEST_CHALLENGE)->kind, OUTCOME_REDIRECT);
}

static void test_contact_rules(void **state)
{
    static const struct contact_rule rules[] = {
        { SLICE("+4790"), CONTACT_BLOCKED_BY_REPUTATION },
        { SLICE("@Blocked.example"), CONTACT_BLOCKED_BY_ADMIN },
        { SLICE("one@example.org"), CONTACT_BLOCKED_BY_ADMIN },
        { SLICE("+1"), CONTACT_HIGH_RISK },
        { SLICE(""), CONTACT_BLOCKED_BY_ADMIN }, /* matches nobody */
    };
    static const struct {
        enum channel channel;
        const char *target;
        enum outcome_kind kind;
        enum error_id refusal;
    } cases[] = {
        { CHANNEL_SMS, "+4790000007", OUTCOME_REFUSE, ERROR_CONTACT_BLOCKED_BY_REPUTATION },
        { CHANNEL_SMS, "+4680000007", OUTCOME_CODE, ERROR_NONE },
        { CHANNEL_SMS, "+15550100", OUTCOME_REDIRECT, ERROR_NONE },
        { CHANNEL_EMAIL, "sam@blocked.EXAMPLE", OUTCOME_REFUSE, ERROR_CONTACT_BLOCKED_BY_ADMIN },
        { CHANNEL_EMAIL, "sam@notblocked.example", OUTCOME_CODE, ERROR_NONE },
        { CHANNEL_EMAIL, "One@example.org", OUTCOME_REFUSE, ERROR_CONTACT_BLOCKED_BY_ADMIN },
        { CHANNEL_EMAIL, "someone@example.org", OUTCOME_CODE, ERROR_NONE },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int registers = 0; registers < 2; registers++) {
            struct world w = good_world(registers ? STATE_REGISTER_METHODS : STATE_MFA_METHODS);
            w.tenant.contact_rules = rules;
            w.tenant.contact_rule_count = sizeof rules / sizeof rules[0];
            w.method_count = 0;
            if (!registers)
                put_method(&w, cases[i].channel, cases[i].target);
            w.facts.channel = cases[i].channel;
            w.facts.target = cases[i].target;
            struct outcome *out = decide(&w, registers ? REQUEST_REGISTER_CHALLENGE : REQUEST_CHALLENGE);
            assert_int_equal(out->kind, cases[i].kind);
            assert_int_equal(out->refusal, cases[i].refusal);
            assert_int_equal(out->send_code, cases[i].kind == OUTCOME_CODE);
            assert_int_equal(out->write_passcode, cases[i].kind == OUTCOME_CODE);
        }
}

/* ---- the code ---- */

static void test_redeem(void **state)
{
    (void)state;
    struct world w = good_world(STATE_MFA_CODE_SENT);
    w.at.proofs = PROVED_PASSWORD;
    struct outcome *out = decide(&w, REQUEST_TOKEN_MFA_OOB);
    assert_int_equal(out->refusal, ERROR_CODE_WRONG);
    assert_int_equal(out->passcode.attempts, 1);
    w.facts.code_right = true;
    w.tenant.multi_factor = true; /* never asked for again (2.6) */
    out = decide(&w, REQUEST_TOKEN_MFA_OOB);
    assert_int_equal(out->kind, OUTCOME_TOKENS);
    assert_int_equal(out->proofs, PROVED_PASSWORD | PROVED_FACTOR);
    assert_int_equal(out->passcode.state, PASSCODE_REDEEMED);
    w.row = out->passcode;
    assert_int_equal(decide(&w, REQUEST_TOKEN_MFA_OOB)->refusal, ERROR_CONTINUATION_REDEEMED);
    assert_int_equal(decide(&w, REQUEST_TOKEN_OOB)->refusal, ERROR_CONTINUATION_REDEEMED);
    /* nor does an older token of the flow bring another code to this method */
    w.at = good_world(STATE_MFA_REQUIRED).at;
    assert_int_equal(decide(&w, REQUEST_CHALLENGE)->refusal, ERROR_CONTINUATION_INVALID);
    /* the method was removed while the code was out */
    w = good_world(STATE_MFA_CODE_SENT);
    w.facts.code_right = true;
    w.methods[0].id.b[9] = 1;
    out = decide(&w, REQUEST_TOKEN_MFA_OOB);
    assert_int_equal(out->refusal, ERROR_CONTINUATION_INVALID);
    assert_false(out->write_passcode);
}

/* The code of another method is the newer one (1.10: the old code dies), whichever grant brings it; nothing is counted. */
static void test_superseded(void **state)
{
    static const enum flow_request grants[] = { REQUEST_TOKEN_MFA_OOB, REQUEST_TOKEN_OOB };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct world w = good_world(STATE_MFA_CODE_SENT);
        w.facts.code_right = true;
        w.facts.superseded = true;
        struct outcome *out = decide(&w, grants[i]);
        assert_int_equal(out->refusal, ERROR_CODE_WRONG);
        assert_false(out->write_passcode);
    }
}

static void test_locked_method(void **state)
{
    (void)state;
    struct world w = good_world(STATE_MFA_CODE_SENT);
    w.row.failures = w.policy.failure_limit - 1;
    w.row.failures_since = NOW - 1;
    assert_true(decide(&w, REQUEST_TOKEN_MFA_OOB)->locks_user);
    w.row = w.out.passcode;
    w.facts.code_right = true;
    assert_int_equal(decide(&w, REQUEST_TOKEN_MFA_OOB)->refusal, ERROR_USER_LOCKED);
    assert_int_equal(decide(&w, REQUEST_CHALLENGE)->refusal, ERROR_USER_LOCKED);
    assert_int_equal(w.out.wait_seconds, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_needs_it),  cmocka_unit_test(test_after_the_password),
        cmocka_unit_test(test_after_a_code),  cmocka_unit_test(test_list),
        cmocka_unit_test(test_which_method),  cmocka_unit_test(test_challenge_list),
        cmocka_unit_test(test_contact_rules), cmocka_unit_test(test_redeem),
        cmocka_unit_test(test_superseded),    cmocka_unit_test(test_locked_method),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
