/* SPDX-License-Identifier: Apache-2.0 */
/* What the store remembers of users and passcodes is what stands in the database, whoever changed it and how. The second
 * store on the same file is to the first what another process is. */
#include "store/sqlite/db.h"

#include "support/store_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum { USERS = 6, STEPS = 4000 };

/* ---- two stores and what they must say ---- */

struct pair {
    struct fixture *f;
    struct store *other; /* NULL without a file */
    struct user users[USERS + 1];
    bool there[USERS + 1];
    struct passcode rows[USERS + 1];
    uint32_t chance;
};

static struct store *open_other(struct fixture *f)
{
    struct store *mine = f->s;

    if (f->memory)
        return NULL;
    assert_int_equal(fixture_open(f).code, ERR_OK);
    struct store *other = f->s;
    f->s = mine;
    return other;
}

static uint32_t draw(struct pair *p, uint32_t below)
{
    p->chance = p->chance * 1664525 + 1013904223;
    return (p->chance >> 8) % below;
}

static struct store *either(struct pair *p)
{
    return p->other != NULL && draw(p, 2) == 0 ? p->other : p->f->s;
}

static void check_user(const struct pair *p, struct store *s, uint32_t n)
{
    struct user u;

    assert_int_equal(store_user(s, tenant_id(2), user_id(n), &u).code, ERR_NOT_FOUND);
    err found = store_user(s, tenant_id(1), user_id(n), &u);
    assert_int_equal(found.code, p->there[n] ? ERR_OK : ERR_NOT_FOUND);
    if (p->there[n]) {
        assert_int_equal(u.created_at, p->users[n].created_at);
        assert_int_equal(u.sessions_valid_from, p->users[n].sessions_valid_from);
        assert_int_equal(u.enabled, p->users[n].enabled);
        assert_string_equal(u.password_hash, p->users[n].password_hash);
        assert_string_equal(u.email, p->users[n].email);
    }
    assert_int_equal(store_user(s, tenant_id(2), user_id(n), &u).code, ERR_NOT_FOUND);
}

static void check_row(const struct pair *p, struct store *s, uint32_t n)
{
    struct passcode row;

    assert_int_equal(store_passcode(s, user_id(n), &row).code, ERR_OK);
    assert_int_equal(row.version, p->rows[n].version);
    assert_int_equal(row.attempts, p->rows[n].attempts);
    assert_int_equal(row.failures, p->rows[n].failures);
    assert_int_equal(row.challenge_id, p->rows[n].challenge_id);
    assert_int_equal(row.state, p->rows[n].state);
    assert_memory_equal(row.mac, p->rows[n].mac, sizeof row.mac);
    assert_memory_equal(row.ended, p->rows[n].ended, sizeof row.ended);
    assert_memory_equal(row.wrong, p->rows[n].wrong, sizeof row.wrong);
}

static void check_all(const struct pair *p)
{
    for (uint32_t n = 1; n <= USERS; n++) {
        check_user(p, p->f->s, n);
        check_row(p, p->f->s, n);
        if (p->other == NULL)
            continue;
        check_user(p, p->other, n);
        check_row(p, p->other, n);
    }
}

/* ---- steps: what is written, and what must be known afterwards ---- */

static void step_put(struct pair *p, uint32_t n)
{
    struct user u = sample_user(1, n);

    u.created_at = NOON - (int64_t)draw(p, 100000);
    u.enabled = draw(p, 2) == 0;
    assert_int_equal(write_one(either(p), put_user(&u)), ERR_OK);
    p->users[n] = u;
    p->there[n] = true;
}

static void step_add(struct pair *p, uint32_t n)
{
    struct user u = sample_user(1, n);
    struct store_write w = { .kind = WRITE_USER_ADD, .user = &u };

    u.created_at = NOON - (int64_t)draw(p, 100000);
    assert_int_equal(write_one(either(p), w), p->there[n] ? ERR_CONFLICT : ERR_OK);
    if (!p->there[n])
        p->users[n] = u;
    p->there[n] = true;
}

