/* SPDX-License-Identifier: Apache-2.0 */
#include "server/commands/admin.h"

#include "crypto/vault.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

static int open_store(struct admin *a, bool create)
{
    char path[PATH_SIZE];

    if (!config_path(&a->config, "doorcode.db", path, sizeof path))
        return command_fail(a->line, NULL, "%s: the path is too long", a->config.data);
    if (!create && access(path, F_OK) != 0)
        return command_fail(a->line, "Name the server's configuration with --config, or its folder with --data.",
                            "%s: there is no database", path);
    const struct store_options options = { .path = path, .clock = &clock_system, .rng = &rng_system };
    if (!err_is_ok(store_open(&options, &a->store)))
        return command_fail(a->line, "Does the folder exist, and may this user write to it?", "%s: cannot be opened",
                            path);
    err read = store_directory(a->store, &a->directory);
    return err_is_ok(read) ? COMMAND_OK : admin_fail(a, read);
}

int admin_open(struct admin *a, const struct command_line *line, bool create)
{
    struct complaint why;
    const char *data = command_value(line, "data");

    memset(a, 0, sizeof *a);
    a->line = line;
    a->json = command_flag(line, "json");
    if (!err_is_ok(config_load(command_value(line, "config"), &a->config, &why)))
        return command_fail(line, NULL, "%s", why.text);
    if (data != NULL)
        a->config.data = data;
    return open_store(a, create);
}

int admin_vault(struct admin *a)
{
    char path[PATH_SIZE];
    const char *key = a->config.store.master_key_file;
    bool fits = key[0] != '\0' ? slice_to_cstr(slice_of(key), path, sizeof path)
                               : config_path(&a->config, "master.key", path, sizeof path);

    if (!fits || !err_is_ok(vault_load(path, false, &rng_system, &a->vault)))
        return command_fail(a->line, "The server makes it at its first start; it must be readable by its owner alone.",
                            "%s: no master key", path);
    return COMMAND_OK;
}

void admin_close(struct admin *a)
{
    directory_release(a->directory);
    store_close(a->store);
    vault_free(a->vault);
    config_free(&a->config);
}

const struct tenant *admin_tenant(struct admin *a)
{
    const char *name = command_value(a->line, "tenant");

    if (name == NULL && a->directory->tenant_count == 1)
        return &a->directory->tenants[0];
    if (name == NULL) {
        command_fail(a->line, "Name one with --tenant.", "there are %zu tenants", a->directory->tenant_count);
        return NULL;
    }
    const struct tenant *tenant = directory_tenant(a->directory, slice_of(name));
    if (tenant == NULL)
        command_fail(a->line, "'doorcode export' shows them.", "%s: there is no such tenant", name);
    return tenant;
}

int admin_fail(struct admin *a, err fault)
{
    return command_fail(a->line, NULL, "%s", err_text(fault));
}
