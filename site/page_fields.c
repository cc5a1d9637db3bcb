/* SPDX-License-Identifier: Apache-2.0 */
/* Settings and manifests: both are tables of struct field. */
#include "reference.h"

#include "server/config.h"
#include "server/manifest_fields.h"

#include <string.h>

enum { VALUE_MAX = 128, DEEPEST = 8 };

static void put_type(struct page *page, const struct field *f)
{
    static const char *const words[] = {
        "text", "number", "true or false", "GUID", "", "list of texts", "map", "list"
    };

    fputs(words[f->type], page->out);
    if (f->type == FIELD_IS_NUMBER)
        fprintf(page->out, ", %u to %u", f->min, f->max);
    for (size_t i = 0; f->type == FIELD_IS_CHOICE && f->choices[i] != NULL; i++)
        fprintf(page->out, "%s`%s`", i == 0 ? "" : ", ", f->choices[i]);
    if (f->required)
        fputs("; required", page->out);
    fputs(" | ", page->out);
}

static void put_setting(struct page *page, const struct field *section, const struct field *f)
{
    char value[VALUE_MAX];
    char variable[CONFIG_VARIABLE_MAX];

    fprintf(page->out, "| `%s%s%s` | ", section != NULL ? section->name : "", section != NULL ? "." : "", f->name);
    put_type(page, f);
    put_code(page, config_default(section, f, value, sizeof value));
    fputs(" | ", page->out);
    put_cell(page, f->name, f->help);
    fprintf(page->out, " `%s` |\n", config_variable(section, f, variable));
}

static void put_settings_head(FILE *out)
{
    fputs("| setting | type | default | meaning | variable |\n| --- | --- | --- | --- | --- |\n", out);
}

void page_settings(struct page *page)
{
    fputs("# Settings of the server\n\nOne YAML file: `doorcode serve --config FILE`; `doorcode config` prints one "
          "with all settings "
          "and their defaults. Each is overridden by its environment variable. Passwords and keys are never values: "
          "files "
          "or variables hold them. From the table that reads the file (`src/server/config.c`).\n\n## General\n\n",
          page->out);
    put_settings_head(page->out);
    for (const struct field *f = config_fields; f->name != NULL; f++)
        if (f->type != FIELD_IS_MAP)
            put_setting(page, NULL, f);
    for (const struct field *f = config_fields; f->name != NULL; f++) {
        if (f->type != FIELD_IS_MAP)
            continue;
        fprintf(page->out, "\n## %s\n\n", f->name);
        put_paragraph(page, f->name, f->help);
        put_settings_head(page->out);
        for (const struct field *g = f->fields; g->name != NULL; g++)
            put_setting(page, f, g);
    }
}

/* ---- manifests ---- */

/* A map or list whose fields have a section of their own. */
static void put_map(struct page *page, const char *path, const struct field *fields, int depth);

static void join(char out[FIELD_PATH], const char *path, const struct field *f)
{
    snprintf(out, FIELD_PATH, "%s%s%s%s", path, path[0] != '\0' ? "." : "", f->name,
             f->type == FIELD_IS_LIST ? "[]" : "");
}

static void put_inner(struct page *page, const char *path, const struct field *fields, int depth)
{
    char inner[FIELD_PATH];

    for (const struct field *f = fields; f->name != NULL; f++) {
        join(inner, path, f);
        if (f->fields != NULL && depth < DEEPEST)
            put_map(page, inner, f->fields, depth + 1);
    }
}

static void put_map(struct page *page, const char *path, const struct field *fields, int depth)
{
    fprintf(page->out, "\n## %s\n\n| field | type | meaning |\n| --- | --- | --- |\n", path);
    for (const struct field *f = fields; f->name != NULL; f++) {
        fprintf(page->out, "| `%s` | ", f->name);
        put_type(page, f);
        put_cell(page, f->name, f->help);
        fputc('\n', page->out);
    }
    put_inner(page, path, fields, depth);
}

void page_manifest(struct page *page)
{
    fputs("# Manifests\n\nTenants, applications, user flows and users in YAML, for `doorcode apply`; `doorcode export` "
          "writes the same "
          "form. An unknown field is an error that names the nearest one. What a tenant's entry leaves out goes back "
          "to its "
          "default; applications and users that it does not name stay as they are. From the tables that read them "
          "(`src/server/manifest_fields*.c`). [The guide](../guides/declare-applications.md) has examples.\n",
          page->out);
    put_inner(page, "", manifest_root_fields, 0);
}
