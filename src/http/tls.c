/* SPDX-License-Identifier: Apache-2.0 */
#include "http/tls.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHAIN_MAX = 8, KEY_ID = 64 };

const char tls_priorities[] =
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:-CIPHER-ALL:"
    "+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:-MAC-ALL:+AEAD:-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:"
    "%SERVER_PRECEDENCE";

struct tls_pair {
    unsigned references; /* under tls.lock */
    gnutls_pcert_st chain[CHAIN_MAX];
    unsigned chain_n;
    gnutls_privkey_t key;
};

struct tls {
    pthread_mutex_t lock;
    struct tls_pair *current; /* under lock, counted */
    char *certificate_file;
    char *key_file;
};

static err pair_load(const struct tls *tls, struct tls_pair **out, char why[TLS_WHY]);
static void pair_put(struct tls *tls, struct tls_pair *pair);
static int retrieve(gnutls_session_t session, const gnutls_datum_t *request, int requests,
                    const gnutls_pk_algorithm_t *algorithms, int algorithms_n, gnutls_pcert_st **chain,
                    unsigned *chain_n, gnutls_privkey_t *key);

err tls_open(const char *certificate_file, const char *key_file, struct tls **out, char why[TLS_WHY])
{
    struct tls *tls = calloc(1, sizeof *tls);

    ENSURE(tls != NULL, NO_MEMORY);
    pthread_mutex_init(&tls->lock, NULL);
    tls->certificate_file = strdup(certificate_file == NULL ? "" : certificate_file);
    tls->key_file = strdup(key_file == NULL ? "" : key_file);
    err e = FAIL(NO_MEMORY);
    if (tls->certificate_file != NULL && tls->key_file != NULL)
        e = pair_load(tls, &tls->current, why);
    if (!err_is_ok(e)) {
        tls_close(tls);
        return e;
    }
    *out = tls;
    return OK;
}

err tls_reload(struct tls *tls, char why[TLS_WHY])
{
    struct tls_pair *fresh;

    TRY(pair_load(tls, &fresh, why));
    pthread_mutex_lock(&tls->lock);
    struct tls_pair *former = tls->current;
    tls->current = fresh;
    pthread_mutex_unlock(&tls->lock);
    pair_put(tls, former);
    return OK;
}

void tls_close(struct tls *tls)
{
    if (tls == NULL)
        return;
    pair_put(tls, tls->current);
    pthread_mutex_destroy(&tls->lock);
    free(tls->certificate_file);
    free(tls->key_file);
    free(tls);
}

void tls_attach(struct tls *tls, struct tls_use *use, void *session)
{
    *use = (struct tls_use){ .tls = tls };
    gnutls_session_set_ptr(session, use);
}

void tls_release(struct tls_use *use)
{
    if (use->held != NULL)
        pair_put(use->tls, use->held);
    *use = (struct tls_use){ 0 };
}

void *tls_retriever(void)
{
    gnutls_certificate_retrieve_function2 *function = retrieve;
    void *p;

    memcpy(&p, &function, sizeof p); /* ISO C has no cast from a function to an object pointer */
    return p;
}

static int retrieve(gnutls_session_t session, const gnutls_datum_t *request, int requests,
                    const gnutls_pk_algorithm_t *algorithms, int algorithms_n, gnutls_pcert_st **chain,
                    unsigned *chain_n, gnutls_privkey_t *key)
{
    struct tls_use *use = gnutls_session_get_ptr(session);

    (void)request, (void)requests, (void)algorithms, (void)algorithms_n;
    if (use->held == NULL) { /* a handshake may ask twice */
        pthread_mutex_lock(&use->tls->lock);
        use->held = use->tls->current;
        use->held->references++;
        pthread_mutex_unlock(&use->tls->lock);
    }
    *chain = use->held->chain;
    *chain_n = use->held->chain_n;
    *key = use->held->key;
    return 0;
}

static void pair_free(struct tls_pair *pair)
{
    for (unsigned i = 0; i < pair->chain_n; i++)
        gnutls_pcert_deinit(&pair->chain[i]);
    if (pair->key != NULL)
        gnutls_privkey_deinit(pair->key);
    free(pair);
}

