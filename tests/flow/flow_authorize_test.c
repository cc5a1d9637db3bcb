/* SPDX-License-Identifier: Apache-2.0 */
/* What an authorization request leads to, for every prompt and every state of the browser's sessions (spec OIDC, 2.6). */
#include "flow/authorize.h"

#include "flow/logout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { NOW = 1800000000 };

struct world {
    struct policy policy;
    struct tenant tenant;
    struct application app;
    struct user_flow flow;
    struct authorization request;
    struct browser_session sessions[3];
    struct authorize_facts facts;
    struct authorize_outcome out;
};

static struct browser_session session_of(uint8_t n, const char *email)
{
    struct browser_session s = { .session = { .id = { { 0x50, n } },
                                              .user_id = { { 0xee, n } },
                                              .created_at = NOW - 100,
                                              .authenticated_at = NOW - 100,
                                              .seen_at = NOW - 50,
                                              .proofs = PROVED_CODE },
                                 .user = { .id = { { 0xee, n } }, .enabled = true },
                                 .known = true };

    snprintf(s.user.email, sizeof s.user.email, "%s", email);
    snprintf(s.user.identity, sizeof s.user.identity, "%s", email);
    return s;
}

static struct world world_with(size_t sessions)
{
    static const char *const emails[] = { "ann@example.org", "bob@example.org", "cleo@example.org" };
    struct world w;

    memset(&w, 0, sizeof w);
    w.policy = policy_default;
    w.flow.sign_up = true;
    for (uint8_t i = 0; i < 3; i++)
        w.sessions[i] = session_of(i, emails[i]);
    w.facts.session_count = sessions;
    w.facts.now = NOW;
    return w;
}

static const struct authorize_outcome *decide(struct world *w)
{
    w->facts.policy = &w->policy;
    w->facts.tenant = &w->tenant;
    w->facts.application = &w->app;
    w->facts.user_flow = w->flow.sign_up ? &w->flow : NULL;
    w->facts.request = &w->request;
    w->facts.sessions = w->sessions;
    authorize_decide(&w->facts, &w->out);
    return &w->out;
}

/* ---- twists of a world ---- */

static void hint_bob(struct world *w)
{
    w->request.login_hint = SLICE("BOB@example.org");
}

static void hint_stranger(struct world *w)
{
    w->request.login_hint = SLICE("dora@example.org");
}

static void sid_of_bob(struct world *w)
{
    w->request.sid = SLICE("50010000-0000-0000-0000-000000000000");
}

static void sid_of_nobody(struct world *w)
{
    w->request.sid = SLICE("50090000-0000-0000-0000-000000000000");
}

static void sid_is_no_id(struct world *w)
{
    w->request.sid = SLICE("x");
}

static void token_hint_bob(struct world *w)
{
    w->facts.hinted_user = w->sessions[1].user.id;
}

static void too_old(struct world *w)
{
    w->request.has_max_age = true;
    w->request.max_age = 99;
}

static void just_young_enough(struct world *w)
{
    w->request.has_max_age = true;
    w->request.max_age = 100;
}

static void disabled(struct world *w)
{
    w->sessions[0].user.enabled = false;
}

static void needs_factor(struct world *w)
{
    w->app.multi_factor = TOGGLE_ON;
    snprintf(w->sessions[0].user.password_hash, sizeof w->sessions[0].user.password_hash, "x");
}

static void passed_factor(struct world *w)
{
    needs_factor(w);
    w->sessions[0].session.proofs |= PROVED_FACTOR;
}

static void no_sign_up(struct world *w)
{
    w->flow.sign_up = false;
}

static void bad_scope(struct world *w)
{
    w->facts.scope_refusal = ERROR_CONSENT_MISSING;
}

