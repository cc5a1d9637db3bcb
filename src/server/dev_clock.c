/* SPDX-License-Identifier: Apache-2.0 */
#include "server/dev_clock.h"

static int64_t now_us(void *ctx)
{
    struct dev_clock *c = ctx;

    return clock_now_us(&clock_system) + atomic_load(&c->offset) * 1000000;
}

struct clock dev_clock_clock(struct dev_clock *c)
{
    return (struct clock){ now_us, c };
}
