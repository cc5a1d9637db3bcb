/* SPDX-License-Identifier: Apache-2.0 */
#include "base/command.h"

#include "base/err.h"
#include "base/slice.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAME_LIMIT = 64,      /* longest word that is compared for a suggestion */
    FIRST_OPTION = 0x100, /* getopt values above every letter: FIRST_OPTION + place in the table */
    HELP_OPTION = 0x1000,
};

static const char flag_set[] = "1";

static void name_help(const struct command_line *line);
static int run_command(const struct command_program *program, const struct command *command, int argc, char **argv,
                       FILE *out, FILE *errors);
static int unknown_command(const struct command_program *program, int argc, char **argv, FILE *errors);
static int run_help(const struct command_program *program, int argc, char **argv, FILE *out, FILE *errors);

int command_main(const struct command_program *program, int argc, char **argv)
{
    int status = command_run(program, argc, argv, stdout, stderr);
    if ((fflush(stdout) == 0 && ferror(stdout) == 0) || status != COMMAND_OK)
        return status;
    if (errno != EPIPE) /* else whoever reads has seen enough, and needs no telling */
        fprintf(stderr, "%s: the output could not be written\n", program->name);
    return COMMAND_FAILED;
}

/* The command that the program's file is named for, or NULL. */
static const struct command *linked_command(const struct command_program *program, const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *name = slash != NULL ? slash + 1 : file;
    for (const struct command_link *link = program->links; link != NULL && link->name != NULL; link++) {
        if (strcmp(link->name, name) == 0)
            return command_named(program, link->command);
    }
    return NULL;
}

static bool asks_for_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

int command_run(const struct command_program *program, int argc, char **argv, FILE *out, FILE *errors)
{
    int words = 0;
    const struct command *linked = linked_command(program, argc > 0 ? argv[0] : "");
    if (linked != NULL)
        return run_command(program, linked, argc, argv, out, errors);
    if (argc < 2) {
        command_write_overview(errors, program);
        return COMMAND_USAGE;
    }
    if (asks_for_help(argv[1])) {
        command_write_overview(out, program);
        return COMMAND_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        fprintf(out, "%s %s\n", program->name, program->version);
        return COMMAND_OK;
    }
    if (strcmp(argv[1], "help") == 0)
        return run_help(program, argc - 2, argv + 2, out, errors);
    const struct command *command = command_find(program, argc - 1, argv + 1, &words);
    if (command == NULL && argc == 3 && asks_for_help(argv[2]) && command_write_group(out, program, argv[1]))
        return COMMAND_OK;
    if (command == NULL)
        return unknown_command(program, argc - 1, argv + 1, errors);
    return run_command(program, command, argc - words, argv + words, out, errors);
}

const struct command *command_at(const struct command_program *program, size_t index)
{
    for (const struct command *const *const *list = program->lists; *list != NULL; list++) {
        for (const struct command *const *command = *list; *command != NULL; command++) {
            if (index-- == 0)
                return *command;
        }
    }
    return NULL;
}

const struct command *command_named(const struct command_program *program, const char *name)
{
    const struct command *command = NULL;
    for (size_t i = 0; (command = command_at(program, i)) != NULL && strcmp(command->name, name) != 0; i++)
        continue;
    return command;
}

/* Number of leading arguments that spell the name, or 0. */
static int words_matching(const char *name, int argc, char *const *argv)
{
    struct slice rest = slice_of(name);
    int words = 0;
    while (rest.n > 0) {
        struct slice word = slice_word(&rest);
        if (words == argc || !slice_eq(word, slice_of(argv[words])))
            return 0;
        words++;
    }
    return words;
}

const struct command *command_find(const struct command_program *program, int count, char *const *words, int *used)
{
    const struct command *found = NULL;
    const struct command *command;
    *used = 0;
    for (size_t i = 0; (command = command_at(program, i)) != NULL; i++) {
        int matching = words_matching(command->name, count, words);
        if (matching > *used) {
            found = command;
            *used = matching;
        }
    }
    return found;
}

/* ---- options ---- */

struct option_tables {
    struct option longs[COMMAND_OPTIONS + 2];
    char letters[COMMAND_OPTIONS * 2 + 4];
};

