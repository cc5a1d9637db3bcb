/* SPDX-License-Identifier: Apache-2.0 */
#include "server/commands/admin.h"

#include "crypto/vault.h"
#include "server/dev_mode.h"
#include "wire/email.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

/* A database that root makes belongs to whoever owns its folder: the service, which could not open root's. (What SQLite puts
 * beside a database has its owner already.) */
static void make_as_owner(const char *folder, const char *path)
{
    struct stat about;

    if (geteuid() != 0 || stat(folder, &about) != 0 || about.st_uid == 0)
        return;
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    if (fchown(fd, about.st_uid, about.st_gid) != 0)
        unlink(path);
    close(fd);
}

/* Whoever tries things out may mean the database of `doorcode dev`, which is elsewhere. */
static int tell_missing(const struct admin *a, const char *path)
{
    char folder[PATH_SIZE];
    char beside[PATH_SIZE];
    char next[PATH_SIZE + 64] = "Name the server's configuration with --config, or its folder with --data.";

    if (dev_mode_folder(folder, sizeof folder)) {
        int n = snprintf(beside, sizeof beside, "%s/doorcode.db", folder);
        if (n > 0 && (size_t)n < sizeof beside && access(beside, F_OK) == 0)
            snprintf(next + strlen(next), sizeof next - strlen(next), " That of doorcode dev is %s.", folder);
    }
    return command_fail(a->line, next, "%s: there is no database", path);
}

static int open_store(struct admin *a, bool create)
{
    char path[PATH_SIZE];

    if (!config_path(&a->config, "doorcode.db", path, sizeof path))
        return command_fail(a->line, NULL, "%s: the path is too long", a->config.data);
    if (!create && access(path, F_OK) != 0)
        return tell_missing(a, path);
    make_as_owner(a->config.data, path);
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
    a->json = command_has(line, "json") && command_flag(line, "json");
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

int admin_with_tenant(const struct command_line *line, admin_act_fn *act)
{
    struct admin a;
    int status = admin_open(&a, line, false);

    if (status == COMMAND_OK) {
        const struct tenant *tenant = admin_tenant(&a);
        status = tenant == NULL ? COMMAND_FAILED : act(&a, tenant);
    }
    admin_close(&a);
    return status;
}

int admin_user(struct admin *a, const struct tenant *tenant, struct user *out)
{
    struct slice name = slice_of(a->line->arguments[0]);
    struct email email;
    struct guid id;
    err found = FAIL(NOT_FOUND);

    if (guid_parse(name, &id))
        found = store_user(a->store, tenant->id, id, out);
    else if (err_is_ok(email_parse(name, &email)))
        found = store_user_by_identity(a->store, tenant->id, slice_of(email.identity), out);
    if (err_is_ok(found))
        return COMMAND_OK;
    return command_fail(a->line, "'doorcode user list' shows them.", "%s: there is no such user",
                        a->line->arguments[0]);
}

const struct application *admin_application(struct admin *a, const struct tenant *tenant)
{
    const struct application *app = NULL;
    struct guid id;

    if (guid_parse(slice_of(a->line->arguments[0]), &id))
        app = directory_application(a->directory, tenant->id, id);
    if (app == NULL)
        command_fail(a->line, "Give the client id; 'doorcode app list' shows it.", "%s: there is no such application",
                     a->line->arguments[0]);
    return app;
}

const char *admin_text(struct slice s, char *out, size_t cap)
{
    snprintf(out, cap, "%.*s", SLICE_ARGS(s));
    return out;
}

const char *admin_time(instant at, struct clock_text *text)
{
    if (at == 0)
        return "-";
    *text = clock_format(at);
    return text->c;
}

int admin_fail(struct admin *a, err fault)
{
    return command_fail(a->line, NULL, "%s", err_text(fault));
}
