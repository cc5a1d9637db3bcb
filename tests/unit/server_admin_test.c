/* SPDX-License-Identifier: Apache-2.0 */
/* The administration commands as they are typed: what they print for people and for scripts, and that each error says what
 * to do next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/vault.h"
#include "mail/letter.h"
#include "store/store.h"
#include "support/admin_ran.h"

#include <pty.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void without_a_database(void **state)
{
    (void)state;
    expect_failure("user list", COMMAND_FAILED,
                   "Name the server's configuration with --config, or its folder with --data.");
    expect_failure("export", COMMAND_FAILED, "there is no database");
}

static void the_database_of_the_development_mode_is_named(void **state)
{
    (void)state;
    char path[128];
    char told[256];
    setenv("XDG_STATE_HOME", folder.path, 1);
    snprintf(path, sizeof path, "%s/doorcode", folder.path);
    assert_int_equal(mkdir(path, 0700), 0);
    const char *database = test_file(&folder, "doorcode/doorcode.db", "");
    snprintf(told, sizeof told, "or its folder with --data. That of doorcode dev is %s.\n", path);
    expect_failure("user list", COMMAND_FAILED, told);
    assert_int_equal(unlink(database), 0);
    assert_int_equal(rmdir(path), 0);
    unsetenv("XDG_STATE_HOME");
}

/* The service could not open a database of root's. */
static void a_database_that_root_makes_is_the_folder_owners(void **state)
{
    enum { SOMEBODY = 65534 };
    char path[128];
    struct stat about;
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(folder.path, SOMEBODY, SOMEBODY), 0);
    expect_part("apply --dry-run @pets.yaml", "nothing was written");
    snprintf(path, sizeof path, "%s/doorcode.db", folder.path);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_uid, SOMEBODY);
    assert_int_equal(about.st_gid, SOMEBODY);
    assert_int_equal(chown(folder.path, 0, 0), 0);
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
    /* What would have been created until then is not told as if it were. */
    test_file(&folder, "half.yaml", "tenants: [{name: kennel}, {name: kennel, domain: petstore.onmicrosoft.com}]");
    expect_failure("apply @half.yaml", COMMAND_FAILED, "Nothing was changed.");
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
    expect_part("user show SAM@Example.ORG", "email     sam@example.org\n");
    expect_failure("user delete sam@example.org --json", COMMAND_USAGE, "unknown option '--json'");
    expect_failure("user show nobody@example.org", COMMAND_FAILED, "'doorcode user list' shows them.");
    expect_failure("user show not-an-address", COMMAND_FAILED, "not-an-address: there is no such user");
    expect_failure("user delete nobody@example.org", COMMAND_FAILED, "there is no such user");
    expect("user delete Kim@example.org", "deleted user Kim@example.org\n");
    expect_failure("user show kim@example.org", COMMAND_FAILED, "there is no such user");
    expect_failure("user show", COMMAND_USAGE, "doorcode user show --help");
}

