/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/dev_ca.h"

#include "base/rng.h"
#include "crypto/vault.h"

#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CA_DAYS = 3650, SERVER_DAYS = 397, RENEW_DAYS = 30, DAY = 86400, HOUR = 3600, NAME_MAX_TEXT = 64 };

struct pair {
    EVP_PKEY *key;
    X509 *certificate;
};

struct extension {
    int nid;
    const char *value;
};

static const struct extension ca_extensions[] = {
    { NID_basic_constraints, "critical,CA:TRUE,pathlen:0" },
    { NID_key_usage, "critical,keyCertSign" },
    { NID_subject_key_identifier, "hash" },
    { NID_name_constraints,
      "critical,permitted;DNS:localhost,permitted;DNS:.localhost,permitted;IP:127.0.0.0/255.0.0.0,"
      "permitted;IP:0:0:0:0:0:0:0:1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
};

static const struct extension server_extensions[] = {
    { NID_basic_constraints, "critical,CA:FALSE" },
    { NID_key_usage, "critical,digitalSignature" },
    { NID_ext_key_usage, "serverAuth" },
    { NID_subject_key_identifier, "hash" },
    { NID_authority_key_identifier, "keyid" },
    { NID_subject_alt_name,
      /* Not every client takes a wildcard below a top-level name: the example tenant's host is spelled out. */
      "DNS:localhost,DNS:*.localhost,DNS:*.ciamlogin.localhost,DNS:petstore.ciamlogin.localhost,"
      "IP:127.0.0.1,IP:0:0:0:0:0:0:0:1" },
};

static void free_pair(struct pair *pair)
{
    EVP_PKEY_free(pair->key);
    X509_free(pair->certificate);
}

static void close_file(FILE **file)
{
    if (*file != NULL)
        fclose(*file);
}

/* ---- files: written aside, flushed to the disk, then renamed ---- */

typedef int write_fn(FILE *file, const struct pair *pair, const struct pair *issuer);

static int write_key(FILE *file, const struct pair *pair, const struct pair *issuer)
{
    (void)issuer;
    return PEM_write_PrivateKey(file, pair->key, NULL, NULL, 0, NULL, NULL);
}

static int write_chain(FILE *file, const struct pair *pair, const struct pair *issuer)
{
    return PEM_write_X509(file, pair->certificate) == 1 &&
           (issuer == NULL || PEM_write_X509(file, issuer->certificate) == 1);
}

static err write_aside(const char *aside, mode_t mode, write_fn *write_it, const struct pair *pair,
                       const struct pair *issuer)
{
    /* Exclusive, so that the mode is ours and no leftover or link decides where a key goes. */
    int fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    ENSURE(fd >= 0, IO);
    AUTO(close_file) FILE *file = fdopen(fd, "wb");
    if (file == NULL)
        close(fd);
    ENSURE(file != NULL, IO);
    ENSURE(write_it(file, pair, issuer) == 1, CRYPTO);
    ENSURE(fflush(file) == 0 && fsync(fd) == 0, IO);
    return OK;
}

static err write_file(const char *path, mode_t mode, write_fn *write_it, const struct pair *pair,
                      const struct pair *issuer)
{
    char aside[DEV_CA_PATH + 8];

    snprintf(aside, sizeof aside, "%s.new", path);
    unlink(aside); /* what a crash left */
    err written = write_aside(aside, mode, write_it, pair, issuer);
    if (err_is_ok(written) && rename(aside, path) != 0)
        written = FAIL(IO);
    if (!err_is_ok(written))
        unlink(aside);
    return written;
}

static bool read_pair(const char *certificate_path, const char *key_path, struct pair *pair)
{
    AUTO(close_file) FILE *certificate = fopen(certificate_path, "rbe");
    AUTO(close_file) FILE *key = fopen(key_path, "rbe");

    char no_passphrase[] = ""; /* an encrypted key is refused, not asked about on the terminal */

    *pair = (struct pair){ NULL, NULL };
    if (certificate == NULL || key == NULL)
        return false;
    pair->certificate = PEM_read_X509(certificate, NULL, NULL, NULL);
    pair->key = PEM_read_PrivateKey(key, NULL, NULL, no_passphrase);
    return pair->certificate != NULL && pair->key != NULL && X509_check_private_key(pair->certificate, pair->key) == 1;
}

/* ---- certificates ---- */

static err add_extensions(X509 *certificate, X509 *issuer, const struct extension *extensions, size_t n)
{
    X509V3_CTX ctx;

    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, issuer, certificate, NULL, NULL, 0);
    for (size_t i = 0; i < n; i++) {
        X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, extensions[i].nid, extensions[i].value);
        bool added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
        X509_EXTENSION_free(extension);
        ENSURE(added, CRYPTO);
    }
    return OK;
}

