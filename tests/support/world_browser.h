/* SPDX-License-Identifier: Apache-2.0 */
/* world_browser.h: as much of a browser as the hosted pages need: it keeps cookies, and hands in a page's hidden fields with
 * what was typed. One page at a time. */
#ifndef DOORCODE_TESTS_WORLD_BROWSER_H
#define DOORCODE_TESTS_WORLD_BROWSER_H

#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { BROWSER_COOKIES = 4, BROWSER_COOKIE = 1024, BROWSER_FIELD = 12288 };

struct world_browser {
    const struct world *world;
    char names[BROWSER_COOKIES][64];
    char values[BROWSER_COOKIES][BROWSER_COOKIE];
    size_t cookies;
    struct world_reply reply;
};

/* "name=value; attributes": keeps it, in place of an earlier one. */
static inline void browser_keep_cookie(struct world_browser *b, const char *line)
{
    size_t name_n = strcspn(line, "=");
    size_t value_n = strcspn(line + name_n + 1, ";\r");
    size_t i = 0;

    while (i < b->cookies && (strlen(b->names[i]) != name_n || strncmp(b->names[i], line, name_n) != 0))
        i++;
    assert_true(i < BROWSER_COOKIES && name_n < sizeof b->names[0] && value_n < BROWSER_COOKIE);
    snprintf(b->names[i], sizeof b->names[0], "%.*s", (int)name_n, line);
    snprintf(b->values[i], BROWSER_COOKIE, "%.*s", (int)value_n, line + name_n + 1);
    b->cookies += i == b->cookies;
}

static inline void browser_read_cookies(struct world_browser *b)
{
    static const char header[] = "\r\nSet-Cookie: ";

    for (const char *at = strstr(b->reply.head, header); at != NULL; at = strstr(at + 1, header))
        browser_keep_cookie(b, at + sizeof header - 1);
}

/* `form`: NULL for GET. */
static inline int browser_send(struct world_browser *b, const char *path, const char *form)
{
    static char request[32768];
    int n = snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: login.example\r\n",
                     form == NULL ? "GET" : "POST", path);

    for (size_t i = 0; i < b->cookies; i++)
        n += snprintf(request + n, sizeof request - (size_t)n, "%s%s=%s%s", i == 0 ? "Cookie: " : "; ", b->names[i],
                      b->values[i], i + 1 == b->cookies ? "\r\n" : "");
    if (form != NULL)
        n += snprintf(request + n, sizeof request - (size_t)n,
                      "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n", strlen(form));
    n += snprintf(request + n, sizeof request - (size_t)n, "\r\n%s", form == NULL ? "" : form);
    assert_in_range(n, 1, sizeof request - 1);
    int fd = world_connect(b->world);
    assert_true(world_exchange(fd, request, (size_t)n, &b->reply));
    close(fd);
    browser_read_cookies(b);
    return b->reply.status;
}

static inline int browser_get(struct world_browser *b, const char *path)
{
    return browser_send(b, path, NULL);
}

/* The value of a hidden field of the page; false: it has none. */
static inline bool browser_field(const struct world_browser *b, const char *name, char *out, size_t cap)
{
    char mark[96];

    snprintf(mark, sizeof mark, "name=\"%s\" value=\"", name);
    const char *at = strstr(b->reply.body, mark);
    out[0] = '\0';
    if (at == NULL)
        return false;
    at += strlen(mark);
    size_t n = strcspn(at, "\"");
    assert_true(n < cap);
    snprintf(out, cap, "%.*s", (int)n, at);
    return true;
}

/* Hands in the page's form: its hidden fields, and `typed`. */
static inline int browser_submit(struct world_browser *b, const char *tenant, const char *typed)
{
    static const char *const hidden[] = { "ticket", "page", "continuation_token", "session" };
    static char form[16384], value[BROWSER_FIELD];
    char path[256];
    int n = snprintf(form, sizeof form, "%s", typed);

    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
        if (browser_field(b, hidden[i], value, sizeof value))
            n += snprintf(form + n, sizeof form - (size_t)n, "&%s=%s", hidden[i], value);
    assert_in_range(n, 1, sizeof form - 1);
    snprintf(path, sizeof path, "/%s/interact", tenant);
    return browser_send(b, path, form);
}

/* Which page it is, by its hidden field; "" where it has none. */
static inline const char *browser_page(const struct world_browser *b)
{
    static char name[64];

    browser_field(b, "page", name, sizeof name);
    return name;
}

#endif
