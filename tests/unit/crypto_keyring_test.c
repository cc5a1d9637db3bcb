/* SPDX-License-Identifier: Apache-2.0 */
/* The keyring: what it signs, a stranger verifies with the published key alone; what it did not sign, nobody does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/keyring.h"

#include "base/b64.h"
#include "base/limits.h"
#include "support/jwk_stranger.h"

#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1790000000, ROUNDS = 25 };

static const struct slice payload = { "{\"sub\":\"somebody\",\"exp\":1790003600}", 36 };
static const struct slice issuer = { "https://petstore.example/8f3b/v2.0", 34 };
static const uint8_t master[VAULT_MASTER] = "thirty-two bytes of invented key";

/* A current key of each algorithm and a next one; made once, for RSA takes its time. */
struct world {
    struct vault *vault;
    struct key rows[ALG_COUNT + 1];
    struct keyring *ring;
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);

    assert_int_equal(vault_new(master, &w->vault).code, ERR_OK);
    for (enum signing_alg alg = 0; alg < ALG_COUNT; alg++) {
        assert_int_equal(key_generate(w->vault, alg, NOW, &w->rows[alg]).code, ERR_OK);
        assert_int_equal(w->rows[alg].state, KEY_NEXT);
        w->rows[alg].state = KEY_CURRENT;
    }
    assert_int_equal(key_generate(w->vault, ALG_ES256, NOW, &w->rows[ALG_COUNT]).code, ERR_OK);
    assert_int_equal(keyring_new(w->vault, w->rows, ALG_COUNT + 1, &w->ring).code, ERR_OK);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    keyring_release(w->ring);
    vault_free(w->vault);
    free(w);
    return 0;
}

struct token {
    char text[LIMIT_TOKEN];
    struct buf out;
};

static void sign(const struct keyring *ring, enum signing_alg alg, struct token *t)
{
    buf_init(&t->out, t->text, sizeof t->text);
    assert_int_equal(keyring_sign(ring, alg, payload, &t->out).code, ERR_OK);
}

static enum err_code verified(const struct keyring *ring, struct slice token)
{
    char space[256];
    struct buf out;

    buf_init(&out, space, sizeof space);
    enum err_code code = keyring_verify(ring, token, &out).code;
    if (code == ERR_OK)
        assert_true(slice_eq(buf_slice(&out), payload));
    else
        assert_int_equal(out.n, 0);
    return code;
}

/* ---- the published document ---- */