static bool set_serial(X509 *certificate)
{
    unsigned char bytes[16];

    rng_fill(&rng_system, bytes, sizeof bytes);
    bytes[0] &= 0x7f;
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    bool ok = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    return ok;
}

static err fill(X509 *certificate, EVP_PKEY *key, const char *name, X509 *issuer, instant now, int days)
{
    time_t from = (time_t)now - HOUR; /* clocks differ a little */
    X509_NAME *subject = X509_get_subject_name(certificate);

    bool ok = set_serial(certificate) && X509_set_version(certificate, X509_VERSION_3) == 1 &&
              X509_time_adj_ex(X509_getm_notBefore(certificate), 0, 0, &from) != NULL &&
              X509_time_adj_ex(X509_getm_notAfter(certificate), days, 0, &from) != NULL &&
              X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0) == 1 &&
              X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
              X509_set_pubkey(certificate, key) == 1;
    ENSURE(ok, CRYPTO);
    return OK;
}

/* `issuer` NULL: self-signed. */
static err make_pair(const char *name, const struct pair *issuer, const struct extension *extensions, size_t n,
                     instant now, int days, struct pair *out)
{
    out->key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    out->certificate = X509_new();
    ENSURE(out->key != NULL && out->certificate != NULL, CRYPTO);
    const struct pair *signer = issuer == NULL ? out : issuer;
    TRY(fill(out->certificate, out->key, name, signer->certificate, now, days));
    TRY(add_extensions(out->certificate, signer->certificate, extensions, n));
    ENSURE(X509_sign(out->certificate, signer->key, EVP_sha256()) > 0, CRYPTO);
    return OK;
}

/* Good now and for a while yet. */
static bool lasts(const X509 *certificate, instant now)
{
    time_t today = (time_t)now;
    time_t soon = today + (time_t)RENEW_DAYS * DAY;

    return X509_cmp_time(X509_get0_notBefore(certificate), &today) < 0 &&
           X509_cmp_time(X509_get0_notAfter(certificate), &soon) > 0;
}

static err ensure_ca(const struct dev_ca_paths *paths, instant now, struct pair *ca)
{
    uint32_t tag;
    char name[NAME_MAX_TEXT];

    if (read_pair(paths->ca, paths->ca_key, ca) && lasts(ca->certificate, now))
        return OK;
    free_pair(ca);
    *ca = (struct pair){ NULL, NULL };
    rng_fill(&rng_system, &tag, sizeof tag);
    snprintf(name, sizeof name, "Doorcode development CA %08x", tag);
    TRY(make_pair(name, NULL, ca_extensions, sizeof ca_extensions / sizeof ca_extensions[0], now, CA_DAYS, ca));
    TRY(write_file(paths->ca_key, 0600, write_key, ca, NULL));
    return write_file(paths->ca, 0644, write_chain, ca, NULL);
}

static err ensure_server(const struct dev_ca_paths *paths, const struct pair *ca, instant now)
{
    AUTO(free_pair) struct pair old;
    AUTO(free_pair) struct pair made = { NULL, NULL };

    if (read_pair(paths->certificate, paths->key, &old) && X509_verify(old.certificate, ca->key) == 1 &&
        lasts(old.certificate, now))
        return OK;
    TRY(make_pair("localhost", ca, server_extensions, sizeof server_extensions / sizeof server_extensions[0], now,
                  SERVER_DAYS, &made));
    TRY(write_file(paths->key, 0600, write_key, &made, NULL));
    return write_file(paths->certificate, 0644, write_chain, &made, ca);
}

err dev_ca_ensure(const char *folder, instant now, struct dev_ca_paths *out)
{
    AUTO(free_pair) struct pair ca = { NULL, NULL };
    const struct {
        char *path;
        const char *name;
    } files[] = {
        { out->ca, "ca.pem" }, { out->ca_key, "ca.key" }, { out->certificate, "server.pem" }, { out->key, "server.key" }
    };

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        int n = snprintf(files[i].path, DEV_CA_PATH, "%s/%s", folder, files[i].name);
        ENSURE(n > 0 && n < DEV_CA_PATH, FULL);
    }
    TRY(ensure_ca(out, now, &ca));
    return ensure_server(out, &ca, now);
}
