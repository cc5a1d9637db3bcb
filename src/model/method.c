/* SPDX-License-Identifier: Apache-2.0 */
#include "model/method.h"

static const char *const names[CHANNEL_COUNT] = { "email", "sms" };

const char *channel_name(enum channel channel)
{
    return names[channel];
}

bool channel_parse(struct slice name, enum channel *channel)
{
    for (enum channel c = 0; c < CHANNEL_COUNT; c++)
        if (slice_eq(name, slice_of(names[c]))) {
            *channel = c;
            return true;
        }
    return false;
}
