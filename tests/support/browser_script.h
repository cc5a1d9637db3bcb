/* SPDX-License-Identifier: Apache-2.0 */
/* browser_script.h: what a person does on the hosted pages, as rows. Included after cmocka.h. */
#ifndef DOORCODE_TESTS_BROWSER_SCRIPT_H
#define DOORCODE_TESTS_BROWSER_SCRIPT_H

#include "support/browser.h"

#include <stdlib.h>

/* What a row does. */
#define OPEN "open"     /* authorize of the script's application, with these parameters besides */
#define GO "go"         /* an address */
#define SEND "send"     /* the page's form, with this; {code} is the last code read */
#define CODE_TO "code"  /* reads the next code to this address */
#define LATER "later"   /* seconds pass */
#define RESTART "fresh" /* another browser */

struct browser_step {
    const char *verb;
    const char *text;
    int status; /* 0: not looked at */
    /* 200: the page's name, "" for one that posts to nothing of ours. 302: where to, then terms of the answer: "code"
     * (is there), "!error" (is not), "state=s" (is that). NULL: not looked at */
    const char *expect;
};

struct browser_app {
    const char *tenant; /* in the path */
    const char *client_id;
    const char *redirect_uri; /* encoded */
};

static inline bool term_holds(const struct browser *b, const char *term)
{
    char name[64], value[4096];
    bool absent = term[0] == '!';
    size_t n = strcspn(term + absent, "=");

    snprintf(name, sizeof name, "%.*s", (int)n, term + absent);
    (void)browser_answer(b, name, value, sizeof value);
    if (absent)
        return value[0] == '\0';
    return term[n] == '=' ? strcmp(value, term + n + 1) == 0 : value[0] != '\0';
}

static inline void check_location(const struct browser *b, const char *where, const char *expect)
{
    char term[256];
    size_t to = strcspn(expect, " ");

    if (strncmp(b->location, expect, to) != 0 || (to > 0 && strcspn(b->location, "?#") != to))
        fail_msg("%s: sent to '%s', not to '%.*s'", where, b->location, (int)to, expect);
    for (const char *at = expect + to; *at == ' '; at += strcspn(at, " ")) {
        at++;
        snprintf(term, sizeof term, "%.*s", (int)strcspn(at, " "), at);
        if (!term_holds(b, term))
            fail_msg("%s: no %s in '%s'", where, term, b->location);
    }
}

static inline void check_step(const struct browser *b, const struct browser_step *step, const char *where)
{
    char page[32];

    if (step->status != 0 && b->reply.status != step->status)
        fail_msg("%s: %s%s", where, b->reply.head, b->reply.body);
    if (step->expect == NULL)
        return;
    if (b->location[0] != '\0') {
        check_location(b, where, step->expect);
        return;
    }
    (void)browser_field(b, "page", page, sizeof page);
    if (strcmp(page, step->expect) != 0)
        fail_msg("%s: page '%s', not '%s'\n%s", where, page, step->expect, b->reply.body);
}

static inline void authorize_address(const struct browser_app *app, const char *more, char *out, size_t cap)
{
    snprintf(out, cap, "/%s/oauth2/v2.0/authorize?client_id=%s&redirect_uri=%s%s&%s", app->tenant, app->client_id,
             app->redirect_uri, strstr(more, "scope=") != NULL ? "" : "&response_type=code&scope=openid+profile", more);
}

static inline void put_code(const struct browser *b, const char *form, char *out, size_t cap)
{
    const char *hole = strstr(form, "{code}");

    if (hole == NULL)
        snprintf(out, cap, "%s", form);
    else
        snprintf(out, cap, "%.*s%s%s", (int)(hole - form), form, b->code, hole + 6);
}

static inline void do_step(struct browser *b, const struct browser_app *app, const struct browser_step *step)
{
    char text[BROWSER_TEXT];

    if (strcmp(step->verb, CODE_TO) == 0) {
        browser_read_code(b, step->text);
    } else if (strcmp(step->verb, LATER) == 0) {
        world_advance(b->world, strtoll(step->text, NULL, 10));
    } else if (strcmp(step->verb, RESTART) == 0) {
        b->cookie_count = 0;
    } else if (strcmp(step->verb, GO) == 0) {
        browser_open(b, step->text);
    } else if (strcmp(step->verb, OPEN) == 0) {
        authorize_address(app, step->text, text, sizeof text);
        browser_open(b, text);
    } else {
        put_code(b, step->text, text, sizeof text);
        browser_submit(b, text);
    }
}

/* `name` is told where a row does not hold. */
static inline void browser_run(struct browser *b, const struct browser_app *app, const struct browser_step *steps,
                               size_t n, const char *name)
{
    char where[128];

    for (size_t i = 0; i < n; i++) {
        do_step(b, app, &steps[i]);
        snprintf(where, sizeof where, "%s, row %zu", name, i + 1);
        if (strcmp(steps[i].verb, CODE_TO) != 0 && strcmp(steps[i].verb, LATER) != 0)
            check_step(b, &steps[i], where);
    }
}

#endif
