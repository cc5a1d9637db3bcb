/* SPDX-License-Identifier: Apache-2.0 */
/* embed.h: files are found by their whole name. */
#include "base/embed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct embedded_file files[] = {
    { "schema.sql", { "CREATE", 6 }, "5ab1" },
    { "empty", { "", 0 }, "e3b0" },
    { NULL, { NULL, 0 }, NULL },
};

static void finds_by_whole_name(void **state)
{
    (void)state;
    assert_ptr_equal(embedded_find(files, SLICE("schema.sql")), &files[0]);
    assert_ptr_equal(embedded_find(files, SLICE("empty")), &files[1]);
    assert_null(embedded_find(files, SLICE("schema")));
    assert_null(embedded_find(files, SLICE("schema.sql\0")));
    assert_null(embedded_find(files, SLICE_EMPTY));
    assert_null(embedded_find(files + 2, SLICE("empty")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_by_whole_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
