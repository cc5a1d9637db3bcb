/* SPDX-License-Identifier: Apache-2.0 */
#include "web.h"

#include "account.h"
#include "base/guid.h"
#include "base/terminal.h"
#include "browser.h"
#include "doorcode/web.h"
#include "keep.h"
#include "progress.h"
#include "report.h"

#include <string.h>
#include <unistd.h>

enum { ADDRESS = 8192 }; /* a typed one; terminals end lines at 4,096 */

static void tell_address(const struct command_line *line, const char *url, bool has_person)
{
    FILE *out = line->errors;
    bool opened = !command_flag(line, "no-browser") && browser_open(url);
    fprintf(out, "%s\n\n  %s\n\n",
            opened ? "The browser opens. If it does not, open this address in one:" : "Open this address in a browser:",
            url);
    if (has_person)
        fprintf(out, "Waiting for it to come back. If it cannot, because it runs on another machine, type the address "
                     "here that it ends at.\n");
    else
        fprintf(out, "Waiting for it to come back, for up to ten minutes.\n");
    fflush(out);
}

/* False at the end of the input. */
static bool type_address(const struct command_line *line, struct doorcode_web *web)
{
    char address[ADDRESS];
    enum typed typed = terminal_read_line(stdin, address, sizeof(address));
    bool fits = typed == TYPED_LINE && address[0] != '\0';
    if (fits && doorcode_web_feed(web, address) == DOORCODE_WEB_OPEN)
        fprintf(line->errors, "That is not the address that this sign-in ends at.\n");
    return typed != TYPED_END;
}

/* While the sign-in stays in this state: PREPARING or FINISHING. */
static enum doorcode_web_state wait_for_server(const struct command_line *line, struct doorcode_web *web,
                                               enum doorcode_web_state state)
{
    const enum doorcode_web_state begun = state;
    struct progress progress;
    progress_begin(&progress, line->errors, "Waiting for the server");
    while (state == begun) {
        struct pollfd waits[DOORCODE_WEB_WAITS];
        int timeout_ms;
        size_t n = doorcode_web_waits(web, waits, DOORCODE_WEB_WAITS, &timeout_ms);
        progress_poll(&progress, waits, n, timeout_ms);
        state = doorcode_web_step(web);
    }
    progress_end(&progress);
    return state;
}

/* Until the browser has come back, with one ear for the person. */
static enum doorcode_web_state wait_for_browser(const struct command_line *line, struct doorcode_web *web,
                                                bool has_person)
{
    struct pollfd waits[DOORCODE_WEB_WAITS + 1];
    enum doorcode_web_state state = DOORCODE_WEB_OPEN;
    setvbuf(stdin, NULL, _IONBF, 0); /* no copy of the code stays behind */
    while (state == DOORCODE_WEB_OPEN) {
        int timeout_ms;
        size_t n = doorcode_web_waits(web, waits, DOORCODE_WEB_WAITS, &timeout_ms);
        waits[n] = (struct pollfd){ .fd = has_person ? STDIN_FILENO : -1, .events = POLLIN };
        if (poll(waits, n + 1, timeout_ms) > 0 && waits[n].revents != 0)
            has_person = type_address(line, web);
        state = doorcode_web_step(web);
    }
    return state;
}

/* Some tenants tell a name that is made of an id: 0d9f4c1e-…@petstore.onmicrosoft.com (spec OIDC, 13.32). */
static bool is_generated(const char *name)
{
    struct slice rest;
    struct guid id;
    return guid_parse(slice_cut(slice_of(name), '@', &rest), &id);
}

static bool is_named(const struct doorcode_claims *claims, const char *claim, const char *user, bool *told)
{
    const char *name = doorcode_claims_text(claims, claim);
    *told = *told || (name != NULL && !is_generated(name));
    return name != NULL && slice_eq_nocase(slice_of(name), slice_of(user));
}

/* In a browser somebody else may sign in. An id token that names nobody is taken for the one who was meant, and so is a
 * user who is meant by another name than an address. */
static bool is_user(const char *id_token, const char *user)
{
    bool told = false;
    struct doorcode_claims *claims = doorcode_claims_decode(id_token);
    if (claims == NULL)
        return false;
    bool same = is_named(claims, "preferred_username", user, &told) || is_named(claims, "email", user, &told);
    doorcode_claims_free(claims);
    return same || !told || strchr(user, '@') == NULL;
}

int web_keep(const struct command_line *line, const struct doorcode_client *client, struct doorcode_cache *cache,
             const struct doorcode_tokens *tokens)
{
    static const struct doorcode_error another = {
        .kind = DOORCODE_ERROR_USAGE,
        .message = "Another user has signed in with the browser.",
        .advice = "Nothing was kept. Sign out there and begin again, or name that user here.",
        .description = "",
        .error = "",
        .suberror = "",
        .trace_id = "",
        .timestamp = "",
        .correlation_id = "",
    };
    const char *user = account_user(line);
    if (user != NULL && !is_user(tokens->id_token, user))
        return report_failure(line, &another);
    return keep_tokens(line, client, cache, tokens);
}

int web_signin(const struct command_line *line, const struct doorcode_client *client, struct doorcode_cache *cache,
               const char *prompt)
{
    struct doorcode_web_options options;
    struct doorcode_web *web;
    bool has_person = isatty(STDIN_FILENO) == 1;
    doorcode_web_options_init(&options);
    options.login_hint = account_user(line);
    options.prompt = prompt;
    enum doorcode_web_state state = doorcode_web_start(client, &options, &web);
    if (state == DOORCODE_WEB_PREPARING)
        state = wait_for_server(line, web, state);
    if (state == DOORCODE_WEB_OPEN) {
        tell_address(line, doorcode_web_url(web), has_person);
        state = wait_for_browser(line, web, has_person);
    }
    if (state == DOORCODE_WEB_FINISHING)
        wait_for_server(line, web, state);
    const struct doorcode_tokens *tokens = doorcode_web_tokens(web);
    int status = tokens != NULL ? web_keep(line, client, cache, tokens) : report_failure(line, doorcode_web_error(web));
    doorcode_web_free(web);
    return status;
}
