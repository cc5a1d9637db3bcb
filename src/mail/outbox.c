/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/outbox.h"

#include "mail/schedule.h"
#include "mail/smtp.h"
#include "mail/writer.h"

#include "base/secret.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    SETTLE_AGAIN_MS = 50, /* the store's queue was full */
    HANDED_LOOK_MS = 20,  /* a courier's end does not wake us */
    TEND_MS = 1000        /* without a free line nothing is looked for */
};

_Static_assert((int)SMTP_LINES_MAX <= (int)OUTBOX_TAGS, "each line is a tag");

enum slot_state { SLOT_FREE, SLOT_SENDING, SLOT_HANDED, SLOT_SETTLING };

/* What a line of smtp.h carries. */
struct slot {
    enum slot_state state;
    bool delivered;
    uint32_t attempts; /* of the mail's row as it was taken */
    struct mail mail;
};

struct outbox {
    struct outbox_options options;
    char address[LIMIT_EMAIL + 1];
    char name[LIMIT_EMAIL + 1];
    struct smtp *smtp;
    pthread_t thread;
    _Atomic bool woken;
    _Atomic bool sleeping;
    _Atomic bool stopping;
    _Atomic int64_t stop_by; /* ms of the monotonic clock */

    /* the thread's own */
    struct schedule schedule;
    struct writer *writer;
    struct slot slots[SMTP_LINES_MAX];
};

static err copy_options(struct outbox *o, const struct outbox_options *options);
static void release(struct outbox *o);
static void *run(void *ctx);
static void collect(struct outbox *o);
static bool take_mails(struct outbox *o);
static err send_mail(struct outbox *o, unsigned line, struct letter *letter);
static void collect_handed(struct outbox *o);
static void settle(struct outbox *o, unsigned line, enum smtp_verdict verdict, const char *detail);
static void hand_over(struct outbox *o, unsigned line);
static void tend(struct outbox *o);
static void rest(struct outbox *o);

err outbox_start(const struct outbox_options *options, struct outbox **out)
{
    struct outbox *o = calloc(1, sizeof *o);

    *out = NULL;
    ENSURE(o != NULL, NO_MEMORY);
    err e = copy_options(o, options);
    if (err_is_ok(e))
        e = smtp_new(&options->smtp, o->options.from.address, &o->smtp);
    if (err_is_ok(e))
        e = writer_new(options->messages, &o->options.from, &o->writer);
    if (err_is_ok(e)) {
        schedule_init(&o->schedule, &options->source, smtp_lines(o->smtp));
        e = pthread_create(&o->thread, NULL, run, o) == 0 ? OK : FAIL(NO_MEMORY);
    }
    if (!err_is_ok(e)) {
        release(o);
        return e;
    }
    *out = o;
    return OK;
}

void outbox_wake(struct outbox *o)
{
    /* Only a thread that sleeps needs the system call. `woken` is set before `sleeping` is read, and rest() does the
     * reverse, so that one of the two always sees the other. */
    atomic_store(&o->woken, true);
    if (atomic_exchange(&o->sleeping, false))
        smtp_wakeup(o->smtp);
}

void outbox_stop(struct outbox *o, unsigned seconds)
{
    if (o == NULL)
        return;
    atomic_store(&o->stop_by, clock_monotonic_ms() + (int64_t)seconds * 1000);
    atomic_store(&o->stopping, true);
    smtp_wakeup(o->smtp);
    pthread_join(o->thread, NULL);
    release(o);
}

static void release(struct outbox *o)
{
    smtp_free(o->smtp);
    writer_free(o->writer);
    free(o);
}

static err copy_options(struct outbox *o, const struct outbox_options *options)
{
    TRY(message_sender_check(&options->from));
    o->options = *options;
    ENSURE(slice_to_cstr(options->from.address, o->address, sizeof o->address), FORMAT);
    ENSURE(slice_to_cstr(options->from.name, o->name, sizeof o->name), FORMAT);
    o->options.from = (struct message_sender){ slice_of(o->address), slice_of(o->name) };
    o->options.smtp = (struct smtp_options){ 0 }; /* smtp.c has its copies */
    return OK;
}

static bool is_finished(const struct outbox *o)
{
    return atomic_load(&o->stopping) && (o->schedule.busy == 0 || clock_monotonic_ms() >= atomic_load(&o->stop_by));
}

