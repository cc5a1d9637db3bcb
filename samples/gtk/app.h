/* SPDX-License-Identifier: Apache-2.0 */
/* app.h: the application, and who shows what. */
#ifndef APP_H
#define APP_H

#include <doorcode/account.h>
#include <doorcode/client.h>
#include <doorcode/web.h>
#include <gtk/gtk.h>
#include <libsoup/soup.h>

struct app {
    const char *authority;
    const char *client_id;
    const char *api; /* the backend: its address */
    struct doorcode_cache *cache;
    struct doorcode_client *client;
    struct doorcode_flow *flow; /* the one that is on its way; or NULL */
    struct doorcode_web *web;   /* or this one, in the browser */
    GSource *source;            /* waits for it; or NULL */
    gboolean registers;         /* the second factor is being registered, not chosen */
    gboolean new_password;      /* the password that is asked for is to be a new one */
    SoupSession *http;          /* to the backend */
    GtkWindow *window;
    GtkWidget *place;    /* of the screen */
    GtkWidget *progress; /* turns while the server is asked */
    GtkWidget *error;    /* what went wrong last; hidden where nothing did */
    GtkWidget *first;    /* entry of the screen, which gets the focus */
    guint timer;         /* of the button that has another code sent */
    int seconds;         /* that it still waits */
};

/* steps.c: from one state of the flow to the next. */
void app_begin(struct app *app); /* with who is signed in already, whose token is renewed; or with the first screen */
void app_sign_out(struct app *app); /* to the first screen */
void app_end_flow(struct app *app); /* whatever is on its way is given up */

/* account.c: who is signed in, and what the backend says. Borrows the tokens for the call. */
void app_show_account(struct app *app, const struct doorcode_tokens *tokens);

#endif
