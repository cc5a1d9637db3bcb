/* SPDX-License-Identifier: Apache-2.0 */
/* The development authority: what it signs is trusted for this machine's names and for nothing else, and lasts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/dev_ca.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DAY = 86400, NOW = 1790000000, FILE_BYTES = 8192 };

struct place {
    char folder[64];
    struct dev_ca_paths paths;
};

static const char *const names[] = { "ca.pem", "ca.key", "server.pem", "server.key" };

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);

    strcpy(p->folder, "/tmp/doorcode-dev-ca-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    char path[128];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", p->folder, names[i]);
        unlink(path);
    }
    assert_int_equal(rmdir(p->folder), 0); /* nothing written aside is left */
    free(p);
    return 0;
}

static void ensure(struct place *p, instant now)
{
    assert_int_equal(dev_ca_ensure(p->folder, now, &p->paths).code, ERR_OK);
}

/* The whole file, as text. */
static char *text_of(const char *path)
{
    char *text = calloc(1, FILE_BYTES);
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    assert_in_range(fread(text, 1, FILE_BYTES - 1, file), 1, FILE_BYTES - 2);
    fclose(file);
    return text;
}

static void assert_same_text(const char *path, char *before, bool same)
{
    char *after = text_of(path);

    assert_int_equal(strcmp(before, after) == 0, same);
    free(after);
    free(before);
}

/* The nth certificate of a file, counted from 0; NULL after the last. */
static X509 *certificate_of(const char *path, int nth)
{
    X509 *certificate = NULL;
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    for (int i = 0; i <= nth; i++) {
        X509_free(certificate);
        certificate = PEM_read_X509(file, NULL, NULL, NULL);
    }
    fclose(file);
    return certificate;
}

static EVP_PKEY *key_of(const char *path)
{
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    fclose(file);
    assert_non_null(key);
    return key;
}

/* What a TLS client does: X509_V_OK or the reason against it. `host` NULL: the chain alone. */
static int verdict(X509 *ca, X509 *leaf, const char *host, const char *ip, instant now)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();

    assert_int_equal(X509_STORE_add_cert(store, ca), 1);
    assert_int_equal(X509_STORE_CTX_init(ctx, store, leaf, NULL), 1);
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
    X509_VERIFY_PARAM_set_time(param, (time_t)now);
    X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT);
    if (host != NULL)
        assert_int_equal(X509_VERIFY_PARAM_set1_host(param, host, 0), 1);
    if (ip != NULL)
        assert_int_equal(X509_VERIFY_PARAM_set1_ip_asc(param, ip), 1);
    int verified = X509_verify_cert(ctx);
    int error = X509_STORE_CTX_get_error(ctx);
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    assert_int_equal(verified == 1, error == X509_V_OK);
    return error;
}

static int verdict_of_server(const struct place *p, const char *host, const char *ip, instant now)
{
    X509 *ca = certificate_of(p->paths.ca, 0);
    X509 *leaf = certificate_of(p->paths.certificate, 0);
    int error = verdict(ca, leaf, host, ip, now);

    X509_free(leaf);
    X509_free(ca);
    return error;
}

static void test_names_of_this_machine_are_trusted(void **state)
{
    static const char *const hosts[] = { "localhost", "petstore.ciamlogin.localhost", "another.ciamlogin.localhost" };
    static const char *const addresses[] = { "127.0.0.1", "::1" };
    struct place *p = *state;

    ensure(p, NOW);
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
        assert_int_equal(verdict_of_server(p, hosts[i], NULL, NOW), X509_V_OK);
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++)
        assert_int_equal(verdict_of_server(p, NULL, addresses[i], NOW), X509_V_OK);
}

static void test_other_names_are_refused(void **state)
{
    static const char *const hosts[] = { "example.com", "localhost.example.com", "ciamlogin.com",
                                         "a.b.localhost.evil" };
    static const char *const addresses[] = { "127.0.0.2", "10.0.0.1", "::2" };
    struct place *p = *state;

    ensure(p, NOW);
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
        assert_int_equal(verdict_of_server(p, hosts[i], NULL, NOW), X509_V_ERR_HOSTNAME_MISMATCH);
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++)
        assert_int_equal(verdict_of_server(p, NULL, addresses[i], NOW), X509_V_ERR_IP_ADDRESS_MISMATCH);
}

