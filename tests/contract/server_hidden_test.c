/* SPDX-License-Identifier: Apache-2.0 */
/* A tenant that hides unknown users (spec V1, 6.14): step by step, whoever has an account, of whatever kind, gets byte for byte
 * the answer that nobody gets, but for what is random, and tokens of the same length. */
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/world_flows.h"
#include "support/world_test.h"

#define KENNEL "kennel"

/* Addresses of one length. tom has a password and, here, a strong address; sam signs in with codes; eve was made by an
 * administrator with a telephone; dan is disabled; the others do not exist. */
static const char *const everybody[] = { "tom@example.org", "sam@example.org", "eve@example.org",
                                         "dan@example.org", "zoe@example.org", "ulf@example.org" };
enum { EVERYBODY = sizeof everybody / sizeof everybody[0], NOBODY = EVERYBODY - 1 };

static void put_user(struct world *w, uint8_t n, const char *email, bool enabled, enum channel channel,
                     const char *target)
{
    struct guid tenant;
    struct user tom;
    struct store *store = rooms_store(w->rooms);

    assert_true(guid_parse(SLICE(WORLD_OTHER_TENANT), &tenant));
    assert_true(err_is_ok(store_user_by_identity(store, tenant, SLICE("tom@example.org"), &tom)));
    struct method method = { .id = { { 0xab, n } }, .user_id = tom.id, .channel = channel, .created_at = 1 };
    if (n > 0) {
        tom.id = method.user_id = (struct guid){ { 0xef, n } };
        tom.enabled = enabled;
        tom.origin = ORIGIN_ADMIN;
        snprintf(tom.email, sizeof tom.email, "%s", email);
        snprintf(tom.identity, sizeof tom.identity, "%s", email);
    }
    snprintf(method.target, sizeof method.target, "%s", target);
    const struct store_write writes[] = { { .kind = WRITE_USER_PUT, .user = &tom },
                                          { .kind = WRITE_METHOD_ADD, .method = &method } };
    assert_true(err_is_ok(store_write(store, writes, 2)));
}

/* The answer with what is random cut out. */
static void blank(char *body, const char *begin)
{
    char *at = strstr(body, begin);

    if (at == NULL)
        return;
    at += strlen(begin);
    memset(at, '#', strcspn(at, "\""));
}

static void blank_name(char *body, const char *user)
{
    for (char *at = strchr(body, user[0]); at != NULL; at = strchr(at + 1, user[0]))
        if (strncmp(at, user, 1) == 0 && at[1] == '*' && at[2] == user[2])
            at[0] = at[2] = '#';
}

static void check_same(struct flow *f, struct flow *nobody, const char *what)
{
    char here[2048], there[2048];
    struct flow *flows[] = { f, nobody };
    char *texts[] = { here, there };

    for (int i = 0; i < 2; i++) {
        snprintf(texts[i], 2048, "%d %.2000s", flows[i]->reply.status, flows[i]->reply.body);
        blank(texts[i], "\"continuation_token\":\""); /* its length stays */
        blank(texts[i], "Trace ID: ");
        blank(texts[i], "\"trace_id\":\"");
        blank(texts[i], "\"correlation_id\":\"");
        blank_name(texts[i], flows[i]->user);
    }
    if (strcmp(here, there) != 0)
        fail_msg("%s, %s:\n%s\n%s:\n%s", what, f->user, here, nobody->user, there);
}

struct step {
    const char *path;
    const char *form;
};

/* A flow, its steps for everybody, one after the other. */
static void compare(struct world *w, const char *app, const struct step *steps, size_t n)
{
    static struct flow flows[EVERYBODY];

    world_advance(w, 7200);
    for (size_t u = 0; u < EVERYBODY; u++)
        flow_begin(&flows[u], w, KENNEL, app, everybody[u]);
    for (size_t i = 0; i < n; i++) {
        for (size_t u = 0; u < EVERYBODY; u++) {
            struct flow *f = &flows[u];
            (void)flow_post(f, steps[i].path, steps[i].form);
            if (f->reply.status == 200)
                world_member(&f->reply, "continuation_token", f->token, sizeof f->token);
        }
        for (size_t u = 0; u < NOBODY; u++)
            check_same(&flows[u], &flows[NOBODY], steps[i].path);
    }
}

