/* SPDX-License-Identifier: Apache-2.0 */
#include "api/router.h"

#include "api/endpoints.h"

enum { SMALL = 2048, MEDIUM = 6144 }; /* room for a reply */

#define NATIVE(path, name)                                                       \
    {                                                                            \
        HTTP_POST, path, #name, ENDPOINT_FORM, NATIVE_WORK, SMALL, &name##_steps \
    }

#define PAGE(method, path, name, work)                             \
    {                                                              \
        method, path, #name, ENDPOINT_PAGE, work, 0, &name##_steps \
    }
#define ASSET(name)                                                                          \
    {                                                                                        \
        HTTP_GET, ASSETS_PATH name, "asset", ENDPOINT_OPEN, 0, LIMIT_DISCOVERY, &asset_steps \
    }

/* Reading this is reading the API. */
static const struct endpoint table[] = {
    NATIVE("/oauth2/v2.0/initiate", initiate),
    NATIVE("/oauth2/v2.0/challenge", challenge),
    NATIVE("/oauth2/v2.0/introspect", introspect),
    NATIVE("/signup/v1.0/start", signup_start),
    NATIVE("/signup/v1.0/challenge", signup_challenge),
    NATIVE("/signup/v1.0/continue", signup_continue),
    NATIVE("/resetpassword/v1.0/start", reset_start),
    NATIVE("/resetpassword/v1.0/challenge", reset_challenge),
    NATIVE("/resetpassword/v1.0/continue", reset_continue),
    NATIVE("/resetpassword/v1.0/submit", reset_submit),
    NATIVE("/resetpassword/v1.0/poll_completion", reset_poll),
    NATIVE("/register/v1.0/introspect", register_introspect),
    NATIVE("/register/v1.0/challenge", register_challenge),
    NATIVE("/register/v1.0/continue", register_continue),
    PAGE(HTTP_GET, AUTHORIZE_PATH, authorize, HOSTED_WORK),
    PAGE(HTTP_POST, AUTHORIZE_PATH, authorize, HOSTED_WORK),
    PAGE(HTTP_POST, INTERACT_PATH, interact, HOSTED_WORK),
    PAGE(HTTP_GET, LOGOUT_PATH, logout, LOGOUT_WORK),
    PAGE(HTTP_POST, LOGOUT_PATH, logout, LOGOUT_WORK),
    { HTTP_POST, TOKEN_PATH, "token", ENDPOINT_FORM, TOKEN_WORK, LIMIT_TOKEN_REPLY, &token_steps },
    { HTTP_POST, DEVICE_CODE_PATH, "device_code", ENDPOINT_FORM, DEVICE_WORK, SMALL, &device_code_steps },
    { HTTP_GET, "/v2.0/.well-known/openid-configuration", "discovery", ENDPOINT_TENANT, 0, MEDIUM, &discovery_steps },
    { HTTP_GET, "/discovery/v2.0/keys", "keys", ENDPOINT_TENANT, 0, LIMIT_DISCOVERY, &keys_steps },
    { HTTP_GET, "/common/discovery/instance", "instance", ENDPOINT_OPEN, 0, SMALL, &instance_steps },
    { HTTP_GET, "/branding.css", "branding_css", ENDPOINT_TENANT, 0, LIMIT_CUSTOM_CSS, &branding_css_steps },
    { HTTP_GET, DEVICE_LOGIN_PATH, "device_page", ENDPOINT_ROOT_PAGE, HOSTED_WORK, 0, &device_page_steps },
    { HTTP_POST, DEVICE_LOGIN_PATH, "device_form", ENDPOINT_ROOT_PAGE, HOSTED_WORK, 0, &device_form_steps },
    ASSET("hosted.css"),
    ASSET("hosted.js"),
    { HTTP_GET, USERINFO_PATH, "userinfo", ENDPOINT_BEARER, USERINFO_WORK, SMALL, &userinfo_steps },
    { HTTP_POST, USERINFO_PATH, "userinfo", ENDPOINT_BEARER, USERINFO_WORK, SMALL, &userinfo_steps },
    { HTTP_GET, "/error", "error_help", ENDPOINT_PLAIN, 0, LIMIT_REPLY, &error_help_steps },
    { HTTP_GET, "/healthz", "healthz", ENDPOINT_PLAIN, 0, SMALL, &healthz_steps },
    { HTTP_GET, "/readyz", "readyz", ENDPOINT_PLAIN, 0, SMALL, &readyz_steps },
    { HTTP_GET, "/metrics", "metrics", ENDPOINT_PLAIN, 0, LIMIT_METRICS, &metrics_steps },
};

