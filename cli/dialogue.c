/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "account.h"
#include "base/secret.h"
#include "base/terminal.h"
#include "dialogue_parts.h"
#include "keep.h"
#include "network.h"
#include "report.h"
#include "web.h"

#include <time.h>
#include <unistd.h>

enum { RESET_PATIENCE = 300 }; /* seconds that a new password may take, as the SDKs wait (spec V1, 4.11) */

void dialogue_end(struct dialogue *dialogue, const char *message, const char *advice)
{
    dialogue->ended = true;
    dialogue->problem = (struct doorcode_error){
        .kind = DOORCODE_ERROR_USAGE,
        .message = message,
        .advice = advice,
        .description = "",
        .error = "",
        .suberror = "",
        .trace_id = "",
        .timestamp = "",
        .correlation_id = "",
    };
}

enum doorcode_state dialogue_wait(struct dialogue *dialogue)
{
    return network_wait(dialogue->line, dialogue->flow);
}

void dialogue_end_if_refused(struct dialogue *dialogue)
{
    dialogue_wait(dialogue);
    dialogue->ended = dialogue->ended || doorcode_flow_error(dialogue->flow) != NULL;
}

/* At the server's pace, a second at a time. */
static void pause_polling(struct dialogue *dialogue, const char *what)
{
    static const struct timespec second = { .tv_sec = 1 };
    int seconds = doorcode_flow_poll_interval(dialogue->flow);
    if (dialogue->waited == 0)
        progress_begin(&dialogue->waiting, dialogue->line->errors, what);
    dialogue->waited += seconds;
    for (; seconds > 0; seconds--) {
        nanosleep(&second, NULL);
        progress_look(&dialogue->waiting);
    }
}

/* Asks at once, then at the server's pace. */
static void wait_for_reset(struct dialogue *dialogue)
{
    doorcode_reset_poll(dialogue->flow);
    bool pending = dialogue_wait(dialogue) == DOORCODE_RESET_PENDING;
    if (pending && dialogue->waited < RESET_PATIENCE) {
        pause_polling(dialogue, "Waiting for the new password to be kept");
        return;
    }
    progress_end(&dialogue->waiting);
    if (pending)
        dialogue_end(dialogue, "The server has not kept the new password yet.",
                     "Try to sign in with it in some minutes.");
}

/* ---- on another device ---- */

/* What a longer wait may get over. */
static bool may_pass(const struct doorcode_error *error)
{
    return error == NULL || error->kind == DOORCODE_ERROR_UNREACHABLE || error->kind == DOORCODE_ERROR_TIMEOUT ||
           error->kind == DOORCODE_ERROR_THROTTLED || error->kind == DOORCODE_ERROR_SERVER;
}

/* The library ends it when the code is too old. */
static void wait_for_device(struct dialogue *dialogue)
{
    const struct doorcode_device *device = doorcode_flow_device(dialogue->flow);
    if (!dialogue->is_elsewhere)
        fprintf(dialogue->line->errors,
                "Open this address in a browser, on any device, and type the code there:\n\n  %s\n  %s\n\n",
                device->verification_uri, device->user_code);
    dialogue->is_elsewhere = true;
    pause_polling(dialogue, "Waiting for the sign-in there");
    doorcode_device_poll(dialogue->flow);
    enum doorcode_state state = dialogue_wait(dialogue);
    dialogue->ended = state == DOORCODE_DEVICE_PENDING && !may_pass(doorcode_flow_error(dialogue->flow));
    if (dialogue->ended || state != DOORCODE_DEVICE_PENDING)
        progress_end(&dialogue->waiting);
}

static void go_on_to_signin(struct dialogue *dialogue)
{
    const struct command_line *line = dialogue->line;
    const struct dialogue_plan *plan = dialogue->plan;
    if (!plan->is_signin && command_flag(line, "no-signin")) {
        dialogue->ended = dialogue->is_done = true;
        return;
    }
    if (!plan->is_signin && !dialogue->is_done && !command_flag(line, "json"))
        fprintf(line->out, "%s %s.\n", plan->done_text, line->arguments[0]);
    dialogue->is_done = true;
    doorcode_flow_signin(dialogue->flow);
    if (dialogue_wait(dialogue) == DOORCODE_SIGNIN_READY)
        dialogue_end_if_refused(dialogue);
}

/* NULL for the states that end a flow. */
static void (*const steps[])(struct dialogue *dialogue) = {
    [DOORCODE_CODE_REQUIRED] = dialogue_code,
    [DOORCODE_PASSWORD_REQUIRED] = dialogue_password,
    [DOORCODE_ATTRIBUTES_REQUIRED] = dialogue_attributes,
    [DOORCODE_MFA_REQUIRED] = dialogue_mfa,
    [DOORCODE_REGISTRATION_REQUIRED] = dialogue_registration,
    [DOORCODE_RESET_PENDING] = wait_for_reset,
    [DOORCODE_SIGNIN_READY] = go_on_to_signin,
    [DOORCODE_DEVICE_PENDING] = wait_for_device,
    [DOORCODE_WORKING] = NULL, /* which dialogue_wait has seen the end of */
};

