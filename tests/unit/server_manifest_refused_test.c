/* SPDX-License-Identifier: Apache-2.0 */
/* Broken manifests: each is refused with the exact complaint, which names file, line and field, and changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/vault.h"
#include "server/manifest.h"

#include <string.h>

/* What is stored before each. */
static const char stored[] = "tenants:\n"
                             "  - id: 0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e\n"
                             "    name: petstore\n"
                             "    domain: petstore.example\n"
                             "    aliases: [pets.example]\n"
                             "    userFlows: [{name: signup, identityProvider: emailPassword}]\n"
                             "    applications:\n"
                             "      - {clientId: 1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31, name: Twin}\n"
                             "      - {clientId: 2f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31, name: Twin}\n"
                             "    users: [{id: 3c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72, email: sam@example.org}]\n";

#define TENANT "tenants:\n  - name: kennel\n"
#define FLOW TENANT "    userFlows:\n      - name: f\n        identityProvider: emailPassword\n"
#define APP TENANT "    applications:\n      - name: A\n"
#define USER TENANT "    users:\n      - email: kim@example.org\n"
#define PET "tenants:\n  - id: 0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e\n    name: petstore\n    domain: petstore.example\n"
#define LONG64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define NO_ORIGIN "must be an origin like https://app.example, without wildcards"
#define NO_DOMAIN "must be a domain name like petstore.example"
#define NO_COLOR "must be a colour like #1f6feb, in quotes"
#define NO_GUID "must be a GUID like 0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e"

