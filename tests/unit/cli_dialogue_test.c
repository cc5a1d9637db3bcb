/* SPDX-License-Identifier: Apache-2.0 */
/* Sign-up, reset, passwords and second factors on the command line: for scripts with files and options, for people on
 * a terminal of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/cli_ran.h"
#include "support/client_bodies.h"

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>

#define CREDENTIAL NO(INTERRUPT("credential_required", "55103", "secret-u3"))
#define REFUSED                                                                                             \
    NO("{\"error\":\"invalid_grant\",\"suberror\":\"attribute_validation_failed\",\"error_codes\":[90023]," \
       "\"invalid_attributes\":[{\"name\":\"city\"},{\"name\":\"displayName\"}]}")
#define WRONG_PASSWORD NO(GRANT("", "50126"))

/* What the command finds on its standard input. */
static void put_stdin(const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/stdin", folder);
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    assert_non_null(freopen(path, "r", stdin));
    remove(path);
}

static void a_script_signs_in_with_a_password(void **state)
{
    (void)state;
    static const struct answer right[] = { YES(TOKEN("s1")), YES(PASSWORD("s2")), YES(TOKENS) };
    static const struct answer wrong[] = { YES(TOKEN("s1")), YES(PASSWORD("s2")), WRONG_PASSWORD };
    static const struct answer none[] = { YES(TOKEN("s1")), YES(PASSWORD("s2")) };
    put_stdin("secret- word\n");
    expect_command(right, 3, "", "signin sam@example.org --password-stdin", 0, "Signed in as sam@example.org.", "");
    put_stdin("secret-\nanother\n"); /* one try only */
    expect_command(wrong, 3, "", "signin sam@example.org --password-stdin", 1, "",
                   "signin: The user name or the password is wrong.\n");
    put_stdin("secret-\n"); /* not taken for a password without being told */
    expect_command(none, 2, "", "signin sam@example.org", 1, "",
                   "signin: No password was given.\nGive it on a terminal");
    put_stdin("");
    expect_command(NULL, 0, "", "signin sam@example.org --password-stdin", 1, "", "no password on the standard input");
}

static void a_script_is_asked_for_a_second_factor(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES(TOKEN("s1")),   YES(PASSWORD("s2")), NO(MFA("m0")),
                                             YES(METHODS("m1")), YES(OOB("m2")),      YES(TOKENS) };
    static const struct answer blocked[] = { YES(TOKEN("s1")), YES(PASSWORD("s2")), NO(MFA("m0")), YES(METHODS("m1")),
                                             NO("{\"error\":\"access_denied\",\"error_codes\":[550024]}") };
    put_stdin("secret-\n");
    expect_command(answers, 6, "12345678\n", "signin sam@example.org --password-stdin --method sms", 0, "Signed in",
                   "A second factor is needed.\nA code was sent to s*m@e*********g.\n");
    put_stdin("secret-\n");
    expect_command(answers, 4, "", "signin sam@example.org --password-stdin", 1, "",
                   "It is not said which second factor is meant.\nName one");
    put_stdin("secret-\n");
    expect_command(answers, 4, "", "signin sam@example.org --password-stdin --method pigeon", 1, "",
                   "There is no such second factor.\nName one of these with --method: email (s*m@e*********g), sms "
                   "(+4********7).");
    put_stdin("secret-\n");
    expect_command(blocked, 5, "", "signin sam@example.org --password-stdin --method e1b7", 1, "",
                   "No codes are sent to this address or phone number.");
}

static void a_script_registers_a_second_factor(void **state)
{
    (void)state;
    static const struct answer number[] = {
        YES(TOKEN("s1")), YES(PASSWORD("s2")), NO(REGISTRATION("r0")), YES(REGISTRABLE("r1")), YES(REGISTER_OOB("r2")),
        YES(TOKEN("r9")), YES(TOKENS)
    };
    static const struct answer known[] = { YES(TOKEN("s1")),
                                           YES(PASSWORD("s2")),
                                           NO(REGISTRATION("r0")),
                                           YES(REGISTRABLE("r1")),
                                           YES("{\"continuation_token\":\"r2\",\"challenge_type\":\"preverified\"}"),
                                           YES(TOKEN("r9")),
                                           YES(TOKENS) };
    put_stdin("secret-\n");
    expect_command(number, 7, "12345678\n",
                   "signin sam@example.org --password-stdin --method sms --contact +4790000007", 0, "Signed in",
                   "has to be registered.\nA code was sent to +4790000007.\n");
    put_stdin("secret-\n");
    expect_command(known, 7, "", "signin sam@example.org --password-stdin --method email", 0, "Signed in", "");
    put_stdin("secret-\n");
    expect_command(number, 4, "", "signin sam@example.org --password-stdin --method sms", 1, "", "with --contact");
}

