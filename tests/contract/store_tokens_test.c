/* SPDX-License-Identifier: Apache-2.0 */
/* What store.h promises for grants and refresh tokens: how they are read and changed, and that they are removed in time. */
#include "support/store_fixture.h"

#include "store/sqlite/db.h"
#include "support/store_file.h"

static enum err_code find_token(struct fixture *f, uint64_t id)
{
    struct grant g;
    struct refresh_token r;

    return store_refresh_token(f->s, id, &r, &g).code;
}

/* Grant 10 with token 11, of user 1. */
static enum err_code add_grant_and_token(struct fixture *f)
{
    struct grant g = sample_grant(10, 1);
    struct refresh_token r = sample_refresh(11, 10);
    struct store_write writes[] = { add_grant(&g), add_refresh(&r) };

    return store_write(f->s, writes, COUNT(writes)).code;
}

static void refresh_token_comes_with_its_grant(void **state)
{
    struct fixture *f = *state;
    struct grant g = sample_grant(10, 1), found_grant;
    struct refresh_token r = sample_refresh(11, 10), orphan = sample_refresh(12, 99), found;
    struct store_write writes[] = { add_grant(&g), add_refresh(&r), add_refresh(&orphan) };

    memset(g.scope, 's', sizeof g.scope - 1);
    assert_int_equal(store_write(f->s, writes, 3).code, ERR_OK);
    assert_int_equal(store_refresh_token(f->s, 11, &found, &found_grant).code, ERR_OK);
    assert_memory_equal(&found, &r, sizeof r);
    assert_memory_equal(&found_grant, &g, sizeof g);
    assert_int_equal(store_refresh_token(f->s, 12, &found, &found_grant).code, ERR_NOT_FOUND);
    assert_int_equal(store_refresh_token(f->s, 13, &found, &found_grant).code, ERR_NOT_FOUND);
    assert_int_equal(write_one(f->s, add_grant(&g)), ERR_CONFLICT);
    assert_int_equal(write_one(f->s, add_refresh(&r)), ERR_CONFLICT);
}

static void refresh_token_is_used_once(void **state)
{
    struct fixture *f = *state;
    struct grant g = sample_grant(10, 1);
    struct refresh_token r = sample_refresh(11, 10);
    struct store_write writes[] = { add_grant(&g), add_refresh(&r) };

    assert_int_equal(write_one(f->s, by_id(WRITE_REFRESH_USE, 11, NOON)), ERR_CONFLICT); /* there is none */
    assert_int_equal(write_one(f->s, by_id(WRITE_REFRESH_TOUCH, 11, NOON)), ERR_OK);
    assert_int_equal(store_write(f->s, writes, 2).code, ERR_OK);
    assert_int_equal(write_one(f->s, by_id(WRITE_REFRESH_USE, 11, NOON + 1)), ERR_OK);
    assert_int_equal(write_one(f->s, by_id(WRITE_REFRESH_USE, 11, NOON + 2)), ERR_CONFLICT);
    assert_int_equal(write_one(f->s, by_id(WRITE_REFRESH_TOUCH, 11, NOON + 3)), ERR_OK);
    assert_int_equal(store_refresh_token(f->s, 11, &r, &g).code, ERR_OK);
    assert_int_equal(r.used_at, NOON + 1);
}

static void grant_is_revoked_once(void **state)
{
    struct fixture *f = *state;
    struct grant g = sample_grant(10, 1);
    struct refresh_token r = sample_refresh(11, 10);
    struct store_write writes[] = { add_grant(&g), add_refresh(&r) };

    assert_int_equal(store_write(f->s, writes, 2).code, ERR_OK);
    assert_int_equal(write_one(f->s, by_id(WRITE_GRANT_REVOKE, 10, NOON + 1)), ERR_OK);
    assert_int_equal(write_one(f->s, by_id(WRITE_GRANT_REVOKE, 10, NOON + 2)), ERR_OK);
    assert_int_equal(store_refresh_token(f->s, 11, &r, &g).code, ERR_OK);
    assert_int_equal(g.revoked_at, NOON + 1);
    assert_int_equal(write_one(f->s, by_id(WRITE_GRANT_REVOKE, 12, NOON)), ERR_OK);
}

