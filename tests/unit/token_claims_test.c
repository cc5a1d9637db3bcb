/* SPDX-License-Identifier: Apache-2.0 */
/* What tokens say, claim by claim (spec OIDC, 5.2 to 5.4): the whole set, for an extra claim is as wrong as a lacking
 * one. */
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

enum { NOW = 1790000000, SCRATCH = 16384 };

static const uint8_t master[VAULT_MASTER] = "thirty-two bytes of invented key";
static const char tenant_id[] = "8f3b2a10-4c5d-4e6f-8a9b-0c1d2e3f4a5b";
static const char client_id[] = "1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d";
static const char api_id[] = "77777777-8888-4999-8aaa-bbbbbbbbbbbb";
static const char user_id[] = "9a1c2b3d-4e5f-4a6b-8c7d-0e1f2a3b4c5d";
static const char session_id[] = "c0ffee00-1234-4567-89ab-cdef01234567";
static const char trace_id[] = "00112233-4455-4677-8899-aabbccddeeff";
static const char graph_id[] = "00000003-0000-0000-c000-000000000000";
static const char issuer[] = "https://petstore.example/8f3b2a10-4c5d-4e6f-8a9b-0c1d2e3f4a5b/v2.0";

struct world {
    struct vault *vault;
    struct keyring *ring;
    struct arena scratch;
    struct tenant tenant;
    struct application application;
    struct user user;
    struct scope_grant scope;
    struct claims_input in;
};

typedef err make_fn(const struct claims_input *in, const struct vault *v, const struct keyring *ring,
                    struct arena *arena, struct slice *token);

static struct guid guid_of(const char *text)
{
    struct guid g;

    assert_true(guid_parse(slice_of(text), &g));
    return g;
}

static int make_ring(struct world *w)
{
    struct key rows[2];

    assert_int_equal(key_generate(w->vault, ALG_ES256, NOW, &rows[0]).code, ERR_OK);
    assert_int_equal(key_generate(w->vault, ALG_EDDSA, NOW, &rows[1]).code, ERR_OK);
    rows[0].state = KEY_CURRENT;
    rows[1].state = KEY_CURRENT;
    return (int)keyring_new(w->vault, rows, 2, &w->ring).code;
}

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);

    assert_int_equal(vault_new(master, &w->vault).code, ERR_OK);
    assert_int_equal(make_ring(w), ERR_OK);
    arena_init(&w->scratch, malloc(SCRATCH), SCRATCH);
    w->tenant.id = guid_of(tenant_id);
    w->application.client_id = guid_of(client_id);
    w->application.name = SLICE("Pet Store on a phone");
    w->application.signing_alg = ALG_ES256;
    w->user.id = guid_of(user_id);
    w->user.origin = ORIGIN_EMAIL_OTP;
    strcpy(w->user.email, "Sam@example.org");
    strcpy(w->user.identity, "sam@example.org");
    strcpy(w->user.display_name, "Sam \"the\" Example");
    w->scope.openid = true;
    w->in = (struct claims_input){ .tenant = &w->tenant,
                                   .application = &w->application,
                                   .user = &w->user,
                                   .issuer = slice_of(issuer),
                                   .session_id = guid_of(session_id),
                                   .proofs = PROVED_CODE,
                                   .trace_id = guid_of(trace_id),
                                   .scope = &w->scope,
                                   .client_acr = "0",
                                   .nonce = SLICE_EMPTY,
                                   .now = NOW,
                                   .id_token_seconds = 3600,
                                   .access_token_seconds = 4500 };
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    keyring_release(w->ring);
    vault_free(w->vault);
    free(w->scratch.block);
    free(w);
    return 0;
}

/* One reader decides by the version: v1.0 tokens, and no others, name the certificate (spec OIDC, 5.1). */
static void check_header(struct slice token, const json_t *claims)
{
    char text[256];
    struct slice rest;
    size_t n;

    assert_true(b64url_decode(slice_cut(token, '.', &rest), text, sizeof text, &n));
    json_t *header = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
    bool is_v1 = strcmp(json_string_value(json_object_get(claims, "ver")), "1.0") == 0;
    assert_non_null(json_object_get(header, "kid"));
    if (is_v1)
        assert_true(json_equal(json_object_get(header, "x5t"), json_object_get(header, "kid")));
    else
        assert_null(json_object_get(header, "x5t"));
    json_decref(header);
}

