/* SPDX-License-Identifier: Apache-2.0 */
/* store.h: all that lasts, in domain words. Two implementations of opening (a SQLite file; SQLite without a file),
 * one set of operations, one contract test (tests/contract).
 *
 * Reads are answered at once on the caller's thread, each thread with a connection of its own, made at first use.
 * Writes of an exchange are one `struct store_batch`: handed to the writer thread (store_submit), which commits many
 * batches as one transaction (group commit, synchronous=FULL) and then calls `done` on the writer thread. A batch is all
 * or nothing: when one of its writes meets a conflict, none of the batch happens and `result` is CONFLICT, while the
 * other batches of the group go on. After `done` with OK the writes survive a power loss.
 * Ownership: a batch and what it points to are borrowed until `done`. Errors: STORE (database), FULL (writer queue),
 * STOPPING. */
#ifndef DOORCODE_STORE_STORE_H
#define DOORCODE_STORE_STORE_H

#include "model/authorization_code.h"
#include "model/device_code.h"
#include "model/directory.h"
#include "model/grant.h"
#include "model/key.h"
#include "model/mail.h"
#include "model/method.h"
#include "model/passcode.h"
#include "model/policy.h"
#include "model/session.h"
#include "model/signup.h"
#include "model/user.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/event.h"
#include "base/rng.h"

struct store;
struct store_task;

struct store_options {
    const char *path;            /* of the SQLite file; NULL: in memory, gone at close */
    bool synchronous_normal;     /* faster, may lose the last moments at power loss; never corrupts */
    const struct policy *policy; /* how long sessions live, for store_expire; copied; NULL: policy_default */
    const struct clock *clock;
    const struct rng *rng;
    struct events *events;
};

/* Opens, creates the schema or migrates it, starts the writer thread. */
NODISCARD err store_open(const struct store_options *options, struct store **out);
/* Finishes what is queued, checkpoints, closes. The thread-local connections of threads still alive are closed too, so
 * no other thread may be inside a store call. NULL is fine. */
void store_close(struct store *s);
/* Cheap read: OK when the database answers (readyz). */
NODISCARD err store_ping(struct store *s);
size_t store_queue_length(struct store *s);

/* Time-ordered, unique in this process and, with overwhelming probability, among processes: milliseconds, then
 * counter. Always > 0 and < 2^63. Any thread. */
uint64_t store_next_id(struct store *s);

/* ---- writes ---- */

