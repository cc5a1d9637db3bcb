/* SPDX-License-Identifier: Apache-2.0 */
/* Exports: what is written applies to no change, and makes the same directory in an empty store, whatever the texts are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/digest.h"
#include "flow/client.h"
#include "server/dev_mode.h"
#include "support/manifest_applied.h"

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
                 "        identityProvider: emailPassword\n        attributes: [{name: \"%s\", regex: "
                 "\"\\\\Q%s\\\\E\\n\\t\"}]\n"
                 "    applications: [{name: \"%s\", userFlow: \"%s\"}]\n"
                 "    users: [{email: kim@example.org, displayName: \"%s\", surname: \"%s\"}]\n",
                 odd[i], odd[i], odd[i], odd[i], odd[i], odd[i], odd[i], odd[i]);
        apply(store, text, &a);
        assert_string_equal(a.why.text, "");
        expect_round_trip(store);
        store_close(store);
    }
}

/* All that came with passwords and second factors; a second application changes nothing. */
static void what_native_authentication_needs(void **state)
{
    static const char text[] =
        "tenants:\n"
        "  - name: kennel\n"
        "    multiFactor: true\n"
        "    registrationAfterSignUp: false\n"
        "    passwordReset: false\n"
        "    anyEmailPasscode: true\n"
        "    secondFactors: [email, sms]\n"
        "    bannedPasswords: [barkbark, kennel]\n"
        "    contactRules: [{match: \"+1900\", verdict: highRisk}, {match: \"@x.example\", verdict: blockedByAdmin}]\n"
        "    extensions:\n"
        "      - {id: 5c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72, name: Mood, event: onTokenIssuanceStart, url: "
        "\"https://h.example/m\",\n"
        "         resourceId: \"api://h.example/1\", timeoutMs: 500, retries: 1, fallback: true,\n"
        "         applications: [1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31]}\n"
        "      - {id: 6c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72, event: onSmsSend, url: \"https://h.example/s\", auth: "
        "hmac, secretEnv: S}\n"
        "    applications: [{clientId: 1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31, name: A, multiFactor: \"off\"}]\n"
        "    users:\n"
        "      - {email: kim@example.org, origin: emailPassword, multiFactor: \"on\", passwordMustChange: true,\n"
        "         passwordHash: \"$argon2id$v=19$m=8,t=1,p=1$x$y\",\n"
        "         methods: [{channel: email, target: k@example.org}, {channel: sms, target: \"+47 900 00 007\"}]}\n";
    struct store *store = open_store();
    struct applied a;
    struct user user;
    struct directory *d;
    (void)state;
    apply(store, text, &a);
    assert_string_equal(a.why.text, "");
    apply(store, text, &a);
    assert_string_equal(a.why.text, "");
    assert_null(strstr(a.report, "changed"));
    expect_round_trip(store);
    assert_int_equal(store_directory(store, &d).code, ERR_OK);
    const struct tenant *t = directory_tenant(d, SLICE("kennel"));
    assert_true(t->multi_factor && !t->registration_after_sign_up && !t->password_reset && t->any_email_passcode);
    assert_int_equal(t->second_factors, FACTOR_EMAIL | FACTOR_SMS);
    assert_int_equal(t->contact_rules[1].verdict, CONTACT_BLOCKED_BY_ADMIN);
    assert_int_equal(t->extensions[0].timeout_ms, 500);
    assert_int_equal(t->extensions[1].auth, EXTENSION_AUTH_HMAC);
    /* a manifest that says nothing of her password leaves it, though the export does not tell it */
    apply(store,
          "tenants: [{name: kennel, users: [{email: kim@example.org, origin: emailPassword, displayName: Kim}]}]\n",
          &a);
    assert_int_equal(store_user_by_identity(store, t->id, SLICE("kim@example.org"), &user).code, ERR_OK);
    assert_string_equal(user.display_name, "Kim");
    assert_string_equal(user.password_hash, "$argon2id$v=19$m=8,t=1,p=1$x$y");
    directory_release(d);
    store_close(store);
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
    directory_release(d);
    int64_t version = version_of(store);
    assert_int_equal(dev_mode_seed(mode, store).code, ERR_OK); /* a store that has a tenant is left alone */
    assert_int_equal(version_of(store), version);
    expect_round_trip(store);
    free(mode);
    store_close(store);
}

/* What `doorcode dev` lists is what it has. */
static void seeds_are_listed(void **state)
{
    static const char *const clients[] = {
#define SEED_CLIENT(id, what) id,
#include "server/seed_clients.def"
#undef SEED_CLIENT
    };
    struct store *store = open_store();
    struct dev_mode mode;
    struct directory *d;
    (void)state;
    dev_mode_init(&mode);
    assert_int_equal(dev_mode_seed(&mode, store).code, ERR_OK);
    assert_int_equal(store_directory(store, &d).code, ERR_OK);
    assert_int_equal(d->application_count, sizeof clients / sizeof clients[0]);
    for (size_t i = 0; i < d->application_count; i++) {
        struct guid id;
        assert_true(guid_parse(slice_of(clients[i]), &id));
        if (directory_application(d, d->tenants[0].id, id) == NULL)
            fail_msg("%s is not in the seed", clients[i]);
    }
    directory_release(d);
    store_close(store);
}

/* The secrets that are written down open their applications. */
static void seeded_secrets_are_as_written(void **state)
{
    static const struct {
        const char *application, *secret;
    } rows[] = {
        { "81c36295-d470-438b-9062-bc7f849da1c7", "pets-web-development-secret" },
        { "92d473a6-e581-449c-8173-cd8095aeb2d8", "pets-daemon-development-secret" },
    };
    struct store *store = open_store();
    struct dev_mode mode;
    struct directory *d;
    (void)state;
    dev_mode_init(&mode);
    assert_int_equal(dev_mode_seed(&mode, store).code, ERR_OK);
    assert_int_equal(store_directory(store, &d).code, ERR_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t hash[DIGEST_SHA256];
        struct guid id;
        digest_sha256(slice_of(rows[i].secret), hash);
        assert_true(guid_parse(slice_of(rows[i].application), &id));
        const struct application *app = directory_application(d, d->tenants[0].id, id);
        assert_non_null(app);
        assert_int_equal(client_check_secret(app, hash, 1784715330), ERROR_NONE);
    }
    directory_release(d);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(export_applies_to_no_change),
        cmocka_unit_test(odd_texts_survive),
        cmocka_unit_test(what_native_authentication_needs),
        cmocka_unit_test(empty_texts_are_absent),
        cmocka_unit_test(many_users_survive),
        cmocka_unit_test(seeds_apply),
        cmocka_unit_test(seeds_are_listed),
        cmocka_unit_test(seeded_secrets_are_as_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
