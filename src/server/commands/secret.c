/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode app secrets, add-secret and remove-secret: what confidential clients prove themselves with (spec OIDC, 4.2). */
#include "server/commands/admin.h"
#include "server/commands/commands.h"

#include "base/b64.h"
#include "base/secret.h"
#include "crypto/digest.h"

#include <string.h>

enum { SECRET_BYTES = 32, SECRET_TEXT = B64URL_LENGTH(SECRET_BYTES), HINT = 3, DAYS_MAX = 3650, DAY = 86400 };

/* The application with other secrets. */
static int put_secrets(struct admin *a, const struct application *app, const struct client_secret *secrets, size_t n)
{
    struct application changed = *app;

    changed.secrets = secrets;
    changed.secret_count = n;
    const struct store_write write = { .kind = WRITE_APPLICATION_PUT, .application = &changed };
    err written = store_write(a->store, &write, 1);
    return err_is_ok(written) ? COMMAND_OK : admin_fail(a, written);
}

/* ---- list ---- */

static const struct table_column list_columns[] = {
    { .name = "key_id", .below = true },
    { .name = "name", .cut = true },
    { .name = "hint" },
    { .name = "starts" },
    { .name = "ends" },
};

static int list_secrets(struct admin *a, const struct tenant *tenant)
{
    const struct application *app = admin_application(a, tenant);

    if (app == NULL)
        return COMMAND_FAILED;
    struct table *t = TABLE_OF(list_columns);
    for (size_t i = 0; i < app->secret_count; i++) {
        const struct client_secret *secret = &app->secrets[i];
        const struct guid_text id = guid_format(secret->key_id);
        struct clock_text times[2];
        char name[128], hint[8];
        const char *cells[] = { id.c, admin_text(secret->name, name, sizeof name),
                                admin_text(secret->hint, hint, sizeof hint), admin_time(secret->starts_at, &times[0]),
                                admin_time(secret->ends_at, &times[1]) };
        table_row(t, cells);
    }
    return admin_print(a, t, OK);
}

/* ---- add ---- */

static const struct table_column add_columns[] = {
    { .name = "secret" },
    { .name = "key_id", .below = true },
    { .name = "name", .cut = true },
    { .name = "ends" },
};

/* The one time it is seen. */
static int print_secret(struct admin *a, const char *text, const struct client_secret *secret)
{
    const struct guid_text id = guid_format(secret->key_id);
    struct clock_text ends;
    char name[128];
    const char *cells[] = { text, id.c, admin_text(secret->name, name, sizeof name),
                            admin_time(secret->ends_at, &ends) };
    struct table *t = TABLE_OF(add_columns);

    table_row(t, cells);
    int status = admin_print(a, t, OK);
    if (status == COMMAND_OK)
        fputs("Keep the secret now: only its hash is stored, and it is not shown again.\n", a->line->errors);
    return status;
}

static int add_random_secret(struct admin *a, const struct application *app, struct client_secret secret)
{
    struct client_secret secrets[LIMIT_SECRETS];
    uint8_t random[SECRET_BYTES];
    char text[SECRET_TEXT + 1];
    struct buf out;

    rng_fill(&rng_system, random, sizeof random);
    buf_init(&out, text, SECRET_TEXT);
    b64url_put(&out, random, sizeof random);
    text[out.n] = '\0';
    wipe(random, sizeof random);
    digest_sha256(buf_slice(&out), secret.hash);
    secret.hint = (struct slice){ text, HINT };
    for (size_t i = 0; i < app->secret_count; i++)
        secrets[i] = app->secrets[i];
    secrets[app->secret_count] = secret;
    int status = put_secrets(a, app, secrets, app->secret_count + 1);
    if (status == COMMAND_OK)
        status = print_secret(a, text, &secret);
    wipe(text, sizeof text);
    return status;
}

static bool is_clean(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return false;
    return true;
}