enum store_write_kind {
    /* passcode: replaces the user's row if its version is still `version` and no answer was counted on it since; stores
     * version + 1, and attempts and failures with `ahead` more */
    WRITE_PASSCODE_SWAP,
    WRITE_MAIL_ADD,      /* mail: pending, not tried yet */
    WRITE_MAIL_REMOVE,   /* id: delivered */
    WRITE_MAIL_UPDATE,   /* mail: state, attempts, due_at, last_error by id */
    WRITE_GRANT_ADD,     /* grant */
    WRITE_GRANT_SERVE,   /* id, at: raises serves_until to it; CONFLICT when the grant is gone */
    WRITE_GRANT_REVOKE,  /* id, at: sets revoked_at if it is 0 */
    WRITE_REFRESH_ADD,   /* refresh; its grant must serve as long: by the same batch's GRANT_ADD or GRANT_SERVE */
    WRITE_REFRESH_USE,   /* id, at: sets used_at if it is 0, else CONFLICT */
    WRITE_REFRESH_TOUCH, /* id, at: sets used_at if it is 0, else nothing */
    WRITE_USER_PUT,      /* user: inserts or replaces by id; CONFLICT when the identity is another user's */
    WRITE_USER_DELETE, /* guid: with passcode, grants and refresh tokens (unreadable at once, removed by store_expire) */
    WRITE_USER_ADD,    /* user: a new one; CONFLICT when there is one of this id or identity */
    WRITE_USER_PASSWORD,  /* user: its password_hash, password_must_change, sessions_valid_from; CONFLICT when gone */
    WRITE_ATTRIBUTES_PUT, /* guid of a user, name: all her attributes as JSON text */
    WRITE_METHOD_ADD,     /* method: replaces one of the same user, channel and target; CONFLICT beyond LIMIT_METHODS */
    WRITE_METHOD_DELETE,  /* method: its user_id and id */
    WRITE_SIGNUP_PUT,     /* signup: inserts or replaces by id */
    WRITE_SIGNUP_DELETE,  /* id */
    WRITE_USER_REVOKE,    /* guid, at: sessions_valid_from; her sessions end, her refresh tokens and codes are void */
    WRITE_USER_ROLES,     /* guid of a user, name: all her roles, "client_id value" each, one a line; else CONFLICT */
    WRITE_SESSION_ADD,    /* session */
    WRITE_SESSION_SEEN,   /* guid, at: seen_at, if it is alive */
    WRITE_SESSION_END,    /* guid, at: ended_at if it is 0 */
    WRITE_SESSION_APPLICATION, /* guid of a session, client_id: she is signed in there; nothing where that is known */
    WRITE_CODE_ADD,            /* code */
    WRITE_CODE_USE,            /* id, at: sets used_at if it is 0, else CONFLICT */
    WRITE_DEVICE_ADD,          /* device; CONFLICT when the user code is taken */
    WRITE_DEVICE_DECIDE,       /* device: its state and what is from the user, if it is pending, else CONFLICT */
    WRITE_DEVICE_USE,          /* id: granted becomes used, else CONFLICT */
    WRITE_ASSERTION_ADD,       /* hash, at: a client assertion's jti, until then; CONFLICT when it is there */
    WRITE_DIRECTORY_SAME,      /* id: CONFLICT unless this is the directory version still */
    WRITE_KEY_PUT,             /* key: inserts or replaces by kid */
    WRITE_KEY_DELETE,          /* kid */
    WRITE_TENANT_PUT,          /* tenant; every directory write raises the directory version */
    WRITE_TENANT_DELETE,       /* guid: with all that belongs to it */
    WRITE_APPLICATION_PUT,     /* application; users lose the roles that it no longer offers them */
    WRITE_APPLICATION_DELETE,  /* tenant guid, guid */
    WRITE_USER_FLOW_PUT,       /* user_flow */
    WRITE_USER_FLOW_DELETE     /* tenant guid, name */
};

enum { STORE_ASSERTION_HASH = 32 };

struct store_write {
    enum store_write_kind kind;
    union {
        const struct passcode *passcode;
        const struct mail *mail;
        const struct grant *grant;
        const struct refresh_token *refresh;
        const struct user *user;
        const struct method *method;
        const struct signup *signup;
        const struct key *key;
        const struct session *session;
        const struct authorization_code *code;
        const struct device_code *device;
        const uint8_t *hash; /* STORE_ASSERTION_HASH bytes */
        const struct tenant *tenant;
        const struct application *application;
        const struct user_flow *user_flow;
    };
    uint64_t id;
    instant at;
    struct guid tenant_id;
    struct guid guid;
    struct guid client_id;
    struct slice name; /* kid, user flow name, or what the kind says */
};

enum { STORE_BATCH_WRITES = 10 };

struct store_batch {
    struct store_write writes[STORE_BATCH_WRITES];
    size_t n;
    void (*done)(struct store_batch *batch); /* on the writer thread, after the commit; must not block */
    void *ctx;                               /* the caller's */
    err result;                              /* OK, CONFLICT, STORE (it failed, or is not known to last) */
    enum store_write_kind conflict;          /* with CONFLICT: the kind of the write that met it */
    struct store_task *task;                 /* the store's own; NULL */
};

/* Queues the batch. FULL or STOPPING: nothing was queued and done will not be called. */
NODISCARD err store_submit(struct store *s, struct store_batch *batch);
/* The same, and waits: for start-up, command line, housekeeper, tests. Any number of writes, one transaction. Not from
 * `done`. */
NODISCARD err store_write(struct store *s, const struct store_write *writes, size_t n);

/* What a commit has put into the outbox. */
struct store_mails {
    const struct mail *mails[LIMIT_MAILS_AT_ONCE];
    size_t n;
    bool others; /* more of them, or something else has changed there: the outbox has to be read */
};
typedef void store_mails_fn(void *ctx, const struct store_mails *committed);

/* From now on `told` is called after each commit that concerns the outbox, on the writer thread, before anybody hears of the
 * commit; it must not block. Once, before other threads write. */
void store_listen(struct store *s, store_mails_fn *told, void *ctx);

/* ---- reads; NOT_FOUND where there is no row ---- */

