/* SPDX-License-Identifier: Apache-2.0 */
/* The administration commands as they are typed: what they print for people and for scripts, and that each error says what
 * to do next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/digest.h"
#include "crypto/vault.h"
#include "flow/client.h"
#include "mail/letter.h"
#include "server/commands/commands.h"
#include "store/store.h"
#include "support/command_ran.h"
#include "support/text_file.h"

#include <jansson.h>

static const struct command *const *const lists[] = { server_commands, NULL };
static const struct command_program program = { .name = "doorcode", .version = "0", .date = "", .lists = lists };
static struct test_folder folder;

static const char pets[] = "tenants:\n"
                           "  - name: petstore\n"
                           "    userFlows:\n"
                           "      - name: signup\n"
                           "        identityProvider: emailOneTimePasscode\n"
                           "        attributes: [{name: displayName}]\n"
                           "      - {name: spare, identityProvider: emailPassword}\n"
                           "    applications:\n"
                           "      - clientId: 1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31\n"
                           "        name: Shop\n"
                           "        userFlow: signup\n"
                           "        nativeAuthentication: true\n"
                           "        permissions: [openid, \"api://pets/a\"]\n"
                           "    users:\n"
                           "      - {email: sam@example.org, displayName: \"Sam \\\"S\\\" Z\xc3\xb6\"}\n"
                           "      - {email: kim@example.org, enabled: false}\n";

static int make(void **state)
{
    (void)state;
    unsetenv("DOORCODE_CONFIG");
    test_folder_make(&folder);
    test_file(&folder, "pets.yaml", pets);
    return 0;
}

static int clear(void **state)
{
    (void)state;
    test_folder_remove(&folder);
    return 0;
}

/* "@" stands for the folder's files: "apply @pets.yaml". --data is added. */
static struct ran run(const char *line)
{
    char full[512];
    const char *at = strchr(line, '@');

    if (at != NULL && (at == line || at[-1] == ' '))
        snprintf(full, sizeof full, "%.*s%s/%s --data %s", (int)(at - line), line, folder.path, at + 1, folder.path);
    else
        snprintf(full, sizeof full, "%s --data %s", line, folder.path);
    return command_ran(&program, full);
}

/* It succeeds, says nothing on the error output, and prints `out` (NULL: whatever). */
static void expect(const char *line, const char *out)
{
    struct ran ran = run(line);

    assert_string_equal(ran.errors, "");
    assert_int_equal(ran.status, COMMAND_OK);
    if (out != NULL)
        assert_string_equal(ran.out, out);
    command_ran_free(&ran);
}

/* It fails with these words, and changes or prints nothing. */
static void expect_failure(const char *line, int status, const char *errors)
{
    struct ran ran = run(line);

    if (strstr(ran.errors, errors) == NULL)
        fail_msg("%s: %s", line, ran.errors);
    assert_int_equal(ran.status, status);
    assert_string_equal(ran.out, "");
    command_ran_free(&ran);
}

static void expect_part(const char *line, const char *part)
{
    struct ran ran = run(line);

    assert_string_equal(ran.errors, "");
    if (strstr(ran.out, part) == NULL)
        fail_msg("%s: no '%s' in:\n%s", line, part, ran.out);
    command_ran_free(&ran);
}

static json_t *json_of(const char *line)
{
    struct ran ran = run(line);
    json_error_t why;
    json_t *rows = json_loads(ran.out, JSON_REJECT_DUPLICATES, &why);

    if (rows == NULL)
        fail_msg("%s: %s in:\n%s%s", line, why.text, ran.out, ran.errors);
    assert_true(json_is_array(rows));
    command_ran_free(&ran);
    return rows;
}

static const char *member(const json_t *rows, size_t row, const char *name)
{
    const char *text = json_string_value(json_object_get(json_array_get(rows, row), name));

    assert_non_null(text);
    return text;
}

