/* SPDX-License-Identifier: Apache-2.0 */
/* Every reason for which a refresh token is refused, alone and in the order that decides between two. */
#include "flow/refresh.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { NOW = 1800000000 };

struct world {
    struct policy policy;
    struct tenant tenant;
    struct user user;
    struct grant grant;
    struct refresh_token token;
    struct refresh_facts facts;
    struct refresh_outcome out;
};

static struct world good_world(void)
{
    struct world w;

    memset(&w, 0, sizeof w);
    w.policy = policy_default;
    w.tenant.id = (struct guid){ { 1 } };
    w.user = (struct user){ .id = { { 2 } }, .enabled = true };
    w.grant = (struct grant){
        .id = 7, .tenant_id = { { 1 } }, .client_id = { { 3 } }, .user_id = { { 2 } }, .authenticated_at = NOW - 100
    };
    w.token = (struct refresh_token){ .id = 8, .grant_id = 7, .issued_at = NOW - 100, .expires_at = NOW + 1 };
    w.facts = (struct refresh_facts){ .client_id = { { 3 } }, .now = NOW, .secret_right = true };
    return w;
}

static struct refresh_outcome *decide(struct world *w)
{
    w->facts.policy = &w->policy;
    w->facts.tenant = &w->tenant;
    w->facts.token = w->token.id == 0 ? NULL : &w->token;
    w->facts.grant = &w->grant;
    w->facts.user = guid_is_nil(w->user.id) ? NULL : &w->user;
    refresh_decide(&w->facts, &w->out);
    return &w->out;
}

static void no_token(struct world *w)
{
    w->token.id = 0;
}

static void wrong_secret(struct world *w)
{
    w->facts.secret_right = false;
}

static void other_tenant(struct world *w)
{
    w->grant.tenant_id = (struct guid){ { 9 } };
}

static void other_client(struct world *w)
{
    w->facts.client_id = (struct guid){ { 9 } };
}

static void revoked(struct world *w)
{
    w->grant.revoked_at = NOW - 1;
}

static void page_over(struct world *w)
{
    w->grant.ends_at = NOW;
}

static void expired(struct world *w)
{
    w->token.expires_at = NOW;
}

static void user_gone(struct world *w)
{
    w->user.id = GUID_NIL;
}

static void user_disabled(struct world *w)
{
    w->user.enabled = false;
}

static void sessions_ended(struct world *w)
{
    w->user.sessions_valid_from = NOW - 50;
}

/* In the order of precedence. */
static const struct {
    void (*spoil)(struct world *);
    enum error_id refusal;
} reasons[] = {
    { no_token, ERROR_REFRESH_INVALID },     { wrong_secret, ERROR_REFRESH_INVALID },
    { other_tenant, ERROR_REFRESH_INVALID }, { other_client, ERROR_REFRESH_INVALID },
    { revoked, ERROR_REFRESH_REVOKED },      { page_over, ERROR_REFRESH_OF_SPA_EXPIRED },
    { expired, ERROR_REFRESH_EXPIRED },      { user_gone, ERROR_USER_GONE },
    { user_disabled, ERROR_USER_DISABLED },  { sessions_ended, ERROR_REFRESH_REVOKED },
};

enum { REASONS = sizeof reasons / sizeof reasons[0] };

static void test_every_pair_of_reasons(void **state)
{
    (void)state;
    for (size_t i = 0; i < REASONS; i++)
        for (size_t k = i; k < REASONS; k++) {
            struct world w = good_world();
            reasons[i].spoil(&w);
            reasons[k].spoil(&w);
            struct refresh_outcome *out = decide(&w);
            assert_int_equal(out->refusal, reasons[i].refusal);
            assert_false(out->mark_used || out->revoke_family);
        }
}

static void test_first_use(void **state)
{
    (void)state;
    for (int strict = 0; strict < 2; strict++) {
        struct world w = good_world();
        w.tenant.strict_refresh_tokens = strict;
        struct refresh_outcome *out = decide(&w);
        assert_int_equal(out->refusal, ERROR_NONE);
        assert_true(out->mark_used);
        assert_int_equal(out->only_once, strict);
        assert_false(out->reused);
    }
}

static void test_a_page_until_its_end(void **state)
{
    struct world w = good_world();

    (void)state;
    w.grant.ends_at = NOW + 1;
    assert_int_equal(decide(&w)->refusal, ERROR_NONE);
}

static void test_reuse(void **state)
{
    static const struct {
        bool strict;
        int64_t used_ago;
        bool revokes;
    } cases[] = {
        { false, 1, false }, { false, 86400, false }, { true, 10, false }, { true, 11, true }, { true, 86400, true }
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world w = good_world();
        w.tenant.strict_refresh_tokens = cases[i].strict;
        w.token.used_at = NOW - cases[i].used_ago;
        struct refresh_outcome *out = decide(&w);
        assert_true(out->reused);
        assert_false(out->mark_used);
        assert_int_equal(out->revoke_family, cases[i].revokes);
        assert_int_equal(out->refusal, cases[i].revokes ? ERROR_REFRESH_REVOKED : ERROR_NONE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_pair_of_reasons),
        cmocka_unit_test(test_first_use),
        cmocka_unit_test(test_a_page_until_its_end),
        cmocka_unit_test(test_reuse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
