/* SPDX-License-Identifier: Apache-2.0 */
/* One whole sign-in and a refresh, while the n-th allocation, the n-th query or write of the database or the n-th send or receive
 * of the server fails, for rising n until nothing meets a failure any more; and clients that hang up after any byte.
 * Each request gets an answer that blames the server or a closed connection, within the time of a request. What was
 * acknowledged holds; a taken code has its grant and its refresh token; afterwards the same server signs in. */
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/torture_server.h"

#include "token/opaque.h"

#define INITIATE "/petstore/oauth2/v2.0/initiate"
#define CHALLENGE "/petstore/oauth2/v2.0/challenge"
#define TOKEN "/petstore/oauth2/v2.0/token"

/* ---- the scenario: how far it came ---- */

struct progress {
    char first[TEXT];     /* continuation token of an acknowledged initiate */
    char challenge[TEXT]; /* of an acknowledged challenge; "" */
    char code[CODE];
    char refresh[256]; /* the newest acknowledged refresh token; "" */
    bool refreshed;
};

static int ask_token(const struct stage *s, const char *token, const char *code, struct world_reply *reply)
{
    char form[FORM];

    snprintf(form, sizeof form, APP "&grant_type=oob&continuation_token=%s&oob=%s&scope=openid+offline_access", token,
             code);
    return post(s, TOKEN, form, reply);
}

static int ask_refresh(const struct stage *s, const char *refresh, struct world_reply *reply)
{
    char form[FORM];

    snprintf(form, sizeof form, APP "&grant_type=refresh_token&refresh_token=%s", refresh);
    return post(s, TOKEN, form, reply);
}

static void try_tokens(struct stage *s, struct progress *p)
{
    struct world_reply reply;
    char newer[256];

    if (!was_done(ask_token(s, p->challenge, p->code, &reply), &reply))
        return;
    world_member(&reply, "refresh_token", p->refresh, sizeof p->refresh);
    if (!was_done(ask_refresh(s, p->refresh, &reply), &reply))
        return;
    world_member(&reply, "refresh_token", newer, sizeof newer);
    memcpy(p->refresh, newer, sizeof newer);
    p->refreshed = true;
}

/* The mailed code; "" where the mailer is among those who fail from now on. It is nudged, as it sleeps for a second where it met a
 * failure. */
static void try_code(struct stage *s, struct progress *p)
{
    const struct timespec pause = { .tv_nsec = 2000000 };
    int failing = 0;

    for (int i = 0; i < 30000 && failing < 25 && !world_code_now(&s->w, SAM, 0, p->code, NULL); i++) {
        failing += atomic_load(&torture.lasting) && atomic_load(&torture.met);
        inbox_wake(rooms_inbox(s->w.rooms));
        nanosleep(&pause, NULL);
    }
}

static void try_signin(struct stage *s, struct progress *p)
{
    struct world_reply reply;
    char form[FORM];

    if (!was_done(post(s, INITIATE, APP "&username=" SAM "&challenge_type=oob+redirect", &reply), &reply))
        return;
    world_member(&reply, "continuation_token", p->first, sizeof p->first);
    snprintf(form, sizeof form, APP "&continuation_token=%s", p->first);
    if (!was_done(post(s, CHALLENGE, form, &reply), &reply))
        return;
    world_member(&reply, "continuation_token", p->challenge, sizeof p->challenge);
    try_code(s, p);
    if (p->code[0] != '\0')
        try_tokens(s, p);
}

/* ---- what must hold when the failures are over ---- */

static struct passcode sams_row(const struct stage *s)
{
    struct passcode row;

    assert_int_equal(store_passcode(rooms_store(s->w.rooms), (struct guid){ { 0xee, 1 } }, &row).code, ERR_OK);
    return row;
}

/* Code, grant and refresh token were written together or not at all. */
static bool signin_is_whole(const struct stage *s)
{
    bool taken = sams_row(s).state == PASSCODE_REDEEMED;
    int64_t tokens = count_rows(s, "refresh_tokens");

    assert_int_equal(count_rows(s, "grants"), taken);
    assert_true(taken ? tokens >= 1 : tokens == 0);
    return taken;
}