static const struct {
    uint8_t prompts;
    size_t sessions;
    void (*twist)(struct world *);
    enum authorize_kind kind;
    enum error_id refusal;
    size_t session;
} cells[] = {
    /* no prompt */
    { 0, 0, NULL, AUTHORIZE_SIGN_IN, ERROR_NONE, 0 },
    { 0, 1, NULL, AUTHORIZE_ANSWER, ERROR_NONE, 0 },
    { 0, 2, NULL, AUTHORIZE_PICK, ERROR_NONE, 0 },
    { 0, 3, hint_bob, AUTHORIZE_ANSWER, ERROR_NONE, 1 },
    { 0, 3, hint_stranger, AUTHORIZE_SIGN_IN, ERROR_NONE, 0 },
    { 0, 3, sid_of_bob, AUTHORIZE_ANSWER, ERROR_NONE, 1 },
    { 0, 3, sid_of_nobody, AUTHORIZE_SIGN_IN, ERROR_NONE, 0 },
    { 0, 3, sid_is_no_id, AUTHORIZE_SIGN_IN, ERROR_NONE, 0 },
    { 0, 3, token_hint_bob, AUTHORIZE_ANSWER, ERROR_NONE, 1 },
    { 0, 1, too_old, AUTHORIZE_SIGN_IN, ERROR_NONE, 0 },
    { 0, 1, just_young_enough, AUTHORIZE_ANSWER, ERROR_NONE, 0 },
    { 0, 1, disabled, AUTHORIZE_PICK, ERROR_NONE, 0 },
    { 0, 1, needs_factor, AUTHORIZE_SIGN_IN, ERROR_NONE, 0 },
    { 0, 1, passed_factor, AUTHORIZE_ANSWER, ERROR_NONE, 0 },
    { 0, 1, bad_scope, AUTHORIZE_REFUSE, ERROR_CONSENT_MISSING, 0 },
    /* none: never a page */
    { PROMPT_NONE, 0, NULL, AUTHORIZE_REFUSE, ERROR_NO_SESSION, 0 },
    { PROMPT_NONE, 1, NULL, AUTHORIZE_ANSWER, ERROR_NONE, 0 },
    { PROMPT_NONE, 2, NULL, AUTHORIZE_REFUSE, ERROR_NO_SESSION, 0 },
    { PROMPT_NONE, 3, hint_bob, AUTHORIZE_ANSWER, ERROR_NONE, 1 },
    { PROMPT_NONE, 1, hint_stranger, AUTHORIZE_REFUSE, ERROR_NO_SESSION, 0 },
    { PROMPT_NONE, 3, sid_of_bob, AUTHORIZE_ANSWER, ERROR_NONE, 1 },
    { PROMPT_NONE, 3, sid_of_nobody, AUTHORIZE_REFUSE, ERROR_SESSION_UNKNOWN, 0 },
    { PROMPT_NONE, 3, sid_is_no_id, AUTHORIZE_REFUSE, ERROR_SESSION_UNKNOWN, 0 },
    { PROMPT_NONE, 3, token_hint_bob, AUTHORIZE_ANSWER, ERROR_NONE, 1 },
    { PROMPT_NONE, 1, too_old, AUTHORIZE_REFUSE, ERROR_NO_SESSION, 0 },
    { PROMPT_NONE, 1, just_young_enough, AUTHORIZE_ANSWER, ERROR_NONE, 0 },
    { PROMPT_NONE, 1, disabled, AUTHORIZE_REFUSE, ERROR_USER_DISABLED_SILENT, 0 },
    { PROMPT_NONE, 1, needs_factor, AUTHORIZE_REFUSE, ERROR_FACTOR_NEEDED, 0 },
    { PROMPT_NONE, 1, passed_factor, AUTHORIZE_ANSWER, ERROR_NONE, 0 },
    { PROMPT_NONE, 1, bad_scope, AUTHORIZE_REFUSE, ERROR_CONSENT_MISSING, 0 },
    /* login: always proves anew */
    { PROMPT_LOGIN, 0, NULL, AUTHORIZE_SIGN_IN, ERROR_NONE, 0 },
    { PROMPT_LOGIN, 1, NULL, AUTHORIZE_SIGN_IN, ERROR_NONE, 0 },
    { PROMPT_LOGIN, 3, hint_bob, AUTHORIZE_SIGN_IN, ERROR_NONE, 0 },
    { PROMPT_LOGIN | PROMPT_SELECT_ACCOUNT, 2, NULL, AUTHORIZE_SIGN_IN, ERROR_NONE, 0 },
    { PROMPT_LOGIN, 1, bad_scope, AUTHORIZE_REFUSE, ERROR_CONSENT_MISSING, 0 },
    /* select_account */
    { PROMPT_SELECT_ACCOUNT, 0, NULL, AUTHORIZE_SIGN_IN, ERROR_NONE, 0 },
    { PROMPT_SELECT_ACCOUNT, 1, NULL, AUTHORIZE_PICK, ERROR_NONE, 0 },
    { PROMPT_SELECT_ACCOUNT, 2, NULL, AUTHORIZE_PICK, ERROR_NONE, 0 },
    /* create */
    { PROMPT_CREATE, 0, NULL, AUTHORIZE_SIGN_UP, ERROR_NONE, 0 },
    { PROMPT_CREATE, 1, NULL, AUTHORIZE_SIGN_UP, ERROR_NONE, 0 },
    { PROMPT_CREATE, 0, no_sign_up, AUTHORIZE_SIGN_IN, ERROR_NONE, 0 },
    { PROMPT_CREATE, 1, no_sign_up, AUTHORIZE_ANSWER, ERROR_NONE, 0 },
    /* consent: an administrator's here, so nothing to ask */
    { PROMPT_CONSENT, 1, NULL, AUTHORIZE_ANSWER, ERROR_NONE, 0 },
    { PROMPT_CONSENT, 0, NULL, AUTHORIZE_SIGN_IN, ERROR_NONE, 0 },
};

