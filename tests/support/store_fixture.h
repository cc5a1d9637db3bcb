/* SPDX-License-Identifier: Apache-2.0 */
/* store_fixture.h: a store for each test, opened in either way, and sample rows. Everything is static inline, so that the
 * programs of the store need no further source. */
#ifndef DOORCODE_TESTS_STORE_FIXTURE_H
#define DOORCODE_TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The test in both ways of opening. */
#define BOTH(test)                                               \
    { "file: " #test, test, open_file, close_fixture, NULL },    \
    {                                                            \
        "memory: " #test, test, open_memory, close_fixture, NULL \
    }
#define FILE_ONLY(test)                                      \
    {                                                        \
        "file: " #test, test, open_file, close_fixture, NULL \
    }

static const instant NOON = 1790000000;

struct fixture {
    struct store *s;
    char folder[64];
    char path[80];
    bool memory;
    bool full; /* synchronous=FULL */
    struct clock clock;
    struct rng rng;
    struct events events;
};

static inline int64_t fixture_now(void *ctx)
{
    (void)ctx;
    return (int64_t)NOON * 1000000;
}

static inline void fixture_random(void *ctx, void *out, size_t n)
{
    (void)ctx;
    if (getrandom(out, n, 0) != (ssize_t)n)
        abort();
}

static inline err fixture_open(struct fixture *f)
{
    struct store_options options = { .path = f->memory ? NULL : f->path,
                                     .synchronous_normal = !f->full, /* most tests pull no plugs */
                                     .clock = &f->clock,
                                     .rng = &f->rng,
                                     .events = &f->events };

    return store_open(&options, &f->s);
}

static inline struct fixture *fixture_new(bool memory)
{
    struct fixture *f = calloc(1, sizeof *f);

    assert_non_null(f);
    f->memory = memory;
    f->clock.now_us = fixture_now;
    f->rng.fill = fixture_random;
    /* In memory where there is such a folder: thousands of databases are made, and none of them outlives a power cut. */
    snprintf(f->folder, sizeof f->folder, "%s/doorcode-store-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/store.db", f->folder);
    return f;
}

static inline int open_file(void **state)
{
    struct fixture *f = fixture_new(false);

    *state = f;
    return err_is_ok(fixture_open(f)) ? 0 : -1;
}

static inline int open_memory(void **state)
{
    struct fixture *f = fixture_new(true);

    *state = f;
    return err_is_ok(fixture_open(f)) ? 0 : -1;
}

static inline void fixture_remove_files(const struct fixture *f)
{
    static const char *const endings[] = { "", "-wal", "-shm", "-journal" };
    char path[96];

    for (size_t i = 0; i < COUNT(endings); i++) {
        snprintf(path, sizeof path, "%s%s", f->path, endings[i]);
        unlink(path);
    }
}

static inline int close_fixture(void **state)
{
    struct fixture *f = *state;

    store_close(f->s);
    fixture_remove_files(f);
    rmdir(f->folder);
    free(f);
    return 0;
}

static inline void reopen(struct fixture *f)
{
    store_close(f->s);
    f->s = NULL;
    assert_int_equal(fixture_open(f).code, ERR_OK);
}

/* ---- sample rows: number n of its kind ---- */

static inline struct guid guid_number(uint32_t kind, uint32_t n)
{
    struct guid g = { { 0 } };

    memcpy(g.b, &kind, sizeof kind);
    memcpy(g.b + 8, &n, sizeof n);
    g.b[15] = 1;
    return g;
}

static inline struct guid tenant_id(uint32_t n)
{
    return guid_number(1, n);
}

static inline struct guid user_id(uint32_t n)
{
    return guid_number(2, n);
}

static inline struct user sample_user(uint32_t tenant, uint32_t n)
{
    struct user u = { .id = user_id(n), .tenant_id = tenant_id(tenant), .origin = ORIGIN_ADMIN, .enabled = true };

    snprintf(u.email, sizeof u.email, "Visitor.%05u@Petstore.example", (unsigned)n);
    snprintf(u.identity, sizeof u.identity, "visitor.%05u@petstore.example", (unsigned)n);
    snprintf(u.display_name, sizeof u.display_name, "Visitor Nº %u", (unsigned)n);
    snprintf(u.given_name, sizeof u.given_name, "Visitor");
    u.created_at = NOON - 100;
    u.sessions_valid_from = NOON - 50;
    return u;
}

static inline struct passcode sample_passcode(uint32_t user, int64_t version)
{
    struct passcode p = { .user_id = user_id(user), .version = version, .state = PASSCODE_OPEN };

    p.challenge_id = 71;
    p.flow_serial = UINT64_MAX - 5;
    p.asked_with = 73;
    memset(p.mac, 0xa7, sizeof p.mac);
    p.issued_at = NOON;
    p.expires_at = NOON + 600;
    p.attempts = 1;
    p.sent = 2;
    p.sent_since = NOON - 10;
    p.failures = 3;
    p.failures_since = NOON - 20;
    p.lockouts = 4;
    p.locked_until = NOON + 30;
    p.ended[0] = UINT64_MAX - 6;
    p.ended[PASSCODE_ENDED_KEPT - 1] = 74;
    return p;
}

static inline struct mail sample_mail(uint64_t id)
{
    struct mail m = { .id = id, .tenant_id = tenant_id(1), .correlation_id = guid_number(9, (uint32_t)id) };

    m.created_at = NOON;
    m.due_at = NOON;
    m.expires_at = NOON + 600;
    m.sealed_n = 300;
    memset(m.sealed, (int)(id & 0xff), m.sealed_n);
    return m;
}

static inline struct grant sample_grant(uint64_t id, uint32_t user)
{
    struct grant g = { .id = id, .tenant_id = tenant_id(1), .client_id = guid_number(3, 1), .user_id = user_id(user) };

    g.session_id = guid_number(4, (uint32_t)id);
    g.authenticated_at = NOON;
    snprintf(g.scope, sizeof g.scope, "openid offline_access");
    g.serves_until = NOON + 1000; /* as sample_refresh */
    return g;
}

static inline struct refresh_token sample_refresh(uint64_t id, uint64_t grant)
{
    struct refresh_token r = { .id = id, .grant_id = grant, .issued_at = NOON, .expires_at = NOON + 1000 };

    memset(r.hash, (int)(id & 0xff), sizeof r.hash);
    return r;
}

/* ---- writes ---- */

static inline struct store_write put_user(const struct user *u)
{
    return (struct store_write){ .kind = WRITE_USER_PUT, .user = u };
}

static inline struct store_write swap(const struct passcode *p)
{
    return (struct store_write){ .kind = WRITE_PASSCODE_SWAP, .passcode = p };
}

static inline struct store_write add_mail(const struct mail *m)
{
    return (struct store_write){ .kind = WRITE_MAIL_ADD, .mail = m };
}

static inline struct store_write update_mail(const struct mail *m)
{
    return (struct store_write){ .kind = WRITE_MAIL_UPDATE, .mail = m };
}

static inline struct store_write add_grant(const struct grant *g)
{
    return (struct store_write){ .kind = WRITE_GRANT_ADD, .grant = g };
}

static inline struct store_write add_refresh(const struct refresh_token *r)
{
    return (struct store_write){ .kind = WRITE_REFRESH_ADD, .refresh = r };
}

static inline struct store_write by_id(enum store_write_kind kind, uint64_t id, instant at)
{
    return (struct store_write){ .kind = kind, .id = id, .at = at };
}

static inline enum err_code write_one(struct store *s, struct store_write w)
{
    return store_write(s, &w, 1).code;
}

static inline int64_t version_of(struct store *s, uint32_t user)
{
    struct passcode p;

    assert_int_equal(store_passcode(s, user_id(user), &p).code, ERR_OK);
    return p.version;
}

static inline bool mail_there(struct store *s, uint64_t id)
{
    struct mail m;
    size_t n = 1;

    assert_int_equal(store_mails(s, id - 1, &m, &n).code, ERR_OK);
    return n == 1 && m.id == id;
}

/* ---- time passes ---- */

/* What is due by then is `count` rows, which are removed. */
static inline void expire(struct fixture *f, instant at, uint64_t count)
{
    uint64_t removed;

    assert_int_equal(store_expire(f->s, at, &removed).code, ERR_OK);
    assert_int_equal(removed, count);
}

#endif