static void step_password(struct pair *p, uint32_t n)
{
    struct user u = p->users[n];
    struct store_write w = { .kind = WRITE_USER_PASSWORD, .user = &u };

    u.id = user_id(n);
    snprintf(u.password_hash, sizeof u.password_hash, "$argon2id$%u", (unsigned)draw(p, 100000));
    assert_int_equal(write_one(either(p), w), p->there[n] ? ERR_OK : ERR_CONFLICT);
    if (p->there[n])
        p->users[n] = u;
}

static void step_revoke(struct pair *p, uint32_t n)
{
    struct store_write w = { .kind = WRITE_USER_REVOKE, .guid = user_id(n), .at = NOON + (int64_t)draw(p, 100000) };

    assert_int_equal(write_one(either(p), w), ERR_OK);
    if (p->users[n].sessions_valid_from < w.at)
        p->users[n].sessions_valid_from = w.at;
}

static void step_delete(struct pair *p, uint32_t n)
{
    struct store_write w = { .kind = WRITE_USER_DELETE, .guid = user_id(n) };

    assert_int_equal(write_one(either(p), w), ERR_OK);
    p->there[n] = false;
    p->rows[n] = (struct passcode){ .user_id = user_id(n) };
}

static void step_swap(struct pair *p, uint32_t n)
{
    struct passcode row = sample_passcode(n, p->rows[n].version);

    row.attempts = draw(p, 5);
    row.challenge_id = draw(p, 100000);
    row.mac[3] = (uint8_t)draw(p, 256);
    row.wrong[1] = draw(p, 100000);
    row.state = draw(p, 2) == 0 ? PASSCODE_OPEN : PASSCODE_TAKEN;
    assert_int_equal(write_one(either(p), swap(&row)), ERR_OK);
    p->rows[n] = row;
    p->rows[n].version++;
}

static void step_stale_swap(struct pair *p, uint32_t n)
{
    struct passcode row = sample_passcode(n, p->rows[n].version + 1);

    row.challenge_id = 99;
    assert_int_equal(write_one(either(p), swap(&row)), ERR_CONFLICT);
}

/* The first write of a batch that the second one spoils: nothing of it stays. */
static void step_spoilt(struct pair *p, uint32_t n)
{
    struct user u = sample_user(1, n);
    struct passcode row = sample_passcode(n, p->rows[n].version + 1);
    struct store_write writes[] = { put_user(&u), swap(&row) };

    u.created_at = NOON + 5;
    assert_int_equal(store_write(either(p), writes, COUNT(writes)).code, ERR_CONFLICT);
}

static void step_delete_tenant(struct pair *p, uint32_t n)
{
    struct store_write w = { .kind = WRITE_TENANT_DELETE, .guid = tenant_id(1) };

    if (n > 1 || draw(p, 4) > 0) /* seldom */
        return;
    assert_int_equal(write_one(either(p), w), ERR_OK);
    for (uint32_t i = 1; i <= USERS; i++) {
        if (p->there[i]) /* a row of nobody's stays until it is old */
            p->rows[i] = (struct passcode){ .user_id = user_id(i) };
        p->there[i] = false;
    }
}

static void step_reset(struct pair *p, uint32_t n)
{
    if (n > 1 || draw(p, 4) > 0)
        return;
    assert_int_equal(store_reset(either(p)).code, ERR_OK);
    for (uint32_t i = 1; i <= USERS; i++) {
        p->there[i] = false;
        p->rows[i] = (struct passcode){ .user_id = user_id(i) };
    }
}

/* Far in the future: every passcode goes, a stretch a call. */
static void step_expire(struct pair *p, uint32_t n)
{
    uint64_t removed = 1;

    if (n > 1)
        return;
    struct store *s = either(p);
    for (int calls = 0; calls < 4; calls++)
        assert_int_equal(store_expire(s, NOON + 400 * 86400, &removed).code, ERR_OK);
    for (uint32_t i = 1; i <= USERS; i++)
        p->rows[i] = (struct passcode){ .user_id = user_id(i) };
}

static void step_mail(struct pair *p, uint32_t n)
{
    struct mail m = sample_mail(1000 + n);
    struct store *s = either(p);

    assert_int_equal(write_one(s, add_mail(&m)), ERR_OK);
    assert_int_equal(write_one(s, by_id(WRITE_MAIL_REMOVE, m.id, 0)), ERR_OK);
}

