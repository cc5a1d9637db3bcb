/* SPDX-License-Identifier: Apache-2.0 */
#include "signing.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static _Noreturn void stop(void)
{
    fprintf(stderr, "bench: no key, or no thread\n");
    exit(1);
}

static int64_t thread_cpu_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* One thread's share of measuring signatures. */
struct signing {
    EVP_PKEY *key;
    int rounds;
    double us;
};

static void *sign_rounds(void *ctx)
{
    struct signing *s = ctx;
    EVP_MD_CTX *prepared = EVP_MD_CTX_new();
    unsigned char input[900] = { 1 }, signature[512];

    if (EVP_DigestSignInit(prepared, NULL, EVP_sha256(), NULL, s->key) != 1)
        stop();
    int64_t began = thread_cpu_us();
    for (int i = 0; i < s->rounds; i++) {
        size_t n = sizeof signature;
        EVP_MD_CTX *copy = EVP_MD_CTX_new();
        EVP_MD_CTX_copy_ex(copy, prepared);
        EVP_DigestSign(copy, signature, &n, input, sizeof input);
        EVP_MD_CTX_free(copy);
    }
    s->us = (double)(thread_cpu_us() - began) / s->rounds;
    EVP_MD_CTX_free(prepared);
    return NULL;
}

double signature_us(int is_rsa)
{
    enum { ROUNDS_RSA = 700, ROUNDS_EC = 7000 };
    EVP_PKEY *key =
        is_rsa ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048) : EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    struct signing here = { key, is_rsa ? ROUNDS_RSA : ROUNDS_EC, 0 };
    struct signing there = here;
    pthread_t thread;

    if (key == NULL || pthread_create(&thread, NULL, sign_rounds, &there) != 0)
        stop();
    sign_rounds(&here);
    pthread_join(thread, NULL);
    EVP_PKEY_free(key);
    return (here.us + there.us) / 2;
}
