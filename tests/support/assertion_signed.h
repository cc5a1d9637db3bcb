/* SPDX-License-Identifier: Apache-2.0 */
/* assertion_signed.h: client assertions as an application makes them, by OpenSSL directly: the other reader of what
 * wire/assertion.h and crypto/certificate.h read. For cmocka tests that include <cmocka.h> before. */
#ifndef DOORCODE_TESTS_ASSERTION_SIGNED_H
#define DOORCODE_TESTS_ASSERTION_SIGNED_H

#include "base/b64.h"
#include "support/client_keys.h"

#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

enum { ASSERTION_TEXT = 6144 };

#define ASSERTION_MUST(condition) \
    do {                          \
        if (!(condition))         \
            abort();              \
    } while (0)

/* r and s with 32 bytes each. */
static inline void assertion_raw_ecdsa(unsigned char *signature, size_t *n)
{
    const unsigned char *at = signature;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)*n);

    ASSERTION_MUST(sig != NULL);
    ASSERTION_MUST(BN_bn2binpad(ECDSA_SIG_get0_r(sig), signature, 32) == 32);
    ASSERTION_MUST(BN_bn2binpad(ECDSA_SIG_get0_s(sig), signature + 32, 32) == 32);
    ECDSA_SIG_free(sig);
    *n = 64;
}

/* `alg` is how it is signed, whatever the header says. */
static inline void assertion_sign(const char *alg, const char *key_pem, struct slice text, unsigned char signature[512],
                                  size_t *n)
{
    BIO *bio = BIO_new_mem_buf(key_pem, -1);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *options;

    ASSERTION_MUST(key != NULL && EVP_DigestSignInit(ctx, &options, EVP_sha256(), NULL, key) == 1);
    if (strcmp(alg, "PS256") == 0)
        ASSERTION_MUST(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
                       EVP_PKEY_CTX_set_rsa_pss_saltlen(options, 32) == 1);
    *n = 512;
    ASSERTION_MUST(EVP_DigestSign(ctx, signature, n, (const unsigned char *)text.p, text.n) == 1);
    if (strcmp(alg, "ES256") == 0)
        assertion_raw_ecdsa(signature, n);
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    BIO_free(bio);
}

/* header.claims.signature of two JSON texts, NUL-terminated. */
static inline void assertion_make(const char *alg, const char *key_pem, const char *header, const char *claims,
                                  char out[ASSERTION_TEXT])
{
    unsigned char signature[512];
    struct buf text;
    size_t n;

    buf_init(&text, out, ASSERTION_TEXT - 1);
    b64url_put(&text, header, strlen(header));
    buf_putc(&text, '.');
    b64url_put(&text, claims, strlen(claims));
    assertion_sign(alg, key_pem, buf_slice(&text), signature, &n);
    buf_putc(&text, '.');
    b64url_put(&text, signature, n);
    ASSERTION_MUST(buf_ok(&text));
    out[text.n] = '\0';
}

#endif
