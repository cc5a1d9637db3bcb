/* SPDX-License-Identifier: Apache-2.0 */
/* hosted_attack.h: a world and a browser for tests that attack the hosted pages. Included after cmocka.h. */
#ifndef DOORCODE_TESTS_HOSTED_ATTACK_H
#define DOORCODE_TESTS_HOSTED_ATTACK_H

#include "support/browser_script.h"

#define LOOPBACK "http%3A%2F%2Flocalhost"
#define AUTHORIZE "/petstore/oauth2/v2.0/authorize?"
#define BASE "client_id=" WORLD_APP_PASSWORD "&redirect_uri=" LOOPBACK "&response_type=code&scope=openid"
#define INTERACT "/" WORLD_TENANT "/interact"
#define TOM "do=next&username=tom%40example.org"
#define RIGHT "do=next&password=" WORLD_PASSWORD

static struct world world;

static inline struct browser *browser_new(void)
{
    struct browser *b = calloc(1, sizeof *b);

    assert_non_null(b);
    b->world = &world;
    return b;
}

static inline const char *joined(const char *const *parts)
{
    static char text[BROWSER_TEXT * 2];
    struct buf out;

    buf_init(&out, text, sizeof text);
    for (; *parts != NULL; parts++)
        buf_puts(&out, *parts);
    buf_putc(&out, '\0');
    assert_true(buf_ok(&out));
    return text;
}

#define JOINED(...) joined((const char *const[]){ __VA_ARGS__, NULL })

static inline int open_world(void **state)
{
    world_open(&world, &(struct world_options){ .seed = 11 });
    *state = browser_new();
    return 0;
}

static inline int close_world(void **state)
{
    free(*state);
    world_close(&world);
    return 0;
}

static inline void start(struct browser *b)
{
    browser_open(b, AUTHORIZE BASE "&state=s");
    assert_int_equal(b->reply.status, 200);
}

static inline void sign_in(struct browser *b)
{
    start(b);
    browser_submit(b, TOM);
    browser_submit(b, RIGHT);
    assert_int_equal(b->reply.status, 302);
}

/* An error as a page of ours: sent nowhere, nothing given. */
static inline void is_stopped(const struct browser *b, const char *what)
{
    if (b->reply.status < 400 || b->reply.status > 499 || b->location[0] != '\0' ||
        strstr(b->reply.head, "text/html") == NULL || strstr(b->reply.body, "AADSTS") == NULL)
        fail_msg("%s: %s%s", what, b->reply.head, b->reply.body);
}

static inline bool is_signed_in(struct browser *b)
{
    char code[128];

    browser_open(b, AUTHORIZE BASE "&prompt=none");
    return browser_answer(b, "code", code, sizeof code)[0] != '\0';
}

#define ATTACK(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

#endif
