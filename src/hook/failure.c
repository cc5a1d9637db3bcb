/* SPDX-License-Identifier: Apache-2.0 */
#include "hook/failure.h"

static const struct {
    uint32_t code;
    const char *text;
} rows[HOOK_FAILURES] = {
    { 0, "" },
#define HOOK_FAILURE(name, code, text) { code, text },
#include "hook/failures.def"
#undef HOOK_FAILURE
};

uint32_t hook_failure_code(enum hook_failure failure)
{
    return rows[failure].code;
}

const char *hook_failure_text(enum hook_failure failure)
{
    return rows[failure].text;
}
