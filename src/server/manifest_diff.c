/* SPDX-License-Identifier: Apache-2.0 */
#include "server/manifest_diff.h"

#include "base/secret.h"

#include <string.h>

static void note(struct buf *out, bool differs, const char *field)
{
    if (!differs)
        return;
    buf_puts(out, out->n == 0 ? "" : ", ");
    buf_puts(out, field);
}

static bool slices_differ(struct slices a, struct slices b)
{
    if (a.n != b.n)
        return true;
    for (size_t i = 0; i < a.n; i++)
        if (!slice_eq(a.items[i], b.items[i]))
            return true;
    return false;
}

static bool rules_differ(const struct tenant *a, const struct tenant *b)
{
    if (a->contact_rule_count != b->contact_rule_count)
        return true;
    for (size_t i = 0; i < a->contact_rule_count; i++)
        if (!slice_eq(a->contact_rules[i].match, b->contact_rules[i].match) ||
            a->contact_rules[i].verdict != b->contact_rules[i].verdict)
            return true;
    return false;
}

static bool texts_differ(const struct branding *a, const struct branding *b)
{
    if (a->text_count != b->text_count)
        return true;
    for (size_t i = 0; i < a->text_count; i++)
        if (!slice_eq(a->texts[i].language, b->texts[i].language) || !slice_eq(a->texts[i].key, b->texts[i].key) ||
            !slice_eq(a->texts[i].text, b->texts[i].text))
            return true;
    return false;
}

static void diff_branding(const struct branding *a, const struct branding *b, struct buf *out)
{
#define BRANDING_TEXT(member, name, max, check, help) note(out, !slice_eq(a->member, b->member), "branding." name);
#include "server/manifest_branding.def"
#undef BRANDING_TEXT
    note(out, a->stay_signed_in != b->stay_signed_in, "branding.staySignedIn");
    note(out, texts_differ(a, b), "branding.texts");
}

static bool extension_differs(const struct extension *x, const struct extension *y)
{
    return !guid_eq(x->id, y->id) || !slice_eq(x->name, y->name) || x->event != y->event || !slice_eq(x->url, y->url) ||
           x->auth != y->auth || !slice_eq(x->resource_id, y->resource_id) || !slice_eq(x->secret, y->secret) ||
           x->timeout_ms != y->timeout_ms || x->retries != y->retries || x->fallback != y->fallback ||
           slices_differ(x->applications, y->applications);
}

static bool extensions_differ(const struct tenant *a, const struct tenant *b)
{
    if (a->extension_count != b->extension_count)
        return true;
    for (size_t i = 0; i < a->extension_count; i++)
        if (extension_differs(&a->extensions[i], &b->extensions[i]))
            return true;
    return false;
}

void diff_tenant(const struct tenant *a, const struct tenant *b, struct buf *out)
{
    note(out, !slice_eq(a->name, b->name), "name");
    note(out, !slice_eq(a->domain, b->domain), "domain");
    note(out, slices_differ(a->aliases, b->aliases), "aliases");
    note(out, !slice_eq(a->display_name, b->display_name), "displayName");
    diff_branding(&a->branding, &b->branding, out);
    note(out, !slice_eq(a->issuer, b->issuer), "issuer");
    note(out, a->hide_unknown_users != b->hide_unknown_users, "hideUnknownUsers");
    note(out, a->strict_refresh_tokens != b->strict_refresh_tokens, "strictRefreshTokens");
    note(out, a->multi_factor != b->multi_factor, "multiFactor");
    note(out, a->registration_after_sign_up != b->registration_after_sign_up, "registrationAfterSignUp");
    note(out, a->password_reset != b->password_reset, "passwordReset");
    note(out, a->any_email_passcode != b->any_email_passcode, "anyEmailPasscode");
    note(out, a->second_factors != b->second_factors, "secondFactors");
    note(out, slices_differ(a->banned_passwords, b->banned_passwords), "bannedPasswords");
    note(out, rules_differ(a, b), "contactRules");
    note(out, extensions_differ(a, b), "extensions");
}

static bool attributes_differ(const struct user_flow *a, const struct user_flow *b)
{
    if (a->attribute_count != b->attribute_count)
        return true;
    for (size_t i = 0; i < a->attribute_count; i++) {
        const struct flow_attribute *x = &a->attributes[i];
        const struct flow_attribute *y = &b->attributes[i];
        if (!slice_eq(x->name, y->name) || !slice_eq(x->type, y->type) || !slice_eq(x->label, y->label) ||
            !slice_eq(x->regex, y->regex) || x->required != y->required || x->input != y->input ||
            slices_differ(x->options, y->options) || !slice_eq(x->default_value, y->default_value) ||
            x->hidden != y->hidden)
            return true;
    }
    return false;
}

