/* SPDX-License-Identifier: Apache-2.0 */
/* The manual pages of a program in mdoc(7), one of the whole and one of each command: one sentence per line, lines below
 * 80 bytes, as mandoc's lint wants it. */
#include "base/command.h"

#include "base/slice.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

enum { MAN_WIDTH = 76, PAGE_NAME = 96 };

static void put_word(FILE *out, const char *word, size_t n, bool line_start)
{
    if (line_start && (word[0] == '.' || word[0] == '\''))
        fputs("\\&", out);
    for (size_t i = 0; i < n; i++) {
        if (word[i] == '\\')
            fputs("\\e", out);
        else if (word[i] == '-')
            fputs("\\-", out);
        else
            fputc(word[i], out);
    }
}

static bool ends_sentence(const char *word, size_t n)
{
    return n > 1 && strchr(".!?", word[n - 1]) != NULL;
}

static void put_text(FILE *out, const char *text)
{
    size_t column = 0;
    while (*text != '\0') {
        size_t breaks = strspn(text, " \n");
        bool paragraph = memchr(text, '\n', breaks) != NULL;
        text += breaks;
        size_t n = strcspn(text, " \n");
        if (n == 0)
            break;
        if (paragraph)
            fputs(column > 0 ? "\n.Pp\n" : ".Pp\n", out);
        else if (column + n >= MAN_WIDTH)
            fputc('\n', out);
        else if (column > 0)
            fputc(' ', out);
        bool line_start = paragraph || column == 0 || column + n >= MAN_WIDTH;
        put_word(out, text, n, line_start);
        column = line_start ? n : column + 1 + n;
        text += n;
        if (ends_sentence(text - n, n)) {
            fputc('\n', out);
            column = 0;
        }
    }
    if (column > 0)
        fputc('\n', out);
}

/* One argument of a macro line, quoted, and never taken for a macro itself. */
static void put_argument(FILE *out, const char *text)
{
    fputs(" \"\\&", out);
    put_word(out, text, strlen(text), false);
    fputc('"', out);
}

static void put_macro(FILE *out, const char *macro, const char *argument)
{
    fprintf(out, ".%s", macro);
    put_argument(out, argument);
    fputc('\n', out);
}

static void put_option(FILE *out, const struct command_option *option)
{
    fputs(".It", out);
    if (option->letter != 0)
        fprintf(out, " Fl %c ,", option->letter);
    fprintf(out, " Fl \\-%s", option->name);
    if (option->argument != NULL) {
        fputs(" Ar", out);
        put_argument(out, option->argument);
    }
    fputc('\n', out);
    put_text(out, option->help);
    if (option->fallback != NULL) {
        fputs("The default is\n", out);
        fputs(".Ql", out);
        put_argument(out, option->fallback);
        fputs(" .\n", out);
    }
    if (option->repeats)
        fputs("It may be repeated.\n", out);
    if (option->environment != NULL)
        fprintf(out, "The environment variable\n.Ev %s\nstands in for it.\n", option->environment);
}

/* "doorcode-token-show": the name of a command's page. */
static void page_name(const struct command_program *program, const struct command *command, char name[PAGE_NAME])
{
    snprintf(name, PAGE_NAME, "%s-%s", program->name, command->name);
    for (char *c = name; *c != '\0'; c++)
        *c = *c == ' ' ? '-' : *c;
}

static void put_page_start(FILE *out, const struct command_program *program, const char *name, const char *summary)
{
    char title[PAGE_NAME];
    snprintf(title, sizeof(title), "%s", name);
    for (char *c = title; *c != '\0'; c++)
        *c = (char)toupper((unsigned char)*c);
    fprintf(out, ".Dd %s\n.Dt %s 1\n.Os\n.Sh NAME\n.Nm %s\n", program->date, title, name);
    put_macro(out, "Nd", summary);
}

static void put_notes(FILE *out, const char *macro, const struct command_note *notes)
{
    for (const struct command_note *note = notes; note != NULL && note->name != NULL; note++) {
        fprintf(out, ".It %s", macro);
        put_argument(out, note->name);
        fputc('\n', out);
        put_text(out, note->text);
    }
}

