/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode_reference PAGE: one page of the reference on the standard output. Exits with 1 where a row of a table has no
 * text; `doorcode_reference all` is the test of that. */
#include "reference.h"

#include <string.h>

static void put_escaped(FILE *out, const char *text)
{
    int in_code = 0;

    for (; *text != '\0'; text++) {
        if (*text == '`')
            in_code = !in_code;
        if (*text == '|')
            fputs("\\|", out);
        else if (*text == '<' && !in_code)
            fputs("&lt;", out);
        else if (*text == '\n')
            fputc(' ', out);
        else
            fputc(*text, out);
    }
}

static void put_text(struct page *page, const char *row, const char *text)
{
    if (text == NULL || text[0] == '\0') {
        fprintf(stderr, "reference: %s: %s has no text\n", page->name, row);
        page->faults++;
        return;
    }
    put_escaped(page->out, text);
}

void put_cell(struct page *page, const char *row, const char *text)
{
    put_text(page, row, text);
    fputs(" |", page->out);
}

void put_paragraph(struct page *page, const char *row, const char *text)
{
    put_text(page, row, text);
    fputs("\n\n", page->out);
}

void put_code(struct page *page, const char *text)
{
    if (text[0] == '\0')
        return;
    fputc('`', page->out);
    for (; *text != '\0'; text++)
        fputs(*text == '|' ? "\\|" : (char[]){ *text, '\0' }, page->out);
    fputc('`', page->out);
}

static const struct {
    const char *name;
    void (*write)(struct page *page);
} pages[] = {
    { "api", page_api },           { "errors", page_errors }, { "settings", page_settings },
    { "manifest", page_manifest }, { "events", page_events }, { "commands", page_commands },
    { "c-errors", page_c_errors },
};

int main(int argc, char **argv)
{
    const char *wanted = argc == 2 ? argv[1] : "";
    int all = strcmp(wanted, "all") == 0;
    int found = all;
    unsigned faults = 0;

    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        if (!all && strcmp(wanted, pages[i].name) != 0)
            continue;
        struct page page = { .out = stdout, .name = pages[i].name };
        pages[i].write(&page);
        faults += page.faults;
        found = 1;
    }
    if (!found) {
        fputs("usage: doorcode_reference api|errors|settings|manifest|events|commands|c-errors|all\n", stderr);
        return 2;
    }
    return faults == 0 && fflush(stdout) == 0 ? 0 : 1;
}
