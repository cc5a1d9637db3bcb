/* SPDX-License-Identifier: Apache-2.0 */
/* terminal_ran.h: what goes to a terminal of some width, and how wide that is. For tests; included by one file each. */
#ifndef DOORCODE_TESTS_TERMINAL_RAN_H
#define DOORCODE_TESTS_TERMINAL_RAN_H

#include "base/display.h"
#include "support/command_ran.h"

#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { TERMINAL_TEXT = 4096 }; /* more than this a terminal does not take before it is read */

struct terminal {
    int screen; /* what was written comes out here */
    FILE *out;
};

static inline struct terminal terminal_open(unsigned short columns)
{
    struct winsize size = { .ws_col = columns, .ws_row = 24 };
    struct terminal t;
    int program_end;
    assert_int_equal(openpty(&t.screen, &program_end, NULL, NULL, &size), 0);
    t.out = fdopen(program_end, "w");
    assert_non_null(t.out);
    return t;
}

/* What was written up to `end`, without it; lines parted by \n. */
static inline void terminal_read_until(const struct terminal *t, const char *end, char text[TERMINAL_TEXT])
{
    size_t used = 0;
    char *found = NULL;
    while (found == NULL) {
        assert_true(used + 1 < TERMINAL_TEXT);
        assert_int_equal(read(t->screen, text + used, 1), 1);
        used += text[used] != '\r';
        text[used] = '\0';
        found = strstr(text, end);
    }
    *found = '\0';
}

static inline void terminal_close(struct terminal *t)
{
    fclose(t->out);
    close(t->screen);
}

/* What a command that succeeds writes there, without colours. */
static inline void terminal_ran(const struct command_program *of, const char *line, unsigned short columns,
                                char text[TERMINAL_TEXT])
{
    struct terminal t = terminal_open(columns);
    setenv("NO_COLOR", "1", 1);
    assert_int_equal(command_ran_to(of, line, t.out, stderr), 0);
    unsetenv("NO_COLOR");
    fputs("\x04", t.out); /* no text of the command */
    fflush(t.out);
    terminal_read_until(&t, "\x04", text);
    terminal_close(&t);
}

/* In columns. */
static inline size_t terminal_longest(const char *text)
{
    size_t longest = 0;
    for (struct slice rest = slice_of(text); rest.n > 0;) {
        size_t n = display_width(slice_cut(rest, '\n', &rest));
        longest = n > longest ? n : longest;
    }
    return longest;
}

#endif