static void check_acknowledged(struct stage *s, struct progress *p)
{
    struct world_reply reply;
    bool taken = signin_is_whole(s);

    assert_true(sams_row(s).version > 0 || p->challenge[0] == '\0');
    inbox_wake(rooms_inbox(s->w.rooms));
    if (sams_row(s).version > 0 && p->code[0] == '\0') /* committed, so the mail is, too */
        assert_true(world_code(&s->w, SAM, 0, p->code, NULL));
    if (p->refresh[0] != '\0') {
        assert_true(taken);
        assert_int_equal(ask_refresh(s, p->refresh, &reply), 200);
    }
    if (p->challenge[0] == '\0')
        return;
    int status = ask_token(s, p->challenge, p->code, &reply);
    if (taken ? status != 400 || strstr(reply.body, "[54005]") == NULL : status != 200)
        fail_msg("a code that was%s taken: %d %s", taken ? "" : " not", status, reply.body);
}

static void sign_in_again(struct stage *s)
{
    struct world_reply reply;
    char token[TEXT], code[CODE];

    world_advance(&s->w, 60);
    world_signin_start(&s->w, WORLD_APP_ES256, SAM, token, code);
    assert_int_equal(ask_token(s, token, code, &reply), 200);
}

/* A mailer that met the failure sleeps a second: to wait for it each time would take minutes, so memory fails in wider
 * steps than in the store's test, and in wider ones still where it stays short. */
enum { ALLOCATIONS_STEP = 53, LASTING_STEP = 331 };

static void every_failure(struct stage *s, enum trouble what, bool lasting, long fewest)
{
    long step = torture_step(what, lasting ? LASTING_STEP : ALLOCATIONS_STEP);
    long n = 1 - step;

    do {
        struct progress p = { .refreshed = false };
        n += step;
        stage_begin(s);
        torture_start(what, n, lasting);
        try_signin(s, &p);
        torture_stop();
        assert_true(p.refreshed || atomic_load(&torture.met));
        check_acknowledged(s, &p);
        sign_in_again(s);
        stage_end(s);
    } while (atomic_load(&torture.met));
    assert_true(n > fewest); /* there was something to fail */
}

/* ---- an authorization code, redeemed under failures ---- */

/* Sam's, given to the application a moment ago. */
static void put_code(const struct stage *s, struct opaque *text)
{
    struct vault *vault;
    char path[128];
    struct authorization_code code = { .id = 77,
                                       .user_id = { { 0xee, 1 } },
                                       .grant_id = 78,
                                       .redirect_uri = WORLD_LOOPBACK,
                                       .scope = "openid offline_access",
                                       .proofs = PROVED_CODE,
                                       .authenticated_at = WORLD_START,
                                       .issued_at = WORLD_START,
                                       .expires_at = WORLD_START + 600 };
    const struct store_write write = { .kind = WRITE_CODE_ADD, .code = &code };

    snprintf(path, sizeof path, "%s/master.key", s->folder.path);
    assert_int_equal(vault_load(path, false, &rng_system, &vault).code, ERR_OK);
    assert_true(guid_parse(SLICE(WORLD_TENANT), &code.tenant_id));
    assert_true(guid_parse(SLICE(WORLD_APP_ES256), &code.client_id));
    opaque_make(vault, &rng_system, OPAQUE_CODE, code.id, text, code.hash);
    vault_free(vault);
    assert_int_equal(store_write(rooms_store(s->w.rooms), &write, 1).code, ERR_OK);
}

static int ask_redeem(const struct stage *s, const struct opaque *code, struct world_reply *reply)
{
    char form[FORM];

    snprintf(form, sizeof form, "%s%s",
             APP "&grant_type=authorization_code&redirect_uri=http%3A%2F%2Flocalhost&code=", code->c);
    return post(s, TOKEN, form, reply);
}

/* Taken with its grant and its refresh token, or not at all; and not twice. */
static void check_redeemed(struct stage *s, const struct opaque *code, bool acknowledged)
{
    struct authorization_code row;
    struct world_reply reply;

    assert_int_equal(store_authorization_code(rooms_store(s->w.rooms), 77, &row).code, ERR_OK);
    bool taken = row.used_at != 0;
    assert_true(taken || !acknowledged);
    assert_int_equal(count_rows(s, "grants"), taken);
    assert_int_equal(count_rows(s, "refresh_tokens"), taken);
    int status = ask_redeem(s, code, &reply);
    if (taken ? status != 400 || strstr(reply.body, "[54005]") == NULL : status != 200)
        fail_msg("a code that was%s taken: %d %s", taken ? "" : " not", status, reply.body);
}

