/* SPDX-License-Identifier: Apache-2.0 */
/* Renewals whose answer is lost, at a server that takes a spent refresh token for stolen (strictRefreshTokens): what such a flow
 * costs that was given up, or whose process has ended (doorcode/account.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/world_client.h"

#define TOM "tom@example.org"

enum { ACCESS_LIFE = 5400 }; /* seconds: no access token lives as long (spec OIDC, 4.5) */

static struct doorcode_cache *cache;

static void asks(struct person *p)
{
    ends(p);
    doorcode_token_get(p->client, NULL, NULL, 0, &p->flow);
}

/* Tom is signed in, his refresh token is spent, and nobody has seen what it gave. */
static void loses_a_renewal(struct person *p)
{
    struct doorcode_flow *lost;

    takes(p, "kennel", WORLD_OTHER_PASSWORD, 0);
    assert_null(doorcode_cache_memory(&cache));
    p->client->cache = cache;
    signs_in(p, TOM);
    types_password(p, WORLD_PASSWORD);
    is_in(p, TOM);
    struct doorcode_flow *first = lays_aside(p);
    world_advance(&p->world, ACCESS_LIFE);
    p->client->cache = NULL;
    assert_int_equal(doorcode_token_refresh(p->client, doorcode_flow_tokens(first)->refresh_token, NULL, &lost),
                     DOORCODE_COMPLETED);
    p->client->cache = cache;
    doorcode_flow_free(lost);
    doorcode_flow_free(first);
}

static int gone(void **state)
{
    struct person *p = *state;

    ends(p);
    doorcode_cache_free(cache);
    return person_gone(state);
}

/* Within the grace the server takes it for what it is. */
static void asked_again_at_once(void **state)
{
    struct person *p = *state;

    loses_a_renewal(p);
    asks(p);
    expect(p, COMPLETED);
    world_advance(&p->world, ACCESS_LIFE);
    asks(p); /* the family lives on */
    expect(p, COMPLETED);
}

/* Later it costs a sign-in, and nothing else: the account stays, and no token is sent a third time. */
static void asked_again_later(void **state)
{
    struct person *p = *state;
    struct doorcode_accounts *accounts;

    loses_a_renewal(p);
    world_advance(&p->world, policy_default.repeat_seconds + 1);
    asks(p);
    refused(p, FAILED, SIGNIN_REQUIRED);
    assert_int_equal(doorcode_flow_error(p->flow)->http_status, 400);
    asks(p);
    refused(p, FAILED, SIGNIN_REQUIRED);
    assert_int_equal(doorcode_flow_error(p->flow)->http_status, 0);
    assert_null(doorcode_accounts_read(cache, NULL, &accounts));
    assert_int_equal(doorcode_accounts_count(accounts), 1);
    assert_false(doorcode_accounts_at(accounts, 0)->has_refresh_token);
    doorcode_accounts_free(accounts);
    signs_in(p, TOM);
    types_password(p, WORLD_PASSWORD);
    is_in(p, TOM);
    world_advance(&p->world, ACCESS_LIFE);
    asks(p);
    expect(p, COMPLETED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(asked_again_at_once, person_born, gone),
        cmocka_unit_test_setup_teardown(asked_again_later, person_born, gone),
    };
    return client_run_both("server and client: lost renewals", tests);
}
