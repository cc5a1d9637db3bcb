/* SPDX-License-Identifier: Apache-2.0 */
/* reference.h: the reference pages in Markdown, written from the tables that the program itself works with. */
#ifndef DOORCODE_SITE_REFERENCE_H
#define DOORCODE_SITE_REFERENCE_H

#include <stdio.h>

/* Where a page goes, and what is wrong with the tables it is made from. */
struct page {
    FILE *out;
    const char *name;
    unsigned faults;
};

void page_api(struct page *page);
void page_errors(struct page *page);
void page_settings(struct page *page);
void page_manifest(struct page *page);
void page_events(struct page *page);
void page_commands(struct page *page);
void page_c_errors(struct page *page);

/* A text out of a table: its place in a cell of a Markdown table. An empty one is a fault: told on stderr, counted. */
void put_cell(struct page *page, const char *row, const char *text);
/* The same as a paragraph. */
void put_paragraph(struct page *page, const char *row, const char *text);
/* `text` set as code within a cell; nothing where it is empty. */
void put_code(struct page *page, const char *text);

#endif