static void every_failure_of_a_code(struct stage *s, enum trouble what, long step)
{
    struct opaque code;
    struct world_reply reply;
    long n = 1 - step;

    do {
        n += step;
        stage_begin(s);
        put_code(s, &code);
        torture_start(what, n, false);
        bool done = was_done(ask_redeem(s, &code, &reply), &reply);
        torture_stop();
        assert_true(done || atomic_load(&torture.met));
        check_redeemed(s, &code, done);
        stage_end(s);
    } while (atomic_load(&torture.met));
    assert_true(n > 1); /* there was something to fail */
}

static void test_a_code_and_each_allocation(void **state)
{
    every_failure_of_a_code(*state, TROUBLE_MEMORY, 11);
}

static void test_a_code_and_each_write(void **state)
{
    every_failure_of_a_code(*state, TROUBLE_DISK, 1);
}

static void test_a_code_and_each_send_and_receive(void **state)
{
    every_failure_of_a_code(*state, TROUBLE_SOCKET, 1);
}

/* ---- */

static void test_each_allocation(void **state)
{
    every_failure(*state, TROUBLE_MEMORY, false, 100);
}

static void test_each_allocation_and_all_after_it(void **state)
{
    every_failure(*state, TROUBLE_MEMORY, true, 100);
}

static void test_each_write(void **state)
{
    every_failure(*state, TROUBLE_DISK, false, 10);
}

static void test_each_write_and_all_after_it(void **state)
{
    every_failure(*state, TROUBLE_DISK, true, 10);
}

static void test_each_query(void **state)
{
    every_failure(*state, TROUBLE_QUERY, false, 15);
}

static void test_each_query_and_all_after_it(void **state)
{
    every_failure(*state, TROUBLE_QUERY, true, 15);
}

static void test_each_send_and_receive(void **state)
{
    every_failure(*state, TROUBLE_SOCKET, false, 4);
}

static void test_each_send_and_receive_and_all_after_it(void **state)
{
    every_failure(*state, TROUBLE_SOCKET, true, 4);
}

/* A whole challenge is asked for and not waited for, after any number of its bytes: one server, no failure of its own. */
static void test_client_hangs_up_after_any_byte(void **state)
{
    struct stage *s = *state;
    struct world_reply reply;
    char token[TEXT], form[FORM], request[FORM + 512], code[CODE];

    stage_begin(s);
    assert_int_equal(post(s, INITIATE, APP "&username=" SAM "&challenge_type=oob+redirect", &reply), 200);
    world_member(&reply, "continuation_token", token, sizeof token);
    snprintf(form, sizeof form, APP "&continuation_token=%s", token);
    size_t n = request_text(request, sizeof request, CHALLENGE, form);
    for (size_t sent = 0; sent <= n; sent++) {
        int fd = world_connect(&s->w);
        assert_int_equal(real_socket.send(fd, request, sent, MSG_NOSIGNAL), sent);
        close(fd);
    }
    assert_true(world_code(&s->w, SAM, 0, code, NULL)); /* the last was whole */
    sign_in_again(s);
    stage_end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_code_and_each_allocation),
        cmocka_unit_test(test_a_code_and_each_write),
        cmocka_unit_test(test_a_code_and_each_send_and_receive),
        cmocka_unit_test(test_each_allocation),
        cmocka_unit_test(test_each_allocation_and_all_after_it),
        cmocka_unit_test(test_each_write),
        cmocka_unit_test(test_each_write_and_all_after_it),
        cmocka_unit_test(test_each_query),
        cmocka_unit_test(test_each_query_and_all_after_it),
        cmocka_unit_test(test_each_send_and_receive),
        cmocka_unit_test(test_each_send_and_receive_and_all_after_it),
        cmocka_unit_test(test_client_hangs_up_after_any_byte),
    };

    torture_install();
    return cmocka_run_group_tests_name("server/torture", tests, seed_once, remove_seeded);
}
