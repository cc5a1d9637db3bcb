/* SPDX-License-Identifier: Apache-2.0 */
/* Web sign-ins of a client with a cache: kept, after a wait for its turn, or told that they could not be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cache.h"
#include "support/cache_places.h"
#include "support/web_visit.h"

/* With the client_info {"uid":"oid-1","utid":"tid-1"}. */
#define WEB_TOKENS                                                                                \
    "{\"token_type\":\"Bearer\",\"scope\":\"openid profile offline_access\",\"expires_in\":4199," \
    "\"access_token\":\"a.b.c\",\"refresh_token\":\"1.r\",\"id_token\":\"@ID_TOKEN@\",\"client_"  \
    "info\":\"eyJ1aWQiOiJvaWQtMSIsInV0aWQiOiJ0aWQtMSJ9\"}"

static const struct answer answers[] = { YES(WEB_TOKENS) };

/* The browser comes back. */
static void visit(struct web_session *s, struct doorcode_cache *cache)
{
    web_begin(s, answers, 1, NULL);
    s->base.client->cache = cache;
    assert_int_equal(web_visit(s->web, "/?code=1.c&state={state}", NULL), 200);
}

static void a_web_sign_in_is_kept(void **state)
{
    struct doorcode_cache *cache;
    struct doorcode_flow *flow;
    struct web_session s;
    (void)state;
    assert_null(doorcode_cache_memory(&cache));
    visit(&s, cache);
    assert_int_equal(web_finish(s.web), DOORCODE_WEB_COMPLETED);
    const struct doorcode_account *account = doorcode_web_account(s.web);
    assert_string_equal(account->id, "oid-1.tid-1");
    assert_string_equal(account->username, "sam@example.org");
    assert_true(account->has_refresh_token);
    assert_null(doorcode_web_error(s.web));
    assert_int_equal(doorcode_token_get(s.base.client, "sam@example.org", NULL, 0, &flow), DOORCODE_COMPLETED);
    assert_string_equal(doorcode_flow_tokens(flow)->access_token, "a.b.c");
    doorcode_flow_free(flow);
    web_end(&s, 1);
    doorcode_cache_free(cache);
}

static void its_turn_is_waited_for(void **state)
{
    struct doorcode_cache *cache;
    struct cache_fault fault;
    struct web_session s;
    struct pollfd waits[DOORCODE_WEB_WAITS];
    size_t n;
    int timeout_ms;
    (void)state;
    assert_null(doorcode_cache_memory(&cache));
    assert_int_equal(cache_try(cache, &fault), CACHE_TAKEN);
    visit(&s, cache);
    do { /* until it waits for nothing else */
        assert_int_equal(doorcode_web_step(s.web), DOORCODE_WEB_FINISHING);
        n = doorcode_web_waits(s.web, waits, DOORCODE_WEB_WAITS, &timeout_ms);
        poll(waits, n, timeout_ms);
    } while (s.base.server.served == 0 || n > 0);
    assert_in_range(timeout_ms, 1, 100);
    assert_null(doorcode_web_account(s.web));
    cache_give(cache);
    assert_int_equal(web_finish(s.web), DOORCODE_WEB_COMPLETED);
    assert_int_equal(places_count(cache), 1);
    web_end(&s, 1);
    doorcode_cache_free(cache);
}

static void what_cannot_be_kept_is_given_all_the_same(void **state)
{
    struct doorcode_cache *cache;
    struct web_session s;
    (void)state;
    assert_null(doorcode_cache_file("/nowhere/tokens", &cache));
    visit(&s, cache);
    assert_int_equal(web_finish(s.web), DOORCODE_WEB_COMPLETED);
    assert_string_equal(doorcode_web_tokens(s.web)->access_token, "a.b.c");
    assert_null(doorcode_web_account(s.web));
    assert_int_equal(doorcode_web_error(s.web)->kind, DOORCODE_ERROR_CACHE);
    assert_string_equal(doorcode_web_error(s.web)->description,
                        "/nowhere/tokens cannot be locked: No such file or directory");
    web_end(&s, 1);
    doorcode_cache_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_web_sign_in_is_kept),
        cmocka_unit_test(its_turn_is_waited_for),
        cmocka_unit_test(what_cannot_be_kept_is_given_all_the_same),
    };
    return cmocka_run_group_tests_name("client: web sign-ins that are kept", tests, NULL, NULL);
}
