/* SPDX-License-Identifier: Apache-2.0 */
/* command_ran.h: a command line run in this process, with what it wrote. For tests; included by one file each. */
#ifndef DOORCODE_TESTS_COMMAND_RAN_H
#define DOORCODE_TESTS_COMMAND_RAN_H

#include "base/command.h"

#include <stdlib.h>
#include <string.h>

struct ran {
    int status;
    char *out;
    char *errors;
};

/* Words parted by one blank, without the program's name. The exit status. */
static inline int command_ran_to(const struct command_program *program, const char *line, FILE *out, FILE *errors)
{
    char copy[1024];
    char *argv[32] = { copy };
    int argc = 1;
    snprintf(copy, sizeof copy, "%s %s", program->name, line);
    for (char *blank = strchr(copy, ' '); blank != NULL && blank[1] != '\0'; blank = strchr(blank + 1, ' ')) {
        *blank = '\0';
        argv[argc++] = blank + 1;
    }
    return command_run(program, argc, argv, out, errors);
}

/* The same, with what it wrote. Free it with command_ran_free. */
static inline struct ran command_ran(const struct command_program *program, const char *line)
{
    struct ran ran = { 0 };
    size_t out_n = 0;
    size_t errors_n = 0;
    FILE *out = open_memstream(&ran.out, &out_n);
    FILE *errors = open_memstream(&ran.errors, &errors_n);
    ran.status = command_ran_to(program, line, out, errors);
    fclose(out);
    fclose(errors);
    return ran;
}

static inline void command_ran_free(struct ran *ran)
{
    free(ran->out);
    free(ran->errors);
}

#endif