static void put_exit_status(FILE *out, const struct command_program *program)
{
    fputs(".Sh EXIT STATUS\n.Bl -tag -width Ds\n", out);
    fprintf(out,
            ".It %d\nThe command did what was asked.\n.It %d\nIt failed; the error output says why and what to do\n"
            "next.\n.It %d\nThe command line was wrong.\n",
            COMMAND_OK, COMMAND_FAILED, COMMAND_USAGE);
    put_notes(out, "", program->statuses);
    fputs(".El\n", out);
}

/* ---- the page of a command ---- */

static void put_synopsis(FILE *out, const struct command_program *program, const struct command *command)
{
    fputs(".Sh SYNOPSIS\n", out);
    fprintf(out, ".Nm %s\n", program->name);
    put_macro(out, "Cm", command->name);
    bool has_more = false;
    for (size_t i = 0; i < command->option_count; i++) {
        const struct command_option *option = &command->options[i];
        has_more = has_more || !option->required;
        if (!option->required)
            continue;
        fprintf(out, ".Fl \\-%s Ar", option->name);
        put_argument(out, option->argument);
        fputc('\n', out);
    }
    if (has_more)
        fputs(".Op Ar option ...\n", out);
    if (command->arguments != NULL)
        put_macro(out, "Ar", command->arguments);
}

static void put_description(FILE *out, const struct command *command)
{
    char summary[256];
    snprintf(summary, sizeof(summary), "%s.", command->summary);
    fputs(".Sh DESCRIPTION\n", out);
    put_text(out, summary);
    if (command->description != NULL)
        put_text(out, command->description);
    if (command->option_count == 0)
        return;
    fputs(".Pp\nThe options are:\n.Bl -tag -width Ds\n", out);
    for (size_t i = 0; i < command->option_count; i++)
        put_option(out, &command->options[i]);
    fputs(".El\n", out);
}

static void put_examples(FILE *out, const struct command *command)
{
    if (command->examples == NULL)
        return;
    fputs(".Sh EXAMPLES\n.Bd -literal\n", out);
    for (const char *const *example = command->examples; *example != NULL; example++) {
        put_word(out, *example, strlen(*example), true);
        fputc('\n', out);
    }
    fputs(".Ed\n", out);
}

/* The command of this group whose name comes next after `former` in the alphabet, or NULL. */
static const struct command *next_of_group(const struct command_program *program, struct slice group,
                                           const char *former)
{
    const struct command *next = NULL;
    const struct command *command;
    for (size_t i = 0; (command = command_at(program, i)) != NULL; i++) {
        struct slice rest;
        bool fits =
            slice_eq(slice_cut(slice_of(command->name), ' ', &rest), group) && strcmp(command->name, former) > 0;
        if (fits && (next == NULL || strcmp(command->name, next->name) < 0))
            next = command;
    }
    return next;
}

/* The page of the whole, and those of the commands that begin with the same word. */
static void put_see_also(FILE *out, const struct command_program *program, const struct command *command)
{
    struct slice rest;
    const struct slice group = slice_cut(slice_of(command->name), ' ', &rest);
    const struct command *other = NULL;
    fprintf(out, ".Sh SEE ALSO\n.Xr %s 1", program->name);
    while ((other = next_of_group(program, group, other != NULL ? other->name : "")) != NULL) {
        char name[PAGE_NAME];
        page_name(program, other, name);
        if (other != command)
            fprintf(out, " ,\n.Xr %s 1", name);
    }
    fputc('\n', out);
}

void command_write_command_man(FILE *out, const struct command_program *program, const struct command *command)
{
    char name[PAGE_NAME];
    page_name(program, command, name);
    put_page_start(out, program, name, command->summary);
    put_synopsis(out, program, command);
    put_description(out, command);
    put_exit_status(out, program);
    put_examples(out, command);
    put_see_also(out, program, command);
}

/* ---- the page of the whole ---- */

