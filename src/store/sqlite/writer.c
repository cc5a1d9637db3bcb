/* SPDX-License-Identifier: Apache-2.0 */
/* The writer thread: takes what has gathered, commits it as one transaction, answers, then makes checkpoints. */
#include "store/sqlite/db.h"

#include <string.h>
#include <time.h>

static write_fn *const writes_table[] = {
    [WRITE_PASSCODE_SWAP] = write_passcode_swap,
    [WRITE_MAIL_ADD] = write_mail_add,
    [WRITE_MAIL_REMOVE] = write_mail_remove,
    [WRITE_MAIL_UPDATE] = write_mail_update,
    [WRITE_GRANT_ADD] = write_grant_add,
    [WRITE_GRANT_SERVE] = write_grant_serve,
    [WRITE_GRANT_REVOKE] = write_grant_revoke,
    [WRITE_REFRESH_ADD] = write_refresh_add,
    [WRITE_REFRESH_USE] = write_refresh_use,
    [WRITE_REFRESH_TOUCH] = write_refresh_touch,
    [WRITE_USER_PUT] = write_user_put,
    [WRITE_USER_DELETE] = write_user_delete,
    [WRITE_USER_ADD] = write_user_add,
    [WRITE_USER_PASSWORD] = write_user_password,
    [WRITE_ATTRIBUTES_PUT] = write_attributes_put,
    [WRITE_METHOD_ADD] = write_method_add,
    [WRITE_METHOD_DELETE] = write_method_delete,
    [WRITE_SIGNUP_PUT] = write_signup_put,
    [WRITE_SIGNUP_DELETE] = write_signup_delete,
    [WRITE_USER_REVOKE] = write_user_revoke,
    [WRITE_USER_ROLES] = write_user_roles,
    [WRITE_SESSION_ADD] = write_session_add,
    [WRITE_SESSION_SEEN] = write_session_seen,
    [WRITE_SESSION_END] = write_session_end,
    [WRITE_SESSION_APPLICATION] = write_session_application,
    [WRITE_CODE_ADD] = write_code_add,
    [WRITE_CODE_USE] = write_code_use,
    [WRITE_DEVICE_ADD] = write_device_add,
    [WRITE_DEVICE_DECIDE] = write_device_decide,
    [WRITE_DEVICE_USE] = write_device_use,
    [WRITE_ASSERTION_ADD] = write_assertion_add,
    [WRITE_DIRECTORY_SAME] = write_directory_same,
    [WRITE_KEY_PUT] = write_key_put,
    [WRITE_KEY_DELETE] = write_key_delete,
    [WRITE_TENANT_PUT] = write_tenant_put,
    [WRITE_TENANT_DELETE] = write_tenant_delete,
    [WRITE_APPLICATION_PUT] = write_application_put,
    [WRITE_APPLICATION_DELETE] = write_application_delete,
    [WRITE_USER_FLOW_PUT] = write_user_flow_put,
    [WRITE_USER_FLOW_DELETE] = write_user_flow_delete,
};

/* ---- one batch, in the transaction ---- */

const struct store_write *batch_writes(const struct store_batch *batch, size_t *n)
{
    const struct store_task *task = batch->task;

    *n = task == NULL ? batch->n : task->writes == NULL ? 0 : task->n;
    return task == NULL ? batch->writes : task->writes;
}

/* *at: the write under way, so at the end of a failure the one that met it. */
static err run_writes(struct connection *c, const struct store_write *writes, size_t n, enum store_write_kind *at)
{
    for (size_t i = 0; i < n; i++) {
        ASSERT((size_t)writes[i].kind < sizeof writes_table / sizeof writes_table[0]);
        *at = writes[i].kind;
        TRY(writes_table[writes[i].kind](c, &writes[i]));
    }
    return OK;
}

static err run_batch(struct connection *c, struct store_batch *batch)
{
    return batch->task != NULL ? batch->task->run(c, batch->task)
                               : run_writes(c, batch->writes, batch->n, &batch->conflict);
}

/* Savepoints cost copies of pages, and a conflict is nearly always met by a batch's first write. So a group is first
 * tried without them; CONFLICT says that a batch failed halfway and the group must start over, with them. */
