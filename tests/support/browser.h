/* SPDX-License-Identifier: Apache-2.0 */
/* browser.h: a browser for tests of the hosted pages: a cookie jar, addresses, and the form of the page it is on. It looks
 * at nothing but what a browser without scripts goes by. Included after cmocka.h. */
#ifndef DOORCODE_TESTS_BROWSER_H
#define DOORCODE_TESTS_BROWSER_H

#include "support/world.h"

#include "wire/form.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { BROWSER_COOKIES = 4, BROWSER_TEXT = 8192, BROWSER_REQUEST = 40960, BROWSER_FIELDS = 12 };

struct browser_cookie {
    char name[64];
    char value[512];
};

struct browser {
    struct world *world;
    struct browser_cookie cookies[BROWSER_COOKIES];
    size_t cookie_count;
    const char *headers; /* of every request, besides; NULL: none */
    struct world_reply reply;
    char location[BROWSER_TEXT]; /* of the last reply; "": none */
    char action[1024];           /* of the page's form; "": there is none */
    char fields[BROWSER_TEXT];   /* its hidden ones, encoded */
    char code[16];
    uint64_t mail;
};

/* ---- headers ---- */

static inline bool browser_header(const struct browser *b, const char *name, char *out, size_t cap)
{
    char line[64];

    snprintf(line, sizeof line, "\r\n%s: ", name);
    const char *at = strcasestr(b->reply.head, line);
    out[0] = '\0';
    if (at == NULL)
        return false;
    at += strlen(line);
    int n = snprintf(out, cap, "%.*s", (int)strcspn(at, "\r"), at);
    assert_true(n >= 0 && (size_t)n < cap);
    return true;
}

static inline void browser_keep_cookie(struct browser *b, const char *text)
{
    char name[64];
    size_t i = 0;
    size_t name_n = strcspn(text, "=");
    size_t value_n = strcspn(text + name_n + 1, ";\r");

    snprintf(name, sizeof name, "%.*s", (int)name_n, text);
    while (i < b->cookie_count && strcmp(b->cookies[i].name, name) != 0)
        i++;
    if (value_n == 0) {
        if (i < b->cookie_count)
            b->cookies[i] = b->cookies[--b->cookie_count];
        return;
    }
    assert_true(i < BROWSER_COOKIES && value_n < sizeof b->cookies[i].value);
    snprintf(b->cookies[i].name, sizeof b->cookies[i].name, "%s", name);
    snprintf(b->cookies[i].value, sizeof b->cookies[i].value, "%.*s", (int)value_n, text + name_n + 1);
    b->cookie_count += i == b->cookie_count;
}

static inline void browser_keep_cookies(struct browser *b)
{
    static const char name[] = "\r\nSet-Cookie: ";

    for (const char *at = strcasestr(b->reply.head, name); at != NULL; at = strcasestr(at + 1, name))
        browser_keep_cookie(b, at + sizeof name - 1);
}

/* ---- the page's form ---- */

