/* SPDX-License-Identifier: Apache-2.0 */
/* Any JWKS and any access token: a line with the keys, then the token. Nobody here has a private key, so that no token is
 * good but those of the kept inputs, which a known key has signed. */
#include "access_token.h"
#include "base/err.h"
#include "json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice token;
    struct slice keys_text = slice_cut(slice_bytes(data, size), '\n', &token);
    json_t *root = json_read_object(keys_text);
    json_t *claims = NULL;
    struct jwks *keys = jwks_make(root);
    char *text = malloc(token.n + 1);
    if (keys == NULL || text == NULL)
        abort();
    bool whole = slice_to_cstr(token, text, token.n + 1);
    const struct access_token_rule rule = {
        .keys = keys,
        .issuer = "https://login.example/0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e/v2.0",
        .audiences = "api://pets a3e584b7-f692-45ad-9284-de91a6bfc3e9",
        .scopes = "Pets.Read",
        .roles = "Pets.Admin",
        .application_roles = "Pets.Read.All",
        .now = 1784715330,
    };
    enum token_fault fault = access_token_check(whole ? text : "", &rule, &claims);
    ASSERT((fault == TOKEN_GOOD) == (claims != NULL));
    ASSERT(fault != TOKEN_GOOD || jwks_count(keys) > 0);
    json_decref(claims);
    free(text);
    jwks_free(keys);
    json_wipe_free(root);
    return 0;
}
