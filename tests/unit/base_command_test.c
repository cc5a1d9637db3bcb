/* SPDX-License-Identifier: Apache-2.0 */
/* Commands from tables: what is parsed, what is refused with which words, what help and the manual say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/command_ran.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Commands that print what they were given. */
static int show(const struct command_line *line)
{
    uint64_t count = 7;
    if (!command_number(line, "count", 1, 100, &count))
        return COMMAND_USAGE;
    fprintf(line->out, "%s color=%s name=%s loud=%d count=%d", line->command->name, command_value(line, "color"),
            command_value(line, "name"), command_flag(line, "loud"), (int)count);
    for (int i = 0; i < line->argument_count; i++)
        fprintf(line->out, " <%s>", line->arguments[i]);
    const char *toy;
    for (size_t i = 0; (toy = command_nth(line, "toy", i)) != NULL; i++)
        fprintf(line->out, " +%s", toy);
    fputc('\n', line->out);
    return COMMAND_OK;
}

static int break_down(const struct command_line *line)
{
    return command_fail(line, "Feed it first.", "the %s does not move", "cat");
}

static const struct command_option pet_options[] = {
    { .name = "color",
      .letter = 'c',
      .argument = "COLOR",
      .help = "Its color.",
      .environment = "PETS_COLOR",
      .required = true },
    { .name = "name", .argument = "NAME", .help = "Its name.", .fallback = "Tom" },
    { .name = "loud", .letter = 'l', .help = "Make noise.", .environment = "PETS_LOUD" },
    { .name = "count", .argument = "N", .help = "How many." },
    { .name = "toy",
      .letter = 't',
      .argument = "TOY",
      .help = "What it has.",
      .environment = "PETS_TOY",
      .repeats = true },
};
static const char *const pet_examples[] = { "pets pet show --color red cat", NULL };

static const struct command pet_show = {
    .name = "pet show",
    .arguments = "PET [PET]",
    .summary = "Show a pet",
    .description = "Shows it. It may \\ be .dotted.\n\n.Even at the start.",
    .examples = pet_examples,
    .options = pet_options,
    .option_count = 5,
    .min_arguments = 1,
    .max_arguments = 2,
    .run = show,
};
static const struct command pet_break = { .name = "pet break", .summary = "Break a pet", .run = break_down };
static const struct command count = {
    .name = "count",
    .arguments = "[PET ...]",
    .summary = "Count pets",
    .options = pet_options,
    .option_count = 5,
    .max_arguments = -1,
    .run = show,
};
static const struct command *const first[] = { &pet_show, &pet_break, NULL };
static const struct command *const second[] = { &count, NULL };
static const struct command *const *const lists[] = { first, second, NULL };
static const struct command_note statuses[] = { { "3", "the pet is out" }, { NULL, NULL } };
static const struct command_note files[] = { { "~/.pets", "All pets." }, { NULL, NULL } };
static const struct command_note variables[] = { { "NO_PETS", "No pets then." }, { NULL, NULL } };
static const struct command_link links[] = { { "pet-counter", "count" }, { "pet-nothing", "nothing" }, { NULL, NULL } };
static const struct command_program program = {
    .name = "pets",
    .summary = "keeps pets",
    .description = "It keeps pets. It feeds them.",
    .version = "1.2",
    .date = "November 23, 2026",
    .lists = lists,
    .statuses = statuses,
    .files = files,
    .environment = variables,
    .links = links,
};

static void expect(const char *line, int status, const char *out, const char *errors)
{
    struct ran got = command_ran(&program, line);
    if (got.status != status || strstr(got.out, out) == NULL || strstr(got.errors, errors) == NULL)
        fail_msg("'%s' gave %d\nout: %s\nerrors: %s", line, got.status, got.out, got.errors);
    if (out[0] == '\0')
        assert_string_equal(got.out, "");
    if (errors[0] == '\0')
        assert_string_equal(got.errors, "");
    command_ran_free(&got);
}

