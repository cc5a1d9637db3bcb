/* SPDX-License-Identifier: Apache-2.0 */
#include "token/user_code.h"

#include <string.h>

static const char alphabet[] = "BCDFGHJKLMNPQRSTVWXZ";

void user_code_make(const struct rng *rng, char text[USER_CODE_TEXT + 1])
{
    for (size_t i = 0; i < USER_CODE_TEXT; i++)
        text[i] = alphabet[rng_below(rng, sizeof alphabet - 1)];
    text[USER_CODE_TEXT] = '\0';
}

bool user_code_parse(struct slice typed, char text[USER_CODE_TEXT + 1])
{
    size_t n = 0;

    for (size_t i = 0; i < typed.n; i++) {
        char c = typed.p[i];
        if (c == ' ' || c == '-')
            continue;
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (n == USER_CODE_TEXT || c == '\0' || strchr(alphabet, c) == NULL)
            return false;
        text[n++] = c;
    }
    text[n] = '\0';
    return n == USER_CODE_TEXT;
}
