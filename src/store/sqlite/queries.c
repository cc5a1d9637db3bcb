/* SPDX-License-Identifier: Apache-2.0 */
/* queries.sql, taken apart once: "-- name: x" begins a statement, which ends where the next one begins. */
#include "store/sqlite/db.h"

static const char *const names[QUERY_COUNT] = {
#define QUERY_ROW(name) [QUERY_##name] = #name,
#include "store/sqlite/queries.def"
#undef QUERY_ROW
};

static int query_named(struct slice name)
{
    for (int i = 0; i < QUERY_COUNT; i++)
        if (slice_eq(slice_of(names[i]), name))
            return i;
    return -1;
}

err queries_read(struct slice texts[QUERY_COUNT])
{
    const struct slice mark = SLICE("-- name: ");
    const struct embedded_file *file = embedded_find(store_sql(), SLICE("queries.sql"));
    struct slice *text = NULL;

    ENSURE(file != NULL, FORMAT);
    for (int i = 0; i < QUERY_COUNT; i++)
        texts[i] = SLICE_EMPTY;
    for (struct slice rest = file->bytes; rest.n > 0;) {
        struct slice line = slice_cut(rest, '\n', &rest);
        if (slice_starts(line, mark)) {
            int id = query_named(slice_trim(slice_from(line, mark.n)));
            ENSURE(id >= 0 && texts[id].n == 0, FORMAT);
            text = &texts[id];
            *text = (struct slice){ rest.p, 0 };
        } else if (text != NULL) {
            text->n = (size_t)(line.p + line.n - text->p);
        }
    }
    for (int i = 0; i < QUERY_COUNT; i++)
        ENSURE(texts[i].n > 0, FORMAT);
    return OK;
}