static void lines_are_parsed(void **state)
{
    (void)state;
    expect("pet show --color red cat", 0, "pet show color=red name=Tom loud=0 count=7 <cat>\n", "");
    expect("pet show cat --color=red --loud --name Kim dog", 0, "color=red name=Kim loud=1 count=7 <cat> <dog>\n", "");
    expect("pet show -c red -l cat", 0, "color=red name=Tom loud=1", "");
    expect("pet show -lcred cat", 0, "color=red name=Tom loud=1", "");
    expect("pet show --color red --color blue cat", 0, "color=blue", "");
    expect("pet show --color red -- --loud", 0, "loud=0 count=7 <--loud>", "");
    expect("count --color red --count 100", 0, "count=100\n", "");
    expect("count --color red a b c d", 0, "<a> <b> <c> <d>", "");
}

static void options_repeat(void **state)
{
    (void)state;
    expect("count --color red --toy ball -t mouse --toy=ball", 0, "count=7 +ball +mouse +ball\n", "");
    setenv("PETS_TOY", "string", 1);
    expect("count --color red", 0, "count=7 +string\n", "");
    expect("count --color red --toy ball", 0, "count=7 +ball\n", "");
    unsetenv("PETS_TOY");
    char *argv[COMMAND_GIVEN + 8] = { "pets", "count", "--color=red" };
    int argc = 3;
    while (argc < COMMAND_GIVEN + 2)
        argv[argc++] = "-tx";
    FILE *nowhere = fopen("/dev/null", "w");
    assert_int_equal(command_run(&program, argc, argv, nowhere, nowhere), COMMAND_OK);
    argv[argc++] = "-l";
    assert_int_equal(command_run(&program, argc, argv, nowhere, nowhere), COMMAND_USAGE);
    fclose(nowhere);
}

static void a_name_of_the_file_is_a_command(void **state)
{
    (void)state;
    char *out = NULL;
    size_t n;
    FILE *stream = open_memstream(&out, &n);
    char *argv[] = { "/usr/bin/pet-counter", "--color", "red", "Tom", NULL };
    assert_int_equal(command_run(&program, 4, argv, stream, stream), COMMAND_OK);
    argv[0] = "pet-nothing"; /* an error of the table's: then the words count */
    assert_int_equal(command_run(&program, 4, argv, stream, stream), COMMAND_USAGE);
    fclose(stream);
    assert_non_null(strstr(out, "count color=red name=Tom loud=0 count=7 <Tom>\n"));
    free(out);
}

static void the_environment_stands_in(void **state)
{
    (void)state;
    setenv("PETS_COLOR", "green", 1);
    setenv("PETS_LOUD", "Yes", 1);
    expect("count", 0, "color=green name=Tom loud=1", "");
    expect("count --color red", 0, "color=red", "");
    setenv("PETS_COLOR", "", 1);
    setenv("PETS_LOUD", "0", 1);
    expect("count", 2, "", "option '--color COLOR' is missing (or set PETS_COLOR)");
    expect("count --color red", 0, "loud=0", "");
    unsetenv("PETS_COLOR");
    unsetenv("PETS_LOUD");
}

static void wrong_lines_say_what_to_do(void **state)
{
    (void)state;
    expect("", 2, "", "Usage: pets COMMAND");
    expect("pte show cat", 2, "", "unknown command 'pte'; did you mean 'pets pet show'?");
    expect("cuont", 2, "", "did you mean 'pets count'?");
    expect("elephant", 2, "", "pets: unknown command 'elephant'\nSee 'pets --help'.");
    expect("pet", 2, "", "one of these is meant:\n  pet show");
    expect("pet eat", 2, "", "pets pet: one of these is meant:\n  pet show");
    expect("pet shwo", 2, "", "pets: unknown command 'pet shwo'; did you mean 'pets pet show'?");
    expect("pet show --color red", 2, "", "pets pet show: missing argument: PET [PET]\nSee 'pets pet show --help'.");
    expect("pet show --color red a b c", 2, "", "too many arguments, beginning with 'c'");
    expect("pet break now", 2, "", "too many arguments, beginning with 'now'");
    expect("count --colour red", 2, "", "unknown option '--colour'; did you mean '--color'?");
    expect("count --elephant=grey", 2, "", "unknown option '--elephant'\n");
    expect("count --loud=1", 2, "", "option '--loud' takes no value");
    expect("count -x", 2, "", "unknown option '-x'");
    expect("count --color", 2, "", "option '--color' needs a value");
    expect("count -c", 2, "", "option '-c' needs a value");
    expect("count --color red --count 101", 2, "", "'--count 101' must be a number from 1 to 100");
    expect("count --color red --count 0", 2, "", "must be a number");
    expect("count --color red --count 1x", 2, "", "must be a number");
    expect("count --color red --count -1", 2, "", "must be a number");
}

