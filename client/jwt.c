/* SPDX-License-Identifier: Apache-2.0 */
#include "jwt.h"

#include "base/b64.h"
#include "base/secret.h"
#include "client_limits.h"

#include <stdlib.h>

enum { CLAIMS_MOST = 256 };

struct doorcode_claims {
    json_t *root;
    char *json;
    size_t count;
    const char *names[CLAIMS_MOST];
    char *texts[CLAIMS_MOST];
};

static char *text_of(const json_t *value)
{
    char *text =
        json_is_string(value) ? strdup(json_string_value(value)) : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    if (text != NULL)
        json_make_printable(text);
    return text;
}

/* The payload's object; NULL where the text is not three parts, base64url, JSON. */
static json_t *payload_of(struct slice jwt)
{
    struct slice rest;
    struct slice signature;
    char *json = malloc(CLIENT_TOKEN);
    size_t n = 0;
    bool shaped = slice_cut(jwt, '.', &rest).n > 0;
    struct slice payload = slice_cut(rest, '.', &signature);
    shaped = shaped && json != NULL && payload.n > 0 && rest.n > payload.n;
    json_t *root = NULL;
    if (shaped && b64url_decode(payload, json, CLIENT_TOKEN, &n))
        root = json_read_object(slice_bytes(json, n));
    free(json);
    return root;
}

struct doorcode_claims *claims_take(json_t *root)
{
    struct doorcode_claims *claims = root != NULL ? calloc(1, sizeof(*claims)) : NULL;
    if (claims == NULL) {
        json_decref(root);
        return NULL;
    }
    claims->root = root;
    claims->json = json_dumps(root, JSON_COMPACT);
    bool whole = claims->json != NULL && json_object_size(root) <= CLAIMS_MOST;
    const char *name;
    json_t *value;
    json_object_foreach(root, name, value)
    {
        if (!whole)
            break;
        claims->names[claims->count] = name;
        claims->texts[claims->count] = text_of(value);
        whole = claims->texts[claims->count++] != NULL;
    }
    if (whole)
        return claims;
    doorcode_claims_free(claims);
    return NULL;
}

struct doorcode_claims *doorcode_claims_decode(const char *jwt)
{
    struct slice text = slice_of(jwt);
    return claims_take(text.n <= CLIENT_TOKEN ? payload_of(text) : NULL);
}

void doorcode_claims_free(struct doorcode_claims *claims)
{
    if (claims == NULL)
        return;
    for (size_t i = 0; i < claims->count; i++)
        free(claims->texts[i]);
    free(claims->json);
    json_decref(claims->root);
    free(claims);
}

size_t doorcode_claims_count(const struct doorcode_claims *claims)
{
    return claims->count;
}

const char *doorcode_claims_name(const struct doorcode_claims *claims, size_t index)
{
    return index < claims->count ? claims->names[index] : NULL;
}

const char *doorcode_claims_text(const struct doorcode_claims *claims, const char *name)
{
    for (size_t i = 0; i < claims->count; i++) {
        if (strcmp(claims->names[i], name) == 0)
            return claims->texts[i];
    }
    return NULL;
}

int doorcode_claims_number(const struct doorcode_claims *claims, const char *name, int64_t *number)
{
    const json_t *value = json_object_get(claims->root, name);
    if (!json_is_integer(value))
        return 0;
    *number = json_integer_value(value);
    return 1;
}

const char *doorcode_claims_json(const struct doorcode_claims *claims)
{
    return claims->json;
}
