/* SPDX-License-Identifier: Apache-2.0 */
/* What manifests declare for hosted pages and OpenID Connect: each field arrives, is told when it changes, survives an
 * export, and is refused with words where it is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/assertion_signed.h"
#include "support/manifest_applied.h"

#define HASH_A "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define HASH_B "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define PICTURE "data:image/svg+xml;base64,PHN2Zy8+"

static const char hosted[] =
    "tenants:\n"
    "  - id: 0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e\n"
    "    name: petstore\n"
    "    branding:\n"
    "      logoUrl: '" PICTURE "'\n"
    "      accentColor: '#0b6e4f'\n"
    "      backgroundColor: '#F4F1EA'\n"
    "      backgroundImageUrl: https://petstore.example/back.jpg\n"
    "      faviconUrl: https://petstore.example/favicon.png\n"
    "      usernameHint: you@example.com\n"
    "      signInText: \"**Welcome**\\n[Help](https://petstore.example/help)\"\n"
    "      termsUrl: https://petstore.example/terms\n"
    "      privacyUrl: https://petstore.example/privacy\n"
    "      customCss: |\n"
    "        .card { border-radius: 12px; }\n"
    "        h1 { letter-spacing: \"0\"; }\n"
    "      staySignedIn: true\n"
    "      texts:\n"
    "        - { language: de, key: SignIn_Title, text: 'Willkommen zurück' }\n"
    "        - { language: en, key: SignIn_Title, text: Good to see you }\n"
    "    userFlows:\n"
    "      - name: signup\n"
    "        identityProvider: emailPassword\n"
    "        attributes:\n"
    "          - { name: displayName, label: 'Name, see the [rules](https://petstore.example/rules)', defaultValue: "
    "Pat }\n"
    "          - { name: pet, inputType: radioSingleSelect, options: [cat, dog], defaultValue: dog }\n"
    "          - { name: likes, inputType: checkboxMultiSelect, options: [milk, bones, mice], defaultValue: "
    "'milk,mice' }\n"
    "          - { name: terms, type: boolean, inputType: checkboxSingleSelect, required: true }\n"
    "          - { name: legs, type: integer, defaultValue: '-4', hidden: true }\n"
    "    applications:\n"
    "      - clientId: 1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31\n"
    "        name: Shop\n"
    "        userFlow: signup\n"
    "        redirectUris: { web: [https://shop.example/signin-oidc] }\n"
    "        permissions: [openid, api://pets/Pets.Read]\n"
    "        applicationPermissions: [api://pets/Pets.Read.All]\n"
    "        secrets:\n"
    "          - keyId: 5c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72\n"
    "            name: first\n"
    "            hint: abc\n"
    "            hash: " HASH_A "\n"
    "            startsAt: '2026-01-31'\n"
    "            endsAt: '2027-01-31T12:00:00Z'\n"
    "          - { hash: " HASH_B " }\n"
    "        certificates: [CERTIFICATE]\n"
    "        logoutUrl: https://shop.example/signout\n"
    "        idTokenIssuance: true\n"
    "        accessTokenIssuance: true\n"
    "        idTokenClaims: [email, auth_time]\n"
    "      - clientId: 2f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31\n"
    "        name: Pets API\n"
    "        api: { identifierUri: api://pets, scopes: [Pets.Read, Pets.Write], accessTokenVersion: 1 }\n"
    "        roles:\n"
    "          - { id: 6c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72, value: Pets.Admin, displayName: Administrators }\n"
    "          - { value: Pets.Read.All, members: [applications] }\n"
    "          - { value: Pets.Any, members: [users, applications] }\n"
    "        accessTokenClaims: [family_name]\n"
    "    users:\n"
    "      - id: 3c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72\n"
    "        email: sam@example.org\n"
    "        roles:\n"
    "          - { application: api://pets, value: Pets.Any }\n"
    "          - { application: Pets API, value: Pets.Admin }\n";

/* The certificate as a text of YAML in double quotes. */
static const char *certificate(void)
{
    static char text[4096];
    size_t n = 0;

    text[n++] = '"';
    for (const char *c = CERTIFICATE_RSA; *c != '\0'; c++) {
        if (*c == '\n')
            text[n++] = '\\';
        text[n++] = *c == '\n' ? 'n' : *c;
    }
    text[n++] = '"';
    text[n] = '\0';
    return text;
}

