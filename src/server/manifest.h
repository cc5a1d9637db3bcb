/* SPDX-License-Identifier: Apache-2.0 */
/* manifest.h: the directory declared in YAML: tenants with their user flows, applications and users. Applying is
 * idempotent and all or nothing; it adds and changes, and deletes nothing. Exporting writes what applies to no change. */
#ifndef DOORCODE_SERVER_MANIFEST_H
#define DOORCODE_SERVER_MANIFEST_H

#include "base/rng.h"
#include "server/yaml.h"
#include "store/store.h"

#include <stdio.h>

enum manifest_change { MANIFEST_CREATED, MANIFEST_CHANGED, MANIFEST_SAME };

/* What happened to one thing: "application", "petstore/Postman", and for a change the fields that differ. */
typedef void manifest_report(void *ctx, enum manifest_change change, const char *kind, const char *name,
                             const char *fields);

struct manifest_options {
    const struct rng *rng; /* for ids that are not given */
    instant now;
    bool dry_run;
    manifest_report *report; /* NULL: nobody asks */
    void *ctx;
};

/* All documents together, in one transaction: FORMAT with a complaint that names file, line and field, and nothing is
 * written; else the store's error. Things without an id keep the one they have, by name or address, or get a new one. */
NODISCARD err manifest_apply(struct store *store, struct yaml *const *documents, size_t n,
                             const struct manifest_options *options, struct complaint *why);
/* The whole directory as one manifest. */
NODISCARD err manifest_export(struct store *store, FILE *out);

#endif
