/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode config: the reference of the settings, from the table that reads them. */
#include "server/commands/commands.h"

#include "server/config.h"

#include <string.h>

enum { VALUE_MAX = 64 };

static void print_field(FILE *out, const struct field *section, const struct field *f)
{
    char value[VALUE_MAX];

    fprintf(out, "%s# %s\n", section == NULL ? "" : "  ", f->help);
    if (f->type == FIELD_IS_NUMBER)
        fprintf(out, "%s# %u to %u\n", section == NULL ? "" : "  ", f->min, f->max);
    const char *text = config_default(section, f, value, sizeof value);
    bool is_text = f->type == FIELD_IS_TEXT;
    fprintf(out, "%s%s: %s%s%s\n", section == NULL ? "" : "  ", f->name, is_text ? "\"" : "", text,
            is_text ? "\"" : "");
}

static void print_section(FILE *out, const struct field *section)
{
    fprintf(out, "\n# %s\n%s:\n", section->help, section->name);
    for (const struct field *f = section->fields; f->name != NULL; f++)
        print_field(out, section, f);
}

static int print(const struct command_line *line)
{
    for (const struct field *f = config_fields; f->name != NULL; f++)
        if (f->type == FIELD_IS_MAP)
            print_section(line->out, f);
        else
            print_field(line->out, NULL, f);
    return COMMAND_OK;
}

static const char *const examples[] = { "doorcode config > doorcode.yaml", NULL };

const struct command command_config = {
    .name = "config",
    .summary = "Print a configuration file with all settings and their defaults",
    .description =
        "The output is a complete configuration. Change what you need and remove the rest. A setting is also "
        "read from the environment: smtp.fromAddress from DOORCODE_SMTP_FROM_ADDRESS.",
    .examples = examples,
    .run = print,
};
