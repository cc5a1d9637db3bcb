/* SPDX-License-Identifier: Apache-2.0 */
#include "support/entra_flow.h"

#include "doorcode/account.h"
#include "doorcode/verify.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const struct entra_place entra_places[ENTRA_WAITS] = {
#define WAIT(name, stays, calls, answers, again, after_again) \
    { #name, DOORCODE_##stays, calls, answers, again, after_again },
#include "entra/waits.def"
};

struct doorcode_client *entra_client(const struct entra_player *player, const struct doorcode_options *options)
{
    struct doorcode_options all;
    struct doorcode_client *client;
    char authority[128];
    doorcode_options_init(&all);
    if (options != NULL)
        all = *options;
    snprintf(authority, sizeof authority, "%s/petstore", player->origin);
    all.authority = authority;
    all.client_id = "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31";
    if (doorcode_client_new(&all, &client) != NULL)
        abort();
    return client;
}

/* ---- calls ---- */

static enum doorcode_state start(const struct doorcode_client *client, const char *call, struct doorcode_flow **flow)
{
    static const char user[] = "sam@example.org";
    if (strcmp(call, "signin") == 0)
        return doorcode_signin_start(client, user, flow);
    if (strcmp(call, "signup") == 0)
        return doorcode_signup_start(client, user, NULL, NULL, 0, flow);
    if (strcmp(call, "reset") == 0)
        return doorcode_reset_start(client, user, flow);
    if (strcmp(call, "get") == 0)
        return doorcode_token_get(client, NULL, NULL, 1, flow);
    if (strcmp(call, "keys") == 0)
        return doorcode_keys_start(client, flow);
    return doorcode_token_refresh(client, "1.AXYA", NULL, flow);
}

static enum doorcode_state give_code(struct doorcode_flow *flow)
{
    return doorcode_flow_submit_code(flow, "12345678");
}

static enum doorcode_state give_password(struct doorcode_flow *flow)
{
    return doorcode_flow_submit_password(flow, "Blue-Kettle-42");
}

static enum doorcode_state give_attributes(struct doorcode_flow *flow)
{
    static const struct doorcode_value city = { "city", "Oslo" };
    return doorcode_flow_submit_attributes(flow, &city, 1);
}

static enum doorcode_state choose(struct doorcode_flow *flow)
{
    return doorcode_flow_choose_method(flow, "6f3c0a54-91d4-4a0c-b7ce-30f1e5f2a601");
}

static enum doorcode_state choose_other(struct doorcode_flow *flow)
{
    return doorcode_flow_choose_method(flow, "e1b7d8f0-2f43-4d7e-8b69-0c1f7a2d5502");
}

static enum doorcode_state register_email(struct doorcode_flow *flow)
{
    return doorcode_flow_register_method(flow, "email", "sam@example.org");
}

static enum doorcode_state step(struct doorcode_flow *flow, const char *call)
{
    static const struct {
        const char *word;
        enum doorcode_state (*call)(struct doorcode_flow *flow);
    } steps[] = {
        { "code", give_code },
        { "resend", doorcode_flow_resend_code },
        { "password", give_password },
        { "attributes", give_attributes },
        { "list", doorcode_flow_list_methods },
        { "choose", choose },
        { "other", choose_other },
        { "register", register_email },
        { "poll", doorcode_reset_poll },
        { "tokens", doorcode_flow_signin },
    };
    for (size_t i = 0; i < COUNT(steps); i++) {
        if (strcmp(call, steps[i].word) == 0)
            return steps[i].call(flow);
    }
    abort();
}

/* In an event loop of our own; nothing to do in the blocking form. */
static enum doorcode_state finish(struct doorcode_flow *flow, enum doorcode_state state)
{
    while (state == DOORCODE_WORKING) {
        struct pollfd waits[DOORCODE_FLOW_WAITS];
        int timeout_ms;
        size_t n = doorcode_flow_waits(flow, waits, DOORCODE_FLOW_WAITS, &timeout_ms);
        if (n == 0 && timeout_ms < 0)
            abort(); /* it would wait for ever */
        poll(waits, n, timeout_ms);
        state = doorcode_flow_step(flow);
    }
    return state;
}

enum doorcode_state entra_lead(const struct doorcode_client *client, const char *calls, struct doorcode_flow **flow)
{
    char copy[128];
    char *rest = NULL;
    enum doorcode_state state = DOORCODE_FAILED;
    snprintf(copy, sizeof copy, "%s", calls);
    for (char *call = strtok_r(copy, " ", &rest); call != NULL; call = strtok_r(NULL, " ", &rest)) {
        state = *flow == NULL ? start(client, call, flow) : step(*flow, call);
        state = finish(*flow, state);
    }
    return state;
}

/* ---- scripts ---- */

bool entra_asks_for_trust(enum entra_wait wait)
{
    return wait >= ENTRA_METADATA;
}

struct entra_script entra_script_for(const struct entra_book *book, enum entra_wait wait,
                                     const struct entra_answer *answer)
{
    struct entra_script script = { .count = 0 };
    char copy[512];
    char *rest = NULL;
    snprintf(copy, sizeof copy, "%s", entra_places[wait].answers);
    for (char *name = strtok_r(copy, " ", &rest); name != NULL; name = strtok_r(NULL, " ", &rest))
        script.posts[script.count++] = entra_book_find(book, name);
    if (wait == ENTRA_METADATA || wait == ENTRA_VERIFY_METADATA)
        script.metadata = answer;
    else if (wait == ENTRA_KEYS || wait == ENTRA_VERIFY_KEYS)
        script.keys = answer;
    else if (wait == ENTRA_KEYS_AGAIN)
        script.keys_again = answer;
    else
        script.posts[script.count++] = answer;
    if (wait == ENTRA_KEYS_AGAIN)
        script.keys = entra_book_find(book, "keys/of_others");
    return script;
}
