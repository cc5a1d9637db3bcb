/* SPDX-License-Identifier: Apache-2.0 */
/* What completion offers at each place of a command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/command.h"

#include <stdio.h>
#include <string.h>

static const struct command_option options[] = {
    { .name = "color", .letter = 'c', .argument = "COLOR", .help = "Its color." },
    { .name = "photo", .letter = 'p', .argument = "FILE", .help = "Its photo." },
    { .name = "loud", .letter = 'l', .help = "Make noise." },
    { .name = "sort", .argument = "up|X2|@FILE|ID", .help = "Order." },
    { .name = "owner", .argument = "OWNER", .help = "Whose it is." },
};
static const struct command pet_show = { .name = "pet show",
                                         .arguments = "PET [FOLDER ...]",
                                         .summary = "Show a pet",
                                         .options = options,
                                         .option_count = sizeof options / sizeof options[0] };
static const struct command pet_break = { .name = "pet break", .summary = "Break a pet" };
static const struct command pet_food_add = { .name = "pet food add", .arguments = "a|b", .summary = "Feed" };
static const struct command count = { .name = "count", .arguments = "[NAME=VALUE ...]", .summary = "Count pets" };
static const struct command count_feet = { .name = "count feet", .summary = "Count their feet" };
static const struct command *const first[] = { &pet_show, &pet_break, &pet_food_add, NULL };
static const struct command *const second[] = { &count, &count_feet, NULL };
static const struct command *const *const lists[] = { first, second, NULL };

static void each_pet(command_offer_fn *offer, void *context)
{
    static const char *const names[] = { "tom", "kim@example.org", "-rf", "$(id)", "two words", "a`b", "", "Zoë" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        offer(context, names[i], "a pet");
}

static const struct command_values values[] = {
    { .name = "COLOR", .words = "red|reddish|blue" },
    { .name = "FILE", .place = "files" },
    { .name = "FOLDER", .place = "folders" },
    { .name = "PET", .each = each_pet },
    { .name = NULL },
};
static const struct command_program program = { .name = "pets", .lists = lists, .values = values };

static void note(void *context, const char *word, const char *meaning)
{
    char *text = context;
    (void)meaning;
    size_t used = strlen(text);
    snprintf(text + used, 512 - used, "%s ", word);
}

/* `line` ends where the cursor is; `offered` has a blank after each word, and ":files" where the shell has to look. */
static void expect(const char *line, const char *offered)
{
    char copy[256];
    char *words[16] = { copy };
    int count_of_words = 1;
    char got[512] = "";
    snprintf(copy, sizeof copy, "%s", line);
    for (char *blank = strchr(copy, ' '); blank != NULL; blank = strchr(blank + 1, ' ')) {
        *blank = '\0';
        words[count_of_words++] = blank + 1;
    }
    const char *place = command_complete(&program, count_of_words, words, note, got);
    if (place != NULL)
        snprintf(got + strlen(got), sizeof got - strlen(got), ":%s", place);
    if (strcmp(got, offered) != 0)
        fail_msg("'%s' is offered '%s', not '%s'", line, got, offered);
}

static void names_of_commands(void **state)
{
    (void)state;
    expect("", "pet count help --help --version ");
    expect("p", "pet ");
    expect("pet", "pet ");
    expect("pet ", "show break food ");
    expect("pet s", "show ");
    expect("pet food ", "add ");
    expect("count f", "feet ");
    expect("count ", "feet ");
    expect("cat ", "");
    expect("pet eat ", "");
    expect("help ", "pet count --man ");
    expect("help pet b", "break ");
    expect("help pet break -", "--man ");
    assert_null(command_complete(&program, 0, NULL, note, NULL));
}

static void options_of_a_command(void **state)
{
    (void)state;
    expect("pet show -", "--color --photo --loud --sort --owner --help ");
    expect("pet show --l", "--loud ");
    expect("pet show --loud --c", "--color ");
    expect("pet show --color --c", "");
    expect("pet show -c --c", "");
    expect("pet show -lc --c", "");
    expect("pet show -cl --c", "--color ");
    expect("pet show --color=c --c", "--color ");
    expect("pet show -- --c", "");
    expect("pet break ", "--help ");
    expect("pet break -- ", "");
    expect("pet --c", "");
}

static void values_of_options(void **state)
{
    (void)state;
    expect("pet show --color ", "red reddish blue ");
    expect("pet show -c redd", "reddish ");
    expect("pet show -lc bl", "blue ");
    expect("pet show --color=red", "--color=red --color=reddish ");
    expect("pet show --color=", "--color=red --color=reddish --color=blue ");
    expect("pet show --sort ", "up X2 "); /* the others stand for something */
    expect("pet show --photo ", ":files");
    expect("pet show --photo=/tmp/a", ":files");
    expect("pet show --owner ", "");
    expect("pet show --loud=", "");
    expect("pet show --nothing=", "");
    expect("pet show --=", "");
}

static void arguments_of_a_command(void **state)
{
    (void)state;
    expect("pet show ", "tom kim@example.org Zoë "); /* nothing that a shell would read as more than a word */
    expect("pet show k", "kim@example.org ");
    expect("pet show --loud --color red t", "tom ");
    expect("pet show tom ", ":folders");
    expect("pet show tom a b c ", ":folders");
    expect("pet show - ", ":folders");
    expect("pet food add ", "a b ");
    expect("pet food add a ", "--help ");
    expect("count a=1 ", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_commands),
        cmocka_unit_test(options_of_a_command),
        cmocka_unit_test(values_of_options),
        cmocka_unit_test(arguments_of_a_command),
    };
    return cmocka_run_group_tests_name("base: completion", tests, NULL, NULL);
}
