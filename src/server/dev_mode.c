/* SPDX-License-Identifier: Apache-2.0 */
#include "server/dev_mode.h"

#include "base/embed.h"
#include "server/manifest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Made by the build from seed/ (cmake/embed.cmake). */
const struct embedded_file *seed_files(void);

static err apply_seeds(struct dev_mode *mode, struct store *store)
{
    const struct embedded_file *file = embedded_find(seed_files(), SLICE("dev.yaml"));
    const struct manifest_options options = { .rng = &rng_system, .now = clock_now(&clock_system) };
    struct complaint why;
    struct yaml *document;

    ENSURE(file != NULL, NOT_FOUND);
    err result = yml_parse(file->bytes, file->name, &document, &why);
    if (err_is_ok(result)) {
        result = manifest_apply(store, &document, 1, &options, &why);
        yml_free(document);
    }
    if (!err_is_ok(result))
        snprintf(mode->complaint, sizeof mode->complaint, "%s", why.text);
    return result;
}

err dev_mode_seed(void *ctx, struct store *store)
{
    struct directory *directory;

    TRY(store_directory(store, &directory));
    bool is_empty = directory->tenant_count == 0;
    directory_release(directory);
    return is_empty ? apply_seeds(ctx, store) : OK;
}

static err reset(void *ctx)
{
    struct dev_mode *mode = ctx;
    struct store *store = rooms_store(mode->rooms);

    TRY(store_reset(store));
    TRY(apply_seeds(mode, store));
    atomic_store(&mode->clock.offset, 0);
    return housekeeper_refresh(rooms_housekeeper(mode->rooms));
}

static err move_clock(void *ctx, int64_t offset_seconds)
{
    struct dev_mode *mode = ctx;

    atomic_store(&mode->clock.offset, offset_seconds);
    return OK;
}

static int64_t clock_offset(void *ctx)
{
    struct dev_mode *mode = ctx;

    return atomic_load(&mode->clock.offset);
}

void dev_mode_init(struct dev_mode *mode)
{
    memset(mode, 0, sizeof *mode);
    mode->hooks =
        (struct api_dev){ .reset = reset, .move_clock = move_clock, .clock_offset = clock_offset, .ctx = mode };
}

struct policy dev_mode_policy(void)
{
    struct policy p = policy_default;

    p.resend_seconds = 0;
    p.sent_limit = 100000;
    p.requests_per_second_address = p.requests_per_second_tenant = 0;
    p.codes_per_hour_address = p.codes_per_hour_tenant = p.guesses_per_hour_address = 0;
    return p;
}

bool dev_mode_folder(char *out, size_t cap)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    int n = -1;

    if (state != NULL && state[0] == '/')
        n = snprintf(out, cap, "%s/doorcode", state);
    else if (home != NULL && home[0] == '/')
        n = snprintf(out, cap, "%s/.local/state/doorcode", home);
    return n > 0 && (size_t)n < cap;
}

err dev_mode_make_folder(const char *path)
{
    char part[4096];

    ENSURE(slice_to_cstr(slice_of(path), part, sizeof part) && part[0] != '\0', FULL);
    for (char *slash = strchr(part + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        ENSURE(mkdir(part, 0700) == 0 || errno == EEXIST, IO);
        *slash = '/';
    }
    ENSURE(mkdir(part, 0700) == 0 || errno == EEXIST, IO);
    return OK;
}