static err run_plainly(struct connection *c, struct store_batch *batch)
{
    int before = sqlite3_total_changes(c->db);

    batch->result = run_batch(c, batch);
    if (batch->result.code == ERR_CONFLICT && sqlite3_total_changes(c->db) == before)
        return OK;
    return batch->result;
}

static err run_with_savepoint(struct connection *c, struct store_batch *batch)
{
    struct mail_counts before = c->store->counting;

    TRY(query_run(c, QUERY_savepoint));
    batch->result = run_batch(c, batch);
    if (batch->result.code == ERR_CONFLICT) {
        c->store->counting = before;
        TRY(query_run(c, QUERY_rollback_to));
    } else {
        TRY(batch->result);
    }
    return query_run(c, QUERY_release);
}

/* ---- a group: one transaction ---- */

typedef err batch_fn(struct connection *c, struct store_batch *batch);

static err run_group(struct connection *c, struct store_batch **batches, size_t n, batch_fn *run)
{
    for (size_t i = 0; i < n; i++)
        TRY(run(c, batches[i]));
    return query_run(c, QUERY_commit);
}

/* A rollback needs memory, too: where it failed, it is made up for before the next group, as else none could begin. */
static void leave_transaction(struct connection *c)
{
    if (sqlite3_get_autocommit(c->db) == 0)
        sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
}

static err transact(struct connection *c, struct store_batch **batches, size_t n, batch_fn *run)
{
    struct store *s = c->store;

    s->counting.pending = atomic_load_explicit(&s->mails_pending, memory_order_relaxed);
    s->counting.dead = atomic_load_explicit(&s->mails_dead, memory_order_relaxed);
    leave_transaction(c);
    TRY(query_run(c, QUERY_begin_write));
    remember_begin(s);
    err result = run_group(c, batches, n, run);
    if (!err_is_ok(result)) {
        leave_transaction(c);
        return result;
    }
    mails_publish(s);
    remember_commit(s, batches, n);
    return OK;
}

/* ---- what the outbox has got ---- */

static void note_mail(struct store_mails *m, const struct store_write *w)
{
    if (w->kind != WRITE_MAIL_ADD)
        return;
    if (m->n < LIMIT_MAILS_AT_ONCE)
        m->mails[m->n++] = w->mail;
    else
        m->others = true;
}