static void without_a_database(void **state)
{
    (void)state;
    expect_failure("user list", COMMAND_FAILED,
                   "Name the server's configuration with --config, or its folder with --data.");
    expect_failure("export", COMMAND_FAILED, "there is no database");
}

static void apply_says_what_it_did(void **state)
{
    (void)state;
    expect("apply --dry-run @pets.yaml", "created  tenant       petstore\ncreated  user flow    petstore/signup\n"
                                         "created  user flow    petstore/spare\ncreated  application  petstore/Shop\n"
                                         "created  user         petstore/sam@example.org\n"
                                         "created  user         petstore/kim@example.org\n"
                                         "6 created, 0 changed, 0 the same (dry run: nothing was written)\n");
    expect("apply @pets.yaml", NULL);
    expect("apply @pets.yaml", "0 created, 0 changed, 6 the same\n");
    test_file(&folder, "more.yaml", "tenants: [{name: petstore, users: [{email: sam@example.org, surname: S}]}]");
    expect("apply @more.yaml", "changed  user         petstore/sam@example.org (displayName, surname)\n"
                               "0 created, 1 changed, 1 the same\n");
    expect("apply @pets.yaml", "changed  user         petstore/sam@example.org (displayName, surname)\n"
                               "0 created, 1 changed, 5 the same\n");
}

static void apply_refuses_with_the_line(void **state)
{
    (void)state;
    test_file(&folder, "broken.yaml", "tenants:\n  - name: petstore\n    usres: []\n");
    expect_failure("apply @broken.yaml", COMMAND_FAILED,
                   "broken.yaml:3: tenants[0]: unknown field 'usres'; did you mean 'users'?\n");
    expect_failure("apply @broken.yaml", COMMAND_FAILED, "Nothing was changed.");
    expect_failure("apply @missing.yaml", COMMAND_FAILED, "missing.yaml: No such file or directory");
    expect_failure("apply", COMMAND_USAGE, "doorcode apply --help");
}

static void export_applies_again(void **state)
{
    struct ran ran = run("export");
    (void)state;
    assert_int_equal(ran.status, COMMAND_OK);
    test_file(&folder, "export.yaml", ran.out);
    command_ran_free(&ran);
    expect("apply @export.yaml", "0 created, 0 changed, 6 the same\n");
}

static void users(void **state)
{
    (void)state;
    expect_part("user list", "email            origin  enabled  name ");
    expect_part("user list", "kim@example.org  admin   no ");
    json_t *rows = json_of("user list --json");
    assert_int_equal(json_array_size(rows), 2);
    assert_string_equal(member(rows, 1, "email"), "sam@example.org");
    assert_string_equal(member(rows, 1, "name"), "Sam \"S\" Z\xc3\xb6");
    assert_string_equal(member(rows, 1, "enabled"), "yes");
    char line[128];
    snprintf(line, sizeof line, "user show %s", member(rows, 1, "id"));
    expect_part(line, "sam@example.org");
    json_decref(rows);
    expect_part("user show SAM@Example.ORG", "sam@example.org");
    expect_failure("user show nobody@example.org", COMMAND_FAILED, "'doorcode user list' shows them.");
    expect_failure("user show not-an-address", COMMAND_FAILED, "not-an-address: there is no such user");
    expect_failure("user delete nobody@example.org", COMMAND_FAILED, "there is no such user");
    expect("user delete Kim@example.org", "deleted user Kim@example.org\n");
    expect_failure("user show kim@example.org", COMMAND_FAILED, "there is no such user");
    expect_failure("user show", COMMAND_USAGE, "doorcode user show --help");
}

