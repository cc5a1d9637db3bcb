/* SPDX-License-Identifier: Apache-2.0 */
/* command.h: the commands of one program as tables. Parsing, --help, errors and the manual page come from the same
 * rows, so that they cannot differ. All text is static and borrowed. Used by the main thread only (getopt_long of
 * the C library keeps its own state). */
#ifndef DOORCODE_BASE_COMMAND_H
#define DOORCODE_BASE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
    COMMAND_OPTIONS = 32, /* most options of one command */
    COMMAND_GIVEN = 64,   /* most options on one command line */

    /* What run() returns, and the program with it. Others are documented in command_program.statuses. */
    COMMAND_OK = 0,
    COMMAND_FAILED = 1,
    COMMAND_USAGE = 2,
};

struct command_option {
    const char *name;        /* long name without its hyphens */
    char letter;             /* 0: none */
    const char *argument;    /* "URL", or its words: "bash|zsh|fish"; NULL makes it a flag */
    const char *help;        /* one sentence */
    const char *environment; /* variable read where the option is not given, or NULL */
    const char *fallback;    /* value where neither is given, or NULL; shown in help */
    bool required;
    bool repeats; /* may be given several times, and each counts; of others the last one */
};

struct command_line;

/* The examples of a command, in its table. */
#define COMMAND_EXAMPLES(...) ((const char *const[]){ __VA_ARGS__, NULL })

struct command {
    const char *name;            /* one or two words: "signin", "token show" */
    const char *arguments;       /* "USER", "[FILE ...]"; NULL where it takes none */
    const char *summary;         /* one line without a full stop */
    const char *description;     /* sentences; a blank line parts paragraphs; NULL where the summary says all */
    const char *const *examples; /* complete command lines, NULL ends; or NULL */
    const struct command_option *options;
    size_t option_count;
    int min_arguments;
    int max_arguments; /* -1: any number */
    int (*run)(const struct command_line *line);
};

/* Takes something that may stand on a command line; the texts are borrowed for the time of the call. */
typedef void command_offer_fn(void *context, const char *word, const char *meaning);

/* What may stand for an argument, by the name that the tables give it: FILE, USER. Exactly one of the members is set. */
struct command_values {
    const char *name;
    const char *words; /* parted by | */
    const char *place; /* "files" or "folders": the shell knows them */
    void (*each)(command_offer_fn *offer, void *context);
};

/* A name of the program's file that stands for one of its commands, as other programs call their helpers. */
struct command_link {
    const char *name;    /* "docker-credential-doorcode" */
    const char *command; /* "credential docker" */
};

/* A name and its meaning, for the lists of the manual. */
struct command_note {
    const char *name;
    const char *text;
};

struct command_program {
    const char *name;
    const char *summary;
    const char *description;
    const char *version;
    const char *date;                          /* of the manual: "November 23, 2026" */
    const struct command *const *const *lists; /* NULL-terminated lists of commands; NULL ends */
    const struct command_note *statuses;       /* exit statuses beyond 0, 1 and 2; a NULL name ends; or NULL */
    const struct command_note *files;          /* likewise */
    const struct command_note *environment;    /* variables that no option names; likewise */
    const struct command_values *values;       /* a NULL name ends; or NULL */
    const struct command_link *links;          /* likewise */
};

/* What was typed, handed to run(). Borrowed for the time of the call. */
struct command_line {
    const struct command_program *program;
    const struct command *command;
    char *const *arguments; /* the positional ones */
    int argument_count;
    struct {
        size_t option; /* its place in command->options */
        const char *value;
    } given[COMMAND_GIVEN]; /* in the order typed; use command_value */
    size_t given_count;
    FILE *out;
    FILE *errors;
};

/* The value of an option of this command: typed, else from its variable, else its fallback, else NULL.
 * Asking for an option that is not in the table is an error of ours and ends the program. */
const char *command_value(const struct command_line *line, const char *option);
/* The values of an option that repeats, in their order: the one at place `n`, or NULL past the last. */
const char *command_nth(const struct command_line *line, const char *option, size_t n);
/* Whether this command has such an option at all. */
bool command_has(const struct command_line *line, const char *option);
/* Whether a flag was given (its variable counts when it is 1, true, yes or on). */
bool command_flag(const struct command_line *line, const char *option);
/* An option's value as a decimal number within [min, max]. False after having told the user what it must be;
 * then run() returns COMMAND_USAGE. `*out` is untouched where the option has no value. */
bool command_number(const struct command_line *line, const char *option, uint64_t min, uint64_t max, uint64_t *out);

/* "doorcode signin: <what>" and a line that names --help; returns COMMAND_USAGE. */
int command_usage(const struct command_line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "doorcode signin: <what>" and, unless NULL, a line with what to do next; returns COMMAND_FAILED. */
int command_fail(const struct command_line *line, const char *next, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Finds and runs the command of argv. Besides the tables it knows `help [COMMAND] [--man]`, `help --man-pages FOLDER`,
 * `--help` and `--version`. Output goes to out and errors. Returns the exit status. */
int command_run(const struct command_program *program, int argc, char **argv, FILE *out, FILE *errors);
/* command_run on stdout and stderr; output that could not be written makes it COMMAND_FAILED. */
int command_main(const struct command_program *program, int argc, char **argv);

/* The manual page of the whole program in mdoc, and that of one command. */
void command_write_man(FILE *out, const struct command_program *program);
void command_write_command_man(FILE *out, const struct command_program *program, const struct command *command);
/* All of them as files: doorcode.1, doorcode-token-show.1, and for each name of the program's file a page that leads on to the
 * command's. False where one could not be written. */
bool command_write_man_pages(const char *folder, const struct command_program *program);
/* The overview, the commands that begin with the word `group` ("token"), and the help of one command. False where none begins
 * so; with NULL nothing is written. */
void command_write_overview(FILE *out, const struct command_program *program);
bool command_write_group(FILE *out, const struct command_program *program, const char *group);
void command_write_help(FILE *out, const struct command_program *program, const struct command *command);

/* Offers what may stand in place of the last of `count` words, which follow the program's name; the last may be begun or
 * empty. NULL, or the place where the shell itself has to look: "files", "folders". */
const char *command_complete(const struct command_program *program, int count, char *const *words,
                             command_offer_fn *offer, void *context);

/* The command that the first words name, the longest name if there are several, and of how many words; or NULL. */
const struct command *command_find(const struct command_program *program, int count, char *const *words, int *used);
/* The command of exactly this name, or NULL. */
const struct command *command_named(const struct command_program *program, const char *name);
/* The command at place `index` over all lists, or NULL past the end. */
const struct command *command_at(const struct command_program *program, size_t index);
/* How many letters must be changed, added or left out to make `b` of `a`; at most `limit` + 1. */
size_t command_distance(const char *a, const char *b, size_t limit);

#endif
