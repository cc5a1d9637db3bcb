/* SPDX-License-Identifier: Apache-2.0 */
#include "api/router.h"

#include "api/endpoints.h"

enum { SMALL = 2048, MEDIUM = 6144 }; /* room for a reply */

#define NATIVE(path, name, takes, about)                                                       \
    {                                                                                          \
        HTTP_POST, path, #name, ENDPOINT_FORM, NATIVE_WORK, SMALL, &name##_steps, takes, about \
    }

#define PAGE(method, path, name, work, takes, about)                             \
    {                                                                            \
        method, path, #name, ENDPOINT_PAGE, work, 0, &name##_steps, takes, about \
    }
#define ASSET(name)                                                                               \
    {                                                                                             \
        HTTP_GET, ASSETS_PATH name, "asset", ENDPOINT_OPEN, 0, LIMIT_DISCOVERY, &asset_steps, "", \
            "A file of the hosted pages."                                                         \
    }
#define PLAIN(method, path, name, reply, takes, about)                             \
    {                                                                              \
        method, path, #name, ENDPOINT_PLAIN, 0, reply, &name##_steps, takes, about \
    }

#define STEP "client_id continuation_token [challenge_type]"
#define START "client_id username challenge_type [capabilities]"
#define AUTHORIZE                                                                                    \
    "client_id response_type scope [redirect_uri] [response_mode] [state] [nonce] [code_challenge] " \
    "[code_challenge_method] [prompt] [login_hint] [max_age] [sid] [ui_locales] [claims]"
#define LOGOUT "[post_logout_redirect_uri] [id_token_hint] [client_id] [state] [logout_hint] [ui_locales]"

/* Reading this is reading the API. */
static const struct endpoint table[] = {
    NATIVE("/oauth2/v2.0/initiate", initiate, START, "Begins a sign-in: finds the user. Nothing is stored or sent."),
    NATIVE(
        "/oauth2/v2.0/challenge", challenge, STEP " [id]",
        "Begins the user's method: has a code sent (again: another one), or says that the password is asked for. `id` "
        "names one of several second factors."),
    NATIVE("/oauth2/v2.0/introspect", introspect, STEP, "Lists the second factors of the user who is signing in."),
    NATIVE("/signup/v1.0/start", signup_start, START " [password] [attributes]",
           "Begins a sign-up. A password and attributes may come at once, or when they are asked for."),
    NATIVE("/signup/v1.0/challenge", signup_challenge, STEP,
           "Has a code sent that proves the address, or says that a password is asked for."),
    NATIVE(
        "/signup/v1.0/continue", signup_continue, STEP " grant_type [oob] [password] [attributes]",
        "Hands in what `grant_type` names: `oob`, `password` or `attributes`. What is missing still comes as an error "
        "with a new continuation token."),
    NATIVE("/resetpassword/v1.0/start", reset_start, START, "Begins the reset of a password by its user."),
    NATIVE("/resetpassword/v1.0/challenge", reset_challenge, STEP, "Has a code sent to the user's address."),
    NATIVE("/resetpassword/v1.0/continue", reset_continue, STEP " grant_type oob", "Hands in the code."),
    NATIVE("/resetpassword/v1.0/submit", reset_submit, STEP " new_password",
           "Hands in the new password. Sessions and refresh tokens of the user end."),
    NATIVE("/resetpassword/v1.0/poll_completion", reset_poll, STEP,
           "Says whether the new password is set; then its continuation token signs the user in."),
    NATIVE("/register/v1.0/introspect", register_introspect, STEP, "Lists what may be registered as a second factor."),
    NATIVE("/register/v1.0/challenge", register_challenge,
           "client_id continuation_token challenge_type challenge_target [challenge_channel]",
           "Has a code sent to the contact that is to be registered."),
    NATIVE("/register/v1.0/continue", register_continue, STEP " grant_type [oob]",
           "Hands in the code; the second factor is registered, and the sign-in goes on with the new token."),
    PAGE(HTTP_GET, AUTHORIZE_PATH, authorize, HOSTED_WORK, AUTHORIZE,
         "Begins a sign-in in the browser (OpenID Connect, authorization code with PKCE, implicit, hybrid)."),
    PAGE(HTTP_POST, AUTHORIZE_PATH, authorize, HOSTED_WORK, AUTHORIZE, "The same, with the request in a form."),
    PAGE(HTTP_POST, INTERACT_PATH, interact, HOSTED_WORK, "",
         "The forms of the hosted pages; only pages of the server itself can fill them in."),
    PAGE(HTTP_GET, LOGOUT_PATH, logout, LOGOUT_WORK, LOGOUT,
         "Ends the browser's session, tells the applications that have a logout URL, and goes back to the address "
         "given."),
    PAGE(HTTP_POST, LOGOUT_PATH, logout, LOGOUT_WORK, LOGOUT, "The same, with the request in a form."),
    { HTTP_POST, TOKEN_PATH, "token", ENDPOINT_FORM, TOKEN_WORK, LIMIT_TOKEN_REPLY, &token_steps,
      "client_id grant_type [continuation_token] [oob] [password] [username] [scope] [code] [redirect_uri] "
      "[code_verifier] [refresh_token] [device_code] [client_secret] [client_assertion] [client_assertion_type] "
      "[client_info]",
      "Redeems a proof for tokens. `grant_type`: `oob`, `password`, `mfa_oob`, `continuation_token` (native "
      "authentication), `authorization_code`, `refresh_token`, `client_credentials`, `device_code`." },
    { HTTP_POST, DEVICE_CODE_PATH, "device_code", ENDPOINT_FORM, DEVICE_WORK, SMALL, &device_code_steps,
      "client_id [scope]", "Gives a device a code for its user to type in a browser elsewhere (RFC 8628)." },
    { HTTP_GET, "/v2.0/.well-known/openid-configuration", "discovery", ENDPOINT_TENANT, 0, MEDIUM, &discovery_steps, "",
      "The tenant's OpenID configuration." },
    { HTTP_GET, "/discovery/v2.0/keys", "keys", ENDPOINT_TENANT, 0, LIMIT_DISCOVERY, &keys_steps, "",
      "The keys that tokens are signed with (JWKS): the current and the next one." },
    { HTTP_GET, "/common/discovery/instance", "instance", ENDPOINT_OPEN, 0, SMALL, &instance_steps,
      "[authorization_endpoint]", "Says that an address is one of this server's tenants; some SDKs ask first." },
    { HTTP_GET, "/branding.css", "branding_css", ENDPOINT_TENANT, 0, LIMIT_CUSTOM_CSS, &branding_css_steps, "",
      "The tenant's own style sheet for the hosted pages." },
    { HTTP_GET, DEVICE_LOGIN_PATH, "device_page", ENDPOINT_ROOT_PAGE, HOSTED_WORK, 0, &device_page_steps, "[user_code]",
      "The page on which a device's code is typed." },
    { HTTP_POST, DEVICE_LOGIN_PATH, "device_form", ENDPOINT_ROOT_PAGE, HOSTED_WORK, 0, &device_form_steps, "user_code",
      "The form of that page." },
    ASSET("hosted.css"),
    ASSET("hosted.js"),
    { HTTP_GET, USERINFO_PATH, "userinfo", ENDPOINT_BEARER, USERINFO_WORK, SMALL, &userinfo_steps, "",
      "The claims about the user whose access token is sent as `Authorization: Bearer …`." },
    { HTTP_POST, USERINFO_PATH, "userinfo", ENDPOINT_BEARER, USERINFO_WORK, SMALL, &userinfo_steps, "[access_token]",
      "The same; the token may also come in the form." },
    PLAIN(HTTP_GET, "/error", error_help, LIMIT_REPLY, "[code]", "Explains an error code; `error_uri` points here."),
    PLAIN(HTTP_GET, "/healthz", healthz, SMALL, "", "200 as long as the process runs."),
    PLAIN(HTTP_GET, "/readyz", readyz, SMALL, "",
          "200 when requests can be answered, 503 while starting and stopping."),
    PLAIN(HTTP_GET, "/metrics", metrics, LIMIT_METRICS, "", "Prometheus metrics, for the addresses of `metrics.from`."),
};

