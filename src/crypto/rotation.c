/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/rotation.h"

enum { DAY = 86400 };

const struct rotation_policy rotation_default = {
    .signing_seconds = 90 * DAY,
    .publish_seconds = DAY,
    .retire_seconds = 2 * DAY, /* 24 h after the longest access token, a day, has expired */
};

static bool find(const struct key *rows, size_t n, enum signing_alg alg, enum key_state state, size_t *index)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].alg == alg && rows[i].state == state) {
            *index = i;
            return true;
        }
    return false;
}

static bool find_outlived(const struct key *rows, size_t n, enum signing_alg alg, int64_t retire_seconds, instant now,
                          size_t *index)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].alg == alg && rows[i].state == KEY_RETIRED && now >= rows[i].retired_at + retire_seconds) {
            *index = i;
            return true;
        }
    return false;
}

static bool is_due(const struct key *current, const struct key *next, const struct rotation_policy *policy, instant now)
{
    return now >= current->signing_since + policy->signing_seconds && now >= next->created_at + policy->publish_seconds;
}

enum rotation_step rotation_next(const struct key *rows, size_t n, enum signing_alg alg,
                                 const struct rotation_policy *policy, instant now, bool immediately, size_t *index)
{
    size_t current = 0;
    size_t next = 0;
    bool has_current = find(rows, n, alg, KEY_CURRENT, &current);
    bool has_next = find(rows, n, alg, KEY_NEXT, &next);

    *index = next;
    if (!has_current)
        return has_next ? ROTATION_PROMOTE : ROTATION_CREATE_CURRENT;
    if (!has_next)
        return ROTATION_CREATE_NEXT;
    if (immediately || is_due(&rows[current], &rows[next], policy, now))
        return ROTATION_PROMOTE;
    return find_outlived(rows, n, alg, policy->retire_seconds, now, index) ? ROTATION_REMOVE : ROTATION_NOTHING;
}

void rotation_promote(struct key *rows, size_t n, size_t next, instant now)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].alg == rows[next].alg && rows[i].state == KEY_CURRENT) {
            rows[i].state = KEY_RETIRED;
            rows[i].retired_at = now;
        }
    rows[next].state = KEY_CURRENT;
    rows[next].signing_since = now;
}
