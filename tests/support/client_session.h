/* SPDX-License-Identifier: Apache-2.0 */
/* client_session.h: a client, a flow and the server of recorded answers they speak to. For client tests; included by
 * one file each. */
#ifndef DOORCODE_TESTS_CLIENT_SESSION_H
#define DOORCODE_TESTS_CLIENT_SESSION_H

#include "support/client_loop.h"
#include "support/tenant.h"

#include <stdbool.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SESSION_CLIENT "client_id=1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31"

struct session {
    struct answer_server server;
    struct doorcode_client *client;
    struct doorcode_flow *flow;
};

/* A request as it has to be: its path below the authority, its body after the client id. */
struct request {
    const char *path;
    const char *body;
};

/* Authority and client id are filled in. */
static inline void session_with(struct session *session, const struct answer *answers, size_t count,
                                struct answer_facts facts, const struct doorcode_options *more)
{
    struct doorcode_options options = *more;
    char authority[128];
    answer_server_start_with(&session->server, answers, count, facts);
    snprintf(authority, sizeof authority, "%s/petstore", session->server.origin);
    options.authority = authority;
    options.client_id = "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31";
    options.nonblocking |= client_in_loop;
    assert_null(doorcode_client_new(&options, &session->client));
    session->flow = NULL;
}

static inline void session_options(struct session *session, const struct answer *answers, size_t count,
                                   const struct doorcode_options *more)
{
    session_with(session, answers, count, tenant_of_tests(), more);
}

static inline void session_begin(struct session *session, const struct answer *answers, size_t count)
{
    struct doorcode_options options;
    doorcode_options_init(&options);
    session_options(session, answers, count, &options);
}

/* The kind of the flow's error; -1: none. */
static inline int session_error(const struct session *session)
{
    const struct doorcode_error *error = doorcode_flow_error(session->flow);
    return error != NULL ? (int)error->kind : -1;
}

/* All requests came, and no others; NULL looks at their number only. */
static inline void session_end(struct session *session, const struct request *requests, size_t count)
{
    char head[128];
    char body[1024];
    for (size_t i = 0; requests != NULL && i < count; i++) {
        const char *came = session->server.requests[i];
        snprintf(head, sizeof head, "POST /petstore/%s HTTP/1.1\r\n", requests[i].path);
        snprintf(body, sizeof body, "\r\n\r\n" SESSION_CLIENT "%s", requests[i].body);
        bool same =
            came != NULL && strncmp(came, head, strlen(head)) == 0 && strcmp(strstr(came, "\r\n\r\n"), body) == 0;
        if (!same)
            fail_msg("request %zu was %s\nand not %s%s", i, came != NULL ? came : "never made", head, body);
    }
    doorcode_flow_free(session->flow);
    doorcode_client_free(session->client);
    assert_int_equal(answer_server_stop(&session->server), count);
}

#endif
