/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests: what they make, that a second time changes nothing, that a fault changes nothing, and that an export applies to
 * no change. What is refused with which words is in server_manifest_refused_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/vault.h"
#include "server/dev_mode.h"
#include "server/manifest.h"

#include <stdlib.h>
#include <string.h>

enum { REPORT_MAX = 8192, DOCUMENTS = 4 };

struct applied {
    err result;
    struct complaint why;
    char report[REPORT_MAX]; /* "created application petstore/Postman ()\n" … */
    size_t n;
};

static void note(void *ctx, enum manifest_change change, const char *kind, const char *name, const char *fields)
{
    static const char *const words[] = { "created", "changed", "same" };
    struct applied *a = ctx;
    int n = snprintf(a->report + a->n, REPORT_MAX - a->n, "%s %s %s (%s)\n", words[change], kind, name, fields);

    assert_true(n > 0 && a->n + (size_t)n < REPORT_MAX);
    a->n += (size_t)n;
}

static struct store *open_store(void)
{
    const struct store_options options = { .clock = &clock_system, .rng = &rng_system };
    struct store *store;

    assert_int_equal(store_open(&options, &store).code, ERR_OK);
    return store;
}

static void apply_all(struct store *store, const char *const *texts, size_t n, bool dry_run, struct applied *a)
{
    const struct manifest_options options = {
        .rng = &rng_system, .now = 1784715330, .dry_run = dry_run, .report = note, .ctx = a
    };
    struct yaml *documents[DOCUMENTS] = { NULL };
    char name[] = "a.yaml";

    memset(a, 0, sizeof *a);
    for (size_t i = 0; i < n; i++) {
        name[0] = (char)('a' + i);
        if (!err_is_ok(yml_parse(slice_of(texts[i]), name, &documents[i], &a->why)))
            fail_msg("%s in:\n%s", a->why.text, texts[i]);
    }
    a->result = manifest_apply(store, documents, n, &options, &a->why);
    for (size_t i = 0; i < n; i++)
        yml_free(documents[i]);
}

static void apply(struct store *store, const char *text, struct applied *a)
{
    apply_all(store, &text, 1, false, a);
}

static void expect(struct store *store, const char *text, const char *report)
{
    struct applied a;

    apply(store, text, &a);
    assert_string_equal(a.why.text, "");
    assert_int_equal(a.result.code, ERR_OK);
    assert_string_equal(a.report, report);
}

static int64_t version_of(struct store *store)
{
    int64_t version;

    assert_int_equal(store_directory_version(store, &version).code, ERR_OK);
    return version;
}

static char *exported(struct store *store)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);

    assert_int_equal(manifest_export(store, out).code, ERR_OK);
    fclose(out);
    return text;
}

/* Everything that can be said. */
static const char full[] =
    "tenants:\n"
    "  - id: 0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e\n"
    "    name: petstore\n"
    "    domain: petstore.example\n"
    "    aliases: [pets.example, Animals.example]\n"
    "    displayName: Pet Store\n"
    "    branding: { logoUrl: 'https://petstore.example/logo.png', accentColor: '#0b6e4f' }\n"
    "    issuer: https://login.petstore.example/v2.0\n"
    "    hideUnknownUsers: true\n"
    "    strictRefreshTokens: true\n"
    "    userFlows:\n"
    "      - name: signup\n"
    "        identityProvider: emailOneTimePasscode\n"
    "        signUp: false\n"
    "        attributes:\n"
    "          - { name: displayName, type: string, label: Name, regex: '^.+$', required: true }\n"
    "          - { name: age, type: integer }\n"
    "    applications:\n"
    "      - clientId: 1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31\n"
    "        name: Shop\n"
    "        userFlow: signup\n"
    "        publicClient: true\n"
    "        nativeAuthentication: true\n"
    "        redirectUris:\n"
    "          web: [https://shop.example/back]\n"
    "          spa: [http://localhost:3000, https://shop.example/]\n"
    "          publicClient: ['msal1://auth']\n"
    "        permissions: [openid, api://pets/Pets.Read]\n"
    "        allowedOrigins: [https://shop.example]\n"
    "        signingAlgorithm: ES256\n"
    "        accessTokenSeconds: 900\n"
    "    users:\n"
    "      - id: 3c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72\n"
    "        email: Sam@Example.org\n"
    "        origin: emailPassword\n"
    "        displayName: Sam Sample\n"
    "        givenName: Sam\n"
    "        surname: Sample\n"
    "        enabled: false\n";

