/* SPDX-License-Identifier: Apache-2.0 */
/* report.h: what became of a flow, for people and for scripts. */
#ifndef DOORCODE_CLI_REPORT_H
#define DOORCODE_CLI_REPORT_H

#include "base/command.h"
#include "doorcode/client.h"

#include <jansson.h>

/* Whether --json was given, where there is such an option. */
bool report_wants_json(const struct command_line *line);
/* Two lines on the error output: what happened, what to do next. */
void report_error(const struct command_line *line, const struct doorcode_error *error);
/* The same, or with --json an object on the standard output; COMMAND_FAILED. */
int report_failure(const struct command_line *line, const struct doorcode_error *error);
/* That only a browser can go on; CLI_BROWSER_NEEDED. */
int report_browser(const struct command_line *line, const char *reason);
/* Writes and frees an object; NULL (no memory) is COMMAND_FAILED. */
int report_json(const struct command_line *line, json_t *object);
/* "in 59 min", "2 h ago". */
void report_span(int64_t at, int64_t now, char *text, size_t cap);
/* The "expires" line of a person: "2026-11-24 00:22:53Z (in 59 min)". */
void report_time(int64_t at, int64_t now, char *text, size_t cap);

#endif