static int add_secret(struct admin *a, const struct tenant *tenant)
{
    const struct application *app = admin_application(a, tenant);
    const char *name = command_value(a->line, "name");
    const instant now = clock_now(&clock_system);
    uint64_t days = 0;

    if (app == NULL)
        return COMMAND_FAILED;
    if (!command_number(a->line, "days", 1, DAYS_MAX, &days))
        return COMMAND_USAGE;
    if (name != NULL && (strlen(name) > 120 || !is_clean(name)))
        return command_usage(a->line, "a name has at most 120 bytes and no control characters");
    if (app->secret_count >= LIMIT_SECRETS)
        return command_fail(a->line, "Remove one: doorcode app remove-secret CLIENT-ID KEY-ID.",
                            "the application has %d secrets already", LIMIT_SECRETS);
    struct client_secret secret = {
        .key_id = guid_new(&rng_system), .name = slice_of(name), .starts_at = now, .ends_at = now + (instant)days * DAY
    };
    return add_random_secret(a, app, secret);
}

/* ---- remove ---- */

static int remove_secret(struct admin *a, const struct tenant *tenant)
{
    const struct application *app = admin_application(a, tenant);
    struct client_secret secrets[LIMIT_SECRETS];
    struct guid id = GUID_NIL;
    size_t n = 0;

    if (app == NULL)
        return COMMAND_FAILED;
    bool is_id = guid_parse(slice_of(a->line->arguments[1]), &id);
    for (size_t i = 0; i < app->secret_count && n < LIMIT_SECRETS; i++)
        if (!guid_eq(app->secrets[i].key_id, id))
            secrets[n++] = app->secrets[i];
    if (!is_id || n == app->secret_count)
        return command_fail(a->line, "'doorcode app secrets' shows their key ids.", "%s: there is no such secret",
                            a->line->arguments[1]);
    int status = put_secrets(a, app, secrets, n);
    if (status == COMMAND_OK)
        fprintf(a->line->out, "removed secret %s\n", a->line->arguments[1]);
    return status;
}

static int run_list(const struct command_line *line)
{
    return admin_with_tenant(line, list_secrets);
}

static int run_add(const struct command_line *line)
{
    return admin_with_tenant(line, add_secret);
}

static int run_remove(const struct command_line *line)
{
    return admin_with_tenant(line, remove_secret);
}

static const struct command_option list_options[] = { ADMIN_OPTIONS, ADMIN_TENANT, ADMIN_JSON };
static const struct command_option remove_options[] = { ADMIN_OPTIONS, ADMIN_TENANT };
static const struct command_option add_options[] = {
    ADMIN_OPTIONS,
    ADMIN_TENANT,
    ADMIN_JSON,
    { .name = "name", .letter = 'n', .argument = "TEXT", .help = "What it is for." },
    { .name = "days", .argument = "N", .help = "How long it is good.", .fallback = "365" },
};
static const char *const add_examples[] = {
    "doorcode app add-secret 1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31 --name production --days 180", NULL
};

const struct command command_app_secrets = {
    .name = "app secrets",
    .arguments = "CLIENT-ID",
    .summary = "List the secrets of an application",
    .description = "Shows what is known of them: the first three characters, and the hash is kept, never the secret.",
    .examples = COMMAND_EXAMPLES("doorcode app secrets 1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31"),
    .options = list_options,
    .option_count = sizeof list_options / sizeof list_options[0],
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run_list,
};

const struct command command_app_add_secret = {
    .name = "app add-secret",
    .arguments = "CLIENT-ID",
    .summary = "Make a secret for a confidential application and print it once",
    .description =
        "The secret is 256 random bits. Several are good at once, so that a new one is in use before the old "
        "one is removed. A running server takes it within a second.",
    .examples = add_examples,
    .options = add_options,
    .option_count = sizeof add_options / sizeof add_options[0],
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run_add,
};

const struct command command_app_remove_secret = {
    .name = "app remove-secret",
    .arguments = "CLIENT-ID KEY-ID",
    .summary = "Remove a secret of an application",
    .examples = COMMAND_EXAMPLES("doorcode app remove-secret 1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31 "
                                 "6a0d1c5e-3d7f-4a0b-9c51-2f9e8b7d6c10"),
    .options = remove_options,
    .option_count = sizeof remove_options / sizeof remove_options[0],
    .min_arguments = 2,
    .max_arguments = 2,
    .run = run_remove,
};
