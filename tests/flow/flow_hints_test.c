/* SPDX-License-Identifier: Apache-2.0 */
/* Whom an application means: an address or the claim `login_hint`, at sign-in and at sign-out; and an age of nothing. */
#include "flow/logout.h"

#include "wire/login_hint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { NOW = 1800000000 };

static const struct policy policy = { .session_idle_seconds = 1000, .session_max_seconds = 5000 };

static struct browser_session session_of(uint8_t n, const char *email)
{
    struct browser_session s = {
        .session = { .id = { { 0x50, n } }, .created_at = NOW, .authenticated_at = NOW, .seen_at = NOW },
        .user = { .id = { { 0xee, n } }, .enabled = true },
        .known = true,
    };

    snprintf(s.user.email, sizeof s.user.email, "%s", email);
    snprintf(s.user.identity, sizeof s.user.identity, "%s", email);
    return s;
}

static struct slice claim_of(uint8_t n, char space[64])
{
    struct buf text;

    buf_init(&text, space, 64);
    login_hint_put((struct guid){ { 0xee, n } }, &text);
    return buf_slice(&text);
}

static struct authorize_outcome authorize(struct browser_session *sessions, size_t n,
                                          const struct authorization *request)
{
    static const struct tenant tenant;
    static const struct application application;
    const struct authorize_facts facts = { .policy = &policy,
                                           .tenant = &tenant,
                                           .application = &application,
                                           .request = request,
                                           .sessions = sessions,
                                           .session_count = n,
                                           .now = NOW };
    struct authorize_outcome out;

    authorize_decide(&facts, &out);
    return out;
}

static void test_sign_in(void **state)
{
    struct browser_session sessions[] = { session_of(1, "ann@example.org"), session_of(2, "bob@example.org") };
    char space[64];

    (void)state;
    for (uint8_t n = 1; n <= 2; n++) {
        struct authorization request = { .login_hint = claim_of(n, space) };
        struct authorize_outcome out = authorize(sessions, 2, &request);
        assert_int_equal(out.kind, AUTHORIZE_ANSWER);
        assert_int_equal(out.session, n - 1);
    }
    /* nobody's who is here, and not an address either */
    struct authorization request = { .login_hint = claim_of(3, space) };
    assert_int_equal(authorize(sessions, 2, &request).kind, AUTHORIZE_SIGN_IN);
    request.prompts = PROMPT_NONE;
    struct authorize_outcome out = authorize(sessions, 2, &request);
    assert_int_equal(out.kind, AUTHORIZE_REFUSE);
    assert_int_equal(out.refusal, ERROR_NO_SESSION);
}

/* max_age=0 asks again even in the second of the sign-in; one second is an age. */
static void test_no_age(void **state)
{
    struct browser_session sessions[] = { session_of(1, "ann@example.org") };
    struct authorization request = { .has_max_age = true };

    (void)state;
    struct authorize_outcome out = authorize(sessions, 1, &request);
    assert_int_equal(out.kind, AUTHORIZE_SIGN_IN);
    assert_true(out.hinted);
    request.prompts = PROMPT_NONE;
    assert_int_equal(authorize(sessions, 1, &request).refusal, ERROR_NO_SESSION);
    request.max_age = 1;
    assert_int_equal(authorize(sessions, 1, &request).kind, AUTHORIZE_ANSWER);
}

static void test_sign_out(void **state)
{
    struct browser_session sessions[] = { session_of(1, "ann@example.org"), session_of(2, "bob@example.org") };
    char space[64];
    struct guid nobody = { { 9 } };
    const struct {
        size_t sessions;
        struct slice hint;
        struct guid user, session;
        enum logout_kind kind;
        size_t at;
    } cases[] = {
        { 2, claim_of(2, space), GUID_NIL, GUID_NIL, LOGOUT_ONE, 1 },
        { 1, claim_of(2, space), GUID_NIL, GUID_NIL, LOGOUT_ASK, 0 }, /* the only session is somebody else's */
        { 1, SLICE("bob@example.org"), GUID_NIL, GUID_NIL, LOGOUT_ASK, 0 },
        { 1, SLICE("ANN@example.org"), GUID_NIL, GUID_NIL, LOGOUT_ONE, 0 },
        { 1, SLICE_EMPTY, nobody, nobody, LOGOUT_ASK, 0 },
        { 1, SLICE_EMPTY, GUID_NIL, nobody, LOGOUT_ASK, 0 },
        { 1, SLICE_EMPTY, sessions[0].user.id, nobody, LOGOUT_ONE, 0 },
        { 1, SLICE_EMPTY, GUID_NIL, GUID_NIL, LOGOUT_ONE, 0 },
        { 0, claim_of(2, space), nobody, nobody, LOGOUT_NOBODY, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct logout_facts facts = { .sessions = sessions,
                                            .session_count = cases[i].sessions,
                                            .logout_hint = cases[i].hint,
                                            .hinted_user = cases[i].user,
                                            .hinted_session = cases[i].session };
        size_t at;
        enum logout_kind kind = logout_decide(&facts, &at);
        if (kind != cases[i].kind || (kind == LOGOUT_ONE && at != cases[i].at))
            fail_msg("row %zu: kind %d, session %zu", i, kind, at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_sign_in), cmocka_unit_test(test_no_age),
                                        cmocka_unit_test(test_sign_out) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