static void test_cells(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        struct world w = world_with(cells[i].sessions);
        w.request.prompts = cells[i].prompts;
        if (cells[i].twist != NULL)
            cells[i].twist(&w);
        const struct authorize_outcome *out = decide(&w);
        if (out->kind != cells[i].kind || out->refusal != cells[i].refusal)
            fail_msg("row %zu: kind %d, refusal %d", i, out->kind, out->refusal);
        if (out->kind == AUTHORIZE_ANSWER)
            assert_int_equal(out->session, cells[i].session);
    }
}

/* The page knows whom it asks for, where one account only is meant. */
static void test_whom_the_page_asks_for(void **state)
{
    struct world w = world_with(1);

    (void)state;
    too_old(&w);
    assert_true(decide(&w)->hinted);
    w = world_with(3);
    needs_factor(&w);
    w.request.login_hint = SLICE("ann@example.org");
    assert_true(decide(&w)->hinted);
    assert_int_equal(w.out.session, 0);
    w = world_with(0);
    assert_false(decide(&w)->hinted);
}

static void test_picked(void **state)
{
    static const struct {
        void (*twist)(struct world *);
        enum authorize_kind kind;
    } cases[] = { { just_young_enough, AUTHORIZE_ANSWER },
                  { too_old, AUTHORIZE_SIGN_IN },
                  { needs_factor, AUTHORIZE_SIGN_IN },
                  { passed_factor, AUTHORIZE_ANSWER },
                  { disabled, AUTHORIZE_REFUSE } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world w = world_with(2);
        cases[i].twist(&w);
        (void)decide(&w);
        authorize_picked(&w.facts, 0, &w.out);
        assert_int_equal(w.out.kind, cases[i].kind);
    }
}