static const char full_created[] = "created tenant petstore ()\ncreated user flow petstore/signup ()\n"
                                   "created application petstore/Shop ()\ncreated user petstore/Sam@Example.org ()\n";
static const char full_same[] = "same tenant petstore ()\nsame user flow petstore/signup ()\n"
                                "same application petstore/Shop ()\nsame user petstore/Sam@Example.org ()\n";

static void everything_arrives(void **state)
{
    struct store *store = open_store();
    struct directory *d;
    struct user user;
    (void)state;
    expect(store, full, full_created);
    assert_int_equal(store_directory(store, &d).code, ERR_OK);
    const struct tenant *t = directory_tenant(d, SLICE("animals.EXAMPLE"));
    assert_non_null(t);
    assert_true(slice_eq(t->display_name, SLICE("Pet Store")));
    assert_true(slice_eq(t->issuer, SLICE("https://login.petstore.example/v2.0")));
    assert_true(t->hide_unknown_users && t->strict_refresh_tokens);
    assert_int_equal(d->application_count, 1);
    const struct application *app = &d->applications[0];
    assert_int_equal(app->redirect_uri_count, 4);
    assert_int_equal(app->redirect_uris[0].platform, PLATFORM_PUBLIC_CLIENT);
    assert_true(slice_eq(app->redirect_uris[3].uri, SLICE("https://shop.example/back")));
    assert_int_equal(app->signing_alg, ALG_ES256);
    assert_int_equal(app->access_token_seconds, 900);
    const struct user_flow *flow = directory_user_flow(d, app);
    assert_non_null(flow);
    assert_false(flow->sign_up);
    assert_int_equal(flow->attribute_count, 2);
    assert_int_equal(store_user_by_identity(store, t->id, SLICE("sam@example.org"), &user).code, ERR_OK);
    assert_string_equal(user.email, "Sam@Example.org");
    assert_int_equal(user.origin, ORIGIN_EMAIL_PASSWORD);
    assert_int_equal(user.created_at, 1784715330);
    assert_false(user.enabled);
    directory_release(d);
    store_close(store);
}

static void a_second_time_changes_nothing(void **state)
{
    struct store *store = open_store();
    (void)state;
    expect(store, full, full_created);
    int64_t version = version_of(store);
    expect(store, full, full_same);
    assert_int_equal(version_of(store), version);
    store_close(store);
}

/* Without ids, things are known by name and address; ids given once stay. */
static void ids_stay(void **state)
{
    static const char text[] = "tenants: [{name: kennel, userFlows: [{name: f, identityProvider: emailPassword}],\n"
                               "  applications: [{name: App}], users: [{email: Kim@example.org}]}]\n";
    struct store *store = open_store();
    (void)state;
    expect(store, text,
           "created tenant kennel ()\ncreated user flow kennel/f ()\ncreated application kennel/App ()\n"
           "created user kennel/Kim@example.org ()\n");
    char *before = exported(store);
    expect(store, text,
           "same tenant kennel ()\nsame user flow kennel/f ()\nsame application kennel/App ()\n"
           "same user kennel/Kim@example.org ()\n");
    char *after = exported(store);
    assert_string_equal(before, after);
    assert_non_null(strstr(before, "domain: \"kennel.onmicrosoft.com\""));
    assert_non_null(strstr(before, "displayName: \"kennel\""));
    free(before);
    free(after);
    store_close(store);
}

/* `full` with one text in place of another; the caller frees. */
static char *replaced(const char *old, const char *new)
{
    const char *at = strstr(full, old);
    size_t room = sizeof full + strlen(new);
    char *text = malloc(room);

    assert_non_null(at);
    assert_non_null(text);
    snprintf(text, room, "%.*s%s%s", (int)(at - full), full, new, at + strlen(old));
    return text;
}

