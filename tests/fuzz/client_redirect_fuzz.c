/* SPDX-License-Identifier: Apache-2.0 */
/* Any query as what the browser brings back. */
#include "base/err.h"
#include "redirect.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void touch(const char *text, size_t cap)
{
    size_t n = strnlen(text, cap);
    ASSERT(n < cap);
    for (size_t i = 0; i < n; i++)
        ASSERT((unsigned char)text[i] >= 0x20 && text[i] != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct redirect_rule rules[] = {
        { .state = "0123456789abcdef", .issuer = "https://login.example/t/v2.0" },
        { .state = "0123456789abcdef", .issuer = "https://login.example/t/v2.0", .needs_issuer = true },
        { .state = "0123456789abcdef", .issuer = "https://login.example/t/v2.0", .ends_session = true },
    };
    struct redirect redirect;
    redirect_parse(slice_bytes(data, size), &redirect);
    touch(redirect.state, sizeof redirect.state);
    touch(redirect.code, sizeof redirect.code);
    touch(redirect.iss, sizeof redirect.iss);
    touch(redirect.error, sizeof redirect.error);
    touch(redirect.error_description, sizeof redirect.error_description);
    touch(redirect.error_subcode, sizeof redirect.error_subcode);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        enum redirect_verdict verdict = redirect_judge(&redirect, &rules[i]);
        ASSERT(verdict == REDIRECT_STRAY || strcmp(redirect.state, rules[i].state) == 0);
        ASSERT(verdict != REDIRECT_CODE ||
               ((redirect.code[0] != '\0' || rules[i].ends_session) && !redirect.is_malformed));
        ASSERT(verdict != REDIRECT_ERROR || redirect.error[0] != '\0');
    }
    return 0;
}