/* The attribute's value of the tag that begins at `tag`, entities decoded. */
static inline bool browser_attribute(const char *tag, const char *name, char *out, size_t cap)
{
    static const struct {
        const char *entity;
        char c;
    } entities[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&#39;", '\'' } };
    char start[32];
    const char *end = strchr(tag, '>');
    size_t n = 0;

    snprintf(start, sizeof start, " %s=\"", name);
    const char *at = strstr(tag, start);
    out[0] = '\0';
    if (at == NULL || end == NULL || at > end)
        return false;
    for (at += strlen(start); *at != '"' && *at != '\0'; n++) {
        size_t e = 0;
        while (e < 5 && strncmp(at, entities[e].entity, strlen(entities[e].entity)) != 0)
            e++;
        assert_true(n + 1 < cap);
        out[n] = e < 5 ? entities[e].c : *at;
        at += e < 5 ? strlen(entities[e].entity) : 1;
    }
    out[n] = '\0';
    return true;
}

static inline void browser_read_form(struct browser *b)
{
    static char value[BROWSER_TEXT];
    char type[32], name[64];
    struct buf fields;
    const char *form = strstr(b->reply.body, "<form");

    b->action[0] = b->fields[0] = '\0';
    if (form == NULL)
        return;
    (void)browser_attribute(form, "action", b->action, sizeof b->action);
    const char *end = strstr(form, "</form>");
    assert_non_null(end);
    buf_init(&fields, b->fields, sizeof b->fields);
    for (const char *at = strstr(form, "<input"); at != NULL && at < end; at = strstr(at + 1, "<input"))
        if (browser_attribute(at, "type", type, sizeof type) && strcmp(type, "hidden") == 0 &&
            browser_attribute(at, "name", name, sizeof name) && browser_attribute(at, "value", value, sizeof value))
            form_put(&fields, slice_of(name), slice_of(value));
    buf_putc(&fields, '\0');
    assert_true(buf_ok(&fields));
}

/* A hidden field's value; "" if there is none. */
static inline const char *browser_field(const struct browser *b, const char *name, char *out, size_t cap)
{
    static char space[BROWSER_TEXT * 2];
    struct arena arena;
    struct form form;

    arena_init(&arena, space, sizeof space);
    assert_true(err_is_ok(form_parse(slice_of(b->fields), &arena, &form)));
    (void)slice_to_cstr(form_get(&form, slice_of(name)), out, cap);
    return out;
}

/* ---- requests ---- */

static inline void browser_send(struct browser *b, const char *method, const char *target, const char *form)
{
    static char request[BROWSER_REQUEST];
    char cookies[2048] = "";
    struct buf out;
    int fd = world_connect(b->world);

    buf_init(&out, cookies, sizeof cookies);
    for (size_t i = 0; i < b->cookie_count; i++)
        buf_fmt(&out, "%s%s=%s", i == 0 ? "Cookie: " : "; ", b->cookies[i].name, b->cookies[i].value);
    buf_puts(&out, b->cookie_count > 0 ? "\r\n" : "");
    buf_putc(&out, '\0');
    assert_true(buf_ok(&out));
    int n = snprintf(request, sizeof request,
                     "%s %s HTTP/1.1\r\nHost: login.example\r\n%s%s%sContent-Length: %zu\r\n\r\n%s", method, target,
                     strcmp(method, "POST") == 0 ? "Content-Type: application/x-www-form-urlencoded\r\n" : "", cookies,
                     b->headers != NULL ? b->headers : "", strlen(form), form);
    assert_true(n > 0 && (size_t)n < sizeof request);
    assert_true(world_exchange(fd, request, (size_t)n, &b->reply));
    close(fd);
    browser_keep_cookies(b);
    (void)browser_header(b, "Location", b->location, sizeof b->location);
    browser_read_form(b);
}

/* What a person does: opens an address, … */
static inline void browser_open(struct browser *b, const char *target)
{
    browser_send(b, "GET", target, "");
}

/* … or sends the page's form with what she typed and the button she pressed. */
static inline void browser_submit(struct browser *b, const char *typed)
{
    static char form[BROWSER_REQUEST];
    char action[sizeof b->action];
    struct buf out;

    memcpy(action, b->action, sizeof action);
    buf_init(&out, form, sizeof form);
    buf_puts(&out, b->fields);
    buf_puts(&out, b->fields[0] != '\0' ? "&" : "");
    buf_puts(&out, typed);
    buf_putc(&out, '\0');
    assert_true(buf_ok(&out));
    browser_send(b, "POST", action, form);
}

/* The next code mailed to the address. Called after each mail: they come late. */
static inline void browser_read_code(struct browser *b, const char *address)
{
    assert_true(world_code(b->world, address, b->mail, b->code, &b->mail));
}

/* The parameter of the answer in `location`, behind '?' or '#', decoded; "" if there is none. */
static inline const char *browser_answer(const struct browser *b, const char *name, char *out, size_t cap)
{
    static char space[BROWSER_TEXT * 2];
    struct arena arena;
    struct form form;
    const char *at = strpbrk(b->location, "?#");

    out[0] = '\0';
    if (at == NULL)
        return out;
    arena_init(&arena, space, sizeof space);
    assert_true(err_is_ok(form_parse(slice_of(at + 1), &arena, &form)));
    (void)slice_to_cstr(form_get(&form, slice_of(name)), out, cap);
    return out;
}

/* ---- the same, with the status ---- */

static inline int browser_get(struct browser *b, const char *target)
{
    browser_open(b, target);
    return b->reply.status;
}

static inline int browser_post(struct browser *b, const char *target, const char *form)
{
    browser_send(b, "POST", target, form);
    return b->reply.status;
}

static inline int browser_press(struct browser *b, const char *typed)
{
    browser_submit(b, typed);
    return b->reply.status;
}

/* Which page it is on, by its hidden field; "" where it has none. */
static inline const char *browser_page(const struct browser *b)
{
    static char name[64];

    return browser_field(b, "page", name, sizeof name);
}

#endif