NODISCARD err store_user_by_identity(struct store *s, struct guid tenant, struct slice identity, struct user *out);
NODISCARD err store_user(struct store *s, struct guid tenant, struct guid id, struct user *out);
/* Pages through a tenant's users in order of identity, after `after` (empty: from the start); *n in: room, out: count. */
NODISCARD err store_users(struct store *s, struct guid tenant, struct slice after, struct user *out, size_t *n);
NODISCARD err store_user_count(struct store *s, uint64_t *out);

/* One of the wrong answers that are counted ahead in the row, as it was read, is given: no write is needed. CONFLICT where
 * another was given since, or the row is being replaced: read it again. */
NODISCARD err store_count_ahead(struct store *s, const struct passcode *row);
/* The user's row; without one: version 0, state none, and OK. */
NODISCARD err store_passcode(struct store *s, struct guid user, struct passcode *out);

/* Her second factors, oldest first; *n in: room, out: count. */
NODISCARD err store_methods(struct store *s, struct guid user, struct method *out, size_t *n);
/* What a sign-up under way has handed in; out->attributes points into `attributes` (cap bytes). NOT_FOUND, FULL. */
NODISCARD err store_signup(struct store *s, struct guid tenant, uint64_t id, struct signup *out, char *attributes,
                           size_t cap);
/* Her attributes as JSON text, in `out` (cap bytes); empty where there are none. FULL. */
NODISCARD err store_attributes(struct store *s, struct guid user, char *out, size_t cap, struct slice *text);

/* The token with its grant. */
NODISCARD err store_refresh_token(struct store *s, uint64_t id, struct refresh_token *token, struct grant *grant);

/* The user's roles of one application: values, in `space` (cap bytes); *n in: room, out: count. FULL. */
NODISCARD err store_user_roles(struct store *s, struct guid user, struct guid client_id, char *space, size_t cap,
                               struct slice *out, size_t *n);

/* All her roles, as WRITE_USER_ROLES takes them: "client_id value", one a line, sorted. FULL. */
NODISCARD err store_user_all_roles(struct store *s, struct guid user, struct buf *out);

NODISCARD err store_session(struct store *s, struct guid id, struct session *out);
/* A user's sessions that did not end, newest first; *n in: room, out: count. */
NODISCARD err store_sessions(struct store *s, struct guid user, struct session *out, size_t *n);
/* Client ids of the applications she is signed in to; *n in: room, out: count. */
NODISCARD err store_session_applications(struct store *s, struct guid session, struct guid *out, size_t *n);
NODISCARD err store_authorization_code(struct store *s, uint64_t id, struct authorization_code *out);
NODISCARD err store_device_code(struct store *s, uint64_t id, struct device_code *out);
NODISCARD err store_device_by_user_code(struct store *s, struct slice user_code, struct device_code *out);

/* Pending mails due by `now` with id > after, oldest id first; *n in: room, out: count. */
NODISCARD err store_mails_due(struct store *s, instant now, uint64_t after, struct mail *out, size_t *n);
/* All mails by id after `after`, for `doorcode mail list`. */
NODISCARD err store_mails(struct store *s, uint64_t after, struct mail *out, size_t *n);
NODISCARD err store_mail_count(struct store *s, uint64_t *pending, uint64_t *dead);

NODISCARD err store_keys(struct store *s, struct key *out, size_t *n);

/* Rises with every write to tenants, applications, user flows or keys, by any process. */
NODISCARD err store_directory_version(struct store *s, int64_t *out);
/* A snapshot of the directory (model/directory.h); the caller holds one reference. */
NODISCARD err store_directory(struct store *s, struct directory **out);

/* ---- housekeeping ---- */

/* Removes expired refresh tokens and those without a grant, grants that serve no more, passcodes untouched for a
 * week (longer than all their windows), mails past expires_at by a day, sessions that ended or died by the policy a day
 * ago, authorization and device codes expired for an hour, expired assertions, what deleted users left; at most some
 * thousand rows a call, so call again while *removed, the count, is not small. */
NODISCARD err store_expire(struct store *s, instant now, uint64_t *removed);
/* Empties users, passcodes, grants, sessions, codes, mails and directory, keeps keys: `reset` of the development mode. */
NODISCARD err store_reset(struct store *s);
/* Runs SQLite's integrity check: OK or STORE. */
NODISCARD err store_check(struct store *s);

#endif
