/* SPDX-License-Identifier: Apache-2.0 */
/* cache_places.h: a folder for caches, and accounts to put into them. For client tests; included by one file each, after
 * cmocka. */
#ifndef DOORCODE_TESTS_CACHE_PLACES_H
#define DOORCODE_TESTS_CACHE_PLACES_H

#include "doorcode/account.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLACES_AUTHORITY "https://petstore.example/petstore"
#define PLACES_CLIENT "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31"

static char places_folder[64];

static inline int places_make(void **state)
{
    (void)state;
    snprintf(places_folder, sizeof places_folder, "/tmp/doorcode-tokens-XXXXXX");
    if (mkdtemp(places_folder) == NULL)
        return -1;
    return setenv("XDG_DATA_HOME", places_folder, 1);
}

static inline void places_remove_in(const char *folder)
{
    char path[512];
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.')
            remove(path);
    }
    if (dir != NULL)
        closedir(dir);
    remove(folder);
}

static inline int places_remove(void **state)
{
    char path[128];
    (void)state;
    snprintf(path, sizeof path, "%s/doorcode", places_folder);
    places_remove_in(path);
    places_remove_in(places_folder);
    return 0;
}

/* A file in the folder. Static, so one at a time. */
static inline const char *places_path(const char *name)
{
    static char path[160];
    snprintf(path, sizeof path, "%s/%s", places_folder, name);
    return path;
}

/* An application, which asks no server. */
static inline struct doorcode_client *places_client(struct doorcode_cache *cache)
{
    struct doorcode_options options;
    struct doorcode_client *client;
    doorcode_options_init(&options);
    options.authority = PLACES_AUTHORITY;
    options.client_id = PLACES_CLIENT;
    options.cache = cache;
    assert_null(doorcode_client_new(&options, &client));
    return client;
}

static const struct doorcode_tokens places_tokens = {
    .access_token = "secret-access-1",
    .id_token = "",
    .refresh_token = "secret-refresh-1",
    .scope = "openid",
    .client_info = "",
    .received_at = 1790000000,
    .expires_in = 3600,
};

static inline const struct doorcode_error *places_keep(struct doorcode_cache *cache, const char *user,
                                                       const struct doorcode_tokens *tokens)
{
    struct doorcode_client *client = places_client(cache);
    const struct doorcode_error *error = doorcode_accounts_keep(cache, client, user, tokens, NULL);
    doorcode_client_free(client);
    return error;
}

static inline size_t places_count(struct doorcode_cache *cache)
{
    struct doorcode_accounts *accounts;
    assert_null(doorcode_accounts_read(cache, NULL, &accounts));
    size_t count = doorcode_accounts_count(accounts);
    doorcode_accounts_free(accounts);
    return count;
}

#endif