/* ---- those of deleted users ---- */

static void delete_user_with_grant(struct fixture *f, const struct user *u)
{
    assert_int_equal(write_one(f->s, put_user(u)), ERR_OK);
    assert_int_equal(add_grant_and_token(f), ERR_OK);
    assert_int_equal(write_one(f->s, (struct store_write){ .kind = WRITE_USER_DELETE, .guid = u->id }), ERR_OK);
}

static void user_that_comes_back_has_no_old_grants(void **state)
{
    struct fixture *f = *state;
    struct user u = sample_user(1, 1);

    delete_user_with_grant(f, &u);
    assert_int_equal(write_one(f->s, put_user(&u)), ERR_OK);
    assert_int_equal(find_token(f, 11), ERR_NOT_FOUND);
    assert_int_equal(write_one(f->s, by_id(WRITE_GRANT_SERVE, 10, NOON + 2000)), ERR_CONFLICT); /* it is really gone */
    expire(f, NOON, 1);                                                                         /* and its token goes */
    assert_int_equal(add_grant_and_token(f), ERR_OK);
    assert_int_equal(find_token(f, 11), ERR_OK);
}

static void grants_of_deleted_users_are_removed_in_time(void **state)
{
    struct fixture *f = *state;
    struct user u = sample_user(1, 1);
    uint64_t removed, total = 0;

    delete_user_with_grant(f, &u);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(store_expire(f->s, NOON, &removed).code, ERR_OK);
        total += removed;
        assert_int_equal(find_token(f, 11), ERR_NOT_FOUND);
    }
    assert_int_equal(total, 2);
    assert_int_equal(add_grant_and_token(f), ERR_OK); /* their ids are free */
}

/* ---- how they end ---- */

/* What a rotation writes: token `id` of the grant, until then. */
static enum err_code rotate(struct fixture *f, uint64_t grant, uint64_t id, instant until)
{
    struct refresh_token next = sample_refresh(id, grant);
    struct store_write writes[] = { add_refresh(&next), by_id(WRITE_GRANT_SERVE, grant, until) };

    next.expires_at = until;
    return store_write(f->s, writes, COUNT(writes)).code;
}

