/* SPDX-License-Identifier: Apache-2.0 */
#include "server/fields.h"

#include "base/buf.h"
#include "base/command.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_DEFAULT_MAX = 1024, NEAR = 3 };

/* Where a value comes from, for complaints. */
struct place {
    const char *file;
    size_t line;
    const char *path;
    struct complaint *why;
};

static err refuse(const struct place *at, const char *what)
{
    complain(at->why, at->file, at->line, at->path, "%s", what);
    return FAIL(FORMAT);
}

static err set_text(const struct field *f, const char *text, const char **target, const struct place *at)
{
    size_t most = f->max == 0 ? TEXT_DEFAULT_MAX : f->max;

    if (strlen(text) > most || strlen(text) < f->min) {
        complain(at->why, at->file, at->line, at->path, "must be %u to %zu bytes long", f->min, most);
        return FAIL(FORMAT);
    }
    const char *wrong = f->check == NULL || text[0] == '\0' ? NULL : f->check(text);
    if (wrong != NULL)
        return refuse(at, wrong);
    *target = text;
    return OK;
}

static err set_number(const struct field *f, const char *text, uint32_t *target, const struct place *at)
{
    uint64_t value;

    if (!slice_to_u64(slice_of(text), f->max, &value) || value < f->min) {
        complain(at->why, at->file, at->line, at->path, "must be a number from %u to %u, not '%.40s'", f->min, f->max,
                 text);
        return FAIL(FORMAT);
    }
    *target = (uint32_t)value;
    return OK;
}

static err set_flag(const char *text, bool *target, const struct place *at)
{
    if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
        return refuse(at, "must be true or false");
    *target = text[0] == 't';
    return OK;
}

static err set_choice(const struct field *f, const char *text, int *target, const struct place *at)
{
    char known[160] = "";
    struct buf list;

    buf_init(&list, known, sizeof known - 1);
    for (int i = 0; f->choices[i] != NULL; i++) {
        if (strcmp(f->choices[i], text) == 0) {
            *target = i;
            return OK;
        }
        buf_fmt(&list, "%s%s", i == 0 ? "" : ", ", f->choices[i]);
    }
    complain(at->why, at->file, at->line, at->path, "must be one of %.*s, not '%.40s'", SLICE_ARGS(buf_slice(&list)),
             text);
    return FAIL(FORMAT);
}

/* The nil GUID is how we say that there is none. */
static err set_guid(const char *text, struct guid *target, const struct place *at)
{
    if (!guid_parse(slice_of(text), target) || guid_is_nil(*target))
        return refuse(at, "must be a GUID like 0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e");
    return OK;
}

static err set_scalar(const struct field *f, const char *text, void *target, const struct place *at)
{
    switch (f->type) {
    case FIELD_IS_TEXT:
        return set_text(f, text, target, at);
    case FIELD_IS_NUMBER:
        return set_number(f, text, target, at);
    case FIELD_IS_FLAG:
        return set_flag(text, target, at);
    case FIELD_IS_CHOICE:
        return set_choice(f, text, target, at);
    case FIELD_IS_GUID:
        return set_guid(text, target, at);
    default:
        return refuse(at, "must not be a single value");
    }
}

static err set_texts(const struct field *f, struct yaml_value list, struct text_list *target, const struct place *at)
{
    target->n = 0;
    if (yml_count(list) > TEXT_LIST_MAX)
        return refuse(at, "has more than 64 entries");
    for (size_t i = 0; i < yml_count(list); i++) {
        struct yaml_value item = yml_item(list, i);
        const struct place here = { at->file, yml_line(item), at->path, at->why };
        if (yml_kind(item) != YAML_SCALAR)
            return refuse(&here, "must be a list of texts");
        TRY(set_text(f, yml_text(item), &target->items[target->n], &here));
        target->n++;
    }
    return OK;
}

static err set_list(struct yaml_value value, struct map_list *target)
{
    *target = (struct map_list){ value, yml_count(value) };
    return OK;
}

static void path_of(const struct field_reader *reader, const char *name, char path[FIELD_PATH])
{
    snprintf(path, FIELD_PATH, "%.120s%s%.32s", reader->path, reader->path[0] == '\0' ? "" : ".", name);
}

static err set_map(const struct field_reader *reader, const struct field *f, struct yaml_value value, void *target)
{
    struct field_reader inner = { .why = reader->why };

    path_of(reader, f->name, inner.path);
    return fields_read(&inner, value, f->fields, target);
}

static err set_value(const struct field_reader *reader, const struct field *f, struct yaml_value value, char *base)
{
    static const enum yaml_kind kinds[] = {
        [FIELD_IS_TEXTS] = YAML_LIST, [FIELD_IS_MAP] = YAML_MAP, [FIELD_IS_LIST] = YAML_LIST
    };
    char path[FIELD_PATH];
    void *target = base + f->offset;

    path_of(reader, f->name, path);
    const struct place at = { yml_name(value.yaml), yml_line(value), path, reader->why };
    enum yaml_kind wanted = f->type >= FIELD_IS_TEXTS ? kinds[f->type] : YAML_SCALAR;
    if (yml_kind(value) == YAML_NULL)
        return f->required ? refuse(&at, "must not be empty") : OK;
    if (yml_kind(value) != wanted)
        return refuse(&at, wanted == YAML_LIST  ? "must be a list"
                           : wanted == YAML_MAP ? "must be a map"
                                                : "must be a single value");
    if (f->type == FIELD_IS_TEXTS)
        return set_texts(f, value, target, &at);
    if (f->type == FIELD_IS_LIST)
        return set_list(value, target);
    if (f->type == FIELD_IS_MAP)
        return set_map(reader, f, value, target);
    return set_scalar(f, yml_text(value), target, &at);
}