static const struct {
    const char *text;
    const char *why; /* after "m.yaml:" */
} refused[] = {
    /* the root */
    { "", "1: must be a map of fields" },
    { "- tenants", "1: must be a map of fields" },
    { "tenant: []", "1: unknown field 'tenant'; did you mean 'tenants'?" },
    { "tenants:", "1: tenants: must not be empty" },
    { "tenants: petstore", "1: tenants: must be a list" },
    { "{}", "1: 'tenants' is missing" },
    { "tenants: [petstore]", "1: tenants[0]: must be a map of fields" },
    { "tenants:\n  -\n", "2: tenants[0]: must be a map of fields" },
    /* tenants */
    { "tenants:\n  - domain: a.example", "2: tenants[0]: 'name' is missing" },
    { TENANT "    id: 7", "3: tenants[0].id: " NO_GUID },
    { "tenants:\n  - name: my_store", "2: tenants[0].name: must be letters, digits and hyphens, like a sub-domain" },
    { "tenants:\n  - name: -store", "2: tenants[0].name: must be letters, digits and hyphens, like a sub-domain" },
    { "tenants:\n  - name: ''", "2: tenants[0].name: must be 1 to 63 bytes long" },
    { "tenants:\n  - name: " LONG64, "2: tenants[0].name: must be 1 to 63 bytes long" },
    { "tenants:\n  - name: Common", "2: tenants[0].name: is a reserved name" },
    { "tenants:\n  - name: dev", "2: tenants[0].name: is a reserved name" },
    { "tenants:\n  - name: 1d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e", "2: tenants[0].name: must not look like an id" },
    { TENANT "    domain: localhost", "3: tenants[0].domain: " NO_DOMAIN },
    { TENANT "    domain: a..example", "3: tenants[0].domain: " NO_DOMAIN },
    { TENANT "    domain: a.example.", "3: tenants[0].domain: " NO_DOMAIN },
    { TENANT "    aliases: a.example", "3: tenants[0].aliases: must be a list" },
    { TENANT "    aliases:\n      - a.example\n      - b example", "5: tenants[0].aliases: " NO_DOMAIN },
    { TENANT "    displayName: \"a\\tb\"", "3: tenants[0].displayName: must not hold control characters" },
    { TENANT "    branding: blue", "3: tenants[0].branding: must be a map" },
    { TENANT "    branding:\n      accentColor: blue", "4: tenants[0].branding.accentColor: " NO_COLOR },
    { TENANT "    branding:\n      accentColor: '#12345g'", "4: tenants[0].branding.accentColor: " NO_COLOR },
    { TENANT "    branding:\n      logoUrl: http://a.example/l.png",
      "4: tenants[0].branding.logoUrl: must be an https URL" },
    { TENANT "    branding:\n      logoUrl: 'https://a.example/\"'",
      "4: tenants[0].branding.logoUrl: must be an https URL" },
    { TENANT "    branding:\n      color: red", "4: tenants[0].branding: unknown field 'color'" },
    { TENANT "    issuer: login.example", "3: tenants[0].issuer: must be an https URL" },
    { TENANT "    hideUnknownUsers: 1", "3: tenants[0].hideUnknownUsers: must be true or false" },
    { TENANT "    user_flows: []", "3: tenants[0]: unknown field 'user_flows'; did you mean 'userFlows'?" },
    { TENANT "    name: again", "3: tenants[0]: 'name' is given twice" },
    /* names of tenants: among themselves and with what is stored */
    { "tenants:\n  - name: a\n  - name: A", "3: tenants[1].name: is the name of another tenant" },
    { "tenants:\n  - {name: a, domain: x.example}\n  - {name: b, domain: X.example}",
      "3: tenants[1].domain: is the domain of another tenant" },
    { "tenants:\n  - {name: a, aliases: [x.example]}\n  - {name: b, domain: x.example}",
      "3: tenants[1].domain: is the domain of another tenant" },
    { TENANT "    domain: k.example\n    aliases:\n      - l.example\n      - K.example",
      "6: tenants[0].aliases: is another tenant's, or given twice" },
    { TENANT "    aliases:\n      - petstore.example", "4: tenants[0].aliases: is another tenant's, or given twice" },
    { TENANT "    domain: Pets.example", "3: tenants[0].domain: is the domain of another tenant" },
    { "tenants:\n  - name: petstore\n    id: 99999999-52a7-4b0e-8a3b-6f1d2c3b4a5e",
      "2: tenants[0].name: is the name of another tenant" },
    { PET "  - name: other\n    id: 0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e",
      "6: tenants[1].id: is the id of another tenant" },
    /* user flows */
    { TENANT "    userFlows:\n      - name: f", "4: tenants[0].userFlows[0]: 'identityProvider' is missing" },
    { TENANT "    userFlows:\n      - identityProvider: emailPassword",
      "4: tenants[0].userFlows[0]: 'name' is missing" },
    { TENANT "    userFlows:\n      - name: f\n        identityProvider: sms",
      "5: tenants[0].userFlows[0].identityProvider: must be one of emailOneTimePasscode, emailPassword, not 'sms'" },
    { FLOW "        signUp: no", "6: tenants[0].userFlows[0].signUp: must be true or false" },
    { FLOW "        attributes:\n          - type: string",
      "7: tenants[0].userFlows[0].attributes[0]: 'name' is missing" },
    { FLOW "        attributes:\n          - name: a\n            type: date",
      "8: tenants[0].userFlows[0].attributes[0].type: must be one of string, boolean, integer, not 'date'" },
    { FLOW "        attributes:\n          - name: a\n            regex: '('",
      "8: tenants[0].userFlows[0].attributes[0].regex: lacks a closing bracket )" },
    { FLOW "        attributes:\n          - name: a\n            regex: '(?=a)'",
      "8: tenants[0].userFlows[0].attributes[0].regex: holds a group of a kind that is not supported, such as (?=…)" },
    { FLOW "        attributes:\n          - name: a\n          - name: a",
      "8: tenants[0].userFlows[0].attributes[1].name: is the name of another attribute" },
    { FLOW "      - name: f\n        identityProvider: emailPassword",
      "6: tenants[0].userFlows[1].name: is the name of another user flow" },
    /* applications */
    { TENANT "    applications:\n      - publicClient: true", "4: tenants[0].applications[0]: 'name' is missing" },
    { APP "        clientId: abc", "5: tenants[0].applications[0].clientId: " NO_GUID },
    { APP "        clientId: 00000000-0000-0000-0000-000000000000",
      "5: tenants[0].applications[0].clientId: " NO_GUID },
    { APP "        userFlow: none", "5: tenants[0].applications[0].userFlow: names no user flow of the tenant" },
    { APP "        userFlow: signup", "5: tenants[0].applications[0].userFlow: names no user flow of the tenant" },
    { APP "        nativeAuth: true", "5: tenants[0].applications[0]: unknown field 'nativeAuth'" },
    { APP "        publicClient: maybe", "5: tenants[0].applications[0].publicClient: must be true or false" },
    { APP "        redirectUris: []", "5: tenants[0].applications[0].redirectUris: must be a map" },
    { APP "        redirectUris:\n          web: [http://shop.example]",
      "6: tenants[0].applications[0].redirectUris.web: must be https, or http on localhost" },
    { APP "        redirectUris:\n          spa: ['myapp://auth']",
      "6: tenants[0].applications[0].redirectUris.spa: must be https, or http on localhost" },
    { APP "        redirectUris:\n          spa: ['https://a.example/#x']",
      "6: tenants[0].applications[0].redirectUris.spa: must not hold a fragment or a wildcard" },
    { APP "        redirectUris:\n          publicClient: ['myapp://*']",
      "6: tenants[0].applications[0].redirectUris.publicClient: must not hold a fragment or a wildcard" },
    { APP "        redirectUris:\n          publicClient:\n            - http://localhost\n            - nothing",
      "8: tenants[0].applications[0].redirectUris.publicClient: must be an absolute URI" },
    { APP "        redirectUris:\n          native: []",
      "6: tenants[0].applications[0].redirectUris: unknown field 'native'" },
    { APP "        permissions: ['a b']",
      "5: tenants[0].applications[0].permissions: must be a scope: printable, without blanks and quotes" },
    { APP "        permissions: ['']", "5: tenants[0].applications[0].permissions: must be 1 to 256 bytes long" },
    { APP "        allowedOrigins: ['*']", "5: tenants[0].applications[0].allowedOrigins: " NO_ORIGIN },
    { APP "        allowedOrigins: ['https://*.example']", "5: tenants[0].applications[0].allowedOrigins: " NO_ORIGIN },
    { APP "        allowedOrigins: ['https://a.example/']",
      "5: tenants[0].applications[0].allowedOrigins: must be scheme, host and port only, without a path" },
    { APP "        signingAlgorithm: HS256",
      "5: tenants[0].applications[0].signingAlgorithm: must be one of RS256, ES256, EdDSA, not 'HS256'" },
    { APP "        signingAlgorithm: none",
      "5: tenants[0].applications[0].signingAlgorithm: must be one of RS256, ES256, EdDSA, not 'none'" },
    { APP "        accessTokenSeconds: 59",
      "5: tenants[0].applications[0].accessTokenSeconds: must be a number from 60 to 86400, not '59'" },
    { APP "      - name: A",
      "5: tenants[0].applications[1].name: is the name of another application; give each its clientId" },
    { APP "      - name: A\n        clientId: 6f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31",
      "5: tenants[0].applications[1].name: is the name of another application; give each its clientId" },
    { TENANT "    applications:\n      - {name: A, clientId: 6f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31}\n"
             "      - name: A",
      "5: tenants[0].applications[1].name: is the name of another application; give each its clientId" },
    { TENANT "    applications:\n      - {name: A, clientId: 6f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31}\n"
             "      - {name: B, clientId: 6F8B7C66-3A1D-4F5E-9C42-7D2E0B9A8C31}",
      "5: tenants[0].applications[1].clientId: is the id of another application" },
    { PET "    aliases: [pets.example]\n    applications:\n      - name: Twin",
      "7: tenants[0].applications[0].name: is the name of another application; give each its clientId" },
    /* users */
    { TENANT "    users:\n      - displayName: Kim", "4: tenants[0].users[0]: 'email' is missing" },
    { TENANT "    users:\n      - email: kim", "4: tenants[0].users[0].email: must be an e-mail address" },
    { TENANT "    users:\n      - email: \"kim@example.org\\nbcc: x@example.org\"",
      "4: tenants[0].users[0].email: must be an e-mail address" },
    { USER "        origin: nowhere",
      "5: tenants[0].users[0].origin: must be one of emailOneTimePasscode, emailPassword, administrator, graph, not "
      "'nowhere'" },
    { USER "        surname: " LONG64 "a", "5: tenants[0].users[0].surname: must be 0 to 64 bytes long" },
    { USER "        enabled: 'no'", "5: tenants[0].users[0].enabled: must be true or false" },
    { USER "        password: secret", "5: tenants[0].users[0]: unknown field 'password'" },
    { USER "        passwordHash: secret", "5: tenants[0].users[0].passwordHash: must be an Argon2id hash "
                                           "($argon2id$v=19$\xe2\x80\xa6); passwords in clear are not "
                                           "read, see doorcode user set-password" },
    { USER "        multiFactor: yes",
      "5: tenants[0].users[0].multiFactor: must be one of inherit, on, off, not 'yes'" },
    { USER "        methods: [{channel: voice, target: x}]",
      "5: tenants[0].users[0].methods[0].channel: must be one of email, sms, not 'voice'" },
    { USER "        methods: [{channel: sms, target: \"12345678\"}]",
      "5: tenants[0].users[0].methods[0].target: must be a phone number like +4790000007" },
    { USER "        methods: [{channel: email, target: nowhere}]",
      "5: tenants[0].users[0].methods[0].target: must be an e-mail address" },
    { TENANT "    secondFactors: [email, fax]", "3: tenants[0].secondFactors: must be email or sms" },
    { TENANT "    bannedPasswords: [abc]", "3: tenants[0].bannedPasswords: must be 4 to 64 bytes long" },
    { TENANT "    contactRules: [{match: \"+47x\", verdict: highRisk}]",
      "3: tenants[0].contactRules[0].match: must be digits after the +" },
    { TENANT "    contactRules: [{match: \"@x\", verdict: highRisk}]",
      "3: tenants[0].contactRules[0].match: must be a domain after the @" },
    { TENANT "    contactRules: [{match: \"@a.example\", verdict: maybe}]",
      "3: tenants[0].contactRules[0].verdict: must be one of blockedByAdmin, blockedByReputation, highRisk, not "
      "'maybe'" },
    { TENANT "    extensions: [{event: onOtpSend, url: \"https://h.example\"}]",
      "3: tenants[0].extensions[0]: 'id' is missing" },
    { TENANT "    extensions: [{id: 5c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72, event: onOtpSend, url: \"http://h.example\", "
             "auth: none}]",
      "3: tenants[0].extensions[0].url: must be an https URL, or http on this machine for development" },
    { TENANT
      "    extensions: [{id: 5c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72, event: onOtpSend, url: \"https://h.example\"}]",
      "3: tenants[0].extensions[0].resourceId: is missing: the token's audience, like api://hooks.example/ID" },
    { TENANT "    extensions: [{id: 5c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72, event: onOtpSend, url: "
             "\"https://h.example\", auth: hmac}]",
      "3: tenants[0].extensions[0].secretEnv: is missing: the environment variable that holds the secret" },
    { TENANT "    extensions: [{id: 5c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72, event: onOtpSend, url: "
             "\"https://h.example\", auth: none, "
             "timeoutMs: 100}]",
      "3: tenants[0].extensions[0].timeoutMs: must be a number from 200 to 2000, not '100'" },
    { USER "      - email: KIM@Example.org", "5: tenants[0].users[1].email: is the address of another user" },
    { USER "        id: 5c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72\n      - email: pat@example.org\n"
           "        id: 5c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72",
      "7: tenants[0].users[1].id: is the id of another user" },
    { PET "    users:\n      - email: Sam@example.org\n        id: 5c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72",
      "6: tenants[0].users[0].email: is the address of another user" },
};

