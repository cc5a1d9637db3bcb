/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/schedule.h"

enum {
    SWEEP_MS = 2000,       /* all due mails are looked for at least this often */
    SWEEP_SOON_MS = 100,   /* after a wake: ids are given before the commit, so a lower one may come later */
    SWEEP_AWAY_MS = 500,   /* while the server is away, mails are due again after short pauses */
    STORE_AGAIN_MS = 1000, /* the store could not be read */
    HOLD_FIRST_MS = 250,   /* the first pause, doubling … */
    HOLD_MOST_MS = 30000,  /* … up to this */
    HOLD_DOUBLINGS_MAX = 7
};

void schedule_init(struct schedule *s, const struct outbox_source *source, unsigned lines)
{
    *s = (struct schedule){ .source = *source, .lines = lines };
}

void schedule_wake(struct schedule *s, int64_t now_ms)
{
    s->more = true;
    if (s->sweep_at > now_ms + SWEEP_SOON_MS)
        s->sweep_at = now_ms + SWEEP_SOON_MS;
}

static void sweep(struct schedule *s, int64_t now_ms)
{
    if (now_ms < s->sweep_at)
        return;
    s->sweep_at = now_ms + (s->failures > 0 ? SWEEP_AWAY_MS : SWEEP_MS);
    s->cursor = 0;
    s->batch_n = 0;
    s->more = true;
}

/* How many mails may be under way: none during a pause, one after it, to probe. */
static unsigned allowed(const struct schedule *s, int64_t now_ms)
{
    if (now_ms < s->hold_until)
        return 0;
    return s->failures > 0 ? 1 : s->lines;
}

static void read_batch(struct schedule *s, int64_t now_ms, instant now)
{
    size_t n = LIMIT_MAILS_AT_ONCE;

    s->batch_at = 0;
    s->batch_n = 0;
    if (!err_is_ok(s->source.due(s->source.ctx, now, s->cursor, s->batch, &n))) {
        s->more = false;
        s->sweep_at = now_ms + STORE_AGAIN_MS;
        return;
    }
    s->batch_n = n;
    s->more = n == LIMIT_MAILS_AT_ONCE;
    if (n > 0)
        s->cursor = s->batch[n - 1].id;
}

/* Under way, or settled but not yet written. A mail above all that were ever taken is neither. */
static bool is_known(const struct schedule *s, const struct mail *mail, int64_t now_ms)
{
    if (mail->id > s->highest)
        return false;
    for (unsigned i = 0; i < s->lines; i++)
        if (s->under_way[i] == mail->id)
            return true;
    return settled_has(&s->settled, mail->id, mail->attempts, now_ms);
}

/* The next unknown mail of the batch that was read, or NULL. */
static const struct mail *next_of_batch(struct schedule *s, int64_t now_ms)
{
    while (s->batch_at < s->batch_n) {
        const struct mail *mail = &s->batch[s->batch_at++];
        if (!is_known(s, mail, now_ms))
            return mail;
    }
    return NULL;
}

bool schedule_take(struct schedule *s, unsigned line, int64_t now_ms, instant now, struct mail *out)
{
    sweep(s, now_ms);
    if (s->busy >= allowed(s, now_ms))
        return false;
    const struct mail *mail = next_of_batch(s, now_ms);
    while (mail == NULL && s->more) {
        read_batch(s, now_ms, now);
        mail = next_of_batch(s, now_ms);
    }
    if (mail == NULL) {
        if (s->cursor < s->highest) /* after a sweep, go on where we were */
            s->cursor = s->highest;
        return false;
    }
    if (mail->id > s->highest)
        s->highest = mail->id;
    *out = *mail;
    s->under_way[line] = mail->id;
    s->busy++;
    return true;
}

int64_t schedule_next_look(const struct schedule *s, int64_t now_ms)
{
    return now_ms < s->hold_until && s->hold_until < s->sweep_at ? s->hold_until : s->sweep_at;
}

void schedule_settled(struct schedule *s, unsigned line, uint32_t attempts, int64_t now_ms)
{
    settled_add(&s->settled, s->under_way[line], attempts, now_ms);
    s->under_way[line] = 0;
    s->busy--;
}

void schedule_server_works(struct schedule *s)
{
    s->failures = 0;
    s->hold_until = 0;
}

int64_t schedule_server_away(struct schedule *s, int64_t now_ms)
{
    if (now_ms >= s->hold_until) {
        int64_t pause = (int64_t)HOLD_FIRST_MS << (s->failures < HOLD_DOUBLINGS_MAX ? s->failures : HOLD_DOUBLINGS_MAX);
        s->failures++;
        s->hold_until = now_ms + (pause < HOLD_MOST_MS ? pause : HOLD_MOST_MS);
        s->batch_n = 0; /* what was read may be stale after the pause */
        s->sweep_at = s->hold_until;
    }
    return s->hold_until - now_ms;
}
