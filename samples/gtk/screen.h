/* SPDX-License-Identifier: Apache-2.0 */
/* screen.h: what a screen is made of: a title, entries, buttons, one below the other. */
#ifndef SCREEN_H
#define SCREEN_H

#include "app.h"

typedef void pressed_fn(struct app *app, const char *id);

/* Takes the former screen away. */
void screen_begin(struct app *app, const char *title, const char *hint);
GtkWidget *screen_label(struct app *app, const char *text, const char *css_class);
/* Each returns its widget; what was typed is screen_text of it. */
GtkWidget *screen_entry(struct app *app, const char *label, GtkInputPurpose purpose);
GtkWidget *screen_secret(struct app *app, const char *label);
GtkWidget *screen_check(struct app *app, const char *label);
/* The button that stands out, also pressed by Enter; and one like a link. `id` is copied and given to `pressed`; or NULL. */
GtkWidget *screen_main_button(struct app *app, const char *label, pressed_fn *pressed);
GtkWidget *screen_button(struct app *app, const char *label, pressed_fn *pressed, const char *id);
/* Once all is there. */
void screen_end(struct app *app);

/* Borrowed from the widget; "true" or "false" of a check. */
const char *screen_text(GtkWidget *widget);
/* NULL hides it. */
void screen_error(struct app *app, const char *message, const char *advice);
/* While the server is asked, nothing can be pressed. */
void screen_busy(struct app *app, gboolean busy);

#endif
