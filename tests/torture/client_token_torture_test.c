/* SPDX-License-Identifier: Apache-2.0 */
/* A renewal when the n-th allocation fails: the flow ends, the cache is given back, and tokens that came are not lost without a
 * word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/token_session.h"

/* ---- this thread's allocations: --wrap leads them here ---- */

static _Thread_local bool failing;
static _Thread_local long taken, fail_at;
static _Thread_local bool lasting;

static bool fails(void)
{
    if (!failing)
        return false;
    taken++;
    return taken == fail_at || (lasting && taken > fail_at);
}

void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : __real_malloc(n);
}

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

/* ---- what is looked at ---- */

/* What the cache has of the account. */
static bool has_token(const char *access_token)
{
    struct doorcode_accounts *accounts;
    assert_null(doorcode_accounts_read(cache, NULL, &accounts));
    assert_int_equal(doorcode_accounts_count(accounts), 1);
    assert_true(doorcode_accounts_at(accounts, 0)->has_refresh_token);
    bool has = strcmp(doorcode_accounts_at(accounts, 0)->access_tokens[0].token, access_token) == 0;
    doorcode_accounts_free(accounts);
    return has;
}

static void expect_told(const struct doorcode_flow *flow, long at)
{
    const struct doorcode_error *error = doorcode_flow_error(flow);
    if (doorcode_flow_state(flow) != DOORCODE_COMPLETED) {
        assert_non_null(error);
        assert_true(has_token("access-1"));
        return;
    }
    const char *token = doorcode_flow_tokens(flow)->access_token;
    if ((error == NULL) != has_token(token))
        fail_msg("at %ld: %s is %s", at, token, error == NULL ? "not kept" : "kept, with an error");
}

/* One renewal with trouble; whether it came to it. */
static bool renew_once(long at, bool lasts)
{
    static const struct answer answers[] = { INITIATED, CHALLENGED, SHORT_TOKENS("1"), TOKENS_OF("2") };
    struct cache_fault fault;
    struct session session;
    token_begin(&session, answers, COUNT(answers));
    token_sign_in(&session);
    doorcode_flow_free(session.flow);
    taken = 0;
    fail_at = at;
    lasting = lasts;
    failing = true;
    doorcode_token_get(session.client, NULL, NULL, 0, &session.flow);
    failing = false;
    bool came = taken >= at;
    expect_told(session.flow, at);
    assert_int_equal(cache_try(cache, &fault), CACHE_TAKEN);
    cache_give(cache);
    if (!came)
        assert_true(has_token("access-2"));
    doorcode_flow_free(session.flow);
    doorcode_client_free(session.client);
    doorcode_cache_free(cache);
    answer_server_stop(&session.server);
    return came;
}

static void each_allocation_fails(void **state)
{
    (void)state;
    for (int lasts = 0; lasts <= 1; lasts++) {
        long at = 1;
        while (renew_once(at, lasts == 1))
            at++;
        assert_in_range(at, 10, 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_allocation_fails) };
    return client_run_both("client: renewals under torture", tests);
}
