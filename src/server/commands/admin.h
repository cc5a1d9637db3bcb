/* SPDX-License-Identifier: Apache-2.0 */
/* admin.h: what the administration commands share: the store of the configuration, also while the server runs, and
 * output as tables or JSON. */
#ifndef DOORCODE_SERVER_COMMANDS_ADMIN_H
#define DOORCODE_SERVER_COMMANDS_ADMIN_H

#include "base/command.h"
#include "base/table.h"
#include "crypto/vault.h"
#include "server/config.h"
#include "store/store.h"

struct admin {
    const struct command_line *line;
    struct config config;
    struct store *store;
    struct vault *vault; /* NULL until admin_vault */
    struct directory *directory;
    bool json;
};

/* The options every one of them takes: put first into its table. */
#define ADMIN_OPTIONS                                                                                               \
    { .name = "config",                                                                                             \
      .letter = 'c',                                                                                                \
      .argument = "FILE",                                                                                           \
      .help = "Configuration of the server.",                                                                       \
      .environment = "DOORCODE_CONFIG" },                                                                           \
    {                                                                                                               \
        .name = "data", .letter = 'd', .argument = "FOLDER", .help = "Data folder, instead of the configuration's." \
    }
/* Of those that print rows. */
#define ADMIN_JSON                            \
    {                                         \
        .name = "json", .help = "Print JSON." \
    }
#define ADMIN_TENANT                                                                 \
    {                                                                                \
        .name = "tenant", .letter = 't', .argument = "TENANT",                       \
        .help = "Tenant by id, domain or name; needed where there is more than one." \
    }

/* Opens the store (made if missing where `create`). COMMAND_OK, or a message was printed. admin_close in any case. */
int admin_open(struct admin *a, const struct command_line *line, bool create);
int admin_vault(struct admin *a);
void admin_close(struct admin *a);
/* The tenant of --tenant, or the only one; NULL: a message was printed. */
const struct tenant *admin_tenant(struct admin *a);
/* Opens the store, finds the tenant, acts, closes. `act` gives an exit status, after having told what failed. */
typedef int admin_act_fn(struct admin *a, const struct tenant *tenant);
int admin_with_tenant(const struct command_line *line, admin_act_fn *act);
/* The user of the first argument, by address or id. COMMAND_OK, or a message was printed. */
int admin_user(struct admin *a, const struct tenant *tenant, struct user *out);
/* The application of the first argument, by client id; NULL: a message was printed. */
const struct application *admin_application(struct admin *a, const struct tenant *tenant);
/* As a text with a NUL, in the caller's buffer. */
const char *admin_text(struct slice s, char *out, size_t cap);
/* As a text in the caller's `text`; "-" for never. */
const char *admin_time(instant at, struct clock_text *text);
/* Prints the fault and gives COMMAND_FAILED. */
int admin_fail(struct admin *a, err fault);

/* Prints the table, or with --json an array of objects with its columns as members, and frees it. Where reading its rows
 * failed, prints that fault instead. The exit status. */
int admin_print(struct admin *a, struct table *t, err read);

#endif
