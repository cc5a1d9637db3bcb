/* SPDX-License-Identifier: Apache-2.0 */
/* Every reason for which an access token does not open the user's record, alone and in the order that decides between two. */
#include "flow/userinfo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { NOW = 1800000000 };

struct world {
    struct access_token token;
    struct tenant tenant;
    struct application application;
    struct user user;
    struct userinfo_facts facts;
    struct scope_grant scope;
};

static void make(struct world *w)
{
    memset(w, 0, sizeof *w);
    w->token = (struct access_token){ .for_graph = true,
                                      .issuer = SLICE("https://a.example/v2.0"),
                                      .scp = SLICE("openid profile email User.Read"),
                                      .not_before = NOW,
                                      .expires_at = NOW + 1 };
    w->user.enabled = true;
    w->facts = (struct userinfo_facts){ .token = &w->token,
                                        .tenant = &w->tenant,
                                        .application = &w->application,
                                        .user = &w->user,
                                        .issuer = SLICE("https://a.example/v2.0"),
                                        .now = NOW };
}

static void for_an_api(struct world *w)
{
    w->token.for_graph = false;
}

static void no_tenant(struct world *w)
{
    w->facts.tenant = NULL;
}

static void no_application(struct world *w)
{
    w->facts.application = NULL;
}

static void other_issuer(struct world *w)
{
    w->token.issuer = SLICE("https://b.example/v2.0");
}

static void too_early(struct world *w)
{
    w->token.not_before = NOW + 1;
}

static void expired(struct world *w)
{
    w->token.expires_at = NOW;
}

static void user_gone(struct world *w)
{
    w->facts.user = NULL;
}

static void user_disabled(struct world *w)
{
    w->user.enabled = false;
}

static void not_openid(struct world *w)
{
    w->token.scp = SLICE("profile email User.Read openid2");
}

static const struct {
    void (*spoil)(struct world *);
    enum error_id refusal;
} reasons[] = {
    { for_an_api, ERROR_BEARER_INVALID },     { no_tenant, ERROR_BEARER_INVALID },
    { no_application, ERROR_BEARER_INVALID }, { other_issuer, ERROR_BEARER_INVALID },
    { too_early, ERROR_BEARER_INVALID },      { expired, ERROR_BEARER_EXPIRED },
    { user_gone, ERROR_BEARER_INVALID },      { user_disabled, ERROR_BEARER_INVALID },
    { not_openid, ERROR_BEARER_SCOPE },
};

enum { REASONS = sizeof reasons / sizeof reasons[0] };

static void test_every_pair_of_reasons(void **state)
{
    (void)state;
    for (size_t i = 0; i < REASONS; i++)
        for (size_t k = i; k < REASONS; k++) {
            struct world w;
            make(&w);
            reasons[i].spoil(&w);
            reasons[k].spoil(&w);
            assert_int_equal(userinfo_decide(&w.facts, &w.scope), reasons[i].refusal);
        }
}

static void test_scopes(void **state)
{
    static const struct {
        const char *scp;
        bool profile, email;
    } cases[] = { { "openid", false, false },
                  { "openid profile", true, false },
                  { "email User.Read openid", false, true },
                  { "openid profile email", true, true } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world w;
        make(&w);
        w.token.scp = slice_of(cases[i].scp);
        assert_int_equal(userinfo_decide(&w.facts, &w.scope), ERROR_NONE);
        assert_true(w.scope.openid);
        assert_int_equal(w.scope.profile, cases[i].profile);
        assert_int_equal(w.scope.email, cases[i].email);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_pair_of_reasons), cmocka_unit_test(test_scopes) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
