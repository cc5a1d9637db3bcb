/* SPDX-License-Identifier: Apache-2.0 */
/* What may stand at a place of a command line, from the tables that it is parsed with. Words are looked at as
 * getopt_long would. */
#include "base/command.h"

#include "base/slice.h"

#include <ctype.h>
#include <string.h>

enum { WORD = 256 };

struct search {
    const struct command_program *program;
    struct slice begun; /* what the offered words have to begin with */
    command_offer_fn *offer;
    void *context;
    const char *place;
};

/* Where on the line of a command the last word stands. */
struct spot {
    const struct command_option *option; /* whose value it is, or NULL */
    int argument;                        /* else: how many arguments stand before it */
    bool options_ended;                  /* by -- */
};

static void offer_slice(const struct search *search, struct slice before, struct slice word, const char *meaning)
{
    char text[WORD];
    if (before.n + word.n >= sizeof(text))
        return;
    memcpy(text, before.p, before.n);
    memcpy(text + before.n, word.p, word.n);
    text[before.n + word.n] = '\0';
    if (slice_starts(slice_of(text), search->begun))
        search->offer(search->context, text, meaning != NULL ? meaning : "");
}

/* ---- names of commands ---- */

/* The word of a command's name that follows `count` given ones; empty where the name is another one or ends there. */
static struct slice next_word(const char *name, int count, char *const *words, struct slice *rest)
{
    *rest = slice_of(name);
    for (int i = 0; i < count; i++) {
        if (!slice_eq(slice_word(rest), slice_of(words[i])))
            return SLICE_EMPTY;
    }
    return slice_word(rest);
}

static bool was_offered(const struct search *search, size_t index, int count, char *const *words, struct slice word)
{
    struct slice rest;
    for (size_t i = 0; i < index; i++) {
        if (slice_eq(next_word(command_at(search->program, i)->name, count, words, &rest), word))
            return true;
    }
    return false;
}

static void offer_names(const struct search *search, int count, char *const *words)
{
    const struct command *command;
    for (size_t i = 0; (command = command_at(search->program, i)) != NULL; i++) {
        struct slice rest;
        struct slice word = next_word(command->name, count, words, &rest);
        if (word.n > 0 && !was_offered(search, i, count, words, word))
            offer_slice(search, SLICE_EMPTY, word, rest.n == 0 ? command->summary : NULL);
    }
}

/* ---- values ---- */

struct dynamic {
    const struct search *search;
    struct slice before;
};

/* What shells would take for more than a plain word is not offered: quoting it would be each shell's own art. */
static bool is_plain(const char *word)
{
    return word[0] != '\0' && word[0] != '-' && word[strcspn(word, " \t\r\n\"'`$\\!#&*()<>[]{}|;?^~")] == '\0';
}

static void offer_dynamic(void *context, const char *word, const char *meaning)
{
    const struct dynamic *dynamic = context;
    if (is_plain(word))
        offer_slice(dynamic->search, dynamic->before, slice_of(word), meaning);
}

static void offer_words(const struct search *search, struct slice before, struct slice words)
{
    while (words.n > 0) {
        struct slice word = slice_cut(words, '|', &words);
        offer_slice(search, before, word, NULL);
    }
}

/* Capitals alone, as in @FILE or NAME=VALUE, stand for something else: they are no word to type. */
static bool is_placeholder(struct slice word)
{
    for (size_t i = 0; i < word.n; i++) {
        if (islower((unsigned char)word.p[i]) || isdigit((unsigned char)word.p[i]))
            return false;
    }
    return true;
}

/* One name of the tables, "FILE" or "bash". */
static void offer_name(struct search *search, struct slice before, struct slice name)
{
    const struct command_values *row = search->program->values;
    while (row != NULL && row->name != NULL && !slice_eq(slice_of(row->name), name))
        row++;
    if (row == NULL || row->name == NULL) {
        if (!is_placeholder(name))
            offer_slice(search, before, name, NULL);
        return;
    }
    struct dynamic dynamic = { search, before };
    offer_words(search, before, slice_of(row->words));
    if (row->place != NULL)
        search->place = row->place;
    if (row->each != NULL)
        row->each(offer_dynamic, &dynamic);
}

/* "FILE", "bash|zsh|fish" */
static void offer_values(struct search *search, struct slice before, struct slice names)
{
    while (names.n > 0) {
        struct slice name = slice_cut(names, '|', &names);
        offer_name(search, before, name);
    }
}

/* ---- options ---- */

