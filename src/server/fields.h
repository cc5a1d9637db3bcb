/* SPDX-License-Identifier: Apache-2.0 */
/* fields.h: YAML maps into structs by tables: one mechanism for the configuration and the manifests. A row names a field,
 * its type and bounds, and where it goes. Every complaint names file, line and field; an unknown field is an error with the
 * nearest name. What is read is borrowed from the document. */
#ifndef DOORCODE_SERVER_FIELDS_H
#define DOORCODE_SERVER_FIELDS_H

#include "server/yaml.h"

#include "base/guid.h"

enum field_type {
    FIELD_IS_TEXT,   /* const char * */
    FIELD_IS_NUMBER, /* uint32_t within [min, max] */
    FIELD_IS_FLAG,   /* bool: true or false */
    FIELD_IS_GUID,   /* struct guid */
    FIELD_IS_CHOICE, /* int: place in `choices` */
    FIELD_IS_TEXTS,  /* struct text_list */
    FIELD_IS_MAP,    /* a struct of its own, by `fields` */
    FIELD_IS_LIST    /* struct map_list: maps that are read later, by field_list_read */
};

enum { TEXT_LIST_MAX = 64 };

struct text_list {
    const char *items[TEXT_LIST_MAX];
    size_t n;
};

/* A list of maps, not read yet. */
struct map_list {
    struct yaml_value value;
    size_t n;
};

struct field {
    const char *name;
    enum field_type type;
    size_t offset; /* in the struct; the line of the value is kept in `lines` of the reader */
    bool required;
    uint32_t min;               /* numbers; for texts the least length */
    uint32_t max;               /* numbers; for texts the greatest length in bytes, 0: 1024 */
    const char *const *choices; /* NULL-terminated */
    const struct field *fields; /* of a map, or of each item of a list; ends with a NULL name */
    /* Further check of a text (each one of a list): NULL where it is fine, else what is wrong. May be NULL itself. */
    const char *(*check)(const char *text);
    const char *help; /* one sentence, for the reference */
};

enum { FIELD_PATH = 160 };

struct field_reader {
    struct complaint *why;
    char path[FIELD_PATH]; /* of the map being read */
};

/* Reads `map` into `target`. FORMAT with a complaint. Fields that are absent keep what target holds. */
NODISCARD err fields_read(struct field_reader *reader, struct yaml_value map, const struct field *fields, void *target);
/* Reads item `i` of a list that field `name` gave; the path becomes "…name[i]". */
NODISCARD err fields_read_item(const struct field_reader *outer, const char *name, const struct map_list *list,
                               size_t i, const struct field *fields, void *target, struct field_reader *inner);
/* A scalar from elsewhere (an environment variable), by the same rules. `origin` stands where file and line would. */
NODISCARD err field_set(const struct field *field, const char *text, void *target, const char *origin,
                        struct complaint *why);
/* The same for a list: texts parted by commas. `text` is cut up and borrowed. */
NODISCARD err field_set_texts(const struct field *field, char *text, void *target, const char *origin,
                              struct complaint *why);
/* A complaint about a field of a map that was read: the line is the field's. */
err field_complain(const struct field_reader *reader, struct yaml_value map, const char *field, const char *what);
/* About item `i` of a field that is a list. */
err field_complain_item(const struct field_reader *reader, struct yaml_value map, const char *field, size_t i,
                        const char *what);

#endif
