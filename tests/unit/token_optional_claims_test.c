/* SPDX-License-Identifier: Apache-2.0 */
/* Claims that only some tokens have (spec OIDC, 5.2 to 5.5): declared by application and API, hashes of the hybrid flow, roles,
 * times; and whose names an extension cannot take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "token/claims.h"

#include "base/b64.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1790000000, SCRATCH = 32768 };

/* OpenID Connect Core, A.4. */
#define CODE "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"
#define C_HASH "LDktKdoQak3Pk0cnXxCltA"

static const struct slice everything[] = {
    SLICE("acct"),        SLICE("auth_time"),
    SLICE("email"),       SLICE("family_name"),
    SLICE("given_name"),  SLICE("ipaddr"),
    SLICE("login_hint"),  SLICE("signin_state"),
    SLICE("upn"),         SLICE("verified_primary_email"),
    SLICE("xms_unknown"),
};
static const struct slice roles[] = { SLICE("Keeper"), SLICE("Vet \"A\"") };

static struct {
    struct vault *vault;
    struct keyring *ring;
    struct arena scratch;
    struct tenant tenant;
    struct application client, api;
    struct user user;
    struct scope_grant scope;
    struct claims_input in;
} w;

static int set_up(void **state)
{
    static const uint8_t master[VAULT_MASTER] = "thirty-two bytes of invented key";
    struct key rows[2];

    (void)state;
    memset(&w, 0, sizeof w);
    assert_int_equal(vault_new(master, &w.vault).code, ERR_OK);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(key_generate(w.vault, i == 0 ? ALG_ES256 : ALG_EDDSA, NOW, &rows[i]).code, ERR_OK);
        rows[i].state = KEY_CURRENT;
    }
    assert_int_equal(keyring_new(w.vault, rows, 2, &w.ring).code, ERR_OK);
    arena_init(&w.scratch, malloc(SCRATCH), SCRATCH);
    w.tenant = (struct tenant){ .id = { { 1 } }, .domain = SLICE("petstore.onmicrosoft.com") };
    w.client = (struct application){ .client_id = { { 2 } }, .name = SLICE("App"), .signing_alg = ALG_ES256 };
    w.api = (struct application){ .client_id = { { 3 } }, .name = SLICE("Api") };
    w.user = (struct user){ .id = { { 4 } }, .origin = ORIGIN_ADMIN, .email = "sam@example.org", .given_name = "Sam" };
    w.scope = (struct scope_grant){ .openid = true, .resource = "api://pets", .scp = "Read" };
    w.in = (struct claims_input){ .tenant = &w.tenant,
                                  .application = &w.client,
                                  .api = &w.api,
                                  .user = &w.user,
                                  .issuer = SLICE("https://issuer.example"),
                                  .scope = &w.scope,
                                  .client_acr = "2",
                                  .authenticated_at = NOW - 100,
                                  .client_address = SLICE("192.0.2.7"),
                                  .now = NOW,
                                  .id_token_seconds = 3600,
                                  .access_token_seconds = 3600 };
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    keyring_release(w.ring);
    vault_free(w.vault);
    free(w.scratch.block);
    return 0;
}

typedef err make_fn(const struct claims_input *in, const struct vault *v, const struct keyring *ring,
                    struct arena *arena, struct slice *token);

static json_t *claims_of(make_fn *make)
{
    char text[LIMIT_TOKEN];
    struct slice token;
    struct buf payload;

    arena_reset(&w.scratch);
    assert_int_equal(make(&w.in, w.vault, w.ring, &w.scratch, &token).code, ERR_OK);
    buf_init(&payload, text, sizeof text);
    assert_int_equal(keyring_verify(w.ring, token, &payload).code, ERR_OK);
    json_t *claims = json_loadb(text, payload.n, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(claims);
    return claims;
}

/* As JSON text; "-" where there is none. */
static void check(const json_t *claims, const char *name, const char *wanted)
{
    const json_t *value = json_object_get(claims, name);
    char *text = value == NULL ? NULL : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

    if (strcmp(text == NULL ? "-" : text, wanted) != 0)
        fail_msg("%s is %s, not %s", name, text, wanted);
    free(text);
}

static const char *const names[] = {
    "acct",       "auth_time",  "email",        "family_name", "given_name",
    "ipaddr",     "login_hint", "signin_state", "upn",         "verified_primary_email",
    "xms_unknown"
};

static void test_nothing_is_declared(void **state)
{
    static make_fn *const makers[] = { claims_id_token, claims_access_token };

    (void)state;
    w.in.persistent = true;
    for (size_t m = 0; m < 2; m++) {
        json_t *claims = claims_of(makers[m]);
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            check(claims, names[i], "-");
        json_decref(claims);
    }
}

static void test_everything_is_declared(void **state)
{
    static const char *const in_id[] = { "0",
                                         "1789999900",
                                         "\"sam@example.org\"",
                                         "-", /* she has none */
                                         "\"Sam\"",
                                         "\"192.0.2.7\"",
                                         "\"O.BAAAAAAAAAAAAAAAAAAAAA\"", /* tells nobody the address */
                                         "[\"kmsi\"]",
                                         "\"04000000-0000-0000-0000-000000000000@petstore.onmicrosoft.com\"",
                                         "[\"sam@example.org\"]",
                                         "-" };

    (void)state;
    w.client.id_token_claims = w.api.access_token_claims =
        (struct slices){ everything, sizeof everything / sizeof everything[0] };
    w.in.persistent = true;
    json_t *id = claims_of(claims_id_token), *access = claims_of(claims_access_token);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        bool id_only = strcmp(names[i], "auth_time") == 0 || strcmp(names[i], "signin_state") == 0;
        check(id, names[i], in_id[i]);
        check(access, names[i], id_only ? "-" : in_id[i]);
    }
    json_decref(id);
    json_decref(access);
}

