/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/pkce.h"

#include "base/secret.h"

#include <string.h>

bool pkce_is_text(struct slice text)
{
    if (text.n < PKCE_MIN || text.n > PKCE_MAX)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c == '\0' || strchr("-._~", c) == NULL))
            return false;
    }
    return true;
}

bool pkce_fits(const struct pkce *p)
{
    struct slice made = p->is_plain ? p->verifier : p->hashed;

    if (p->challenge.n == 0)
        return p->verifier.n == 0;
    return pkce_is_text(p->verifier) && made.n == p->challenge.n && secret_eq(made.p, p->challenge.p, made.n);
}
