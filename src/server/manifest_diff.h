/* SPDX-License-Identifier: Apache-2.0 */
/* manifest_diff.h: which fields of a thing differ from what is stored, by the manifest's names, comma-separated; empty when
 * nothing does. Pure. */
#ifndef DOORCODE_SERVER_MANIFEST_DIFF_H
#define DOORCODE_SERVER_MANIFEST_DIFF_H

#include "base/buf.h"
#include "model/directory.h"
#include "model/user.h"

void diff_tenant(const struct tenant *a, const struct tenant *b, struct buf *out);
void diff_user_flow(const struct user_flow *a, const struct user_flow *b, struct buf *out);
void diff_application(const struct application *a, const struct application *b, struct buf *out);
void diff_user(const struct user *a, const struct user *b, struct buf *out);

#endif
