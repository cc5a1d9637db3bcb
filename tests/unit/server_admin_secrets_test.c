/* SPDX-License-Identifier: Apache-2.0 */
/* The commands for client secrets, browser sessions and roles: what they print and what they leave in the store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/digest.h"
#include "flow/client.h"
#include "support/admin_ran.h"

static int apply_pets(void **state)
{
    make(state);
    expect("apply @pets.yaml", NULL);
    return 0;
}

/* ---- secrets ---- */

static void expect_secret_works(const char *text, int64_t days)
{
    struct store *store = open_database();
    struct directory *d;
    uint8_t hash[DIGEST_SHA256];

    assert_int_equal(store_directory(store, &d).code, ERR_OK);
    const struct application *app = &d->applications[0];
    const struct client_secret *secret = &app->secrets[app->secret_count - 1];
    digest_sha256(slice_of(text), hash);
    assert_memory_equal(secret->hash, hash, sizeof hash);
    assert_true(slice_eq(secret->hint, (struct slice){ text, 3 }));
    assert_int_equal(secret->ends_at - secret->starts_at, days * 86400);
    assert_int_equal(client_check_secret(app, hash, clock_now(&clock_system)), ERROR_NONE);
    assert_int_equal(client_check_secret(app, hash, secret->ends_at), ERROR_CLIENT_SECRET_EXPIRED);
    directory_release(d);
    store_close(store);
}

/* Made once, kept as a hash that fits, listed without the secret, and removed. */
static void secrets(void **state)
{
    static const char app[] = "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31";
    char line[256];
    (void)state;
    snprintf(line, sizeof line, "app add-secret %s --name production --days 30 --json", app);
    struct ran ran = run(line);
    assert_int_equal(ran.status, COMMAND_OK);
    assert_non_null(strstr(ran.errors, "it is not shown again"));
    json_t *added = json_loads(ran.out, 0, NULL);
    command_ran_free(&ran);
    assert_int_equal(strlen(member(added, 0, "secret")), 43);
    assert_string_equal(member(added, 0, "name"), "production");
    expect_secret_works(member(added, 0, "secret"), 30);
    snprintf(line, sizeof line, "app add-secret %s", app);
    ran = run(line);
    assert_null(strstr(ran.out, member(added, 0, "secret")));
    command_ran_free(&ran);
    snprintf(line, sizeof line, "app secrets %s --json", app);
    json_t *listed = json_of(line);
    assert_int_equal(json_array_size(listed), 2);
    assert_string_equal(member(listed, 0, "key_id"), member(added, 0, "key_id"));
    assert_int_equal(strncmp(member(listed, 0, "hint"), member(added, 0, "secret"), 3), 0);
    assert_null(json_object_get(json_array_get(listed, 0), "secret"));
    snprintf(line, sizeof line, "app secrets %s", app);
    EXPECT_ON_TERMINAL(line, "key_id  ", member(added, 0, "key_id"), "production  ");
    expect("apply @pets.yaml", NULL); /* which names no secrets */
    struct ran whole = run("export");
    assert_null(strstr(whole.out, member(added, 0, "secret")));
    assert_non_null(strstr(whole.out, member(added, 0, "key_id")));
    command_ran_free(&whole);
    snprintf(line, sizeof line, "app remove-secret %s %s", app, member(added, 0, "key_id"));
    expect(line, NULL);
    expect_failure(line, COMMAND_FAILED, "'doorcode app secrets' shows their key ids.");
    snprintf(line, sizeof line, "app secrets %s --json", app);
    json_t *left = json_of(line);
    assert_int_equal(json_array_size(left), 1);
    assert_string_equal(member(left, 0, "key_id"), member(listed, 1, "key_id"));
    json_decref(added);
    json_decref(listed);
    json_decref(left);
}

static void secrets_have_bounds(void **state)
{
    static const char app[] = "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31";
    char line[512];
    (void)state;
    expect_failure("app add-secret Shop", COMMAND_FAILED, "Give the client id");
    expect_failure("app secrets 2f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31", COMMAND_FAILED, "there is no such application");
    snprintf(line, sizeof line, "app add-secret %s --days 0", app);
    expect_failure(line, COMMAND_USAGE, "--days");
    snprintf(line, sizeof line, "app add-secret %s --name %0121d", app, 0);
    expect_failure(line, COMMAND_USAGE, "a name has at most 120 bytes");
    snprintf(line, sizeof line, "app remove-secret %s nothing", app);
    expect_failure(line, COMMAND_FAILED, "nothing: there is no such secret");
    snprintf(line, sizeof line, "app add-secret %s", app);
    for (int i = 1; i < LIMIT_SECRETS; i++) {
        struct ran ran = run(line);
        assert_int_equal(ran.status, COMMAND_OK);
        command_ran_free(&ran);
    }
    expect_failure(line, COMMAND_FAILED, "the application has 10 secrets already");
    test_file(&folder, "none.yaml",
              "tenants: [{name: petstore, applications: [{name: Shop, clientId: 1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31, "
              "userFlow: signup, nativeAuthentication: true, permissions: [openid, 'api://pets/a'], secrets: []}]}]");
    expect("apply @none.yaml", "changed  application  petstore/Shop (secrets)\n0 created, 1 changed, 1 the same\n");
}

/* ---- sessions and roles ---- */

