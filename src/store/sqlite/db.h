/* SPDX-License-Identifier: Apache-2.0 */
/* db.h: what the files of store/sqlite share: the store itself, a connection with its prepared statements, the way a
 * statement is run. The only files that include <sqlite3.h> are those of this folder.
 * A connection belongs to one thread: the writer's to the writer thread, a reading one to the thread that made it. */
#ifndef DOORCODE_STORE_SQLITE_DB_H
#define DOORCODE_STORE_SQLITE_DB_H

#include "store/store.h"

#include "base/buf.h"
#include "base/embed.h"
#include "base/queue.h"
#include "store/ahead.h"
#include "store/recent.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

const struct embedded_file *store_sql(void);

/* ---- statements by name (queries.c) ---- */

enum query_id {
#define QUERY_ROW(name) QUERY_##name,
#include "store/sqlite/queries.def"
#undef QUERY_ROW
    QUERY_COUNT
};

/* The texts of queries.sql; FORMAT when a name of queries.def is missing there, stands twice, or is not ours. */
NODISCARD err queries_read(struct slice texts[QUERY_COUNT]);

/* ---- a connection (connection.c) ---- */

struct connection {
    struct store *store;
    sqlite3 *db;
    struct connection *next;               /* in the store's list of reading ones */
    sqlite3_stmt *statements[QUERY_COUNT]; /* prepared at first use */
};

NODISCARD err connection_open_reader(struct store *s, struct connection **out);
NODISCARD err connection_open_writer(struct store *s, struct connection **out);
void connection_close(struct connection *c); /* NULL is fine */
/* The calling thread's reading connection, made at first use, closed when the thread ends. */
NODISCARD err connection_of_thread(struct store *s, struct connection **out);

/* Emits store_failed with SQLite's result code and gives the err for it: NO_MEMORY or STORE. */
NODISCARD err store_failed(struct store *s, int result_code, const char *what);

/* ---- running a statement (query.c) ---- */

/* The prepared statement, ready for binding. Give it back with query_end (AUTO), else it holds its snapshot. */
NODISCARD err query_start(struct connection *c, enum query_id id, sqlite3_stmt **out);
void query_end(sqlite3_stmt **q);
/* Steps to the next row: OK, or NOT_FOUND after the last. */
NODISCARD err query_row(struct connection *c, sqlite3_stmt *q);
/* Steps to the end. CONFLICT for a constraint. */
NODISCARD err query_done(struct connection *c, sqlite3_stmt *q);
/* A statement without parameters, e.g. QUERY_commit. */
NODISCARD err query_run(struct connection *c, enum query_id id);
/* A statement that gives one number. */
NODISCARD err query_number(struct connection *c, enum query_id id, int64_t *out);
/* Binds that cannot fail: no copy is made, what they point to must last until query_end. */
void bind_number(sqlite3_stmt *q, int at, int64_t value);
void bind_guid(sqlite3_stmt *q, int at, const struct guid *g);
void bind_slice(sqlite3_stmt *q, int at, struct slice text);

/* ---- structs and rows (codec.c) ---- */

struct shape;
extern const struct shape shape_passcode, shape_mail, shape_grant, shape_refresh_token, shape_user, shape_key,
    shape_tenant, shape_text_override, shape_contact_rule, shape_extension, shape_method, shape_signup,
    shape_application, shape_redirect_uri, shape_client_secret, shape_app_role, shape_user_flow, shape_attribute,
    shape_numbered_text, shape_session, shape_code, shape_device, shape_device_decision, shape_slice, shape_guid,
    shape_user_role;

/* Rows of several lists of one owner in one table: which list, or of which attribute; and the text. */
struct numbered_text {
    uint32_t number;
    struct slice text;
};

struct user_role {
    struct guid client_id;
    struct slice value;
};

/* An application's lists of plain texts; the numbers stand in files. */
enum application_list {
    LIST_PERMISSIONS,
    LIST_ALLOWED_ORIGINS,
    LIST_APPLICATION_PERMISSIONS,
    LIST_CERTIFICATES,
    LIST_SCOPES,
    LIST_ID_TOKEN_CLAIMS,
    LIST_ACCESS_TOKEN_CLAIMS,
    APPLICATION_LISTS
};
/* The member of the application. */
struct slices *application_list(struct application *app, enum application_list list);

/* Binds ?1 … ?n from the struct's members; it is borrowed until query_end. */
void shape_bind(const struct shape *shape, sqlite3_stmt *q, const void *row);
int shape_width(const struct shape *shape); /* n */
/* Fills the struct from the current row. Slices point into SQLite's memory until the next step. STORE when a value
 * does not fit. */
NODISCARD err shape_read(const struct shape *shape, struct connection *c, sqlite3_stmt *q, void *row);
/* Moves what the struct's slices point to into the arena (see arena.full). */
void shape_keep(const struct shape *shape, struct arena *arena, void *row);
/* Reads all rows of q into an array; *n in: room, out: count. FULL when there are more than room. */
NODISCARD err shape_read_all(const struct shape *shape, struct connection *c, sqlite3_stmt *q, void *rows, size_t *n);

/* ---- writing (write_*.c, on the writer's connection, in a transaction) ---- */