static void failures_have_two_lines(void **state)
{
    (void)state;
    expect("pet break", 1, "", "pets pet break: the cat does not move\nFeed it first.\n");
}

static void help_names_everything(void **state)
{
    (void)state;
    expect("--help", 0, "pet show             Show a pet", "");
    expect("--help", 0, "Exit status: 0 done, 1 failed, 2 wrong usage, 3 the pet is out.", "");
    expect("help", 0, "Count pets", "");
    expect("--version", 0, "pets 1.2\n", "");
    expect("help pet show", 0, "Usage: pets pet show --color COLOR [OPTION ...] PET [PET]\n", "");
    expect("pet show --help", 0, "-c, --color COLOR         Its color. [environment: PETS_COLOR]\n", "");
    expect("pet show -h", 0, "--name NAME               Its name. [default: Tom]\n", "");
    expect("pet show --help", 0, "\n\n.Even at the start.\n", "");
    expect("pet show --help", 0, "Examples:\n  pets pet show --color red cat\n", "");
    expect("help pet sow", 2, "", "did you mean 'pets pet show'?");
}

static void expect_parts(const char *text, const char *const *parts)
{
    for (; *parts != NULL; parts++) {
        if (strstr(text, *parts) == NULL)
            fail_msg("the manual lacks %s:\n%s", *parts, text);
    }
    for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1)
        assert_true(strchr(line, '\n') - line <= 80);
}

static void the_manual_is_mdoc(void **state)
{
    (void)state;
    static const char *const whole[] = {
        ".Dd November 23, 2026\n.Dt PETS 1\n",
        ".It Xr pets-pet-show 1\nShow a pet.\n",
        ".It Ev PETS_COLOR\n",
        ".It Ev \"\\&NO_PETS\"\n",
        ".It Pa \"\\&~/.pets\"\n",
        ".It  \"\\&3\"\nthe pet is out\n",
        NULL,
    };
    static const char *const one[] = {
        ".Dt PETS-PET-SHOW 1\n",
        ".Nm pets\n.Cm \"\\&pet show\"\n.Fl \\-color Ar \"\\&COLOR\"\n.Op Ar option ...\n.Ar \"\\&PET [PET]\"\n",
        ".It Fl c , Fl \\-color Ar \"\\&COLOR\"\n",
        "It may \\e be .dotted.\n",
        ".Pp\n\\&.Even at the start.\n",
        "pets pet show \\-\\-color red cat\n",
        ".It  \"\\&3\"\nthe pet is out\n",
        ".Xr pets 1 ,\n.Xr pets-pet-break 1\n",
        NULL,
    };
    struct ran got = command_ran(&program, "help --man");
    expect_parts(got.out, whole);
    const char *variable = strstr(got.out, ".It Ev PETS_COLOR");
    assert_null(strstr(variable + 1, ".It Ev PETS_COLOR")); /* named once, though two commands have it */
    command_ran_free(&got);
    got = command_ran(&program, "help pet show --man");
    expect_parts(got.out, one);
    command_ran_free(&got);
    expect("help pte --man", 2, "", "unknown command");
}

