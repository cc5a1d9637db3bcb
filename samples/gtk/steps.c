/* SPDX-License-Identifier: Apache-2.0 */
/* The way from one state of a flow to the next: for each state a screen, for each button the call that is legal there. */
#include "screen.h"
#include "waiting.h"

#include <doorcode/states.h>

enum { FACTS = 32 };

/* What the screen that is shown has to be read. */
static struct {
    GtkWidget *address;
    GtkWidget *secret; /* code or password */
    GtkWidget *contact;
    GtkWidget *facts[FACTS];
    char *names[FACTS];
    size_t count;
} typed;

static void show_state(struct app *app);

/* ---- between the screens ---- */

static void forget_source(struct app *app)
{
    if (app->source != NULL)
        g_source_destroy(app->source);
    app->source = NULL;
}

void app_end_flow(struct app *app)
{
    forget_source(app);
    doorcode_flow_free(app->flow);
    doorcode_web_free(app->web);
    app->flow = NULL;
    app->web = NULL;
    screen_busy(app, FALSE);
}

static void arrived(gpointer data)
{
    struct app *app = data;
    app->source = NULL;
    screen_busy(app, FALSE);
    show_state(app);
}

/* After every call: the server is asked, and meanwhile the main loop goes on; or there is nothing to wait for. */
static void went(struct app *app)
{
    if (doorcode_flow_state(app->flow) != DOORCODE_WORKING) {
        show_state(app);
        return;
    }
    screen_busy(app, TRUE);
    app->source = wait_for_flow(app->flow, arrived, app);
}

static void show_error(struct app *app, const struct doorcode_error *error)
{
    screen_error(app, error != NULL ? error->message : NULL, error != NULL ? error->advice : NULL);
}

/* ---- the first screen ---- */

static void sign_in(struct app *app, const char *id)
{
    (void)id;
    app_end_flow(app);
    app->new_password = FALSE;
    doorcode_signin_start(app->client, screen_text(typed.address), &app->flow);
    went(app);
}

static void sign_up(struct app *app, const char *id)
{
    (void)id;
    app_end_flow(app);
    app->new_password = TRUE;
    doorcode_signup_start(app->client, screen_text(typed.address), NULL, NULL, 0, &app->flow);
    went(app);
}

static void reset(struct app *app, const char *id)
{
    (void)id;
    app_end_flow(app);
    app->new_password = TRUE;
    doorcode_reset_start(app->client, screen_text(typed.address), &app->flow);
    went(app);
}

static void sign_in_outside(struct app *app, const char *id);

static void show_first(struct app *app)
{
    screen_begin(app, "Welcome", "Sign in to see your pets.");
    typed.address = screen_entry(app, "E-mail address", GTK_INPUT_PURPOSE_EMAIL);
    screen_main_button(app, "Next", sign_in);
    screen_button(app, "Create an account", sign_up, NULL);
    screen_button(app, "I forgot my password", reset, NULL);
    screen_button(app, "Sign in with the browser", sign_in_outside, NULL);
    screen_end(app);
}

static void cancel(struct app *app, const char *id)
{
    (void)id;
    app_end_flow(app);
    screen_error(app, NULL, NULL);
    show_first(app);
}

/* ---- a code ---- */

static void submit_code(struct app *app, const char *id)
{
    (void)id;
    doorcode_flow_submit_code(app->flow, screen_text(typed.secret));
    went(app);
}

static void resend_code(struct app *app, const char *id)
{
    (void)id;
    app->seconds = 0;
    doorcode_flow_resend_code(app->flow);
    went(app);
}

static void choose_again(struct app *app, const char *id);

/* The server says how long to wait before another code may be asked for. */
static gboolean count_down(gpointer button)
{
    struct app *app = g_object_get_data(G_OBJECT(button), "app");
    char *label = app->seconds > 0
                      ? g_strdup_printf("Send another code in %d:%02d", app->seconds / 60, app->seconds % 60)
                      : g_strdup("Send another code");
    gtk_button_set_label(GTK_BUTTON(button), label);
    gtk_widget_set_sensitive(button, app->seconds == 0);
    g_free(label);
    if (app->seconds-- > 0)
        return G_SOURCE_CONTINUE;
    app->timer = 0;
    return G_SOURCE_REMOVE;
}

static void show_code(struct app *app)
{
    const struct doorcode_challenge *challenge = doorcode_flow_challenge(app->flow);
    size_t methods;
    doorcode_flow_methods(app->flow, &methods);
    char *hint = g_strdup_printf("We sent a code to %s.", challenge->target_label);
    /* A wrong code leads here again; the clock of the former one goes on. */
    int seconds = doorcode_flow_error(app->flow) != NULL ? MAX(app->seconds, 0) : challenge->interval;
    screen_begin(app, "Enter the code", hint);
    typed.secret = screen_entry(app, "Code", GTK_INPUT_PURPOSE_PIN);
    screen_main_button(app, "Next", submit_code);
    GtkWidget *resend = screen_button(app, "Send another code", resend_code, NULL);
    if (methods > 0)
        screen_button(app, "Use another way", choose_again, NULL);
    screen_button(app, "Cancel", cancel, NULL);
    screen_end(app);
    g_object_set_data(G_OBJECT(resend), "app", app);
    app->seconds = seconds;
    app->timer = g_timeout_add_seconds(1, count_down, resend);
    count_down(resend);
    g_free(hint);
}

