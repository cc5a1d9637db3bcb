/* SPDX-License-Identifier: Apache-2.0 */
#include "base/table.h"

#include "base/display.h"
#include "base/secret.h"
#include "base/terminal.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_ROWS = 16,
    GAP = 2,       /* between columns */
    INDENT = 4,    /* of what stands below */
    NARROWEST = 8, /* nothing is cut further */
    ELLIPSIS = 3,
};

struct table {
    const struct table_column *columns;
    size_t count;
    char **cells; /* row by row */
    size_t rows;
    size_t capacity; /* rows */
    size_t widest[TABLE_COLUMNS];
    bool as_cards;
    bool failed;
};

/* Where the cells of each column go on this output. */
struct layout {
    enum { ON_LINE, BELOW, NOWHERE } places[TABLE_COLUMNS];
    size_t widths[TABLE_COLUMNS];
    size_t columns; /* of the terminal; 0: no limit */
};

/* ---- rows ---- */

struct table *table_new(const struct table_column *columns, size_t count)
{
    struct table *t = calloc(1, sizeof *t);
    ASSERT(count > 0 && count <= TABLE_COLUMNS);
    if (t == NULL)
        return NULL;
    t->columns = columns;
    t->count = count;
    for (size_t i = 0; i < count; i++)
        t->widest[i] = display_width(slice_of(columns[i].name));
    return t;
}

void table_as_cards(struct table *t)
{
    if (t != NULL)
        t->as_cards = true;
}

static bool make_room(struct table *t)
{
    if (t->rows < t->capacity)
        return true;
    size_t capacity = t->capacity == 0 ? FIRST_ROWS : t->capacity * 2;
    char **cells = reallocarray(t->cells, capacity, t->count * sizeof *cells);
    if (cells == NULL)
        return false;
    t->cells = cells;
    t->capacity = capacity;
    return true;
}

void table_row(struct table *t, const char *const *cells)
{
    if (t == NULL || t->failed || !make_room(t)) {
        if (t != NULL)
            t->failed = true;
        return;
    }
    char **row = t->cells + t->rows * t->count;
    t->rows++;
    for (size_t i = 0; i < t->count; i++) {
        size_t width = display_width(slice_of(cells[i]));
        row[i] = strdup(cells[i]);
        t->failed = t->failed || row[i] == NULL;
        t->widest[i] = width > t->widest[i] ? width : t->widest[i];
    }
}

void table_free(struct table *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->rows * t->count; i++) {
        if (t->cells[i] != NULL)
            wipe(t->cells[i], strlen(t->cells[i])); /* it may be a secret */
        free(t->cells[i]);
    }
    free(t->cells);
    free(t);
}

size_t table_column_count(const struct table *t)
{
    return t == NULL ? 0 : t->count;
}

const char *table_name(const struct table *t, size_t column)
{
    return t->columns[column].name;
}

size_t table_row_count(const struct table *t)
{
    return t == NULL ? 0 : t->rows;
}

const char *table_cell(const struct table *t, size_t row, size_t column)
{
    return t->cells[row * t->count + column];
}

bool table_is_whole(const struct table *t)
{
    return t != NULL && !t->failed;
}

/* ---- making it fit ---- */

static size_t line_width(const struct table *t, const struct layout *layout)
{
    size_t width = 0;
    for (size_t i = 0; i < t->count; i++)
        if (layout->places[i] == ON_LINE)
            width += layout->widths[i] + (width > 0 ? GAP : 0);
    return width;
}

/* The widest column on the line that may go below (or be cut, and is wide enough for that); the table's count: none. */
static size_t widest_that(const struct table *t, const struct layout *layout, bool goes_below)
{
    size_t found = t->count;
    for (size_t i = 0; i < t->count; i++) {
        bool may = goes_below ? t->columns[i].below : t->columns[i].cut && layout->widths[i] > NARROWEST;
        bool is_wider = found == t->count || layout->widths[i] > layout->widths[found];
        if (layout->places[i] == ON_LINE && may && is_wider)
            found = i;
    }
    return found;
}

/* A step towards lines that fit; false: there is none. */
static bool give_way(const struct table *t, struct layout *layout)
{
    size_t below = widest_that(t, layout, true);
    size_t cut = widest_that(t, layout, false);
    if (below < t->count)
        layout->places[below] = BELOW;
    else if (cut < t->count)
        layout->widths[cut]--;
    return below < t->count || cut < t->count;
}

