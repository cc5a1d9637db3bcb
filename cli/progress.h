/* SPDX-License-Identifier: Apache-2.0 */
/* progress.h: one line that says what is waited for, on a terminal only, once a wait takes longer than a moment; it is gone
 * when the wait is over. One at a time. */
#ifndef DOORCODE_CLI_PROGRESS_H
#define DOORCODE_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { PROGRESS_PACE = 1000 }; /* milliseconds between two looks, at most */

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
void progress_end(struct progress *progress);

#endif
