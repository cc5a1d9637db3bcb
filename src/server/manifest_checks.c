/* SPDX-License-Identifier: Apache-2.0 */
#include "server/manifest_checks.h"

#include "base/guid.h"
#include "model/method.h"
#include "wire/email.h"
#include "wire/pattern.h"

#include <string.h>

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

const char *check_clean(const char *text)
{
    for (; *text != '\0'; text++)
        if (is_control(*text))
            return "must not hold control characters";
    return NULL;
}

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_label(struct slice label)
{
    if (label.n == 0 || label.n > 63 || !is_alnum(label.p[0]) || !is_alnum(label.p[label.n - 1]))
        return false;
    for (size_t i = 0; i < label.n; i++)
        if (!is_alnum(label.p[i]) && label.p[i] != '-')
            return false;
    return true;
}

/* First path segments that mean something else (spec OIDC, 1.1). */
static bool is_reserved(struct slice name)
{
    static const char *const reserved[] = { "common",      "organizations", "consumers", "beta",    "oidc", "error",
                                            "devicelogin", "healthz",       "readyz",    "metrics", "dev" };

    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (slice_eq_nocase(name, slice_of(reserved[i])))
            return true;
    return false;
}

const char *check_label(const char *text)
{
    if (!is_label(slice_of(text)))
        return "must be letters, digits and hyphens, like a sub-domain";
    struct guid id;
    if (guid_parse(slice_of(text), &id))
        return "must not look like an id";
    return is_reserved(slice_of(text)) ? "is a reserved name" : NULL;
}

const char *check_domain(const char *text)
{
    struct slice rest = slice_of(text);
    size_t labels = 0;

    while (rest.n > 0) {
        if (!is_label(slice_cut(rest, '.', &rest)))
            return "must be a domain name like petstore.example";
        labels++;
    }
    return labels < 2 || slice_ends(slice_of(text), SLICE(".")) ? "must be a domain name like petstore.example" : NULL;
}

const char *check_email(const char *text)
{
    struct email email;

    return err_is_ok(email_parse(slice_of(text), &email)) ? NULL : "must be an e-mail address";
}

static bool is_printable(struct slice text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] <= ' ' || text.p[i] >= 0x7f || text.p[i] == '"' || text.p[i] == '\\')
            return false;
    return true;
}

/* "scheme://rest": false without a scheme. */
static bool cut_scheme(struct slice url, struct slice *scheme, struct slice *rest)
{
    struct slice after;

    *scheme = slice_cut(url, ':', &after);
    *rest = slice_from(after, 2);
    return scheme->n > 0 && slice_starts(after, SLICE("//")) && rest->n > 0;
}

static struct slice host_of(struct slice rest)
{
    struct slice path;
    struct slice port;
    struct slice authority = slice_cut(rest, '/', &path);

    if (slice_starts(authority, SLICE("[")))
        return authority;
    return slice_cut(authority, ':', &port);
}

static bool is_loopback(struct slice host)
{
    return slice_eq_nocase(host, SLICE("localhost")) || slice_eq(host, SLICE("127.0.0.1")) ||
           slice_starts(host, SLICE("[::1]"));
}

const char *check_https_url(const char *text)
{
    struct slice scheme, rest;

    if (!is_printable(slice_of(text)) || !cut_scheme(slice_of(text), &scheme, &rest) ||
        !slice_eq(scheme, SLICE("https")))
        return "must be an https URL";
    return NULL;
}

const char *check_color(const char *text)
{
    static const char wrong[] = "must be a colour like #1f6feb, in quotes";

    if (strlen(text) != 7 || text[0] != '#')
        return wrong;
    return strspn(text + 1, "0123456789abcdefABCDEF") == 6 ? NULL : wrong;
}

const char *check_origin(const char *text)
{
    struct slice scheme, rest;

    if (!is_printable(slice_of(text)) || strchr(text, '*') != NULL || !cut_scheme(slice_of(text), &scheme, &rest))
        return "must be an origin like https://app.example, without wildcards";
    if (memchr(rest.p, '/', rest.n) != NULL || memchr(rest.p, '?', rest.n) != NULL)
        return "must be scheme, host and port only, without a path";
    return NULL;
}

const char *check_public_origin(const char *text)
{
    const char *wrong = check_origin(text);

    if (wrong == NULL && strncmp(text, "https://", 8) != 0 && strncmp(text, "http://", 7) != 0)
        return "must begin with https:// or http://";
    return wrong;
}

const char *check_web_redirect_uri(const char *text)
{
    struct slice scheme, rest;

    if (!is_printable(slice_of(text)) || !cut_scheme(slice_of(text), &scheme, &rest))
        return "must be an absolute URI";
    if (strchr(text, '#') != NULL || strchr(text, '*') != NULL)
        return "must not hold a fragment or a wildcard";
    if (slice_eq(scheme, SLICE("https")) || (slice_eq(scheme, SLICE("http")) && is_loopback(host_of(rest))))
        return NULL;
    return "must be https, or http on localhost";
}

const char *check_redirect_uri(const char *text)
{
    struct slice scheme, rest;

    if (is_printable(slice_of(text)) && cut_scheme(slice_of(text), &scheme, &rest) &&
        !slice_eq(scheme, SLICE("http")) && !slice_eq(scheme, SLICE("https")))
        return strchr(text, '#') != NULL || strchr(text, '*') != NULL ? "must not hold a fragment or a wildcard" : NULL;
    return check_web_redirect_uri(text);
}

const char *check_permission(const char *text)
{
    return is_printable(slice_of(text)) ? NULL : "must be a scope: printable, without blanks and quotes";
}

const char *check_regex(const char *text)
{
    return pattern_complaint(slice_of(text));
}

const char *check_second_factor(const char *text)
{
    enum channel channel;

    return channel_parse(slice_of(text), &channel) ? NULL : "must be email or sms";
}

const char *check_contact_match(const char *text)
{
    struct email email;

    if (text[0] == '@')
        return check_domain(text + 1) == NULL ? NULL : "must be a domain after the @";
    if (text[0] == '+') {
        bool digits = text[1] != '\0' && text[1 + strspn(text + 1, "0123456789")] == '\0';
        return digits ? NULL : "must be digits after the +";
    }
    return err_is_ok(email_parse(slice_of(text), &email)) ? NULL : "must be +DIGITS, @domain or an e-mail address";
}

const char *check_hook_url(const char *text)
{
    struct slice scheme, rest;

    if (check_https_url(text) == NULL)
        return NULL;
    if (is_printable(slice_of(text)) && cut_scheme(slice_of(text), &scheme, &rest) && slice_eq(scheme, SLICE("http")) &&
        is_loopback(host_of(rest)))
        return NULL;
    return "must be an https URL, or http on this machine for development";
}

const char *check_guid(const char *text)
{
    struct guid id;

    return guid_parse(slice_of(text), &id) ? NULL : "must be the client id of an application";
}

const char *check_password_hash(const char *text)
{
    if (text[0] == '\0' || slice_starts(slice_of(text), SLICE("$argon2id$v=19$m=")))
        return NULL;
    return "must be an Argon2id hash ($argon2id$v=19$…); passwords in clear are not read, see doorcode user "
           "set-password";
}