static bool named_before(const struct command_program *program, size_t command_index, size_t option_index)
{
    const char *name = command_at(program, command_index)->options[option_index].environment;
    for (size_t i = 0; i <= command_index; i++) {
        const struct command *command = command_at(program, i);
        size_t end = i == command_index ? option_index : command->option_count;
        for (size_t j = 0; j < end; j++) {
            const char *other = command->options[j].environment;
            if (other != NULL && strcmp(name, other) == 0)
                return true;
        }
    }
    return false;
}

static void put_environment(FILE *out, const struct command_program *program)
{
    fputs(".Sh ENVIRONMENT\n.Bl -tag -width Ds\n", out);
    const struct command *command;
    for (size_t i = 0; (command = command_at(program, i)) != NULL; i++) {
        for (size_t j = 0; j < command->option_count; j++) {
            const struct command_option *option = &command->options[j];
            if (option->environment == NULL || named_before(program, i, j))
                continue;
            fprintf(out, ".It Ev %s\nStands in for the option\n.Fl \\-%s .\n", option->environment, option->name);
        }
    }
    put_notes(out, "Ev", program->environment);
    fputs(".El\n", out);
}

static void put_commands(FILE *out, const struct command_program *program)
{
    fputs(".Sh COMMANDS\nEach has a page of its own, and explains itself with\n.Fl \\-help .\n.Bl -tag -width Ds\n",
          out);
    const struct command *command;
    for (size_t i = 0; (command = command_at(program, i)) != NULL; i++) {
        char text[PAGE_NAME + 256];
        page_name(program, command, text);
        fprintf(out, ".It Xr %s 1\n", text);
        snprintf(text, sizeof(text), "%s.", command->summary);
        put_text(out, text);
    }
    fputs(".El\n", out);
}

void command_write_man(FILE *out, const struct command_program *program)
{
    put_page_start(out, program, program->name, program->summary);
    fputs(".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar option ...\n.Op Ar argument ...\n.Sh DESCRIPTION\n", out);
    put_text(out, program->description);
    put_commands(out, program);
    put_environment(out, program);
    fputs(".Sh FILES\n.Bl -tag -width Ds\n", out);
    put_notes(out, "Pa", program->files);
    fputs(".El\n", out);
    put_exit_status(out, program);
}

/* ---- files ---- */

static bool page_path(const char *folder, const char *name, char path[PATH_MAX])
{
    int n = snprintf(path, PATH_MAX, "%s/%s.1", folder, name);
    return n > 0 && n < PATH_MAX;
}

/* The page of the whole where `command` is NULL. */
static bool write_page(const char *folder, const struct command_program *program, const struct command *command)
{
    char name[PAGE_NAME];
    char path[PATH_MAX];
    snprintf(name, sizeof(name), "%s", program->name);
    if (command != NULL)
        page_name(program, command, name);
    FILE *out = page_path(folder, name, path) ? fopen(path, "we") : NULL;
    if (out == NULL)
        return false;
    if (command != NULL)
        command_write_command_man(out, program, command);
    else
        command_write_man(out, program);
    return fclose(out) == 0;
}

/* The page of a command under the other name that it is called by. */
static bool write_link(const char *folder, const struct command_program *program, const struct command_link *link)
{
    char name[PAGE_NAME];
    char path[PATH_MAX];
    const struct command *command = command_named(program, link->command);
    if (command == NULL)
        return true; /* it leads nowhere */
    page_name(program, command, name);
    size_t n = strlen(name);
    snprintf(name + n, sizeof(name) - n, ".1");
    return page_path(folder, link->name, path) && (symlink(name, path) == 0 || errno == EEXIST);
}

bool command_write_man_pages(const char *folder, const struct command_program *program)
{
    const struct command *command;
    bool written = write_page(folder, program, NULL);
    for (size_t i = 0; written && (command = command_at(program, i)) != NULL; i++)
        written = write_page(folder, program, command);
    for (const struct command_link *link = program->links; written && link != NULL && link->name != NULL; link++)
        written = write_link(folder, program, link);
    return written;
}
