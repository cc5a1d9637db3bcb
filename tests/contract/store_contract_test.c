/* SPDX-License-Identifier: Apache-2.0 */
/* What store.h promises for users, passcodes and mails, in both ways of opening. */
#include "support/store_fixture.h"

#include "support/store_file.h"

static void assert_same(const void *a, const void *b, size_t n)
{
    assert_memory_equal(a, b, n);
}

/* ---- users ---- */

static void user_comes_back_as_it_was_put(void **state)
{
    struct fixture *f = *state;
    struct user u = sample_user(1, 1), found;

    memset(u.surname, 's', sizeof u.surname - 1);
    memset(u.email, 'e', sizeof u.email - 1);
    u.enabled = false;
    assert_int_equal(write_one(f->s, put_user(&u)), ERR_OK);
    assert_int_equal(store_user(f->s, u.tenant_id, u.id, &found).code, ERR_OK);
    assert_same(&found, &u, sizeof u);
    assert_int_equal(store_user_by_identity(f->s, u.tenant_id, slice_of(u.identity), &found).code, ERR_OK);
    assert_same(&found, &u, sizeof u);
}

static void user_is_found_in_its_tenant_only(void **state)
{
    struct fixture *f = *state;
    struct user u = sample_user(1, 1), found;

    assert_int_equal(store_user(f->s, u.tenant_id, u.id, &found).code, ERR_NOT_FOUND);
    assert_int_equal(write_one(f->s, put_user(&u)), ERR_OK);
    assert_int_equal(store_user(f->s, tenant_id(2), u.id, &found).code, ERR_NOT_FOUND);
    assert_int_equal(store_user_by_identity(f->s, tenant_id(2), slice_of(u.identity), &found).code, ERR_NOT_FOUND);
    assert_int_equal(store_user_by_identity(f->s, u.tenant_id, SLICE("visitor"), &found).code, ERR_NOT_FOUND);
    assert_int_equal(store_user_by_identity(f->s, u.tenant_id, SLICE_EMPTY, &found).code, ERR_NOT_FOUND);
}

static void user_put_replaces_by_id(void **state)
{
    struct fixture *f = *state;
    struct user u = sample_user(1, 1), found;
    uint64_t count;

    assert_int_equal(write_one(f->s, put_user(&u)), ERR_OK);
    memset(u.identity, 0, sizeof u.identity);
    snprintf(u.identity, sizeof u.identity, "moved@petstore.example");
    u.sessions_valid_from = NOON + 9;
    assert_int_equal(write_one(f->s, put_user(&u)), ERR_OK);
    assert_int_equal(store_user_by_identity(f->s, u.tenant_id, slice_of(u.identity), &found).code, ERR_OK);
    assert_same(&found, &u, sizeof u);
    assert_int_equal(store_user_count(f->s, &count).code, ERR_OK);
    assert_int_equal(count, 1);
}

static void identity_of_another_user_is_a_conflict(void **state)
{
    struct fixture *f = *state;
    struct user first = sample_user(1, 1), second = sample_user(1, 2), elsewhere = sample_user(2, 3);

    memcpy(second.identity, first.identity, sizeof first.identity);
    memcpy(elsewhere.identity, first.identity, sizeof first.identity);
    assert_int_equal(write_one(f->s, put_user(&first)), ERR_OK);
    assert_int_equal(write_one(f->s, put_user(&second)), ERR_CONFLICT);
    assert_int_equal(write_one(f->s, put_user(&elsewhere)), ERR_OK);
    first.tenant_id = tenant_id(7); /* a user does not change its tenant */
    assert_int_equal(write_one(f->s, put_user(&first)), ERR_CONFLICT);
}

static void users_are_paged_by_identity(void **state)
{
    enum { USERS = 10, PAGE = 4 };
    struct fixture *f = *state;
    struct user users[USERS], page[PAGE];
    struct store_write writes[USERS];
    struct slice after = SLICE_EMPTY;
    size_t seen = 0, n;

    for (uint32_t i = 0; i < USERS; i++) {
        users[i] = sample_user(i == 3 ? 2 : 1, 90 - i);
        writes[i] = put_user(&users[i]);
    }
    assert_int_equal(store_write(f->s, writes, USERS).code, ERR_OK);
    for (n = PAGE; n == PAGE;) {
        assert_int_equal(store_users(f->s, tenant_id(1), after, page, &n).code, ERR_OK);
        for (size_t i = 0; i < n; i++)
            assert_true(i == 0 || strcmp(page[i - 1].identity, page[i].identity) < 0);
        seen += n;
        after = n == 0 ? after : slice_of(page[n - 1].identity);
    }
    assert_int_equal(seen, USERS - 1);
}

