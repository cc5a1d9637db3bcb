/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a manifest: refused with a complaint and nothing written, or applied; then its export applies to no change,
 * and a second time to none either. */
#include "server/manifest.h"

#include "crypto/vault.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int64_t version_of(struct store *store)
{
    int64_t version = -1;

    ASSERT(err_is_ok(store_directory_version(store, &version)));
    return version;
}

static err apply(struct store *store, struct slice text, struct complaint *why)
{
    const struct manifest_options options = { .rng = &rng_system, .now = 1784715330 };
    struct yaml *y;

    TRY(yml_parse(text, "m", &y, why));
    err result = manifest_apply(store, &y, 1, &options, why);
    yml_free(y);
    return result;
}

static void expect_round_trip(struct store *store, struct slice manifest)
{
    struct complaint why;
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    int64_t version = version_of(store);

    ASSERT(err_is_ok(manifest_export(store, out)));
    fclose(out);
    ASSERT(err_is_ok(apply(store, slice_bytes(text, n), &why)));
    ASSERT(version_of(store) == version);
    ASSERT(err_is_ok(apply(store, manifest, &why)));
    ASSERT(version_of(store) == version);
    free(text);
}

/* One store for all, emptied after each that wrote: opening one takes longer than everything else. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct store_options options = { .clock = &clock_system, .rng = &rng_system };
    static struct store *store;
    const struct slice manifest = slice_bytes(data, size);
    struct complaint why = { "" };

    if (store == NULL)
        ASSERT(err_is_ok(store_open(&options, &store)));
    int64_t version = version_of(store);
    err applied = apply(store, manifest, &why);
    if (!err_is_ok(applied)) {
        ASSERT(applied.code == ERR_FORMAT || applied.code == ERR_CONFLICT || applied.code == ERR_FULL);
        ASSERT(strncmp(why.text, "m:", 2) == 0 && version_of(store) == version);
        return 0;
    }
    expect_round_trip(store, manifest);
    if (version_of(store) != version)
        ASSERT(err_is_ok(store_reset(store)));
    return 0;
}