void diff_user_flow(const struct user_flow *a, const struct user_flow *b, struct buf *out)
{
    note(out, a->identity_provider != b->identity_provider, "identityProvider");
    note(out, a->sign_up != b->sign_up, "signUp");
    note(out, attributes_differ(a, b), "attributes");
}

static bool redirects_differ(const struct application *a, const struct application *b)
{
    if (a->redirect_uri_count != b->redirect_uri_count)
        return true;
    for (size_t i = 0; i < a->redirect_uri_count; i++)
        if (a->redirect_uris[i].platform != b->redirect_uris[i].platform ||
            !slice_eq(a->redirect_uris[i].uri, b->redirect_uris[i].uri))
            return true;
    return false;
}

static bool secrets_differ(const struct application *a, const struct application *b)
{
    if (a->secret_count != b->secret_count)
        return true;
    for (size_t i = 0; i < a->secret_count; i++) {
        const struct client_secret *x = &a->secrets[i];
        const struct client_secret *y = &b->secrets[i];
        if (!guid_eq(x->key_id, y->key_id) || !slice_eq(x->hint, y->hint) || !slice_eq(x->name, y->name) ||
            !secret_eq(x->hash, y->hash, sizeof x->hash) || x->starts_at != y->starts_at || x->ends_at != y->ends_at)
            return true;
    }
    return false;
}

static bool roles_differ(const struct application *a, const struct application *b)
{
    if (a->role_count != b->role_count)
        return true;
    for (size_t i = 0; i < a->role_count; i++)
        if (!guid_eq(a->roles[i].id, b->roles[i].id) || !slice_eq(a->roles[i].value, b->roles[i].value) ||
            !slice_eq(a->roles[i].display_name, b->roles[i].display_name) || a->roles[i].members != b->roles[i].members)
            return true;
    return false;
}

/* What an application shows others as an API, and the claims of tokens. */
static void diff_api(const struct application *a, const struct application *b, struct buf *out)
{
    note(out, !slice_eq(a->identifier_uri, b->identifier_uri), "api.identifierUri");
    note(out, slices_differ(a->scopes, b->scopes), "api.scopes");
    note(out, a->access_token_version != b->access_token_version, "api.accessTokenVersion");
    note(out, roles_differ(a, b), "roles");
    note(out, slices_differ(a->id_token_claims, b->id_token_claims), "idTokenClaims");
    note(out, slices_differ(a->access_token_claims, b->access_token_claims), "accessTokenClaims");
}

void diff_application(const struct application *a, const struct application *b, struct buf *out)
{
    note(out, !slice_eq(a->name, b->name), "name");
    note(out, !slice_eq(a->user_flow, b->user_flow), "userFlow");
    note(out, a->public_client != b->public_client, "publicClient");
    note(out, a->native_authentication != b->native_authentication, "nativeAuthentication");
    note(out, redirects_differ(a, b), "redirectUris");
    note(out, slices_differ(a->permissions, b->permissions), "permissions");
    note(out, slices_differ(a->application_permissions, b->application_permissions), "applicationPermissions");
    note(out, secrets_differ(a, b), "secrets");
    note(out, slices_differ(a->certificates, b->certificates), "certificates");
    note(out, !slice_eq(a->logout_url, b->logout_url), "logoutUrl");
    note(out, a->id_token_issuance != b->id_token_issuance, "idTokenIssuance");
    note(out, a->access_token_issuance != b->access_token_issuance, "accessTokenIssuance");
    diff_api(a, b, out);
    note(out, slices_differ(a->allowed_origins, b->allowed_origins), "allowedOrigins");
    note(out, a->signing_alg != b->signing_alg, "signingAlgorithm");
    note(out, a->access_token_seconds != b->access_token_seconds, "accessTokenSeconds");
    note(out, a->multi_factor != b->multi_factor, "multiFactor");
}

void diff_user(const struct user *a, const struct user *b, struct buf *out)
{
    note(out, strcmp(a->email, b->email) != 0, "email");
    note(out, a->origin != b->origin, "origin");
    note(out, strcmp(a->display_name, b->display_name) != 0, "displayName");
    note(out, strcmp(a->given_name, b->given_name) != 0, "givenName");
    note(out, strcmp(a->surname, b->surname) != 0, "surname");
    note(out, a->enabled != b->enabled, "enabled");
    note(out, a->multi_factor != b->multi_factor, "multiFactor");
    note(out, a->password_must_change != b->password_must_change, "passwordMustChange");
    note(out, strcmp(a->password_hash, b->password_hash) != 0, "passwordHash");
}