static json_t *jwks(const struct keyring *ring)
{
    static char text[LIMIT_DISCOVERY];
    struct buf out;

    buf_init(&out, text, sizeof text);
    assert_int_equal(keyring_jwks(ring, issuer, &out).code, ERR_OK);
    json_t *document = json_loadb(text, out.n, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(document);
    return document;
}

static const json_t *jwk_of(const json_t *document, const char *kid)
{
    const json_t *keys = json_object_get(document, "keys");
    size_t i;
    const json_t *jwk;

    json_array_foreach(keys, i, jwk) if (strcmp(member(jwk, "kid"), kid) == 0) return jwk;
    fail_msg("no key %s", kid);
    return NULL;
}

/* ---- tests ---- */

static void test_a_stranger_verifies_with_the_published_key(void **state)
{
    struct world *w = *state;
    json_t *document = jwks(w->ring);
    struct token t;

    for (enum signing_alg alg = 0; alg < ALG_COUNT; alg++) {
        EVP_PKEY *key = public_key(jwk_of(document, w->rows[alg].kid));
        for (int round = 0; round < ROUNDS; round++) { /* one ES256 number in 128 needs padding */
            sign(w->ring, alg, &t);
            assert_true(stranger_verifies(key, alg, buf_slice(&t.out)));
            assert_int_equal(verified(w->ring, buf_slice(&t.out)), ERR_OK);
        }
        EVP_PKEY_free(key);
    }
    json_decref(document);
}

/* The token's header, with the members that each has. */
static json_t *header_of(const struct world *w, enum signing_alg alg, const struct token *t)
{
    unsigned char text[256];
    struct slice rest;
    size_t n;

    assert_true(b64url_decode(slice_cut(buf_slice(&t->out), '.', &rest), text, sizeof text, &n));
    json_t *header = json_loadb((const char *)text, n, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(header);
    assert_string_equal(member(header, "typ"), "JWT");
    assert_string_equal(member(header, "alg"), signing_alg_name(alg));
    assert_string_equal(member(header, "kid"), w->rows[alg].kid);
    return header;
}

static void test_the_header_names_algorithm_and_key(void **state)
{
    struct world *w = *state;
    struct token t;

    for (enum signing_alg alg = 0; alg < ALG_COUNT; alg++) {
        sign(w->ring, alg, &t);
        json_t *header = header_of(w, alg, &t);
        assert_int_equal(json_object_size(header), 3);
        json_decref(header);
    }
}

/* v1.0 tokens: the certificate too, by the same key over the same payload. */
static void test_the_header_of_v1_names_the_certificate(void **state)
{
    struct world *w = *state;
    struct token t;

    for (enum signing_alg alg = 0; alg < ALG_COUNT; alg++) {
        buf_init(&t.out, t.text, sizeof t.text);
        assert_int_equal(keyring_sign_v1(w->ring, alg, payload, &t.out).code, ERR_OK);
        assert_int_equal(verified(w->ring, buf_slice(&t.out)), ERR_OK);
        json_t *header = header_of(w, alg, &t);
        assert_int_equal(json_object_size(header), 4);
        assert_string_equal(member(header, "x5t"), w->rows[alg].kid);
        json_decref(header);
    }
}

/* Every character of the token, one after the other, becomes its neighbour. */
static void test_no_character_can_be_changed(void **state)
{
    struct world *w = *state;
    struct token t;

    for (enum signing_alg alg = 0; alg < ALG_COUNT; alg++) {
        sign(w->ring, alg, &t);
        for (size_t i = 0; i < t.out.n; i++) {
            char kept = t.text[i];
            t.text[i] = kept == 'A' ? 'B' : 'A';
            assert_int_not_equal(verified(w->ring, buf_slice(&t.out)), ERR_OK);
            t.text[i] = kept;
        }
        for (size_t n = 0; n < t.out.n; n++)
            assert_int_not_equal(verified(w->ring, slice_bytes(t.text, n)), ERR_OK);
        assert_int_equal(verified(w->ring, buf_slice(&t.out)), ERR_OK);
    }
}

/* header.payload.signature with a header of one's own. */
static enum err_code with_header(const struct world *w, const char *header, struct slice tail)
{
    char text[LIMIT_TOKEN];
    struct buf out;

    buf_init(&out, text, sizeof text);
    b64url_put(&out, header, strlen(header));
    buf_put(&out, tail);
    return verified(w->ring, buf_slice(&out));
}

static void test_the_header_decides_nothing(void **state)
{
    static const char *const headers[] = {
        "{\"typ\":\"JWT\",\"alg\":\"none\",\"kid\":\"%s\"}",
        "{\"typ\":\"JWT\",\"alg\":\"HS256\",\"kid\":\"%s\"}",
        "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"%s\"}",
        "{\"typ\":\"JWT\",\"alg\":\"ES256\",\"kid\":\"%s\",\"jwk\":{}}",
        "{\"alg\":\"ES256\",\"kid\":\"%s\"}",
        "{\"typ\":\"JWT\",\"alg\":\"none\"}",
        "",
    };
    struct world *w = *state;
    char header[256];
    struct buf line;
    struct token t;
    struct slice rest, signature;

    sign(w->ring, ALG_ES256, &t);
    struct slice token = buf_slice(&t.out);
    size_t header_n = slice_cut(token, '.', &rest).n;
    struct slice body = slice_cut(rest, '.', &signature);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        const char *kid = strstr(headers[i], "%s");
        buf_init(&line, header, sizeof header - 1);
        buf_put(&line, slice_bytes(headers[i], kid == NULL ? strlen(headers[i]) : (size_t)(kid - headers[i])));
        buf_puts(&line, kid == NULL ? "" : w->rows[ALG_ES256].kid);
        buf_puts(&line, kid == NULL ? "" : kid + 2);
        header[line.n] = '\0';
        assert_int_equal(with_header(w, header, slice_from(token, header_n)), ERR_NOT_FOUND);
        assert_int_equal(with_header(w, header, slice_bytes(token.p + header_n, body.n + 2)), ERR_NOT_FOUND);
    }
    /* The right header, and no signature. */
    assert_int_equal(verified(w->ring, slice_bytes(token.p, header_n + 1 + body.n)), ERR_CRYPTO);
    assert_int_equal(verified(w->ring, slice_bytes(token.p, header_n + 2 + body.n)), ERR_CRYPTO);
}

static void test_a_key_that_is_not_in_the_ring_is_not_known(void **state)
{
    struct world *w = *state;
    struct keyring *other;
    struct key row;
    struct token t;

    assert_int_equal(key_generate(w->vault, ALG_ES256, NOW, &row).code, ERR_OK);
    row.state = KEY_CURRENT;
    assert_int_equal(keyring_new(w->vault, &row, 1, &other).code, ERR_OK);
    sign(other, ALG_ES256, &t);
    assert_int_equal(verified(other, buf_slice(&t.out)), ERR_OK);
    assert_int_equal(verified(w->ring, buf_slice(&t.out)), ERR_NOT_FOUND);
    keyring_release(other);
}

static void test_published_keys_verify_and_only_the_current_signs(void **state)
{
    struct world *w = *state;
    struct key rows[2] = { w->rows[ALG_ES256], w->rows[ALG_COUNT] };
    struct keyring *later;
    struct token t;

    sign(w->ring, ALG_ES256, &t);
    rows[0].state = KEY_RETIRED;
    assert_int_equal(keyring_new(w->vault, rows, 2, &later).code, ERR_OK);
    assert_int_equal(verified(later, buf_slice(&t.out)), ERR_OK);
    for (enum signing_alg alg = 0; alg < ALG_COUNT; alg++) {
        buf_init(&t.out, t.text, sizeof t.text);
        assert_int_equal(keyring_sign(later, alg, payload, &t.out).code, ERR_NOT_FOUND);
        assert_int_equal(t.out.n, 0);
    }
    keyring_release(later);
}

/* SHA-1 over the certificate, and the key in the certificate is the key of the JWK. */
static void check_certificate(const json_t *jwk)
{
    const json_t *chain = json_object_get(jwk, "x5c");
    unsigned char der[KEY_CERTIFICATE + 3];
    unsigned char digest[20];
    char kid[KID_TEXT + 1] = "";
    const unsigned char *at = der;
    struct buf text;

    assert_int_equal(json_array_size(chain), 1);
    const json_t *entry = json_array_get(chain, 0);
    assert_in_range(json_string_length(entry), 4, sizeof der / 3 * 4);
    int n = EVP_DecodeBlock(der, (const unsigned char *)json_string_value(entry), (int)json_string_length(entry));
    X509 *certificate = d2i_X509(NULL, &at, n);
    assert_non_null(certificate);
    assert_int_equal(EVP_Digest(der, (size_t)(at - der), digest, NULL, EVP_sha1(), NULL), 1);
    buf_init(&text, kid, KID_TEXT);
    b64url_put(&text, digest, sizeof digest);
    assert_int_equal(text.n, KID_TEXT);
    assert_string_equal(member(jwk, "kid"), kid);
    assert_string_equal(member(jwk, "x5t"), kid);
    EVP_PKEY *key = public_key(jwk);
    assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(certificate), key), 1);
    assert_int_equal(X509_verify(certificate, key), 1);
    EVP_PKEY_free(key);
    X509_free(certificate);
}