static const struct endpoint dev_table[] = {
    { HTTP_GET, "/", "dev_page", ENDPOINT_PLAIN, 0, LIMIT_DISCOVERY, &dev_page_steps },
    { HTTP_GET, "/dev", "dev_page", ENDPOINT_PLAIN, 0, LIMIT_DISCOVERY, &dev_page_steps },
    { HTTP_GET, "/dev/static/inbox.css", "dev_static", ENDPOINT_PLAIN, 0, LIMIT_DISCOVERY, &dev_static_steps },
    { HTTP_GET, "/dev/static/inbox.js", "dev_static", ENDPOINT_PLAIN, 0, LIMIT_DISCOVERY, &dev_static_steps },
    { HTTP_GET, "/dev/inbox", "dev_inbox", ENDPOINT_PLAIN, 0, LIMIT_REPLY, &dev_inbox_steps },
    { HTTP_GET, "/dev/inbox/latest", "dev_inbox_latest", ENDPOINT_PLAIN, 0, SMALL, &dev_inbox_latest_steps },
    { HTTP_GET, "/dev/inbox/message", "dev_inbox_message", ENDPOINT_PLAIN, 0, LIMIT_DISCOVERY,
      &dev_inbox_message_steps },
    { HTTP_POST, "/dev/inbox/clear", "dev_inbox_clear", ENDPOINT_PLAIN, 0, SMALL, &dev_inbox_clear_steps },
    { HTTP_POST, "/dev/reset", "dev_reset", ENDPOINT_PLAIN, 0, SMALL, &dev_reset_steps },
    { HTTP_GET, "/dev/clock", "dev_clock", ENDPOINT_PLAIN, 0, SMALL, &dev_clock_steps },
    { HTTP_POST, "/dev/clock", "dev_clock_move", ENDPOINT_PLAIN, 0, SMALL, &dev_clock_move_steps },
    { HTTP_POST, "/dev/hook", "dev_hook", ENDPOINT_PLAIN, 0, SMALL, &dev_hook_steps },
    { HTTP_GET, "/dev/hook", "dev_hook_list", ENDPOINT_PLAIN, 0, SMALL, &dev_hook_list_steps },
    { HTTP_GET, "/dev/hook/call", "dev_hook_call", ENDPOINT_PLAIN, 0, LIMIT_REPLY, &dev_hook_call_steps },
    { HTTP_GET, "/dev/directory", "dev_directory", ENDPOINT_PLAIN, 0, LIMIT_REPLY, &dev_directory_steps },
};

enum { ENDPOINTS = sizeof table / sizeof table[0], DEV_ENDPOINTS = sizeof dev_table / sizeof dev_table[0] };

size_t api_endpoint_count(void)
{
    return ENDPOINTS + DEV_ENDPOINTS + 1;
}

const char *api_endpoint_name(size_t index)
{
    if (index < ENDPOINTS)
        return table[index].name;
    if (index < ENDPOINTS + DEV_ENDPOINTS)
        return dev_table[index - ENDPOINTS].name;
    return "none";
}

size_t endpoint_index(const struct endpoint *endpoint)
{
    if (endpoint >= table && endpoint < table + ENDPOINTS)
        return (size_t)(endpoint - table);
    if (endpoint >= dev_table && endpoint < dev_table + DEV_ENDPOINTS)
        return ENDPOINTS + (size_t)(endpoint - dev_table);
    return ENDPOINTS + DEV_ENDPOINTS;
}

const char *method_name(enum http_method method)
{
    static const char *const names[] = { "GET", "HEAD", "POST", "OPTIONS", "" };

    return names[method];
}

bool endpoint_has_tenant(const struct endpoint *e)
{
    return e->kind == ENDPOINT_FORM || e->kind == ENDPOINT_TENANT || e->kind == ENDPOINT_PAGE;
}

/* HEAD is answered where GET is. */
static bool method_matches(const struct endpoint *e, enum http_method method)
{
    return e->method == method || (e->method == HTTP_GET && method == HTTP_HEAD);
}

static void match(const struct endpoint *e, enum http_method method, struct slice path, struct slice segment,
                  struct route *route)
{
    bool is_root = !endpoint_has_tenant(e);
    struct slice tail = is_root ? path : slice_from(path, segment.n + 1);

    if (route->method_fits || !slice_eq(tail, slice_of(e->path)))
        return;
    route->endpoint = e;
    route->tenant = is_root ? SLICE_EMPTY : segment;
    route->method_fits = method_matches(e, method);
}

struct route route_find(enum http_method method, struct slice path, bool dev)
{
    struct route route = { NULL, SLICE_EMPTY, false };
    struct slice rest;
    struct slice segment = slice_cut(slice_from(path, 1), '/', &rest);

    for (size_t i = 0; i < ENDPOINTS; i++)
        match(&table[i], method, path, segment, &route);
    for (size_t i = 0; dev && i < DEV_ENDPOINTS; i++)
        match(&dev_table[i], method, path, segment, &route);
    return route;
}