static void changes_are_told_by_field(void **state)
{
    static const struct {
        const char *old, *new, *report;
    } changes[] = {
        { "name: petstore\n", "name: petshop\n", "changed tenant petshop (name)" },
        { "domain: petstore.example", "domain: p.example", "changed tenant petstore (domain)" },
        { "aliases: [pets.example, Animals.example]\n", "aliases: [pets.example]\n",
          "changed tenant petstore (aliases)" },
        { "displayName: Pet Store", "displayName: Pets", "changed tenant petstore (displayName)" },
        { "logo.png", "logo.svg", "changed tenant petstore (branding.logoUrl)" },
        { "#0b6e4f", "#0b6e40", "changed tenant petstore (branding.accentColor)" },
        { "issuer: https://login.", "issuer: https://log.", "changed tenant petstore (issuer)" },
        { "hideUnknownUsers: true", "hideUnknownUsers: false", "changed tenant petstore (hideUnknownUsers)" },
        { "strictRefreshTokens: true", "strictRefreshTokens: false", "changed tenant petstore (strictRefreshTokens)" },
        { "identityProvider: emailOneTimePasscode", "identityProvider: emailPassword",
          "changed user flow petstore/signup (identityProvider)" },
        { "signUp: false", "signUp: true", "changed user flow petstore/signup (signUp)" },
        { "label: Name", "label: Your name", "changed user flow petstore/signup (attributes)" },
        { "required: true", "required: false", "changed user flow petstore/signup (attributes)" },
        { "type: integer", "type: boolean", "changed user flow petstore/signup (attributes)" },
        { "regex: '^.+$'", "regex: '^.*$'", "changed user flow petstore/signup (attributes)" },
        { "name: Shop", "name: Store", "changed application petstore/Store (name)" },
        { "        userFlow: signup\n", "", "changed application petstore/Shop (userFlow)" },
        { "publicClient: true", "publicClient: false", "changed application petstore/Shop (publicClient)" },
        { "nativeAuthentication: true", "nativeAuthentication: false",
          "changed application petstore/Shop (nativeAuthentication)" },
        { "web: [https://shop.example/back]", "web: [https://shop.example/b]",
          "changed application petstore/Shop (redirectUris)" },
        { "permissions: [openid,", "permissions: [", "changed application petstore/Shop (permissions)" },
        { "allowedOrigins: [https://shop.example]", "allowedOrigins: []",
          "changed application petstore/Shop (allowedOrigins)" },
        { "ES256", "EdDSA", "changed application petstore/Shop (signingAlgorithm)" },
        { "accessTokenSeconds: 900", "accessTokenSeconds: 901",
          "changed application petstore/Shop (accessTokenSeconds)" },
        { "Sam@Example.org", "sam@example.org", "changed user petstore/sam@example.org (email)" },
        { "origin: emailPassword", "origin: graph", "changed user petstore/Sam@Example.org (origin)" },
        { "displayName: Sam Sample", "displayName: Sam", "changed user petstore/Sam@Example.org (displayName)" },
        { "givenName: Sam", "givenName: Samuel", "changed user petstore/Sam@Example.org (givenName)" },
        { "surname: Sample\n        enabled: false", "surname: S\n        enabled: true",
          "changed user petstore/Sam@Example.org (surname, enabled)" },
    };
    struct applied a;
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct store *store = open_store();
        char *text = replaced(changes[i].old, changes[i].new);
        expect(store, full, full_created);
        int64_t version = version_of(store);
        apply_all(store, (const char *const[]){ text }, 1, true, &a);
        assert_non_null(strstr(a.report, changes[i].report));
        assert_int_equal(version_of(store), version); /* a dry run */
        apply(store, text, &a);
        assert_string_equal(a.why.text, "");
        assert_non_null(strstr(a.report, changes[i].report));
        assert_null(strstr(a.report, "created"));
        apply(store, text, &a);
        assert_null(strstr(a.report, "changed"));
        free(text);
        store_close(store);
    }
}

static void dry_run_writes_nothing(void **state)
{
    struct store *store = open_store();
    const char *text = full;
    struct applied a;
    uint64_t users;
    (void)state;
    int64_t version = version_of(store);
    apply_all(store, &text, 1, true, &a);
    assert_int_equal(a.result.code, ERR_OK);
    assert_string_equal(a.report, full_created);
    assert_int_equal(version_of(store), version);
    assert_int_equal(store_user_count(store, &users).code, ERR_OK);
    assert_int_equal(users, 0);
    char *nothing = exported(store);
    assert_string_equal(nothing, "tenants: []\n");
    free(nothing);
    store_close(store);
}

