/* SPDX-License-Identifier: Apache-2.0 */
/* router.h: THE table of what the server answers. */
#ifndef DOORCODE_API_ROUTER_H
#define DOORCODE_API_ROUTER_H

#include "api/exchange.h"

#define DEVICE_LOGIN_PATH "/devicelogin"
#define USERINFO_PATH "/oidc/userinfo"
#define ASSETS_PATH "/assets/"

/* Forms of hosted pages carry the whole authorization request with them. */
#define LOGOUT_PATH "/oauth2/v2.0/logout"
#define DEVICE_CODE_PATH "/oauth2/v2.0/devicecode"
#define AUTHORIZE_PATH "/oauth2/v2.0/authorize"
#define INTERACT_PATH "/interact"
#define TOKEN_PATH "/oauth2/v2.0/token"

struct route {
    const struct endpoint *endpoint; /* NULL: no such path */
    struct slice tenant;             /* the segment, empty for plain endpoints */
    bool method_fits;
};

/* By path; then by method among the endpoints of that path. Development endpoints exist only with `dev`. */
struct route route_find(enum http_method method, struct slice path, bool dev);
/* Each in turn, those of the development mode last; NULL past the end. For the reference. */
const struct endpoint *router_at(size_t index, bool *dev);
/* Position in the table, for metrics; the count for NULL. */
size_t endpoint_index(const struct endpoint *endpoint);
/* Whether its path begins with a tenant. */
bool endpoint_has_tenant(const struct endpoint *e);
const char *method_name(enum http_method method);

#endif
