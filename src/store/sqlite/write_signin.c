/* SPDX-License-Identifier: Apache-2.0 */
/* Writes of sign-ins: passcodes, mails, grants, refresh tokens. */
#include "store/sqlite/db.h"

#include <string.h>

/* A statement of an id and, where it has a second parameter, a time; *changed: rows. */
static err change_by_id(struct connection *c, enum query_id id, const struct store_write *w, int *changed)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, id, &q));
    bind_number(q, 1, (int64_t)w->id);
    if (sqlite3_bind_parameter_count(q) > 1)
        bind_number(q, 2, w->at);
    TRY(query_done(c, q));
    *changed = sqlite3_changes(c->db);
    return OK;
}

err take_by_id(struct connection *c, enum query_id id, const struct store_write *w)
{
    int changed = 0;

    TRY(change_by_id(c, id, w, &changed));
    return changed == 0 ? FAIL(CONFLICT) : OK;
}

/* The row with the wrong answers that it counts ahead, as they are stored. */
static struct passcode counted(const struct passcode *row)
{
    struct passcode stored = *row;

    stored.attempts += row->ahead;
    stored.failures += row->ahead;
    return stored;
}

err write_passcode_swap(struct connection *c, const struct store_write *w)
{
    enum query_id id = w->passcode->version == 0 ? QUERY_passcode_insert : QUERY_passcode_swap;
    const struct passcode row = counted(w->passcode);

    ENSURE(ahead_close(c->store->ahead, &row, row.ahead_read), CONFLICT);
    return put_row(c, id, &shape_passcode, &row);
}

/* Only now is the row known to last. */
void passcode_swapped(struct store *s, const struct passcode *row)
{
    struct passcode stored = counted(row);

    stored.version++; /* as the swap stores it */
    stored.ahead = stored.ahead_read = 0;
    ahead_open(s->ahead, &stored, row->ahead);
    recent_put(s->passcodes, &stored.user_id, &stored);
}

static err give_back(void *connection, const struct passcode *row, uint32_t left)
{
    struct connection *c = connection;
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, QUERY_passcode_give_back, &q));
    bind_guid(q, 1, &row->user_id);
    bind_number(q, 2, row->version);
    bind_number(q, 3, (int64_t)row->challenge_id);
    bind_number(q, 4, left);
    return query_done(c, q);
}

err passcodes_give_back(struct connection *c)
{
    return ahead_each(c->store->ahead, give_back, c);
}

static void count_mails(struct connection *c, enum mail_state state, int64_t change)
{
    if (state == MAIL_PENDING)
        c->store->counting.pending += change;
    else
        c->store->counting.dead += change;
}

err write_mail_add(struct connection *c, const struct store_write *w)
{
    ENSURE(w->mail->state == MAIL_PENDING && w->mail->attempts == 0, CONFLICT);
    TRY(put_row(c, QUERY_mail_insert, &shape_mail, w->mail));
    count_mails(c, MAIL_PENDING, 1);
    return OK;
}

err write_mail_remove(struct connection *c, const struct store_write *w)
{
    static const struct {
        enum query_id query;
        enum mail_state state;
    } places[] = { { QUERY_mail_delete_fresh, MAIL_PENDING },
                   { QUERY_mail_delete_pending, MAIL_PENDING },
                   { QUERY_mail_delete_dead, MAIL_DEAD } };
    int changed = 0;

    for (size_t i = 0; changed == 0 && i < sizeof places / sizeof places[0]; i++) {
        TRY(change_by_id(c, places[i].query, w, &changed));
        count_mails(c, places[i].state, -changed);
    }
    return OK;
}

/* Moves a mail that was tried for the first time to those that were. */
static err note_first_try(struct connection *c, const struct mail *mail)
{
    const struct store_write by_id = { .kind = WRITE_MAIL_UPDATE, .id = mail->id };
    int moved;

    TRY(change_by_id(c, QUERY_mail_try, &by_id, &moved));
    return moved == 0 ? OK : take_by_id(c, QUERY_mail_delete_fresh, &by_id);
}

static err store_mail_state(struct connection *c, const struct mail *mail)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, QUERY_mail_update, &q));
    bind_number(q, 1, (int64_t)mail->id);
    bind_number(q, 2, mail->state);
    bind_number(q, 3, mail->attempts);
    bind_number(q, 4, mail->due_at);
    bind_slice(q, 5, slice_bytes(mail->last_error, strnlen(mail->last_error, sizeof mail->last_error)));
    return query_done(c, q);
}

err write_mail_update(struct connection *c, const struct store_write *w)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(note_first_try(c, w->mail));
    TRY(query_start(c, QUERY_mail_state, &q));
    bind_number(q, 1, (int64_t)w->mail->id);
    err row = query_row(c, q);
    if (row.code == ERR_NOT_FOUND)
        return FAIL(CONFLICT);
    TRY(row);
    count_mails(c, (enum mail_state)sqlite3_column_int(q, 0), -1);
    count_mails(c, w->mail->state, 1);
    return store_mail_state(c, w->mail);
}

err write_grant_add(struct connection *c, const struct store_write *w)
{
    return put_row(c, QUERY_grant_insert, &shape_grant, w->grant);
}

err write_grant_serve(struct connection *c, const struct store_write *w)
{
    return take_by_id(c, QUERY_grant_serve, w);
}

err write_grant_revoke(struct connection *c, const struct store_write *w)
{
    int changed;

    return change_by_id(c, QUERY_grant_revoke, w, &changed);
}

err write_refresh_add(struct connection *c, const struct store_write *w)
{
    return put_row(c, QUERY_refresh_insert, &shape_refresh_token, w->refresh);
}

err write_refresh_use(struct connection *c, const struct store_write *w)
{
    return take_by_id(c, QUERY_refresh_use, w);
}

err write_refresh_touch(struct connection *c, const struct store_write *w)
{
    int changed;

    return change_by_id(c, QUERY_refresh_use, w, &changed);
}