/* The verified payload. */
static json_t *claims_of(struct world *w, make_fn *make)
{
    char text[LIMIT_TOKEN];
    struct slice token;
    struct buf payload;

    arena_reset(&w->scratch);
    assert_int_equal(make(&w->in, w->vault, w->ring, &w->scratch, &token).code, ERR_OK);
    buf_init(&payload, text, sizeof text);
    assert_int_equal(keyring_verify(w->ring, token, &payload).code, ERR_OK);
    json_t *claims = json_loadb(text, payload.n, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(claims);
    check_header(token, claims);
    return claims;
}

static const char *text_of(const json_t *claims, const char *name)
{
    const char *text = json_string_value(json_object_get(claims, name));

    if (text == NULL)
        fail_msg("no text %s", name);
    return text;
}

/* One claim after the other is taken away, until nothing is left. */
static void take_text(json_t *claims, const char *name, const char *wanted)
{
    assert_string_equal(text_of(claims, name), wanted);
    json_object_del(claims, name);
}

static void take_number(json_t *claims, const char *name, int64_t wanted)
{
    assert_true(json_is_integer(json_object_get(claims, name)));
    assert_int_equal(json_integer_value(json_object_get(claims, name)), wanted);
    json_object_del(claims, name);
}

static void take_bytes(json_t *claims, const char *name, const void *wanted, size_t n)
{
    uint8_t raw[64];
    size_t length;

    assert_true(b64url_decode(slice_of(text_of(claims, name)), raw, sizeof raw, &length));
    assert_int_equal(length, n);
    if (wanted != NULL)
        assert_memory_equal(raw, wanted, n);
    json_object_del(claims, name);
}

/* "1." and base64url of 3 bytes, tenant and audience as .NET writes them, 5 bytes, and "." */
static void take_rh(json_t *claims, const char *audience)
{
    static const size_t order[] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
    const struct guid tenant = guid_of(tenant_id);
    const struct guid app = guid_of(audience);
    struct slice rh = slice_of(text_of(claims, "rh"));
    uint8_t raw[40];
    size_t n;

    assert_int_equal(rh.n, 57);
    assert_true(slice_starts(rh, SLICE("1.")) && slice_ends(rh, SLICE(".")));
    assert_true(b64url_decode(slice_bytes(rh.p + 2, 54), raw, sizeof raw, &n));
    for (size_t i = 0; i < 16; i++) {
        assert_int_equal(raw[3 + i], tenant.b[order[i]]);
        assert_int_equal(raw[19 + i], app.b[order[i]]);
    }
    json_object_del(claims, "rh");
}

/* What every token says; then nothing is left. */
static void take_common(json_t *claims, const char *audience, const char *rh_audience, int64_t seconds, const char *ver)
{
    take_text(claims, "aud", audience);
    take_text(claims, "iss", issuer);
    take_number(claims, "iat", NOW - 300);
    take_number(claims, "nbf", NOW - 300);
    take_number(claims, "exp", NOW + seconds);
    take_text(claims, "oid", user_id);
    take_text(claims, "tid", tenant_id);
    take_text(claims, "sid", session_id);
    take_text(claims, "ver", ver);
    take_rh(claims, rh_audience);
    assert_int_equal(strlen(text_of(claims, "sub")), 43);
    take_bytes(claims, "sub", NULL, 32);
    assert_int_equal(strlen(text_of(claims, "uti")), 22);
    take_bytes(claims, "uti", guid_of(trace_id).b, 16);
    if (json_object_size(claims) > 0)
        fail_msg("claims too many: %s", json_dumps(claims, 0));
    json_decref(claims);
}

static void test_id_token(void **state)
{
    json_t *claims = claims_of(*state, claims_id_token);

    take_text(claims, "idp", "mail");
    take_text(claims, "name", "Sam \"the\" Example");
    take_text(claims, "preferred_username", "Sam@example.org");
    take_common(claims, client_id, client_id, 3600, "2.0");
}

static void test_id_token_with_all_that_may_be(void **state)
{
    struct world *w = *state;

    w->scope.email = true;
    w->in.nonce = SLICE("n-0S6_WzA2Mj");
    w->user.origin = ORIGIN_ADMIN;
    w->user.display_name[0] = '\0';
    strcpy(w->user.given_name, "Sam");
    json_t *claims = claims_of(w, claims_id_token);
    take_text(claims, "email", "Sam@example.org");
    take_text(claims, "nonce", "n-0S6_WzA2Mj");
    take_text(claims, "name", "unknown");
    take_text(claims, "preferred_username", "Sam@example.org");
    take_common(claims, client_id, client_id, 3600, "2.0");
}

/* Claims of an extension: texts and lists, but none that are ours. */
static void test_claims_of_an_extension(void **state)
{
    const struct slice birth[] = { SLICE("1990-02-01") }, roles[] = { SLICE("keeper"), SLICE("vet") },
                       forged[] = { SLICE("x") };
    const struct claim extra[] = { { SLICE("DateOfBirth"), { birth, 1 }, false },
                                   { SLICE("CustomRoles"), { roles, 2 }, true },
                                   { SLICE("Oid"), { forged, 1 }, false },
                                   { SLICE("sub"), { forged, 1 }, false } };
    static make_fn *const makers[] = { claims_id_token, claims_access_token };
    struct world *w = *state;

    w->in.extra = (struct claim_list){ extra, 4 };
    for (size_t i = 0; i < 2; i++) {
        json_t *claims = claims_of(w, makers[i]);
        take_text(claims, "DateOfBirth", "1990-02-01");
        const json_t *list = json_object_get(claims, "CustomRoles");
        assert_int_equal(json_array_size(list), 2);
        assert_string_equal(json_string_value(json_array_get(list, 1)), "vet");
        assert_null(json_object_get(claims, "Oid"));
        assert_string_not_equal(json_string_value(json_object_get(claims, "sub")), "x");
        json_decref(claims);
    }
}

static void test_how_it_was_proved(void **state)
{
    static const struct {
        uint8_t proofs;
        const char *amr[3];
    } cases[] = { { PROVED_CODE, { "otp" } },
                  { PROVED_PASSWORD, { "pwd" } },
                  { PROVED_PASSWORD | PROVED_FACTOR, { "pwd", "mfa" } },
                  { PROVED_CODE | PROVED_ADDRESS, { "otp" } } };
    struct world *w = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        w->in.proofs = cases[i].proofs;
        json_t *claims = claims_of(w, claims_access_token);
        const json_t *amr = json_object_get(claims, "amr");
        size_t n = 0;
        for (; n < 3 && cases[i].amr[n] != NULL; n++)
            assert_string_equal(json_string_value(json_array_get(amr, n)), cases[i].amr[n]);
        assert_int_equal(json_array_size(amr), n);
        json_decref(claims);
    }
}

