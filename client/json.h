/* SPDX-License-Identifier: Apache-2.0 */
/* json.h: the client library's door to jansson: objects from outside, read behind bounds. */
#ifndef DOORCODE_CLIENT_JSON_H
#define DOORCODE_CLIENT_JSON_H

#include "base/arena.h"

#include <jansson.h>

/* The object in `bytes`; NULL for anything else, for duplicate members, bad UTF-8 or bytes after it. */
json_t *json_read_object(struct slice bytes);
/* Wipes the strings of the tree (they may be tokens), then frees it. jansson's own scratch is out of reach, hence
 * json_secrets.h. */
void json_wipe_free(json_t *root);
void json_close(json_t **root); /* for AUTO */

/* A copy of a string member in the arena; "" where it is absent, not a string or longer than `max`. */
const char *json_copy_text(const json_t *root, const char *name, struct arena *arena, size_t max);
/* The same for texts that are shown: cut at `max` bytes, control characters become blanks. */
const char *json_copy_shown(const json_t *root, const char *name, struct arena *arena, size_t max);
/* An integer member, or a string of digits, within [0, max]; 0 otherwise. */
int64_t json_whole_number(const json_t *root, const char *name, int64_t max);
int64_t json_whole_value(const json_t *value, int64_t max); /* the same of a value, which may be NULL */

/* Turns control characters into blanks: what a server sent may be printed on a terminal. */
void json_make_printable(char *text);

#endif
