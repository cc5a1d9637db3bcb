/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests: what they make, that a second time changes nothing and that a fault changes nothing.
 * What is refused with which words is in server_manifest_refused_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/manifest_applied.h"

#include <stdlib.h>
#include <string.h>

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

static const struct {
    const char *old, *new, *report;
} changes[] = {
    { "name: petstore\n", "name: petshop\n", "changed tenant petshop (name)" },
    { "domain: petstore.example", "domain: p.example", "changed tenant petstore (domain)" },
    { "aliases: [pets.example, Animals.example]\n", "aliases: [pets.example]\n", "changed tenant petstore (aliases)" },
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
    { "accessTokenSeconds: 900", "accessTokenSeconds: 901", "changed application petstore/Shop (accessTokenSeconds)" },
    { "Sam@Example.org", "sam@example.org", "changed user petstore/sam@example.org (email)" },
    { "origin: emailPassword", "origin: graph", "changed user petstore/Sam@Example.org (origin)" },
    { "displayName: Sam Sample", "displayName: Sam", "changed user petstore/Sam@Example.org (displayName)" },
    { "givenName: Sam", "givenName: Samuel", "changed user petstore/Sam@Example.org (givenName)" },
    { "surname: Sample\n        enabled: false", "surname: S\n        enabled: true",
      "changed user petstore/Sam@Example.org (surname, enabled)" },
};

static void changes_are_told_by_field(void **state)
{
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