static void make_tables(const struct command *command, struct option_tables *tables)
{
    ASSERT(command->option_count <= COMMAND_OPTIONS);
    size_t n = 0;
    tables->letters[n++] = ':'; /* tell a missing value from an unknown option */
    tables->letters[n++] = 'h';
    for (size_t i = 0; i < command->option_count; i++) {
        const struct command_option *option = &command->options[i];
        int has_value = option->argument != NULL ? required_argument : no_argument;
        tables->longs[i] = (struct option){ option->name, has_value, NULL, FIRST_OPTION + (int)i };
        if (option->letter != 0)
            tables->letters[n++] = option->letter;
        if (option->letter != 0 && has_value)
            tables->letters[n++] = ':';
    }
    tables->letters[n] = '\0';
    tables->longs[command->option_count] = (struct option){ "help", no_argument, NULL, HELP_OPTION };
    tables->longs[command->option_count + 1] = (struct option){ NULL, 0, NULL, 0 };
}

static const char *nearest_option(const struct command *command, const char *typed)
{
    const char *nearest = NULL;
    size_t best = 3;
    for (size_t i = 0; i < command->option_count; i++) {
        const char *name = command->options[i].name;
        bool is_start = strncmp(name, typed, strlen(typed)) == 0;
        size_t distance = is_start ? 0 : command_distance(typed, name, best);
        if (distance < best) {
            best = distance;
            nearest = name;
        }
    }
    return nearest;
}

/* getopt_long has moved past the option it refuses: one place back for all but a bundle of letters. */
static int refuse_option(const struct command_line *line, char **argv, bool lacks_value)
{
    const char *typed = argv[optind - 1];
    if (lacks_value)
        return command_usage(line, "option '%s' needs a value", typed);
    if (strncmp(typed, "--", 2) != 0)
        return command_usage(line, "unknown option '-%c'", optopt);
    char name[NAME_LIMIT];
    struct slice unused;
    if (!slice_to_cstr(slice_cut(slice_of(typed + 2), '=', &unused), name, sizeof(name)))
        return command_usage(line, "unknown option");
    const char *nearest = nearest_option(line->command, name);
    if (nearest != NULL && strcmp(nearest, name) == 0)
        return command_usage(line, "option '--%s' takes no value", name);
    if (nearest != NULL)
        return command_usage(line, "unknown option '--%s'; did you mean '--%s'?", name, nearest);
    return command_usage(line, "unknown option '--%s'", name);
}

static size_t option_of_letter(const struct command *command, int letter)
{
    size_t i = 0;
    while (i < command->option_count && command->options[i].letter != letter)
        i++;
    return i;
}

/* COMMAND_OK, or the status to end with; *help where it was asked for. */
static int parse_options(struct command_line *line, int argc, char **argv, bool *help)
{
    struct option_tables tables;
    make_tables(line->command, &tables);
    optind = 0;
    opterr = 0;
    int option;
    while ((option = getopt_long(argc, argv, tables.letters, tables.longs, NULL)) != -1) {
        if (option == ':' || option == '?')
            return refuse_option(line, argv, option == ':');
        if (option == 'h' || option == HELP_OPTION) {
            *help = true;
            return COMMAND_OK;
        }
        bool by_name = option >= FIRST_OPTION;
        size_t i = by_name ? (size_t)(option - FIRST_OPTION) : option_of_letter(line->command, option);
        if (line->given_count == COMMAND_GIVEN)
            return command_usage(line, "more than %d options", COMMAND_GIVEN);
        line->given[line->given_count].option = i;
        line->given[line->given_count++].value = optarg != NULL ? optarg : flag_set;
    }
    return COMMAND_OK;
}

/* Each of them, so that the next try has all. Whether there is one. */
static bool tell_missing(const struct command_line *line)
{
    bool any = false;
    for (size_t i = 0; i < line->command->option_count; i++) {
        const struct command_option *option = &line->command->options[i];
        if (!option->required || command_value(line, option->name) != NULL)
            continue;
        fprintf(line->errors, "%s %s: option '--%s %s' is missing", line->program->name, line->command->name,
                option->name, option->argument);
        if (option->environment != NULL)
            fprintf(line->errors, " (or set %s)", option->environment);
        fputc('\n', line->errors);
        any = true;
    }
    return any;
}