static void take_graph(json_t *claims)
{
    const json_t *amr = json_object_get(claims, "amr");

    assert_int_equal(json_array_size(amr), 1);
    assert_string_equal(json_string_value(json_array_get(amr, 0)), "otp");
    json_object_del(claims, "amr");
    take_text(claims, "acr", "1");
    take_text(claims, "appid", client_id);
    take_text(claims, "appidacr", "0");
    take_text(claims, "app_displayname", "Pet Store on a phone");
    take_text(claims, "idtyp", "user");
    take_text(claims, "unique_name", "Sam@example.org");
    take_text(claims, "name", "Sam \"the\" Example");
}

static void test_access_token_for_graph(void **state)
{
    struct world *w = *state;

    w->scope.offline_access = true;
    w->scope.profile = true;
    strcpy(w->scope.scp, "User.Read");
    json_t *claims = claims_of(w, claims_access_token);
    take_graph(claims);
    take_text(claims, "idp", "mail");
    take_text(claims, "scp", "openid profile User.Read");
    take_common(claims, graph_id, graph_id, 4500, "1.0");
}

static void test_access_token_for_openid_scopes_alone(void **state)
{
    struct world *w = *state;

    w->scope.email = true;
    w->user.origin = ORIGIN_EMAIL_PASSWORD;
    strcpy(w->user.given_name, "Sam");
    strcpy(w->user.surname, "Example");
    json_t *claims = claims_of(w, claims_access_token);
    take_graph(claims);
    take_text(claims, "given_name", "Sam");
    take_text(claims, "family_name", "Example");
    take_text(claims, "scp", "openid email");
    take_common(claims, graph_id, graph_id, 4500, "1.0");
}

static void check_api(struct world *w, const char *resource, const char *audience, const char *rh_audience)
{
    strcpy(w->scope.resource, resource);
    strcpy(w->scope.scp, "Pets.Read Pets.Write");
    json_t *claims = claims_of(w, claims_access_token);
    take_text(claims, "azp", client_id);
    take_text(claims, "azpacr", "0");
    take_text(claims, "preferred_username", "Sam@example.org");
    take_text(claims, "name", "Sam \"the\" Example");
    take_text(claims, "idp", "mail");
    take_text(claims, "scp", "Pets.Read Pets.Write"); /* not one OpenID scope */
    take_common(claims, audience, rh_audience, 4500, "2.0");
}

static void test_access_token_for_an_api(void **state)
{
    check_api(*state, "api://77777777-8888-4999-8aaa-bbbbbbbbbbbb", api_id, api_id);
    check_api(*state, "77777777-8888-4999-8aaa-bbbbbbbbbbbb", api_id, api_id);
    check_api(*state, "https://pets.example", "https://pets.example", "00000000-0000-0000-0000-000000000000");
}

