/* SPDX-License-Identifier: Apache-2.0 */
/* table.h: rows of texts for people, aligned under the names of their columns. On a terminal they take no more than its width:
 * first what may stand below does so, on lines of its own with the column's name, the widest first; then what may be cut
 * ends in "..."; and where that is not enough, each cell gets a line. Elsewhere everything is whole and on one line.
 * Texts may come from outside (display.h). Owned by its maker; one thread. Out of memory is remembered, and told by
 * table_print. What the cells held is wiped. */
#ifndef DOORCODE_BASE_TABLE_H
#define DOORCODE_BASE_TABLE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { TABLE_COLUMNS = 12 };

struct table_column {
    const char *name;
    bool number; /* aligned to the right */
    bool below;  /* may go below its row */
    bool cut;    /* may be cut */
    bool detail; /* too much for a list: on cards only */
};

struct table;

/* Borrows the columns, at most TABLE_COLUMNS. NULL: out of memory, which the others take as a table without rows. */
struct table *table_new(const struct table_column *columns, size_t count);
#define TABLE_OF(columns) table_new(columns, sizeof(columns) / sizeof((columns)[0]))
/* A line for each cell instead of one for each row, as of a single thing. */
void table_as_cards(struct table *t);
/* Adds a row: as many texts as there are columns, which are copied. */
void table_row(struct table *t, const char *const *cells);

size_t table_column_count(const struct table *t);
const char *table_name(const struct table *t, size_t column);
size_t table_row_count(const struct table *t);
const char *table_cell(const struct table *t, size_t row, size_t column); /* borrowed */

/* NO_MEMORY, and nothing was printed: rows are missing. */
NODISCARD err table_print(const struct table *t, FILE *out);
/* Whether that would tell NO_MEMORY. */
bool table_is_whole(const struct table *t);
void table_free(struct table *t); /* NULL is fine */

#endif
