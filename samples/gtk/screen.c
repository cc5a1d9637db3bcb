/* SPDX-License-Identifier: Apache-2.0 */
#include "screen.h"

static void add(struct app *app, GtkWidget *widget, const char *css_class)
{
    if (css_class != NULL)
        gtk_widget_add_css_class(widget, css_class);
    gtk_box_append(GTK_BOX(app->place), widget);
}

GtkWidget *screen_label(struct app *app, const char *text, const char *css_class)
{
    GtkWidget *label = gtk_label_new(text);
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_max_width_chars(GTK_LABEL(label), 40);
    add(app, label, css_class);
    return label;
}

void screen_begin(struct app *app, const char *title, const char *hint)
{
    GtkWidget *child;
    if (app->timer != 0)
        g_source_remove(app->timer);
    app->timer = 0;
    app->first = NULL;
    gtk_window_set_default_widget(app->window, NULL);
    while ((child = gtk_widget_get_first_child(app->place)) != NULL)
        gtk_box_remove(GTK_BOX(app->place), child);
    screen_label(app, title, "title-1");
    if (hint != NULL)
        screen_label(app, hint, "hint");
}

/* An entry below its label, which names it for screen readers, too. */
static GtkWidget *add_entry(struct app *app, const char *label, GtkWidget *entry)
{
    GtkWidget *name = screen_label(app, label, "entry-label");
    gtk_accessible_update_relation(GTK_ACCESSIBLE(entry), GTK_ACCESSIBLE_RELATION_LABELLED_BY, name, NULL, -1);
    add(app, entry, NULL);
    if (app->first == NULL)
        app->first = entry;
    return entry;
}

GtkWidget *screen_entry(struct app *app, const char *label, GtkInputPurpose purpose)
{
    GtkWidget *entry = gtk_entry_new();
    gtk_entry_set_input_purpose(GTK_ENTRY(entry), purpose);
    gtk_entry_set_activates_default(GTK_ENTRY(entry), TRUE);
    if (purpose == GTK_INPUT_PURPOSE_PIN)
        gtk_widget_add_css_class(entry, "code");
    return add_entry(app, label, entry);
}

GtkWidget *screen_secret(struct app *app, const char *label)
{
    GtkWidget *entry = gtk_password_entry_new();
    gtk_password_entry_set_show_peek_icon(GTK_PASSWORD_ENTRY(entry), TRUE);
    g_object_set(entry, "activates-default", TRUE, NULL);
    return add_entry(app, label, entry);
}

GtkWidget *screen_check(struct app *app, const char *label)
{
    GtkWidget *check = gtk_check_button_new_with_label(label);
    add(app, check, NULL);
    return check;
}

static void clicked(GtkButton *button, gpointer data)
{
    pressed_fn *pressed = (pressed_fn *)(void (*)(void))g_object_get_data(G_OBJECT(button), "pressed");
    /* What is pressed may take this screen away, with the button and its id. */
    char *id = g_strdup(g_object_get_data(G_OBJECT(button), "id"));
    pressed(data, id);
    g_free(id);
}

static GtkWidget *add_button(struct app *app, const char *label, pressed_fn *pressed, const char *id,
                             const char *css_class)
{
    GtkWidget *button = gtk_button_new_with_label(label);
    g_object_set_data(G_OBJECT(button), "pressed", (gpointer)(void (*)(void))pressed);
    g_object_set_data_full(G_OBJECT(button), "id", g_strdup(id), g_free);
    g_signal_connect(button, "clicked", G_CALLBACK(clicked), app);
    add(app, button, css_class);
    return button;
}

GtkWidget *screen_main_button(struct app *app, const char *label, pressed_fn *pressed)
{
    GtkWidget *button = add_button(app, label, pressed, NULL, "suggested-action");
    gtk_window_set_default_widget(app->window, button);
    return button;
}

GtkWidget *screen_button(struct app *app, const char *label, pressed_fn *pressed, const char *id)
{
    return add_button(app, label, pressed, id, "flat");
}

void screen_end(struct app *app)
{
    if (app->first != NULL)
        gtk_widget_grab_focus(app->first);
}

const char *screen_text(GtkWidget *widget)
{
    if (GTK_IS_CHECK_BUTTON(widget))
        return gtk_check_button_get_active(GTK_CHECK_BUTTON(widget)) ? "true" : "false";
    return gtk_editable_get_text(GTK_EDITABLE(widget));
}

void screen_error(struct app *app, const char *message, const char *advice)
{
    char *text = g_strjoin(" ", message != NULL ? message : "", advice, NULL);
    gtk_label_set_text(GTK_LABEL(app->error), text);
    gtk_widget_set_visible(app->error, message != NULL);
    g_free(text);
}

void screen_busy(struct app *app, gboolean busy)
{
    if (busy)
        gtk_window_set_focus(app->window, NULL);
    gtk_widget_set_sensitive(app->place, !busy);
    gtk_spinner_set_spinning(GTK_SPINNER(app->progress), busy);
}
