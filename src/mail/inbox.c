/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/inbox.h"

#include "mail/schedule.h"

#include "base/queue.h"

#include <pthread.h>
#include <stdlib.h>

enum { POLL_MS = 1000, WAKES = 16 };

struct inbox {
    struct inbox_options options;
    pthread_t thread;
    struct queue *wakes;      /* what is queued has no meaning but "look" */
    pthread_mutex_t taking;   /* before `lock`: from the outbox's rows to what is kept of them */
    struct schedule schedule; /* under `taking`; its only line is the way into `kept` */
    pthread_mutex_t lock;
    struct inbox_mail kept[INBOX_KEPT]; /* a ring; the newest is at (next - 1) */
    uint64_t next;
    uint64_t handed; /* letters to the courier */
};

static void keep(struct inbox *box, const struct mail *mail, const struct letter *letter)
{
    pthread_mutex_lock(&box->lock);
    box->kept[box->next % INBOX_KEPT] = (struct inbox_mail){
        .id = mail->id, .tenant_id = mail->tenant_id, .at = clock_now(box->options.clock), .letter = *letter
    };
    box->next++;
    pthread_mutex_unlock(&box->lock);
}

/* What becomes of it is the courier's to log. */
static void hand_to_courier(struct inbox *box, const struct mail *mail, const struct letter *letter)
{
    const struct outbox_courier *courier = &box->options.courier;
    struct outbox_handed handed;

    if (courier->send == NULL)
        return;
    while (courier->ended(courier->ctx, &handed)) {
    }
    (void)!err_is_ok(courier->send(courier->ctx, (unsigned)(box->handed++ % OUTBOX_TAGS), mail, letter));
}

static void take_one(struct inbox *box, const struct mail *mail)
{
    const struct outbox_source *source = &box->options.source;
    struct letter letter;

    if (err_is_ok(source->open(source->ctx, mail, &letter))) {
        keep(box, mail, &letter);
        hand_to_courier(box, mail, &letter);
        EMIT(box->options.events, mail_sent, &mail->correlation_id, field_mail((int64_t)mail->id),
             field_tenant(mail->tenant_id));
    } else {
        EMIT(box->options.events, mail_dead, &mail->correlation_id, field_mail((int64_t)mail->id),
             field_reason("unreadable"));
    }
    /* Where the writer has no room, the row is offered again later, and is in the inbox twice. */
    (void)!err_is_ok(source->delivered(source->ctx, mail->id));
}

static void take_due(struct inbox *box)
{
    struct mail mail;

    pthread_mutex_lock(&box->taking);
    schedule_wake(&box->schedule, clock_monotonic_ms());
    while (schedule_take(&box->schedule, 0, clock_monotonic_ms(), clock_now(box->options.clock), &mail)) {
        take_one(box, &mail);
        schedule_settled(&box->schedule, 0, mail.attempts, clock_monotonic_ms());
    }
    pthread_mutex_unlock(&box->taking);
}

static void *run(void *ctx)
{
    struct inbox *box = ctx;
    void *wakes[WAKES];

    while (!queue_stopped(box->wakes)) {
        (void)queue_take(box->wakes, wakes, WAKES, POLL_MS);
        take_due(box);
    }
    return NULL;
}

err inbox_start(const struct inbox_options *options, struct inbox **out)
{
    struct inbox *box = calloc(1, sizeof *box);

    ENSURE(box != NULL, NO_MEMORY);
    box->options = *options;
    schedule_init(&box->schedule, &options->source, 1);
    box->wakes = queue_new(WAKES);
    pthread_mutex_init(&box->taking, NULL);
    pthread_mutex_init(&box->lock, NULL);
    if (box->wakes == NULL || pthread_create(&box->thread, NULL, run, box) != 0) {
        queue_free(box->wakes);
        free(box);
        return FAIL(NO_MEMORY);
    }
    pthread_setname_np(box->thread, "inbox");
    *out = box;
    return OK;
}

void inbox_wake(struct inbox *box)
{
    (void)!err_is_ok(queue_put(box->wakes, box)); /* full: it is awake already */
}

void inbox_stop(struct inbox *box)
{
    if (box == NULL)
        return;
    queue_stop(box->wakes);
    pthread_join(box->thread, NULL);
    queue_free(box->wakes);
    pthread_mutex_destroy(&box->lock);
    pthread_mutex_destroy(&box->taking);
    free(box);
}

void inbox_clear(struct inbox *box)
{
    pthread_mutex_lock(&box->taking);
    pthread_mutex_lock(&box->lock);
    box->next = 0;
    for (size_t i = 0; i < INBOX_KEPT; i++)
        box->kept[i] = (struct inbox_mail){ .id = 0 };
    pthread_mutex_unlock(&box->lock);
    pthread_mutex_unlock(&box->taking);
}

static uint64_t oldest_kept(const struct inbox *box)
{
    return box->next > INBOX_KEPT ? box->next - INBOX_KEPT : 0;
}

size_t inbox_list(struct inbox *box, struct slice address, uint64_t after, struct inbox_mail *out, size_t most)
{
    size_t n = 0;

    pthread_mutex_lock(&box->lock);
    for (uint64_t i = box->next; i > oldest_kept(box) && n < most; i--) {
        const struct inbox_mail *mail = &box->kept[(i - 1) % INBOX_KEPT];
        if (mail->id > after && (address.n == 0 || slice_eq_nocase(slice_of(mail->letter.to), address)))
            out[n++] = *mail;
    }
    pthread_mutex_unlock(&box->lock);
    return n;
}

err inbox_find(struct inbox *box, uint64_t id, struct inbox_mail *out)
{
    err result = FAIL(NOT_FOUND);

    pthread_mutex_lock(&box->lock);
    for (size_t i = 0; id != 0 && i < INBOX_KEPT; i++)
        if (box->kept[i].id == id) {
            *out = box->kept[i];
            result = OK;
        }
    pthread_mutex_unlock(&box->lock);
    return result;
}

err inbox_subject(struct inbox *box, const struct inbox_mail *mail, struct buf *out)
{
    return message_subject(box->options.messages, &mail->letter, out);
}

err inbox_read(struct inbox *box, const struct inbox_mail *mail, struct arena *arena, struct message_parts *out)
{
    return message_parts(box->options.messages, &mail->letter, &box->options.from, mail->id, mail->at, arena, out);
}

struct slice inbox_sender(const struct inbox *box)
{
    return box->options.from.address;
}
