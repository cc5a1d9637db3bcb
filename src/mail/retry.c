/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/outbox.h"

enum { FIRST_SECONDS = 5, MOST_SECONDS = 600, DOUBLINGS_MAX = 7 };

/* Spreads mails that failed together: a number made of what differs between them, since this is pure. */
static uint64_t mix(uint64_t x)
{
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdu;
    x ^= x >> 33;
    x *= 0xc4ceb9fe1a85ec53u;
    return x ^ x >> 33;
}

instant outbox_retry_at(uint32_t attempts, instant now, instant expires_at, bool permanent)
{
    uint32_t doublings = attempts > 0 ? attempts - 1 : 0;

    if (permanent)
        return 0;
    instant pause = doublings < DOUBLINGS_MAX ? (instant)FIRST_SECONDS << doublings : MOST_SECONDS;
    if (pause > MOST_SECONDS)
        pause = MOST_SECONDS;
    uint64_t jitter = mix((uint64_t)now * 31 + (uint64_t)expires_at * 7 + attempts) % ((uint64_t)pause / 4 + 1);
    instant at = now + pause - (instant)jitter;
    return at < expires_at ? at : 0;
}