static void *run(void *ctx)
{
    struct outbox *o = ctx;
    sigset_t all;

    /* Signals are for the main thread; a broken TLS connection must not raise SIGPIPE either. */
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    for (;;) {
        do {
            smtp_work(o->smtp);
            collect(o);
        } while (take_mails(o));
        if (is_finished(o))
            return NULL;
        tend(o);
        rest(o);
    }
}

/* What the server said, and what the store had no room for before. */
static void collect(struct outbox *o)
{
    struct smtp_result result;

    while (smtp_ended(o->smtp, &result)) {
        if (result.verdict != SMTP_AWAY)
            schedule_server_works(&o->schedule);
        settle(o, result.line, result.verdict, result.detail);
    }
    collect_handed(o);
    for (unsigned line = 0; line < smtp_lines(o->smtp); line++)
        if (o->slots[line].state == SLOT_SETTLING)
            hand_over(o, line);
}

/* One due mail for a free line; false: none. */
static bool take_mail(struct outbox *o, unsigned line)
{
    struct slot *slot = &o->slots[line];
    struct letter letter = { 0 };
    instant now = clock_now(o->options.clock);

    if (!schedule_take(&o->schedule, line, clock_monotonic_ms(), now, &slot->mail))
        return false;
    slot->attempts = slot->mail.attempts;
    slot->state = SLOT_SENDING;
    if (slot->mail.expires_at <= now) {
        settle(o, line, SMTP_REFUSED, "expired before it could be delivered");
        return true;
    }
    err e = send_mail(o, line, &letter);
    wipe(&letter, sizeof letter);
    if (!err_is_ok(e)) /* without memory it may go better later; a letter that does not open never will */
        settle(o, line, e.code == ERR_NO_MEMORY ? SMTP_DEFERRED : SMTP_REFUSED, err_text(e));
    return true;
}

/* Fills the free lines; true where at least one mail was taken. */
static bool take_mails(struct outbox *o)
{
    bool taken = false;

    if (atomic_load(&o->stopping))
        return false;
    if (atomic_exchange(&o->woken, false))
        schedule_wake(&o->schedule, clock_monotonic_ms());
    for (unsigned line = 0; line < smtp_lines(o->smtp); line++) {
        if (o->slots[line].state != SLOT_FREE)
            continue;
        if (!take_mail(o, line))
            break;
        taken = true;
    }
    return taken;
}

/* True where a courier has it, or would have it but not now. */
static bool hand_to_courier(struct outbox *o, unsigned line, const struct letter *letter)
{
    const struct outbox_courier *courier = &o->options.courier;

    if (courier->send == NULL)
        return false;
    o->slots[line].state = SLOT_HANDED;
    err e = courier->send(courier->ctx, line, &o->slots[line].mail, letter);
    if (e.code == ERR_NOT_FOUND) {
        o->slots[line].state = SLOT_SENDING;
        return false;
    }
    if (!err_is_ok(e))
        settle(o, line, SMTP_DEFERRED, err_text(e));
    return true;
}

static err send_by_server(struct outbox *o, unsigned line, const struct letter *letter)
{
    struct buf out;

    if (letter->channel == CHANNEL_SMS) {
        settle(o, line, SMTP_REFUSED, "no extension sends text messages: declare one for onSmsSend");
        return OK;
    }
    buf_init(&out, smtp_room(o->smtp, line), MESSAGE_MAX);
    TRY(writer_write(o->writer, letter, o->slots[line].mail.id, clock_now(o->options.clock), &out));
    smtp_send(o->smtp, line, letter->to, out.n);
    return OK;
}

static err send_mail(struct outbox *o, unsigned line, struct letter *letter)
{
    const struct outbox_source *source = &o->options.source;

    TRY(source->open(source->ctx, &o->slots[line].mail, letter));
    return hand_to_courier(o, line, letter) ? OK : send_by_server(o, line, letter);
}

static void send_after_all(struct outbox *o, unsigned line)
{
    const struct outbox_source *source = &o->options.source;
    struct letter letter = { 0 };

    o->slots[line].state = SLOT_SENDING;
    err e = source->open(source->ctx, &o->slots[line].mail, &letter);
    if (err_is_ok(e))
        e = send_by_server(o, line, &letter);
    wipe(&letter, sizeof letter);
    if (!err_is_ok(e))
        settle(o, line, SMTP_DEFERRED, err_text(e));
}

