/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/certificate.h"

#include "base/err.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

enum { RSA_BITS_LEAST = 2048 };

static void free_bio(BIO **bio)
{
    BIO_free(*bio);
}

static void free_certificate(X509 **certificate)
{
    X509_free(*certificate);
}

/* Else an encrypted text asks for a pass phrase on the terminal. */
static int no_passphrase(char *out, int cap, int writing, void *ctx)
{
    (void)out;
    (void)cap;
    (void)writing;
    (void)ctx;
    return -1;
}

/* A second one after the first would never be looked at. */
static bool is_alone(BIO *rest)
{
    X509 *second = PEM_read_bio_X509(rest, NULL, no_passphrase, NULL);

    X509_free(second);
    ERR_clear_error();
    return second == NULL;
}

bool certificate_is_usable(struct slice pem)
{
    AUTO(free_bio) BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
    AUTO(free_certificate) X509 *certificate = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);

    if (certificate == NULL) {
        ERR_clear_error();
        return false;
    }
    EVP_PKEY *key = X509_get0_pubkey(certificate);
    return key != NULL && EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) >= RSA_BITS_LEAST && is_alone(bio);
}