static err apply(struct store *store, const char *text, struct complaint *why)
{
    const struct manifest_options options = { .rng = &rng_system, .now = 1784715330 };
    struct yaml *y;

    assert_int_equal(yml_parse(slice_of(text), "m.yaml", &y, why).code, ERR_OK);
    err result = manifest_apply(store, &y, 1, &options, why);
    yml_free(y);
    return result;
}

static void each_is_refused(void **state)
{
    const struct store_options options = { .clock = &clock_system, .rng = &rng_system };
    struct complaint why = { "" };
    struct store *store;
    int64_t version, after;
    uint64_t users;
    (void)state;
    assert_int_equal(store_open(&options, &store).code, ERR_OK);
    assert_int_equal(apply(store, stored, &why).code, ERR_OK);
    assert_int_equal(store_directory_version(store, &version).code, ERR_OK);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        err result = apply(store, refused[i].text, &why);
        if (result.code != ERR_FORMAT)
            fail_msg("taken: %s", refused[i].text);
        assert_memory_equal(why.text, "m.yaml:", 7);
        assert_string_equal(why.text + 7, refused[i].why);
    }
    assert_int_equal(store_directory_version(store, &after).code, ERR_OK);
    assert_int_equal(after, version);
    assert_int_equal(store_user_count(store, &users).code, ERR_OK);
    assert_int_equal(users, 1);
    store_close(store);
}

