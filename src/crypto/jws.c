/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/jws.h"

#include "base/b64.h"
#include "base/secret.h"
#include "crypto/ecdsa_raw.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_MAX = 160, SIGNATURE_MAX = 512, ED25519_KEY = 32 };

/* base64url of a JOSE header, and the dot. */
struct header {
    char text[HEADER_MAX];
    size_t n;
};

struct jws_key {
    struct key row; /* without its sealed part */
    EVP_PKEY *pkey;
    EVP_MD_CTX *signing; /* prepared once: its set-up costs more than an ES256 signature's half */
    struct header headers[JWS_HEADERS];
};

static const EVP_MD *digest_of(enum signing_alg alg)
{
    return alg == ALG_EDDSA ? NULL : EVP_sha256();
}

/* Told the type, OpenSSL opens a key in a third of the time, and a row cannot pass its key off as another
 * algorithm's. */
static err open_private(const struct vault *v, const struct key *row, EVP_PKEY **out)
{
    static const int types[ALG_COUNT] = {
        [ALG_RS256] = EVP_PKEY_RSA, [ALG_ES256] = EVP_PKEY_EC, [ALG_EDDSA] = EVP_PKEY_ED25519
    };
    unsigned char der[KEY_SEALED];
    const unsigned char *at = der;
    size_t n;

    TRY(vault_open(v, VAULT_SIGNING_KEY, 0, slice_of(row->kid), slice_bytes(row->sealed, row->sealed_n), der,
                   sizeof der, &n));
    *out = d2i_PrivateKey(types[row->alg], NULL, &at, (long)n);
    wipe(der, sizeof der);
    ENSURE(*out != NULL, CRYPTO);
    return OK;
}

static err write_header(const struct key *row, bool with_x5t, struct header *header)
{
    char json[HEADER_MAX];
    struct buf text, encoded;

    buf_init(&text, json, sizeof json);
    buf_fmt(&text, "{\"typ\":\"JWT\",\"alg\":\"%s\",", signing_alg_name(row->alg));
    if (with_x5t)
        buf_fmt(&text, "\"x5t\":\"%s\",", row->kid);
    buf_fmt(&text, "\"kid\":\"%s\"}", row->kid);
    buf_init(&encoded, header->text, sizeof header->text);
    b64url_put(&encoded, text.p, text.n);
    buf_putc(&encoded, '.');
    ENSURE(buf_ok(&text) && buf_ok(&encoded), FULL);
    header->n = encoded.n;
    return OK;
}

static err prepare(struct jws_key *k)
{
    TRY(write_header(&k->row, false, &k->headers[JWS_KID]));
    TRY(write_header(&k->row, true, &k->headers[JWS_X5T_KID]));
    k->signing = EVP_MD_CTX_new();
    ENSURE(k->signing != NULL, NO_MEMORY);
    ENSURE(EVP_DigestSignInit(k->signing, NULL, digest_of(k->row.alg), NULL, k->pkey) == 1, CRYPTO);
    return OK;
}

err jws_key_open(const struct vault *v, const struct key *row, struct jws_key **out)
{
    struct jws_key *k = calloc(1, sizeof *k);

    ENSURE(k != NULL, NO_MEMORY);
    k->row = *row;
    k->row.sealed_n = 0;
    err opened = open_private(v, row, &k->pkey);
    if (err_is_ok(opened))
        opened = prepare(k);
    if (!err_is_ok(opened)) {
        jws_key_free(k);
        return opened;
    }
    *out = k;
    return OK;
}

void jws_key_free(struct jws_key *k)
{
    if (k == NULL)
        return;
    EVP_MD_CTX_free(k->signing);
    EVP_PKEY_free(k->pkey);
    free(k);
}

bool jws_key_signs(const struct jws_key *k, enum signing_alg alg)
{
    return k->row.state == KEY_CURRENT && k->row.alg == alg;
}

static void free_context(EVP_MD_CTX **ctx)
{
    EVP_MD_CTX_free(*ctx);
}

static err sign_bytes(const struct jws_key *k, struct slice input, unsigned char *signature, size_t *n)
{
    AUTO(free_context) EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    ENSURE(ctx != NULL, NO_MEMORY);
    ENSURE(EVP_MD_CTX_copy_ex(ctx, k->signing) == 1, CRYPTO);
    EVP_MD_CTX_set_flags(ctx, EVP_MD_CTX_FLAG_FINALISE); /* it signs once: no copy is needed to sign with */
    ENSURE(EVP_DigestSign(ctx, signature, n, (const unsigned char *)input.p, input.n) == 1, CRYPTO);
    return k->row.alg == ALG_ES256 ? ecdsa_from_der(signature, n) : OK;
}

err jws_sign(const struct jws_key *k, enum jws_header header, struct slice payload, struct buf *out)
{
    unsigned char signature[SIGNATURE_MAX];
    size_t n = sizeof signature;
    size_t start = out->n;

    buf_put(out, slice_bytes(k->headers[header].text, k->headers[header].n));
    b64url_put(out, payload.p, payload.n);
    ENSURE(buf_ok(out), FULL);
    TRY(sign_bytes(k, slice_bytes(out->p + start, out->n - start), signature, &n));
    buf_putc(out, '.');
    b64url_put(out, signature, n);
    ENSURE(buf_ok(out), FULL);
    return OK;
}