/* The last line of the second file is wrong: the first one is not applied either. */
static void all_or_nothing(void **state)
{
    const char *const texts[] = { full, "tenants:\n  - name: kennel\n    users:\n      - email: nobody\n" };
    struct store *store = open_store();
    struct applied a;
    (void)state;
    int64_t version = version_of(store);
    apply_all(store, texts, 2, false, &a);
    assert_int_equal(a.result.code, ERR_FORMAT);
    assert_string_equal(a.why.text, "b.yaml:4: tenants[0].users[0].email: must be an e-mail address");
    assert_int_equal(version_of(store), version);
    store_close(store);
}

/* What only the database can refuse: an id of a user in another tenant. */
static void conflict_of_the_store(void **state)
{
    struct store *store = open_store();
    struct applied a;
    (void)state;
    expect(store, full, full_created);
    int64_t version = version_of(store);
    apply(store,
          "tenants: [{name: kennel, users: [{id: 3c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72, email: kim@example.org}]}]\n",
          &a);
    assert_int_equal(a.result.code, ERR_CONFLICT);
    assert_non_null(strstr(a.why.text, "a.yaml: two users share an e-mail address, or two things an id"));
    assert_int_equal(version_of(store), version);
    store_close(store);
}

static void nothing_is_deleted(void **state)
{
    struct store *store = open_store();
    (void)state;
    expect(store, full, full_created);
    expect(store, "tenants: []\n", "");
    expect(store, "tenants: [{name: kennel}]\n", "created tenant kennel ()\n");
    char *text = exported(store);
    assert_non_null(strstr(text, "Sam@Example.org"));
    free(text);
    store_close(store);
}

static void sessions_and_birth_stay(void **state)
{
    struct store *store = open_store();
    struct user user;
    struct guid tenant, id;
    (void)state;
    expect(store, full, full_created);
    assert_true(guid_parse(SLICE("0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e"), &tenant));
    assert_true(guid_parse(SLICE("3c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72"), &id));
    assert_int_equal(store_user(store, tenant, id, &user).code, ERR_OK);
    user.created_at = 1000;
    user.sessions_valid_from = 2000;
    struct store_write write = { .kind = WRITE_USER_PUT, .user = &user };
    assert_int_equal(store_write(store, &write, 1).code, ERR_OK);
    char *text = replaced("surname: Sample", "surname: S");
    struct applied a;
    apply(store, text, &a);
    assert_int_equal(a.result.code, ERR_OK);
    assert_int_equal(store_user(store, tenant, id, &user).code, ERR_OK);
    assert_string_equal(user.surname, "S");
    assert_int_equal(user.created_at, 1000);
    assert_int_equal(user.sessions_valid_from, 2000); /* a manifest does not make void tokens good again */
    free(text);
    store_close(store);
}

/* ---- export ---- */

static void expect_round_trip(struct store *store)
{
    struct applied a;
    char *text = exported(store);
    int64_t version = version_of(store);

    apply(store, text, &a);
    if (!err_is_ok(a.result) || strstr(a.report, "changed") != NULL || strstr(a.report, "created") != NULL)
        fail_msg("%s%s\n%s", a.why.text, a.report, text);
    assert_int_equal(version_of(store), version);
    struct store *fresh = open_store();
    apply(fresh, text, &a);
    assert_string_equal(a.why.text, "");
    char *again = exported(fresh);
    assert_string_equal(again, text);
    free(again);
    free(text);
    store_close(fresh);
}

static void export_applies_to_no_change(void **state)
{
    struct store *store = open_store();
    (void)state;
    expect(store, full, full_created);
    expect_round_trip(store);
    store_close(store);
}