static int check_line(const struct command_line *line)
{
    const struct command *command = line->command;
    if (line->argument_count < command->min_arguments)
        return command_usage(line, "missing argument: %s", command->arguments);
    if (command->max_arguments >= 0 && line->argument_count > command->max_arguments)
        return command_usage(line, "too many arguments, beginning with '%s'", line->arguments[command->max_arguments]);
    if (!tell_missing(line))
        return COMMAND_OK;
    name_help(line);
    return COMMAND_USAGE;
}

static int run_command(const struct command_program *program, const struct command *command, int argc, char **argv,
                       FILE *out, FILE *errors)
{
    struct command_line line = { .program = program, .command = command, .out = out, .errors = errors };
    bool help = false;
    int status = parse_options(&line, argc, argv, &help);
    if (status != COMMAND_OK)
        return status;
    if (help) {
        command_write_help(out, program, command);
        return COMMAND_OK;
    }
    line.arguments = argv + optind;
    line.argument_count = argc - optind;
    status = check_line(&line);
    return status == COMMAND_OK ? command->run(&line) : status;
}

/* ---- values ---- */

/* option_count where there is none. */
static size_t option_place(const struct command *command, const char *name)
{
    size_t i = 0;
    while (i < command->option_count && strcmp(command->options[i].name, name) != 0)
        i++;
    return i;
}

bool command_has(const struct command_line *line, const char *option)
{
    return option_place(line->command, option) < line->command->option_count;
}

/* What stands in for an option that was not given, or NULL. */
static const char *stand_in(const struct command_option *row)
{
    const char *value = row->environment != NULL ? getenv(row->environment) : NULL;
    return value != NULL && value[0] != '\0' ? value : row->fallback;
}

const char *command_nth(const struct command_line *line, const char *option, size_t n)
{
    size_t place = option_place(line->command, option);
    size_t count = 0;
    ASSERT(place < line->command->option_count);
    for (size_t i = 0; i < line->given_count; i++) {
        if (line->given[i].option == place && count++ == n)
            return line->given[i].value;
    }
    return count == 0 && n == 0 ? stand_in(&line->command->options[place]) : NULL;
}

const char *command_value(const struct command_line *line, const char *option)
{
    const char *value = command_nth(line, option, 0);
    const char *later;
    for (size_t n = 1; (later = command_nth(line, option, n)) != NULL; n++)
        value = later;
    return value;
}

bool command_flag(const struct command_line *line, const char *option)
{
    static const char *const yes[] = { "1", "true", "yes", "on" };
    struct slice value = slice_of(command_value(line, option));
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        if (slice_eq_nocase(value, slice_of(yes[i])))
            return true;
    }
    return false;
}

bool command_number(const struct command_line *line, const char *option, uint64_t min, uint64_t max, uint64_t *out)
{
    const char *value = command_value(line, option);
    if (value == NULL)
        return true;
    uint64_t number = 0;
    if (slice_to_u64(slice_of(value), max, &number) && number >= min) {
        *out = number;
        return true;
    }
    command_usage(line, "'--%s %s' must be a number from %llu to %llu", option, value, (unsigned long long)min,
                  (unsigned long long)max);
    return false;
}

/* ---- errors ---- */

__attribute__((format(printf, 2, 0))) static void complain(const struct command_line *line, const char *format,
                                                           va_list arguments)
{
    fprintf(line->errors, "%s %s: ", line->program->name, line->command->name);
    vfprintf(line->errors, format, arguments);
    fputc('\n', line->errors);
}

static void name_help(const struct command_line *line)
{
    fprintf(line->errors, "See '%s %s --help'.\n", line->program->name, line->command->name);
}

int command_usage(const struct command_line *line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    complain(line, format, arguments);
    va_end(arguments);
    name_help(line);
    return COMMAND_USAGE;
}

int command_fail(const struct command_line *line, const char *next, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    complain(line, format, arguments);
    va_end(arguments);
    if (next != NULL)
        fprintf(line->errors, "%s\n", next);
    return COMMAND_FAILED;
}

