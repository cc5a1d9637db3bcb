/* SPDX-License-Identifier: Apache-2.0 */
/* Access tokens that are good for an API, and each way in which one is not (spec OIDC, 5.3 and 5.4; RFC 8725). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access_token.h"
#include "json.h"
#include "support/access_token.h"

#include <openssl/hmac.h>
#include <openssl/x509.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ISSUER "https://login.example/" TENANT_ID "/v2.0"

enum { NOW = 1784715330 };

static struct tenant tenant;
static struct jwks *published;

static const struct access_token_rule pets = {
    .issuer = ISSUER, .audiences = "api://pets " PETS_API, .scopes = "Pets.Read", .now = NOW
};

static int make_tenant(void **state)
{
    (void)state;
    for (size_t i = 0; i < TENANT_ALGS; i++)
        tenant.keys[i] = tenant_key((enum tenant_alg)i);
    json_t *root = tenant_jwks(&tenant);
    published = jwks_make(root);
    json_decref(root);
    return published == NULL;
}

static int drop_tenant(void **state)
{
    (void)state;
    jwks_free(published);
    tenant_close(&tenant);
    return 0;
}

static enum token_fault check_by(const char *token, struct access_token_rule rule)
{
    json_t *claims = NULL;
    rule.keys = published;
    enum token_fault fault = access_token_check(token, &rule, &claims);
    assert_true((fault == TOKEN_GOOD) == (claims != NULL));
    json_decref(claims);
    return fault;
}

static enum token_fault check(const char *token)
{
    return check_by(token, pets);
}

/* The fault of a good token with one other claim. */
static enum token_fault check_with(const char *name, const char *json, const struct access_token_rule *rule)
{
    json_t *claims = access_claims(ISSUER, NOW);
    access_change(claims, name, json);
    char *token = tenant_token(&tenant, TENANT_ES256, claims);
    enum token_fault fault = check_by(token, *rule);
    free(token);
    json_decref(claims);
    return fault;
}

static void every_algorithm(void **state)
{
    (void)state;
    json_t *claims = access_claims(ISSUER, NOW);
    for (size_t i = 0; i < TENANT_ALGS; i++) {
        char *token = tenant_token(&tenant, (enum tenant_alg)i, claims);
        assert_int_equal(check(token), TOKEN_GOOD);
        free(token);
    }
    json_decref(claims);
}

/* ---- claims ---- */

static const struct {
    const char *name;
    const char *json; /* what it becomes; NULL takes it away */
    enum token_fault fault;
} claim_rows[] = {
    { "iss", "\"https://login.example/" OTHER_TENANT "/v2.0\"", TOKEN_ISSUER },
    { "iss", "\"https://evil.example/" TENANT_ID "/v2.0\"", TOKEN_ISSUER },
    { "iss", "\"" ISSUER "/\"", TOKEN_ISSUER },
    { "iss", NULL, TOKEN_ISSUER },
    { "aud", "\"api://pets\"", TOKEN_GOOD },
    { "aud", "\"api://pets " PETS_API "\"", TOKEN_AUDIENCE },
    { "aud", "\"API://pets\"", TOKEN_AUDIENCE },
    { "aud", "\"api://pet\"", TOKEN_AUDIENCE },
    { "aud", "\"00000003-0000-0000-c000-000000000000\"", TOKEN_AUDIENCE },
    { "aud", "\"" TENANT_CLIENT "\"", TOKEN_AUDIENCE },
    { "aud", "[\"" PETS_API "\"]", TOKEN_AUDIENCE },
    { "aud", "[\"api://other\",\"" PETS_API "\"]", TOKEN_AUDIENCE },
    { "aud", "\"\"", TOKEN_AUDIENCE },
    { "aud", "null", TOKEN_AUDIENCE },
    { "aud", NULL, TOKEN_AUDIENCE },
    { "exp", "1784715031", TOKEN_GOOD }, /* five minutes late, but for a second */
    { "exp", "1784715030", TOKEN_EXPIRED },
    { "exp", "\"1784718930\"", TOKEN_CLAIMS },
    { "exp", "1e300", TOKEN_CLAIMS },
    { "exp", NULL, TOKEN_CLAIMS },
    { "nbf", "1784715630", TOKEN_GOOD },
    { "nbf", "1784715631", TOKEN_EARLY },
    { "iat", "1784715631", TOKEN_EARLY },
    { "iat", NULL, TOKEN_CLAIMS },
    { "sub", NULL, TOKEN_CLAIMS },
    { "azp", NULL, TOKEN_PURPOSE },
    { "azp", "\"\"", TOKEN_PURPOSE },
    { "azp", "[]", TOKEN_PURPOSE },
    { "nonce", "\"n\"", TOKEN_PURPOSE },
    { "at_hash", "\"h\"", TOKEN_PURPOSE },
    { "c_hash", "null", TOKEN_PURPOSE },
    { "tid", "\"" OTHER_TENANT "\"", TOKEN_TENANT },
    { "tid", "\"petstore\"", TOKEN_TENANT },
    { "tid", "1", TOKEN_TENANT },
    { "tid", NULL, TOKEN_TENANT },
    { "ver", "\"1.0\"", TOKEN_GOOD },
    { "ver", "\"3.0\"", TOKEN_VERSION },
    { "ver", "2.0", TOKEN_VERSION },
    { "ver", NULL, TOKEN_VERSION },
    { "scp", "\"Pets.Read\"", TOKEN_GOOD },
    { "scp", "\"Other Pets.Read\"", TOKEN_GOOD },
    { "scp", "\"Pets.Read.All\"", TOKEN_SCOPE },
    { "scp", "\"pets.read\"", TOKEN_SCOPE },
    { "scp", "\"Pets.\"", TOKEN_SCOPE },
    { "scp", "\"\"", TOKEN_SCOPE },
    { "scp", "[\"Pets.Read\"]", TOKEN_CLAIMS },
    { "scp", "null", TOKEN_CLAIMS },
    { "scp", NULL, TOKEN_SCOPE },
    { "roles", NULL, TOKEN_GOOD },
    { "roles", "\"Pets.Admin\"", TOKEN_CLAIMS },
    { "roles", "[\"Pets.Admin\",7]", TOKEN_CLAIMS },
    { "roles", "{\"0\":\"Pets.Admin\"}", TOKEN_CLAIMS },
    { "anything", "{\"else\":[[[[]]],null]}", TOKEN_GOOD },
};

