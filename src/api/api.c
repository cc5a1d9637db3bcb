/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

void api_init(struct api *api)
{
    pthread_mutex_init(&api->snapshot_lock, NULL);
}

void api_destroy(struct api *api)
{
    directory_release(api->directory);
    keyring_release(api->keyring);
    pthread_mutex_destroy(&api->snapshot_lock);
}

struct slice api_host(const struct api *api)
{
    size_t at = 0;

    while (at + 2 < api->origin.n && api->origin.p[at] != '/')
        at++;
    return slice_from(api->origin, at + 2);
}

void api_publish(struct api *api, struct directory *directory, struct keyring *keyring)
{
    struct directory *old_directory = NULL;
    struct keyring *old_keyring = NULL;

    pthread_mutex_lock(&api->snapshot_lock);
    if (directory != NULL) {
        old_directory = api->directory;
        api->directory = directory;
    }
    if (keyring != NULL) {
        old_keyring = api->keyring;
        api->keyring = keyring;
    }
    pthread_mutex_unlock(&api->snapshot_lock);
    directory_release(old_directory);
    keyring_release(old_keyring);
}

struct directory *api_directory(struct api *api)
{
    pthread_mutex_lock(&api->snapshot_lock);
    struct directory *held = directory_hold(api->directory);
    pthread_mutex_unlock(&api->snapshot_lock);
    return held;
}

struct keyring *api_keyring(struct api *api)
{
    pthread_mutex_lock(&api->snapshot_lock);
    struct keyring *held = keyring_hold(api->keyring);
    pthread_mutex_unlock(&api->snapshot_lock);
    return held;
}