/* `hosted` with the certificate in it, and one text in place of another (NULL: none); the caller frees. */
static char *hosted_with(const char *old, const char *new)
{
    const char *at = strstr(hosted, "CERTIFICATE]");
    size_t room = sizeof hosted + strlen(certificate()) + (new == NULL ? 0 : strlen(new));
    char *text = malloc(room);
    char *whole = malloc(room);

    assert_non_null(text);
    assert_non_null(whole);
    snprintf(whole, room, "%.*s%s%s", (int)(at - hosted), hosted, certificate(), at + strlen("CERTIFICATE"));
    if (old == NULL) {
        free(text);
        return whole;
    }
    at = strstr(whole, old);
    if (at == NULL)
        fail_msg("no '%s'", old);
    snprintf(text, room, "%.*s%s%s", (int)(at - whole), whole, new, at + strlen(old));
    free(whole);
    return text;
}

static struct store *store_with_hosted(void)
{
    struct store *store = open_store();
    struct applied a;
    char *text = hosted_with(NULL, NULL);

    apply(store, text, &a);
    assert_string_equal(a.why.text, "");
    assert_int_equal(a.result.code, ERR_OK);
    free(text);
    return store;
}

static bool is(struct slice text, const char *expected)
{
    return slice_eq(text, slice_of(expected));
}

static void branding_arrives(const struct branding *look)
{
    assert_true(is(look->logo_url, PICTURE));
    assert_true(is(look->accent_color, "#0b6e4f") && is(look->background_color, "#F4F1EA"));
    assert_true(is(look->background_image_url, "https://petstore.example/back.jpg"));
    assert_true(is(look->favicon_url, "https://petstore.example/favicon.png"));
    assert_true(is(look->username_hint, "you@example.com"));
    assert_true(is(look->sign_in_text, "**Welcome**\n[Help](https://petstore.example/help)"));
    assert_true(is(look->terms_url, "https://petstore.example/terms"));
    assert_true(is(look->privacy_url, "https://petstore.example/privacy"));
    assert_true(is(look->custom_css, ".card { border-radius: 12px; }\nh1 { letter-spacing: \"0\"; }\n"));
    assert_true(look->stay_signed_in);
    assert_int_equal(look->text_count, 2);
    assert_true(is(look->texts[0].language, "de") && is(look->texts[0].key, "SignIn_Title"));
    assert_true(is(look->texts[1].text, "Good to see you"));
}