static void pair_put(struct tls *tls, struct tls_pair *pair)
{
    if (pair == NULL)
        return;
    pthread_mutex_lock(&tls->lock);
    bool last = --pair->references == 0;
    pthread_mutex_unlock(&tls->lock);
    if (last)
        pair_free(pair);
}

static err complain(enum err_code code, char why[TLS_WHY], const char *file, int gnutls_code)
{
    snprintf(why, TLS_WHY, "%.120s: %.70s", file, gnutls_strerror(gnutls_code));
    return (err){ code };
}

static void free_datum(gnutls_datum_t *d)
{
    if (d->data != NULL)
        gnutls_memset(d->data, 0, d->size);
    gnutls_free(d->data);
    d->data = NULL;
}

static err read_file(const char *file, gnutls_datum_t *out, char why[TLS_WHY])
{
    int code = gnutls_load_file(file, out);

    return code == 0 ? OK : complain(ERR_IO, why, file, code);
}

static err load_chain(struct tls_pair *pair, const char *file, char why[TLS_WHY])
{
    AUTO(free_datum) gnutls_datum_t pem = { 0 };
    unsigned n = CHAIN_MAX;

    TRY(read_file(file, &pem, why));
    int code = gnutls_pcert_list_import_x509_raw(pair->chain, &n, &pem, GNUTLS_X509_FMT_PEM,
                                                 GNUTLS_X509_CRT_LIST_FAIL_IF_UNSORTED);
    if (code < 0)
        return complain(ERR_FORMAT, why, file, code);
    pair->chain_n = n;
    return OK;
}

static err load_key(struct tls_pair *pair, const char *file, char why[TLS_WHY])
{
    AUTO(free_datum) gnutls_datum_t pem = { 0 };

    TRY(read_file(file, &pem, why));
    int code = gnutls_privkey_init(&pair->key);
    if (code == 0)
        code = gnutls_privkey_import_x509_raw(pair->key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
    return code == 0 ? OK : complain(ERR_FORMAT, why, file, code);
}

static void free_pubkey(gnutls_pubkey_t *key)
{
    if (*key != NULL)
        gnutls_pubkey_deinit(*key);
}

/* A key of another certificate would fail every handshake; better to refuse it here. */
static err match(const struct tls_pair *pair, const char *file, char why[TLS_WHY])
{
    AUTO(free_pubkey) gnutls_pubkey_t own = NULL;
    unsigned char a[KEY_ID], b[KEY_ID];
    size_t a_n = sizeof a, b_n = sizeof b;

    int code = gnutls_pubkey_init(&own);
    if (code == 0)
        code = gnutls_pubkey_import_privkey(own, pair->key, 0, 0);
    if (code == 0)
        code = gnutls_pubkey_get_key_id(own, GNUTLS_KEYID_USE_SHA256, a, &a_n);
    if (code == 0)
        code = gnutls_pubkey_get_key_id(pair->chain[0].pubkey, GNUTLS_KEYID_USE_SHA256, b, &b_n);
    if (code == 0 && (a_n != b_n || memcmp(a, b, a_n) != 0))
        code = GNUTLS_E_CERTIFICATE_KEY_MISMATCH;
    return code == 0 ? OK : complain(ERR_FORMAT, why, file, code);
}

static err pair_fill(struct tls_pair *pair, const struct tls *tls, char why[TLS_WHY])
{
    TRY(load_chain(pair, tls->certificate_file, why));
    TRY(load_key(pair, tls->key_file, why));
    return match(pair, tls->key_file, why);
}

static err pair_load(const struct tls *tls, struct tls_pair **out, char why[TLS_WHY])
{
    struct tls_pair *pair = calloc(1, sizeof *pair);

    ENSURE(pair != NULL, NO_MEMORY);
    pair->references = 1;
    err e = pair_fill(pair, tls, why);
    if (!err_is_ok(e)) {
        pair_free(pair);
        return e;
    }
    *out = pair;
    return OK;
}
