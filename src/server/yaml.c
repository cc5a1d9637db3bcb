/* SPDX-License-Identifier: Apache-2.0 */
#include "server/yaml.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct yaml {
    yaml_document_t document;
    char *name;
    bool parsed;
};

void complain(struct complaint *why, const char *file, size_t line, const char *path, const char *format, ...)
{
    char what[COMPLAINT_MAX / 3];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    if (line == 0)
        snprintf(why->text, sizeof why->text, "%.120s: %s", file, what);
    else
        snprintf(why->text, sizeof why->text, "%.120s:%zu: %.120s%s%s", file, line, path, path[0] == '\0' ? "" : ": ",
                 what);
}

static yaml_node_t *node_of(struct yaml_value v)
{
    return yaml_document_get_node((yaml_document_t *)&v.yaml->document, v.node);
}

static err check_texts(const struct yaml *y, struct complaint *why)
{
    for (int i = 1;; i++) {
        yaml_node_t *node = yaml_document_get_node((yaml_document_t *)&y->document, i);
        if (node == NULL)
            return OK;
        if (node->type != YAML_SCALAR_NODE || strlen((const char *)node->data.scalar.value) == node->data.scalar.length)
            continue;
        complain(why, y->name, node->start_mark.line + 1, "", "a text holds a NUL");
        return FAIL(FORMAT);
    }
}

/* Where the parser stopped. A byte that is no character is told by its offset, not by a mark. */
static size_t problem_line(const yaml_parser_t *parser, struct slice bytes)
{
    size_t line = 1;

    if (parser->error != YAML_READER_ERROR)
        return parser->problem_mark.line + 1;
    for (size_t i = 0; i < bytes.n && i < parser->problem_offset; i++)
        line += bytes.p[i] == '\n';
    return line;
}

static err refuse_problem(const struct yaml *y, const yaml_parser_t *parser, struct slice bytes, struct complaint *why)
{
    if (parser->error == YAML_MEMORY_ERROR)
        return FAIL(NO_MEMORY);
    complain(why, y->name, problem_line(parser, bytes), "", "%s",
             parser->problem == NULL ? "not YAML" : parser->problem);
    return FAIL(FORMAT);
}

/* What stands after the first document would be ignored without a word. */
static err check_end(const struct yaml *y, yaml_parser_t *parser, struct slice bytes, struct complaint *why)
{
    yaml_document_t second;

    if (yaml_parser_load(parser, &second) != 1)
        return refuse_problem(y, parser, bytes, why);
    bool is_end = yaml_document_get_root_node(&second) == NULL;
    size_t line = second.start_mark.line + 1;
    yaml_document_delete(&second);
    if (is_end)
        return OK;
    complain(why, y->name, line, "", "a second document; write each to a file of its own");
    return FAIL(FORMAT);
}

static err read_document(struct yaml *y, yaml_parser_t *parser, struct slice bytes, struct complaint *why)
{
    yaml_parser_set_input_string(parser, (const unsigned char *)bytes.p, bytes.n);
    y->parsed = yaml_parser_load(parser, &y->document) == 1;
    if (!y->parsed)
        return refuse_problem(y, parser, bytes, why);
    TRY(check_end(y, parser, bytes, why));
    return check_texts(y, why);
}

static err load_document(struct yaml *y, struct slice bytes, struct complaint *why)
{
    yaml_parser_t parser;

    ENSURE(yaml_parser_initialize(&parser) == 1, NO_MEMORY);
    err read = read_document(y, &parser, bytes, why);
    yaml_parser_delete(&parser);
    return read;
}

err yml_parse(struct slice bytes, const char *name, struct yaml **out, struct complaint *why)
{
    struct yaml *y = calloc(1, sizeof *y);

    ENSURE(y != NULL, NO_MEMORY);
    y->name = strdup(name);
    err loaded = y->name == NULL ? FAIL(NO_MEMORY) : load_document(y, bytes, why);
    if (!err_is_ok(loaded)) {
        yml_free(y);
        return loaded;
    }
    *out = y;
    return OK;
}

/* 0 and errno set, or how much was read: more than YAML_MAX is too much. */
static size_t read_bytes(const char *path, char *bytes)
{
    FILE *file = fopen(path, "rbe");

    if (file == NULL)
        return 0;
    errno = 0;
    size_t n = fread(bytes, 1, YAML_MAX + 1, file);
    int failure = ferror(file) ? errno : 0;
    fclose(file);
    errno = failure;
    return n;
}

static err read_file(const char *path, char *bytes, size_t *n, struct complaint *why)
{
    errno = 0;
    *n = read_bytes(path, bytes);
    if (errno != 0) {
        complain(why, path, 0, "", "%s", strerror(errno));
        return FAIL(IO);
    }
    if (*n > YAML_MAX) {
        complain(why, path, 0, "", "larger than 16 MiB");
        return FAIL(FULL);
    }
    return OK;
}

err yml_load(const char *path, struct yaml **out, struct complaint *why)
{
    char *bytes = malloc(YAML_MAX + 1);
    size_t n = 0;

    ENSURE(bytes != NULL, NO_MEMORY);
    err loaded = read_file(path, bytes, &n, why);
    if (err_is_ok(loaded))
        loaded = yml_parse(slice_bytes(bytes, n), path, out, why);
    free(bytes);
    return loaded;
}

void yml_free(struct yaml *y)
{
    if (y == NULL)
        return;
    if (y->parsed)
        yaml_document_delete(&y->document);
    free(y->name);
    free(y);
}

const char *yml_name(const struct yaml *y)
{
    return y->name;
}

struct yaml_value yml_root(const struct yaml *y)
{
    return (struct yaml_value){ y, 1 };
}

enum yaml_kind yml_kind(struct yaml_value v)
{
    const yaml_node_t *node = node_of(v);

    if (node == NULL)
        return YAML_NULL;
    if (node->type == YAML_SEQUENCE_NODE)
        return YAML_LIST;
    if (node->type == YAML_MAPPING_NODE)
        return YAML_MAP;
    bool is_plain = node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    const char *text = (const char *)node->data.scalar.value;
    return is_plain && (text[0] == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0) ? YAML_NULL
                                                                                                : YAML_SCALAR;
}

size_t yml_line(struct yaml_value v)
{
    const yaml_node_t *node = node_of(v);

    return node == NULL ? 1 : node->start_mark.line + 1;
}

const char *yml_text(struct yaml_value v)
{
    const yaml_node_t *node = node_of(v);

    ASSERT(node != NULL && node->type == YAML_SCALAR_NODE);
    return (const char *)node->data.scalar.value;
}

size_t yml_count(struct yaml_value v)
{
    const yaml_node_t *node = node_of(v);

    if (node == NULL || node->type == YAML_SCALAR_NODE)
        return 0;
    if (node->type == YAML_SEQUENCE_NODE)
        return (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    return (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
}

struct yaml_value yml_item(struct yaml_value list, size_t i)
{
    return (struct yaml_value){ list.yaml, node_of(list)->data.sequence.items.start[i] };
}

struct yaml_value yml_key(struct yaml_value map, size_t i)
{
    return (struct yaml_value){ map.yaml, node_of(map)->data.mapping.pairs.start[i].key };
}

struct yaml_value yml_value(struct yaml_value map, size_t i)
{
    return (struct yaml_value){ map.yaml, node_of(map)->data.mapping.pairs.start[i].value };
}