static void test_the_document_has_every_key_once(void **state)
{
    static const size_t sizes[ALG_COUNT] = { [ALG_RS256] = 9, [ALG_ES256] = 10, [ALG_EDDSA] = 9 };
    struct world *w = *state;
    json_t *document = jwks(w->ring);

    assert_int_equal(json_object_size(document), 1);
    assert_int_equal(json_array_size(json_object_get(document, "keys")), ALG_COUNT + 1);
    for (size_t i = 0; i <= ALG_COUNT; i++) {
        const json_t *jwk = jwk_of(document, w->rows[i].kid);
        assert_int_equal(json_object_size(jwk), sizes[w->rows[i].alg]); /* so no private member */
        assert_string_equal(member(jwk, "use"), "sig");
        assert_string_equal(member(jwk, "alg"), signing_alg_name(w->rows[i].alg));
        assert_string_equal(member(jwk, "issuer"), issuer.p);
        check_certificate(jwk);
    }
    json_decref(document);
}

static void test_outputs_without_room(void **state)
{
    struct world *w = *state;
    static char text[LIMIT_DISCOVERY];
    struct buf out;
    struct token t;
    char small[8];

    sign(w->ring, ALG_EDDSA, &t);
    for (size_t cap = 0; cap < t.out.n; cap++) {
        buf_init(&out, text, cap);
        assert_int_equal(keyring_sign(w->ring, ALG_EDDSA, payload, &out).code, ERR_FULL);
    }
    buf_init(&out, text, 512);
    assert_int_equal(keyring_jwks(w->ring, issuer, &out).code, ERR_FULL);
    buf_init(&out, small, sizeof small);
    assert_int_not_equal(keyring_verify(w->ring, buf_slice(&t.out), &out).code, ERR_OK);
}

