/* SPDX-License-Identifier: Apache-2.0 */
/* config.h: the settings of `doorcode serve` and of the administration commands: one YAML file, each value overridden by
 * its environment variable (http.port by DOORCODE_HTTP_PORT; lists parted by commas). The table in config.c is the reference: names,
 * bounds, defaults, help. Secrets are never values: only files and environment variables hold them. */
#ifndef DOORCODE_SERVER_CONFIG_H
#define DOORCODE_SERVER_CONFIG_H

#include "crypto/passwords.h"
#include "model/policy.h"
#include "server/fields.h"

enum { CONFIG_LISTS = 4, CONFIG_VARIABLE_MAX = 96 };

struct config {
    const char *origin;
    const char *data;
    struct {
        const char *address;
        uint32_t port; /* 0: off */
    } http;
    struct {
        const char *address;
        uint32_t port; /* 0: off */
        const char *certificate_file;
        const char *key_file;
    } https;
    struct {
        uint32_t workers; /* 0: one per core */
        uint32_t max_connections;
        uint32_t request_seconds;
        uint32_t idle_seconds;
        struct text_list trusted_proxies;
        uint32_t stop_seconds;
    } server;
    struct {
        int synchronous; /* 0 full, 1 normal */
        const char *master_key_file;
    } store;
    struct {
        const char *host;
        uint32_t port;
        int security; /* enum smtp_security */
        const char *user;
        const char *password_file;
        const char *ca_file;
        const char *from_address;
        const char *from_name;
        uint32_t connections;
        uint32_t timeout_seconds;
    } smtp;
    struct policy policy;
    struct password_options passwords;
    struct {
        uint32_t rotate_days;
    } keys;
    struct {
        struct text_list from;
    } metrics;
    struct {
        int level;  /* enum event_level */
        int format; /* 0 json, 1 text */
    } log;
    struct yaml *yaml;         /* owns the texts; NULL without a file */
    char *lists[CONFIG_LISTS]; /* own the texts of lists that came from the environment */
    size_t list_count;
};

extern const struct field config_fields[];
/* For the reference: the default as text, in the caller's buffer; a list as YAML has it on one line. */
const char *config_default(const struct field *section, const struct field *field, char *out, size_t cap);

/* The environment variable that overrides it. */
const char *config_variable(const struct field *section, const struct field *field, char name[CONFIG_VARIABLE_MAX]);

/* The defaults, the file (NULL: none), the environment. FORMAT or IO with a complaint. The caller frees. */
NODISCARD err config_load(const char *file, struct config *out, struct complaint *why);
/* What a server needs and a good file may still lack, as a sentence; NULL where nothing is missing. */
const char *config_missing(const struct config *c);
void config_free(struct config *c);
/* Paths of the data folder's files, in the caller's buffer; false if too long. */
bool config_path(const struct config *c, const char *name, char *out, size_t cap);

#endif