/* What stands in the token anyway does not stand there twice: claims_of refuses that. */
static void test_never_twice(void **state)
{
    (void)state;
    w.client.id_token_claims = w.api.access_token_claims =
        (struct slices){ everything, sizeof everything / sizeof everything[0] };
    w.scope.email = w.in.auth_time = true;
    strcpy(w.user.surname, "Example");
    json_t *claims = claims_of(claims_id_token);
    check(claims, "email", "\"sam@example.org\"");
    check(claims, "auth_time", "1789999900");
    json_decref(claims);
    w.api.access_token_version = 1;
    claims = claims_of(claims_access_token);
    check(claims, "given_name", "\"Sam\"");
    check(claims, "family_name", "\"Example\"");
    check(claims, "email", "\"sam@example.org\"");
    json_decref(claims);
}

static void test_an_extension_cannot_say_them(void **state)
{
    const struct slice forged[] = { SLICE("x") };
    const struct claim extra[] = { { SLICE("UPN"), { forged, 1 }, false },
                                   { SLICE("c_hash"), { forged, 1 }, false },
                                   { SLICE("roles"), { forged, 1 }, false },
                                   { SLICE("at_hash"), { forged, 1 }, false },
                                   { SLICE("ipaddr"), { forged, 1 }, false } };

    (void)state;
    w.in.extra = (struct claim_list){ extra, 5 };
    w.client.id_token_claims = (struct slices){ &everything[8], 1 }; /* upn; ipaddr is free for it */
    json_t *claims = claims_of(claims_id_token);
    check(claims, "UPN", "-");
    check(claims, "c_hash", "-");
    check(claims, "at_hash", "-");
    check(claims, "roles", "-");
    check(claims, "ipaddr", "\"x\"");
    json_decref(claims);
}

static void test_hashes(void **state)
{
    (void)state;
    w.in.code = SLICE(CODE);
    json_t *claims = claims_of(claims_id_token);
    check(claims, "c_hash", "\"" C_HASH "\"");
    check(claims, "at_hash", "-");
    json_decref(claims);
    w.in.code = SLICE_EMPTY;
    w.in.access_token = SLICE(CODE);
    claims = claims_of(claims_id_token);
    check(claims, "c_hash", "-");
    check(claims, "at_hash", "\"" C_HASH "\"");
    json_decref(claims);
    /* Ed25519 hashes with SHA-512: half of it is 32 bytes */
    w.client.signing_alg = ALG_EDDSA;
    claims = claims_of(claims_id_token);
    assert_int_equal(json_string_length(json_object_get(claims, "at_hash")), 43);
    json_decref(claims);
}

static void test_roles(void **state)
{
    (void)state;
    w.in.client_roles = (struct slices){ roles, 2 };
    w.in.api_roles = (struct slices){ roles, 1 };
    json_t *claims = claims_of(claims_id_token);
    check(claims, "roles", "[\"Keeper\",\"Vet \\\"A\\\"\"]");
    json_decref(claims);
    claims = claims_of(claims_access_token);
    check(claims, "roles", "[\"Keeper\"]");
    json_decref(claims);
}

/* The API's declared version chooses the names; its audience is its id, or in v1.0 what the client called it. */
static void test_versions(void **state)
{
    static const struct {
        uint32_t version;
        const char *audience, *ver, *azp, *azpacr, *appid, *appidacr;
    } rows[] = { { 0, "\"03000000-0000-0000-0000-000000000000\"", "\"2.0\"", "\"02000000-0000-0000-0000-000000000000\"",
                   "\"2\"", "-", "-" },
                 { 2, "\"03000000-0000-0000-0000-000000000000\"", "\"2.0\"", "\"02000000-0000-0000-0000-000000000000\"",
                   "\"2\"", "-", "-" },
                 { 1, "\"api://pets\"", "\"1.0\"", "-", "-", "\"02000000-0000-0000-0000-000000000000\"", "\"2\"" } };
    char sub[2][64];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        w.api.access_token_version = rows[i].version;
        json_t *claims = claims_of(claims_access_token);
        check(claims, "aud", rows[i].audience);
        check(claims, "ver", rows[i].ver);
        check(claims, "azp", rows[i].azp);
        check(claims, "azpacr", rows[i].azpacr);
        check(claims, "appid", rows[i].appid);
        check(claims, "appidacr", rows[i].appidacr);
        check(claims, "scp", "\"Read\"");
        snprintf(sub[i % 2], sizeof sub[0], "%s", json_string_value(json_object_get(claims, "sub")));
        json_decref(claims);
    }
    assert_string_equal(sub[0], sub[1]); /* a user is the same to an API, whatever it is called */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_is_declared),
        TEST(test_everything_is_declared),
        TEST(test_never_twice),
        TEST(test_an_extension_cannot_say_them),
        TEST(test_hashes),
        TEST(test_roles),
        TEST(test_versions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
