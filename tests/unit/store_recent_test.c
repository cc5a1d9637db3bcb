/* SPDX-License-Identifier: Apache-2.0 */
/* The table of recent rows: what was put is got, what is dropped is gone, the oldest of a set makes room, and a row that was
 * read before a change is not kept. */
#include "store/recent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 16, WAYS = 4 };

struct row {
    uint32_t number;
    char text[29];
};

/* The first bytes choose the set. */
static struct guid id_of(uint32_t set, uint32_t n)
{
    struct guid id = { { 0 } };

    memcpy(id.b, &set, sizeof set);
    memcpy(id.b + 8, &n, sizeof n);
    return id;
}

static void put(struct recent *r, uint32_t set, uint32_t n, uint32_t number)
{
    struct row row = { .number = number, .text = "kept" };
    struct guid id = id_of(set, n);

    recent_put(r, &id, &row);
}

/* The number of the row; 0: it is not here. */
static uint32_t get(struct recent *r, uint32_t set, uint32_t n)
{
    struct row row = { 0 };
    struct guid id = id_of(set, n);

    if (!recent_get(r, &id, &row))
        return 0;
    assert_string_equal(row.text, "kept");
    return row.number;
}

static int make(void **state)
{
    *state = recent_new(sizeof(struct row), ROWS);
    return *state == NULL ? -1 : 0;
}

static int drop(void **state)
{
    recent_free(*state);
    return 0;
}

static void what_was_put_is_got(void **state)
{
    struct recent *r = *state;

    assert_int_equal(get(r, 1, 1), 0);
    put(r, 1, 1, 7);
    put(r, 1, 2, 8);
    put(r, 2, 1, 9);
    assert_int_equal(get(r, 1, 1), 7);
    assert_int_equal(get(r, 1, 2), 8);
    assert_int_equal(get(r, 2, 1), 9);
    put(r, 1, 1, 10);
    assert_int_equal(get(r, 1, 1), 10);
    assert_int_equal(get(r, 1, 2), 8);
}

static void what_is_dropped_is_gone(void **state)
{
    struct recent *r = *state;
    struct guid id = id_of(1, 1);

    put(r, 1, 1, 7);
    put(r, 1, 2, 8);
    recent_drop(r, &id);
    assert_int_equal(get(r, 1, 1), 0);
    assert_int_equal(get(r, 1, 2), 8);
    recent_drop(r, &id);
    recent_clear(r);
    assert_int_equal(get(r, 1, 2), 0);
    put(r, 1, 1, 9);
    assert_int_equal(get(r, 1, 1), 9);
}

static void the_oldest_makes_room(void **state)
{
    struct recent *r = *state;

    for (uint32_t n = 1; n <= WAYS; n++)
        put(r, 3, n, n);
    put(r, 3, 1, 1); /* now the second is the oldest */
    put(r, 3, WAYS + 1, WAYS + 1);
    assert_int_equal(get(r, 3, 2), 0);
    for (uint32_t n = 1; n <= WAYS + 1; n++)
        assert_int_equal(get(r, 3, n), n == 2 ? 0 : n);
    put(r, 3, 2, 2);
    assert_int_equal(get(r, 3, 3), 0);
}

static void a_free_place_is_taken_first(void **state)
{
    struct recent *r = *state;
    struct guid id = id_of(3, 3);

    for (uint32_t n = 1; n <= WAYS; n++)
        put(r, 3, n, n);
    recent_drop(r, &id);
    put(r, 3, 9, 9);
    for (uint32_t n = 1; n <= WAYS; n++)
        assert_int_equal(get(r, 3, n), n == 3 ? 0 : n);
    assert_int_equal(get(r, 3, 9), 9);
}

static void keep(struct recent *r, uint32_t n, uint64_t ticket)
{
    struct row row = { .number = n, .text = "kept" };
    struct guid id = id_of(1, n);

    recent_keep(r, &id, &row, ticket);
}

static void a_row_read_before_a_change_is_not_kept(void **state)
{
    struct recent *r = *state;
    struct guid other = id_of(2, 2);
    uint64_t ticket = recent_ticket(r);

    keep(r, 1, ticket);
    keep(r, 2, ticket); /* keeping changes nothing */
    assert_int_equal(get(r, 1, 1), 1);
    assert_int_equal(get(r, 1, 2), 2);
    recent_drop(r, &other); /* that was not here, and may have changed */
    keep(r, 3, ticket);
    assert_int_equal(get(r, 1, 3), 0);
    ticket = recent_ticket(r);
    put(r, 2, 1, 5);
    keep(r, 3, ticket);
    assert_int_equal(get(r, 1, 3), 0);
    ticket = recent_ticket(r);
    recent_clear(r);
    keep(r, 3, ticket);
    assert_int_equal(get(r, 1, 3), 0);
    keep(r, 3, recent_ticket(r));
    assert_int_equal(get(r, 1, 3), 3);
}

#define WITH_TABLE(test) cmocka_unit_test_setup_teardown(test, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TABLE(what_was_put_is_got),
        WITH_TABLE(what_is_dropped_is_gone),
        WITH_TABLE(the_oldest_makes_room),
        WITH_TABLE(a_free_place_is_taken_first),
        WITH_TABLE(a_row_read_before_a_change_is_not_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
