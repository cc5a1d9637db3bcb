/* SPDX-License-Identifier: Apache-2.0 */
/* failure.h: the ways in which an extension fails. */
#ifndef DOORCODE_HOOK_FAILURE_H
#define DOORCODE_HOOK_FAILURE_H

#include <stdint.h>

enum hook_failure {
    HOOK_FINE,
#define HOOK_FAILURE(name, code, text) HOOK_##name,
#include "hook/failures.def"
#undef HOOK_FAILURE
    HOOK_FAILURES
};

/* The code of spec OIDC, 11.1, and a sentence for the log; 0 and "" for HOOK_FINE. Static. */
uint32_t hook_failure_code(enum hook_failure failure);
const char *hook_failure_text(enum hook_failure failure);

#endif
