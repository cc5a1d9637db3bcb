/* SPDX-License-Identifier: Apache-2.0 */
/* tls_paper.h: keys and certificates of servers that a client has to judge, made for the test. Included by one file each. */
#ifndef DOORCODE_TESTS_TLS_PAPER_H
#define DOORCODE_TESTS_TLS_PAPER_H

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

struct tls_paper {
    EVP_PKEY *key;
    X509 *certificate;
};

struct tls_wish {
    const char *names; /* "DNS:localhost,IP:127.0.0.1"; NULL: it may sign others */
    long from_days;    /* from now */
    long to_days;
    const struct tls_paper *issuer; /* NULL: itself */
};

static inline void tls_extend(X509 *certificate, int what, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, what, value);
    if (extension == NULL || X509_add_ext(certificate, extension, -1) != 1)
        abort();
    X509_EXTENSION_free(extension);
}

static inline struct tls_paper tls_paper_make(const struct tls_wish *wish)
{
    static long serial = 1;
    struct tls_paper paper = { EVP_EC_gen("P-256"), X509_new() };
    const struct tls_paper *issuer = wish->issuer != NULL ? wish->issuer : &paper;
    char name[32]; /* of its own, by which a chain is found */
    snprintf(name, sizeof name, "%s %ld", wish->names != NULL ? "server" : "ca", serial);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(paper.certificate), "CN", MBSTRING_ASC,
                               (const unsigned char *)name, -1, -1, 0);
    X509_set_version(paper.certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(paper.certificate), serial++);
    X509_gmtime_adj(X509_getm_notBefore(paper.certificate), wish->from_days * 86400);
    X509_gmtime_adj(X509_getm_notAfter(paper.certificate), wish->to_days * 86400);
    X509_set_issuer_name(paper.certificate, X509_get_subject_name(issuer->certificate));
    X509_set_pubkey(paper.certificate, paper.key);
    if (wish->names != NULL)
        tls_extend(paper.certificate, NID_subject_alt_name, wish->names);
    else
        tls_extend(paper.certificate, NID_basic_constraints, "critical,CA:TRUE");
    if (X509_sign(paper.certificate, issuer->key, EVP_sha256()) == 0)
        abort();
    return paper;
}

static inline void tls_paper_free(struct tls_paper *paper)
{
    EVP_PKEY_free(paper->key);
    X509_free(paper->certificate);
}

/* PEM, malloc'ed. */
static inline char *tls_pem(const struct tls_paper *paper, bool of_key)
{
    char *bytes;
    BIO *out = BIO_new(BIO_s_mem());
    int wrote = of_key ? PEM_write_bio_PrivateKey(out, paper->key, NULL, NULL, 0, NULL, NULL)
                       : PEM_write_bio_X509(out, paper->certificate);
    long n = BIO_get_mem_data(out, &bytes);
    if (wrote != 1 || n <= 0)
        abort();
    char *text = malloc((size_t)n + 1);
    if (text == NULL)
        abort();
    memcpy(text, bytes, (size_t)n); /* which ends without a NUL */
    text[n] = '\0';
    BIO_free(out);
    return text;
}

#endif