static const struct endpoint dev_table[] = {
    PLAIN(HTTP_GET, "/", dev_page, LIMIT_DISCOVERY, "", "The inbox as a page."),
    PLAIN(HTTP_GET, "/dev", dev_page, LIMIT_DISCOVERY, "", "The same."),
    PLAIN(HTTP_GET, "/dev/static/inbox.css", dev_static, LIMIT_DISCOVERY, "", "A file of that page."),
    PLAIN(HTTP_GET, "/dev/static/inbox.js", dev_static, LIMIT_DISCOVERY, "", "A file of that page."),
    PLAIN(HTTP_GET, "/dev/inbox", dev_inbox, LIMIT_REPLY, "[address] [after]",
          "The newest mails and text messages, of an address alone, or newer than the id `after`."),
    PLAIN(HTTP_GET, "/dev/inbox/latest", dev_inbox_latest, SMALL, "[address] [after]",
          "The newest of them, with its code; 404 where there is none."),
    PLAIN(HTTP_GET, "/dev/inbox/message", dev_inbox_message, LIMIT_DISCOVERY, "id",
          "A whole mail: headers, text and HTML."),
    PLAIN(HTTP_POST, "/dev/inbox/clear", dev_inbox_clear, SMALL, "", "Throws all mails away."),
    PLAIN(HTTP_POST, "/dev/reset", dev_reset, SMALL, "",
          "Everything as it was at the first start: directory, users, clock, inbox."),
    PLAIN(HTTP_GET, "/dev/clock", dev_clock, SMALL, "", "The server's clock, and how far it is from the real one."),
    PLAIN(HTTP_POST, "/dev/clock", dev_clock_move, SMALL, "",
          "Moves it: JSON, `{\"advance\": seconds}` from where it is, or `{\"offset\": seconds}` from the real time."),
    PLAIN(HTTP_POST, "/dev/hook", dev_hook, SMALL, "",
          "Stands in for an extension: agrees to everything and keeps the call."),
    PLAIN(HTTP_GET, "/dev/hook", dev_hook_list, SMALL, "", "The newest calls that it got."),
    PLAIN(HTTP_GET, "/dev/hook/call", dev_hook_call, LIMIT_REPLY, "[id]",
          "One of them with all that was sent; the newest."),
    PLAIN(HTTP_GET, "/dev/directory", dev_directory, LIMIT_REPLY, "",
          "Tenants, applications and users, for the inbox page."),
};

enum { ENDPOINTS = sizeof table / sizeof table[0], DEV_ENDPOINTS = sizeof dev_table / sizeof dev_table[0] };

const struct endpoint *router_at(size_t index, bool *dev)
{
    *dev = index >= ENDPOINTS;
    if (index < ENDPOINTS)
        return &table[index];
    return index < ENDPOINTS + DEV_ENDPOINTS ? &dev_table[index - ENDPOINTS] : NULL;
}

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

    if (!slice_eq(tail, slice_of(e->path)))
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

    for (size_t i = 0; i < ENDPOINTS && !route.method_fits; i++)
        match(&table[i], method, path, segment, &route);
    for (size_t i = 0; dev && i < DEV_ENDPOINTS && !route.method_fits; i++)
        match(&dev_table[i], method, path, segment, &route);
    return route;
}