static void applications_and_flows(void **state)
{
    (void)state;
    json_t *rows = json_of("app list --json");
    assert_int_equal(json_array_size(rows), 1);
    assert_string_equal(member(rows, 0, "client_id"), "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31");
    assert_string_equal(member(rows, 0, "native"), "yes");
    assert_string_equal(member(rows, 0, "public"), "no");
    assert_string_equal(member(rows, 0, "permissions"), "openid api://pets/a");
    json_decref(rows);
    expect_part("app show Shop", "Shop  1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31");
    expect_part("app show 1F8B7C66-3a1d-4f5e-9c42-7d2e0b9a8c31", "Shop");
    expect_failure("app show Nothing", COMMAND_FAILED, "'doorcode app list' shows them.");
    expect_part("flow list", "signup  emailOneTimePasscode  yes      1");
    expect_part("flow show spare", "spare  emailPassword");
    expect_failure("flow show nothing", COMMAND_FAILED, "'doorcode flow list' shows them.");
    expect_failure("flow delete signup", COMMAND_FAILED, "Link the application to another user flow first.");
    expect("flow delete spare", "deleted user flow spare\n");
    expect_failure("flow delete spare", COMMAND_FAILED, "there is no such user flow");
    expect_failure("app delete Shop", COMMAND_FAILED, "Give the client id");
    expect("app delete 1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31", NULL);
    expect("app list --json", "[]\n");
    expect("flow delete signup", "deleted user flow signup\n");
}

/* ---- secrets ---- */

static struct store *open_database(void)
{
    struct store *store;
    char path[256];

    snprintf(path, sizeof path, "%s/doorcode.db", folder.path);
    const struct store_options options = { .path = path, .clock = &clock_system, .rng = &rng_system };
    assert_int_equal(store_open(&options, &store).code, ERR_OK);
    return store;
}

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

static struct user stored_sam(struct store *store)
{
    struct directory *d;
    struct user user;

    assert_int_equal(store_directory(store, &d).code, ERR_OK);
    assert_int_equal(
        store_user_by_identity(store, directory_tenant(d, SLICE("petstore"))->id, SLICE("sam@example.org"), &user).code,
        ERR_OK);
    directory_release(d);
    return user;
}

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
    assert_true(stored_sam(store).sessions_valid_from >= now);
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
    expect("apply @pets.yaml", NULL); /* as it was, for those that follow */
}

/* The longest lists that a manifest can declare are printed whole, and are JSON. */
static void long_lists_are_whole(void **state)
{
    char *text = malloc(32768);
    size_t n;
    (void)state;
    assert_non_null(text);
    n = (size_t)snprintf(text, 32768,
                         "tenants:\n  - name: petstore\n    applications:\n      - name: Long\n"
                         "        permissions:\n");
    for (int i = 0; i < 64; i++)
        n += (size_t)snprintf(text + n, 32768 - n, "          - api://%0240d/P%d\n", i, i);
    test_file(&folder, "long.yaml", text);
    expect("apply @long.yaml", NULL);
    json_t *rows = json_of("app show Long --json");
    const char *permissions = member(rows, 0, "permissions");
    assert_non_null(strstr(permissions, "/P63"));
    assert_true(strlen(permissions) > 64 * 248);
    json_decref(rows);
    free(text);
}

static void several_tenants(void **state)
{
    (void)state;
    test_file(&folder, "two.yaml", "tenants: [{name: kennel, users: [{email: rex@example.org}]}]");
    expect("apply @two.yaml", NULL);
    expect_failure("user list", COMMAND_FAILED, "there are 2 tenants\nName one with --tenant.");
    expect_failure("user list --tenant zoo", COMMAND_FAILED,
                   "zoo: there is no such tenant\n'doorcode export' shows them.");
    expect_part("user list --tenant KENNEL.onmicrosoft.com", "rex@example.org");
    json_t *rows = json_of("user list --tenant kennel --json");
    assert_int_equal(json_array_size(rows), 1);
    json_decref(rows);
    /* one tenant's commands do not reach into another */
    expect_failure("user show rex@example.org --tenant petstore", COMMAND_FAILED, "there is no such user");
    expect_failure("user delete rex@example.org --tenant petstore", COMMAND_FAILED, "there is no such user");
}

