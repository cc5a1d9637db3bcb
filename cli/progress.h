/* SPDX-License-Identifier: Apache-2.0 */
/* progress.h: one line that says what is waited for, on a terminal only, once a wait takes longer than a moment; it is gone
 * when the wait is over. One at a time. */
#ifndef DOORCODE_CLI_PROGRESS_H
#define DOORCODE_CLI_PROGRESS_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
    FILE *out;
    const char *what; /* "Waiting for the server"; static */
    int64_t begun;    /* milliseconds of a clock that only runs forward */
    bool shown;
};

/* `out`: the error output. */
void progress_begin(struct progress *progress, FILE *out, const char *what);
/* To be called about once a second while waiting. */
void progress_look(struct progress *progress);
/* poll(2), for a second at most, and a look. */
void progress_poll(struct progress *progress, struct pollfd *waits, size_t count, int timeout_ms);
void progress_end(struct progress *progress); /* also of zeros */

#endif