static void test_an_issuer_cannot_leave_its_string(void **state)
{
    static const char odd[] = "https://a\",\"x\":\"b\\\n\x01\xc3\xa4";
    struct world *w = *state;
    static char text[LIMIT_DISCOVERY];
    struct buf out;

    buf_init(&out, text, sizeof text);
    assert_int_equal(keyring_jwks(w->ring, slice_of(odd), &out).code, ERR_OK);
    json_t *document = json_loadb(text, out.n, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(document);
    assert_string_equal(member(jwk_of(document, w->rows[0].kid), "issuer"), odd);
    json_decref(document);
}

static void test_a_row_that_was_changed_does_not_open(void **state)
{
    struct world *w = *state;
    struct key rows[2] = { w->rows[0], w->rows[1] };
    struct keyring *ring;

    rows[1].sealed[100] ^= 1;
    assert_int_equal(keyring_new(w->vault, rows, 2, &ring).code, ERR_CRYPTO);
    rows[1] = w->rows[1];
    memcpy(rows[1].kid, w->rows[0].kid, sizeof rows[1].kid); /* a private key under another's name */
    assert_int_equal(keyring_new(w->vault, rows, 2, &ring).code, ERR_CRYPTO);
    rows[1] = w->rows[1];
    rows[1].alg = ALG_EDDSA; /* under another algorithm */
    assert_int_equal(keyring_new(w->vault, rows, 2, &ring).code, ERR_CRYPTO);
    assert_int_equal(keyring_new(w->vault, rows, 0, &ring).code, ERR_OK);
    keyring_release(ring);
    keyring_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stranger_verifies_with_the_published_key),
        cmocka_unit_test(test_the_header_names_algorithm_and_key),
        cmocka_unit_test(test_the_header_of_v1_names_the_certificate),
        cmocka_unit_test(test_no_character_can_be_changed),
        cmocka_unit_test(test_the_header_decides_nothing),
        cmocka_unit_test(test_a_key_that_is_not_in_the_ring_is_not_known),
        cmocka_unit_test(test_published_keys_verify_and_only_the_current_signs),
        cmocka_unit_test(test_the_document_has_every_key_once),
        cmocka_unit_test(test_outputs_without_room),
        cmocka_unit_test(test_an_issuer_cannot_leave_its_string),
        cmocka_unit_test(test_a_row_that_was_changed_does_not_open),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
