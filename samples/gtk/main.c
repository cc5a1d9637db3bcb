/* SPDX-License-Identifier: Apache-2.0 */
/* A desktop application with sign-in screens of its own. main.c: options, window, beginning and end. */
#include "screen.h"

static struct app app = {
    .authority = "http://localhost:8080/petstore.onmicrosoft.com",
    .client_id = "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31",
    .api = "http://localhost:5090",
};

static char *tokens_file;

static const GOptionEntry entries[] = {
    { "authority", 'a', 0, G_OPTION_ARG_STRING, &app.authority, "Address of the tenant", "URL" },
    { "client-id", 'c', 0, G_OPTION_ARG_STRING, &app.client_id, "Application (client) id", "ID" },
    { "api", 0, 0, G_OPTION_ARG_STRING, &app.api, "Address of the backend", "URL" },
    { "tokens", 0, 0, G_OPTION_ARG_FILENAME, &tokens_file, "Keep tokens in this file, not in the keyring", "FILE" },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
};

static const char style[] =
    ".screen { padding: 28px 32px; }"
    ".brand { background: linear-gradient(150deg, #0b6e4f, #08a045); color: white; min-height: 64px; }"
    ".brand .title { font-size: 18px; font-weight: 700; }"
    ".title-1 { font-size: 24px; font-weight: 700; }"
    ".hint { color: alpha(currentColor, 0.7); margin-bottom: 10px; }"
    ".entry-label { font-weight: 600; margin-top: 8px; }"
    ".error { color: #b3261e; background: alpha(#b3261e, 0.09); border-radius: 8px; padding: 10px 12px; }"
    ".pets { font-size: 18px; margin-bottom: 10px; }"
    "entry, passwordentry { min-height: 38px; border-radius: 8px; }"
    "entry.code { font-size: 20px; letter-spacing: 5px; font-feature-settings: 'tnum'; }"
    ".screen button { min-height: 34px; border-radius: 8px; }"
    ".screen button.suggested-action { background: #0b6e4f; border-color: #0b6e4f; color: white; margin: 12px 0 4px 0; "
    "font-weight: 600; }"
    ".screen button.suggested-action:hover { background: #095c42; }"
    ".screen button.flat { color: #0b6e4f; min-height: 30px; }"
    ".screen button.flat:disabled { color: alpha(currentColor, 0.5); }";

/* ---- beginning ---- */

static const struct doorcode_error *open_cache(void)
{
    const struct doorcode_error *error = NULL;
    if (tokens_file == NULL)
        error = doorcode_cache_secret_service(NULL, &app.cache);
    if (tokens_file != NULL || error != NULL) /* no keyring here */
        error = doorcode_cache_file(tokens_file, &app.cache);
    return error;
}

static const struct doorcode_error *open_client(void)
{
    struct doorcode_options options;
    const struct doorcode_error *error = open_cache();
    if (error != NULL)
        return error;
    doorcode_options_init(&options);
    options.authority = app.authority;
    options.client_id = app.client_id;
    options.scopes = "api://pets/Pets.Read"; /* what the backend asks for */
    options.cache = app.cache;
    options.nonblocking = 1;
    return doorcode_client_new(&options, &app.client);
}

static GtkWidget *make_title(void)
{
    GtkWidget *bar = gtk_header_bar_new();
    app.progress = gtk_spinner_new();
    gtk_header_bar_pack_start(GTK_HEADER_BAR(bar), app.progress);
    gtk_widget_add_css_class(bar, "brand");
    return bar;
}

static GtkWidget *make_error(void)
{
    GtkWidget *error = gtk_label_new(NULL);
    gtk_label_set_wrap(GTK_LABEL(error), TRUE);
    gtk_label_set_xalign(GTK_LABEL(error), 0);
    gtk_label_set_max_width_chars(GTK_LABEL(error), 40);
    gtk_widget_add_css_class(error, "error");
    gtk_widget_set_visible(error, FALSE);
    return error;
}

static void open_window(GtkApplication *application)
{
    GtkWidget *screen = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
    app.window = GTK_WINDOW(gtk_application_window_new(application));
    app.error = make_error();
    app.place = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
    gtk_widget_add_css_class(screen, "screen");
    gtk_box_append(GTK_BOX(screen), app.error);
    gtk_box_append(GTK_BOX(screen), app.place);
    gtk_window_set_title(app.window, "Pet Store");
    gtk_window_set_default_size(app.window, 400, 560);
    gtk_window_set_titlebar(app.window, make_title());
    gtk_window_set_child(app.window, screen);
}

static void load_style(void)
{
    GtkCssProvider *provider = gtk_css_provider_new();
    gtk_css_provider_load_from_data(provider, style, -1);
    gtk_style_context_add_provider_for_display(gdk_display_get_default(), GTK_STYLE_PROVIDER(provider),
                                               GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
    g_object_unref(provider);
}

static void activate(GtkApplication *application, gpointer data)
{
    (void)data;
    load_style();
    open_window(application);
    const struct doorcode_error *error = open_client();
    if (error == NULL)
        app_begin(&app);
    else
        screen_error(&app, error->message, error->advice);
    gtk_window_present(app.window);
}

/* ---- end ---- */

static void shut_down(GApplication *application, gpointer data)
{
    (void)application, (void)data;
    app_end_flow(&app);
    soup_session_abort(app.http);
    doorcode_client_free(app.client);
    doorcode_cache_free(app.cache);
}

int main(int argc, char **argv)
{
    GtkApplication *application = gtk_application_new("org.example.PetStore", G_APPLICATION_NON_UNIQUE);
    app.http = soup_session_new();
    g_application_add_main_option_entries(G_APPLICATION(application), entries);
    g_signal_connect(application, "activate", G_CALLBACK(activate), NULL);
    g_signal_connect(application, "shutdown", G_CALLBACK(shut_down), NULL);
    int status = g_application_run(G_APPLICATION(application), argc, argv);
    g_object_unref(application);
    g_object_unref(app.http);
    return status;
}