/* ---- keys and mails ---- */

static struct vault *make_vault(void)
{
    struct vault *vault;
    char path[128];

    snprintf(path, sizeof path, "%s/master.key", folder.path);
    assert_int_equal(vault_load(path, true, &rng_system, &vault).code, ERR_OK);
    return vault;
}

static void keys(void **state)
{
    (void)state;
    expect("keys list --json", "[]\n");
    expect_failure("keys rotate", COMMAND_FAILED, "The server makes it at its first start");
    vault_free(make_vault());
    expect_failure("keys rotate --algorithm HS256", COMMAND_USAGE, "HS256: the algorithms are RS256, ES256 and EdDSA");
    expect("keys rotate --algorithm ES256", NULL); /* none yet: current, next, and rolled once */
    json_t *before = json_of("keys list --json");
    expect("keys rotate --algorithm ES256", NULL);
    json_t *after = json_of("keys list --json");
    assert_int_equal(json_array_size(after), json_array_size(before) + 1);
    size_t current = 0, next = 0;
    for (size_t i = 0; i < json_array_size(after); i++) {
        assert_string_equal(member(after, i, "algorithm"), "ES256");
        current += strcmp(member(after, i, "state"), "current") == 0;
        next += strcmp(member(after, i, "state"), "next") == 0;
    }
    assert_int_equal(current, 1);
    assert_int_equal(next, 1);
    json_decref(before);
    json_decref(after);
}

static struct mail sealed_mail(const struct vault *vault, uint64_t id)
{
    const struct letter letter = {
        .to = "sam@example.org", .code = "48151623", .language = "en", .tenant_name = "Pets", .minutes = 10
    };
    struct mail mail = { .id = id, .created_at = 1784715330, .due_at = 1784715390, .expires_at = 1784715930 };
    char space[MAIL_SEALED];
    struct buf plain, sealed;

    buf_init(&plain, space, sizeof space);
    buf_init(&sealed, mail.sealed, sizeof mail.sealed);
    assert_int_equal(letter_pack(&letter, &plain).code, ERR_OK);
    err result = vault_seal(vault, VAULT_MAIL, 0, slice_bytes(&mail.id, sizeof mail.id), buf_slice(&plain), &sealed);
    assert_int_equal(result.code, ERR_OK);
    mail.sealed_n = sealed.n;
    return mail;
}

static void put_mails(const struct vault *vault)
{
    char path[128];
    const struct store_options options = { .path = path, .clock = &clock_system, .rng = &rng_system };
    struct store *store;
    struct mail mails[3];
    struct store_write writes[3];

    snprintf(path, sizeof path, "%s/doorcode.db", folder.path);
    assert_int_equal(store_open(&options, &store).code, ERR_OK);
    for (size_t i = 0; i < 3; i++) {
        mails[i] = sealed_mail(vault, i + 1);
        writes[i] = (struct store_write){ .kind = WRITE_MAIL_ADD, .mail = &mails[i] };
    }
    mails[1].state = MAIL_DEAD;
    mails[1].attempts = 7;
    snprintf(mails[1].last_error, sizeof mails[1].last_error, "550 5.1.1 <no \"such\" user>\033[2J");
    mails[2].sealed[30] ^= 1; /* damaged */
    assert_int_equal(store_write(store, writes, 3).code, ERR_OK);
    store_close(store);
}