static void every_change_is_seen(void **state)
{
    typedef void step_fn(struct pair * p, uint32_t n);
    static step_fn *const steps[] = { step_put,           step_add,    step_password, step_revoke, step_swap,
                                      step_stale_swap,    step_spoilt, step_delete,   step_swap,   step_put,
                                      step_delete_tenant, step_reset,  step_expire,   step_mail };
    struct pair p = { .f = *state, .chance = 20261129 };

    p.other = open_other(p.f);
    for (uint32_t n = 1; n <= USERS; n++)
        p.rows[n].user_id = user_id(n);
    for (int i = 0; i < STEPS; i++) {
        steps[draw(&p, COUNT(steps))](&p, 1 + draw(&p, USERS));
        check_all(&p);
    }
    store_close(p.other);
}

/* ---- it is remembered at all, and no longer than it is true ---- */

static bool remembers_user(struct store *s)
{
    struct user u;
    err found;

    return remember_user(s, tenant_id(1), user_id(1), &u, &found) && err_is_ok(found);
}

static bool remembers_row(struct store *s)
{
    struct guid id = user_id(1);
    struct passcode p;

    return remember_passcode(s, &id, &p);
}

static void put_sample(struct store *s)
{
    struct user u = sample_user(1, 1);

    assert_int_equal(write_one(s, put_user(&u)), ERR_OK);
}

static void read_sample(struct store *s)
{
    struct user u;

    assert_int_equal(store_user_by_identity(s, tenant_id(1), slice_of("visitor.00001@petstore.example"), &u).code,
                     ERR_OK);
}

static void what_is_read_or_written_is_remembered(void **state)
{
    struct fixture *f = *state;
    struct passcode row = sample_passcode(1, 0);
    struct mail m = sample_mail(1);

    put_sample(f->s);
    assert_false(remembers_user(f->s));
    read_sample(f->s);
    assert_true(remembers_user(f->s));
    assert_false(remembers_row(f->s));
    assert_int_equal(write_one(f->s, swap(&row)), ERR_OK);
    assert_true(remembers_row(f->s));
    assert_int_equal(write_one(f->s, add_mail(&m)), ERR_OK);
    assert_true(remembers_user(f->s) && remembers_row(f->s));
    put_sample(f->s);
    assert_true(!remembers_user(f->s) && remembers_row(f->s));
}

/* For the tenant that was asked, and until there is one. */
static void that_there_is_none_is_remembered(void **state)
{
    struct fixture *f = *state;
    struct mail m = sample_mail(1);
    struct user u;
    err found = OK;

    assert_int_equal(write_one(f->s, add_mail(&m)), ERR_OK);
    assert_int_equal(store_user(f->s, tenant_id(1), user_id(1), &u).code, ERR_NOT_FOUND);
    assert_true(remember_user(f->s, tenant_id(1), user_id(1), &u, &found));
    assert_int_equal(found.code, ERR_NOT_FOUND);
    assert_false(remember_user(f->s, tenant_id(2), user_id(1), &u, &found));
    put_sample(f->s);
    assert_int_equal(store_user(f->s, tenant_id(1), user_id(1), &u).code, ERR_OK);
    assert_int_equal(store_user(f->s, tenant_id(2), user_id(1), &u).code, ERR_NOT_FOUND);
    assert_true(remembers_user(f->s));
}

static void another_process_ends_it(void **state)
{
    struct fixture *f = *state;
    struct store *other = open_other(f);
    struct passcode row = sample_passcode(1, 0);
    struct mail m = sample_mail(1);

    put_sample(f->s);
    read_sample(f->s);
    assert_int_equal(write_one(f->s, swap(&row)), ERR_OK);
    assert_true(remembers_user(f->s) && remembers_row(f->s));
    assert_int_equal(write_one(other, add_mail(&m)), ERR_OK);
    assert_false(remembers_user(f->s) || remembers_row(f->s));
    read_sample(f->s); /* of no use before our writer has seen the change */
    assert_false(remembers_user(f->s));
    assert_int_equal(write_one(f->s, by_id(WRITE_MAIL_REMOVE, 1, 0)), ERR_OK);
    assert_false(remembers_user(f->s) || remembers_row(f->s));
    read_sample(f->s);
    assert_true(remembers_user(f->s));
    store_close(other);
}

