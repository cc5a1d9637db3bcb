/* SPDX-License-Identifier: Apache-2.0 */
#include "terminal.h"

#include "base/slice.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool has_colors(FILE *file)
{
    const char *no_color = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    int fd = fileno(file);
    bool wanted = no_color == NULL || no_color[0] == '\0';
    bool able = terminal != NULL && strcmp(terminal, "dumb") != 0;
    return wanted && able && fd >= 0 && isatty(fd) == 1;
}

const char *terminal_color(FILE *file, enum color color)
{
    static const char *const sequences[] = {
        [COLOR_NONE] = "\033[0m",
        [COLOR_GOOD] = "\033[32m",
        [COLOR_BAD] = "\033[31m",
        [COLOR_DIM] = "\033[2m",
    };
    return has_colors(file) ? sequences[color] : "";
}

enum typed terminal_read_line(FILE *in, char *line, size_t cap)
{
    size_t n = 0;
    int c;
    while ((c = getc(in)) != EOF && c != '\n') {
        if (n < cap)
            line[n] = (char)c;
        n++;
    }
    if (c == EOF && n == 0)
        return TYPED_END;
    if (n >= cap)
        return TYPED_TOO_LONG;
    struct slice text = slice_trim(slice_bytes(line, n));
    if (slice_ends(text, SLICE("\r")))
        text = slice_trim(slice_bytes(text.p, text.n - 1));
    memmove(line, text.p, text.n);
    line[text.n] = '\0';
    return TYPED_LINE;
}