static void test_session_lives(void **state)
{
    const struct policy policy = { .session_idle_seconds = 100,
                                   .session_persistent_seconds = 1000,
                                   .session_max_seconds = 5000 };
    const struct session fresh = { .created_at = NOW, .authenticated_at = NOW, .seen_at = NOW };
    static const struct {
        int64_t created, seen, ended, valid_from;
        bool persistent, gone, alive;
    } cases[] = {
        { 0, 0, 0, 0, false, false, true },
        { -99, -99, 0, 0, false, false, true },
        { -100, -100, 0, 0, false, false, false }, /* idle */
        { -999, -999, 0, 0, true, false, true },
        { -1000, -1000, 0, 0, true, false, false },
        { -4999, 0, 0, 0, true, false, true },
        { -5000, 0, 0, 0, true, false, false }, /* however much it is used */
        { 0, 0, -1, 0, false, false, false },   /* signed out */
        { -10, 0, 0, -10, false, false, true },
        { -10, 0, 0, -9, false, false, false }, /* all sessions were ended since */
        { 0, 0, 0, 0, false, true, false },     /* no such user any more */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct session s = fresh;
        struct user user = { .enabled = true };
        s.created_at = s.authenticated_at = NOW + cases[i].created;
        s.seen_at = NOW + cases[i].seen;
        s.ended_at = cases[i].ended == 0 ? 0 : NOW + cases[i].ended;
        s.persistent = cases[i].persistent;
        user.sessions_valid_from = cases[i].valid_from == 0 ? 0 : NOW + cases[i].valid_from;
        if (session_is_alive(&s, cases[i].gone ? NULL : &user, &policy, NOW) != cases[i].alive)
            fail_msg("row %zu", i);
    }
}

/* ---- sign-out ---- */

static void test_logout(void **state)
{
    enum { BOB = 1, NOBODY = 9 };
    static const struct {
        size_t sessions;
        uint8_t picked, session, user; /* numbers of session_of; 0: not given */
        const char *hint;
        bool all;
        enum logout_kind kind;
        size_t at;
    } cases[] = {
        { 0, 0, 0, 0, NULL, false, LOGOUT_NOBODY, 0 },
        { 0, 0, 0, 0, NULL, true, LOGOUT_NOBODY, 0 },
        { 1, 0, 0, 0, NULL, false, LOGOUT_ONE, 0 },
        { 3, 0, 0, 0, NULL, false, LOGOUT_ASK, 0 },
        { 3, 0, 0, 0, NULL, true, LOGOUT_ALL, 0 },
        { 3, BOB, 0, 0, NULL, false, LOGOUT_ONE, 1 },
        { 3, NOBODY, 0, 0, NULL, false, LOGOUT_ASK, 0 },
        { 1, NOBODY, 0, 0, NULL, false, LOGOUT_ASK, 0 }, /* not somebody else's */
        { 3, 0, BOB, 0, NULL, false, LOGOUT_ONE, 1 },
        { 3, 0, 0, BOB, NULL, false, LOGOUT_ONE, 1 },
        { 3, 0, NOBODY, BOB, NULL, false, LOGOUT_ONE, 1 },
        { 3, 0, 0, 0, "bob@EXAMPLE.org", false, LOGOUT_ONE, 1 },
        { 3, 0, 0, 0, "dora@example.org", false, LOGOUT_ASK, 0 },
        { 3, 0, NOBODY, NOBODY, NULL, false, LOGOUT_ASK, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world w = world_with(3);
        struct logout_facts facts = { .sessions = w.sessions, .session_count = cases[i].sessions };
        size_t at;
        if (cases[i].picked != 0)
            facts.picked = (struct guid){ { 0x50, cases[i].picked } };
        if (cases[i].session != 0)
            facts.hinted_session = (struct guid){ { 0x50, cases[i].session } };
        if (cases[i].user != 0)
            facts.hinted_user = (struct guid){ { 0xee, cases[i].user } };
        facts.logout_hint = slice_of(cases[i].hint);
        facts.picked_all = cases[i].all;
        enum logout_kind kind = logout_decide(&facts, &at);
        if (kind != cases[i].kind || (kind == LOGOUT_ONE && at != cases[i].at))
            fail_msg("row %zu: kind %d, session %zu", i, kind, at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells),  cmocka_unit_test(test_whom_the_page_asks_for),
        cmocka_unit_test(test_picked), cmocka_unit_test(test_session_lives),
        cmocka_unit_test(test_logout),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