/* As a process leaves it that is killed while it makes its commit known: who comes next reads the log anew, and SQLite's
 * count of changes begins at 0 again. */
static void spoil_index(struct store *s)
{
    enum { PAGE = 32768, HEADER = 48, CHECKSUM_AT = 40 };
    volatile void *page = NULL;
    sqlite3_file *file = NULL;

    assert_int_equal(sqlite3_file_control(s->writer->db, "main", SQLITE_FCNTL_FILE_POINTER, &file), SQLITE_OK);
    assert_int_equal(file->pMethods->xShmMap(file, 0, PAGE, 0, &page), SQLITE_OK);
    ((volatile uint8_t *)page)[CHECKSUM_AT] ^= 1;
    ((volatile uint8_t *)page)[HEADER + CHECKSUM_AT] ^= 2;
}

static void a_count_that_begins_anew_is_no_return(void **state)
{
    struct fixture *f = *state;
    struct store *other = open_other(f);
    struct user u = sample_user(1, 1);

    put_sample(f->s);
    read_sample(f->s);
    assert_true(remembers_user(f->s));
    unsigned count = *f->s->change_count;
    spoil_index(f->s);
    for (int64_t n = 1; n == 1 || *f->s->change_count != count; n++) {
        struct user read;
        u.created_at = n;
        assert_int_equal(write_one(other, put_user(&u)), ERR_OK);
        assert_int_equal(store_user(f->s, tenant_id(1), user_id(1), &read).code, ERR_OK);
        assert_int_equal(read.created_at, n);
    }
    assert_false(remembers_user(f->s));
    store_close(other);
}

/* ---- beside writers ---- */

struct race {
    struct store *reads;
    struct store *writes;
    _Atomic int64_t written; /* acknowledged */
    atomic_int wrong;
    atomic_bool ends;
};

static bool reads_well(struct race *r, int64_t *last)
{
    int64_t least = r->written;
    struct user u;
    struct passcode p;

    if (!err_is_ok(store_user(r->reads, tenant_id(1), user_id(1), &u)) ||
        !err_is_ok(store_passcode(r->reads, user_id(1), &p)))
        return false;
    bool back = u.created_at < least || u.created_at < *last || p.version < least;
    *last = u.created_at;
    return !back;
}

/* The pauses leave a store in memory to its writer. */
static void *read_on(void *ctx)
{
    const struct timespec pause = { .tv_nsec = 20000 };
    struct race *r = ctx;
    int64_t last = 0;

    while (!r->ends) {
        r->wrong += !reads_well(r, &last);
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static void run_race(struct store *reads, struct store *writes, int64_t first, int64_t last)
{
    enum { READERS = 3 };
    struct race r = { .reads = reads, .writes = writes };
    pthread_t threads[READERS];

    for (size_t i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_on, &r), 0);
    for (int64_t n = first; n <= last; n++) {
        struct user u = sample_user(1, 1);
        struct passcode p = sample_passcode(1, n - 1);
        struct store_write both[] = { put_user(&u), swap(&p) };
        u.created_at = n;
        r.wrong += !err_is_ok(store_write(writes, both, COUNT(both)));
        r.written = n;
    }
    r.ends = true;
    for (size_t i = 0; i < READERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(r.wrong, 0);
}

/* Once a write is acknowledged, nobody reads what was before it; nor does any reader go back. */
static void readers_never_go_back(void **state)
{
    struct fixture *f = *state;
    struct store *other = open_other(f);
    struct user u = sample_user(1, 1);

    u.created_at = 0;
    assert_int_equal(write_one(f->s, put_user(&u)), ERR_OK);
    run_race(f->s, f->s, 1, 400);
    if (other != NULL) {
        run_race(f->s, other, 401, 800);
        run_race(f->s, f->s, 801, 1000);
    }
    store_close(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(every_change_is_seen),
        BOTH(what_is_read_or_written_is_remembered),
        BOTH(that_there_is_none_is_remembered),
        FILE_ONLY(another_process_ends_it),
        FILE_ONLY(a_count_that_begins_anew_is_no_return),
        BOTH(readers_never_go_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