static void mails(void **state)
{
    struct vault *vault = make_vault();
    (void)state;
    put_mails(vault);
    vault_free(vault);
    json_t *rows = json_of("mail list --json");
    assert_int_equal(json_array_size(rows), 3);
    assert_string_equal(member(rows, 0, "state"), "pending");
    assert_string_equal(member(rows, 0, "next_try"), "2026-07-22 10:16:30Z");
    assert_string_equal(member(rows, 1, "state"), "dead");
    assert_string_equal(member(rows, 1, "attempts"), "7");
    assert_string_equal(member(rows, 1, "next_try"), "-");
    assert_string_equal(member(rows, 1, "last_error"), "550 5.1.1 <no \"such\" user>\033[2J");
    assert_string_equal(member(rows, 2, "to"), "(unreadable)");
    json_decref(rows);
    struct ran ran = run("mail list");
    assert_null(strstr(ran.out, "sam@example.org")); /* masked */
    assert_null(strstr(ran.out, "48151623"));        /* never the code */
    assert_null(strchr(ran.out, '\033'));            /* nor what a terminal obeys */
    assert_non_null(strstr(ran.out, "user>.[2J"));
    command_ran_free(&ran);
    ran = run("mail list --show-addresses");
    assert_non_null(strstr(ran.out, "sam@example.org"));
    assert_null(strstr(ran.out, "48151623"));
    command_ran_free(&ran);
}

static void configuration_names_the_folder(void **state)
{
    char line[256], text[128];
    (void)state;
    snprintf(text, sizeof text, "data: %s\n", folder.path);
    snprintf(line, sizeof line, "user list --tenant kennel --config %s", test_file(&folder, "server.yaml", text));
    struct ran ran = command_ran(&program, line);
    assert_non_null(strstr(ran.out, "rex@example.org"));
    command_ran_free(&ran);
    snprintf(line, sizeof line, "user list --config %s", test_file(&folder, "bad.yaml", "data: a\nhttp: 1\n"));
    ran = command_ran(&program, line);
    assert_int_equal(ran.status, COMMAND_FAILED);
    assert_non_null(strstr(ran.errors, "bad.yaml:2: http: must be a map"));
    command_ran_free(&ran);
}

/* A password comes on standard input and is nowhere in clear afterwards; a bad one is refused with its reason. */
static void passwords_are_set(void **state)
{
    static const struct {
        const char *input;
        int status;
        const char *says;
    } cases[] = { { "", 1, "there is no password" },
                  { "\n", 1, "there is no password" },
                  { "kim\n", 1, "fewer than 8 characters" },
                  { "Password1!\n", 1, "easily guessed" },
                  { "Blue-Kettle-42\n", 0, "set the password of sam@example.org" },
                  { "Blue-Kettle-43", 0, "set the password of sam@example.org" } };
    (void)state;
    struct ran applied = run("apply @pets.yaml");
    command_ran_free(&applied);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *file = test_file(&folder, "input", cases[i].input);
        assert_non_null(freopen(file, "r", stdin));
        struct ran ran = run("user set-password sam@example.org --tenant petstore");
        assert_int_equal(ran.status != 0, cases[i].status);
        assert_non_null(strstr(ran.status == 0 ? ran.out : ran.errors, cases[i].says));
        command_ran_free(&ran);
    }
    struct store *store = open_database();
    const struct user user = stored_sam(store);
    assert_int_equal(strncmp(user.password_hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31), 0);
    assert_true(user.sessions_valid_from > 0);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_database), /* in this order: they share a folder */
        cmocka_unit_test(apply_says_what_it_did),
        cmocka_unit_test(apply_refuses_with_the_line),
        cmocka_unit_test(export_applies_again),
        cmocka_unit_test(users),
        cmocka_unit_test(secrets),
        cmocka_unit_test(secrets_have_bounds),
        cmocka_unit_test(sessions),
        cmocka_unit_test(everything_ends),
        cmocka_unit_test(roles_are_shown),
        cmocka_unit_test(applications_and_flows),
        cmocka_unit_test(long_lists_are_whole),
        cmocka_unit_test(several_tenants),
        cmocka_unit_test(keys),
        cmocka_unit_test(mails),
        cmocka_unit_test(configuration_names_the_folder),
        cmocka_unit_test(passwords_are_set),
    };
    return cmocka_run_group_tests(tests, make, clear);
}
