/* SPDX-License-Identifier: Apache-2.0 */
/* A line that says what is waited for: on a terminal, after a moment, and gone at the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "progress.h"

#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a wait of so many milliseconds writes to a terminal, or to a pipe. */
static void expect_wait(bool is_terminal, int64_t milliseconds, const char *text)
{
    int ends[2];
    char got[256] = "";
    struct progress progress;
    int made = is_terminal ? openpty(&ends[0], &ends[1], NULL, NULL, NULL) : pipe(ends);
    assert_int_equal(made, 0);
    FILE *out = fdopen(ends[1], "w");
    progress_begin(&progress, out, "Waiting");
    progress_look(&progress);
    progress.begun -= milliseconds;
    progress_look(&progress);
    progress_end(&progress);
    fputs("end", out);
    fflush(out);
    for (size_t n = 0; strstr(got, "end") == NULL; n = strlen(got))
        assert_true(read(ends[0], got + n, sizeof got - 1 - n) > 0);
    fclose(out);
    close(ends[0]);
    assert_string_equal(got, text);
}

static void on_a_terminal(void **state)
{
    (void)state;
    setenv("NO_COLOR", "1", 1);
    expect_wait(true, 5000, "\rWaiting (5 s)\r\033[Kend");
    expect_wait(true, 0, "end");
    unsetenv("NO_COLOR");
    setenv("TERM", "xterm", 1);
    expect_wait(true, 61000, "\r\033[2mWaiting (61 s)\033[0m\r\033[Kend");
}

static void elsewhere_nothing(void **state)
{
    (void)state;
    expect_wait(false, 5000, "end");
}

static void nothing_begun_ends(void **state)
{
    (void)state;
    struct progress progress = { 0 };
    progress_end(&progress);
    assert_false(progress.shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_a_terminal),
        cmocka_unit_test(elsewhere_nothing),
        cmocka_unit_test(nothing_begun_ends),
    };
    return cmocka_run_group_tests_name("cli: progress", tests, NULL, NULL);
}
