/* SPDX-License-Identifier: Apache-2.0 */
/* memory.h: the worst case in memory, from the limits and the configuration, printed at start. */
#ifndef DOORCODE_SERVER_MEMORY_H
#define DOORCODE_SERVER_MEMORY_H

#include <stddef.h>
#include <stdio.h>

struct memory_options {
    size_t connections;
    size_t exchanges; /* requests worked on at once: the writer's queue and the workers */
    size_t threads;
    size_t password_workers;
    size_t password_bytes; /* of one hash */
};

/* The sum in bytes. */
size_t memory_worst_case(const struct memory_options *options);
/* A row for each part, and the sum. */
void memory_print(const struct memory_options *options, FILE *out);
/* After the start: gives back the pages of program and libraries that only loading and starting have touched. What is
 * needed again comes back from the page cache, a page at a time. */
void memory_give_back(void);

#endif
