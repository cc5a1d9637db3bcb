/* SPDX-License-Identifier: Apache-2.0 */
#include "cache.h"

const struct doorcode_error *doorcode_cache_secret_service(const char *name, struct doorcode_cache **cache)
{
    static const struct cache_fault none = { DOORCODE_ERROR_NOT_AVAILABLE, "" };
    (void)name;
    *cache = NULL;
    return cache_error(&none);
}
