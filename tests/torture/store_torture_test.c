/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that can fail is made to fail: the n-th write, sync, truncate, delete or open of SQLite's files, and the n-th
 * allocation of SQLite or of ours, for rising n until the scenario meets no failure any more. After each failure
 * the file opens, is intact, holds every batch that was acknowledged and no half of any. */
#include "support/store_fixture.h"
#include "support/torture.h"

/* ---- the scenario ---- */

static const struct slice aliases[] = { { "pets.example", 12 } };

/* One sign-in's writes, again and again: the user's version is the number of mails there must be. */
static int64_t sign_in_once(struct store *s, int64_t acknowledged)
{
    struct passcode row, next;
    struct mail m;
    struct grant g;
    struct refresh_token r;

    if (!err_is_ok(store_passcode(s, user_id(1), &row)))
        return acknowledged;
    uint64_t n = (uint64_t)row.version + 1;
    next = sample_passcode(1, row.version);
    m = sample_mail(n);
    g = sample_grant(n, 1);
    r = sample_refresh(n, n);
    struct store_write writes[] = { swap(&next), add_mail(&m), add_grant(&g), add_refresh(&r) };
    return err_is_ok(store_write(s, writes, COUNT(writes))) ? (int64_t)n : acknowledged;
}

static bool put_and_load_directory(struct store *s)
{
    struct tenant t = {
        .id = tenant_id(1), .name = SLICE("petstore"), .domain = SLICE_EMPTY, .aliases = { aliases, 1 }
    };
    struct store_write w = { .kind = WRITE_TENANT_PUT, .tenant = &t };
    struct directory *d = NULL;

    if (!err_is_ok(store_write(s, &w, 1)) || !err_is_ok(store_directory(s, &d)))
        return false;
    bool found = directory_tenant(d, SLICE("PETS.example")) != NULL;
    directory_release(d);
    return found;
}

/* What failed is not remembered as if it had not. */
static void check_remembered(struct store *s, int64_t acknowledged)
{
    struct passcode row;

    if (err_is_ok(store_passcode(s, user_id(1), &row)))
        assert_int_equal(row.version, acknowledged);
}

static int64_t run_scenario(struct fixture *f)
{
    int64_t acknowledged = 0;
    uint64_t removed;

    if (!err_is_ok(fixture_open(f)))
        return 0;
    for (int i = 0; i < 3; i++)
        acknowledged = sign_in_once(f->s, acknowledged);
    bool loaded = put_and_load_directory(f->s);
    bool expired = err_is_ok(store_expire(f->s, NOON, &removed));
    acknowledged = sign_in_once(f->s, acknowledged);
    check_remembered(f->s, acknowledged);
    store_close(f->s);
    f->s = NULL;
    /* Without a failure everything works. */
    assert_true(atomic_load(&torture.met) || (loaded && expired && acknowledged == 4));
    return acknowledged;
}

static void check_after(struct fixture *f, int64_t acknowledged)
{
    struct grant g;
    struct refresh_token r;

    assert_int_equal(fixture_open(f).code, ERR_OK);
    assert_int_equal(store_check(f->s).code, ERR_OK);
    int64_t version = version_of(f->s, 1);
    assert_true(version >= acknowledged);
    for (uint64_t n = 1; n <= 6; n++) {
        bool there = n <= (uint64_t)version;
        assert_int_equal(mail_there(f->s, n), there);
        assert_int_equal(store_refresh_token(f->s, n, &r, &g).code, there ? ERR_OK : ERR_NOT_FOUND);
    }
    assert_int_equal(sign_in_once(f->s, 0), version + 1); /* and it goes on */
    store_close(f->s);
    f->s = NULL;
}

/* A store opens with some hundred statements, thousands of allocations. */
enum { ALLOCATIONS_STEP = 83 };

static void every_failure(struct fixture *f, enum trouble what, bool lasting, long fewest)
{
    long step = torture_step(what, ALLOCATIONS_STEP);
    long n = 1 - step;

    do {
        fixture_remove_files(f);
        n += step;
        torture_start(what, n, lasting);
        int64_t acknowledged = run_scenario(f);
        torture_stop();
        check_after(f, f->memory ? 0 : acknowledged);
    } while (atomic_load(&torture.met));
    assert_true(n > fewest); /* there was something to fail */
}

static void each_disk_failure(void **state)
{
    every_failure(*state, TROUBLE_DISK, false, 50);
}

static void each_disk_failure_that_lasts(void **state)
{
    every_failure(*state, TROUBLE_DISK, true, 50);
}

static void each_allocation_failure(void **state)
{
    every_failure(*state, TROUBLE_MEMORY, false, 500);
}

static void each_allocation_failure_that_lasts(void **state)
{
    every_failure(*state, TROUBLE_MEMORY, true, 500);
}

/* As the product runs: the log is synced with each commit, and its pages are gathered for that. */
static int closed_file(void **state)
{
    struct fixture *f = fixture_new(false);

    f->full = true;
    *state = f;
    return 0;
}

static int closed_memory(void **state)
{
    *state = fixture_new(true);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        { "file: each_disk_failure", each_disk_failure, closed_file, close_fixture, NULL },
        { "file: each_disk_failure_that_lasts", each_disk_failure_that_lasts, closed_file, close_fixture, NULL },
        { "file: each_allocation_failure", each_allocation_failure, closed_file, close_fixture, NULL },
        { "file: each_allocation_failure_that_lasts", each_allocation_failure_that_lasts, closed_file, close_fixture,
          NULL },
        { "memory: each_allocation_failure", each_allocation_failure, closed_memory, close_fixture, NULL },
    };

    torture_install();
    return cmocka_run_group_tests_name("store/torture", tests, NULL, NULL);
}
