/* SPDX-License-Identifier: Apache-2.0 */
#include "base/command.h"

#include "base/buf.h"
#include "base/err.h"

#include <string.h>

enum {
    HELP_WIDTH = 79,
    OPTION_COLUMN = 28,
    COMMAND_COLUMN = 20,
};

/* Words of `text` from column `column` on, folded at HELP_WIDTH; a blank line parts paragraphs. */
static void put_folded(FILE *out, const char *text, int indent, int column)
{
    while (*text != '\0') {
        size_t breaks = strspn(text, " \n");
        bool paragraph = memchr(text, '\n', breaks) != NULL;
        text += breaks;
        int word = (int)strcspn(text, " \n");
        if (word == 0)
            break;
        if (paragraph || (column + 1 + word > HELP_WIDTH && column > indent)) {
            fprintf(out, "%s%*s", paragraph ? "\n\n" : "\n", indent, "");
            column = indent;
        } else if (breaks > 0) {
            fputc(' ', out);
            column++;
        }
        fprintf(out, "%.*s", word, text);
        column += word;
        text += word;
    }
    fputc('\n', out);
}

static void put_usage(FILE *out, const struct command_program *program, const struct command *command)
{
    fprintf(out, "%s %s", program->name, command->name);
    for (size_t i = 0; i < command->option_count; i++) {
        if (command->options[i].required)
            fprintf(out, " --%s %s", command->options[i].name, command->options[i].argument);
    }
    fprintf(out, " [OPTION ...]");
    if (command->arguments != NULL)
        fprintf(out, " %s", command->arguments);
    fputc('\n', out);
}

static void put_option(FILE *out, const struct command_option *option)
{
    int column = fprintf(out, "  ");
    if (option->letter != 0)
        column += fprintf(out, "-%c, ", option->letter);
    column += fprintf(out, "--%s", option->name);
    if (option->argument != NULL)
        column += fprintf(out, " %s", option->argument);
    if (column >= OPTION_COLUMN) {
        fputc('\n', out);
        column = 0;
    }
    char text[1024];
    struct buf note;
    buf_init(&note, text, sizeof(text));
    buf_puts(&note, option->help);
    if (option->fallback != NULL)
        buf_fmt(&note, " [default: %s]", option->fallback);
    if (option->repeats)
        buf_puts(&note, " [may be repeated]");
    if (option->environment != NULL)
        buf_fmt(&note, " [environment: %s]", option->environment);
    buf_putc(&note, '\0');
    ASSERT(buf_ok(&note));
    fprintf(out, "%*s", OPTION_COLUMN - column, "");
    put_folded(out, text, OPTION_COLUMN, OPTION_COLUMN);
}

void command_write_help(FILE *out, const struct command_program *program, const struct command *command)
{
    fprintf(out, "%s\n\nUsage: ", command->summary);
    put_usage(out, program, command);
    if (command->description != NULL) {
        fputc('\n', out);
        put_folded(out, command->description, 0, 0);
    }
    static const struct command_option help = { .name = "help", .letter = 'h', .help = "Show this help." };
    fprintf(out, "\nOptions:\n");
    for (size_t i = 0; i < command->option_count; i++)
        put_option(out, &command->options[i]);
    put_option(out, &help);
    if (command->examples == NULL)
        return;
    fprintf(out, "\nExamples:\n");
    for (const char *const *example = command->examples; *example != NULL; example++)
        fprintf(out, "  %s\n", *example);
}

static void put_summary(FILE *out, const char *name, const char *summary)
{
    fprintf(out, "  %-*s ", COMMAND_COLUMN, name);
    put_folded(out, summary, COMMAND_COLUMN + 3, COMMAND_COLUMN + 3);
}

bool command_write_group(FILE *out, const struct command_program *program, const char *group)
{
    bool any = false;
    const struct command *command;
    for (size_t i = 0; (command = command_at(program, i)) != NULL; i++) {
        struct slice rest;
        if (!slice_eq(slice_cut(slice_of(command->name), ' ', &rest), slice_of(group)) || rest.n == 0)
            continue;
        if (out != NULL && !any)
            fprintf(out, "%s %s: one of these is meant:\n", program->name, group);
        if (out != NULL)
            put_summary(out, command->name, command->summary);
        any = true;
    }
    return any;
}

void command_write_overview(FILE *out, const struct command_program *program)
{
    fprintf(out, "%s: %s\n\nUsage: %s COMMAND [OPTION ...] [ARGUMENT ...]\n", program->name, program->summary,
            program->name);
    for (const struct command *const *const *list = program->lists; *list != NULL; list++) {
        if (**list != NULL)
            fputc('\n', out);
        for (const struct command *const *command = *list; *command != NULL; command++)
            put_summary(out, (*command)->name, (*command)->summary);
    }
    fputc('\n', out);
    put_summary(out, "help COMMAND", "Show the options of a command");
    put_summary(out, "help --man", "Write the manual page, or that of a command before --man");
    put_summary(out, "--version", "Show the version");
    struct buf statuses;
    char text[1024];
    buf_init(&statuses, text, sizeof(text));
    buf_fmt(&statuses, "Exit status: 0 done, %d failed, %d wrong usage", COMMAND_FAILED, COMMAND_USAGE);
    for (const struct command_note *note = program->statuses; note != NULL && note->name != NULL; note++)
        buf_fmt(&statuses, ", %s %s", note->name, note->text);
    buf_puts(&statuses, ".");
    buf_putc(&statuses, '\0');
    ASSERT(buf_ok(&statuses));
    fputc('\n', out);
    put_folded(out, text, 0, 0);
}
