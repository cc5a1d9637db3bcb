/* SPDX-License-Identifier: Apache-2.0 */
/* json_in.h: JSON objects from outside, the server's door to jansson: bounded in size and depth before the library
 * sees a byte, no repeated members, no NUL in texts. Allocates (jansson's tree), so not for the hot path. Any thread. */
#ifndef DOORCODE_WIRE_JSON_IN_H
#define DOORCODE_WIRE_JSON_IN_H

#include "base/err.h"
#include "base/slice.h"

enum { JSON_IN_DEPTH = 16 };

struct json_t; /* jansson's value; nobody else looks inside */

/* One object. The caller frees it with json_in_free. FULL: more than `max` bytes. FORMAT: not one JSON object, deeper
 * than JSON_IN_DEPTH, a member twice, U+0000, not UTF-8. */
NODISCARD err json_in_parse(struct slice text, size_t max, struct json_t **out);
void json_in_free(struct json_t *object); /* NULL is fine */

/* The member `key`. NOT_FOUND: absent or null. FORMAT: of another type. *out is touched on success only.
 * The text is borrowed from the object. Numbers are whole. */
NODISCARD err json_in_text(const struct json_t *object, const char *key, struct slice *out);
NODISCARD err json_in_number(const struct json_t *object, const char *key, int64_t *out);
NODISCARD err json_in_flag(const struct json_t *object, const char *key, bool *out);

enum json_in_kind { JSON_IN_NULL, JSON_IN_TEXT, JSON_IN_NUMBER, JSON_IN_FRACTION, JSON_IN_FLAG, JSON_IN_NESTED };

/* A member whose name is not known beforehand; of the last four only the one that `kind` says. */
struct json_in_member {
    struct slice name;
    enum json_in_kind kind;
    struct slice text;
    int64_t number;
    double fraction;
    bool flag;
    struct json_t *nested; /* with JSON_IN_NESTED: an object or a list, borrowed */
};

/* The members in their order: false past the last. *at is NULL before the first, and the library's afterwards. Texts are
 * borrowed from the object. */
bool json_in_next(struct json_t *object, void **at, struct json_in_member *out);
size_t json_in_count(const struct json_t *object);

/* A nested object or list, borrowed. NOT_FOUND, FORMAT as above. */
NODISCARD err json_in_object(const struct json_t *object, const char *key, struct json_t **out);
NODISCARD err json_in_list(const struct json_t *object, const char *key, struct json_t **out);
bool json_in_is_list(const struct json_t *value);
/* 0 for what is no list. */
size_t json_in_list_count(const struct json_t *list);
/* An item by its place, borrowed. FORMAT: of another type, or beyond the end. */
NODISCARD err json_in_item_object(const struct json_t *list, size_t i, struct json_t **out);
NODISCARD err json_in_item_text(const struct json_t *list, size_t i, struct slice *out);

#endif
