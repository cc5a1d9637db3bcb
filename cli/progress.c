/* SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include "base/clock.h"
#include "base/terminal.h"

#include <inttypes.h>
#include <unistd.h>

enum {
    MOMENT = 1000, /* milliseconds that nobody wonders about */
    PACE = 1000,   /* between two looks, at most */
};

void progress_begin(struct progress *progress, FILE *out, const char *what)
{
    *progress = (struct progress){ .out = out, .what = what, .begun = clock_monotonic_ms() };
}

void progress_look(struct progress *progress)
{
    int64_t waited = clock_monotonic_ms() - progress->begun;
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