/* A sign-in that was decided before its user was deleted may be committed after the next walk has begun. */
static void a_grant_that_comes_late_is_void_too(void **state)
{
    struct fixture *f = *state;
    struct user u = sample_user(1, 1);
    uint64_t removed;

    delete_user_with_grant(f, &u);
    for (int i = 0; i < 2; i++)
        assert_int_equal(store_expire(f->s, NOON, &removed).code, ERR_OK);
    assert_int_equal(add_grant_and_token(f), ERR_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(store_expire(f->s, NOON, &removed).code, ERR_OK);
    assert_int_equal(write_one(f->s, put_user(&u)), ERR_OK);
    assert_int_equal(find_token(f, 11), ERR_NOT_FOUND);
}

static void a_grant_serves_as_long_as_its_last_token(void **state)
{
    struct fixture *f = *state;
    struct grant spent = sample_grant(10, 1), living = sample_grant(20, 1);
    struct refresh_token old = sample_refresh(11, 10), first = sample_refresh(21, 20);
    struct store_write writes[] = { add_grant(&spent), add_refresh(&old), add_grant(&living), add_refresh(&first) };

    assert_int_equal(store_write(f->s, writes, COUNT(writes)).code, ERR_OK);
    assert_int_equal(rotate(f, 20, 22, NOON + 5000), ERR_OK);
    assert_int_equal(rotate(f, 20, 23, NOON + 3000), ERR_OK); /* which shortens nothing */
    expire(f, NOON + 999, 0);
    expire(f, NOON + 1000, 3); /* both first tokens, and the grant that has no other */
    assert_int_equal(find_token(f, 11), ERR_NOT_FOUND);
    assert_int_equal(find_token(f, 21), ERR_NOT_FOUND);
    assert_int_equal(find_token(f, 22), ERR_OK);
    expire(f, NOON + 4999, 1);
    assert_int_equal(find_token(f, 22), ERR_OK);
    expire(f, NOON + 5000, 2);
    assert_int_equal(find_token(f, 22), ERR_NOT_FOUND);
}

/* A redemption that was under way as its grant went gives nothing. */
static void a_grant_that_is_gone_gets_no_token(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(add_grant_and_token(f), ERR_OK);
    expire(f, NOON + 1000, 2);
    assert_int_equal(rotate(f, 10, 12, NOON + 5000), ERR_CONFLICT);
    expire(f, NOON + 9000, 0); /* it was not written either */
}

static void a_token_without_a_grant_is_removed(void **state)
{
    struct fixture *f = *state;
    struct refresh_token orphan = sample_refresh(12, 99);

    assert_int_equal(add_grant_and_token(f), ERR_OK);
    assert_int_equal(write_one(f->s, add_refresh(&orphan)), ERR_OK);
    assert_int_equal(find_token(f, 12), ERR_NOT_FOUND);
    expire(f, NOON, 1);
    assert_int_equal(find_token(f, 11), ERR_OK);
    assert_int_equal(write_one(f->s, add_refresh(&orphan)), ERR_OK); /* its id is free */
}

static void expire_is_bounded_and_gets_through(void **state)
{
    enum { ROWS = 2500 };
    struct fixture *f = *state;
    static struct refresh_token tokens[ROWS];
    static struct grant grants[ROWS];
    static struct store_write writes[2 * ROWS];
    uint64_t removed, total = 0;

    for (uint32_t i = 0; i < ROWS; i++) {
        grants[i] = sample_grant(10000 + i, i);
        tokens[i] = sample_refresh(20000 + i, 10000 + i);
        writes[2 * i] = add_grant(&grants[i]);
        writes[2 * i + 1] = add_refresh(&tokens[i]);
    }
    assert_int_equal(store_write(f->s, writes, COUNT(writes)).code, ERR_OK);
    for (int call = 0; call < 10; call++) {
        assert_int_equal(store_expire(f->s, NOON + 100000, &removed).code, ERR_OK);
        assert_in_range(removed, 0, 2000);
        total += removed;
    }
    assert_int_equal(total, 2 * ROWS);
}

/* As many tokens come between two calls as a call looks at: the walk must not follow them for ever. */
static void what_expired_goes_however_many_come(void **state)
{
    enum { ROWS = 1000, CALLS = 6 };
    struct fixture *f = *state;
    static struct refresh_token tokens[ROWS];
    static struct store_write writes[ROWS];
    struct grant living = sample_grant(20, 1);
    uint64_t removed;

    living.serves_until = NOON + 5000;
    assert_int_equal(add_grant_and_token(f), ERR_OK);
    assert_int_equal(write_one(f->s, add_grant(&living)), ERR_OK);
    for (uint32_t call = 0; call < CALLS; call++) {
        for (uint32_t i = 0; i < ROWS; i++) {
            tokens[i] = sample_refresh(1000 + call * ROWS + i, 20);
            tokens[i].expires_at = NOON + 5000;
            writes[i] = add_refresh(&tokens[i]);
        }
        assert_int_equal(store_write(f->s, writes, ROWS).code, ERR_OK);
        assert_int_equal(store_expire(f->s, call == 0 ? NOON : NOON + 1000, &removed).code, ERR_OK);
    }
    /* Its grant is gone; with another of that id it would be found. */
    assert_int_equal(write_one(f->s, add_grant(&(struct grant){ .id = 10, .serves_until = NOON + 2000 })), ERR_OK);
    assert_int_equal(find_token(f, 11), ERR_NOT_FOUND);
    assert_int_equal(find_token(f, 1000), ERR_OK);
}

static instant serves_until(struct fixture *f, uint64_t token)
{
    struct grant g;
    struct refresh_token r;

    assert_int_equal(store_refresh_token(f->s, token, &r, &g).code, ERR_OK);
    return g.serves_until;
}

static void grants_of_step_4_serve_as_long_as_their_tokens(void **state)
{
    struct fixture *f = *state;
    struct grant living = sample_grant(10, 1), other = sample_grant(20, 1), bare = sample_grant(30, 1);
    struct refresh_token first = sample_refresh(11, 10), last = sample_refresh(12, 10), only = sample_refresh(21, 20);
    struct store_write writes[] = { add_grant(&living), add_grant(&other),  add_grant(&bare),
                                    add_refresh(&last), add_refresh(&only), add_refresh(&first) };

    last.expires_at = NOON + 5000;
    assert_int_equal(store_write(f->s, writes, COUNT(writes)).code, ERR_OK);
    store_close(f->s);
    f->s = NULL;
    store_file_execute(f->path, BEFORE_STEP_5);
    assert_int_equal(fixture_open(f).code, ERR_OK);
    assert_int_equal(serves_until(f, 11), NOON + 5000);
    assert_int_equal(serves_until(f, 21), NOON + 1000);
    expire(f, NOON + 999, 1); /* the grant without a token */
    expire(f, NOON + 1000, 3);
    assert_int_equal(find_token(f, 12), ERR_OK);
    expire(f, NOON + 5000, 2);
}

/* ---- how they are found ---- */

/* Whether SQLite's plan for the query has such a step. */
static bool plan_has(sqlite3 *db, struct slice query, const char *step)
{
    char text[4096];
    sqlite3_stmt *q;
    bool has = false;

    snprintf(text, sizeof text, "EXPLAIN QUERY PLAN %.*s", (int)query.n, query.p);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &q, NULL), SQLITE_OK);
    while (sqlite3_step(q) == SQLITE_ROW)
        has = has || strstr((const char *)sqlite3_column_text(q, 3), step) != NULL;
    assert_int_equal(sqlite3_finalize(q), SQLITE_OK);
    return has;
}

