/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as JSON that tokens are taken out of, held against what the JSON library makes of the same bytes: whether it is
 * an object stays as it was, and each token that was taken is the one that the library would have read. */
#include "base/err.h"
#include "json_secrets.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LONGEST = 4096 };

static const char *const names[JSON_SECRETS] = { "continuation_token", "access_token", "id_token", "refresh_token",
                                                 "client_info" };

static void compare(const struct json_secrets *secrets, const json_t *before, const json_t *after, struct arena *arena)
{
    for (size_t i = 0; i < JSON_SECRETS; i++) {
        const char *expected = json_copy_text(before, names[i], arena, LONGEST);
        const char *got = json_secrets_text(secrets, after, names[i], arena, LONGEST);
        ASSERT(strcmp(expected, got) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t memory = 4 * size + JSON_SECRETS * 2 * (LONGEST + 64);
    char *copy = malloc(size + 1);
    void *block = malloc(memory);
    struct arena arena;
    struct json_secrets secrets;
    if (copy == NULL || block == NULL)
        abort();
    memcpy(copy, data, size);
    arena_init(&arena, block, memory);
    json_t *before = json_read_object(slice_bytes(data, size));
    json_secrets_take(copy, size, &arena, &secrets);
    json_t *after = json_read_object(slice_bytes(copy, size));
    ASSERT((before != NULL) == (after != NULL));
    if (before != NULL)
        compare(&secrets, before, after, &arena);
    json_wipe_free(before);
    json_wipe_free(after);
    free(block);
    free(copy);
    return 0;
}
