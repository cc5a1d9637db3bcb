/* SPDX-License-Identifier: Apache-2.0 */
/* json_out.h: JSON into a bounded buffer, no tree, no allocation (RFC 8259). The writer places commas; text is escaped,
 * and what is not UTF-8 becomes U+FFFD. `key` is NULL inside arrays and for the outermost value. Pure.
 *   struct json j; json_start(&j, &buf); json_object(&j, NULL); json_text(&j, "error", e); json_end(&j); */
#ifndef DOORCODE_WIRE_JSON_OUT_H
#define DOORCODE_WIRE_JSON_OUT_H

#include "base/buf.h"

enum { JSON_DEPTH = 16 };

struct json {
    struct buf *out;
    unsigned depth;
    char close[JSON_DEPTH];
    bool started[JSON_DEPTH]; /* something stands at this depth: a comma comes next */
};

/* jansson, in the same program, exports functions of these two names and calls them itself. */
#define json_object json_out_object
#define json_array json_out_array

void json_start(struct json *j, struct buf *out);
void json_object(struct json *j, const char *key);
void json_array(struct json *j, const char *key);
void json_end(struct json *j); /* closes the innermost object or array */
void json_text(struct json *j, const char *key, struct slice value);
void json_cstr(struct json *j, const char *key, const char *value);
void json_number(struct json *j, const char *key, int64_t value);
void json_flag(struct json *j, const char *key, bool value);
void json_raw(struct json *j, const char *key, struct slice json); /* JSON already, and checked to be */

#endif