static void each_claim(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(claim_rows); i++) {
        enum token_fault fault = check_with(claim_rows[i].name, claim_rows[i].json, &pets);
        if (fault != claim_rows[i].fault)
            fail_msg("%s = %s: %d, not %d", claim_rows[i].name, claim_rows[i].json, fault, claim_rows[i].fault);
    }
}

/* ---- what is asked for ---- */

static void version_one_names_its_caller_otherwise(void **state)
{
    (void)state;
    json_t *claims = access_claims(ISSUER, NOW);
    json_object_del(claims, "azp");
    json_object_set_new(claims, "appid", json_string(TENANT_CLIENT));
    json_object_set_new(claims, "ver", json_string("1.0"));
    char *token = tenant_token(&tenant, TENANT_ES256, claims);
    struct access_token_rule rule = pets;
    assert_int_equal(check_by(token, rule), TOKEN_GOOD);
    rule.version = "1.0";
    assert_int_equal(check_by(token, rule), TOKEN_GOOD);
    rule.version = "2.0";
    assert_int_equal(check_by(token, rule), TOKEN_VERSION);
    free(token);
    json_decref(claims);
}

static void the_tenant(void **state)
{
    (void)state;
    static const struct {
        const char *issuer;
        const char *tenant_id;
        enum token_fault fault;
    } rows[] = {
        { ISSUER, TENANT_ID, TOKEN_GOOD },
        { ISSUER, "0D9F4C1E-52A7-4B0E-8A3B-6F1D2C3B4A5E", TOKEN_GOOD },
        { ISSUER, OTHER_TENANT, TOKEN_TENANT },
        { ISSUER, "petstore", TOKEN_TENANT },
        { "https://login.example", NULL, TOKEN_GOOD }, /* the issuer names none */
        { "https://login.example/" OTHER_TENANT "/v2.0", NULL, TOKEN_TENANT },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        json_t *claims = access_claims(rows[i].issuer, NOW);
        char *token = tenant_token(&tenant, TENANT_ES256, claims);
        struct access_token_rule rule = pets;
        rule.issuer = rows[i].issuer;
        rule.tenant_id = rows[i].tenant_id;
        assert_int_equal(check_by(token, rule), rows[i].fault);
        free(token);
        json_decref(claims);
    }
}