typedef err write_fn(struct connection *c, const struct store_write *w);
write_fn write_passcode_swap, write_mail_add, write_mail_remove, write_mail_update, write_grant_add, write_grant_serve,
    write_grant_revoke, write_refresh_add, write_refresh_use, write_refresh_touch, write_user_put, write_user_delete,
    write_key_put, write_key_delete, write_tenant_put, write_tenant_delete, write_application_put,
    write_application_delete, write_user_flow_put, write_user_flow_delete, write_user_add, write_user_password,
    write_attributes_put, write_method_add, write_method_delete, write_signup_put, write_signup_delete,
    write_user_revoke, write_user_roles, write_session_add, write_session_seen, write_session_end,
    write_session_application, write_code_add, write_code_use, write_device_add, write_device_decide, write_device_use,
    write_assertion_add, write_directory_same;

/* The writes of a batch, *n of them; NULL: a task that does as it likes. */
const struct store_write *batch_writes(const struct store_batch *batch, size_t *n);

/* Runs the statement with the struct as its parameters. CONFLICT when it changed no row, or for a constraint. */
NODISCARD err put_row(struct connection *c, enum query_id id, const struct shape *shape, const void *row);
/* Runs a statement of the write's id and, where it has a second parameter, its time. CONFLICT when it changed no row. */
NODISCARD err take_by_id(struct connection *c, enum query_id id, const struct store_write *w);
/* Runs statements in order, each with ?1 = g. */
NODISCARD err run_for_guid(struct connection *c, const enum query_id *ids, size_t n, const struct guid *g);
#define RUN_FOR_GUID(c, ids, g) run_for_guid((c), (ids), sizeof(ids) / sizeof((ids)[0]), (g))

/* ---- the writer thread (writer.c) ---- */

/* Work of ours in the place of a batch's writes; runs on the writer thread inside the transaction. */
struct store_task {
    err (*run)(struct connection *c, struct store_task *task);
    const struct store_write *writes; /* what it changes; NULL: it may be anything */
    size_t n;
};

NODISCARD err writer_start(struct store *s);
void writer_stop(struct store *s); /* finishes what is queued; what was counted ahead and not given is given back */
/* Queues the task and waits for its commit. */
NODISCARD err writer_run(struct store *s, struct store_task *task);

/* ---- what is remembered of users and passcodes (remember.c) ---- */

/* Before the first read, after the schema. */
NODISCARD err remember_start(struct store *s);
/* What the database would answer: the user, or NOT_FOUND in *found; false: it is not remembered. Any thread. */
bool remember_user(struct store *s, struct guid tenant, struct guid id, struct user *out, err *found);
/* The row, as the database has it; false: it is not remembered. Any thread. */
bool remember_passcode(struct store *s, const struct guid *id, struct passcode *out);
/* Remembers a user that was read after the ticket was taken, unless something changed since. A user without an id but with
 * a tenant: the tenant has none of that id. Any thread. */
uint64_t remember_ticket(struct store *s);
void remember_keep_user(struct store *s, const struct guid *id, const struct user *user, uint64_t ticket);
/* The writer, in a transaction that may write: forgets all if another process has written. */
void remember_begin(struct store *s);
/* The writer, after the commit and before anybody is told of it: rows become what their writes made of them. */
void remember_commit(struct store *s, struct store_batch **batches, size_t n);

/* ---- the store ---- */

struct mail_counts {
    int64_t pending;
    int64_t dead;
};

/* Through a table whose ids are numbers, some rows at a time. */
struct id_walk {
    uint64_t at;  /* it has come so far … */
    uint64_t end; /* … and goes to where the table ended as it began, as new rows may come faster than it goes */
    bool begun;
};

struct store {
    struct clock clock;
    struct rng rng;
    struct events *events;
    bool synchronous_normal;
    bool in_memory;
    struct policy policy;
    char *path; /* or the URI of the shared memory */
    struct slice queries[QUERY_COUNT];
    _Atomic uint64_t last_id;

    struct ahead *ahead;
    struct recent *users;
    struct recent *passcodes;
    const _Atomic uint64_t *last_commit; /* of all processes: its checksum in SQLite's shared memory */
    const atomic_uint *change_count;     /* how many there were, there, too; NULL without a file */
    _Atomic uint64_t memory_commits;     /* what stands for last_commit without a file */
    _Atomic uint64_t own_commit;         /* last_commit as our own left it */
    unsigned changes_before;             /* change_count as the transaction began; writer thread */
    bool wrote;                          /* the transaction under way changed something; writer thread */
    struct connection *writer;
    struct queue *queue;
    pthread_t thread;
    bool running;
    int wal_pages;                 /* after the last commit; writer thread */
    struct mail_counts counting;   /* as the transaction under way sees it; writer thread */
    _Atomic int64_t mails_pending; /* as committed */
    _Atomic int64_t mails_dead;
    store_mails_fn *told; /* NULL: nobody listens */
    void *told_ctx;
    struct id_walk expire_tokens; /* where the next store_expire goes on; writer thread */
    struct id_walk expire_grants;
    struct guid expire_passcodes_after;
    struct guid expire_sessions_after;

    pthread_key_t thread_key; /* the calling thread's connection */
    bool has_thread_key;
    pthread_mutex_t lock; /* guards readers */
    struct connection *readers;
};

/* Brings the file's tables to the last step of schema.sql. */
NODISCARD err schema_migrate(struct connection *c);
/* Counts the mails anew into store.counting; writer's connection. */
NODISCARD err mails_recount(struct connection *c);
/* After the commit: the row is remembered, and what it has counted ahead can be given. */
void passcode_swapped(struct store *s, const struct passcode *row);
/* At the end, in a transaction: what was counted ahead and not given is subtracted from the rows. */
NODISCARD err passcodes_give_back(struct connection *c);
/* Makes store.counting what store_mail_count answers. */
void mails_publish(struct store *s);

#endif
