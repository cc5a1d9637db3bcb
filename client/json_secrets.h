/* SPDX-License-Identifier: Apache-2.0 */
/* json_secrets.h: tokens are taken out of an answer before jansson reads it. jansson puts every text through scratch memory that
 * it frees without wiping, and its allocators are the whole process's, so not a library's to replace. */
#ifndef DOORCODE_CLIENT_JSON_SECRETS_H
#define DOORCODE_CLIENT_JSON_SECRETS_H

#include "json.h"

enum { JSON_SECRETS = 6 };

struct json_secrets {
    const char *texts[JSON_SECRETS]; /* in the arena; NULL: not taken */
};

/* Makes the texts of tokens in `bytes`, an object's JSON, empty ones, and keeps them decoded in the arena. What is not plain ASCII text
 * (no token is anything else) or is no JSON stays as it is, for jansson to read or refuse. */
void json_secrets_take(char *bytes, size_t n, struct arena *arena, struct json_secrets *out);
/* The token of this name: "" where it is absent, not a string or longer than `max`. */
const char *json_secrets_text(const struct json_secrets *secrets, const json_t *root, const char *name,
                              struct arena *arena, size_t max);

#endif