/* Of users with scopes "Pets.Read Pets.Write" and roles Pets.Admin, Pets.Read.All; and of applications with these roles. */
static void scopes_and_roles(void **state)
{
    (void)state;
    static const struct {
        const char *scopes;
        const char *roles;
        const char *application_roles;
        enum token_fault user;
        enum token_fault application;
    } rows[] = {
        { NULL, NULL, NULL, TOKEN_GOOD, TOKEN_GOOD },
        { "", "", NULL, TOKEN_ROLE, TOKEN_ROLE }, /* one of none */
        { "  Pets.Write  Pets.Read ", NULL, NULL, TOKEN_GOOD, TOKEN_SCOPE },
        { "Pets.Read Pets.Delete", NULL, NULL, TOKEN_SCOPE, TOKEN_SCOPE },
        { "Pets.Read", "Pets.Admin", NULL, TOKEN_GOOD, TOKEN_SCOPE },
        { "Pets.Read", "Other Pets.Read.All", NULL, TOKEN_GOOD, TOKEN_SCOPE },
        { "Pets.Read", "Pets.Nobody", NULL, TOKEN_ROLE, TOKEN_SCOPE },
        { NULL, "Pets.Admin", NULL, TOKEN_GOOD, TOKEN_GOOD },
        { "Pets.Read", NULL, "Pets.Read.All", TOKEN_GOOD, TOKEN_GOOD },
        { "Pets.Read", NULL, "Pets.Write.All", TOKEN_GOOD, TOKEN_ROLE },
        { "Pets.Delete", NULL, "Pets.Read.All", TOKEN_SCOPE, TOKEN_GOOD },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct access_token_rule rule = pets;
        rule.scopes = rows[i].scopes;
        rule.roles = rows[i].roles;
        rule.application_roles = rows[i].application_roles;
        enum token_fault user = check_with("anything", "1", &rule);
        enum token_fault application = check_with("scp", NULL, &rule);
        if (user != rows[i].user || application != rows[i].application)
            fail_msg("row %zu: user %d, application %d", i, user, application);
    }
}

/* ---- headers and signatures ---- */

static const struct {
    enum tenant_alg signer;
    const char *header;
    enum token_fault fault;
} header_rows[] = {
    { TENANT_ES256, "{\"alg\":\"ES256\",\"kid\":\"key-ES256\",\"typ\":\"JWT\"}", TOKEN_GOOD },
    { TENANT_ES256, "{\"alg\":\"ES256\"}", TOKEN_GOOD }, /* no kid: the only key of its kind */
    { TENANT_ES256, "{\"alg\":\"ES256\",\"kid\":\"another\"}", TOKEN_UNKNOWN_KEY },
    { TENANT_ES256, "{\"alg\":\"ES256\",\"kid\":\"../../key-ES256\"}", TOKEN_UNKNOWN_KEY },
    { TENANT_RS256, "{\"alg\":\"ES256\",\"kid\":\"key-ES256\"}", TOKEN_SIGNATURE },
    { TENANT_ES256, "{\"alg\":\"none\",\"kid\":\"key-ES256\"}", TOKEN_ALGORITHM },
    { TENANT_ES256, "{\"alg\":\"nOnE\"}", TOKEN_ALGORITHM },
    { TENANT_ES256, "{\"alg\":\"HS256\",\"kid\":\"key-ES256\"}", TOKEN_ALGORITHM },
    { TENANT_ES256, "{\"alg\":\"ES256\",\"crit\":[\"b64\"],\"b64\":false}", TOKEN_HEADER },
    { TENANT_ES256, "{\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\"},\"kid\":\"mine\"}", TOKEN_UNKNOWN_KEY },
    { TENANT_ES256, "{\"alg\":\"ES256\",\"typ\":\"dpop+jwt\"}", TOKEN_HEADER },
    { TENANT_ES256, "{\"alg\":\"ES256\",\"alg\":\"ES256\"}", TOKEN_HEADER },
    { TENANT_ES256, "ES256", TOKEN_HEADER },
};

static char *good_payload(void)
{
    json_t *claims = access_claims(ISSUER, NOW);
    char *payload = json_dumps(claims, JSON_COMPACT);
    json_decref(claims);
    return payload;
}

static void each_header(void **state)
{
    (void)state;
    char *payload = good_payload();
    for (size_t i = 0; i < COUNT(header_rows); i++) {
        char *token =
            tenant_sign(tenant.keys[header_rows[i].signer], header_rows[i].signer, header_rows[i].header, payload);
        enum token_fault fault = check(token);
        if (fault != header_rows[i].fault)
            fail_msg("%s: %d", header_rows[i].header, fault);
        free(token);
    }
    free(payload);
}

