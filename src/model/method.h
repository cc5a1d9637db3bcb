/* SPDX-License-Identifier: Apache-2.0 */
/* method.h: a strong authentication method of a user, a second factor (spec V1, 2.6 and 2.7). */
#ifndef DOORCODE_MODEL_METHOD_H
#define DOORCODE_MODEL_METHOD_H

#include "base/clock.h"
#include "base/guid.h"
#include "base/limits.h"

/* Where a code goes (spec V1, 4.4). */
enum channel { CHANNEL_EMAIL, CHANNEL_SMS, CHANNEL_COUNT };

struct method {
    struct guid id;
    struct guid user_id;
    enum channel channel;
    char target[LIMIT_EMAIL + 1]; /* address, or phone number "+4790000007" */
    instant created_at;
};

/* "email", "sms" */
const char *channel_name(enum channel channel);
bool channel_parse(struct slice name, enum channel *channel);

#endif