/* Every sign-in adds to both tables: nothing may look through all of them but what deletes a tenant, or the grants of a
 * deleted user who comes back. And the mailer looks often, through what is due alone. */
static void only_rare_deletions_scan(void **state)
{
    struct fixture *f = *state;
    struct slice queries[QUERY_COUNT];
    sqlite3 *db;

    assert_int_equal(queries_read(queries).code, ERR_OK);
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    for (size_t i = 0; i < QUERY_COUNT; i++) {
        assert_int_equal(plan_has(db, queries[i], "SCAN grants"),
                         i == QUERY_user_grants_delete || i == QUERY_tenant_grants_delete);
        assert_false(plan_has(db, queries[i], "SCAN refresh_tokens"));
    }
    assert_true(plan_has(db, queries[QUERY_mails_due], "SEARCH p USING INDEX mails_pending (id>?)"));
    assert_false(plan_has(db, queries[QUERY_mails_due], "SCAN") ||
                 plan_has(db, queries[QUERY_mails_due], "TEMP B-TREE"));
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(refresh_token_comes_with_its_grant),
        BOTH(refresh_token_is_used_once),
        BOTH(grant_is_revoked_once),
        BOTH(user_that_comes_back_has_no_old_grants),
        BOTH(grants_of_deleted_users_are_removed_in_time),
        BOTH(a_grant_that_comes_late_is_void_too),
        BOTH(a_grant_serves_as_long_as_its_last_token),
        BOTH(a_grant_that_is_gone_gets_no_token),
        BOTH(a_token_without_a_grant_is_removed),
        BOTH(expire_is_bounded_and_gets_through),
        BOTH(what_expired_goes_however_many_come),
        FILE_ONLY(grants_of_step_4_serve_as_long_as_their_tokens),
        FILE_ONLY(only_rare_deletions_scan),
    };

    return cmocka_run_group_tests_name("store/tokens", tests, NULL, NULL);
}
