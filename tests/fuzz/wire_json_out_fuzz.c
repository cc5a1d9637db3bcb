/* SPDX-License-Identifier: Apache-2.0 */
/* The input is a program for the writer; whatever it writes, jansson reads, and reads the same texts. */
#include <jansson.h> /* first: json_out.h renames two of its functions */

#include "wire/json_out.h"

#include "base/err.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 4096, ROOM = 8 * MOST };

static char room[ROOM];

/* The next piece of the input: a length, then as many bytes. */
static struct slice piece(struct slice *program)
{
    size_t n = program->n == 0 ? 0 : (unsigned char)program->p[0];

    *program = slice_from(*program, 1);
    struct slice s = { program->p, n < program->n ? n : program->n };
    *program = slice_from(*program, s.n);
    return s;
}

/* Keys differ, so that the reader may refuse repeated ones. */
static const char *key_of(const struct json *j, size_t step, char *key, size_t cap)
{
    if (j->close[j->depth - 1] != '}')
        return NULL;
    snprintf(key, cap, "%zu\"", step);
    return key;
}

static void one_step(struct json *j, struct slice *program, size_t step)
{
    char name[32];
    const char *key = key_of(j, step, name, sizeof name);
    unsigned char op = (unsigned char)program->p[0];

    *program = slice_from(*program, 1);
    if (op % 8 == 0 && j->depth < JSON_DEPTH)
        json_object(j, key);
    else if (op % 8 == 1 && j->depth < JSON_DEPTH)
        json_array(j, key);
    else if (op % 8 == 2 && j->depth > 1)
        json_end(j);
    else if (op % 8 == 3)
        json_number(j, key, (int64_t)(op * 0x0123456789abcdefU));
    else if (op % 8 == 4)
        json_flag(j, key, op > 100);
    else
        json_text(j, key, piece(program));
}

/* A text alone: valid UTF-8 comes back byte for byte, anything else comes back as valid UTF-8. */
static void check_text(struct slice text)
{
    struct buf out;
    struct json j;

    buf_init(&out, room, sizeof room);
    json_start(&j, &out);
    json_text(&j, NULL, text);
    json_t *value = json_loadb(out.p, out.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    ASSERT(buf_ok(&out) && json_is_string(value));
    json_t *direct = json_stringn(text.p, text.n);
    ASSERT(direct == NULL || json_equal(direct, value));
    json_decref(direct);
    json_decref(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice program = slice_bytes(data, size);
    struct buf out;
    struct json j;

    if (size > MOST)
        return 0;
    check_text(program);
    buf_init(&out, room, sizeof room);
    json_start(&j, &out);
    json_array(&j, NULL);
    for (size_t step = 0; program.n > 0; step++)
        one_step(&j, &program, step);
    while (j.depth > 0)
        json_end(&j);
    if (!buf_ok(&out))
        return 0;
    json_t *value = json_loadb(out.p, out.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    ASSERT(value != NULL);
    json_decref(value);
    return 0;
}
