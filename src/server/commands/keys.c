/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode keys list and rotate: the signing keys. */
#include "server/commands/admin.h"
#include "server/commands/commands.h"

#include "server/keys.h"

#include <stdlib.h>

static const struct table_column columns[] = {
    { .name = "algorithm" }, { .name = "state" },         { .name = "kid", .below = true },
    { .name = "published" }, { .name = "signing_since" }, { .name = "retired", .below = true },
};

static int print_keys(struct admin *a)
{
    struct key *keys = calloc(KEYS_MAX, sizeof *keys);
    struct table *t = TABLE_OF(columns);
    struct clock_text times[3];
    size_t n = KEYS_MAX;
    err read = keys == NULL ? FAIL(NO_MEMORY) : store_keys(a->store, keys, &n);

    for (size_t i = 0; err_is_ok(read) && i < n; i++) {
        const char *cells[] = { signing_alg_name(keys[i].alg),
                                key_state_name(keys[i].state),
                                keys[i].kid,
                                admin_time(keys[i].created_at, &times[0]),
                                admin_time(keys[i].signing_since, &times[1]),
                                admin_time(keys[i].retired_at, &times[2]) };
        table_row(t, cells);
    }
    free(keys);
    return admin_print(a, t, read);
}

static int list(const struct command_line *line)
{
    struct admin a;
    int status = admin_open(&a, line, false);

    if (status == COMMAND_OK)
        status = print_keys(&a);
    admin_close(&a);
    return status;
}

static int roll(struct admin *a)
{
    const struct keys_context context = { a->store, a->vault, &rotation_default, NULL };
    const char *name = command_value(a->line, "algorithm");
    enum signing_alg alg;
    size_t changes = 0;

    if (!signing_alg_parse(slice_of(name), &alg))
        return command_usage(a->line, "%s: the algorithms are RS256, ES256 and EdDSA", name);
    err rolled = keys_rotate(&context, alg, clock_now(&clock_system), true, &changes);
    return err_is_ok(rolled) ? print_keys(a) : admin_fail(a, rolled);
}

static int rotate(const struct command_line *line)
{
    struct admin a;
    int status = admin_open(&a, line, false);

    if (status == COMMAND_OK)
        status = admin_vault(&a);
    if (status == COMMAND_OK)
        status = roll(&a);
    admin_close(&a);
    return status;
}

static const struct command_option list_options[] = { ADMIN_OPTIONS, ADMIN_JSON };
static const struct command_option rotate_options[] = {
    ADMIN_OPTIONS,
    { .name = "algorithm",
      .letter = 'a',
      .argument = "RS256|ES256|EdDSA",
      .help = "What it signs with.",
      .fallback = "RS256" },
};

const struct command command_keys_list = {
    .name = "keys list",
    .summary = "List the signing keys",
    .description = "A key is published as next before it signs, signs while current, and stays published for a while "
                   "after it retired.",
    .examples = COMMAND_EXAMPLES("doorcode keys list --config /etc/doorcode/doorcode.yaml"),
    .options = list_options,
    .option_count = sizeof list_options / sizeof list_options[0],
    .run = list,
};

const struct command command_keys_rotate = {
    .name = "keys rotate",
    .summary = "Sign with the next key from now on",
    .description =
        "Keys rotate by themselves; this is for a key that may be known to others. Programs that keep keys for long "
        "may refuse new tokens until they read the keys again.",
    .examples = COMMAND_EXAMPLES("doorcode keys rotate --algorithm ES256"),
    .options = rotate_options,
    .option_count = sizeof rotate_options / sizeof rotate_options[0],
    .run = rotate,
};
