/* SPDX-License-Identifier: Apache-2.0 */
/* dev_clock.h: the movable clock of the development mode: the system's, plus an offset. Any thread. */
#ifndef DOORCODE_SERVER_DEV_CLOCK_H
#define DOORCODE_SERVER_DEV_CLOCK_H

#include "base/clock.h"

#include <stdatomic.h>

struct dev_clock {
    _Atomic int64_t offset; /* seconds */
};

struct clock dev_clock_clock(struct dev_clock *c); /* borrows c */

#endif
