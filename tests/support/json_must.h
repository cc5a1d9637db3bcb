/* SPDX-License-Identifier: Apache-2.0 */
/* json_must.h: what a JSON body must hold, in one line of text. Terms are separated by blanks:
 *   status=succeeded         this text or whole number
 *   poll_interval:int        of this kind: text (not empty), string, int, bool
 *   error_description~a_word holds this, a low line standing for a blank
 *   !suberror                not there
 * A path is a.b, a[0] the first element, a[] every element of an array that has some. Included after cmocka.h. */
#ifndef DOORCODE_TESTS_JSON_MUST_H
#define DOORCODE_TESTS_JSON_MUST_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline bool json_is_of_kind(const json_t *value, const char *kind)
{
    if (strcmp(kind, "text") == 0)
        return json_string_length(value) > 0;
    if (strcmp(kind, "string") == 0)
        return json_is_string(value);
    return strcmp(kind, "int") == 0 ? json_is_integer(value) : strcmp(kind, "bool") == 0 && json_is_boolean(value);
}

static inline bool json_contains(const json_t *value, const char *words)
{
    char plain[128];

    if (!json_is_string(value))
        return false;
    snprintf(plain, sizeof plain, "%s", words);
    for (char *c = plain; *c != '\0'; c++)
        if (*c == '_')
            *c = ' ';
    return strstr(json_string_value(value), plain) != NULL;
}

/* `want` begins with its operator. */
static inline bool json_value_is(const json_t *value, const char *want)
{
    if (want[0] == ':')
        return json_is_of_kind(value, want + 1);
    if (want[0] == '~')
        return json_contains(value, want + 1);
    if (json_is_integer(value))
        return json_integer_value(value) == strtoll(want + 1, NULL, 10);
    return json_is_string(value) && strcmp(json_string_value(value), want + 1) == 0;
}

/* `path` is the rest of it, then the operator. */
static inline bool json_path_is(const json_t *node, const char *path)
{
    char name[128];
    size_t n = strcspn(path + 1, ".[:=~") + 1;

    if (node == NULL || strchr(":=~", path[0]) != NULL)
        return node != NULL && json_value_is(node, path);
    if (strncmp(path, "[0]", 3) == 0)
        return json_path_is(json_array_get(node, 0), path + 3);
    if (strncmp(path, "[]", 2) == 0) {
        bool all = json_array_size(node) > 0;
        for (size_t i = 0; i < json_array_size(node); i++)
            all = all && json_path_is(json_array_get(node, i), path + 2);
        return all;
    }
    size_t dot = path[0] == '.' ? 1 : 0;
    snprintf(name, sizeof name, "%.*s", (int)(n - dot), path + dot);
    return json_path_is(json_object_get(node, name), path + n);
}

static inline bool json_term_holds(const json_t *root, const char *term)
{
    return term[0] == '!' ? json_object_get(root, term + 1) == NULL : json_path_is(root, term);
}

/* NULL where all hold, else the term that does not. In `term`. */
static inline const char *json_first_broken(const json_t *root, const char *must, char term[128])
{
    while (*must != '\0') {
        size_t n = strcspn(must, " ");
        assert_true(n < 128);
        snprintf(term, 128, "%.*s", (int)n, must);
        if (!json_term_holds(root, term))
            return term;
        must += n + (must[n] == ' ');
    }
    return NULL;
}

#endif
