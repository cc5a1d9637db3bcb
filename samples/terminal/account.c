/* SPDX-License-Identifier: Apache-2.0 */
/* Signs users up, in and out in a terminal, with all that a server may ask for on the way, and remembers them.
 *
 *     ./account signin|signup|reset ADDRESS
 *     ./account show                          who is signed in; the token is renewed where that is due
 *     ./account signout
 *
 * Each state of a flow is a type of its own (states.h), so that the compiler refuses a call that is not legal in it: a
 * password cannot be submitted where a code is due. go_on() has all of them. */
#include <doorcode/account.h>
#include <doorcode/states.h>

#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

enum { LINE = 256, FACTS = 32 };

/* ---- questions ---- */

/* Reads a line; ends the program where there is none. What is secret is not shown. */
static char *ask(const char *question, const char *about, int secret, char line[LINE])
{
    struct termios kept, hidden;
    int hides = secret && tcgetattr(STDIN_FILENO, &kept) == 0;
    printf(question, about);
    fflush(stdout);
    if (hides) {
        hidden = kept;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
    }
    char *got = fgets(line, LINE, stdin);
    if (hides) {
        tcsetattr(STDIN_FILENO, TCSANOW, &kept);
        putchar('\n');
    }
    if (got == NULL)
        exit(1);
    line[strcspn(line, "\r\n")] = '\0';
    return line;
}

static const char *choose(const struct doorcode_method *methods, size_t count)
{
    char line[LINE];
    for (size_t i = 0; i < count; i++)
        printf("  %zu  %s %s\n", i + 1, methods[i].channel, methods[i].hint);
    size_t chosen = strtoul(ask("Which one%s? ", "", 0, line), NULL, 10);
    return chosen >= 1 && chosen <= count ? methods[chosen - 1].id : "";
}

/* ---- one for each state ---- */

static void prove_code(struct doorcode_code_required state)
{
    char line[LINE];
    ask("The code that was sent to %s (nothing: send another one): ",
        doorcode_code_required_challenge(state)->target_label, 0, line);
    if (line[0] == '\0')
        doorcode_code_required_resend(state);
    else
        doorcode_code_required_submit(state, line);
}

static void give_password(struct doorcode_password_required state, int is_new)
{
    char line[LINE];
    doorcode_password_required_submit(state, ask("%s: ", is_new ? "A new password" : "Password", 1, line));
    explicit_bzero(line, sizeof(line));
}

static void give_facts(struct doorcode_attributes_required state)
{
    char lines[FACTS][LINE];
    struct doorcode_value values[FACTS];
    size_t count, given = 0;
    const struct doorcode_attribute *asked = doorcode_attributes_required_list(state, &count);
    for (size_t i = 0; i < count && given < FACTS; i++) {
        ask(asked[i].required ? "%s: " : "%s (or nothing): ", asked[i].name, 0, lines[given]);
        values[given] = (struct doorcode_value){ asked[i].name, lines[given] };
        given += lines[given][0] != '\0';
    }
    doorcode_attributes_required_submit(state, values, given);
}

static void choose_factor(struct doorcode_mfa_required state)
{
    size_t count;
    const struct doorcode_method *methods = doorcode_mfa_required_methods(state, &count);
    doorcode_mfa_required_choose(state, choose(methods, count));
}

static void register_factor(struct doorcode_registration_required state)
{
    char line[LINE];
    size_t count;
    const struct doorcode_method *methods = doorcode_registration_required_methods(state, &count);
    puts("One more way to reach you is needed.");
    const char *id = choose(methods, count);
    ask("Its address or number (nothing: the one that is shown)%s: ", "", 0, line);
    doorcode_registration_required_register(state, id, line[0] != '\0' ? line : NULL);
}

static void wait_for_reset(struct doorcode_reset_pending state)
{
    sleep((unsigned)doorcode_reset_pending_interval(state));
    doorcode_reset_pending_poll(state);
}

/* What only a browser can do. Its tokens go into the cache, as those of flows. */
static int go_on_in_browser(struct doorcode_web_fallback state)
{
    struct doorcode_web *web;
    enum doorcode_web_state now = doorcode_web_fallback_start(state, NULL, &web);
    if (now == DOORCODE_WEB_PREPARING)
        now = doorcode_web_run(web);
    if (now == DOORCODE_WEB_OPEN) {
        printf("Open this address in a browser:\n%s\n", doorcode_web_url(web));
        now = doorcode_web_run(web);
    }
    if (now != DOORCODE_WEB_COMPLETED)
        fprintf(stderr, "%s %s\n", doorcode_web_error(web)->message, doorcode_web_error(web)->advice);
    doorcode_web_free(web);
    return now == DOORCODE_WEB_COMPLETED;
}