static void deleted_user_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct user u = sample_user(1, 1), other = sample_user(1, 2);
    struct passcode p = sample_passcode(1, 0);
    struct grant g = sample_grant(10, 1), kept = sample_grant(20, 2);
    struct refresh_token r = sample_refresh(11, 10), kept_token = sample_refresh(21, 20);
    struct store_write writes[] = { put_user(&u),     put_user(&other),        swap(&p), add_grant(&g), add_refresh(&r),
                                    add_grant(&kept), add_refresh(&kept_token) };
    struct store_write gone = { .kind = WRITE_USER_DELETE, .guid = u.id };

    assert_int_equal(store_write(f->s, writes, COUNT(writes)).code, ERR_OK);
    assert_int_equal(write_one(f->s, gone), ERR_OK);
    assert_int_equal(store_user(f->s, u.tenant_id, u.id, &u).code, ERR_NOT_FOUND);
    assert_int_equal(version_of(f->s, 1), 0);
    assert_int_equal(store_refresh_token(f->s, 11, &r, &g).code, ERR_NOT_FOUND);
    assert_int_equal(store_refresh_token(f->s, 21, &r, &g).code, ERR_OK);
    assert_int_equal(store_user(f->s, other.tenant_id, other.id, &u).code, ERR_OK);
    assert_int_equal(write_one(f->s, gone), ERR_OK);
}

/* ---- passcodes ---- */

static void passcode_swaps_by_version(void **state)
{
    struct fixture *f = *state;
    struct passcode p, next = sample_passcode(1, 0);

    assert_int_equal(store_passcode(f->s, user_id(1), &p).code, ERR_OK);
    assert_int_equal(p.version, 0);
    assert_int_equal(p.state, PASSCODE_NONE);
    assert_true(guid_eq(p.user_id, user_id(1)));
    for (int64_t version = 0; version < 3; version++) {
        next.version = version;
        next.attempts = (uint32_t)version + 7;
        assert_int_equal(write_one(f->s, swap(&next)), ERR_OK);
        assert_int_equal(write_one(f->s, swap(&next)), ERR_CONFLICT);
        assert_int_equal(store_passcode(f->s, user_id(1), &p).code, ERR_OK);
        next.version++;
        assert_same(&p, &next, sizeof p);
    }
}

static void passcode_of_another_version_conflicts(void **state)
{
    static const int64_t wrong[] = { 2, -1, INT64_MAX };
    struct fixture *f = *state;
    struct passcode p = sample_passcode(1, 0);

    p.version = 5; /* there is no row */
    assert_int_equal(write_one(f->s, swap(&p)), ERR_CONFLICT);
    p.version = 0;
    assert_int_equal(write_one(f->s, swap(&p)), ERR_OK);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        p.version = wrong[i];
        assert_int_equal(write_one(f->s, swap(&p)), ERR_CONFLICT);
    }
    assert_int_equal(version_of(f->s, 1), 1);
}

/* ---- mails ---- */

/* Adds the mail, and what trying it came to where it was tried. */
static void put_mail(struct fixture *f, const struct mail *mail)
{
    struct mail fresh = *mail;

    fresh.state = MAIL_PENDING;
    fresh.attempts = 0;
    memset(fresh.last_error, 0, sizeof fresh.last_error);
    assert_int_equal(write_one(f->s, add_mail(&fresh)), ERR_OK);
    if (mail->attempts > 0)
        assert_int_equal(write_one(f->s, update_mail(mail)), ERR_OK);
}

static void mail_comes_back_as_it_was_put(void **state)
{
    struct fixture *f = *state;
    struct mail fresh = sample_mail(5), tried = sample_mail(6), found[2];
    size_t n = 2;

    fresh.sealed_n = tried.sealed_n = MAIL_SEALED;
    memset(fresh.sealed, 0x3c, sizeof fresh.sealed);
    memset(tried.sealed, 0x3d, sizeof tried.sealed);
    memset(tried.last_error, 'x', sizeof tried.last_error - 1);
    tried.attempts = 2;
    put_mail(f, &tried);
    put_mail(f, &fresh);
    assert_int_equal(store_mails(f->s, 0, found, &n).code, ERR_OK);
    assert_int_equal(n, 2);
    assert_same(&found[0], &fresh, sizeof fresh);
    assert_same(&found[1], &tried, sizeof tried);
    assert_int_equal(write_one(f->s, add_mail(&fresh)), ERR_CONFLICT);
    assert_int_equal(write_one(f->s, add_mail(&tried)), ERR_CONFLICT); /* nobody can have tried it */
}

