/* SPDX-License-Identifier: Apache-2.0 */
#include "server/keys.h"

#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

struct key_rows {
    int64_t version; /* of the directory that they belong to: what is decided on them holds for that one only */
    struct key rows[KEYS_MAX];
    size_t n;
};

static void free_rows(struct key_rows **rows)
{
    free(*rows);
}

static struct key_rows *new_rows(void)
{
    return calloc(1, sizeof(struct key_rows));
}

static err read_rows(const struct keys_context *c, struct key_rows *rows)
{
    rows->n = KEYS_MAX;
    TRY(store_directory_version(c->store, &rows->version));
    return store_keys(c->store, rows->rows, &rows->n);
}

/* The first of all writes: others rotate, too, such as the server and the command line, and only one may act on these rows. */
static struct store_write unchanged(const struct key_rows *rows)
{
    return (struct store_write){ .kind = WRITE_DIRECTORY_SAME, .id = (uint64_t)rows->version };
}

static err put_rows(const struct keys_context *c, const struct key_rows *rows, enum signing_alg alg)
{
    struct store_write writes[1 + KEYS_MAX] = { unchanged(rows) };
    size_t n = 1;

    for (size_t i = 0; i < rows->n; i++)
        if (rows->rows[i].alg == alg)
            writes[n++] = (struct store_write){ .kind = WRITE_KEY_PUT, .key = &rows->rows[i] };
    return store_write(c->store, writes, n);
}

static err create(const struct keys_context *c, const struct key_rows *rows, enum signing_alg alg, enum key_state state,
                  instant now)
{
    struct key key;

    TRY(key_generate(c->vault, alg, now, &key));
    key.state = state;
    if (state == KEY_CURRENT)
        key.signing_since = now;
    const struct store_write writes[] = { unchanged(rows), { .kind = WRITE_KEY_PUT, .key = &key } };
    TRY(store_write(c->store, writes, 2));
    EMIT(c->events, key_created, NULL, field_kid(slice_of(key.kid)), field_algorithm(signing_alg_name(alg)));
    return OK;
}

static err promote(const struct keys_context *c, struct key_rows *rows, size_t next, instant now)
{
    rotation_promote(rows->rows, rows->n, next, now);
    TRY(put_rows(c, rows, rows->rows[next].alg));
    EMIT(c->events, key_rotated, NULL, field_kid(slice_of(rows->rows[next].kid)),
         field_algorithm(signing_alg_name(rows->rows[next].alg)));
    return OK;
}

static err discard(const struct keys_context *c, const struct key_rows *rows, const struct key *key)
{
    const struct store_write writes[] = { unchanged(rows), { .kind = WRITE_KEY_DELETE, .name = slice_of(key->kid) } };

    return store_write(c->store, writes, 2);
}

static err carry_out(const struct keys_context *c, struct key_rows *rows, enum signing_alg alg, enum rotation_step step,
                     size_t index, instant now)
{
    switch (step) {
    case ROTATION_CREATE_CURRENT:
        return create(c, rows, alg, KEY_CURRENT, now);
    case ROTATION_CREATE_NEXT:
        return create(c, rows, alg, KEY_NEXT, now);
    case ROTATION_PROMOTE:
        return promote(c, rows, index, now);
    case ROTATION_REMOVE:
        return discard(c, rows, &rows->rows[index]);
    case ROTATION_NOTHING:
        break;
    }
    return OK;
}

err keys_rotate(const struct keys_context *c, enum signing_alg alg, instant now, bool immediately, size_t *changes)
{
    AUTO(free_rows) struct key_rows *rows = new_rows();
    size_t index = 0;

    ENSURE(rows != NULL, NO_MEMORY);
    for (;;) {
        TRY(read_rows(c, rows));
        enum rotation_step step = rotation_next(rows->rows, rows->n, alg, c->policy, now, immediately, &index);
        if (step == ROTATION_NOTHING)
            return OK;
        err done = carry_out(c, rows, alg, step, index, now);
        if (done.code == ERR_CONFLICT)
            continue; /* somebody was faster: look again */
        TRY(done);
        immediately = immediately && step != ROTATION_PROMOTE;
        (*changes)++;
    }
}

err keys_maintain(const struct keys_context *c, instant now, size_t *changes)
{
    for (enum signing_alg alg = 0; alg < ALG_COUNT; alg++)
        TRY(keys_rotate(c, alg, now, false, changes));
    return OK;
}

err keys_load(const struct keys_context *c, struct keyring **out)
{
    AUTO(free_rows) struct key_rows *rows = new_rows();

    ENSURE(rows != NULL, NO_MEMORY);
    TRY(read_rows(c, rows));
    return keyring_new(c->vault, rows->rows, rows->n, out);
}