static void note_mails(struct store_mails *m, const struct store_batch *batch)
{
    size_t n;
    const struct store_write *writes = batch_writes(batch, &n);

    if (writes == NULL) {
        m->others = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        note_mail(m, &writes[i]);
}

static void tell_mails(struct store *s, struct store_batch **batches, size_t n)
{
    struct store_mails committed = { .n = 0 };

    for (size_t i = 0; i < n; i++)
        if (err_is_ok(batches[i]->result))
            note_mails(&committed, batches[i]);
    if (s->told != NULL && (committed.n > 0 || committed.others))
        s->told(s->told_ctx, &committed);
}

void store_listen(struct store *s, store_mails_fn *told, void *ctx)
{
    s->told = told;
    s->told_ctx = ctx;
}

static void commit_group(struct connection *c, struct store_batch **batches, size_t n)
{
    err result = transact(c, batches, n, run_plainly);

    if (result.code == ERR_CONFLICT)
        result = transact(c, batches, n, run_with_savepoint);
    if (err_is_ok(result))
        tell_mails(c->store, batches, n);
    for (size_t i = 0; i < n; i++) {
        if (!err_is_ok(result))
            batches[i]->result = FAIL(STORE);
        batches[i]->done(batches[i]); /* from here on the batch is the caller's again */
    }
}

/* ---- checkpoints ---- */

/* Pages of the log that are folded into the file together: a page that was changed often in between is written there once.
 * Four times as many mean that readers kept the log from being started over; then they are waited for. */
enum { CHECKPOINT_PAGES = 4096, RESTART_PAGES = 4 * CHECKPOINT_PAGES };

static int note_wal_pages(void *store, sqlite3 *db, const char *name, int pages)
{
    struct store *s = store;

    (void)db;
    (void)name;
    s->wal_pages = pages;
    s->wrote = true;
    return SQLITE_OK;
}

static void checkpoint_if_due(struct connection *c)
{
    struct store *s = c->store;

    if (s->wal_pages < CHECKPOINT_PAGES)
        return;
    int mode = s->wal_pages < RESTART_PAGES ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_RESTART;
    int rc = sqlite3_wal_checkpoint_v2(c->db, NULL, mode, NULL, NULL);
    s->wal_pages = 0; /* until the next commit says more */
    if (rc != SQLITE_OK && rc != SQLITE_BUSY)
        EMIT(s->events, store_failed, NULL, field_code(rc), field_reason("checkpoint"));
}

/* ---- the thread ---- */

/* Where several wrote at once, more are about to: a short wait makes one commit of many, which costs a fifth of the
 * CPU time of a commit each. Who writes alone does not wait. */
enum { GATHER_NS = 1000000 };

static size_t gather(struct store *s, void **items, size_t n, size_t last)
{
    const struct timespec pause = { .tv_nsec = GATHER_NS };

    if ((n < 2 && last < 2) || n == LIMIT_COMMIT_GROUP || queue_stopped(s->queue))
        return n;
    nanosleep(&pause, NULL);
    return n + queue_take(s->queue, items + n, LIMIT_COMMIT_GROUP - n, 0);
}

static void *write_all(void *store)
{
    struct store *s = store;
    void *items[LIMIT_COMMIT_GROUP];
    struct store_batch *batches[LIMIT_COMMIT_GROUP];
    size_t last = 0;
    size_t n;

    pthread_setname_np(pthread_self(), "writer");
    while ((n = queue_take(s->queue, items, LIMIT_COMMIT_GROUP, -1)) > 0) {
        last = n = gather(s, items, n, last);
        for (size_t i = 0; i < n; i++)
            batches[i] = items[i];
        commit_group(s->writer, batches, n);
        checkpoint_if_due(s->writer);
    }
    return NULL;
}

err writer_start(struct store *s)
{
    s->queue = queue_new(LIMIT_WRITER_QUEUE);
    ENSURE(s->queue != NULL, NO_MEMORY);
    sqlite3_wal_hook(s->writer->db, note_wal_pages, s);
    s->running = pthread_create(&s->thread, NULL, write_all, s) == 0;
    return s->running ? OK : FAIL(NO_MEMORY);
}

/* Nothing depends on it: what cannot be given back counts as given. */
static void give_back(struct connection *c)
{
    leave_transaction(c);
    if (!err_is_ok(query_run(c, QUERY_begin_write)) || !err_is_ok(passcodes_give_back(c)) ||
        !err_is_ok(query_run(c, QUERY_commit)))
        leave_transaction(c);
}

void writer_stop(struct store *s)
{
    if (s->running) {
        queue_stop(s->queue);
        pthread_join(s->thread, NULL);
        s->running = false;
        give_back(s->writer);
    }
    queue_free(s->queue);
    s->queue = NULL;
}

err store_submit(struct store *s, struct store_batch *batch)
{
    ASSERT(batch->n <= STORE_BATCH_WRITES && batch->done != NULL);
    return queue_put(s->queue, batch);
}

/* ---- writing and waiting ---- */

struct waiting {
    struct store_batch batch;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool done;
};

static void wake(struct store_batch *batch)
{
    struct waiting *w = batch->ctx;

    pthread_mutex_lock(&w->lock);
    w->done = true;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

err writer_run(struct store *s, struct store_task *task)
{
    struct waiting w = { .batch = { .done = wake, .task = task } };

    w.batch.ctx = &w;
    pthread_mutex_init(&w.lock, NULL);
    pthread_cond_init(&w.changed, NULL);
    err result = store_submit(s, &w.batch);
    if (err_is_ok(result)) {
        pthread_mutex_lock(&w.lock);
        while (!w.done)
            pthread_cond_wait(&w.changed, &w.lock);
        pthread_mutex_unlock(&w.lock);
        result = w.batch.result;
    }
    pthread_cond_destroy(&w.changed);
    pthread_mutex_destroy(&w.lock);
    return result;
}

static err run_write_task(struct connection *c, struct store_task *task)
{
    enum store_write_kind at;

    return run_writes(c, task->writes, task->n, &at);
}

err store_write(struct store *s, const struct store_write *writes, size_t n)
{
    struct store_task task = { run_write_task, writes, n };

    return writer_run(s, &task);
}
