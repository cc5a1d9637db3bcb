/* SPDX-License-Identifier: Apache-2.0 */
/* Any body: parse, look at every byte of the fields, write them and read the same again. */
#include "wire/form.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BLOCK = 2 * LIMIT_BODY };

static _Alignas(16) char block[BLOCK];
static _Alignas(16) char second[BLOCK * 3];
static char written[LIMIT_BODY * 3 + 2];

static void read_again(const struct form *form)
{
    struct arena arena;
    struct form again;
    struct buf out;

    buf_init(&out, written, sizeof written);
    for (size_t i = 0; i < form->n; i++)
        form_put(&out, form->fields[i].name, form->fields[i].value);
    ASSERT(buf_ok(&out));
    arena_init(&arena, second, sizeof second);
    ASSERT(err_is_ok(form_parse(buf_slice(&out), &arena, &again)));
    ASSERT(again.n == form->n);
    for (size_t i = 0; i < form->n; i++) {
        ASSERT(slice_eq(again.fields[i].name, form->fields[i].name));
        ASSERT(slice_eq(again.fields[i].value, form->fields[i].value));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct form form;

    if (size > LIMIT_BODY)
        return 0;
    arena_init(&arena, block, sizeof block);
    err e = form_parse(slice_bytes(data, size), &arena, &form);
    ASSERT(e.code == ERR_OK || e.code == ERR_FORMAT || e.code == ERR_FULL);
    if (!err_is_ok(e))
        return 0;
    for (size_t i = 0; i < form.n; i++) {
        ASSERT(form.fields[i].value.n == 0 || memchr(form.fields[i].value.p, '\0', form.fields[i].value.n) == NULL);
        struct slice first = form_get(&form, form.fields[i].name);
        ASSERT(slice_eq(first, form.fields[i].value) || form_repeated(&form, form.fields[i].name));
    }
    read_again(&form);
    return 0;
}
