/* SPDX-License-Identifier: Apache-2.0 */
/* Writing an application. */
#include "server/manifest_out.h"

#include "base/clock.h"

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
            out_quoted(out, app->redirect_uris[i].uri);
            fputc('\n', out);
        }
    }
}

static void put_time(FILE *out, const char *name, instant at)
{
    if (at != 0)
        out_field(out, "            ", name, slice_of(clock_format(at).c));
}

static void put_secret(FILE *out, const struct client_secret *secret)
{
    fprintf(out, "          - keyId: %s\n", guid_format(secret->key_id).c);
    out_field(out, "            ", "name", secret->name);
    out_field(out, "            ", "hint", secret->hint);
    fputs("            hash: sha256:", out);
    for (size_t i = 0; i < sizeof secret->hash; i++)
        fprintf(out, "%02x", secret->hash[i]);
    fputc('\n', out);
    put_time(out, "startsAt", secret->starts_at);
    put_time(out, "endsAt", secret->ends_at);
}

static void put_secrets(FILE *out, const struct application *app)
{
    if (app->secret_count > 0)
        fputs("        secrets:\n", out);
    for (size_t i = 0; i < app->secret_count; i++)
        put_secret(out, &app->secrets[i]);
}

static void put_role(FILE *out, const struct app_role *role)
{
    static const char *const words[] = { "[]", "[users]", "[applications]", "[users, applications]" };

    fprintf(out, "          - id: %s\n", guid_format(role->id).c);
    out_field(out, "            ", "value", role->value);
    out_field(out, "            ", "displayName", role->display_name);
    if (role->members != ROLE_FOR_USERS)
        fprintf(out, "            members: %s\n", words[role->members & 3]);
}

static void put_api(FILE *out, const struct application *app)
{
    if (app->identifier_uri.n > 0 || app->scopes.n > 0 || app->access_token_version > 0)
        fputs("        api:\n", out);
    out_field(out, "          ", "identifierUri", app->identifier_uri);
    out_list(out, "          ", "scopes", app->scopes);
    if (app->access_token_version > 0)
        fprintf(out, "          accessTokenVersion: %u\n", app->access_token_version);
    if (app->role_count > 0)
        fputs("        roles:\n", out);
    for (size_t i = 0; i < app->role_count; i++)
        put_role(out, &app->roles[i]);
}

void out_application(FILE *out, const struct application *app)
{
    fprintf(out, "      - clientId: %s\n", guid_format(app->client_id).c);
    out_field(out, "        ", "name", app->name);
    out_field(out, "        ", "userFlow", app->user_flow);
    out_flag(out, "        ", "publicClient", app->public_client, false);
    out_flag(out, "        ", "nativeAuthentication", app->native_authentication, false);
    put_redirect_uris(out, app);
    out_list(out, "        ", "permissions", app->permissions);
    out_list(out, "        ", "applicationPermissions", app->application_permissions);
    put_secrets(out, app);
    out_list(out, "        ", "certificates", app->certificates);
    out_field(out, "        ", "logoutUrl", app->logout_url);
    out_flag(out, "        ", "idTokenIssuance", app->id_token_issuance, false);
    out_flag(out, "        ", "accessTokenIssuance", app->access_token_issuance, false);
    put_api(out, app);
    out_list(out, "        ", "idTokenClaims", app->id_token_claims);
    out_list(out, "        ", "accessTokenClaims", app->access_token_claims);
    out_list(out, "        ", "allowedOrigins", app->allowed_origins);
    if (app->signing_alg != ALG_RS256)
        fprintf(out, "        signingAlgorithm: %s\n", signing_alg_name(app->signing_alg));
    if (app->access_token_seconds > 0)
        fprintf(out, "        accessTokenSeconds: %u\n", app->access_token_seconds);
    out_toggle(out, app->multi_factor);
}