static void second_factors(void **state)
{
    char line[128];
    (void)state;
    expect("user methods list sam@example.org --json", "[]\n");
    expect("user methods add sam@example.org +47-90000007", "added sms +4790000007\n");
    expect("user methods add SAM@example.org Strong@Example.org", "added email Strong@Example.org\n");
    expect("user methods add sam@example.org +4790000007", "added sms +4790000007\n"); /* again: it is the same one */
    json_t *rows = json_of("user methods list sam@example.org --json");
    assert_int_equal(json_array_size(rows), 2);
    assert_string_equal(member(rows, 0, "channel"), "email");
    assert_string_equal(member(rows, 1, "target"), "+4790000007");
    expect_part("user methods list sam@example.org", "channel  target ");
    EXPECT_ON_TERMINAL("user methods list sam@example.org", "    id  ", member(rows, 0, "id"), member(rows, 1, "id"));
    expect_failure("user methods add sam@example.org nowhere", COMMAND_FAILED, "nowhere: is no contact");
    expect_failure("user methods add sam@example.org +12", COMMAND_FAILED,
                   "Give an address, or a number like +4790000007.");
    expect_failure("user methods add nobody@example.org +4790000007", COMMAND_FAILED, "there is no such user");
    expect_failure("user methods add sam@example.org", COMMAND_USAGE, "doorcode user methods add --help");
    for (int i = 0; i < LIMIT_METHODS - 2; i++) {
        snprintf(line, sizeof line, "user methods add sam@example.org more%d@example.org", i);
        expect(line, NULL);
    }
    expect_failure("user methods add sam@example.org one.too.many@example.org", COMMAND_FAILED,
                   "a user has at most 5 second factors");
    snprintf(line, sizeof line, "user methods remove sam@example.org %s", member(rows, 1, "id"));
    json_decref(rows);
    expect(line, "removed sms +4790000007\n");
    expect_failure(line, COMMAND_FAILED, "'doorcode user methods list' shows them.");
    expect("user methods remove sam@example.org STRONG@example.org", "removed email Strong@Example.org\n");
    for (int i = 0; i < LIMIT_METHODS - 2; i++) {
        snprintf(line, sizeof line, "user methods remove sam@example.org more%d@example.org", i);
        expect(line, NULL);
    }
    expect("user methods list sam@example.org --json", "[]\n");
    expect_failure("user methods lst sam@example.org", COMMAND_USAGE, "did you mean 'doorcode user methods list'?");
    expect_failure("user method list sam@example.org", COMMAND_USAGE, "did you mean 'doorcode user methods list'?");
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
    expect_part("app list",
                "name  client_id                             native  public  user_flow  api  secrets\nShop  1f8b7c66");
    expect_part("app show Shop", "name           Shop\nclient_id      1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31\n");
    expect_part("app show Shop", "\npermissions    openid api://pets/a\n");
    expect_part("app show 1F8B7C66-3a1d-4f5e-9c42-7d2e0b9a8c31", "Shop");
    expect_failure("app show Nothing", COMMAND_FAILED, "'doorcode app list' shows them.");
    expect_part("flow list", "signup  emailOneTimePasscode  yes               1\n");
    expect_part("flow show spare", "name               spare\nidentity_provider  emailPassword\n");
    expect_failure("flow show nothing", COMMAND_FAILED, "'doorcode flow list' shows them.");
    expect_failure("flow delete signup", COMMAND_FAILED, "Link the application to another user flow first.");
    expect("flow delete spare", "deleted user flow spare\n");
    expect_failure("flow delete spare", COMMAND_FAILED, "there is no such user flow");
    expect_failure("app delete Shop", COMMAND_FAILED, "Give the client id");
    expect("app delete 1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31", NULL);
    expect("app list --json", "[]\n");
    expect("flow delete signup", "deleted user flow signup\n");
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
    EXPECT_ON_TERMINAL("keys list", "    kid  ", member(after, 0, "kid"), "  signing_since");
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
    struct mail mails[3], refused;
    struct store_write writes[4];

    snprintf(path, sizeof path, "%s/doorcode.db", folder.path);
    assert_int_equal(store_open(&options, &store).code, ERR_OK);
    for (size_t i = 0; i < 3; i++) {
        mails[i] = sealed_mail(vault, i + 1);
        writes[i] = (struct store_write){ .kind = WRITE_MAIL_ADD, .mail = &mails[i] };
    }
    refused = mails[1];
    refused.state = MAIL_DEAD;
    refused.attempts = 7;
    snprintf(refused.last_error, sizeof refused.last_error, "550 5.1.1 <no \"such\" user>\033[2J");
    mails[2].sealed[30] ^= 1; /* damaged */
    writes[3] = (struct store_write){ .kind = WRITE_MAIL_UPDATE, .mail = &refused };
    assert_int_equal(store_write(store, writes, 4).code, ERR_OK);
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
    EXPECT_ON_TERMINAL("mail list", "    last_error  550 5.1.1 <no \"such\" user>.[2J\n", "2026-07-22 10:16:30Z\n");
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

/* Reads what the terminal shows, until it shows this. */
static void await(int terminal, char *seen, size_t cap, const char *text)
{
    while (strstr(seen, text) == NULL) {
        size_t used = strlen(seen);
        ssize_t got = read(terminal, seen + used, cap - used - 1);
        if (got <= 0)
            fail_msg("no '%s' in: %s", text, seen);
        seen[used + (size_t)got] = '\0';
    }
}

/* What a person types, and where it leads; in a process of its own, where libsodium hashes nothing any more. */
static void type_password(const char *typed, const char *again, const char *end)
{
    int terminal;
    int status;
    char seen[4096] = "";
    char line[256];
    snprintf(line, sizeof line, "user set-password sam@example.org --tenant petstore --data %s", folder.path);
    pid_t child = forkpty(&terminal, NULL, NULL, NULL);
    if (child == 0) {
        clearerr(stdin);
        int ended = command_ran_to(&program, line, stdout, stdout);
        fflush(NULL);
        _exit(ended);
    }
    await(terminal, seen, sizeof seen, "New password: ");
    assert_int_equal(write(terminal, typed, strlen(typed)), strlen(typed));
    await(terminal, seen, sizeof seen, "The same again: ");
    assert_int_equal(write(terminal, again, strlen(again)), strlen(again));
    await(terminal, seen, sizeof seen, end);
    waitpid(child, &status, 0);
    close(terminal);
    assert_null(strstr(seen, "word1!"));
}

static void a_person_types_a_password_unseen(void **state)
{
    (void)state;
    type_password("Password1!\n", "Another-word1!\n", "the two are not the same");
    type_password("Password1!\n", "Password1!\n", "easily guessed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_database), /* in this order: they share a folder */
        cmocka_unit_test(the_database_of_the_development_mode_is_named),
        cmocka_unit_test(a_database_that_root_makes_is_the_folder_owners),
        cmocka_unit_test(apply_says_what_it_did),
        cmocka_unit_test(apply_refuses_with_the_line),
        cmocka_unit_test(export_applies_again),
        cmocka_unit_test(users),
        cmocka_unit_test(second_factors),
        cmocka_unit_test(applications_and_flows),
        cmocka_unit_test(long_lists_are_whole),
        cmocka_unit_test(several_tenants),
        cmocka_unit_test(keys),
        cmocka_unit_test(mails),
        cmocka_unit_test(configuration_names_the_folder),
        cmocka_unit_test(passwords_are_set),
        cmocka_unit_test(a_person_types_a_password_unseen),
    };
    return cmocka_run_group_tests(tests, make, clear);
}
