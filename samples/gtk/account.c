/* SPDX-License-Identifier: Apache-2.0 */
/* Who is signed in, and what the backend answers to the access token. */
#include "screen.h"

#include <json-glib/json-glib.h>

static void sign_out(struct app *app, const char *id)
{
    (void)id;
    soup_session_abort(app->http);
    app_sign_out(app);
}

/* With a token that is renewed if it has to be. */
static void look_again(struct app *app, const char *id)
{
    (void)id;
    soup_session_abort(app->http);
    app_begin(app);
}

/* {"pets":["Ada","Bob"]} as one text; NULL where it is something else. */
static char *read_pets(GBytes *body)
{
    gsize n;
    const char *json = g_bytes_get_data(body, &n);
    GVariant *answer = json_gvariant_deserialize_data(json, (gssize)n, "a{sas}", NULL);
    char **names = NULL;
    if (answer == NULL || !g_variant_lookup(answer, "pets", "^as", &names))
        return NULL;
    char *text = names[0] != NULL ? g_strjoinv(", ", names) : g_strdup("none yet");
    g_strfreev(names);
    g_variant_unref(answer);
    return text;
}

static void answered(GObject *session, GAsyncResult *result, gpointer data)
{
    GtkLabel *label = data;
    GError *error = NULL;
    SoupMessage *message = soup_session_get_async_result_message(SOUP_SESSION(session), result);
    GBytes *body = soup_session_send_and_read_finish(SOUP_SESSION(session), result, &error);
    guint status = soup_message_get_status(message);
    char *pets = body != NULL && status == SOUP_STATUS_OK ? read_pets(body) : NULL;
    if (pets == NULL)
        pets = error != NULL ? g_strdup(error->message) : g_strdup_printf("the backend answered %u", status);
    gtk_label_set_text(label, pets);
    g_free(pets);
    g_clear_error(&error);
    g_clear_pointer(&body, g_bytes_unref);
    g_object_unref(label); /* it may be the last: the screen is gone, and nobody sees the answer */
}

static void ask_backend(struct app *app, const char *access_token, GtkWidget *label)
{
    char *url = g_strconcat(app->api, "/pets", NULL);
    char *bearer = g_strconcat("Bearer ", access_token, NULL);
    SoupMessage *message = soup_message_new("GET", url);
    if (message == NULL) {
        gtk_label_set_text(GTK_LABEL(label), "the backend's address is none");
    } else {
        soup_message_headers_append(soup_message_get_request_headers(message), "Authorization", bearer);
        soup_session_send_and_read_async(app->http, message, G_PRIORITY_DEFAULT, NULL, answered, g_object_ref(label));
        g_object_unref(message);
    }
    g_free(bearer);
    g_free(url);
}

void app_show_account(struct app *app, const struct doorcode_tokens *tokens)
{
    struct doorcode_claims *claims = doorcode_claims_decode(tokens->id_token); /* the flow has checked it */
    const char *name = claims != NULL ? doorcode_claims_text(claims, "name") : NULL;
    const char *username = claims != NULL ? doorcode_claims_text(claims, "preferred_username") : NULL;
    char *title = g_strdup_printf("Hello, %s", name != NULL ? name : "you");
    screen_begin(app, title, username);
    screen_label(app, "Your pets", "entry-label");
    ask_backend(app, tokens->access_token, screen_label(app, "…", "pets"));
    screen_main_button(app, "Look again", look_again);
    screen_button(app, "Sign out", sign_out, NULL);
    screen_end(app);
    g_free(title);
    doorcode_claims_free(claims);
}
