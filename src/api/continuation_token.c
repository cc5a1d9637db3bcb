/* SPDX-License-Identifier: Apache-2.0 */
#include "api/continuation_token.h"

#include "api/sealed_text.h"

err continuation_seal(const struct vault *vault, const struct continuation *c, struct arena *arena, struct slice *token)
{
    char space[CONTINUATION_MAX];
    struct buf plain;

    buf_init(&plain, space, sizeof space);
    TRY(continuation_pack(c, &plain));
    return sealed_text_make(vault, VAULT_CONTINUATION, c->issued_at, buf_slice(&plain), arena, token);
}

err continuation_open(const struct vault *vault, struct slice token, instant now, struct arena *arena,
                      struct continuation *out)
{
    struct slice plain;

    ENSURE(token.n <= LIMIT_CONTINUATION_TOKEN, FORMAT);
    TRY(sealed_text_open(vault, VAULT_CONTINUATION, now, token, arena, &plain));
    return continuation_unpack(plain, out);
}