static void a_script_signs_up(void **state)
{
    (void)state;
    static const struct answer whole[] = { YES(TOKEN("u1")),    YES(OOB("u2")),   CREDENTIAL,
                                           YES(PASSWORD("u4")), YES(TOKEN("u9")), YES(TOKENS) };
    static const struct answer asking[] = { YES(TOKEN("u1")), YES(OOB("u2")), NO(ATTRIBUTES("u5")) };
    static const struct answer refused[] = { REFUSED };
    static const struct answer exists[] = { NO("{\"error\":\"user_already_exists\",\"error_codes\":[1003037]}") };
    put_stdin("secret-\n");
    expect_command(whole, 6, "12345678\n", "signup sam@example.org displayName=Sam city=Oslo --password-stdin", 0,
                   "Signed up sam@example.org.\nSigned in as sam@example.org.\n", "A code was sent to");
    put_stdin("secret-\n");
    expect_command(whole, 5, "12345678\n", "signup sam@example.org --password-stdin --no-signin --json", 0,
                   "\"state\": \"signed_up\"", "");
    put_stdin("");
    expect_command(asking, 3, "12345678\n", "signup sam@example.org", 1, "",
                   "Give it as NAME=VALUE after the user: displayName, extension_9c1f_shoeSize (optional).");
    expect_command(refused, 1, "", "signup sam@example.org city=", 1, "", "Refused: city, displayName.");
    expect_command(refused, 1, "", "signup sam@example.org city= --json", 1, "\"displayName\"", "");
    expect_command(exists, 1, "", "signup sam@example.org", 1, "", "There is an account with this address already.");
    expect_command(NULL, 0, "", "signup sam@example.org Oslo", 2, "", "has to be NAME=VALUE");
}

static void a_script_resets_a_password(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES(TOKEN("p1")),
                                             YES(OOB("p2")),
                                             YES(TOKEN("p4")),
                                             YES("{\"continuation_token\":\"p5\",\"poll_interval\":1}"),
                                             YES("{\"status\":\"in_progress\"}"),
                                             YES("{\"status\":\"succeeded\",\"continuation_token\":\"p9\"}"),
                                             YES(TOKENS) };
    static const struct answer weak[] = { YES(TOKEN("p1")), YES(OOB("p2")), YES(TOKEN("p4")),
                                          NO(GRANT("password_too_weak", "399246")) };
    put_stdin("secret-\n");
    expect_command(answers, 7, "12345678\n", "reset-password sam@example.org --password-stdin", 0,
                   "Changed the password of sam@example.org.\nSigned in", "");
    put_stdin("secret-\n");
    expect_command(answers, 6, "12345678\n", "reset-password sam@example.org --password-stdin --no-signin", 0,
                   "Changed the password of sam@example.org.\n", "");
    put_stdin("secret-\n");
    expect_command(weak, 4, "12345678\n", "reset-password sam@example.org --password-stdin", 1, "",
                   "The new password is too weak.\nMix small letters");
}

/* ---- people ---- */

struct talk {
    const char *prompt; /* waited for */
    const char *typed;
};

/* Reads the terminal until `prompt` is there, at most ten seconds. What follows it in `seen`. */
static char *await_prompt(int terminal, const char *prompt, char *seen, size_t cap, char *from)
{
    while (strstr(from, prompt) == NULL) {
        size_t n = strlen(seen);
        struct pollfd wait = { .fd = terminal, .events = POLLIN };
        ssize_t got = poll(&wait, 1, 60000) == 1 ? read(terminal, seen + n, cap - n - 1) : 0;
        if (got <= 0)
            fail_msg("no '%s' in: %s", prompt, seen);
        seen[n + (size_t)got] = '\0';
    }
    return strstr(from, prompt) + strlen(prompt);
}

/* The program on a terminal, another process. Its exit status; everything the terminal showed is in `seen`. */
static int talk_to(const struct answer *answers, size_t count, const char *command, const struct talk *talks, size_t n,
                   char *seen, size_t cap)
{
    struct answer_server server;
    char line[512];
    int terminal;
    int status = -1;
    answer_server_start_with(&server, answers, count, tenant_of_tests());
    snprintf(line, sizeof line, "%s --authority %s/petstore", command, server.origin);
    pid_t child = forkpty(&terminal, NULL, NULL, NULL);
    if (child == 0) {
        int ended = command_ran_to(&program, line, stdout, stderr);
        fflush(NULL);
        _exit(ended);
    }
    seen[0] = '\0';
    char *from = seen;
    for (size_t i = 0; i < n; i++) {
        from = await_prompt(terminal, talks[i].prompt, seen, cap, from);
        assert_int_equal(write(terminal, talks[i].typed, strlen(talks[i].typed)), strlen(talks[i].typed));
    }
    for (ssize_t got = 1; got > 0;) {
        size_t used = strlen(seen);
        got = read(terminal, seen + used, cap - used - 1);
        seen[used + (size_t)(got > 0 ? got : 0)] = '\0';
    }
    waitpid(child, &status, 0);
    close(terminal);
    assert_int_equal(answer_server_stop(&server), count);
    return status;
}

