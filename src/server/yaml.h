/* SPDX-License-Identifier: Apache-2.0 */
/* yaml.h: a YAML document with the line of every value (libyaml's only door). Bounded in size; one document a file.
 * Functions start with yml_, since libyaml owns yaml_. Texts are borrowed from the document and NUL-terminated; a scalar with a NUL inside is refused at loading. */
#ifndef DOORCODE_SERVER_YAML_H
#define DOORCODE_SERVER_YAML_H

#include "base/err.h"
#include "base/slice.h"

enum { YAML_MAX = 16 * 1024 * 1024, COMPLAINT_MAX = 640 };

/* What is wrong and where: "pets.yaml:12: tenants[0].domain: …". */
struct complaint {
    char text[COMPLAINT_MAX];
};

void complain(struct complaint *why, const char *file, size_t line, const char *path, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

struct yaml;

enum yaml_kind { YAML_NULL, YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_value {
    const struct yaml *yaml;
    int node;
};

/* Reads and parses; `name` is what complaints call it. IO, FORMAT, FULL, with a complaint. The caller frees. */
NODISCARD err yml_load(const char *path, struct yaml **out, struct complaint *why);
NODISCARD err yml_parse(struct slice bytes, const char *name, struct yaml **out, struct complaint *why);
void yml_free(struct yaml *y); /* NULL is fine */

const char *yml_name(const struct yaml *y);
struct yaml_value yml_root(const struct yaml *y);
enum yaml_kind yml_kind(struct yaml_value v);
size_t yml_line(struct yaml_value v);      /* from 1 */
const char *yml_text(struct yaml_value v); /* of a scalar */
size_t yml_count(struct yaml_value v);     /* items of a list, pairs of a map */
struct yaml_value yml_item(struct yaml_value list, size_t i);
struct yaml_value yml_key(struct yaml_value map, size_t i);
struct yaml_value yml_value(struct yaml_value map, size_t i);

#endif
