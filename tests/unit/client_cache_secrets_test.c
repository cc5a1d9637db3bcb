/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens that are kept, told, taken out, renewed and removed are left in no memory that the library or sd-bus gives back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client_internal.h"
#include "support/cache_places.h"
#include "support/client_bodies.h"
#include "support/heap_watch.h"

#include <time.h>

#define SECRET "Sesame-0pen-5esame"
#define PART "0pen" /* a part is a find, too */

static const struct doorcode_error *open_file(struct doorcode_cache **cache)
{
    return doorcode_cache_file(NULL, cache);
}

static const struct doorcode_error *open_keyring(struct doorcode_cache **cache)
{
    return doorcode_cache_secret_service("doorcode-secrets", cache);
}

/* An account that is kept, served, renewed and removed; the number of steps that were as they should be. */
static int live(struct doorcode_cache *cache, const struct doorcode_client *client,
                const struct doorcode_tokens *tokens)
{
    struct doorcode_accounts *accounts = NULL;
    struct doorcode_flow *flow;
    int good = doorcode_accounts_keep(cache, client, "kim@example.org", tokens, &accounts) == NULL;
    good += doorcode_accounts_count(accounts) == 1;
    doorcode_accounts_free(accounts);
    good += doorcode_accounts_keep(cache, client, "sam@example.org", tokens, NULL) == NULL;
    good += doorcode_token_get(client, NULL, NULL, 0, &flow) == DOORCODE_COMPLETED;
    doorcode_flow_free(flow);
    good +=
        doorcode_token_get(client, NULL, NULL, 1, &flow) == DOORCODE_COMPLETED && doorcode_flow_account(flow) != NULL;
    doorcode_flow_free(flow);
    good += doorcode_token_get(client, NULL, NULL, 1, &flow) == DOORCODE_FAILED;
    doorcode_flow_free(flow);
    good += doorcode_accounts_read(cache, NULL, &accounts) == NULL;
    doorcode_accounts_free(accounts);
    good += doorcode_accounts_remove(cache, NULL, NULL) == NULL;
    doorcode_cache_free(cache);
    return good;
}

static void expect_nothing_left(const struct doorcode_error *(*open)(struct doorcode_cache **cache))
{
    static const struct answer answers[] = {
        YES("{\"token_type\":\"Bearer\",\"scope\":\"openid\",\"expires_in\":4199,\"access_token\":\"" SECRET SECRET
                SECRET "\",\"refresh_token\":\"" SECRET "\",\"client_info\":\"" SECRET "\"}"),
        NO("{\"error\":\"invalid_grant\",\"error_codes\":[700082]}"),
    };
    struct heap_watch watch = { .secrets = { PART } };
    struct doorcode_tokens tokens = places_tokens;
    struct doorcode_cache *cache;
    struct session session;
    tokens.access_token = SECRET "." SECRET;
    tokens.refresh_token = SECRET;
    tokens.id_token = SECRET "." SECRET "." SECRET;
    tokens.received_at = (int64_t)time(NULL);
    if (!HEAP_CAN_WATCH)
        skip();
    session_begin(&session, answers, COUNT(answers));
    heap_watched = &watch;
    assert_null(open(&cache));
    session.client->cache = cache;
    int good = live(cache, session.client, &tokens);
    heap_watched = NULL;
    session_end(&session, NULL, COUNT(answers));
    assert_int_equal(good, 8);
    assert_true(watch.freed > 20);
    if (watch.leaks > 0)
        fail_msg("a token in %u of %u blocks that were freed", watch.leaks, watch.freed);
}

static void in_memory(void **state)
{
    (void)state;
    expect_nothing_left(doorcode_cache_memory);
}

static void in_a_file(void **state)
{
    (void)state;
    expect_nothing_left(open_file);
}

/* What sd-bus had of them is told to be wiped, too. */
static void in_the_keyring(void **state)
{
    (void)state;
    if (getenv("DOORCODE_TEST_KEYRING") == NULL)
        skip();
    expect_nothing_left(open_keyring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, places_make, places_remove)
        CASE(in_memory),
        CASE(in_a_file),
        CASE(in_the_keyring),
    };
    heap_leave_out_libraries();
    return cmocka_run_group_tests_name("client: secrets of a cache", tests, NULL, NULL);
}