/* Asks what the flow wants next, and answers it. 0 at the end. */
static int go_on(struct doorcode_flow *flow, int is_new)
{
    struct doorcode_code_required code;
    struct doorcode_password_required password;
    struct doorcode_attributes_required attributes;
    struct doorcode_mfa_required mfa;
    struct doorcode_registration_required registration;
    struct doorcode_reset_pending pending;
    struct doorcode_signin_ready ready;
    const struct doorcode_error *error = doorcode_flow_error(flow);
    if (error != NULL)
        fprintf(stderr, "%s %s\n", error->message, error->advice);
    if (doorcode_as_code_required(flow, &code))
        prove_code(code);
    else if (doorcode_as_password_required(flow, &password))
        give_password(password, is_new);
    else if (doorcode_as_attributes_required(flow, &attributes))
        give_facts(attributes);
    else if (doorcode_as_mfa_required(flow, &mfa))
        choose_factor(mfa);
    else if (doorcode_as_registration_required(flow, &registration))
        register_factor(registration);
    else if (doorcode_as_reset_pending(flow, &pending))
        wait_for_reset(pending);
    else if (doorcode_as_signin_ready(flow, &ready))
        doorcode_signin_ready_signin(ready); /* what was proven is enough to sign in */
    else
        return 0;
    return 1;
}

/* ---- commands ---- */

struct session {
    struct doorcode_cache *cache;
    struct doorcode_client *client;
};

/* 1 where somebody is signed in at its end. */
static int run(struct doorcode_flow *flow, int is_new)
{
    struct doorcode_web_fallback fallback;
    while (go_on(flow, is_new))
        continue;
    int done = doorcode_flow_state(flow) == DOORCODE_COMPLETED;
    if (doorcode_as_web_fallback(flow, &fallback))
        done = go_on_in_browser(fallback);
    doorcode_flow_free(flow);
    return done;
}

static int show(const struct session *session)
{
    struct doorcode_flow *flow;
    const struct doorcode_error *error;
    if (doorcode_token_get(session->client, NULL, NULL, 0, &flow) == DOORCODE_COMPLETED) {
        const struct doorcode_account *account = doorcode_flow_account(flow);
        printf("%s <%s> is signed in; the tokens are in %s.\n", account->name, account->username,
               doorcode_cache_place(session->cache));
    } else if ((error = doorcode_flow_error(flow))->kind == DOORCODE_ERROR_SIGNIN_REQUIRED) {
        puts("Nobody is signed in.");
    } else {
        fprintf(stderr, "%s %s\n", error->message, error->advice);
    }
    int done = doorcode_flow_state(flow) == DOORCODE_COMPLETED;
    doorcode_flow_free(flow);
    return done;
}

static int command(const struct session *session, const char *verb, const char *address)
{
    struct doorcode_flow *flow;
    if (strcmp(verb, "signin") == 0) {
        doorcode_signin_start(session->client, address, &flow);
        return run(flow, 0) && show(session);
    }
    if (strcmp(verb, "signup") == 0) {
        doorcode_signup_start(session->client, address, NULL, NULL, 0, &flow);
        return run(flow, 1) && show(session);
    }
    if (strcmp(verb, "reset") == 0) {
        doorcode_reset_start(session->client, address, &flow);
        return run(flow, 1) && show(session);
    }
    if (strcmp(verb, "signout") == 0)
        return doorcode_accounts_remove(session->cache, NULL, NULL) == NULL;
    return show(session);
}

static const char *setting(const char *name, const char *otherwise)
{
    const char *value = getenv(name);
    return value != NULL ? value : otherwise;
}

int main(int argc, char **argv)
{
    struct doorcode_options options;
    struct session session = { 0 };
    const struct doorcode_error *error = doorcode_cache_file(getenv("ACCOUNT_TOKENS"), &session.cache);
    setvbuf(stdout, NULL, _IOLBF, 0); /* a reader that is no terminal shall not wait, either */
    doorcode_options_init(&options);
    options.authority = setting("DOORCODE_AUTHORITY", "http://localhost:8080/petstore.onmicrosoft.com");
    options.client_id = setting("DOORCODE_CLIENT_ID", "6fa14073-b25e-4169-8e40-9a5d627b8fa5");
    options.cache = session.cache;
    if (error == NULL)
        error = doorcode_client_new(&options, &session.client);
    if (error != NULL)
        fprintf(stderr, "%s %s\n", error->message, error->advice);
    int done = error == NULL && command(&session, argc > 1 ? argv[1] : "show", argc > 2 ? argv[2] : "");
    doorcode_client_free(session.client);
    doorcode_cache_free(session.cache);
    return done ? 0 : 1;
}
