/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode apply and export: the directory as manifests. */
#include "server/commands/admin.h"
#include "server/commands/commands.h"

#include "server/manifest.h"

#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 64 };

struct counts {
    FILE *out;
    unsigned of[3];
};

static void report(void *ctx, enum manifest_change change, const char *kind, const char *name, const char *fields)
{
    static const char *const words[] = { "created", "changed", "same" };
    struct counts *counts = ctx;

    counts->of[change]++;
    if (change == MANIFEST_SAME)
        return;
    fprintf(counts->out, "%-8s %-12s %s%s%s%s\n", words[change], kind, name, fields[0] == '\0' ? "" : " (", fields,
            fields[0] == '\0' ? "" : ")");
}

static void free_text(char **text)
{
    free(*text);
}

static int apply_documents(struct admin *a, struct yaml *const *documents, size_t n)
{
    AUTO(free_text) char *told = NULL; /* until it has come about */
    size_t size = 0;
    struct counts counts = { .out = open_memstream(&told, &size) };
    struct complaint why;
    const struct manifest_options options = { .rng = &rng_system,
                                              .now = clock_now(&clock_system),
                                              .dry_run = command_flag(a->line, "dry-run"),
                                              .report = report,
                                              .ctx = &counts };

    if (counts.out == NULL)
        return admin_fail(a, FAIL(NO_MEMORY));
    err applied = manifest_apply(a->store, documents, n, &options, &why);
    fclose(counts.out);
    if (!err_is_ok(applied))
        return command_fail(a->line, "Nothing was changed.", "%s", why.text);
    fprintf(a->line->out, "%s%u created, %u changed, %u the same%s\n", told, counts.of[MANIFEST_CREATED],
            counts.of[MANIFEST_CHANGED], counts.of[MANIFEST_SAME],
            options.dry_run ? " (dry run: nothing was written)" : "");
    return COMMAND_OK;
}

static const char *file_of(const char *argument)
{
    return strcmp(argument, "-") == 0 ? "/dev/stdin" : argument;
}

static int load_and_apply(struct admin *a)
{
    struct yaml *documents[FILES_MAX] = { NULL };
    struct complaint why;
    size_t n = 0;
    int status = COMMAND_OK;

    for (; status == COMMAND_OK && n < (size_t)a->line->argument_count; n++)
        if (!err_is_ok(yml_load(file_of(a->line->arguments[n]), &documents[n], &why)))
            status = command_fail(a->line, "Nothing was changed.", "%s", why.text);
    if (status == COMMAND_OK)
        status = apply_documents(a, documents, n);
    for (size_t i = 0; i < n; i++)
        yml_free(documents[i]);
    return status;
}

static int apply(const struct command_line *line)
{
    struct admin a;
    int status = admin_open(&a, line, true);

    if (status == COMMAND_OK)
        status = load_and_apply(&a);
    admin_close(&a);
    return status;
}

static int export(const struct command_line *line)
{
    struct admin a;
    int status = admin_open(&a, line, false);

    if (status == COMMAND_OK) {
        err written = manifest_export(a.store, line->out);
        status = err_is_ok(written) ? COMMAND_OK : admin_fail(&a, written);
    }
    admin_close(&a);
    return status;
}

static const struct command_option apply_options[] = {
    ADMIN_OPTIONS,
    { .name = "dry-run", .letter = 'n', .help = "Say what would change, and change nothing." },
};
static const char *const apply_examples[] = { "doorcode apply pets.yaml", "doorcode apply --dry-run tenants/*.yaml",
                                              NULL };

const struct command command_apply = {
    .name = "apply",
    .arguments = "FILE ...",
    .summary = "Declare tenants, applications, user flows and users",
    .description =
        "Reads manifests, - is the standard input, and makes the directory so: what is missing is created, what "
        "differs is changed, and "
        "nothing is deleted. All files are one transaction. A running server takes the changes within a second.",
    .examples = apply_examples,
    .options = apply_options,
    .option_count = sizeof apply_options / sizeof apply_options[0],
    .min_arguments = 1,
    .max_arguments = FILES_MAX,
    .run = apply,
};

static const struct command_option export_options[] = { ADMIN_OPTIONS };

const struct command command_export = {
    .name = "export",
    .summary = "Print the directory as a manifest",
    .description = "What it prints applies to no change.",
    .examples = COMMAND_EXAMPLES("doorcode export --config /etc/doorcode/doorcode.yaml > directory.yaml"),
    .options = export_options,
    .option_count = sizeof export_options / sizeof export_options[0],
    .run = export,
};