static void attributes_arrive(const struct user_flow *flow)
{
    static const enum attribute_input inputs[] = { INPUT_TEXT, INPUT_RADIO, INPUT_CHECKBOXES, INPUT_CHECKBOX,
                                                   INPUT_NUMBER };
    const struct flow_attribute *a = flow->attributes;

    assert_int_equal(flow->attribute_count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(a[i].input, inputs[i]);
    assert_true(is(a[0].default_value, "Pat") && !a[0].hidden);
    assert_int_equal(a[1].options.n, 2);
    assert_true(is(a[1].options.items[1], "dog") && is(a[1].default_value, "dog"));
    assert_int_equal(a[2].options.n, 3);
    assert_true(a[3].required && !a[3].hidden);
    assert_true(is(a[4].default_value, "-4") && a[4].hidden);
}

static void client_arrives(const struct application *app)
{
    assert_true(is(app->application_permissions.items[0], "api://pets/Pets.Read.All"));
    assert_int_equal(app->secret_count, 2);
    assert_true(is(app->secrets[0].name, "first") && is(app->secrets[0].hint, "abc"));
    assert_int_equal(app->secrets[0].hash[0], 0xba);
    assert_int_equal(app->secrets[0].hash[31], 0xad);
    assert_int_equal(app->secrets[0].starts_at, 1769817600);
    assert_int_equal(app->secrets[0].ends_at, 1801396800);
    assert_false(guid_is_nil(app->secrets[1].key_id));
    assert_int_equal(app->secrets[1].ends_at, 0);
    assert_int_equal(app->certificates.n, 1);
    assert_true(is(app->certificates.items[0], CERTIFICATE_RSA));
    assert_true(is(app->logout_url, "https://shop.example/signout"));
    assert_true(app->id_token_issuance && app->access_token_issuance);
    assert_int_equal(app->id_token_claims.n, 2);
}

static void api_arrives(const struct application *api)
{
    assert_true(is(api->identifier_uri, "api://pets"));
    assert_int_equal(api->scopes.n, 2);
    assert_int_equal(api->access_token_version, 1);
    assert_int_equal(api->role_count, 3);
    assert_true(is(api->roles[0].display_name, "Administrators"));
    assert_int_equal(api->roles[0].members, ROLE_FOR_USERS);
    assert_int_equal(api->roles[1].members, ROLE_FOR_APPLICATIONS);
    assert_int_equal(api->roles[2].members, ROLE_FOR_USERS | ROLE_FOR_APPLICATIONS);
    assert_false(guid_is_nil(api->roles[1].id));
    assert_true(is(api->access_token_claims.items[0], "family_name"));
}

static const struct guid sam = { { 0x3c, 0x7e, 0x1d, 0x40, 0x8f, 0x2b, 0x4e, 0x36, 0x8b, 0x1d, 0x6d, 0x2a, 0x3f, 0x4e,
                                   0x5c, 0x72 } };

static void expect_roles(struct store *store, const char *expected)
{
    char space[1024];
    struct buf roles;

    buf_init(&roles, space, sizeof space - 1);
    assert_int_equal(store_user_all_roles(store, sam, &roles).code, ERR_OK);
    space[roles.n] = '\0';
    assert_string_equal(space, expected);
}

static void everything_arrives(void **state)
{
    struct store *store = store_with_hosted();
    struct directory *d;
    (void)state;
    assert_int_equal(store_directory(store, &d).code, ERR_OK);
    branding_arrives(&d->tenants[0].branding);
    attributes_arrive(&d->user_flows[0]);
    assert_int_equal(d->application_count, 2);
    client_arrives(&d->applications[0]);
    api_arrives(&d->applications[1]);
    directory_release(d);
    expect_roles(store, "2f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31 Pets.Admin\n"
                        "2f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31 Pets.Any\n");
    store_close(store);
}

static const char *const same = "same tenant petstore ()\nsame user flow petstore/signup ()\n"
                                "same application petstore/Shop ()\nsame application petstore/Pets API ()\n"
                                "same user petstore/sam@example.org ()\n";

static void a_second_time_changes_nothing(void **state)
{
    struct store *store = store_with_hosted();
    int64_t version = version_of(store);
    char *text = hosted_with(NULL, NULL);
    (void)state;
    expect(store, text, same);
    assert_int_equal(version_of(store), version);
    free(text);
    store_close(store);
}

static void export_applies_to_no_change(void **state)
{
    struct store *store = store_with_hosted();
    struct store *fresh = open_store();
    struct applied a;
    char *text = exported(store);
    (void)state;
    expect(store, text, same);
    apply(fresh, text, &a);
    assert_string_equal(a.why.text, "");
    char *again = exported(fresh);
    assert_string_equal(again, text);
    free(again);
    free(text);
    store_close(fresh);
    store_close(store);
}

static const struct {
    const char *old, *new, *report;
} changes[] = {
    { PICTURE, "https://a.example/l.svg", "changed tenant petstore (branding.logoUrl)" },
    { "#F4F1EA", "#ffffff", "changed tenant petstore (branding.backgroundColor)" },
    { "back.jpg", "b.jpg", "changed tenant petstore (branding.backgroundImageUrl)" },
    { "favicon.png", "f.png", "changed tenant petstore (branding.faviconUrl)" },
    { "you@", "me@", "changed tenant petstore (branding.usernameHint)" },
    { "**Welcome**", "Welcome", "changed tenant petstore (branding.signInText)" },
    { "/terms", "/t", "changed tenant petstore (branding.termsUrl)" },
    { "/privacy", "/p", "changed tenant petstore (branding.privacyUrl)" },
    { "12px", "13px", "changed tenant petstore (branding.customCss)" },
    { "staySignedIn: true", "staySignedIn: false", "changed tenant petstore (branding.staySignedIn)" },
    { "language: de", "language: fr", "changed tenant petstore (branding.texts)" },
    { "text: Good", "text: Nice", "changed tenant petstore (branding.texts)" },
    { "options: [cat, dog]", "options: [cat, dog, bird]", "changed user flow petstore/signup (attributes)" },
    { "defaultValue: Pat", "defaultValue: Kim", "changed user flow petstore/signup (attributes)" },
    { ", hidden: true", "", "changed user flow petstore/signup (attributes)" },
    { "inputType: radioSingleSelect", "inputType: checkboxMultiSelect",
      "changed user flow petstore/signup (attributes)" },
    { "Pets.Read.All]", "Pets.Write.All]", "changed application petstore/Shop (applicationPermissions)" },
    { "name: first", "name: second", "changed application petstore/Shop (secrets)" },
    { "hint: abc", "hint: abd", "changed application petstore/Shop (secrets)" },
    { HASH_A, "sha256:00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF",
      "changed application petstore/Shop (secrets)" },
    { "'2026-01-31'", "'2026-01-30'", "changed application petstore/Shop (secrets)" },
    { "12:00:00Z", "12:00:01Z", "changed application petstore/Shop (secrets)" },
    { "5c7e1d40-", "5d7e1d40-", "changed application petstore/Shop (secrets)" },
    { "shop.example/signout", "shop.example/out", "changed application petstore/Shop (logoutUrl)" },
    { "idTokenIssuance: true", "idTokenIssuance: false", "changed application petstore/Shop (idTokenIssuance)" },
    { "accessTokenIssuance: true", "accessTokenIssuance: false",
      "changed application petstore/Shop (accessTokenIssuance)" },
    { "[email, auth_time]", "[email]", "changed application petstore/Shop (idTokenClaims)" },
    { "[family_name]", "[given_name]", "changed application petstore/Pets API (accessTokenClaims)" },
    { "identifierUri: api://pets", "identifierUri: api://animals",
      "changed application petstore/Pets API (api.identifierUri)" },
    { "Pets.Write]", "Pets.Edit]", "changed application petstore/Pets API (api.scopes)" },
    { "accessTokenVersion: 1", "accessTokenVersion: 2",
      "changed application petstore/Pets API (api.accessTokenVersion)" },
    { "displayName: Administrators", "displayName: Admins", "changed application petstore/Pets API (roles)" },
    { "members: [applications]", "members: [users]", "changed application petstore/Pets API (roles)" },
    { "          - { application: api://pets, value: Pets.Any }\n", "",
      "changed user petstore/sam@example.org (roles)" },
    { "        roles:\n          - { application: api://pets, value: Pets.Any }\n"
      "          - { application: Pets API, value: Pets.Admin }\n",
      "        roles: []\n", "changed user petstore/sam@example.org (roles)" },
};

static void changes_are_told_by_field(void **state)
{
    struct applied a;
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct store *store = store_with_hosted();
        char *text = hosted_with(changes[i].old, changes[i].new);
        int64_t version = version_of(store);
        if (strstr(changes[i].new, "api://animals") != NULL) { /* its role is told by the old name */
            char *at = strstr(text, "application: api://pets");
            memcpy(at, "application: 'Pets API'", strlen("application: 'Pets API'"));
        }
        apply_all(store, (const char *const[]){ text }, 1, true, &a);
        if (strstr(a.report, changes[i].report) == NULL)
            fail_msg("%s: %s%s", changes[i].new, a.why.text, a.report);
        assert_int_equal(version_of(store), version); /* a dry run */
        apply(store, text, &a);
        assert_non_null(strstr(a.report, changes[i].report));
        apply(store, text, &a);
        assert_null(strstr(a.report, "changed"));
        assert_null(strstr(a.report, "created"));
        free(text);
        store_close(store);
    }
}