static err verify_bytes(const struct jws_key *k, struct slice input, unsigned char *signature, size_t n)
{
    AUTO(free_context) EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    ENSURE(ctx != NULL, NO_MEMORY);
    if (k->row.alg == ALG_ES256)
        TRY(ecdsa_to_der(slice_bytes(signature, n), signature, &n));
    ENSURE(EVP_DigestVerifyInit(ctx, NULL, digest_of(k->row.alg), NULL, k->pkey) == 1, CRYPTO);
    ENSURE(EVP_DigestVerify(ctx, signature, n, (const unsigned char *)input.p, input.n) == 1, CRYPTO);
    return OK;
}

static err decode_payload(struct slice encoded, struct buf *payload)
{
    size_t n;

    ENSURE(buf_ok(payload), FULL);
    ENSURE(b64url_decode(encoded, payload->p + payload->n, payload->cap - payload->n, &n), FORMAT);
    payload->n += n;
    return OK;
}

/* Length of the header where it is one of this key's, else 0. */
static size_t header_length(const struct jws_key *k, struct slice jws)
{
    for (size_t i = 0; i < JWS_HEADERS; i++)
        if (slice_starts(jws, slice_bytes(k->headers[i].text, k->headers[i].n)))
            return k->headers[i].n;
    return 0;
}

err jws_verify(const struct jws_key *k, struct slice jws, struct buf *payload)
{
    size_t header_n = header_length(k, jws);
    unsigned char signature[SIGNATURE_MAX];
    struct slice encoded_signature;
    size_t n;

    ENSURE(header_n > 0, NOT_FOUND);
    struct slice body = slice_cut(slice_from(jws, header_n), '.', &encoded_signature);
    ENSURE(b64url_decode(encoded_signature, signature, sizeof signature - 16, &n), FORMAT);
    TRY(verify_bytes(k, slice_bytes(jws.p, header_n + body.n), signature, n));
    return decode_payload(body, payload);
}

/* A big number of the key as base64url, left-padded to `width` bytes (0: as long as it is). */
static err put_number(const EVP_PKEY *pkey, const char *parameter, int width, struct buf *out)
{
    unsigned char bytes[SIGNATURE_MAX];
    BIGNUM *number = NULL;

    ENSURE(EVP_PKEY_get_bn_param(pkey, parameter, &number) == 1, CRYPTO);
    int n = width > 0 ? width : BN_num_bytes(number);
    int written = n <= (int)sizeof bytes ? BN_bn2binpad(number, bytes, n) : -1;
    BN_free(number);
    ENSURE(written == n, CRYPTO);
    b64url_put(out, bytes, (size_t)n);
    return OK;
}

static err publish_rsa(const struct jws_key *k, struct buf *out)
{
    buf_puts(out, "\"kty\":\"RSA\",\"n\":\"");
    TRY(put_number(k->pkey, OSSL_PKEY_PARAM_RSA_N, 0, out));
    buf_puts(out, "\",\"e\":\"");
    TRY(put_number(k->pkey, OSSL_PKEY_PARAM_RSA_E, 0, out));
    return OK;
}

static err publish_ec(const struct jws_key *k, struct buf *out)
{
    buf_puts(out, "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"");
    TRY(put_number(k->pkey, OSSL_PKEY_PARAM_EC_PUB_X, ECDSA_COORDINATE, out));
    buf_puts(out, "\",\"y\":\"");
    TRY(put_number(k->pkey, OSSL_PKEY_PARAM_EC_PUB_Y, ECDSA_COORDINATE, out));
    return OK;
}

static err publish_okp(const struct jws_key *k, struct buf *out)
{
    unsigned char raw[ED25519_KEY];
    size_t n = sizeof raw;

    ENSURE(EVP_PKEY_get_raw_public_key(k->pkey, raw, &n) == 1, CRYPTO);
    buf_puts(out, "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"");
    b64url_put(out, raw, n);
    return OK;
}

/* The only member that is not base64: as a JSON string (RFC 8259, 7). */
static void put_issuer(struct slice issuer, struct buf *out)
{
    for (size_t i = 0; i < issuer.n; i++) {
        unsigned char c = (unsigned char)issuer.p[i];
        if (c < ' ' || c == '"' || c == '\\')
            buf_fmt(out, "\\u%04x", c);
        else
            buf_putc(out, (char)c);
    }
}

err jws_key_publish(const struct jws_key *k, struct slice issuer, struct buf *out)
{
    static err (*const publish[ALG_COUNT])(const struct jws_key *, struct buf *) = {
        [ALG_RS256] = publish_rsa, [ALG_ES256] = publish_ec, [ALG_EDDSA] = publish_okp
    };

    buf_putc(out, '{');
    TRY(publish[k->row.alg](k, out));
    buf_fmt(out, "\",\"use\":\"sig\",\"kid\":\"%s\",\"x5t\":\"%s\",\"alg\":\"%s\",\"x5c\":[\"", k->row.kid, k->row.kid,
            signing_alg_name(k->row.alg));
    b64_put(out, k->row.certificate, k->row.certificate_n);
    buf_puts(out, "\"],\"issuer\":\"");
    put_issuer(issuer, out);
    buf_puts(out, "\"}");
    return OK;
}