/* As a text of YAML, in double quotes; the manifest's own writing of it. */
static void odd_texts_survive(void **state)
{
    static const char *const odd[] = {
        "say \\\"hi\\\"",
        "back\\\\slash \\\\n",
        "a # b",
        "a: b",
        "- a",
        "null",
        "~",
        "true",
        "0x10",
        "1e3",
        "*alias",
        "&anchor",
        "!tag",
        "%percent",
        "{a: b}",
        "[a]",
        "'single'",
        " leading",
        "trailing ",
        "two  blanks",
        "Zo\xc3\xab",
        "\xe7\x8a\xac",
        "\xf0\x9f\x90\xb1 cat",
        "\\u0085",
        "a\\u2028b",
        "a\\u2029b",
        "\\ufeff",
        "\\u0080",
        "a\\u00a0b",
        "| literal",
        "> folded",
        "? question",
        "@at",
        "`tick`",
        "---",
        "...",
        "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac",
    };
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        struct store *store = open_store();
        struct applied a;
        char text[1024];
        snprintf(text, sizeof text,
                 "tenants:\n  - name: kennel\n    displayName: \"%s\"\n    userFlows:\n      - name: \"%s\"\n"
                 "        identityProvider: emailPassword\n        attributes: [{name: \"%s\", regex: \"%s\\n\\t\"}]\n"
                 "    applications: [{name: \"%s\", userFlow: \"%s\"}]\n"
                 "    users: [{email: kim@example.org, displayName: \"%s\", surname: \"%s\"}]\n",
                 odd[i], odd[i], odd[i], odd[i], odd[i], odd[i], odd[i], odd[i]);
        apply(store, text, &a);
        assert_string_equal(a.why.text, "");
        expect_round_trip(store);
        store_close(store);
    }
}

static void empty_texts_are_absent(void **state)
{
    struct store *store = open_store();
    (void)state;
    expect(
        store,
        "tenants: [{name: kennel, domain: '', displayName: '', issuer: '', applications: [{name: A, userFlow: ''}]}]\n",
        "created tenant kennel ()\ncreated application kennel/A ()\n");
    expect_round_trip(store);
    store_close(store);
}

/* More users than are read at once. */
static void many_users_survive(void **state)
{
    enum { USERS = 200, ROOM = USERS * 64 };
    struct store *store = open_store();
    char *text = malloc(ROOM);
    struct yaml *y;
    struct complaint why;
    const struct manifest_options options = { .rng = &rng_system, .now = 1784715330 };
    size_t n;
    (void)state;
    assert_non_null(text);
    n = (size_t)snprintf(text, ROOM, "tenants:\n  - name: kennel\n    users:\n");
    for (int i = 0; i < USERS; i++)
        n += (size_t)snprintf(text + n, ROOM - n, "      - email: user.%d@example.org\n", i);
    assert_int_equal(yml_parse(slice_bytes(text, n), "m.yaml", &y, &why).code, ERR_OK);
    assert_int_equal(manifest_apply(store, &y, 1, &options, &why).code, ERR_OK); /* nobody asks for a report */
    yml_free(y);
    free(text);
    text = exported(store);
    n = 0;
    for (const char *at = text; (at = strstr(at, "email:")) != NULL; at++)
        n++;
    assert_int_equal(n, USERS);
    free(text);
    store_close(store);
}

static void seeds_apply(void **state)
{
    struct store *store = open_store();
    struct dev_mode *mode = calloc(1, sizeof *mode);
    struct directory *d;
    (void)state;
    assert_non_null(mode);
    dev_mode_init(mode);
    assert_int_equal(dev_mode_seed(mode, store).code, ERR_OK);
    assert_string_equal(mode->complaint, "");
    assert_int_equal(store_directory(store, &d).code, ERR_OK);
    assert_int_equal(d->tenant_count, 1);
    assert_int_equal(d->application_count, 5);
    directory_release(d);
    int64_t version = version_of(store);
    assert_int_equal(dev_mode_seed(mode, store).code, ERR_OK); /* a store that has a tenant is left alone */
    assert_int_equal(version_of(store), version);
    expect_round_trip(store);
    free(mode);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_arrives),
        cmocka_unit_test(a_second_time_changes_nothing),
        cmocka_unit_test(ids_stay),
        cmocka_unit_test(changes_are_told_by_field),
        cmocka_unit_test(dry_run_writes_nothing),
        cmocka_unit_test(all_or_nothing),
        cmocka_unit_test(conflict_of_the_store),
        cmocka_unit_test(nothing_is_deleted),
        cmocka_unit_test(sessions_and_birth_stay),
        cmocka_unit_test(export_applies_to_no_change),
        cmocka_unit_test(odd_texts_survive),
        cmocka_unit_test(empty_texts_are_absent),
        cmocka_unit_test(many_users_survive),
        cmocka_unit_test(seeds_apply),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
