/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode config: the reference of the settings, from the table that reads them; and a look at a file of them. */
#include "server/commands/commands.h"

#include "server/config.h"

#include <unistd.h>

#define CONFIG_FILE "/etc/doorcode/doorcode.yaml" /* of an installation from packages */

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

/* NULL where none is named and there is none at the usual place. */
static const char *file_of(const struct command_line *line)
{
    const char *named = command_value(line, "config");

    if (named != NULL)
        return named;
    return access(CONFIG_FILE, F_OK) == 0 ? CONFIG_FILE : NULL;
}

static const char *advice_on(const char *file)
{
    if (file == NULL)
        return "Checked were the environment and the defaults: no file is named, and there is no " CONFIG_FILE
               ". Name one with --config or DOORCODE_CONFIG; 'doorcode config' prints one to begin with.";
    if (access(file, R_OK) != 0)
        return "Name another file with --config or DOORCODE_CONFIG; 'doorcode config' prints one to begin with.";
    return "'doorcode config' lists the settings with what they may be.";
}

static int check(const struct command_line *line)
{
    const char *file = file_of(line);
    struct complaint why;
    struct config c;

    if (!err_is_ok(config_load(file, &c, &why)))
        return command_fail(line, advice_on(file), "%s", why.text);
    const char *missing = config_missing(&c);
    const char *subject = file != NULL ? file : "environment and defaults";
    int status = missing == NULL ? COMMAND_OK : command_fail(line, advice_on(file), "%s: %s", subject, missing);
    if (missing == NULL)
        fprintf(line->out, "%s: good, for %s\n", subject, c.origin);
    config_free(&c);
    return status;
}

static const struct command_option check_options[] = {
    { .name = "config",
      .letter = 'c',
      .argument = "FILE",
      .help = "Configuration, YAML; without it " CONFIG_FILE ", where there is one.",
      .environment = "DOORCODE_CONFIG" },
};
static const char *const check_examples[] = { "doorcode config check && systemctl restart doorcode", NULL };

const struct command command_config_check = {
    .name = "config check",
    .summary = "Say whether a configuration file is good",
    .description =
        "Reads the file and the environment as 'doorcode serve' does, and looks whether anything is missing. Where "
        "there is no file, the environment and the defaults have to do. Nothing is opened or contacted.",
    .examples = check_examples,
    .options = check_options,
    .option_count = sizeof check_options / sizeof check_options[0],
    .run = check,
};
