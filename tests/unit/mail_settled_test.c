/* SPDX-License-Identifier: Apache-2.0 */
/* What was settled a moment ago is known, as long as its outcome may be on its way to the disk. */
#include "mail/settled.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct settled settled;

static int clear(void **state)
{
    (void)state;
    memset(&settled, 0, sizeof settled);
    return 0;
}

static void a_try_is_known_for_a_minute(void **state)
{
    (void)state;
    assert_false(settled_has(&settled, 7, 1, 5000));
    settled_add(&settled, 7, 1, 5000);
    assert_true(settled_has(&settled, 7, 1, 5000));
    assert_true(settled_has(&settled, 7, 1, 64999));
    assert_false(settled_has(&settled, 7, 1, 65000));
    assert_false(settled_has(&settled, 7, 2, 5000)); /* a new try */
    assert_false(settled_has(&settled, 8, 1, 5000));
}

static void as_many_are_known_as_can_wait_for_the_disk(void **state)
{
    (void)state;
    for (uint64_t id = 1; id <= 3 * SETTLED_MAX; id++) {
        settled_add(&settled, id, 0, 5000);
        assert_true(settled_has(&settled, id, 0, 5000));
        uint64_t oldest = id <= SETTLED_MAX ? 1 : id - SETTLED_MAX + 1;
        assert_true(settled_has(&settled, oldest, 0, 5000));
        assert_false(settled_has(&settled, oldest - 1, 0, 5000) && oldest > 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_try_is_known_for_a_minute, clear),
        cmocka_unit_test_setup(as_many_are_known_as_can_wait_for_the_disk, clear),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
