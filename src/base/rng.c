/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"

uint32_t rng_below(const struct rng *rng, uint32_t bound)
{
    uint32_t threshold = (uint32_t)(-bound) % bound; /* 2^32 mod bound */
    uint32_t value;

    do {
        rng_fill(rng, &value, sizeof value);
    } while (value < threshold);
    return value % bound;
}