static const struct field *find_field(const struct field *fields, const char *name)
{
    for (; fields->name != NULL; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

static const char *nearest(const struct field *fields, const char *name)
{
    const char *best = NULL;
    size_t best_distance = NEAR;

    for (; fields->name != NULL; fields++) {
        size_t distance = command_distance(name, fields->name, NEAR);
        if (distance < best_distance) {
            best = fields->name;
            best_distance = distance;
        }
    }
    return best;
}

static err refuse_unknown(const struct field_reader *reader, struct yaml_value key, const struct field *fields)
{
    const char *near = nearest(fields, yml_text(key));

    complain(reader->why, yml_name(key.yaml), yml_line(key), reader->path, "unknown field '%.40s'%s%s%s", yml_text(key),
             near == NULL ? "" : "; did you mean '", near == NULL ? "" : near, near == NULL ? "" : "'?");
    return FAIL(FORMAT);
}

static bool is_given_before(struct yaml_value map, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(yml_text(yml_key(map, k)), yml_text(yml_key(map, i))) == 0)
            return true;
    return false;
}

static err read_pair(const struct field_reader *reader, struct yaml_value map, size_t i, const struct field *fields,
                     void *target)
{
    struct yaml_value key = yml_key(map, i);
    const struct place at = { yml_name(map.yaml), yml_line(key), reader->path, reader->why };

    if (yml_kind(key) != YAML_SCALAR)
        return refuse(&at, "a field's name must be a text");
    const struct field *field = find_field(fields, yml_text(key));
    if (field == NULL)
        return refuse_unknown(reader, key, fields);
    if (is_given_before(map, i)) {
        complain(at.why, at.file, at.line, at.path, "'%.40s' is given twice", yml_text(key));
        return FAIL(FORMAT);
    }
    return set_value(reader, field, yml_value(map, i), target);
}

static bool is_given(struct yaml_value map, const char *name)
{
    for (size_t i = 0; i < yml_count(map); i++)
        if (strcmp(yml_text(yml_key(map, i)), name) == 0)
            return true;
    return false;
}

err fields_read(struct field_reader *reader, struct yaml_value map, const struct field *fields, void *target)
{
    if (yml_kind(map) != YAML_MAP) {
        complain(reader->why, yml_name(map.yaml), yml_line(map), reader->path, "must be a map of fields");
        return FAIL(FORMAT);
    }
    for (size_t i = 0; i < yml_count(map); i++)
        TRY(read_pair(reader, map, i, fields, target));
    for (const struct field *f = fields; f->name != NULL; f++)
        if (f->required && !is_given(map, f->name)) {
            complain(reader->why, yml_name(map.yaml), yml_line(map), reader->path, "'%s' is missing", f->name);
            return FAIL(FORMAT);
        }
    return OK;
}

err fields_read_item(const struct field_reader *outer, const char *name, const struct map_list *list, size_t i,
                     const struct field *fields, void *target, struct field_reader *inner)
{
    inner->why = outer->why;
    snprintf(inner->path, sizeof inner->path, "%.100s%s%.32s[%zu]", outer->path, outer->path[0] == '\0' ? "" : ".",
             name, i);
    return fields_read(inner, yml_item(list->value, i), fields, target);
}

err field_set(const struct field *field, const char *text, void *target, const char *origin, struct complaint *why)
{
    const struct place at = { origin, 0, "", why };

    return set_scalar(field, text, (char *)target + field->offset, &at);
}

err field_set_texts(const struct field *field, char *text, void *target, const char *origin, struct complaint *why)
{
    const struct place at = { origin, 0, "", why };
    struct text_list *list = (struct text_list *)((char *)target + field->offset);

    list->n = 0;
    for (char *next = text[0] == '\0' ? NULL : text; next != NULL;) {
        char *item = next;
        next = strchr(item, ',');
        if (next != NULL)
            *next++ = '\0';
        if (list->n == TEXT_LIST_MAX)
            return refuse(&at, "has more than 64 entries");
        TRY(set_text(field, item + strspn(item, " "), &list->items[list->n], &at));
        list->n++;
    }
    return OK;
}

/* The field's value, or the map where it is not given. */
static struct yaml_value value_of(struct yaml_value map, const char *field)
{
    for (size_t i = 0; i < yml_count(map); i++)
        if (strcmp(yml_text(yml_key(map, i)), field) == 0)
            return yml_value(map, i);
    return map;
}

static err complain_at(const struct field_reader *reader, struct yaml_value at, const char *field, const char *what)
{
    char path[FIELD_PATH];

    path_of(reader, field, path);
    complain(reader->why, yml_name(at.yaml), yml_line(at), path, "%s", what);
    return FAIL(FORMAT);
}

err field_complain(const struct field_reader *reader, struct yaml_value map, const char *field, const char *what)
{
    return complain_at(reader, value_of(map, field), field, what);
}

err field_complain_item(const struct field_reader *reader, struct yaml_value map, const char *field, size_t i,
                        const char *what)
{
    return complain_at(reader, yml_item(value_of(map, field), i), field, what);
}
