/* SPDX-License-Identifier: Apache-2.0 */
/* rng.h: where random bytes come from; injected, so that tests own chance. fill() is callable from any thread
 * and cannot fail (the process ends where the system has no randomness). */
#ifndef DOORCODE_BASE_RNG_H
#define DOORCODE_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
    void (*fill)(void *ctx, void *out, size_t n);
    void *ctx;
};

static inline void rng_fill(const struct rng *rng, void *out, size_t n)
{
    rng->fill(rng->ctx, out, n);
}

/* Uniform in [0, bound), bound > 0, by rejection. */
uint32_t rng_below(const struct rng *rng, uint32_t bound);

#endif