/* Two that are alive, one that died of idleness, one that was ended. */
static void put_sessions(struct store *store, const struct user *user)
{
    static const struct guid app = { { 0x1f, 0x8b, 0x7c, 0x66, 0x3a, 0x1d, 0x4f, 0x5e, 0x9c, 0x42, 0x7d, 0x2e, 0x0b,
                                       0x9a, 0x8c, 0x31 } };
    const instant now = clock_now(&clock_system);
    const instant seen[] = { now, now - 2, now - 100 * 86400, now };

    for (uint8_t i = 0; i < 4; i++) {
        const struct session session = { .id = { { i + 1 } },
                                         .tenant_id = user->tenant_id,
                                         .user_id = user->id,
                                         .created_at = seen[i],
                                         .authenticated_at = seen[i],
                                         .seen_at = seen[i],
                                         .ended_at = i == 3 ? now : 0,
                                         .persistent = i == 1 };
        const struct store_write writes[] = {
            { .kind = WRITE_SESSION_ADD, .session = &session },
            { .kind = WRITE_SESSION_APPLICATION, .guid = session.id, .client_id = app },
        };
        assert_int_equal(store_write(store, writes, 2).code, ERR_OK);
    }
}

static void sessions(void **state)
{
    struct store *store = open_database();
    struct user user = stored_sam(store);
    (void)state;
    put_sessions(store, &user);
    store_close(store);
    json_t *rows = json_of("session list sam@example.org --json");
    assert_int_equal(json_array_size(rows), 2);
    assert_string_equal(member(rows, 0, "session"), "01000000-0000-0000-0000-000000000000");
    assert_string_equal(member(rows, 0, "applications"), "Shop");
    assert_string_equal(member(rows, 1, "stays"), "yes");
    json_decref(rows);
    EXPECT_ON_TERMINAL("session list sam@example.org", "    session       01000000-0000-0000-0000-000000000000\n",
                       "signed_in", "    applications  Shop\n");
    rows = json_of("user show sam@example.org --json");
    assert_string_equal(member(rows, 0, "sessions"), "2");
    json_decref(rows);
    expect_failure("session end sam@example.org 04000000-0000-0000-0000-000000000000", COMMAND_FAILED,
                   "'doorcode session list' shows them.");
    expect_failure("session end sam@example.org 01000000-0000-0000-0000-000000000000 --all", COMMAND_USAGE,
                   "either a session or --all");
    expect_failure("session end nobody@example.org", COMMAND_FAILED, "there is no such user");
    expect_failure("session end", COMMAND_USAGE, "doorcode session end --help");
    expect("session end sam@example.org 01000000-0000-0000-0000-000000000000", "ended 1 session of sam@example.org\n");
    rows = json_of("session list sam@example.org --json");
    assert_int_equal(json_array_size(rows), 1);
    json_decref(rows);
    expect("session end sam@example.org", "ended 1 session of sam@example.org\n");
    expect("session end sam@example.org", "ended 0 sessions of sam@example.org\n");
    expect("session list sam@example.org --json", "[]\n");
    store = open_database();
    assert_int_equal(stored_sam(store).sessions_valid_from, user.sessions_valid_from); /* tokens stay */
    store_close(store);
}

/* Everywhere: sessions and refresh tokens. */
static void everything_ends(void **state)
{
    struct store *store = open_database();
    struct user user = stored_sam(store);
    const instant now = clock_now(&clock_system);
    const struct session session = { .id = { { 9 } },
                                     .tenant_id = user.tenant_id,
                                     .user_id = user.id,
                                     .created_at = now,
                                     .authenticated_at = now,
                                     .seen_at = now };
    const struct store_write write = { .kind = WRITE_SESSION_ADD, .session = &session };
    struct session ended;
    (void)state;
    assert_int_equal(store_write(store, &write, 1).code, ERR_OK);
    store_close(store);
    expect("session end sam@example.org --all",
           "signed sam@example.org out everywhere: her sessions have ended, her refresh tokens are void\n");
    expect("session list sam@example.org --json", "[]\n");
    store = open_database();
    assert_int_equal(store_session(store, session.id, &ended).code, ERR_OK);
    assert_true(ended.ended_at >= now);
    assert_true(stored_sam(store).sessions_valid_from > now); /* a sign-in of the same second is void, too */
    store_close(store);
}

static void roles_are_shown(void **state)
{
    (void)state;
    expect_part("user show sam@example.org --json", "\"roles\":\"\"");
    test_file(&folder, "roles.yaml",
              "tenants: [{name: petstore, applications: [{name: Shop, clientId: 1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31, "
              "userFlow: signup, nativeAuthentication: true, permissions: [openid, 'api://pets/a'],\n"
              "roles: [{value: Buyer}, {value: Clerk}]}], users: [{email: sam@example.org, displayName: Sam,\n"
              "roles: [{application: Shop, value: Clerk}, {application: Shop, value: Buyer}]}]}]");
    expect("apply @roles.yaml", NULL);
    json_t *rows = json_of("user show sam@example.org --json");
    assert_string_equal(member(rows, 0, "roles"), "Shop/Buyer, Shop/Clerk");
    json_decref(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets), /* in this order: they share a folder */
        cmocka_unit_test(secrets_have_bounds),
        cmocka_unit_test(sessions),
        cmocka_unit_test(everything_ends),
        cmocka_unit_test(roles_are_shown),
    };
    return cmocka_run_group_tests(tests, apply_pets, clear);
}