/* A certificate that the authority's stolen key signs. */
static X509 *forged(const struct place *p, const char *alternative_names)
{
    X509 *ca = certificate_of(p->paths.ca, 0);
    EVP_PKEY *ca_key = key_of(p->paths.ca_key);
    X509 *leaf = certificate_of(p->paths.certificate, 0);
    X509V3_CTX ctx;

    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, ca, leaf, NULL, NULL, 0);
    X509_EXTENSION_free(X509_delete_ext(leaf, X509_get_ext_by_NID(leaf, NID_subject_alt_name, -1)));
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, NID_subject_alt_name, alternative_names);
    assert_int_equal(X509_add_ext(leaf, extension, -1), 1);
    X509_EXTENSION_free(extension);
    assert_true(X509_sign(leaf, ca_key, EVP_sha256()) > 0);
    EVP_PKEY_free(ca_key);
    X509_free(ca);
    return leaf;
}

static void test_even_its_key_opens_no_other_name(void **state)
{
    static const struct {
        const char *names;
        int verdict;
    } cases[] = {
        { "DNS:localhost", X509_V_OK },
        { "DNS:x.localhost", X509_V_OK },
        { "IP:127.9.9.9", X509_V_OK },
        { "DNS:login.example.com", X509_V_ERR_PERMITTED_VIOLATION },
        { "DNS:notlocalhost", X509_V_ERR_PERMITTED_VIOLATION },
        { "DNS:localhost.example", X509_V_ERR_PERMITTED_VIOLATION },
        { "DNS:localhost,DNS:login.example.com", X509_V_ERR_PERMITTED_VIOLATION },
        { "IP:128.0.0.1", X509_V_ERR_PERMITTED_VIOLATION },
        { "IP:0:0:0:0:0:0:0:2", X509_V_ERR_PERMITTED_VIOLATION },
    };
    struct place *p = *state;

    ensure(p, NOW);
    X509 *ca = certificate_of(p->paths.ca, 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        X509 *leaf = forged(p, cases[i].names);
        assert_int_equal(verdict(ca, leaf, NULL, NULL, NOW), cases[i].verdict);
        X509_free(leaf);
    }
    X509_free(ca);
}

static void test_the_authority_signs_certificates_and_no_authority(void **state)
{
    struct place *p = *state;
    char name[64];
    unsigned tag;
    char extra;

    ensure(p, NOW);
    X509 *ca = certificate_of(p->paths.ca, 0);
    assert_int_equal(X509_get_extension_flags(ca) & (EXFLAG_CA | EXFLAG_SS | EXFLAG_INVALID), EXFLAG_CA | EXFLAG_SS);
    assert_int_equal(X509_get_pathlen(ca), 0);
    assert_int_equal(X509_get_key_usage(ca), X509v3_KU_KEY_CERT_SIGN);
    assert_true(X509_EXTENSION_get_critical(X509_get_ext(ca, X509_get_ext_by_NID(ca, NID_name_constraints, -1))));
    X509_NAME_get_text_by_NID(X509_get_subject_name(ca), NID_commonName, name, sizeof name);
    assert_int_equal(sscanf(name, "Doorcode development CA %8x%c", &tag, &extra), 1);
    assert_int_equal(strlen(name), strlen("Doorcode development CA ") + 8);
    X509_free(ca);
}

static int days_of(X509 *certificate)
{
    int days;
    int seconds;

    assert_int_equal(ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(certificate), X509_get0_notAfter(certificate)),
                     1);
    assert_int_equal(seconds, 0);
    return days;
}

static void test_files_are_a_chain_with_keys_of_their_own(void **state)
{
    struct place *p = *state;

    ensure(p, NOW);
    X509 *ca = certificate_of(p->paths.ca, 0);
    X509 *leaf = certificate_of(p->paths.certificate, 0);
    X509 *issuer = certificate_of(p->paths.certificate, 1);
    EVP_PKEY *key = key_of(p->paths.key);
    assert_int_equal(X509_cmp(ca, issuer), 0);
    assert_null(certificate_of(p->paths.certificate, 2));
    assert_null(certificate_of(p->paths.ca, 1));
    assert_int_equal(X509_check_private_key(leaf, key), 1);
    assert_int_equal(EVP_PKEY_get_bits(key), 256);
    assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(leaf), X509_get0_pubkey(ca)), 0);
    assert_int_equal(days_of(leaf), 397);
    assert_int_equal(days_of(ca), 3650);
    assert_int_equal(X509_get_extended_key_usage(leaf), XKU_SSL_SERVER);
    EVP_PKEY_free(key);
    X509_free(issuer);
    X509_free(leaf);
    X509_free(ca);
}

static mode_t mode_of(const char *path)
{
    struct stat info;

    assert_int_equal(stat(path, &info), 0);
    return info.st_mode & 0777;
}

static void test_keys_are_the_owners_alone(void **state)
{
    struct place *p = *state;
    char aside[DEV_CA_PATH];

    /* What a crash or a stranger left lends its mode to nothing. */
    snprintf(aside, sizeof aside, "%s/server.key.new", p->folder);
    FILE *left = fopen(aside, "wb");
    assert_non_null(left);
    fclose(left);
    assert_int_equal(chmod(aside, 0666), 0);
    ensure(p, NOW);
    assert_int_equal(mode_of(p->paths.ca_key), 0600);
    assert_int_equal(mode_of(p->paths.key), 0600);
}