static const struct command_option *option_named(const struct command *command, struct slice name)
{
    for (size_t i = 0; i < command->option_count; i++) {
        if (slice_eq(slice_of(command->options[i].name), name))
            return &command->options[i];
    }
    return NULL;
}

static const struct command_option *option_lettered(const struct command *command, char letter)
{
    for (size_t i = 0; i < command->option_count; i++) {
        if (command->options[i].letter == letter)
            return &command->options[i];
    }
    return NULL;
}

/* The option whose value is the word after this one, or NULL. */
static const struct command_option *awaits_value(const struct command *command, const char *word)
{
    if (strncmp(word, "--", 2) == 0) {
        const struct command_option *option = option_named(command, slice_of(word + 2));
        return option != NULL && option->argument != NULL ? option : NULL;
    }
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        const struct command_option *option = option_lettered(command, *letter);
        if (option != NULL && option->argument != NULL)
            return letter[1] == '\0' ? option : NULL;
    }
    return NULL;
}

static struct spot find_spot(const struct command *command, int count, char *const *words)
{
    struct spot spot = { 0 };
    for (int i = 0; i < count; i++) {
        const char *word = words[i];
        if (spot.option != NULL)
            spot.option = NULL;
        else if (spot.options_ended || word[0] != '-' || word[1] == '\0')
            spot.argument++;
        else if (strcmp(word, "--") == 0)
            spot.options_ended = true;
        else
            spot.option = awaits_value(command, word);
    }
    return spot;
}

static void offer_options(const struct search *search, const struct command *command)
{
    for (size_t i = 0; i < command->option_count; i++)
        offer_slice(search, SLICE("--"), slice_of(command->options[i].name), command->options[i].help);
    offer_slice(search, SLICE("--"), SLICE("help"), "Show this help.");
}

/* "--color=re": the value of that option. */
static void offer_joined(struct search *search, const struct command *command)
{
    struct slice value;
    struct slice name = slice_cut(slice_from(search->begun, 2), '=', &value);
    const struct command_option *option = option_named(command, name);
    if (option != NULL && option->argument != NULL)
        offer_values(search, slice_bytes(search->begun.p, name.n + 3), slice_of(option->argument));
}

/* ---- arguments ---- */

/* The name of the argument at a place of "USER [NAME=VALUE ...]"; empty past the last. */
static struct slice argument_name(const char *arguments, int place)
{
    struct slice rest = slice_of(arguments);
    struct slice former = SLICE_EMPTY;
    for (struct slice word = slice_word(&rest); word.n > 0; word = slice_word(&rest)) {
        if (slice_starts(word, SLICE("...")))
            return former;
        if (slice_starts(word, SLICE("[")))
            word = slice_from(word, 1);
        if (slice_ends(word, SLICE("]")))
            word.n--;
        former = word;
        if (place-- == 0)
            return word;
    }
    return SLICE_EMPTY;
}

static void complete_line(struct search *search, const struct command *command, struct spot spot)
{
    bool is_option = !spot.options_ended && slice_starts(search->begun, SLICE("-"));
    if (spot.option != NULL) {
        offer_values(search, SLICE_EMPTY, slice_of(spot.option->argument));
    } else if (is_option && memchr(search->begun.p, '=', search->begun.n) != NULL) {
        offer_joined(search, command);
    } else if (is_option) {
        offer_options(search, command);
    } else {
        struct slice name = argument_name(command->arguments, spot.argument);
        offer_values(search, SLICE_EMPTY, name);
        if (name.n == 0 && !spot.options_ended)
            offer_options(search, command);
    }
}

const char *command_complete(const struct command_program *program, int count, char *const *words,
                             command_offer_fn *offer, void *context)
{
    if (count < 1)
        return NULL;
    int before = count - 1;
    int used = 0;
    struct search search = { program, slice_of(words[before]), offer, context, NULL };
    if (before > 0 && strcmp(words[0], "help") == 0) {
        offer_names(&search, before - 1, words + 1);
        offer_slice(&search, SLICE_EMPTY, SLICE("--man"), "Write the manual page.");
        return NULL;
    }
    offer_names(&search, before, words);
    const struct command *command = command_find(program, before, words, &used);
    if (command != NULL)
        complete_line(&search, command, find_spot(command, before - used, words + used));
    if (before == 0) {
        offer_slice(&search, SLICE_EMPTY, SLICE("help"), "Show the options of a command");
        offer_slice(&search, SLICE_EMPTY, SLICE("--help"), "Show all commands");
        offer_slice(&search, SLICE_EMPTY, SLICE("--version"), "Show the version");
    }
    return search.place;
}