static void assert_due(struct fixture *f, instant now, uint64_t after, size_t room, size_t count, const uint64_t *ids)
{
    struct mail found[8];
    size_t n = room;

    assert_int_equal(store_mails_due(f->s, now, after, found, &n).code, ERR_OK);
    assert_int_equal(n, count);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(found[i].id, ids[i]);
}

/* Fresh: 8, 10; tried: 3, 5, 9; dead: 4. */
static void put_some_mails(struct fixture *f)
{
    struct mail mails[] = { sample_mail(8), sample_mail(3), sample_mail(5),
                            sample_mail(4), sample_mail(9), sample_mail(10) };

    for (size_t i = 1; i < 5; i++)
        mails[i].attempts = 1;
    mails[2].due_at = NOON + 1; /* not yet */
    mails[3].state = MAIL_DEAD;
    for (size_t i = 0; i < COUNT(mails); i++)
        put_mail(f, &mails[i]);
}

static void due_mails_come_oldest_first(void **state)
{
    static const uint64_t due[] = { 3, 8, 9, 10 }, later[] = { 5, 8, 9, 10 };
    struct fixture *f = *state;
    struct mail found[8];
    size_t n = 8;

    put_some_mails(f);
    assert_due(f, NOON, 0, 8, 4, due);
    assert_due(f, NOON, 0, 3, 3, due);
    assert_due(f, NOON + 1, 3, 1, 1, later);
    assert_due(f, NOON + 1, 3, 8, 4, later);
    assert_due(f, NOON, 10, 8, 0, NULL);
    assert_int_equal(store_mails(f->s, 3, found, &n).code, ERR_OK);
    assert_int_equal(n, 5);
    assert_int_equal(found[0].state, MAIL_DEAD);
}

static void assert_mails(struct fixture *f, uint64_t pending, uint64_t dead)
{
    uint64_t found_pending, found_dead;

    assert_int_equal(store_mail_count(f->s, &found_pending, &found_dead).code, ERR_OK);
    assert_int_equal(found_pending, pending);
    assert_int_equal(found_dead, dead);
}

static void mails_are_counted_through_their_life(void **state)
{
    struct fixture *f = *state;
    struct mail mails[] = { sample_mail(1), sample_mail(2), sample_mail(3) }, found;
    size_t n = 1;

    for (size_t i = 0; i < COUNT(mails); i++)
        put_mail(f, &mails[i]);
    assert_mails(f, 3, 0);
    mails[0].attempts = 1;
    assert_int_equal(write_one(f->s, update_mail(&mails[0])), ERR_OK);
    assert_mails(f, 3, 0);
    mails[0].state = MAIL_DEAD;
    mails[0].attempts = 6;
    mails[0].due_at = NOON + 77;
    snprintf(mails[0].last_error, sizeof mails[0].last_error, "550 no such mailbox");
    assert_int_equal(write_one(f->s, update_mail(&mails[0])), ERR_OK);
    assert_int_equal(store_mails(f->s, 0, &found, &n).code, ERR_OK);
    assert_same(&found, &mails[0], sizeof found);
    assert_mails(f, 2, 1);
    mails[1].attempts = 1;
    assert_int_equal(write_one(f->s, update_mail(&mails[1])), ERR_OK);
    for (uint64_t id = 2; id <= 3; id++) { /* one that was tried, one that was not */
        assert_int_equal(write_one(f->s, by_id(WRITE_MAIL_REMOVE, id, 0)), ERR_OK);
        assert_int_equal(write_one(f->s, by_id(WRITE_MAIL_REMOVE, id, 0)), ERR_OK);
        assert_mails(f, 3 - id, 1);
    }
    assert_int_equal(write_one(f->s, by_id(WRITE_MAIL_REMOVE, 1, 0)), ERR_OK);
    assert_mails(f, 0, 0);
    assert_int_equal(write_one(f->s, update_mail(&mails[0])), ERR_CONFLICT); /* it is gone */
    assert_mails(f, 0, 0);
}

