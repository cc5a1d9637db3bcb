/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/passwords.h"

#include "base/buf.h"
#include "base/queue.h"
#include "base/secret.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { KIB = 1024, NICEST = 19 };

_Static_assert(LIMIT_PASSWORD_HASH >= crypto_pwhash_STRBYTES, "a PHC string fits");

/* 19 MiB and 2 passes: the smallest of the equally strong choices that OWASP names, about 20 ms of a core. */
const struct password_options password_options_default = {
    .workers = 2, .memory_kib = 19456, .passes = 2, .queue = 64
};

struct passwords {
    struct password_options options;
    struct queue *queue;
    pthread_t threads[LIMIT_PASSWORD_WORKERS];
    size_t running;
    char nobody[LIMIT_PASSWORD_HASH]; /* verified where there is no hash, so that the time does not tell */
};

size_t passwords_memory(const struct password_options *options)
{
    return (size_t)options->workers * options->memory_kib * KIB;
}

err password_hash(const struct password_options *options, const char *password, char out[LIMIT_PASSWORD_HASH])
{
    ENSURE(sodium_init() >= 0, CRYPTO);
    int made = crypto_pwhash_str_alg(out, password, strlen(password), options->passes,
                                     (size_t)options->memory_kib * KIB, crypto_pwhash_ALG_ARGON2ID13);
    ENSURE(made == 0, NO_MEMORY);
    return OK;
}

static void verify(const struct passwords *p, struct password_job *job)
{
    bool somebody = job->hash[0] != '\0';
    const char *against = somebody ? job->hash : p->nobody;
    bool right = crypto_pwhash_str_verify(against, job->password, strlen(job->password)) == 0;

    job->matches = right && somebody;
    job->stale = job->matches &&
                 crypto_pwhash_str_needs_rehash(job->hash, p->options.passes, (size_t)p->options.memory_kib * KIB) != 0;
    job->result = OK;
}

static void run(const struct passwords *p, struct password_job *job)
{
    if (job->work == PASSWORD_HASH)
        job->result = password_hash(&p->options, job->password, job->hash);
    else
        verify(p, job);
}

static void answer(struct password_job *job)
{
    wipe(job->password, sizeof job->password);
    job->done(job); /* from here on it is the caller's */
}

/* This thread takes what sign-ins with a code leave. The class matters more than the number: a thread of it gives way at
 * once when another wakes, where the nicest of the usual class would finish its slice first. */
static void yield_to_others(void)
{
    const struct sched_param none = { .sched_priority = 0 };

    setpriority(PRIO_PROCESS, 0, NICEST);
    (void)pthread_setschedparam(pthread_self(), SCHED_IDLE, &none);
}

static void *work(void *passwords)
{
    struct passwords *p = passwords;
    void *item;

    pthread_setname_np(pthread_self(), "password"); /* by itself: in a sandbox no other may */
    yield_to_others();
    while (queue_take(p->queue, &item, 1, -1) > 0) {
        struct password_job *job = item;
        if (queue_stopped(p->queue))
            job->result = FAIL(STOPPING);
        else
            run(p, job);
        answer(job);
    }
    return NULL;
}

/* PHC strings use base64 without padding. */
static void put_base64(struct buf *out, const uint8_t *bytes, size_t n)
{
    char text[64];

    sodium_bin2base64(text, sizeof text, bytes, n, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    buf_puts(out, text);
}

/* A hash by these parameters that no password has: it costs as much to verify as any, and nothing to make. */
static err make_nobody(struct passwords *p)
{
    struct buf text;
    uint8_t salt[crypto_pwhash_SALTBYTES], digest[32];

    randombytes_buf(salt, sizeof salt);
    randombytes_buf(digest, sizeof digest);
    buf_init(&text, p->nobody, sizeof p->nobody - 1);
    buf_fmt(&text, "$argon2id$v=19$m=%u,t=%u,p=1$", p->options.memory_kib, p->options.passes);
    put_base64(&text, salt, sizeof salt);
    buf_putc(&text, '$');
    put_base64(&text, digest, sizeof digest);
    ENSURE(buf_ok(&text), FULL);
    return OK;
}

static err start(struct passwords *p)
{
    ENSURE(sodium_init() >= 0, CRYPTO);
    ENSURE(p->options.workers >= 1 && p->options.workers <= LIMIT_PASSWORD_WORKERS, FORMAT);
    ENSURE(p->options.passes >= crypto_pwhash_argon2id_OPSLIMIT_MIN, FORMAT);
    ENSURE((size_t)p->options.memory_kib * KIB >= crypto_pwhash_argon2id_MEMLIMIT_MIN, FORMAT);
    TRY(make_nobody(p));
    p->queue = queue_new(p->options.queue);
    ENSURE(p->queue != NULL, NO_MEMORY);
    for (size_t i = 0; i < p->options.workers; i++) {
        ENSURE(pthread_create(&p->threads[i], NULL, work, p) == 0, NO_MEMORY);
        p->running++;
    }
    return OK;
}

err passwords_new(const struct password_options *options, struct passwords **out)
{
    struct passwords *p = calloc(1, sizeof *p);

    ENSURE(p != NULL, NO_MEMORY);
    p->options = *options;
    err started = start(p);
    if (!err_is_ok(started)) {
        passwords_free(p);
        return started;
    }
    *out = p;
    return OK;
}

void passwords_free(struct passwords *p)
{
    if (p == NULL)
        return;
    if (p->queue != NULL)
        queue_stop(p->queue);
    for (size_t i = 0; i < p->running; i++)
        pthread_join(p->threads[i], NULL);
    queue_free(p->queue);
    free(p);
}

err passwords_submit(struct passwords *p, struct password_job *job)
{
    ASSERT(job->done != NULL);
    job->matches = false;
    job->stale = false;
    return queue_put(p->queue, job);
}