static void sub_of(struct world *w, make_fn *make, char out[44])
{
    json_t *claims = claims_of(w, make);

    assert_int_equal(strlen(text_of(claims, "sub")), 43);
    strcpy(out, text_of(claims, "sub"));
    json_decref(claims);
}

static void test_sub_is_pairwise_and_lasting(void **state)
{
    enum { SUBS = 6 };
    struct world *w = *state;
    char subs[SUBS][44];
    char again[44];

    sub_of(w, claims_id_token, subs[0]);
    sub_of(w, claims_access_token, subs[1]);
    strcpy(w->scope.resource, "api://77777777-8888-4999-8aaa-bbbbbbbbbbbb");
    sub_of(w, claims_access_token, subs[2]);
    w->user.id.b[0] ^= 1;
    sub_of(w, claims_id_token, subs[3]);
    w->user.id.b[0] ^= 1;
    w->tenant.id.b[15] ^= 1;
    sub_of(w, claims_id_token, subs[4]);
    w->tenant.id.b[15] ^= 1;
    w->application.client_id.b[7] ^= 1;
    sub_of(w, claims_id_token, subs[5]);
    w->application.client_id.b[7] ^= 1;
    for (size_t i = 0; i < SUBS; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(subs[i], subs[k]);
    w->in.now += 86400;
    w->in.session_id.b[0] ^= 1;
    strcpy(w->user.email, "another@example.org");
    sub_of(w, claims_id_token, again);
    assert_string_equal(again, subs[0]);
}

static void test_the_application_chooses_the_algorithm(void **state)
{
    struct world *w = *state;
    struct slice token;

    w->application.signing_alg = ALG_EDDSA;
    json_t *claims = claims_of(w, claims_id_token);
    take_text(claims, "aud", client_id);
    json_decref(claims);
    w->application.signing_alg = ALG_RS256;
    assert_int_equal(claims_id_token(&w->in, w->vault, w->ring, &w->scratch, &token).code, ERR_NOT_FOUND);
}

static void test_without_room(void **state)
{
    struct world *w = *state;
    static const size_t sizes[] = { 64, 2560, 4096 }; /* not the claims, not the token, not all of it */
    struct slice token;

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        arena_reset(&w->scratch);
        w->scratch.size = sizes[i];
        assert_int_equal(claims_access_token(&w->in, w->vault, w->ring, &w->scratch, &token).code, ERR_FULL);
    }
    w->scratch.size = SCRATCH;
}

/* The longest values that are let in still make a token. */
static void test_the_longest_values_fit(void **state)
{
    struct world *w = *state;
    char name[120];

    memset(w->user.email, 'e', LIMIT_EMAIL);
    memset(w->user.display_name, 'n', USER_NAME_SIZE - 1);
    memset(w->user.given_name, 'g', 64);
    memset(w->user.surname, 's', 64);
    memset(name, 'a', sizeof name);
    w->application.name = slice_bytes(name, sizeof name);
    memset(w->scope.scp, 's', LIMIT_SCOPE - 1);
    w->scope.profile = true;
    w->scope.email = true;
    json_decref(claims_of(w, claims_access_token));
    memset(w->scope.resource, 'r', LIMIT_RESOURCE - 1);
    json_decref(claims_of(w, claims_access_token));
    json_decref(claims_of(w, claims_id_token));
}

static void test_client_info(void **state)
{
    char text[256];
    char plain[192];
    struct buf out;
    size_t n;

    (void)state;
    buf_init(&out, text, sizeof text);
    claims_client_info(guid_of(user_id), guid_of(tenant_id), &out);
    assert_true(b64url_decode(buf_slice(&out), plain, sizeof plain - 1, &n));
    plain[n] = '\0';
    assert_string_equal(plain, "{\"uid\":\"9a1c2b3d-4e5f-4a6b-8c7d-0e1f2a3b4c5d\","
                               "\"utid\":\"8f3b2a10-4c5d-4e6f-8a9b-0c1d2e3f4a5b\"}");
    buf_init(&out, text, 50);
    claims_client_info(guid_of(user_id), guid_of(tenant_id), &out);
    assert_false(buf_ok(&out));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_id_token),
        TEST(test_id_token_with_all_that_may_be),
        TEST(test_claims_of_an_extension),
        TEST(test_how_it_was_proved),
        TEST(test_access_token_for_graph),
        TEST(test_access_token_for_openid_scopes_alone),
        TEST(test_access_token_for_an_api),
        TEST(test_sub_is_pairwise_and_lasting),
        TEST(test_the_application_chooses_the_algorithm),
        TEST(test_without_room),
        TEST(test_the_longest_values_fit),
        TEST(test_client_info),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
