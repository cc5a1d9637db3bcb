/* SPDX-License-Identifier: Apache-2.0 */
/* What the store remembers of users and passcodes, and whether it is still what stands in the database
 * (docs/decisions/018). This process's own changes all pass the writer, which brings what is remembered up to date before
 * anybody is told of the commit. Other processes' are seen by the checksum of the log's last commit, which stands in the
 * memory that all its users of a file share: while it is what our last commit left, nobody else has committed. It covers
 * all frames of the log up to there, so it never comes back, also not when a log is read anew after a process was killed. */
#include "store/sqlite/db.h"

/* sqlite.org/walformat.html, section 2.1. Writers fill the second copy of the header first. */
enum {
    WAL_INDEX_PAGE = 32768,
    LAST_COMMIT_AT = 24,
    SECOND_COPY_AT = 48,
    CHANGE_COUNT_AT = 8,
};

_Static_assert(sizeof(atomic_uint) == 4 && sizeof(_Atomic uint64_t) == 8, "sizes in the header");

/* Without a file there is no such memory: there the writer counts, from the begin of a transaction. */
err remember_start(struct store *s)
{
    volatile void *page = NULL;
    sqlite3_file *file = NULL;

    s->last_commit = &s->memory_commits;
    if (s->in_memory)
        return OK;
    int rc = sqlite3_file_control(s->writer->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (rc == SQLITE_OK)
        rc = file->pMethods->xShmMap(file, 0, WAL_INDEX_PAGE, 0, &page);
    if (rc != SQLITE_OK || page == NULL)
        return store_failed(s, rc, "wal index");
    s->last_commit = (const _Atomic uint64_t *)((volatile char *)page + LAST_COMMIT_AT);
    s->change_count = (const atomic_uint *)((volatile char *)page + SECOND_COPY_AT + CHANGE_COUNT_AT);
    return OK;
}

static uint64_t last_commit(const struct store *s)
{
    return atomic_load_explicit(s->last_commit, memory_order_acquire);
}

/* 0: the log is empty, as it is again after all of it went into the file. */
static bool is_ours(struct store *s)
{
    uint64_t last = last_commit(s);

    return last != 0 && last == atomic_load_explicit(&s->own_commit, memory_order_acquire);
}

/* ---- reading ---- */

bool remember_user(struct store *s, struct guid tenant, struct guid id, struct user *out, err *found)
{
    if (!is_ours(s) || !recent_get(s->users, &id, out))
        return false;
    bool same_tenant = guid_eq(out->tenant_id, tenant);
    bool nobody = guid_is_nil(out->id);
    *found = same_tenant && !nobody ? OK : FAIL(NOT_FOUND);
    return same_tenant || !nobody; /* nobody of this tenant may be somebody of another */
}

bool remember_passcode(struct store *s, const struct guid *id, struct passcode *out)
{
    return is_ours(s) && recent_get(s->passcodes, id, out);
}

uint64_t remember_ticket(struct store *s)
{
    return recent_ticket(s->users);
}

void remember_keep_user(struct store *s, const struct guid *id, const struct user *user, uint64_t ticket)
{
    recent_keep(s->users, id, user, ticket);
}

/* ---- the writer ---- */

static void forget_all(struct store *s)
{
    recent_clear(s->users);
    recent_clear(s->passcodes);
}

/* Nobody else can commit from here to the end of the transaction. */
void remember_begin(struct store *s)
{
    if (!is_ours(s)) {
        forget_all(s);
        atomic_store_explicit(&s->own_commit, last_commit(s), memory_order_release);
    }
    s->wrote = false;
    if (s->in_memory)
        atomic_fetch_add_explicit(&s->memory_commits, 1, memory_order_release);
    else
        s->changes_before = atomic_load_explicit(s->change_count, memory_order_acquire);
}

/* Another process may have committed since, too: then more than one change was counted, and what is remembered is of no use
 * until the next transaction begins. */
static void note_own_commit(struct store *s)
{
    uint64_t last = last_commit(s);

    if (s->in_memory ||
        (s->wrote && atomic_load_explicit(s->change_count, memory_order_acquire) == s->changes_before + 1))
        atomic_store_explicit(&s->own_commit, last, memory_order_release);
}

/* Which rows a write changes. Kinds are named one by one, so that a new one is thought of. */
static void note_write(struct store *s, const struct store_write *w)
{
    switch (w->kind) {
    case WRITE_PASSCODE_SWAP:
        passcode_swapped(s, w->passcode);
        break;
    case WRITE_USER_PUT:
    case WRITE_USER_ADD:
    case WRITE_USER_PASSWORD:
        recent_drop(s->users, &w->user->id);
        break;
    case WRITE_USER_REVOKE:
        recent_drop(s->users, &w->guid);
        break;
    case WRITE_USER_DELETE:
        recent_drop(s->users, &w->guid);
        recent_drop(s->passcodes, &w->guid);
        break;
    case WRITE_TENANT_PUT:
    case WRITE_TENANT_DELETE:
    case WRITE_APPLICATION_PUT:
    case WRITE_APPLICATION_DELETE:
    case WRITE_USER_FLOW_PUT:
    case WRITE_USER_FLOW_DELETE:
        forget_all(s);
        break;
    case WRITE_MAIL_ADD:
    case WRITE_MAIL_REMOVE:
    case WRITE_MAIL_UPDATE:
    case WRITE_GRANT_ADD:
    case WRITE_GRANT_SERVE:
    case WRITE_GRANT_REVOKE:
    case WRITE_REFRESH_ADD:
    case WRITE_REFRESH_USE:
    case WRITE_REFRESH_TOUCH:
    case WRITE_ATTRIBUTES_PUT:
    case WRITE_METHOD_ADD:
    case WRITE_METHOD_DELETE:
    case WRITE_SIGNUP_PUT:
    case WRITE_SIGNUP_DELETE:
    case WRITE_USER_ROLES:
    case WRITE_SESSION_ADD:
    case WRITE_SESSION_SEEN:
    case WRITE_SESSION_END:
    case WRITE_SESSION_APPLICATION:
    case WRITE_CODE_ADD:
    case WRITE_CODE_USE:
    case WRITE_DEVICE_ADD:
    case WRITE_DEVICE_DECIDE:
    case WRITE_DEVICE_USE:
    case WRITE_ASSERTION_ADD:
    case WRITE_DIRECTORY_SAME:
    case WRITE_KEY_PUT:
    case WRITE_KEY_DELETE:
        break;
    }
}

static void note_batch(struct store *s, const struct store_batch *batch)
{
    size_t n;
    const struct store_write *writes = batch_writes(batch, &n);

    if (writes == NULL) {
        forget_all(s);
        return;
    }
    for (size_t i = 0; i < n; i++)
        note_write(s, &writes[i]);
}

void remember_commit(struct store *s, struct store_batch **batches, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (err_is_ok(batches[i]->result))
            note_batch(s, batches[i]);
    note_own_commit(s);
}
