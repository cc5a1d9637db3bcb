/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/assertion.h"

#include "base/b64.h"
#include "base/limits.h"
#include "wire/json_in.h"

#include <string.h>

enum { TIME_MAX = INT32_MAX };

/* ---- members ---- */

/* Absent is the empty slice; texts outlive the parsed object. */
static err read_text(const struct json_t *object, const char *key, struct arena *arena, struct slice *out)
{
    struct slice text = SLICE_EMPTY;
    err found = json_in_text(object, key, &text);

    *out = SLICE_EMPTY;
    if (found.code == ERR_NOT_FOUND)
        return OK;
    TRY(found);
    *out = arena_copy(arena, text);
    return OK;
}

/* NumericDate may have a fraction (RFC 7519, 2): MSAL Python's has. */
static err read_time(struct json_t *object, const char *key, instant *out)
{
    struct json_in_member member;
    void *at = NULL;
    double seconds = 0;

    *out = 0;
    while (json_in_next(object, &at, &member)) {
        if (!slice_eq(member.name, slice_of(key)))
            continue;
        ENSURE(member.kind == JSON_IN_NUMBER || member.kind == JSON_IN_FRACTION, FORMAT);
        seconds = member.kind == JSON_IN_NUMBER ? (double)member.number : member.fraction;
        ENSURE(seconds > 0 && seconds <= (double)TIME_MAX, FORMAT);
        *out = (instant)seconds;
    }
    return OK;
}

/* One text, or a list of them. */
static err read_audiences(const struct json_t *claims, struct arena *arena, struct assertion *out)
{
    struct json_t *list;
    struct slice text;

    if (json_in_text(claims, "aud", &text).code == ERR_OK) {
        out->audiences[0] = arena_copy(arena, text);
        out->audience_count = 1;
        return OK;
    }
    TRY(json_in_list(claims, "aud", &list));
    out->audience_count = json_in_list_count(list);
    ENSURE(out->audience_count <= ASSERTION_AUDIENCES, FORMAT);
    for (size_t i = 0; i < out->audience_count; i++) {
        TRY(json_in_item_text(list, i, &text));
        out->audiences[i] = arena_copy(arena, text);
    }
    return OK;
}

/* ---- parts ---- */

static err read_header(struct json_t *header, struct arena *arena, struct assertion *out)
{
    struct json_t *critical;

    ENSURE(json_in_list(header, "crit", &critical).code == ERR_NOT_FOUND, FORMAT);
    TRY(read_text(header, "alg", arena, &out->alg));
    TRY(read_text(header, "kid", arena, &out->key.kid));
    TRY(read_text(header, "x5t", arena, &out->key.x5t));
    return read_text(header, "x5t#S256", arena, &out->key.x5t_s256);
}

static err read_claims(struct json_t *claims, struct arena *arena, struct assertion *out)
{
    TRY(read_text(claims, "iss", arena, &out->issuer));
    TRY(read_text(claims, "sub", arena, &out->subject));
    TRY(read_text(claims, "jti", arena, &out->id));
    TRY(read_time(claims, "iat", &out->issued_at));
    TRY(read_time(claims, "nbf", &out->not_before));
    TRY(read_time(claims, "exp", &out->expires_at));
    err audiences = read_audiences(claims, arena, out);
    return audiences.code == ERR_NOT_FOUND ? OK : audiences;
}

typedef err read_fn(struct json_t *object, struct arena *arena, struct assertion *out);

static err read_part(struct slice encoded, struct arena *arena, read_fn *read, struct assertion *out)
{
    struct json_t *object;
    size_t n;

    char *text = arena_take_raw(arena, encoded.n + 1);
    ENSURE(text != NULL, FULL);
    ENSURE(b64url_decode(encoded, text, encoded.n, &n), FORMAT);
    TRY(json_in_parse(slice_bytes(text, n), LIMIT_ASSERTION, &object));
    err result = read(object, arena, out);
    json_in_free(object);
    return result;
}

static err read_signature(struct slice encoded, struct arena *arena, struct assertion *out)
{
    size_t n;

    ENSURE(encoded.n > 0 && encoded.n <= B64URL_LENGTH(ASSERTION_SIGNATURE), FORMAT);
    char *bytes = arena_take(arena, encoded.n);
    ENSURE(bytes != NULL, FULL);
    ENSURE(b64url_decode(encoded, bytes, encoded.n, &n), FORMAT);
    out->signature = slice_bytes(bytes, n);
    return OK;
}

err assertion_parse(struct slice jws, struct arena *arena, struct assertion *out)
{
    struct slice rest, signature;

    memset(out, 0, sizeof *out);
    ENSURE(jws.n <= LIMIT_ASSERTION, FORMAT);
    struct slice header = slice_cut(jws, '.', &rest);
    struct slice claims = slice_cut(rest, '.', &signature);
    out->signed_part = slice_bytes(jws.p, header.n + 1 + claims.n);
    ENSURE(header.n > 0 && claims.n > 0 && out->signed_part.n < jws.n, FORMAT);
    TRY(read_part(header, arena, read_header, out));
    TRY(read_part(claims, arena, read_claims, out));
    TRY(read_signature(signature, arena, out));
    ENSURE(!arena->full, FULL);
    return OK;
}
