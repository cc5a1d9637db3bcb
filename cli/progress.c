/* SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include "base/terminal.h"

#include <inttypes.h>
#include <time.h>
#include <unistd.h>

enum {
    MOMENT = 1000, /* milliseconds that nobody wonders about */
    PACE = 1000,   /* between two looks, at most */
};

static int64_t now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

void progress_begin(struct progress *progress, FILE *out, const char *what)
{
    *progress = (struct progress){ .out = out, .what = what, .begun = now() };
}

void progress_look(struct progress *progress)
{
    int64_t waited = now() - progress->begun;
    int fd = fileno(progress->out);
    if (waited < MOMENT || fd < 0 || isatty(fd) != 1)
        return;
    fprintf(progress->out, "\r%s%s (%" PRId64 " s)%s", terminal_color(progress->out, COLOR_DIM), progress->what,
            waited / 1000, terminal_color(progress->out, COLOR_NONE));
    fflush(progress->out);
    progress->shown = true;
}

void progress_poll(struct progress *progress, struct pollfd *waits, size_t count, int timeout_ms)
{
    poll(waits, count, timeout_ms < 0 || timeout_ms > PACE ? PACE : timeout_ms);
    progress_look(progress);
}

void progress_end(struct progress *progress)
{
    if (!progress->shown)
        return;
    fprintf(progress->out, "\r\033[K");
    fflush(progress->out);
    progress->shown = false;
}
