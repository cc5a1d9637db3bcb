/* SPDX-License-Identifier: Apache-2.0 */
/* manifest_scope.h: what the readers of a manifest's parts share. */
#ifndef DOORCODE_SERVER_MANIFEST_SCOPE_H
#define DOORCODE_SERVER_MANIFEST_SCOPE_H

#include "base/buf.h"
#include "server/manifest.h"
#include "server/manifest_fields.h"
#include "server/manifest_plan.h"

enum { DIFF_MAX = 1024 };

/* One application of manifests: what is there, what will be. */
struct applying {
    struct store *store;
    struct directory *directory; /* what is stored now; held */
    const struct manifest_options *options;
    struct plan plan;
    size_t changes;
    struct complaint *why;
};

/* A tenant being read. */
struct scope {
    struct applying *a;
    struct field_reader reader;
    struct manifest_tenant draft;
    struct yaml_value map;
    const struct tenant *tenant;
};

/* Reports one thing; `diff` holds the fields that differ, and has room for a NUL. */
void scope_tell(struct applying *a, bool exists, const char *kind, struct slice tenant, const char *name,
                struct buf *diff);
NODISCARD err scope_slices(struct plan *plan, const struct text_list *list, struct slices *out);
const struct user_flow *scope_stored_flow(const struct scope *s, struct slice name);
/* Takes a name of its kind within the tenant, or complains about the field that gives it. */
NODISCARD err scope_take_name(struct scope *s, const struct field_reader *reader, struct yaml_value map,
                              const char *field, const char *kind, struct slice name, const char *what);
/* No more patterns than LIMIT_PATTERNS, with those that stay as they are; else complains about the file. */
NODISCARD err scope_check_patterns(struct applying *a, const char *file);
/* Its look: colours, images, texts. */
NODISCARD err scope_read_branding(struct scope *s, struct tenant *tenant);
/* User flow `i` of the tenant: into the plan. */
NODISCARD err scope_read_user_flow(struct scope *s, size_t i);
/* The secrets, certificates, scopes and roles of an application; `stored` may be NULL. */
NODISCARD err scope_read_credentials(struct scope *s, const struct field_reader *reader, struct yaml_value map,
                                     const struct manifest_application *draft, const struct application *stored,
                                     struct application *app);
NODISCARD err scope_read_api(struct scope *s, const struct field_reader *reader, struct yaml_value map,
                             const struct manifest_application *draft, const struct application *stored,
                             struct application *app);
/* The roles of a user as WRITE_USER_ROLES takes them: into the plan where they differ; *differ says so. Nothing where the
 * manifest does not say. */
NODISCARD err scope_read_user_roles(struct scope *s, const struct field_reader *reader, const struct map_list *list,
                                    struct guid user, bool *differ);
/* Its second factors, banned passwords, contact rules and extensions. */
NODISCARD err scope_read_lists(struct scope *s, struct tenant *tenant);
/* User `i` of the tenant: into the plan. */
NODISCARD err scope_read_user(struct scope *s, size_t i);
/* Application `i` of the tenant: into the plan. */
NODISCARD err scope_read_application(struct scope *s, size_t i);

#endif
