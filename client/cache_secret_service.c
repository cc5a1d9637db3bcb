/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens in the desktop's keyring. */
#include "cache.h"

#include <errno.h>
#include <stdio.h>

static const struct doorcode_error *not_available(const char *why)
{
    static _Thread_local struct doorcode_error error;
    error = *cache_error(&(struct cache_fault){ .kind = DOORCODE_ERROR_NOT_AVAILABLE });
    error.message = "There is no keyring (Secret Service) for tokens here.";
    error.advice = "Start or unlock the desktop's keyring, or keep the tokens in a file.";
    error.description = why;
    return &error;
}

#ifdef DOORCODE_SECRET_SERVICE
#include "client_limits.h"
#include "errors.h"
#include "secret_item.h"

static int say(const char *what, int result, char *problem)
{
    if (result == -EACCES)
        snprintf(problem, DOORCODE_CACHE_PROBLEM, "the keyring is locked");
    else
        snprintf(problem, DOORCODE_CACHE_PROBLEM, "the keyring cannot be %s: %s", what, strerror(-result));
    return -1;
}

static int lock_keyring(void *ctx, char *problem)
{
    int result = secret_item_lock(ctx);
    if (result == -EBUSY)
        return 0;
    return result == 0 ? 1 : say("locked", result, problem);
}

static void unlock_keyring(void *ctx)
{
    secret_item_release(ctx);
}

static int read_keyring(void *ctx, char **bytes, size_t *n, char *problem)
{
    int result = secret_item_read(ctx, bytes, n, DOORCODE_CACHE_BYTES);
    return result == 0 ? 0 : say("read", result, problem);
}

static int write_keyring(void *ctx, const char *bytes, size_t n, char *problem)
{
    int result = secret_item_write(ctx, bytes, n);
    return result == 0 ? 0 : say("written", result, problem);
}

static void free_keyring(void *ctx)
{
    secret_item_close(ctx);
}

static const struct doorcode_error *refuse(struct secret_item *secret, int result)
{
    secret_item_close(secret);
    if (result == -ENOMEM)
        return error_static(DOORCODE_ERROR_NO_MEMORY);
    if (result == -ENOSYS)
        return not_available("libsystemd cannot be loaded");
    if (secret == NULL)
        return not_available("there is no session bus");
    if (result == -EACCES)
        return not_available("the keyring was not unlocked");
    if (result == -ETIMEDOUT)
        return not_available("the keyring was not unlocked in time, or did not answer");
    return not_available("no service on the session bus has a default keyring");
}

const struct doorcode_error *doorcode_cache_secret_service(const char *name, struct doorcode_cache **cache)
{
    static const struct doorcode_cache_backend backend = { .lock = lock_keyring,
                                                           .unlock = unlock_keyring,
                                                           .read = read_keyring,
                                                           .write = write_keyring,
                                                           .free = free_keyring };
    struct secret_item *secret;
    *cache = NULL;
    int result = secret_item_open(name != NULL ? name : "doorcode", &secret);
    if (result == 0)
        result = secret_item_unlock(secret, CLIENT_UNLOCK_MS);
    return result == 0 ? cache_make(&backend, secret, "the keyring", cache) : refuse(secret, result);
}
#else
const struct doorcode_error *doorcode_cache_secret_service(const char *name, struct doorcode_cache **cache)
{
    (void)name;
    *cache = NULL;
    return not_available("the library was built without it");
}
#endif
