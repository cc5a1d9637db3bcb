/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/basic.h"

#include "base/b64.h"
#include "wire/form.h"

#include <string.h>

enum { BASIC_MAX = 2048 };

err basic_parse(struct slice header, struct arena *arena, struct basic *out)
{
    struct slice rest;
    struct slice scheme = slice_cut(slice_trim(header), ' ', &rest);
    size_t n;

    ENSURE(slice_eq_nocase(scheme, SLICE("Basic")), NOT_FOUND);
    struct slice encoded = slice_trim(rest);
    ENSURE(encoded.n > 0 && encoded.n <= BASIC_MAX, FORMAT);
    char *raw = arena_take(arena, encoded.n);
    ENSURE(raw != NULL, FULL);
    ENSURE(b64_decode(encoded, raw, encoded.n, &n), FORMAT);
    ENSURE(n > 0 && memchr(raw, ':', n) != NULL, FORMAT);
    struct slice id = slice_cut(slice_bytes(raw, n), ':', &out->secret_raw);
    TRY(form_decode(id, arena, &out->id));
    err decoded = form_decode(out->secret_raw, arena, &out->secret);
    if (decoded.code == ERR_FORMAT)
        out->secret = out->secret_raw;
    else
        TRY(decoded);
    return OK;
}
