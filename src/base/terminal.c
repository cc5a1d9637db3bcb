/* SPDX-License-Identifier: Apache-2.0 */
#include "base/terminal.h"

#include "base/slice.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

enum { USUAL_COLUMNS = 80 };

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

int terminal_columns(FILE *file)
{
    struct winsize size;
    int fd = fileno(file);
    if (fd < 0 || ioctl(fd, TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col > 0 ? size.ws_col : USUAL_COLUMNS;
}

/* The bytes before the end of the line, or TOO_LONG, or END. */
static enum typed read_bytes(FILE *in, char *line, size_t cap, size_t *n)
{
    int c;
    *n = 0;
    while ((c = getc(in)) != EOF && c != '\n') {
        if (*n < cap)
            line[*n] = (char)c;
        (*n)++;
    }
    if (c == EOF && *n == 0)
        return TYPED_END;
    return *n >= cap ? TYPED_TOO_LONG : TYPED_LINE;
}

enum typed terminal_read_line(FILE *in, char *line, size_t cap)
{
    size_t n;
    enum typed typed = read_bytes(in, line, cap, &n);
    if (typed != TYPED_LINE)
        return typed;
    struct slice text = slice_trim(slice_bytes(line, n));
    if (slice_ends(text, SLICE("\r")))
        text = slice_trim(slice_bytes(text.p, text.n - 1));
    memmove(line, text.p, text.n);
    line[text.n] = '\0';
    return TYPED_LINE;
}

/* ---- passwords ---- */

static enum typed read_secret(FILE *in, char *line, size_t cap)
{
    size_t n;
    enum typed typed = read_bytes(in, line, cap, &n);
    if (typed != TYPED_LINE)
        return typed;
    n -= n > 0 && line[n - 1] == '\r';
    line[n] = '\0';
    return TYPED_LINE;
}

static void write_prompt(FILE *out, const char *prompt)
{
    if (prompt == NULL)
        return;
    fprintf(out, "%s: ", prompt);
    fflush(out);
}

/* Waits until a line was typed, or one of the blocked signals is there, which false tells. */
static bool wait_for_line(int fd, const sigset_t *signals)
{
    struct pollfd waits[2] = { { .fd = fd, .events = POLLIN },
                               { .fd = signalfd(-1, signals, SFD_CLOEXEC), .events = POLLIN } };
    while (poll(waits, 2, -1) < 0 && errno == EINTR)
        continue;
    if (waits[1].fd >= 0)
        close(waits[1].fd);
    return (waits[1].revents & POLLIN) == 0;
}

enum typed terminal_read_secret(FILE *in, FILE *out, const char *prompt, char *line, size_t cap)
{
    struct termios shown;
    int fd = fileno(in);
    if (fd < 0 || tcgetattr(fd, &shown) != 0) {
        write_prompt(out, prompt);
        return read_secret(in, line, cap);
    }
    sigset_t ending;
    sigset_t former;
    sigemptyset(&ending);
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        sigaddset(&ending, signals[i]);
    struct termios hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    hidden.c_lflag |= ECHONL; /* the line's end shows, so that what follows begins a line */
    sigprocmask(SIG_BLOCK, &ending, &former);
    tcsetattr(fd, TCSAFLUSH, &hidden);
    write_prompt(out, prompt);
    enum typed typed = wait_for_line(fd, &ending) ? read_secret(in, line, cap) : TYPED_END;
    tcsetattr(fd, TCSADRAIN, &shown);
    sigprocmask(SIG_SETMASK, &former, NULL); /* a signal that came ends the program here */
    return typed;
}
