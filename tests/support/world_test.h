/* SPDX-License-Identifier: Apache-2.0 */
/* world_test.h: a cmocka test with a world of its own in *state. Included by one file each, after cmocka. */
#ifndef DOORCODE_TESTS_WORLD_TEST_H
#define DOORCODE_TESTS_WORLD_TEST_H

#include "support/world.h"

static int world_test_open(void **state)
{
    static struct world w;

    world_open(&w, &(struct world_options){ .seed = 3 });
    *state = &w;
    return 0;
}

static int world_test_close(void **state)
{
    world_close(*state);
    return 0;
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_test_open, world_test_close)

#endif
