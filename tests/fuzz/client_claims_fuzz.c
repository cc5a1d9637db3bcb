/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a token whose claims are read, and any JSON as the claims of one: decoded, and who it is taken for. */
#include "base/b64.h"
#include "base/err.h"
#include "identity.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where a token decodes, it does so to as many claims as it says, each with a name and a text. */
static void read_claims(const char *token)
{
    int64_t number = 0;
    struct doorcode_claims *claims = doorcode_claims_decode(token);
    size_t count = claims != NULL ? doorcode_claims_count(claims) : 0;
    for (size_t i = 0; i < count; i++) {
        const char *name = doorcode_claims_name(claims, i);
        const char *text = doorcode_claims_text(claims, name);
        ASSERT(text != NULL);
        for (; *text != '\0'; text++)
            ASSERT((unsigned char)*text >= 0x20 && *text != 0x7f);
        doorcode_claims_number(claims, name, &number);
    }
    ASSERT(claims == NULL || (doorcode_claims_name(claims, count) == NULL && doorcode_claims_json(claims)[0] == '{'));
    doorcode_claims_free(claims);
}

static void read_identity(const char *token, const char *client_info)
{
    const struct doorcode_tokens tokens = {
        .access_token = "a",
        .id_token = token,
        .refresh_token = "",
        .scope = "",
        .client_info = client_info,
    };
    struct identity identity;
    identity_of(&tokens, "sam@example.org", &identity);
    ASSERT(identity.id[0] != '\0' && strlen(identity.id) < sizeof(identity.id));
    ASSERT(strlen(identity.username) < sizeof(identity.username) && strlen(identity.name) < sizeof(identity.name));
    ASSERT(strlen(identity.tenant_id) < sizeof(identity.tenant_id));
    ASSERT(identity_is_same(token, token));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t cap = B64URL_LENGTH(size) + 16;
    char *encoded = malloc(cap);
    char *plain = malloc(size + 1);
    char *token = malloc(cap);
    struct buf out;
    if (encoded == NULL || plain == NULL || token == NULL)
        abort();
    memcpy(plain, data, size);
    plain[size] = '\0';
    buf_init(&out, encoded, cap);
    b64url_put(&out, data, size);
    buf_putc(&out, '\0');
    snprintf(token, cap, "e30.%s.c2ln", encoded);
    read_claims(plain);
    read_claims(token);
    read_identity(token, encoded);
    read_identity(plain, plain);
    free(encoded);
    free(plain);
    free(token);
    return 0;
}
