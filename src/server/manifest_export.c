/* SPDX-License-Identifier: Apache-2.0 */
/* Writing the directory as YAML that applies to no change. Texts are always double-quoted, so that none can be read as
 * something else; what has its default value is left out. */
#include "server/manifest.h"

#include "server/manifest_fields.h"

#include <stdlib.h>
#include <string.h>

enum { USERS_AT_ONCE = 64 };

/* The character at `text`, of at most three bytes of UTF-8, and its length. Of longer ones each byte is 0: they need no
 * escape. */
static unsigned character_at(struct slice text, size_t *n)
{
    const unsigned char *p = (const unsigned char *)text.p;

    *n = 1;
    if (p[0] < 0xc0)
        return p[0] < 0x80 ? p[0] : 0;
    if (p[0] < 0xe0 && text.n > 1) {
        *n = 2;
        return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
    }
    if (p[0] >= 0xf0 || text.n < 3)
        return 0;
    *n = 3;
    return (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
}

/* What YAML 1.1 takes for a line break (U+0085, U+2028, U+2029), for a mark (U+FEFF), or not at all, and what would read
 * badly: controls and the no-break space. */
static bool needs_escape(unsigned c)
{
    return (c > 0 && c < 0x20) || (c >= 0x7f && c <= 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff ||
           c == 0xfffe || c == 0xffff;
}

static void put_quoted(FILE *out, struct slice text)
{
    size_t n;

    fputc('"', out);
    for (size_t i = 0; i < text.n; i += n) {
        unsigned c = character_at(slice_from(text, i), &n);
        if (needs_escape(c)) {
            fprintf(out, "\\u%04X", c);
            continue;
        }
        if (c == '"' || c == '\\')
            fputc('\\', out);
        fwrite(text.p + i, 1, n, out);
    }
    fputc('"', out);
}

static void put_field(FILE *out, const char *indent, const char *name, struct slice text)
{
    if (text.n == 0)
        return;
    fprintf(out, "%s%s: ", indent, name);
    put_quoted(out, text);
    fputc('\n', out);
}

static void put_flag(FILE *out, const char *indent, const char *name, bool value, bool default_value)
{
    if (value != default_value)
        fprintf(out, "%s%s: %s\n", indent, name, value ? "true" : "false");
}

static void put_list(FILE *out, const char *indent, const char *name, const struct slice *items, size_t n)
{
    if (n == 0)
        return;
    fprintf(out, "%s%s:\n", indent, name);
    for (size_t i = 0; i < n; i++) {
        fprintf(out, "%s  - ", indent);
        put_quoted(out, items[i]);
        fputc('\n', out);
    }
}

static void put_attribute(FILE *out, const struct flow_attribute *attribute)
{
    put_field(out, "          - ", "name", attribute->name);
    put_field(out, "            ", "type", attribute->type);
    put_field(out, "            ", "label", attribute->label);
    put_field(out, "            ", "regex", attribute->regex);
    put_flag(out, "            ", "required", attribute->required, false);
}

static void put_user_flow(FILE *out, const struct user_flow *flow)
{
    put_field(out, "      - ", "name", flow->name);
    fprintf(out, "        identityProvider: %s\n", manifest_identity_providers[flow->identity_provider]);
    put_flag(out, "        ", "signUp", flow->sign_up, true);
    if (flow->attribute_count > 0)
        fputs("        attributes:\n", out);
    for (size_t i = 0; i < flow->attribute_count; i++)
        put_attribute(out, &flow->attributes[i]);
}

static void put_redirect_uris(FILE *out, const struct application *app)
{
    static const char *const names[PLATFORM_COUNT] = { "publicClient", "spa", "web" };

    if (app->redirect_uri_count == 0)
        return;
    fputs("        redirectUris:\n", out);
    for (enum platform_type platform = 0; platform < PLATFORM_COUNT; platform++) {
        bool headed = false;
        for (size_t i = 0; i < app->redirect_uri_count; i++) {
            if (app->redirect_uris[i].platform != platform)
                continue;
            if (!headed)
                fprintf(out, "          %s:\n", names[platform]);
            headed = true;
            fputs("            - ", out);
            put_quoted(out, app->redirect_uris[i].uri);
            fputc('\n', out);
        }
    }
}

static void put_toggle(FILE *out, enum toggle multi_factor)
{
    if (multi_factor != TOGGLE_INHERIT)
        fprintf(out, "        multiFactor: \"%s\"\n", manifest_toggles[multi_factor]);
}

static void put_application(FILE *out, const struct application *app)
{
    fprintf(out, "      - clientId: %s\n", guid_format(app->client_id).c);
    put_field(out, "        ", "name", app->name);
    put_field(out, "        ", "userFlow", app->user_flow);
    put_flag(out, "        ", "publicClient", app->public_client, false);
    put_flag(out, "        ", "nativeAuthentication", app->native_authentication, false);
    put_redirect_uris(out, app);
    put_list(out, "        ", "permissions", app->permissions.items, app->permissions.n);
    put_list(out, "        ", "allowedOrigins", app->allowed_origins.items, app->allowed_origins.n);
    if (app->signing_alg != ALG_RS256)
        fprintf(out, "        signingAlgorithm: %s\n", signing_alg_name(app->signing_alg));
    if (app->access_token_seconds > 0)
        fprintf(out, "        accessTokenSeconds: %u\n", app->access_token_seconds);
    put_toggle(out, app->multi_factor);
}

static err put_methods(FILE *out, struct store *store, struct guid user)
{
    struct method methods[LIMIT_METHODS];
    size_t n = LIMIT_METHODS;

    TRY(store_methods(store, user, methods, &n));
    if (n > 0)
        fputs("        methods:\n", out);
    for (size_t i = 0; i < n; i++) {
        fprintf(out, "          - channel: %s\n", channel_name(methods[i].channel));
        put_field(out, "            ", "target", slice_of(methods[i].target));
    }
    return OK;
}

static err put_user(FILE *out, struct store *store, const struct user *user)
{
    fprintf(out, "      - id: %s\n", guid_format(user->id).c);
    put_field(out, "        ", "email", slice_of(user->email));
    fprintf(out, "        origin: %s\n", manifest_origins[user->origin]);
    put_field(out, "        ", "displayName", slice_of(user->display_name));
    put_field(out, "        ", "givenName", slice_of(user->given_name));
    put_field(out, "        ", "surname", slice_of(user->surname));
    put_flag(out, "        ", "enabled", user->enabled, true);
    put_toggle(out, user->multi_factor);
    put_flag(out, "        ", "passwordMustChange", user->password_must_change, false);
    return put_methods(out, store, user->id);
}

static void free_users(struct user **users)
{
    free(*users);
}

static err put_users(FILE *out, struct store *store, const struct tenant *tenant)
{
    AUTO(free_users) struct user *users = calloc(USERS_AT_ONCE, sizeof *users);
    char after[USER_EMAIL_SIZE] = "";
    size_t n = USERS_AT_ONCE;
    bool headed = false;

    ENSURE(users != NULL, NO_MEMORY);
    while (n == USERS_AT_ONCE) {
        TRY(store_users(store, tenant->id, slice_of(after), users, &n));
        if (n > 0 && !headed)
            fputs("    users:\n", out);
        headed = true;
        for (size_t i = 0; i < n; i++)
            TRY(put_user(out, store, &users[i]));
        if (n > 0)
            (void)slice_to_cstr(slice_of(users[n - 1].identity), after, sizeof after);
    }
    return OK;
}

static void put_second_factors(FILE *out, uint8_t factors)
{
    static const char *const words[] = { "", "[email]", "[sms]", "[email, sms]" };

    if (factors != FACTOR_EMAIL && factors < sizeof words / sizeof words[0] && factors != 0)
        fprintf(out, "    secondFactors: %s\n", words[factors]);
}

static void put_contact_rules(FILE *out, const struct tenant *tenant)
{
    if (tenant->contact_rule_count > 0)
        fputs("    contactRules:\n", out);
    for (size_t i = 0; i < tenant->contact_rule_count; i++) {
        put_field(out, "      - ", "match", tenant->contact_rules[i].match);
        fprintf(out, "        verdict: %s\n", manifest_verdicts[tenant->contact_rules[i].verdict - 1]);
    }
}

static void put_extension(FILE *out, const struct extension *e)
{
    fprintf(out, "      - id: %s\n", guid_format(e->id).c);
    put_field(out, "        ", "name", e->name);
    fprintf(out, "        event: %s\n", manifest_events[e->event]);
    put_field(out, "        ", "url", e->url);
    fprintf(out, "        auth: %s\n", manifest_auths[e->auth]);
    put_field(out, "        ", "resourceId", e->resource_id);
    put_field(out, "        ", "secretEnv", e->secret);
    fprintf(out, "        timeoutMs: %u\n        retries: %u\n", e->timeout_ms, e->retries);
    put_flag(out, "        ", "fallback", e->fallback, false);
    put_list(out, "        ", "applications", e->applications.items, e->applications.n);
}

static void put_extensions(FILE *out, const struct tenant *tenant)
{
    if (tenant->extension_count > 0)
        fputs("    extensions:\n", out);
    for (size_t i = 0; i < tenant->extension_count; i++)
        put_extension(out, &tenant->extensions[i]);
}

static void put_tenant(FILE *out, const struct tenant *tenant)
{
    fprintf(out, "  - id: %s\n", guid_format(tenant->id).c);
    put_field(out, "    ", "name", tenant->name);
    put_field(out, "    ", "domain", tenant->domain);
    put_list(out, "    ", "aliases", tenant->aliases.items, tenant->aliases.n);
    put_field(out, "    ", "displayName", tenant->display_name);
    if (tenant->branding.logo_url.n + tenant->branding.accent_color.n > 0)
        fputs("    branding:\n", out);
    put_field(out, "      ", "logoUrl", tenant->branding.logo_url);
    put_field(out, "      ", "accentColor", tenant->branding.accent_color);
    put_field(out, "    ", "issuer", tenant->issuer);
    put_flag(out, "    ", "hideUnknownUsers", tenant->hide_unknown_users, false);
    put_flag(out, "    ", "strictRefreshTokens", tenant->strict_refresh_tokens, false);
    put_flag(out, "    ", "multiFactor", tenant->multi_factor, false);
    put_flag(out, "    ", "registrationAfterSignUp", tenant->registration_after_sign_up, true);
    put_flag(out, "    ", "passwordReset", tenant->password_reset, true);
    put_flag(out, "    ", "anyEmailPasscode", tenant->any_email_passcode, false);
    put_second_factors(out, tenant->second_factors);
    put_list(out, "    ", "bannedPasswords", tenant->banned_passwords.items, tenant->banned_passwords.n);
    put_contact_rules(out, tenant);
    put_extensions(out, tenant);
}

static void put_user_flows(FILE *out, const struct directory *d, const struct tenant *tenant)
{
    bool headed = false;

    for (size_t i = 0; i < d->user_flow_count; i++) {
        if (!guid_eq(d->user_flows[i].tenant_id, tenant->id))
            continue;
        if (!headed)
            fputs("    userFlows:\n", out);
        headed = true;
        put_user_flow(out, &d->user_flows[i]);
    }
}

static void put_applications(FILE *out, const struct directory *d, const struct tenant *tenant)
{
    bool headed = false;

    for (size_t i = 0; i < d->application_count; i++) {
        if (!guid_eq(d->applications[i].tenant_id, tenant->id))
            continue;
        if (!headed)
            fputs("    applications:\n", out);
        headed = true;
        put_application(out, &d->applications[i]);
    }
}

static err put_directory(FILE *out, struct store *store, const struct directory *d)
{
    fputs(d->tenant_count > 0 ? "tenants:\n" : "tenants: []\n", out);
    for (size_t i = 0; i < d->tenant_count; i++) {
        put_tenant(out, &d->tenants[i]);
        put_user_flows(out, d, &d->tenants[i]);
        put_applications(out, d, &d->tenants[i]);
        TRY(put_users(out, store, &d->tenants[i]));
    }
    ENSURE(fflush(out) == 0, IO);
    return OK;
}

err manifest_export(struct store *store, FILE *out)
{
    struct directory *d;

    TRY(store_directory(store, &d));
    err result = put_directory(out, store, d);
    directory_release(d);
    return result;
}
