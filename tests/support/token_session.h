/* SPDX-License-Identifier: Apache-2.0 */
/* token_session.h: a client with a cache, its server of recorded answers, and a clock to move. Included by one file each, after
 * cmocka. */
#ifndef DOORCODE_TESTS_TOKEN_SESSION_H
#define DOORCODE_TESTS_TOKEN_SESSION_H

#include "cache.h"
#include "client_internal.h"
#include "support/cache_places.h"
#include "support/client_bodies.h"

#define ACCOUNT_ID "oid-1.tid-1" /* of the client_info {"uid":"oid-1","utid":"tid-1"} */
#define CLIENT_INFO "eyJ1aWQiOiJvaWQtMSIsInV0aWQiOiJ0aWQtMSJ9"
#define INITIATED                                                            \
    {                                                                        \
        .status = "200 OK", .body = "{\"continuation_token\":\"secret-c1\"}" \
    }
#define CHALLENGED                                                                                                  \
    {                                                                                                               \
        .status = "200 OK",                                                                                         \
        .body = "{\"continuation_token\":\"secret-c2\",\"challenge_type\":\"oob\",\"challenge_channel\":"           \
                "\"email\",\"challenge_target_label\":\"s*m@e*g\",\"code_length\":8,\"binding_method\":\"prompt\"}" \
    }
#define TOKENS_FOR(n, scope, seconds)                                                                            \
    {                                                                                                            \
        .status = "200 OK", .body = "{\"token_type\":\"Bearer\",\"scope\":\"" scope "\",\"expires_in\":" seconds \
                                    ",\"access_token\":\"access-" n "\",\"refresh_token\":\"refresh-" n          \
                                    "\",\"id_token\":\"@ID_TOKEN@\",\"client_info\":\"" CLIENT_INFO "\"}"        \
    }
#define TOKENS_OF(n) TOKENS_FOR(n, "openid profile", "3600")
#define SHORT_TOKENS(n) TOKENS_FOR(n, "openid profile", "200")
#define REFUSED                                                                                       \
    {                                                                                                 \
        .status = "400 Bad Request", .body = "{\"error\":\"invalid_grant\",\"error_codes\":[700082]}" \
    }

static struct doorcode_cache *cache;

/* ---- a clock to move ---- */

static int64_t ahead;

static inline int64_t moved_us(void *ctx)
{
    (void)ctx;
    return clock_now_us(&clock_system) + ahead * 1000000;
}

static inline void token_begin_with(struct session *session, const struct answer *answers, size_t count,
                                    struct doorcode_options *options)
{
    options->cache = cache;
    session_options(session, answers, count, options);
    ahead = 0;
    session->client->clock = (struct clock){ .now_us = moved_us };
}

static inline void token_begin(struct session *session, const struct answer *answers, size_t count)
{
    struct doorcode_options options;
    doorcode_options_init(&options);
    assert_null(doorcode_cache_memory(&cache));
    token_begin_with(session, answers, count, &options);
}

static inline void token_end(struct session *session, size_t requests)
{
    session_end(session, NULL, requests);
    doorcode_cache_free(cache);
}

static inline void token_sign_in(struct session *session)
{
    assert_int_equal(doorcode_signin_start(session->client, "Sam", &session->flow), DOORCODE_CODE_REQUIRED);
    assert_int_equal(doorcode_flow_submit_code(session->flow, "12345678"), DOORCODE_COMPLETED);
}

static inline enum doorcode_state get(struct session *session, const char *user, const char *scopes, int force)
{
    doorcode_flow_free(session->flow);
    return doorcode_token_get(session->client, user, scopes, force, &session->flow);
}

static inline void expect_token(struct session *session, const char *user, const char *scopes, const char *token)
{
    if (get(session, user, scopes, 0) != DOORCODE_COMPLETED)
        fail_msg("%s", doorcode_flow_error(session->flow)->message);
    assert_string_equal(doorcode_flow_tokens(session->flow)->access_token, token);
    assert_null(doorcode_flow_error(session->flow));
    assert_string_equal(doorcode_flow_account(session->flow)->id, ACCOUNT_ID);
}

static inline void expect_failure(struct session *session, const char *user, int force, enum doorcode_error_kind kind)
{
    assert_int_equal(get(session, user, NULL, force), DOORCODE_FAILED);
    if (session_error(session) != (int)kind)
        fail_msg("%s", doorcode_flow_error(session->flow)->message);
    assert_null(doorcode_flow_tokens(session->flow));
    assert_null(doorcode_flow_account(session->flow));
}

static inline bool has_refresh_token(void)
{
    struct doorcode_accounts *accounts;
    assert_null(doorcode_accounts_read(cache, NULL, &accounts));
    assert_int_equal(doorcode_accounts_count(accounts), 1);
    bool has = doorcode_accounts_at(accounts, 0)->has_refresh_token != 0;
    doorcode_accounts_free(accounts);
    return has;
}

#endif
