/* SPDX-License-Identifier: Apache-2.0 */
#include "support/mail_array.h"

#include <stdlib.h>
#include <string.h>

void mail_array_init(struct mail_array *a, size_t cap)
{
    memset(a, 0, sizeof *a);
    pthread_mutex_init(&a->lock, NULL);
    a->cap = cap;
    a->mails = calloc(cap, sizeof *a->mails);
    a->gone = calloc(cap, sizeof *a->gone);
    a->settled = calloc(cap, sizeof *a->settled);
    ASSERT(a->mails != NULL && a->gone != NULL && a->settled != NULL);
}

void mail_array_free(struct mail_array *a)
{
    free(a->mails);
    free(a->gone);
    free(a->settled);
    pthread_mutex_destroy(&a->lock);
}

uint64_t mail_array_add(struct mail_array *a, const struct letter *letter, instant now, instant expires_at)
{
    struct buf out;

    pthread_mutex_lock(&a->lock);
    ASSERT(a->n < a->cap);
    struct mail *mail = &a->mails[a->n++];
    uint64_t id = a->n;
    *mail = (struct mail){ .id = id, .created_at = now, .due_at = now, .expires_at = expires_at };
    mail->tenant_id.b[15] = 1;
    mail->correlation_id.b[15] = (uint8_t)id;
    buf_init(&out, mail->sealed, sizeof mail->sealed);
    err e = letter_pack(letter, &out);
    ASSERT(err_is_ok(e));
    mail->sealed_n = out.n;
    pthread_mutex_unlock(&a->lock);
    return id;
}

void mail_array_commit(struct mail_array *a)
{
    pthread_mutex_lock(&a->lock);
    for (size_t i = 0; i < a->n; i++)
        a->gone[i] = a->gone[i] || a->settled[i];
    pthread_mutex_unlock(&a->lock);
}

struct mail mail_array_get(struct mail_array *a, uint64_t id)
{
    pthread_mutex_lock(&a->lock);
    struct mail mail = a->mails[id - 1];
    pthread_mutex_unlock(&a->lock);
    return mail;
}

struct mail_array_counts mail_array_count(struct mail_array *a)
{
    struct mail_array_counts counts = { 0 };

    pthread_mutex_lock(&a->lock);
    for (size_t i = 0; i < a->n; i++) {
        bool delivered = a->gone[i] || a->settled[i];
        counts.delivered += delivered;
        counts.dead += !delivered && a->mails[i].state == MAIL_DEAD;
        counts.pending += !delivered && a->mails[i].state == MAIL_PENDING;
        if (a->mails[i].attempts > counts.most_attempts)
            counts.most_attempts = a->mails[i].attempts;
    }
    pthread_mutex_unlock(&a->lock);
    return counts;
}

static err due(void *ctx, instant now, uint64_t after, struct mail *out, size_t *n)
{
    struct mail_array *a = ctx;
    size_t room = *n, got = 0;

    atomic_fetch_add(&a->reads, 1);
    pthread_mutex_lock(&a->lock);
    while (a->first < a->n && a->gone[a->first])
        a->first++;
    for (size_t i = a->first > after ? a->first : after; i < a->n && got < room; i++)
        if (!a->gone[i] && a->mails[i].state == MAIL_PENDING && a->mails[i].due_at <= now)
            out[got++] = a->mails[i];
    pthread_mutex_unlock(&a->lock);
    *n = got;
    return OK;
}

static err open_letter(void *ctx, const struct mail *mail, struct letter *out)
{
    (void)ctx;
    return err_is_ok(letter_unpack(slice_bytes(mail->sealed, mail->sealed_n), out)) ? OK : FAIL(CRYPTO);
}

static bool refused(struct mail_array *a)
{
    unsigned left = atomic_load(&a->refuse);

    if (left > 0)
        atomic_store(&a->refuse, left - 1);
    return left > 0;
}

static err delivered(void *ctx, uint64_t id)
{
    struct mail_array *a = ctx;

    ENSURE(!refused(a), FULL);
    atomic_fetch_add(&a->outcomes, 1);
    pthread_mutex_lock(&a->lock);
    if (a->lag)
        a->settled[id - 1] = true;
    else
        a->gone[id - 1] = true;
    pthread_mutex_unlock(&a->lock);
    return OK;
}

static err changed(void *ctx, const struct mail *mail)
{
    struct mail_array *a = ctx;

    ENSURE(!refused(a), FULL);
    atomic_fetch_add(&a->outcomes, 1);
    pthread_mutex_lock(&a->lock);
    struct mail *row = &a->mails[mail->id - 1];
    row->state = mail->state;
    row->attempts = mail->attempts;
    row->due_at = mail->due_at;
    memcpy(row->last_error, mail->last_error, sizeof row->last_error);
    pthread_mutex_unlock(&a->lock);
    return OK;
}

static void tend(void *ctx)
{
    struct mail_array *a = ctx;

    atomic_fetch_add(&a->tended, 1);
}

struct outbox_source mail_array_source(struct mail_array *a)
{
    return (struct outbox_source){ due, open_letter, delivered, changed, tend, a };
}