/* False: only cards do. */
static bool lay_out(const struct table *t, struct layout *layout)
{
    for (size_t i = 0; i < t->count; i++) {
        layout->places[i] = t->columns[i].detail ? NOWHERE : ON_LINE;
        layout->widths[i] = t->widest[i];
    }
    while (layout->columns > 0 && line_width(t, layout) > layout->columns)
        if (!give_way(t, layout))
            return false;
    return true;
}

/* ---- output ---- */

static void put_blanks(FILE *out, size_t n)
{
    fprintf(out, "%*s", (int)n, "");
}

static void put_cell(FILE *out, struct slice text, size_t width, bool to_the_right, bool is_last)
{
    bool is_cut = display_width(text) > width;
    struct slice shown = is_cut ? display_cut(text, width - ELLIPSIS) : text;
    size_t left = width - display_width(shown) - (is_cut ? ELLIPSIS : 0);
    put_blanks(out, to_the_right ? left : 0);
    display_put(out, shown);
    fputs(is_cut ? "..." : "", out);
    put_blanks(out, to_the_right || is_last ? 0 : left);
}

/* The cells of a row that stand on its line; NULL: the names of the columns. */
static void put_line(FILE *out, const struct table *t, const struct layout *layout, char *const *row)
{
    size_t last = t->count;
    bool is_first = true;
    while (last > 0 && layout->places[last - 1] != ON_LINE)
        last--;
    for (size_t i = 0; i < last; i++) {
        if (layout->places[i] != ON_LINE)
            continue;
        put_blanks(out, is_first ? 0 : GAP);
        put_cell(out, slice_of(row != NULL ? row[i] : t->columns[i].name), layout->widths[i], t->columns[i].number,
                 i + 1 == last);
        is_first = false;
    }
}

/* One cell with its column's name in front. */
static void put_fact(FILE *out, const char *name, size_t indent, size_t name_width, const char *text, size_t columns)
{
    size_t gap = text[0] == '\0' ? 0 : name_width - strlen(name) + GAP;
    put_blanks(out, indent);
    fprintf(out, "%s%s%s", terminal_color(out, COLOR_DIM), name, terminal_color(out, COLOR_NONE));
    put_blanks(out, gap);
    display_wrap(out, slice_of(text), indent + name_width + GAP, columns);
}

/* What stands below a row; empty cells do not. */
static void put_below(FILE *out, const struct table *t, const struct layout *layout, char *const *row)
{
    size_t widest = 0;
    for (size_t i = 0; i < t->count; i++)
        if (layout->places[i] == BELOW && strlen(t->columns[i].name) > widest)
            widest = strlen(t->columns[i].name);
    for (size_t i = 0; i < t->count; i++)
        if (layout->places[i] == BELOW && row[i][0] != '\0')
            put_fact(out, t->columns[i].name, INDENT, widest, row[i], layout->columns);
}

static void print_lines(FILE *out, const struct table *t, const struct layout *layout)
{
    fputs(terminal_color(out, COLOR_DIM), out);
    put_line(out, t, layout, NULL);
    fprintf(out, "%s\n", terminal_color(out, COLOR_NONE));
    for (size_t i = 0; i < t->rows; i++) {
        char *const *row = t->cells + i * t->count;
        put_line(out, t, layout, row);
        fputc('\n', out);
        put_below(out, t, layout, row);
    }
}

static void print_cards(FILE *out, const struct table *t, size_t columns)
{
    size_t widest = 0;
    for (size_t i = 0; i < t->count; i++)
        if ((t->as_cards || !t->columns[i].detail) && strlen(t->columns[i].name) > widest)
            widest = strlen(t->columns[i].name);
    for (size_t i = 0; i < t->rows * t->count; i++) {
        const struct table_column *column = &t->columns[i % t->count];
        if (i > 0 && i % t->count == 0)
            fputc('\n', out);
        if (t->as_cards || !column->detail)
            put_fact(out, column->name, 0, widest, t->cells[i], columns);
    }
}

err table_print(const struct table *t, FILE *out)
{
    struct layout layout = { .columns = (size_t)terminal_columns(out) };
    ENSURE(table_is_whole(t), NO_MEMORY);
    if (t->as_cards || !lay_out(t, &layout))
        print_cards(out, t, layout.columns);
    else
        print_lines(out, t, &layout);
    return OK;
}
