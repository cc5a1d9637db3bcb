/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const texts[] = {
    [ERR_OK] = "ok",
    [ERR_NO_MEMORY] = "out of memory",
    [ERR_FULL] = "a limit was reached",
    [ERR_FORMAT] = "malformed",
    [ERR_NOT_FOUND] = "not found",
    [ERR_CONFLICT] = "changed or exists already",
    [ERR_TIMEOUT] = "took too long",
    [ERR_IO] = "input or output failed",
    [ERR_STORE] = "the database failed",
    [ERR_CRYPTO] = "a cryptographic operation failed",
    [ERR_STOPPING] = "stopping",
};

const char *err_text(err e)
{
    return texts[e.code];
}

noreturn void assert_failed(const char *file, int line, const char *condition)
{
    fprintf(stderr, "doorcode: %s:%d: broken invariant: %s\n", file, line, condition);
    abort();
}