static void a_refused_batch_leaves_the_mails(void **state)
{
    static const uint64_t due[] = { 1 };
    struct fixture *f = *state;
    struct mail tried = sample_mail(1), second = sample_mail(2);
    struct passcode never = sample_passcode(1, 9);
    struct store_write writes[] = { add_mail(&second), update_mail(&tried), swap(&never) };

    put_mail(f, &tried);
    tried.attempts = 1;
    tried.due_at = NOON + 60;
    assert_int_equal(store_write(f->s, writes, COUNT(writes)).code, ERR_CONFLICT);
    assert_mails(f, 1, 0);
    assert_due(f, NOON, 0, 8, 1, due);
}

static void mails_of_step_5_are_found(void **state)
{
    static const uint64_t due[] = { 3, 8, 9, 10 };
    struct fixture *f = *state;

    put_some_mails(f);
    store_close(f->s);
    f->s = NULL;
    store_file_execute(f->path, BEFORE_STEP_6);
    assert_int_equal(fixture_open(f).code, ERR_OK);
    assert_mails(f, 5, 1);
    assert_due(f, NOON, 0, 8, 4, due);
    for (uint64_t id = 3; id <= 10; id++)
        assert_int_equal(write_one(f->s, by_id(WRITE_MAIL_REMOVE, id, 0)), ERR_OK);
    assert_mails(f, 0, 0);
}

/* ---- batches ---- */

static void batch_is_all_or_nothing(void **state)
{
    struct fixture *f = *state;
    struct passcode first = sample_passcode(1, 0), stale = sample_passcode(2, 4);
    struct mail m = sample_mail(5);
    struct grant g = sample_grant(10, 1);
    struct refresh_token r;
    struct store_write late[] = { swap(&first), add_mail(&m), add_grant(&g), swap(&stale) };
    struct store_write early[] = { swap(&stale), swap(&first), add_mail(&m) };

    assert_int_equal(store_write(f->s, late, COUNT(late)).code, ERR_CONFLICT);
    assert_int_equal(store_write(f->s, early, COUNT(early)).code, ERR_CONFLICT);
    assert_int_equal(version_of(f->s, 1), 0);
    assert_false(mail_there(f->s, 5));
    assert_int_equal(store_refresh_token(f->s, 10, &r, &g).code, ERR_NOT_FOUND);
    assert_int_equal(store_write(f->s, late, 3).code, ERR_OK);
    assert_int_equal(version_of(f->s, 1), 1);
    assert_true(mail_there(f->s, 5));
}

static void nothing_to_write_is_fine(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(store_write(f->s, NULL, 0).code, ERR_OK);
}

static void expire_takes_what_is_past_its_window(void **state)
{
    enum { DAY = 86400 };
    struct fixture *f = *state;
    struct passcode p = sample_passcode(1, 0);

    assert_int_equal(write_one(f->s, swap(&p)), ERR_OK);
    put_some_mails(f);
    expire(f, NOON + 599 + DAY, 0);
    expire(f, NOON + 600 + DAY, 6);
    assert_mails(f, 0, 0);
    assert_int_equal(version_of(f->s, 1), 1);
    expire(f, NOON + 600 + 7 * DAY, 1);
    assert_int_equal(version_of(f->s, 1), 0);
}

static void ids_rise_and_stay_positive(void **state)
{
    struct fixture *f = *state;
    uint64_t last = 0;

    for (int i = 0; i < 100000; i++) {
        uint64_t id = store_next_id(f->s);
        assert_true(id > last && id < (UINT64_C(1) << 63));
        last = id;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(user_comes_back_as_it_was_put),
        BOTH(user_is_found_in_its_tenant_only),
        BOTH(user_put_replaces_by_id),
        BOTH(identity_of_another_user_is_a_conflict),
        BOTH(users_are_paged_by_identity),
        BOTH(deleted_user_leaves_nothing),
        BOTH(passcode_swaps_by_version),
        BOTH(passcode_of_another_version_conflicts),
        BOTH(mail_comes_back_as_it_was_put),
        BOTH(due_mails_come_oldest_first),
        BOTH(mails_are_counted_through_their_life),
        BOTH(a_refused_batch_leaves_the_mails),
        FILE_ONLY(mails_of_step_5_are_found),
        BOTH(batch_is_all_or_nothing),
        BOTH(nothing_to_write_is_fine),
        BOTH(expire_takes_what_is_past_its_window),
        BOTH(ids_rise_and_stay_positive),
    };

    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
