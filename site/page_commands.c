/* SPDX-License-Identifier: Apache-2.0 */
#include "reference.h"

#include "cli.h"
#include "server/commands/commands.h"

static const struct command *const *const lists[] = { cli_commands, server_commands, NULL };
static const struct command_program program = { .name = "doorcode", .lists = lists };

static void put_option(struct page *page, const struct command_option *o)
{
    FILE *out = page->out;

    fputs("| `", out);
    if (o->letter != 0)
        fprintf(out, "-%c`, `", o->letter);
    fprintf(out, "--%s` ", o->name);
    put_code(page, o->argument != NULL ? o->argument : "");
    fputs(" | ", out);
    put_code(page, o->fallback != NULL ? o->fallback : "");
    fputs(o->required ? "required | " : " | ", out);
    put_code(page, o->environment != NULL ? o->environment : "");
    fputs(" | ", out);
    put_cell(page, o->name, o->help);
    fputc('\n', out);
}

/* Paragraphs, parted by empty lines already. */
static void put_description(FILE *out, const char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '<')
            fputs("&lt;", out);
        else
            fputc(*text, out);
    fputs("\n\n", out);
}

static void put_command(struct page *page, const struct command *c)
{
    FILE *out = page->out;

    fprintf(out, "## doorcode %s\n\n", c->name);
    if (c->description != NULL)
        put_description(out, c->description);
    else
        put_paragraph(page, c->name, c->summary);
    fprintf(out, "```sh\ndoorcode %s%s%s%s\n```\n\n", c->name, c->option_count > 0 ? " [OPTION ...]" : "",
            c->arguments != NULL ? " " : "", c->arguments != NULL ? c->arguments : "");
    if (c->option_count > 0)
        fputs("| option | default | variable | meaning |\n| --- | --- | --- | --- |\n", out);
    for (size_t i = 0; i < c->option_count; i++)
        put_option(page, &c->options[i]);
    fputc('\n', out);
    if (c->examples == NULL) {
        fprintf(stderr, "reference: %s: %s has no example\n", page->name, c->name);
        page->faults++;
        return;
    }
    fputs("```sh\n", out);
    for (size_t i = 0; c->examples[i] != NULL; i++)
        fprintf(out, "%s\n", c->examples[i]);
    fputs("```\n\n", out);
}

void page_commands(struct page *page)
{
    const struct command *c;

    fputs(
        "# Commands\n\nEvery command of the program `doorcode`, from the tables that it parses its command lines with; "
        "`--help` "
        "and the manual pages say the same. Results go to the standard output, all else to the standard error output. "
        "Exit status: 0 done, 1 failed, 2 wrong usage",
        page->out);
    for (const struct command_note *note = cli_statuses; note->name != NULL; note++)
        fprintf(page->out, ", %s %s", note->name, note->text);
    fputs(".\n\n| command | what it does |\n| --- | --- |\n", page->out);
    for (size_t i = 0; (c = command_at(&program, i)) != NULL; i++) {
        fprintf(page->out, "| `%s` | ", c->name);
        put_cell(page, c->name, c->summary);
        fputc('\n', page->out);
    }
    fputc('\n', page->out);
    for (size_t i = 0; (c = command_at(&program, i)) != NULL; i++)
        put_command(page, c);
}