/* ---- what stays where a manifest does not say ---- */

#define SHOP                                                                \
    "tenants:\n  - name: petstore\n    applications:\n      - name: Shop\n" \
    "        clientId: 1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31\n"

static size_t secrets_of_shop(struct store *store)
{
    struct directory *d;

    assert_int_equal(store_directory(store, &d).code, ERR_OK);
    size_t n = d->applications[0].secret_count;
    directory_release(d);
    return n;
}

static void secrets_stay_until_they_are_named(void **state)
{
    struct store *store = store_with_hosted();
    struct applied a;
    (void)state;
    apply(store, SHOP, &a);
    assert_null(strstr(a.report, "secrets"));
    assert_int_equal(secrets_of_shop(store), 2);
    apply(store, SHOP "        secrets: [{ hash: " HASH_B " }]\n", &a);
    assert_non_null(strstr(a.report, "(secrets)"));
    assert_int_equal(secrets_of_shop(store), 1);
    apply(store, SHOP "        secrets: [{ hash: " HASH_B " }]\n", &a); /* its id is known by the hash */
    assert_null(strstr(a.report, "changed"));
    apply(store, SHOP "        secrets:\n", &a);
    assert_int_equal(secrets_of_shop(store), 1);
    apply(store, SHOP "        secrets: []\n", &a);
    assert_int_equal(secrets_of_shop(store), 0);
    store_close(store);
}

