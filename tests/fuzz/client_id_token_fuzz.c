/* SPDX-License-Identifier: Apache-2.0 */
/* Any JWKS and any id token: a line with the keys, then the token. Nobody here has a private key, so that no token is good
 * but those of the kept inputs, which a known key has signed. */
#include "base/err.h"
#include "id_token.h"
#include "json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice token;
    struct slice keys_text = slice_cut(slice_bytes(data, size), '\n', &token);
    json_t *root = json_read_object(keys_text);
    struct jwks *keys = jwks_make(root);
    char *text = malloc(token.n + 1);
    if (keys == NULL || text == NULL)
        abort();
    ASSERT(jwks_count(keys) <= 32);
    bool whole = slice_to_cstr(token, text, token.n + 1);
    const struct id_token_rule rule = {
        .keys = keys,
        .issuer = "https://login.example/t/v2.0",
        .client_id = "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31",
        .nonce = "n",
        .access_token = "access",
        .code = "code",
        .now = 1784715330,
    };
    enum token_fault fault = id_token_check(whole ? text : "", &rule);
    ASSERT((fault == TOKEN_GOOD) == (id_token_fault_text(fault)[0] == '\0'));
    ASSERT(fault != TOKEN_GOOD || jwks_count(keys) > 0);
    free(text);
    jwks_free(keys);
    json_wipe_free(root);
    return 0;
}