static void test_a_second_call_changes_nothing(void **state)
{
    struct place *p = *state;

    ensure(p, NOW);
    char *before[] = { text_of(p->paths.ca), text_of(p->paths.ca_key), text_of(p->paths.certificate),
                       text_of(p->paths.key) };
    ensure(p, NOW + DAY);
    assert_same_text(p->paths.ca, before[0], true);
    assert_same_text(p->paths.ca_key, before[1], true);
    assert_same_text(p->paths.certificate, before[2], true);
    assert_same_text(p->paths.key, before[3], true);
}

/* At `later`, whether the authority and the server's certificate are still those of `NOW`. */
static void check_renewal(struct place *p, instant later, bool same_ca, bool same_server)
{
    ensure(p, NOW);
    char *ca = text_of(p->paths.ca);
    char *server = text_of(p->paths.certificate);
    ensure(p, later);
    assert_same_text(p->paths.ca, ca, same_ca);
    assert_same_text(p->paths.certificate, server, same_server);
    assert_int_equal(verdict_of_server(p, "localhost", NULL, later), X509_V_OK);
}

static void test_the_server_certificate_is_kept_for_a_year(void **state)
{
    check_renewal(*state, NOW + 366 * DAY, true, true);
}

static void test_the_server_certificate_is_renewed_in_its_last_days(void **state)
{
    check_renewal(*state, NOW + 368 * DAY, true, false);
}

static void test_the_server_certificate_of_a_clock_ahead_is_renewed(void **state)
{
    struct place *p = *state;

    ensure(p, NOW);
    X509 *ca = certificate_of(p->paths.ca, 0);
    assert_int_equal(verdict_of_server(p, "localhost", NULL, NOW - DAY), X509_V_ERR_CERT_NOT_YET_VALID);
    X509_free(ca);
    check_renewal(p, NOW - DAY, false, false);
}

static void test_the_authority_is_renewed_before_it_ends(void **state)
{
    check_renewal(*state, NOW + 3625LL * DAY, false, false);
}

static void test_another_authority_makes_another_server_certificate(void **state)
{
    struct place *p = *state;

    ensure(p, NOW);
    char *server = text_of(p->paths.certificate);
    assert_int_equal(unlink(p->paths.ca), 0);
    ensure(p, NOW);
    assert_same_text(p->paths.certificate, server, false);
    assert_int_equal(verdict_of_server(p, "localhost", NULL, NOW), X509_V_OK);
}

static void test_a_key_without_its_certificate_is_made_again(void **state)
{
    struct place *p = *state;

    ensure(p, NOW);
    char *ca = text_of(p->paths.ca);
    assert_int_equal(truncate(p->paths.key, 40), 0);
    ensure(p, NOW);
    assert_same_text(p->paths.ca, ca, true);
    assert_int_equal(verdict_of_server(p, "localhost", NULL, NOW), X509_V_OK);
    X509 *leaf = certificate_of(p->paths.certificate, 0);
    EVP_PKEY *key = key_of(p->paths.key);
    assert_int_equal(X509_check_private_key(leaf, key), 1);
    EVP_PKEY_free(key);
    X509_free(leaf);
}

static void test_folders_that_cannot_be(void **state)
{
    struct place *p = *state;
    char folder[DEV_CA_PATH + 1];
    char missing[80];

    memset(folder, 'a', DEV_CA_PATH);
    folder[DEV_CA_PATH] = '\0';
    assert_int_equal(dev_ca_ensure(folder, NOW, &p->paths).code, ERR_FULL);
    snprintf(missing, sizeof missing, "%s/none", p->folder);
    assert_int_equal(dev_ca_ensure(missing, NOW, &p->paths).code, ERR_IO);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_names_of_this_machine_are_trusted),
        TEST(test_other_names_are_refused),
        TEST(test_even_its_key_opens_no_other_name),
        TEST(test_the_authority_signs_certificates_and_no_authority),
        TEST(test_files_are_a_chain_with_keys_of_their_own),
        TEST(test_keys_are_the_owners_alone),
        TEST(test_a_second_call_changes_nothing),
        TEST(test_the_server_certificate_is_kept_for_a_year),
        TEST(test_the_server_certificate_is_renewed_in_its_last_days),
        TEST(test_the_server_certificate_of_a_clock_ahead_is_renewed),
        TEST(test_the_authority_is_renewed_before_it_ends),
        TEST(test_another_authority_makes_another_server_certificate),
        TEST(test_a_key_without_its_certificate_is_made_again),
        TEST(test_folders_that_cannot_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