/* The public key as the secret of an HMAC: the confusion of RFC 8725, 2.1. */
static void a_public_key_is_no_secret(void **state)
{
    (void)state;
    static const char *const headers[] = { "{\"alg\":\"HS256\",\"kid\":\"key-RS256\"}",
                                           "{\"alg\":\"RS256\",\"kid\":\"key-RS256\"}" };
    static const enum token_fault faults[] = { TOKEN_ALGORITHM, TOKEN_SIGNATURE };
    unsigned char *public_key = NULL;
    int length = i2d_PUBKEY(tenant.keys[TENANT_RS256], &public_key);
    char *payload = good_payload();
    assert_true(length > 0);
    for (size_t i = 0; i < COUNT(headers); i++) {
        unsigned char mac[32];
        char *token = tenant_sign(tenant.keys[TENANT_RS256], TENANT_RS256, headers[i], payload);
        char *dot = strrchr(token, '.');
        HMAC(EVP_sha256(), public_key, length, (unsigned char *)token, (size_t)(dot - token), mac, NULL);
        char *text = tenant_b64(mac, sizeof mac);
        strcpy(dot + 1, text); /* shorter than the signature that was there */
        assert_int_equal(check(token), faults[i]);
        free(text);
        free(token);
    }
    OPENSSL_free(public_key);
    free(payload);
}

static void every_change_is_seen(void **state)
{
    (void)state;
    json_t *claims = access_claims(ISSUER, NOW);
    char *token = tenant_token(&tenant, TENANT_EDDSA, claims);
    size_t n = strlen(token);
    for (size_t i = 0; i < n; i++) {
        char kept = token[i];
        token[i] = kept == 'A' ? 'Q' : 'A';
        assert_int_not_equal(check(token), TOKEN_GOOD);
        token[i] = '\0';
        assert_int_not_equal(check(token), TOKEN_GOOD);
        token[i] = kept;
    }
    assert_int_equal(check(token), TOKEN_GOOD);
    free(token);
    json_decref(claims);
}

/* ---- shapes ---- */

static void shapes_that_are_none(void **state)
{
    (void)state;
    static const char *const tokens[] = { "", ".", "..", "a.b", "a..c", ".b.c", "a.b.", "Bearer a.b.c", "opaque" };
    assert_int_equal(check(NULL), TOKEN_SHAPE);
    for (size_t i = 0; i < COUNT(tokens); i++) {
        enum token_fault fault = check(tokens[i]);
        assert_true(fault == TOKEN_SHAPE || fault == TOKEN_HEADER);
    }
}

/* Signed and good in all else. */
static enum token_fault check_padded(size_t pad)
{
    json_t *claims = access_claims(ISSUER, NOW);
    char *padding = calloc(1, pad + 1);
    memset(padding, 'x', pad);
    json_object_set_new(claims, "pad", json_string(padding));
    char *token = tenant_token(&tenant, TENANT_ES256, claims);
    enum token_fault fault = check(token);
    free(token);
    free(padding);
    json_decref(claims);
    return fault;
}

static void tokens_that_are_large(void **state)
{
    (void)state;
    assert_int_equal(check_padded(11000), TOKEN_GOOD);
    assert_int_equal(check_padded(15000), TOKEN_SHAPE); /* 20 KB in base64url */
}

static void json_that_is_deep(void **state)
{
    (void)state;
    enum { DEPTH = 6000 };
    char *payload = calloc(1, 2 * DEPTH + 16);
    memcpy(payload, "{\"a\":", 5);
    memset(payload + 5, '[', DEPTH);
    memset(payload + 5 + DEPTH, ']', DEPTH);
    payload[5 + 2 * DEPTH] = '}';
    char *token = tenant_sign(tenant.keys[TENANT_ES256], TENANT_ES256, "{\"alg\":\"ES256\"}", payload);
    assert_int_equal(check(token), TOKEN_CLAIMS);
    free(token);
    free(payload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_algorithm),
        cmocka_unit_test(each_claim),
        cmocka_unit_test(version_one_names_its_caller_otherwise),
        cmocka_unit_test(the_tenant),
        cmocka_unit_test(scopes_and_roles),
        cmocka_unit_test(each_header),
        cmocka_unit_test(a_public_key_is_no_secret),
        cmocka_unit_test(every_change_is_seen),
        cmocka_unit_test(shapes_that_are_none),
        cmocka_unit_test(tokens_that_are_large),
        cmocka_unit_test(json_that_is_deep),
    };
    return cmocka_run_group_tests_name("client: access tokens", tests, make_tenant, drop_tenant);
}