/* A manifest with a user flow of 64 attributes for each name in `names`, whose patterns begin with it. */
static void write_flows(const char *names, char *out, size_t cap)
{
    size_t n = (size_t)snprintf(out, cap, "tenants:\n  - name: pets\n    userFlows:\n");

    for (; *names != '\0'; names++) {
        n += (size_t)snprintf(out + n, cap - n,
                              "      - name: %c\n        identityProvider: emailPassword\n        attributes:\n",
                              *names);
        for (int i = 0; i < 64; i++)
            n += (size_t)snprintf(out + n, cap - n, "          - {name: a%d, regex: '^%c%d'}\n", i, *names, i);
    }
    assert_true(n < cap);
}

/* No more compiled patterns than there is memory for, with those that stay; the same ones again are no more. */
static void too_many_patterns(void **state)
{
    static char text[16384];
    const struct store_options options = { .clock = &clock_system, .rng = &rng_system };
    struct complaint why = { "" };
    struct directory *d;
    struct store *store;
    (void)state;
    assert_int_equal(LIMIT_PATTERNS, 64);
    assert_int_equal(store_open(&options, &store).code, ERR_OK);
    write_flows("xy", text, sizeof text);
    assert_int_equal(apply(store, text, &why).code, ERR_FORMAT);
    assert_string_equal(why.text, "m.yaml: the user flows would hold more than 64 different patterns");
    write_flows("x", text, sizeof text);
    assert_int_equal(apply(store, text, &why).code, ERR_OK);
    assert_int_equal(apply(store, text, &why).code, ERR_OK);
    write_flows("y", text, sizeof text);
    assert_int_equal(apply(store, text, &why).code, ERR_FORMAT);
    assert_int_equal(store_directory(store, &d).code, ERR_OK);
    assert_int_equal(d->user_flow_count, 1);
    directory_release(d);
    store_close(store);
}

