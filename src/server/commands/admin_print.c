/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of a command, for people and for scripts. */
#include "server/commands/admin.h"

#include "base/secret.h"
#include "wire/json_out.h"

#include <stdlib.h>
#include <string.h>

enum { JSON_ESCAPED = 6, JSON_AROUND = 16 }; /* bytes of \u001f; quotes, colon and comma of a member */

/* The most that a row can need. */
static size_t json_room(const struct table *t, size_t row)
{
    size_t n = JSON_AROUND;

    for (size_t i = 0; i < table_column_count(t); i++)
        n += strlen(table_name(t, i)) + strlen(table_cell(t, row, i)) * JSON_ESCAPED + JSON_AROUND;
    return n;
}

static err print_json_row(FILE *out, const struct table *t, size_t row)
{
    const size_t room = json_room(t, row);
    char *space = malloc(room);
    struct buf text;
    struct json j;

    ENSURE(space != NULL, NO_MEMORY);
    buf_init(&text, space, room);
    json_start(&j, &text);
    json_object(&j, NULL);
    for (size_t i = 0; i < table_column_count(t); i++)
        json_cstr(&j, table_name(t, i), table_cell(t, row, i));
    json_end(&j);
    fprintf(out, "%.*s", SLICE_ARGS(buf_slice(&text)));
    wipe(space, room); /* it may be a secret */
    free(space);
    return OK;
}

static err print_json(FILE *out, const struct table *t)
{
    ENSURE(table_is_whole(t), NO_MEMORY);
    fputc('[', out);
    for (size_t i = 0; i < table_row_count(t); i++) {
        fputs(i == 0 ? "" : ",\n", out);
        TRY(print_json_row(out, t, i));
    }
    fputs("]\n", out);
    return OK;
}

int admin_print(struct admin *a, struct table *t, err read)
{
    if (err_is_ok(read))
        read = a->json ? print_json(a->line->out, t) : table_print(t, a->line->out);
    table_free(t);
    return err_is_ok(read) ? COMMAND_OK : admin_fail(a, read);
}