/* ---- a password ---- */

static void submit_password(struct app *app, const char *id)
{
    (void)id;
    doorcode_flow_submit_password(app->flow, screen_text(typed.secret));
    went(app);
}

static void show_password(struct app *app)
{
    screen_begin(app, app->new_password ? "Choose a password" : "Enter your password",
                 app->new_password ? "At least 8 characters, of three kinds: small, capital, digit, symbol." : NULL);
    typed.secret = screen_secret(app, app->new_password ? "New password" : "Password");
    screen_main_button(app, "Next", submit_password);
    screen_button(app, "Cancel", cancel, NULL);
    screen_end(app);
}

/* ---- attributes ---- */

static void submit_facts(struct app *app, const char *id)
{
    struct doorcode_value values[FACTS];
    size_t count = 0;
    (void)id;
    for (size_t i = 0; i < typed.count; i++) {
        const char *text = screen_text(typed.facts[i]);
        if (text[0] != '\0')
            values[count++] = (struct doorcode_value){ typed.names[i], text };
    }
    doorcode_flow_submit_attributes(app->flow, values, count);
    went(app);
}

/* "displayName" → "Display name", "extension_…_shoeSize" → "Shoe size": the native API tells names, not labels. */
static char *label_of(const char *name)
{
    const char *last = g_str_has_prefix(name, "extension_") ? strrchr(name, '_') + 1 : name;
    GString *label = g_string_new(NULL);
    for (const char *c = last; *c != '\0'; c++) {
        if (g_ascii_isupper(*c))
            g_string_append_c(label, ' ');
        g_string_append_c(label, c == last ? g_ascii_toupper(*c) : g_ascii_tolower(*c));
    }
    return g_string_free(label, FALSE);
}

static void show_facts(struct app *app)
{
    size_t count;
    const struct doorcode_attribute *attributes = doorcode_flow_attributes(app->flow, &count);
    for (size_t i = 0; i < typed.count; i++)
        g_free(typed.names[i]);
    typed.count = 0;
    screen_begin(app, "About you", "What is marked with * has to be there.");
    for (size_t i = 0; i < count && i < FACTS; i++) {
        char *name = label_of(attributes[i].name);
        char *label = g_strconcat(name, attributes[i].required ? " *" : "", NULL);
        gboolean check = strcmp(attributes[i].type, "boolean") == 0;
        typed.facts[i] = check ? screen_check(app, label) : screen_entry(app, label, GTK_INPUT_PURPOSE_FREE_FORM);
        typed.names[i] = g_strdup(attributes[i].name);
        typed.count++;
        g_free(label);
        g_free(name);
    }
    screen_main_button(app, "Next", submit_facts);
    screen_button(app, "Cancel", cancel, NULL);
    screen_end(app);
}

/* ---- second factors ---- */

static void choose(struct app *app, const char *id)
{
    app->seconds = 0;
    doorcode_flow_choose_method(app->flow, id);
    went(app);
}

static void register_method(struct app *app, const char *id)
{
    app->seconds = 0;
    doorcode_flow_register_method(app->flow, id, screen_text(typed.contact));
    went(app);
}

/* A button for each way; `separator` stands before where the code goes to, or "" leaves that away. */
static void add_methods(struct app *app, pressed_fn *pressed, const char *separator)
{
    size_t count;
    const struct doorcode_method *methods = doorcode_flow_methods(app->flow, &count);
    for (size_t i = 0; i < count; i++) {
        const char *kind = strcmp(methods[i].channel, "sms") == 0     ? "Text message"
                           : strcmp(methods[i].channel, "email") == 0 ? "E-mail"
                                                                      : methods[i].channel;
        char *label = g_strconcat(kind, separator, separator[0] != '\0' ? methods[i].hint : "", NULL);
        gtk_widget_remove_css_class(screen_button(app, label, pressed, methods[i].id), "flat");
        g_free(label);
    }
    screen_button(app, "Cancel", cancel, NULL);
    screen_end(app);
}

static void show_methods(struct app *app)
{
    screen_begin(app, "Prove that it is you", "Where shall we send another code?");
    add_methods(app, choose, " to ");
}

static void show_registration(struct app *app)
{
    size_t count;
    const struct doorcode_method *methods = doorcode_flow_methods(app->flow, &count);
    screen_begin(app, "One more way to reach you", "Where shall we send codes when you sign in?");
    typed.contact = screen_entry(app, "E-mail address or phone number", GTK_INPUT_PURPOSE_FREE_FORM);
    if (count > 0) /* the server proposes one */
        gtk_editable_set_text(GTK_EDITABLE(typed.contact), methods[0].hint);
    add_methods(app, register_method, "");
}

