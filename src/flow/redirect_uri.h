/* SPDX-License-Identifier: Apache-2.0 */
/* redirect_uri.h: where an authorization answer may go (spec OIDC, 2.4): exact comparison with what is registered, but for
 * the case of scheme and host, an empty path, and the port of http on loopback. Pure, any thread. */
#ifndef DOORCODE_FLOW_REDIRECT_URI_H
#define DOORCODE_FLOW_REDIRECT_URI_H

#include "base/buf.h"
#include "base/limits.h"
#include "model/directory.h"

/* The registered URI that `given` stands for; NULL: none. */
const struct redirect_uri *redirect_uri_find(const struct application *app, struct slice given);
/* Appends the URI; an http address without a path gets its "/" (spec OIDC, 2.2). */
void redirect_uri_put(struct buf *out, struct slice uri);
/* "https://app.example:3000" of an http address; empty for every other. */
struct slice redirect_uri_origin(struct slice uri);
/* True if `origin` is that of one of the application's single-page addresses, case aside. */
bool redirect_uri_is_spa_origin(const struct application *app, struct slice origin);

#endif
