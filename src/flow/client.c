/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/client.h"

#include "base/secret.h"

/* ---- secrets ---- */

enum error_id client_check_secret(const struct application *app, const uint8_t hash[CLIENT_SECRET_HASH], instant now)
{
    enum error_id result = ERROR_CLIENT_SECRET_WRONG;

    for (size_t i = 0; i < app->secret_count; i++) {
        const struct client_secret *secret = &app->secrets[i];
        bool current = now >= secret->starts_at && (secret->ends_at == 0 || now < secret->ends_at);
        if (!secret_eq(secret->hash, hash, CLIENT_SECRET_HASH))
            continue;
        if (current)
            result = ERROR_NONE;
        else if (result == ERROR_CLIENT_SECRET_WRONG && now >= secret->starts_at)
            result = ERROR_CLIENT_SECRET_EXPIRED;
    }
    return result;
}

/* ---- assertions ---- */

static bool is_client(const struct application *app, struct slice text)
{
    struct guid id;

    return guid_parse(text, &id) && guid_eq(id, app->client_id);
}

/* "{origin}/{tenant}" and one of the endings, the tenant under any of its names. */
static bool is_our_address(const struct assertion_facts *f, struct slice text)
{
    static const char *const endings[] = { "/oauth2/v2.0/token", "/v2.0" };
    struct slice rest;

    if (!slice_starts(text, f->origin) || !slice_starts(slice_from(text, f->origin.n), SLICE("/")))
        return false;
    struct slice path = slice_from(text, f->origin.n + 1);
    struct slice segment = slice_cut(path, '/', &rest);
    const struct tenant *tenant = directory_tenant(f->directory, segment);
    if (tenant == NULL || !guid_eq(tenant->id, f->application->tenant_id))
        return false;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (slice_eq(slice_from(path, segment.n), slice_of(endings[i])))
            return true;
    return false;
}

static bool is_for_us(const struct assertion_facts *f, const struct assertion *a)
{
    for (size_t i = 0; i < a->audience_count; i++)
        if (slice_eq(a->audiences[i], f->issuer) || is_our_address(f, a->audiences[i]))
            return true;
    return false;
}

/* Clocks differ a little. What would be good for longer than a day would have to be remembered for as long. */
static bool is_in_time(const struct assertion *a, instant now)
{
    return now < a->expires_at + CLIENT_SKEW && a->expires_at <= now + CLIENT_ASSERTION_LIFE + CLIENT_SKEW &&
           a->not_before <= now + CLIENT_SKEW && a->issued_at <= now + CLIENT_SKEW;
}

enum error_id client_check_assertion(const struct assertion_facts *f, const struct assertion *a)
{
    if (a->issuer.n == 0 || a->subject.n == 0 || a->id.n == 0 || a->expires_at == 0)
        return ERROR_ASSERTION_MALFORMED;
    if (!slice_eq_nocase(a->issuer, a->subject))
        return ERROR_ASSERTION_ISSUER;
    if (!is_client(f->application, a->subject))
        return ERROR_ASSERTION_INVALID;
    if (!is_for_us(f, a))
        return ERROR_ASSERTION_AUDIENCE;
    return is_in_time(a, f->now) ? ERROR_NONE : ERROR_ASSERTION_EXPIRED;
}

/* ---- platforms ---- */

enum platform_type client_platform(const struct application *app)
{
    return app->public_client ? PLATFORM_PUBLIC_CLIENT : PLATFORM_WEB;
}

/* The header tells a browser's page from every other client: it is there, or it is not (spec OIDC, 4.3). Native
 * authentication has pages too, whose origins the application names itself. */
enum error_id client_check_platform(const struct platform_facts *f)
{
    bool from_page = f->request_origin.n > 0;

    if (f->platform == PLATFORM_WEB) {
        if (f->method == CLIENT_NONE)
            return ERROR_CREDENTIALS_MISSING;
        return from_page ? ERROR_CROSS_ORIGIN_REFUSED : ERROR_NONE;
    }
    if (f->method != CLIENT_NONE)
        return ERROR_CREDENTIALS_UNEXPECTED;
    if (f->platform == PLATFORM_SPA)
        return from_page ? ERROR_NONE : ERROR_CROSS_ORIGIN_REQUIRED;
    return from_page && !application_allows_origin(f->application, f->request_origin) ? ERROR_CROSS_ORIGIN_REFUSED
                                                                                      : ERROR_NONE;
}

const char *client_method_acr(enum client_method method)
{
    static const char *const names[CLIENT_METHODS] = {
        [CLIENT_NONE] = "0", [CLIENT_SECRET] = "1", [CLIENT_ASSERTION] = "2"
    };

    return names[method];
}