static void talk(struct dialogue *dialogue)
{
    enum doorcode_state state = dialogue_wait(dialogue);
    while (steps[state] != NULL && !dialogue->ended) {
        dialogue->told = dialogue->told && state == DOORCODE_CODE_REQUIRED;
        dialogue->asked = false;
        steps[state](dialogue);
        state = dialogue_wait(dialogue);
        const struct doorcode_error *error = doorcode_flow_error(dialogue->flow);
        if (dialogue->ended)
            break;
        dialogue->refused = dialogue->asked && steps[state] != NULL && error != NULL;
        if (dialogue->refused)
            report_error(dialogue->line, error);
    }
}

static int tell_done(const struct command_line *line, const struct dialogue_plan *plan)
{
    if (command_flag(line, "json"))
        return report_json(line, json_pack("{s:s, s:s}", "state", plan->done_word, "username", line->arguments[0]));
    fprintf(line->out, "%s %s.\n", plan->done_text, line->arguments[0]);
    return COMMAND_OK;
}

/* A script is not kept waiting for somebody who may not be there. */
static bool may_browse(const struct dialogue *dialogue)
{
    const struct command_line *line = dialogue->line;
    return dialogue->has_person || command_flag(line, "browser") || command_flag(line, "no-browser");
}

static int go_on_in_browser(const struct dialogue *dialogue, const struct doorcode_client *client)
{
    const char *reason = doorcode_flow_redirect_reason(dialogue->flow);
    if (!may_browse(dialogue))
        return report_browser(dialogue->line, reason);
    fprintf(dialogue->line->errors, "This has to go on in a browser%s%s.\n", reason[0] != '\0' ? ": " : "", reason);
    return web_signin(dialogue->line, client, dialogue->cache, dialogue->plan->prompt);
}

static int finish(const struct dialogue *dialogue, const struct doorcode_client *client)
{
    const struct command_line *line = dialogue->line;
    const struct doorcode_error *error = doorcode_flow_error(dialogue->flow);
    enum doorcode_state state = doorcode_flow_state(dialogue->flow);
    if (dialogue->status != COMMAND_OK)
        return dialogue->status;
    if (state == DOORCODE_COMPLETED && dialogue->is_elsewhere)
        return web_keep(line, client, dialogue->cache, doorcode_flow_tokens(dialogue->flow));
    if (state == DOORCODE_COMPLETED)
        return keep_tokens(line, client, dialogue->cache, doorcode_flow_tokens(dialogue->flow));
    if (state == DOORCODE_WEB_FALLBACK)
        return go_on_in_browser(dialogue, client);
    if (state == DOORCODE_SIGNIN_READY && error == NULL)
        return tell_done(line, dialogue->plan);
    bool is_told = dialogue->refused && dialogue->ended && !report_wants_json(line);
    return report_failure(line, error != NULL && !is_told ? error : &dialogue->problem);
}

static const struct doorcode_error *make_client(const struct command_line *line, const struct dialogue_plan *plan,
                                                struct doorcode_client **client)
{
    struct doorcode_options options;
    doorcode_options_init(&options);
    options.authority = command_value(line, "authority");
    options.client_id = command_value(line, "client-id");
    options.scopes = command_value(line, "scope");
    options.ca_file = command_value(line, "ca-file");
    options.allow_http = command_flag(line, "allow-http");
    options.nonblocking = 1; /* dialogue_wait */
    options.no_password = plan->is_signin && command_flag(line, "no-password");
    doorcode_wipe_curl(); /* no thread and no other use of libcurl before */
    return doorcode_client_new(&options, client);
}

static int run_with(struct dialogue *dialogue, const struct doorcode_client *client)
{
    const struct command_line *line = dialogue->line;
    if (!account_cache_is_usable(line, dialogue->cache)) /* before a code is sent or spent */
        return COMMAND_FAILED;
    if (command_flag(line, "browser"))
        return web_signin(line, client, dialogue->cache, dialogue->plan->prompt);
    dialogue->plan->start(line, client, &dialogue->flow);
    talk(dialogue);
    return finish(dialogue, client);
}

int dialogue_run(const struct command_line *line, const struct dialogue_plan *plan)
{
    struct dialogue dialogue = { .line = line, .plan = plan, .has_person = isatty(STDIN_FILENO) == 1 };
    struct doorcode_client *client;
    if (command_flag(line, "password-stdin") && !dialogue_take_password(&dialogue))
        return COMMAND_FAILED;
    dialogue.cache = account_cache(line);
    if (dialogue.cache == NULL)
        return COMMAND_FAILED;
    const struct doorcode_error *error = make_client(line, plan, &client);
    int status = error != NULL ? report_failure(line, error) : run_with(&dialogue, client);
    json_decref(dialogue.answers);
    doorcode_flow_free(dialogue.flow);
    doorcode_client_free(client);
    doorcode_cache_free(dialogue.cache);
    if (dialogue.codes != NULL && dialogue.codes != stdin)
        fclose(dialogue.codes);
    wipe(dialogue.password, sizeof(dialogue.password));
    return status;
}