/* The near misses: what looks alike and is right. */
static void neighbours_are_taken(void **state)
{
    static const char *const right[] = {
        PET "    aliases: [pets.example, PETSTORE.test]",
        "tenants:\n  - name: petstore\n    domain: petstore.example",
        TENANT "    applications:\n      - {name: A, clientId: 6f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31}\n"
               "      - {name: A, clientId: 7f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31}",
        FLOW "    applications: [{name: A, clientId: 6f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31, userFlow: f}]",
        APP "        clientId: 1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31", /* client ids belong to a tenant */
        APP "        redirectUris: {web: ['http://127.0.0.1:80/x'], publicClient: ['msalx://auth']}",
        USER "      - email: sam@example.org", /* another tenant's sam */
        "tenants: []",
    };
    const struct store_options options = { .clock = &clock_system, .rng = &rng_system };
    (void)state;
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        struct complaint why = { "" };
        struct store *store;
        assert_int_equal(store_open(&options, &store).code, ERR_OK);
        assert_int_equal(apply(store, stored, &why).code, ERR_OK);
        if (!err_is_ok(apply(store, right[i], &why)))
            fail_msg("%s in %s", why.text, right[i]);
        store_close(store);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_refused),
        cmocka_unit_test(too_many_patterns),
        cmocka_unit_test(neighbours_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
