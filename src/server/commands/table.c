/* SPDX-License-Identifier: Apache-2.0 */
/* Rows for people (aligned columns) and for scripts (JSON). */
#include "server/commands/admin.h"

#include "base/terminal.h"
#include "wire/json_out.h"

#include <stdlib.h>
#include <string.h>

enum { JSON_ESCAPED = 6, JSON_AROUND = 16 }; /* bytes of \u001f; quotes, colon and comma of a member */

struct row {
    struct row *next;
    char *cells[ADMIN_COLUMNS];
};

struct table {
    const char *const *columns;
    size_t count;
    size_t width[ADMIN_COLUMNS];
    bool hidden[ADMIN_COLUMNS];
    bool as_cards;
    struct row *first;
    struct row **last;
};

struct table *table_new(const char *const *columns)
{
    struct table *t = calloc(1, sizeof *t);

    if (t == NULL)
        return NULL;
    t->columns = columns;
    t->last = &t->first;
    for (; columns[t->count] != NULL; t->count++)
        t->width[t->count] = strlen(columns[t->count]);
    ASSERT(t->count <= ADMIN_COLUMNS);
    return t;
}

void table_row(struct table *t, const char *const *cells)
{
    struct row *row = t == NULL ? NULL : calloc(1, sizeof *row);

    if (row == NULL)
        return;
    for (size_t i = 0; i < t->count; i++) {
        row->cells[i] = strdup(cells[i]);
        if (terminal_width(cells[i]) > t->width[i])
            t->width[i] = terminal_width(cells[i]);
    }
    *t->last = row;
    t->last = &row->next;
}

static const char *cell(const struct row *row, size_t i)
{
    return row->cells[i] == NULL ? "" : row->cells[i];
}

static void print_plain(FILE *out, struct slice text)
{
    for (size_t i = 0; i < text.n; i++)
        fputc(terminal_obeys(text, i) ? '.' : text.p[i], out);
}

void table_as_cards(struct table *t)
{
    if (t != NULL)
        t->as_cards = true;
}

void table_hide(struct table *t, const char *column)
{
    for (size_t i = 0; t != NULL && i < t->count; i++)
        if (strcmp(t->columns[i], column) == 0)
            t->hidden[i] = true;
}

static void print_text(FILE *out, const struct table *t, const struct row *row)
{
    for (size_t i = 0; i < t->count; i++) {
        const char *text = row == NULL ? t->columns[i] : cell(row, i);
        bool is_last = i + 1 == t->count;
        if (t->hidden[i])
            continue;
        print_plain(out, slice_of(text));
        fprintf(out, "%*s", is_last ? 0 : (int)(t->width[i] - terminal_width(text) + 2), "");
    }
    fputc('\n', out);
}

static void print_card(FILE *out, const struct table *t, const struct row *row)
{
    size_t widest = 0;

    for (size_t i = 0; i < t->count; i++)
        widest = strlen(t->columns[i]) > widest ? strlen(t->columns[i]) : widest;
    for (size_t i = 0; i < t->count; i++) {
        bool is_empty = cell(row, i)[0] == '\0';
        fprintf(out, "%-*s", is_empty ? 0 : (int)widest + 2, t->columns[i]);
        print_plain(out, slice_of(cell(row, i)));
        fputc('\n', out);
    }
}

static void print_cards(FILE *out, const struct table *t)
{
    for (const struct row *row = t->first; row != NULL; row = row->next) {
        if (row != t->first)
            fputc('\n', out);
        print_card(out, t, row);
    }
}

/* The most that a row can need. */
static size_t json_room(const struct table *t, const struct row *row)
{
    size_t n = JSON_AROUND;

    for (size_t i = 0; i < t->count; i++)
        n += strlen(t->columns[i]) + strlen(cell(row, i)) * JSON_ESCAPED + JSON_AROUND;
    return n;
}

static void free_space(char **space)
{
    free(*space);
}

static void print_json(FILE *out, const struct table *t, const struct row *row)
{
    size_t room = json_room(t, row);
    AUTO(free_space) char *space = malloc(room);
    struct buf text;
    struct json j;

    ASSERT(space != NULL);
    buf_init(&text, space, room);
    json_start(&j, &text);
    json_object(&j, NULL);
    for (size_t i = 0; i < t->count; i++)
        json_cstr(&j, t->columns[i], cell(row, i));
    json_end(&j);
    fprintf(out, "%.*s", SLICE_ARGS(buf_slice(&text)));
}

static void print_rows(FILE *out, const struct table *t, bool json)
{
    if (json)
        fputc('[', out);
    else
        print_text(out, t, NULL);
    for (const struct row *row = t->first; row != NULL; row = row->next) {
        if (json) {
            print_json(out, t, row);
            fputs(row->next == NULL ? "" : ",\n", out);
        } else {
            print_text(out, t, row);
        }
    }
    if (json)
        fputs("]\n", out);
}

void table_print(struct table *t, bool json, FILE *out)
{
    if (t == NULL)
        return;
    if (out != NULL && t->as_cards && !json)
        print_cards(out, t);
    else if (out != NULL)
        print_rows(out, t, json);
    while (t->first != NULL) {
        struct row *next = t->first->next;
        for (size_t i = 0; i < t->count; i++)
            free(t->first->cells[i]);
        free(t->first);
        t->first = next;
    }
    free(t);
}
