/* SPDX-License-Identifier: Apache-2.0 */
/* The manual page of a program in mdoc(7): one sentence per line, lines below 80 bytes, as mandoc's lint wants it. */
#include "base/command.h"

#include <ctype.h>
#include <string.h>

enum { MAN_WIDTH = 76 };

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
    if (option->environment != NULL)
        fprintf(out, "The environment variable\n.Ev %s\nstands in for it.\n", option->environment);
}

static void put_command(FILE *out, const struct command_program *program, const struct command *command)
{
    put_macro(out, "Ss", command->name);
    fprintf(out, ".Nm %s\n", program->name);
    put_macro(out, "Cm", command->name);
    if (command->option_count > 0)
        fputs(".Op Ar option ...\n", out);
    if (command->arguments != NULL)
        put_macro(out, "Ar", command->arguments);
    fputs(".Pp\n", out);
    char summary[256];
    snprintf(summary, sizeof(summary), "%s.", command->summary);
    put_text(out, summary);
    if (command->description != NULL)
        put_text(out, command->description);
    if (command->option_count == 0)
        return;
    fputs(".Bl -tag -width Ds\n", out);
    for (size_t i = 0; i < command->option_count; i++)
        put_option(out, &command->options[i]);
    fputs(".El\n", out);
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

static void put_examples(FILE *out, const struct command_program *program)
{
    fputs(".Sh EXAMPLES\n", out);
    const struct command *command;
    for (size_t i = 0; (command = command_at(program, i)) != NULL; i++) {
        if (command->examples == NULL)
            continue;
        put_text(out, command->summary);
        fputs(".Bd -literal -offset indent\n", out);
        for (const char *const *example = command->examples; *example != NULL; example++) {
            put_word(out, *example, strlen(*example), true);
            fputc('\n', out);
        }
        fputs(".Ed\n.Pp\n", out);
    }
    put_text(out, "All options of a command are shown with --help.");
}

void command_write_man(FILE *out, const struct command_program *program)
{
    char title[64];
    snprintf(title, sizeof(title), "%s", program->name);
    for (char *c = title; *c != '\0'; c++)
        *c = (char)toupper((unsigned char)*c);
    fprintf(out, ".Dd %s\n.Dt %s 1\n.Os\n.Sh NAME\n.Nm %s\n", program->date, title, program->name);
    put_macro(out, "Nd", program->summary);
    fputs(".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar option ...\n.Op Ar argument ...\n.Sh DESCRIPTION\n", out);
    put_text(out, program->description);
    fputs(".Sh COMMANDS\n", out);
    const struct command *command;
    for (size_t i = 0; (command = command_at(program, i)) != NULL; i++)
        put_command(out, program, command);
    put_environment(out, program);
    fputs(".Sh FILES\n.Bl -tag -width Ds\n", out);
    put_notes(out, "Pa", program->files);
    fputs(".El\n.Sh EXIT STATUS\n.Bl -tag -width Ds\n", out);
    fprintf(out,
            ".It %d\nThe command did what was asked.\n.It %d\nIt failed; the error output says why and what to do\n"
            "next.\n.It %d\nThe command line was wrong.\n",
            COMMAND_OK, COMMAND_FAILED, COMMAND_USAGE);
    put_notes(out, "", program->statuses);
    fputs(".El\n", out);
    put_examples(out, program);
}