static void help_on_several_commands_lists_them(void **state)
{
    (void)state;
    expect("pet --help", 0, "pets pet: one of these is meant:\n  pet show", "");
    expect("pet -h", 0, "  pet break ", "");
    expect("help pet", 0, "  pet break ", "");
    expect("help elephant", 2, "", "unknown command 'elephant'");
}

static void a_group_is_meant_before_what_is_called_like_it(void **state)
{
    (void)state;
    static const struct command pest = { .name = "pest", .summary = "Find one", .run = break_down };
    static const struct command *const similar[] = { &pet_show, &pest, NULL };
    static const struct command *const *const both[] = { similar, NULL };
    const struct command_program other = { .name = "pets", .summary = "s", .lists = both };
    struct ran got = command_ran(&other, "pet");
    assert_string_equal(got.errors, "pets pet: one of these is meant:\n  pet show             Show a pet\n"
                                    "See 'pets --help'.\n");
    command_ran_free(&got);
}

/* What each child has to do with an output that nobody reads, or that is full. */
static void expect_output_lost(const char *file, int closed_pipe, const char *said)
{
    int ends[2];
    char text[256] = "";
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        int unread[2];
        signal(SIGPIPE, SIG_IGN);
        if (pipe(unread) != 0)
            _exit(99);
        close(unread[0]);
        dup2(closed_pipe ? unread[1] : open(file, O_WRONLY), STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        char *argv[] = { "pets", "--version", NULL };
        _exit(command_main(&program, 2, argv));
    }
    close(ends[1]);
    int status = 0;
    waitpid(child, &status, 0);
    assert_true(read(ends[0], text, sizeof text - 1) >= 0);
    close(ends[0]);
    assert_int_equal(WEXITSTATUS(status), COMMAND_FAILED);
    assert_string_equal(text, said);
}

static void who_has_seen_enough_is_not_told(void **state)
{
    (void)state;
    expect_output_lost("/dev/full", 0, "pets: the output could not be written\n");
    expect_output_lost(NULL, 1, "");
}

static void the_manual_is_files(void **state)
{
    (void)state;
    char folder[] = "/tmp/doorcode-man-XXXXXX";
    char line[64];
    static const char *const names[] = { "pets.1", "pets-pet-show.1", "pets-pet-break.1", "pets-count.1",
                                         "pet-counter.1" };
    assert_non_null(mkdtemp(folder));
    snprintf(line, sizeof line, "help --man-pages %s", folder);
    expect(line, 0, "", "");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        assert_int_equal(remove(path), 0);
    }
    assert_int_equal(remove(folder), 0);
    expect(line, 1, "", "the manual pages could not be written into '/tmp/");
    expect("help --man-pages", 2, "", "takes one FOLDER");
}

static void distances(void **state)
{
    (void)state;
    assert_int_equal(command_distance("signin", "signin", 3), 0);
    assert_int_equal(command_distance("sigin", "signin", 3), 1);
    assert_int_equal(command_distance("singin", "signin", 3), 2);
    assert_int_equal(command_distance("", "ab", 3), 2);
    assert_int_equal(command_distance("ab", "", 3), 2);
    assert_int_equal(command_distance("kitten", "sitting", 3), 3);
    assert_int_equal(command_distance("serve", "signout", 3), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_parsed),
        cmocka_unit_test(options_repeat),
        cmocka_unit_test(a_name_of_the_file_is_a_command),
        cmocka_unit_test(the_environment_stands_in),
        cmocka_unit_test(wrong_lines_say_what_to_do),
        cmocka_unit_test(help_on_several_commands_lists_them),
        cmocka_unit_test(a_group_is_meant_before_what_is_called_like_it),
        cmocka_unit_test(who_has_seen_enough_is_not_told),
        cmocka_unit_test(failures_have_two_lines),
        cmocka_unit_test(help_names_everything),
        cmocka_unit_test(the_manual_is_mdoc),
        cmocka_unit_test(the_manual_is_files),
        cmocka_unit_test(distances),
    };
    return cmocka_run_group_tests_name("base: commands", tests, NULL, NULL);
}