static void expect_talk(const struct answer *answers, size_t count, const char *command, const struct talk *talks,
                        size_t n, const char *end)
{
    static char seen[65536];
    int status = talk_to(answers, count, command, talks, n, seen, sizeof seen);
    if (status != 0 || strstr(seen, end) == NULL || strstr(seen, "secret-") != NULL)
        fail_msg("status %d: %s", status, seen);
}

static void a_person_signs_in(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        YES(TOKEN("s1")),   YES(PASSWORD("s2")),
        WRONG_PASSWORD,     NO(MFA("m0")),
        YES(METHODS("m1")), NO("{\"error\":\"access_denied\",\"error_codes\":[550024]}"),
        YES(OOB("m2")),     NO(GRANT("invalid_oob_value", "50181")),
        YES(OOB("m3")),     YES(TOKENS),
    };
    static const struct talk talks[] = {
        { "Password: ", "secret-1\n" },
        { "password is wrong.", "" },
        { "Password: ", "secret-2\n" },
        { "2) sms +4********7\r\nWhich one, 1 to 2: ", "3\n" },
        { "Which one, 1 to 2: ", "2\n" },
        { "No codes are sent to this", "" },
        { "Which one, 1 to 2: ", "1\n" },
        { "Code of 8 digits", "00000000\n" },
        { "The code is not right", "" },
        { "Code of 8 digits", "\n" },
        { "A code was sent to s*m@e*********g.", "" },
        { "Code of 8 digits", "1234 5678\n" },
    };
    expect_talk(answers, COUNT(answers), "signin sam@example.org", talks, COUNT(talks), "Signed in");
}

static void a_person_signs_up_and_registers(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        YES(TOKEN("u1")),
        YES(OOB("u2")),
        CREDENTIAL,
        YES(PASSWORD("u4")),
        NO(GRANT("password_banned", "399249")),
        NO(ATTRIBUTES("u5")),
        REFUSED,
        YES(TOKEN("u9")),
        NO(REGISTRATION("r0")),
        YES(REGISTRABLE("r1")),
        NO("{\"error\":\"invalid_request\",\"error_codes\":[901001]}"),
        YES("{\"continuation_token\":\"r2\",\"challenge_type\":\"preverified\"}"),
        YES(TOKEN("r9")),
        YES(TOKENS),
    };
    static const struct talk talks[] = {
        { "Code of 8 digits", "12345678\n" },
        { "New password: ", "secret-1\n" },
        { "The same again: ", "secret-2\n" },
        { "The two are not the same.", "" },
        { "New password: ", "secret-1\n" },
        { "The same again: ", "secret-1\n" },
        { "too easy to guess", "" },
        { "New password: ", "secret-3\n" },
        { "The same again: ", "secret-3\n" },
        { "displayName: ", "\n" },
        { "displayName: ", "Sam\n" },
        { "\nshoeSize (optional): ", "42\n" },
        { "Refused: city, displayName.", "" },
        { "displayName (must match ^.{1,256}$): ", "Sam S\n" }, /* and nothing else again */
        { "Which one, 1 to 2: ", "1\n" },
        { "Contact for codes by email (empty line: sam@example.org): ", "x\n" },
        { "This is no address or phone number", "" },
        { "Which one, 1 to 2: ", "1\n" },
        { "Contact for codes", "\n" },
    };
    expect_talk(answers, COUNT(answers), "signup sam@example.org", talks, COUNT(talks), "Signed in");
}

/* Ctrl-C while a password is typed ends the program by that signal, and not before the terminal shows again. */
static void a_signal_restores_the_terminal(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES(TOKEN("s1")), YES(PASSWORD("s2")) };
    static const struct talk talks[] = { { "Password: ", "secret-\003" } };
    static char seen[4096];
    int status = talk_to(answers, COUNT(answers), "signin sam@example.org", talks, 1, seen, sizeof seen);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGINT);
    assert_null(strstr(seen, "secret-"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
        CASE(a_script_signs_in_with_a_password),  CASE(a_script_is_asked_for_a_second_factor),
        CASE(a_script_registers_a_second_factor), CASE(a_script_signs_up),
        CASE(a_script_resets_a_password),         CASE(a_person_signs_in),
        CASE(a_person_signs_up_and_registers),    CASE(a_signal_restores_the_terminal),
    };
    return cmocka_run_group_tests_name("cli: passwords, sign-up, reset, second factors", tests, NULL, NULL);
}