/* While a code is awaited: the methods are those of the state before. */
static void choose_again(struct app *app, const char *id)
{
    (void)id;
    screen_error(app, NULL, NULL);
    if (app->registers)
        show_registration(app);
    else
        show_methods(app);
}

static void show_mfa(struct app *app)
{
    app->registers = FALSE;
    show_methods(app);
}

static void show_register(struct app *app)
{
    app->registers = TRUE;
    show_registration(app);
}

/* ---- sign-up and reset ---- */

static gboolean poll_reset(gpointer data)
{
    struct app *app = data;
    app->timer = 0;
    doorcode_reset_poll(app->flow);
    went(app);
    return G_SOURCE_REMOVE;
}

static void show_pending(struct app *app)
{
    screen_begin(app, "One moment", "Your new password is being kept.");
    screen_button(app, "Cancel", cancel, NULL);
    app->timer = g_timeout_add_seconds((guint)doorcode_flow_poll_interval(app->flow), poll_reset, app);
}

/* What was proven is enough to sign in, too. */
static void finish(struct app *app)
{
    doorcode_flow_signin(app->flow);
    went(app);
}

/* ---- the browser ---- */

static void show_web(struct app *app);

static void web_arrived(gpointer data)
{
    struct app *app = data;
    app->source = NULL;
    show_web(app);
}

static void open_browser(struct app *app, const char *address)
{
    gtk_show_uri(app->window, address, GDK_CURRENT_TIME);
}

static void show_web(struct app *app)
{
    enum doorcode_web_state state = doorcode_web_state(app->web);
    screen_busy(app, FALSE);
    if (state == DOORCODE_WEB_COMPLETED) {
        screen_error(app, NULL, NULL);
        app_show_account(app, doorcode_web_tokens(app->web));
        app_end_flow(app);
    } else if (state == DOORCODE_WEB_FAILED) {
        show_error(app, doorcode_web_error(app->web));
        show_first(app);
    } else if (state == DOORCODE_WEB_OPEN) {
        screen_begin(app, "Go on in the browser", "This account signs in on a page. Come back when it is done.");
        screen_button(app, "Open the browser", open_browser, doorcode_web_url(app->web));
        screen_button(app, "Cancel", cancel, NULL);
        app->source = wait_for_web(app->web, web_arrived, app);
    } else {
        screen_busy(app, TRUE);
        app->source = wait_for_web(app->web, web_arrived, app);
    }
}

/* Where a flow has come to what it cannot do itself. */
static void begin_web(struct app *app)
{
    struct doorcode_web_fallback state;
    doorcode_as_web_fallback(app->flow, &state);
    doorcode_web_fallback_start(state, NULL, &app->web);
    show_web(app);
}

/* Where the user likes that better. */
static void sign_in_outside(struct app *app, const char *id)
{
    (void)id;
    app_end_flow(app);
    screen_error(app, NULL, NULL);
    doorcode_web_start(app->client, NULL, &app->web);
    show_web(app);
}

/* ---- the table ---- */

static void show_completed(struct app *app)
{
    screen_error(app, NULL, NULL);
    app_show_account(app, doorcode_flow_tokens(app->flow));
    app_end_flow(app);
}

static void show_failed(struct app *app)
{
    show_first(app);
    app_end_flow(app);
}

static void (*const screens[])(struct app *app) = {
    [DOORCODE_CODE_REQUIRED] = show_code,
    [DOORCODE_PASSWORD_REQUIRED] = show_password,
    [DOORCODE_ATTRIBUTES_REQUIRED] = show_facts,
    [DOORCODE_MFA_REQUIRED] = show_mfa,
    [DOORCODE_REGISTRATION_REQUIRED] = show_register,
    [DOORCODE_RESET_PENDING] = show_pending,
    [DOORCODE_SIGNIN_READY] = finish,
    [DOORCODE_WEB_FALLBACK] = begin_web,
    [DOORCODE_COMPLETED] = show_completed,
    [DOORCODE_FAILED] = show_failed,
};

static void show_state(struct app *app)
{
    const struct doorcode_error *error = doorcode_flow_error(app->flow);
    /* That nobody is signed in yet is nothing to be told. */
    show_error(app, error != NULL && error->kind == DOORCODE_ERROR_SIGNIN_REQUIRED ? NULL : error);
    screens[doorcode_flow_state(app->flow)](app);
}

void app_begin(struct app *app)
{
    app_end_flow(app);
    doorcode_token_get(app->client, NULL, NULL, 0, &app->flow);
    went(app);
}

void app_sign_out(struct app *app)
{
    const struct doorcode_account_filter this_app = { .client_id = app->client_id };
    app_end_flow(app);
    show_error(app, doorcode_accounts_remove(app->cache, &this_app, NULL));
    show_first(app);
}