#define LIST(list) "&username=$u&challenge_type=" list

/* Every application, every list, also another one at the challenge; then wrong proofs, and too many. */
static void test_sign_in(void **state)
{
    static const char *const apps[] = { WORLD_OTHER_APP, WORLD_OTHER_PASSWORD, WORLD_OTHER_CODE };
    static const char *const starts[] = { LIST("oob+redirect"), LIST("password+redirect"),
                                          LIST("oob+password+redirect"), LIST("redirect") };
    static const char *const lists[] = { "", "&challenge_type=oob+redirect", "&challenge_type=password+redirect" };
    static const char *const wrong[] = { "&grant_type=oob&scope=openid&oob=00000000",
                                         "&grant_type=password&scope=openid&password=Wrong-Kettle-1" };

    for (size_t i = 0; i < 3 * 4 * 3; i++) {
        const struct step steps[] = { { "/oauth2/v2.0/initiate", starts[i / 3 % 4] },
                                      { "/oauth2/v2.0/challenge", lists[i % 3] },
                                      { "/oauth2/v2.0/token", wrong[0] },
                                      { "/oauth2/v2.0/token", wrong[1] },
                                      { "/oauth2/v2.0/challenge", "" } };
        compare(*state, apps[i / 12], steps, sizeof steps / sizeof steps[0]);
    }
}

static void test_reset(void **state)
{
    static const struct step steps[] = {
        { "/resetpassword/v1.0/start", LIST("oob+redirect") },
        { "/resetpassword/v1.0/challenge", "" },
        { "/resetpassword/v1.0/challenge", "" }, /* too soon */
        { "/resetpassword/v1.0/continue", "&grant_type=oob&oob=00000000" },
        { "/resetpassword/v1.0/submit", "&new_password=Red-Lantern-17" },
    };
    static const struct step redirect[] = { { "/resetpassword/v1.0/start", LIST("redirect") } };

    compare(*state, WORLD_OTHER_PASSWORD, steps, sizeof steps / sizeof steps[0]);
    compare(*state, WORLD_OTHER_CODE, steps, sizeof steps / sizeof steps[0]);
    compare(*state, WORLD_OTHER_PASSWORD, redirect, 1);
}

/* The code went to the strong address, though nobody is told so; and the flow comes to its end. */
static void test_reset_by_the_strong_address(void **state)
{
    struct world *w = *state;
    struct flow f;
    char label[64];

    flow_begin(&f, w, KENNEL, WORLD_OTHER_PASSWORD, "tom@example.org");
    flow_lead(&f, STATE_RESET_CODE_SENT);
    world_member(&f.reply, "challenge_target_label", label, sizeof label);
    assert_string_equal(label, "t*m@e*********g");
    struct inbox_mail mail;
    assert_int_equal(inbox_list(rooms_inbox(w->rooms), SLICE("a.strong.address@example.org"), 0, &mail, 1), 1);
    assert_string_equal(mail.letter.code, f.code);
    assert_int_equal(flow_post(&f, "/resetpassword/v1.0/continue", "&grant_type=oob&oob=$c"), 200);
}

static void test_sign_up(void **state)
{
    static const struct step steps[] = {
        { "/signup/v1.0/start", LIST("oob+password+redirect") "&password=Red-Lantern-17" },
        { "/signup/v1.0/challenge", "" },
        { "/signup/v1.0/continue", "&grant_type=oob&oob=00000000" },
        { "/signup/v1.0/continue", "&grant_type=password&password=Red-Lantern-17" },
    };

    compare(*state, WORLD_OTHER_PASSWORD, steps, sizeof steps / sizeof steps[0]);
    compare(*state, WORLD_OTHER_CODE, steps, sizeof steps / sizeof steps[0]);
}

static int open_world(void **state)
{
    (void)world_test_open(state);
    put_user(*state, 0, "tom@example.org", true, CHANNEL_EMAIL, "a.strong.address@example.org");
    put_user(*state, 1, "eve@example.org", true, CHANNEL_SMS, "+4790000008");
    put_user(*state, 2, "dan@example.org", false, CHANNEL_EMAIL, "another@example.org");
    return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, world_test_close)
    const struct CMUnitTest tests[] = { TEST(test_sign_in), TEST(test_reset), TEST(test_reset_by_the_strong_address),
                                        TEST(test_sign_up) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