static void roles_of_users_stay_until_they_are_named(void **state)
{
    struct store *store = store_with_hosted();
    (void)state;
    expect(store, "tenants: [{name: petstore, branding: {}, users: [{email: sam@example.org}]}]\n",
           "changed tenant petstore (branding.logoUrl, branding.accentColor, branding.backgroundColor, "
           "branding.backgroundImageUrl, branding.faviconUrl, branding.usernameHint, branding.signInText, "
           "branding.termsUrl, branding.privacyUrl, branding.customCss, branding.staySignedIn, branding.texts)\n"
           "same user petstore/sam@example.org ()\n");
    expect_roles(store, "2f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31 Pets.Admin\n"
                        "2f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31 Pets.Any\n");
    expect(store,
           "tenants:\n  - name: petstore\n    users:\n      - email: sam@example.org\n        roles:\n"
           "          - { application: 2F8B7C66-3A1D-4F5E-9C42-7D2E0B9A8C31, value: Pets.Any }\n"
           "          - { application: Pets API, value: Pets.Any }\n",
           "same tenant petstore ()\nchanged user petstore/sam@example.org (roles)\n");
    expect_roles(store, "2f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31 Pets.Any\n");
    store_close(store);
}

/* Users lose what an application no longer offers them; else the export would name roles that there are not. */
static void users_lose_roles_that_end(void **state)
{
    static const char api[] = "tenants:\n  - name: petstore\n    applications:\n      - name: Pets API\n"
                              "        clientId: 2f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31\n        roles: ";
    static const struct {
        const char *roles, *left;
    } rows[] = {
        { "[{ value: Pets.Admin }, { value: Pets.Any }]\n", "2f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31 Pets.Admin\n"
                                                            "2f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31 Pets.Any\n" },
        { "[{ value: Pets.Admin }, { value: Pets.Any, members: [applications] }]\n",
          "2f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31 Pets.Admin\n" },
        { "[]\n", "" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct store *store = store_with_hosted();
        struct applied a;
        char text[512];
        snprintf(text, sizeof text, "%s%s", api, rows[i].roles);
        apply(store, text, &a);
        assert_string_equal(a.why.text, "");
        expect_roles(store, rows[i].left);
        char *again = exported(store);
        apply(store, again, &a);
        assert_string_equal(a.why.text, "");
        assert_null(strstr(a.report, "changed"));
        free(again);
        store_close(store);
    }
}

/* A name as an API may pass to an application further down, and to none that is not in the manifest. */
static void an_identifier_uri_can_pass_on(void **state)
{
    static const char one[] = "tenants:\n  - name: petstore\n    applications:\n"
                              "      - { name: A, api: { identifierUri: api://a } }\n"
                              "      - { name: B, api: { identifierUri: api://b } }\n";
    static const char other[] = "tenants:\n  - name: petstore\n    applications:\n"
                                "      - { name: A, api: { identifierUri: api://c } }\n"
                                "      - { name: B, api: { identifierUri: api://a } }\n";
    struct store *store = open_store();
    struct applied a;
    (void)state;
    apply(store, one, &a);
    assert_string_equal(a.why.text, "");
    apply(store, other, &a);
    assert_string_equal(a.why.text, "");
    apply(store, "tenants:\n  - name: petstore\n    applications: [{ name: C, api: { identifierUri: api://a } }]\n",
          &a);
    assert_string_equal(a.why.text,
                        "a.yaml:3: tenants[0].applications[0].api.identifierUri: is the name of another API");
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_arrives),
        cmocka_unit_test(a_second_time_changes_nothing),
        cmocka_unit_test(export_applies_to_no_change),
        cmocka_unit_test(changes_are_told_by_field),
        cmocka_unit_test(secrets_stay_until_they_are_named),
        cmocka_unit_test(roles_of_users_stay_until_they_are_named),
        cmocka_unit_test(users_lose_roles_that_end),
        cmocka_unit_test(an_identifier_uri_can_pass_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
