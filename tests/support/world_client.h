/* SPDX-License-Identifier: Apache-2.0 */
/* world_client.h: a person with an app that is built on the client library, in front of a whole server. Included after
 * cmocka.h. */
#ifndef DOORCODE_TESTS_WORLD_CLIENT_H
#define DOORCODE_TESTS_WORLD_CLIENT_H

#include "client_internal.h"
#include "support/client_loop.h"
#include "support/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct person {
    struct world world;
    struct doorcode_client *client;
    struct doorcode_flow *flow;
    uint64_t mail; /* the newest one that was read */
    char code[16];
};

/* The last step led to this state without an error. */
#define expect(p, state) person_check(p, DOORCODE_##state, -1, __FILE__, __LINE__)
/* The last step was refused for this reason; the flow is in this state. */
#define refused(p, state, kind) person_check(p, DOORCODE_##state, DOORCODE_ERROR_##kind, __FILE__, __LINE__)

static inline void person_check(const struct person *p, enum doorcode_state state, int kind, const char *file, int line)
{
    const struct doorcode_error *error = doorcode_flow_error(p->flow);
    int got = error != NULL ? (int)error->kind : -1;

    if (doorcode_flow_state(p->flow) != state || got != kind)
        fail_msg("%s:%d: state %d and not %d; error %s: %s", file, line, (int)doorcode_flow_state(p->flow), (int)state,
                 error != NULL ? doorcode_error_name(error->kind) : "none", error != NULL ? error->description : "");
}

static inline void ends(struct person *p)
{
    doorcode_flow_free(p->flow);
    p->flow = NULL;
}

static inline int64_t person_clock(void *world)
{
    return world_now_us(world);
}

static inline void takes(struct person *p, const char *tenant, const char *app, int no_password)
{
    struct doorcode_options options;
    char authority[128];

    ends(p);
    doorcode_client_free(p->client);
    snprintf(authority, sizeof authority, "http://127.0.0.1:%u/%s", (unsigned)p->world.port, tenant);
    doorcode_options_init(&options);
    options.authority = authority;
    options.client_id = app;
    options.no_password = no_password;
    options.proxy = "";
    options.nonblocking = client_in_loop;
    assert_null(doorcode_client_new(&options, &p->client));
    p->client->clock = (struct clock){ person_clock, &p->world }; /* one time for both */
}

static inline void takes_app(struct person *p, const char *app)
{
    takes(p, "petstore", app, 0);
}

static inline int person_born(void **state)
{
    struct person *p = calloc(1, sizeof *p);

    assert_non_null(p);
    world_open(&p->world, &(struct world_options){ .seed = 23, .own_origin = true });
    takes_app(p, WORLD_APP_PASSWORD);
    *state = p;
    return 0;
}

static inline int person_gone(void **state)
{
    struct person *p = *state;

    ends(p);
    doorcode_client_free(p->client);
    world_close(&p->world);
    free(p);
    return 0;
}

static inline void signs_in(struct person *p, const char *username)
{
    ends(p);
    doorcode_signin_start(p->client, username, &p->flow);
}

static inline void signs_up(struct person *p, const char *username, const char *password)
{
    ends(p);
    doorcode_signup_start(p->client, username, password, NULL, 0, &p->flow);
}

static inline void resets(struct person *p, const char *username)
{
    ends(p);
    doorcode_reset_start(p->client, username, &p->flow);
}

/* The flow goes on later, or is freed. */
static inline struct doorcode_flow *lays_aside(struct person *p)
{
    struct doorcode_flow *flow = p->flow;

    p->flow = NULL;
    return flow;
}

/* With a flow that was laid aside, COMPLETED. */
static inline void renews(struct person *p, const struct doorcode_flow *former)
{
    ends(p);
    doorcode_token_refresh(p->client, doorcode_flow_tokens(former)->refresh_token, NULL, &p->flow);
}

/* Waits for the next code to the address or number, and keeps it. */
static inline void reads(struct person *p, const char *address)
{
    if (!world_code(&p->world, address, p->mail, p->code, &p->mail))
        fail_msg("no code came to %s", address);
}

static inline void types_code(struct person *p)
{
    doorcode_flow_submit_code(p->flow, p->code);
}

static inline void types_wrong_code(struct person *p)
{
    char wrong[16];

    memcpy(wrong, p->code, sizeof wrong);
    wrong[0] = (char)('0' + (wrong[0] - '0' + 1) % 10);
    doorcode_flow_submit_code(p->flow, wrong);
    refused(p, CODE_REQUIRED, INVALID_CODE);
}

static inline void types_password(struct person *p, const char *password)
{
    doorcode_flow_submit_password(p->flow, password);
}

static inline const struct doorcode_method *sees_method(const struct person *p, const char *channel)
{
    size_t count;
    const struct doorcode_method *methods = doorcode_flow_methods(p->flow, &count);

    for (size_t i = 0; i < count; i++)
        if (strcmp(methods[i].channel, channel) == 0)
            return &methods[i];
    fail_msg("no method for %s", channel);
    return NULL;
}

static inline void chooses(struct person *p, const char *channel)
{
    doorcode_flow_choose_method(p->flow, sees_method(p, channel)->id);
}

/* NULL takes the contact that is proposed. */
static inline void registers(struct person *p, const char *channel, const char *contact)
{
    doorcode_flow_register_method(p->flow, sees_method(p, channel)->id, contact);
}

/* The flow is over, and its tokens are those of this user. */
static inline void is_in(const struct person *p, const char *username)
{
    int64_t expires;

    expect(p, COMPLETED);
    const struct doorcode_tokens *tokens = doorcode_flow_tokens(p->flow);
    struct doorcode_claims *claims = doorcode_claims_decode(tokens->id_token);
    assert_non_null(claims);
    assert_string_equal(doorcode_claims_text(claims, "preferred_username"), username);
    assert_non_null(doorcode_claims_text(claims, "oid"));
    assert_int_equal(doorcode_claims_number(claims, "exp", &expires), 1);
    doorcode_claims_free(claims);
    assert_true(strlen(tokens->access_token) > 0 && strlen(tokens->refresh_token) > 0);
    assert_true(strlen(tokens->client_info) > 0);
    assert_true(tokens->expires_in > 0);
    assert_string_equal(tokens->scope, "openid profile offline_access");
}

#endif
