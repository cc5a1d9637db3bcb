/* SPDX-License-Identifier: Apache-2.0 */
/* A new signing key with its self-signed certificate (spec OIDC, 1.4). */
#include "crypto/keyring.h"

#include "base/b64.h"
#include "base/secret.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <string.h>

enum { RSA_BITS = 2048, FIVE_YEARS = 5 * 365 + 1 };

static void free_pkey(EVP_PKEY **pkey)
{
    EVP_PKEY_free(*pkey);
}

static void free_certificate(X509 **certificate)
{
    X509_free(*certificate);
}

static EVP_PKEY *make_pair(enum signing_alg alg)
{
    if (alg == ALG_RS256)
        return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)RSA_BITS);
    if (alg == ALG_ES256)
        return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
}

static err fill_certificate(X509 *certificate, EVP_PKEY *pkey, instant now)
{
    time_t from = (time_t)now;
    unsigned char serial[8];
    X509_NAME *name = X509_get_subject_name(certificate);

    rng_fill(&rng_system, serial, sizeof serial);
    serial[0] &= 0x7f;
    BIGNUM *number = BN_bin2bn(serial, sizeof serial, NULL);
    bool ok = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    ok = ok && X509_set_version(certificate, X509_VERSION_3) == 1 &&
         X509_time_adj_ex(X509_getm_notBefore(certificate), 0, 0, &from) &&
         X509_time_adj_ex(X509_getm_notAfter(certificate), FIVE_YEARS, 0, &from) &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"doorcode", -1, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, pkey) == 1;
    ENSURE(ok, CRYPTO);
    return OK;
}

static err put_certificate(EVP_PKEY *pkey, instant now, struct key *out)
{
    AUTO(free_certificate) X509 *certificate = X509_new();
    unsigned char *at = out->certificate;

    ENSURE(certificate != NULL, NO_MEMORY);
    TRY(fill_certificate(certificate, pkey, now));
    ENSURE(X509_sign(certificate, pkey, EVP_PKEY_is_a(pkey, "ED25519") ? NULL : EVP_sha256()) > 0, CRYPTO);
    int n = i2d_X509(certificate, NULL);
    ENSURE(n > 0 && n <= KEY_CERTIFICATE, FULL);
    out->certificate_n = (size_t)i2d_X509(certificate, &at);
    return OK;
}

static err put_kid(struct key *out)
{
    unsigned char digest[SHA_DIGEST_LENGTH];
    unsigned int n = sizeof digest;
    struct buf text;

    ENSURE(EVP_Digest(out->certificate, out->certificate_n, digest, &n, EVP_sha1(), NULL) == 1, CRYPTO);
    buf_init(&text, out->kid, KID_TEXT);
    b64url_put(&text, digest, n);
    ENSURE(buf_ok(&text), FULL);
    out->kid[text.n] = '\0';
    return OK;
}

static err seal_private(const struct vault *v, EVP_PKEY *pkey, struct key *out)
{
    unsigned char *der = NULL;
    struct buf sealed;

    int n = i2d_PrivateKey(pkey, &der);
    ENSURE(n > 0, CRYPTO);
    buf_init(&sealed, out->sealed, sizeof out->sealed);
    err result = vault_seal(v, VAULT_SIGNING_KEY, 0, slice_of(out->kid), slice_bytes(der, (size_t)n), &sealed);
    wipe(der, (size_t)n);
    OPENSSL_free(der);
    out->sealed_n = sealed.n;
    return result;
}

err key_generate(const struct vault *v, enum signing_alg alg, instant now, struct key *out)
{
    AUTO(free_pkey) EVP_PKEY *pkey = make_pair(alg);

    ENSURE(pkey != NULL, CRYPTO);
    memset(out, 0, sizeof *out);
    out->alg = alg;
    out->state = KEY_NEXT;
    out->created_at = now;
    TRY(put_certificate(pkey, now, out));
    TRY(put_kid(out));
    return seal_private(v, pkey, out);
}
