/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/certificate.h"

#include "base/b64.h"
#include "crypto/ecdsa_raw.h"

#include <limits.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

enum { RSA_BITS = 2048, RSA_BITS_MAX = 8192 };

struct certificate {
    X509 *x509;
    EVP_PKEY *key; /* borrowed from x509 */
};

static void free_bio(BIO **bio)
{
    BIO_free(*bio);
}

static void free_context(EVP_MD_CTX **ctx)
{
    EVP_MD_CTX_free(*ctx);
}

static bool is_fit(const EVP_PKEY *key)
{
    char group[32];
    size_t n;

    if (key == NULL)
        return false;
    if (EVP_PKEY_is_a(key, "RSA"))
        return EVP_PKEY_get_bits(key) >= RSA_BITS && EVP_PKEY_get_bits(key) <= RSA_BITS_MAX;
    return EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof group, &n) == 1 &&
           strcmp(group, "prime256v1") == 0;
}

err certificate_open(struct slice pem, struct certificate **out)
{
    struct certificate *c = calloc(1, sizeof *c);
    char no_passphrase[] = "";

    ENSURE(c != NULL, NO_MEMORY);
    AUTO(free_bio) BIO *bio = pem.n <= INT_MAX ? BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
    if (bio != NULL)
        c->x509 = PEM_read_bio_X509(bio, NULL, NULL, no_passphrase);
    if (c->x509 != NULL)
        c->key = X509_get0_pubkey(c->x509);
    if (!is_fit(c->key)) {
        certificate_free(c);
        return FAIL(FORMAT);
    }
    *out = c;
    return OK;
}

void certificate_free(struct certificate *c)
{
    if (c == NULL)
        return;
    X509_free(c->x509);
    free(c);
}

/* Not secret: compared as it comes. Some libraries pad it. */
static bool has_thumbprint(const struct certificate *c, const EVP_MD *digest, struct slice x5t)
{
    unsigned char wanted[EVP_MAX_MD_SIZE], given[EVP_MAX_MD_SIZE];
    unsigned wanted_n = 0;
    size_t n;

    while (slice_ends(x5t, SLICE("=")))
        x5t.n--;
    return X509_digest(c->x509, digest, wanted, &wanted_n) == 1 && b64url_decode(x5t, given, sizeof given, &n) &&
           slice_eq(slice_bytes(given, n), slice_bytes(wanted, wanted_n));
}

bool certificate_has_x5t(const struct certificate *c, struct slice x5t)
{
    return has_thumbprint(c, EVP_sha1(), x5t);
}

bool certificate_has_x5t_s256(const struct certificate *c, struct slice x5t)
{
    return has_thumbprint(c, EVP_sha256(), x5t);
}

bool certificate_is_valid(const struct certificate *c, instant now)
{
    time_t at = (time_t)now;

    return X509_cmp_time(X509_get0_notBefore(c->x509), &at) < 0 && X509_cmp_time(X509_get0_notAfter(c->x509), &at) > 0;
}

/* ---- signatures ---- */

static err set_padding(EVP_PKEY_CTX *ctx, bool is_pss)
{
    ENSURE(EVP_PKEY_CTX_set_rsa_padding(ctx, is_pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) == 1, CRYPTO);
    /* the salt is as long as the hash (RFC 7518, 3.5) */
    ENSURE(!is_pss || EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1, CRYPTO);
    return OK;
}

err certificate_verify(const struct certificate *c, struct slice alg, struct slice text, struct slice signature)
{
    bool is_rsa = EVP_PKEY_is_a(c->key, "RSA") == 1;
    bool is_pss = slice_eq(alg, SLICE("PS256"));
    unsigned char der[ECDSA_DER];
    EVP_PKEY_CTX *options;

    ENSURE(is_rsa ? is_pss || slice_eq(alg, SLICE("RS256")) : slice_eq(alg, SLICE("ES256")), CRYPTO);
    AUTO(free_context) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    ENSURE(ctx != NULL, NO_MEMORY);
    ENSURE(EVP_DigestVerifyInit(ctx, &options, EVP_sha256(), NULL, c->key) == 1, CRYPTO);
    if (is_rsa) {
        TRY(set_padding(options, is_pss));
    } else {
        size_t n = 0;
        TRY(ecdsa_to_der(signature, der, &n));
        signature = slice_bytes(der, n);
    }
    ENSURE(EVP_DigestVerify(ctx, (const unsigned char *)signature.p, signature.n, (const unsigned char *)text.p,
                            text.n) == 1,
           CRYPTO);
    return OK;
}
