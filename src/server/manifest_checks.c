/* SPDX-License-Identifier: Apache-2.0 */
#include "server/manifest_checks.h"

#include "base/clock.h"
#include "base/guid.h"
#include "crypto/certificate.h"
#include "http/client_addr.h"
#include "model/method.h"
#include "pages/texts.h"
#include "wire/email.h"
#include "wire/pattern.h"

#include <string.h>

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

const char *check_lines(const char *text)
{
    for (; *text != '\0'; text++)
        if (is_control(*text) && *text != '\n')
            return "must not hold control characters";
    return NULL;
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

const char *check_color(const char *text)
{
    static const char wrong[] = "must be a colour like #1f6feb, in quotes";

    if (strlen(text) != 7 || text[0] != '#')
        return wrong;
    return strspn(text + 1, "0123456789abcdefABCDEF") == 6 ? NULL : wrong;
}

/* RFC 6749, 3.3. */
static bool is_scope(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text <= ' ' || *text >= 0x7f || *text == '"' || *text == '\\')
            return false;
    return true;
}

const char *check_permission(const char *text)
{
    return is_scope(text) ? NULL : "must be a scope: printable, without blanks and quotes";
}

const char *check_permission_value(const char *text)
{
    static const char *const taken[] = { "openid", "profile", "email", "offline_access" };

    if (!is_scope(text) || strchr(text, '/') != NULL || text[0] == '.')
        return "must be a name like Pets.Read: printable, without blanks, quotes and slashes, and not begin with a dot";
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
        if (strcmp(text, taken[i]) == 0)
            return "is a scope of OpenID Connect";
    return NULL;
}

const char *check_name(const char *text)
{
    for (; *text != '\0'; text++)
        if (!is_alnum(*text) && strchr("_.-", *text) == NULL)
            return "must be letters, digits and _ . -";
    return NULL;
}

const char *check_language(const char *text)
{
    bool is_tag = is_alnum(text[0]);

    for (const char *c = text; *c != '\0'; c++)
        is_tag = is_tag && (is_alnum(*c) || *c == '-');
    return is_tag ? NULL : "must be a language like de or pt-BR";
}

const char *check_text_key(const char *text)
{
    return texts_has_key(slice_of(text)) ? check_name(text)
                                         : "is no text of the hosted pages, like SignIn_Title or Attribute_City";
}

const char *check_member(const char *text)
{
    return strcmp(text, "users") == 0 || strcmp(text, "applications") == 0 ? NULL : "must be users or applications";
}

const char *check_time(const char *text)
{
    instant at;

    return clock_parse(slice_of(text), &at) ? NULL : "must be a day or a time like 2027-01-31T12:00:00Z, in quotes";
}

/* A style sheet is a file of its own, so nothing in it can end a page's element. */
const char *check_css(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if (is_control(*c) && *c != '\n' && *c != '\t')
            return "must not hold control characters";
    return strstr(text, "@import") == NULL ? NULL : "must not import other style sheets: the pages' policy stops them";
}

static const char secret_in_clear[] =
    "must be sha256: and 64 hex digits; a secret in clear is not read, 'doorcode app add-secret' makes one";

const char *check_secret_hash(const char *text)
{
    const struct slice prefix = SLICE("sha256:");

    if (!slice_starts(slice_of(text), prefix) || strlen(text) != prefix.n + 64)
        return secret_in_clear;
    return strspn(text + prefix.n, "0123456789abcdefABCDEF") == 64 ? NULL : secret_in_clear;
}

const char *check_no_secret(const char *text)
{
    (void)text;
    return "a secret in clear is not read; 'doorcode app add-secret' makes one and keeps its hash";
}

/* What follows a first certificate would never be looked at. */
const char *check_certificate(const char *text)
{
    static const char begin[] = "-----BEGIN ";
    const char *first = strstr(text, begin);
    struct certificate *certificate = NULL;

    if (first != NULL && strstr(first + 1, begin) != NULL)
        return "must be one certificate alone";
    err opened = certificate_open(slice_of(text), &certificate);
    certificate_free(certificate);
    return err_is_ok(opened) ? NULL
                             : "must be an X.509 certificate in PEM with a key of RSA, 2048 bits or more, or P-256";
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

const char *check_network(const char *text)
{
    struct address_range range;

    return err_is_ok(address_range_parse(slice_of(text), &range)) ? NULL : "is neither an address nor a network";
}