static void collect_handed(struct outbox *o)
{
    const struct outbox_courier *courier = &o->options.courier;
    struct outbox_handed handed;

    while (courier->ended != NULL && courier->ended(courier->ctx, &handed)) {
        if (handed.fall_back)
            send_after_all(o, handed.tag);
        else
            settle(o, handed.tag, handed.delivered ? SMTP_ACCEPTED : SMTP_DEFERRED, handed.detail);
    }
}

/* When a mail that was not delivered is due again; 0: never. A server that is away is not the mail's fault, so it is due
 * when the pause ends. */
static instant due_again(struct outbox *o, const struct mail *mail, enum smtp_verdict verdict)
{
    instant now = clock_now(o->options.clock);

    if (verdict != SMTP_AWAY)
        return outbox_retry_at(mail->attempts, now, mail->expires_at, verdict == SMTP_REFUSED);
    instant at = now + (schedule_server_away(&o->schedule, clock_monotonic_ms()) + 999) / 1000;
    return at < mail->expires_at ? at : 0;
}

static void settle_delivered(struct outbox *o, const struct mail *mail)
{
    EMIT(o->options.events, mail_sent, &mail->correlation_id, field_mail((int64_t)mail->id),
         field_attempt(mail->attempts), field_tenant(mail->tenant_id));
}

static void settle_failed(struct outbox *o, struct mail *mail, enum smtp_verdict verdict, const char *detail)
{
    instant due_at = due_again(o, mail, verdict);

    mail->state = due_at == 0 ? MAIL_DEAD : MAIL_PENDING;
    if (due_at != 0)
        mail->due_at = due_at;
    snprintf(mail->last_error, sizeof mail->last_error, "%s", detail);
    const struct event_field fields[] = { field_mail((int64_t)mail->id), field_attempt(mail->attempts),
                                          field_tenant(mail->tenant_id), field_detail(slice_of(mail->last_error)) };
    event_emit(o->options.events, due_at == 0 ? EVENT_mail_dead : EVENT_mail_deferred, &mail->correlation_id, fields,
               sizeof fields / sizeof fields[0]);
}

static void settle(struct outbox *o, unsigned line, enum smtp_verdict verdict, const char *detail)
{
    struct slot *slot = &o->slots[line];

    slot->delivered = verdict == SMTP_ACCEPTED;
    slot->mail.attempts++;
    if (slot->delivered)
        settle_delivered(o, &slot->mail);
    else
        settle_failed(o, &slot->mail, verdict, detail);
    hand_over(o, line);
}

/* The store gets the outcome, now or when it has room; until then the line takes no other mail, which slows us down as
 * it should. */
static void hand_over(struct outbox *o, unsigned line)
{
    struct slot *slot = &o->slots[line];
    const struct outbox_source *source = &o->options.source;
    err e = slot->delivered ? source->delivered(source->ctx, slot->mail.id) : source->changed(source->ctx, &slot->mail);

    slot->state = err_is_ok(e) || e.code == ERR_STOPPING ? SLOT_FREE : SLOT_SETTLING;
    if (slot->state == SLOT_FREE)
        schedule_settled(&o->schedule, line, slot->attempts, clock_monotonic_ms());
}

static void tend(struct outbox *o)
{
    const struct outbox_source *source = &o->options.source;

    if (source->tend != NULL)
        source->tend(source->ctx);
}

static int64_t next_look(const struct outbox *o, bool has_room, int64_t now)
{
    if (atomic_load(&o->stopping))
        return atomic_load(&o->stop_by);
    return has_room ? schedule_next_look(&o->schedule, now) : now + TEND_MS;
}

/* Sleeps until the network, a wake, or whatever is to be done next. */
static void rest(struct outbox *o)
{
    int64_t now = clock_monotonic_ms();
    int64_t until;
    bool has[SLOT_SETTLING + 1] = { false };

    for (unsigned line = 0; line < smtp_lines(o->smtp); line++)
        has[o->slots[line].state] = true;
    until = next_look(o, has[SLOT_FREE], now);
    if (has[SLOT_SETTLING] && until > now + SETTLE_AGAIN_MS)
        until = now + SETTLE_AGAIN_MS;
    if (has[SLOT_HANDED] && until > now + HANDED_LOOK_MS)
        until = now + HANDED_LOOK_MS;
    atomic_store(&o->sleeping, has[SLOT_FREE]); /* else a mail cannot be taken before the network wakes us */
    if (!has[SLOT_FREE] || !atomic_load(&o->woken) || atomic_load(&o->stopping))
        smtp_wait(o->smtp, until > now ? (int)(until - now) : 0);
    atomic_store(&o->sleeping, false);
}