size_t command_distance(const char *a, const char *b, size_t limit)
{
    size_t n = strlen(b);
    if (strlen(a) >= NAME_LIMIT || n >= NAME_LIMIT)
        return limit + 1;
    size_t row[NAME_LIMIT];
    for (size_t i = 0; i <= n; i++)
        row[i] = i;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < n; j++) {
            size_t change = diagonal + (a[i] == b[j] ? 0 : 1);
            size_t shorter = row[j] < row[j + 1] ? row[j] : row[j + 1];
            diagonal = row[j + 1];
            row[j + 1] = change < shorter + 1 ? change : shorter + 1;
        }
    }
    return row[n] > limit ? limit + 1 : row[n];
}

/* The first words as a command's name would be written, e.g. "token shwo". */
static void typed_name(int argc, char **argv, int words, char *name, size_t cap)
{
    size_t used = 0;
    for (int i = 0; i < words && i < argc && used < cap; i++) {
        int n = snprintf(name + used, cap - used, "%s%s", i == 0 ? "" : " ", argv[i]);
        used += n > 0 ? (size_t)n : 0;
    }
}

static int count_words(const char *name)
{
    int words = 1;
    for (; *name != '\0'; name++)
        words += *name == ' ';
    return words;
}

static const char *nearest_command(const struct command_program *program, int argc, char **argv)
{
    const char *nearest = NULL;
    size_t best = 3;
    const struct command *command;
    for (size_t i = 0; (command = command_at(program, i)) != NULL; i++) {
        char name[NAME_LIMIT];
        typed_name(argc, argv, count_words(command->name), name, sizeof(name));
        bool is_start = argc >= count_words(command->name) && slice_starts(slice_of(command->name), slice_of(name));
        size_t distance = is_start ? 0 : command_distance(name, command->name, best);
        if (distance < best) {
            best = distance;
            nearest = command->name;
        }
    }
    return nearest;
}

static int unknown_command(const struct command_program *program, int argc, char **argv, FILE *errors)
{
    char name[NAME_LIMIT];
    bool is_group = command_write_group(NULL, program, argv[0]);
    const char *nearest = nearest_command(program, argc, argv);
    typed_name(argc, argv, is_group ? 2 : 1, name, sizeof(name));
    if (nearest != NULL)
        fprintf(errors, "%s: unknown command '%s'; did you mean '%s %s'?\n", program->name, name, program->name,
                nearest);
    else if (is_group)
        command_write_group(errors, program, argv[0]);
    else
        fprintf(errors, "%s: unknown command '%s'\n", program->name, name);
    fprintf(errors, "See '%s --help'.\n", program->name);
    return COMMAND_USAGE;
}

static int write_man_pages(const struct command_program *program, const char *folder, FILE *errors)
{
    if (folder == NULL) {
        fprintf(errors, "%s help: --man-pages takes one FOLDER\n", program->name);
        return COMMAND_USAGE;
    }
    if (command_write_man_pages(folder, program))
        return COMMAND_OK;
    fprintf(errors, "%s: the manual pages could not be written into '%s'\n", program->name, folder);
    return COMMAND_FAILED;
}

static int run_help(const struct command_program *program, int argc, char **argv, FILE *out, FILE *errors)
{
    if (argc == 0) {
        command_write_overview(out, program);
        return COMMAND_OK;
    }
    if (strcmp(argv[0], "--man-pages") == 0)
        return write_man_pages(program, argc == 2 ? argv[1] : NULL, errors);
    bool is_man = strcmp(argv[argc - 1], "--man") == 0;
    if (is_man && argc == 1) {
        command_write_man(out, program);
        return COMMAND_OK;
    }
    int words = 0;
    const struct command *command = command_find(program, argc, argv, &words);
    if (command == NULL && argc == 1 && command_write_group(out, program, argv[0]))
        return COMMAND_OK;
    if (command == NULL)
        return unknown_command(program, argc, argv, errors);
    if (is_man)
        command_write_command_man(out, program, command);
    else
        command_write_help(out, program, command);
    return COMMAND_OK;
}
