/* SPDX-License-Identifier: Apache-2.0 */
#include "server/manifest_fields.h"

#include "server/manifest_checks.h"

#include "base/limits.h"

#include <stddef.h>

const char *const manifest_identity_providers[] = { "emailOneTimePasscode", "emailPassword", NULL };
const char *const manifest_origins[] = { "emailOneTimePasscode", "emailPassword", "administrator", "graph", NULL };
const char *const manifest_attribute_types[] = { "string", "boolean", "integer", NULL };
const char *const manifest_toggles[] = { "inherit", "on", "off", NULL };
const char *const manifest_verdicts[] = { "blockedByAdmin", "blockedByReputation", "highRisk", NULL };
const char *const manifest_events[] = {
    "onAttributeCollectionStart", "onAttributeCollectionSubmit", "onTokenIssuanceStart", "onOtpSend", "onSmsSend", NULL
};
const char *const manifest_auths[] = { "token", "hmac", "none", NULL };
const char *const manifest_channels[] = { "email", "sms", NULL };
const char *const manifest_inputs[] = {
    "textBox", "radioSingleSelect", "checkboxMultiSelect", "checkboxSingleSelect", "numericTextBox", NULL
};
static const char *const algorithms[] = { "RS256", "ES256", "EdDSA", NULL };

#define ROOT(member) offsetof(struct manifest_root, member)
#define TENANT(member) offsetof(struct manifest_tenant, member)
#define FLOW(member) offsetof(struct manifest_user_flow, member)
#define ATTRIBUTE(member) offsetof(struct manifest_attribute, member)
#define APP(member) offsetof(struct manifest_application, member)
#define USER(member) offsetof(struct manifest_user, member)
#define RULE(member) offsetof(struct manifest_contact_rule, member)
#define EXTENSION(member) offsetof(struct manifest_extension, member)
#define METHOD(member) offsetof(struct manifest_method, member)
#define LOOK(member) offsetof(struct manifest_branding, member)
#define OVERRIDE(member) offsetof(struct manifest_text_override, member)
#define SECRET(member) offsetof(struct manifest_secret, member)
#define ROLE(member) offsetof(struct manifest_role, member)
#define USER_ROLE(member) offsetof(struct manifest_user_role, member)
/* Within a map that is an unnamed struct of its own. */
#define API(member) (APP(api.member) - APP(api))

const struct field manifest_root_fields[] = {
    { .name = "tenants", .type = FIELD_IS_LIST, .offset = ROOT(tenants), .required = true },
    { .name = NULL },
};

static const struct field branding_fields[] = {
#define BRANDING_TEXT(member, field, length, checked) \
    { .name = field, .type = FIELD_IS_TEXT, .offset = LOOK(member), .max = length, .check = checked },
#include "server/manifest_branding.def"
#undef BRANDING_TEXT
    { .name = "staySignedIn", .type = FIELD_IS_FLAG, .offset = LOOK(stay_signed_in) },
    { .name = "texts", .type = FIELD_IS_LIST, .offset = LOOK(texts) },
    { .name = NULL },
};

const struct field manifest_text_override_fields[] = {
    { .name = "language",
      .type = FIELD_IS_TEXT,
      .offset = OVERRIDE(language),
      .required = true,
      .min = 2,
      .max = 16,
      .check = check_language },
    { .name = "key",
      .type = FIELD_IS_TEXT,
      .offset = OVERRIDE(key),
      .required = true,
      .min = 1,
      .max = 128,
      .check = check_text_key },
    { .name = "text",
      .type = FIELD_IS_TEXT,
      .offset = OVERRIDE(text),
      .required = true,
      .min = 1,
      .max = 1024,
      .check = check_lines },
    { .name = NULL },
};

const struct field manifest_tenant_fields[] = {
    { .name = "id", .type = FIELD_IS_GUID, .offset = TENANT(id) },
    { .name = "name",
      .type = FIELD_IS_TEXT,
      .offset = TENANT(name),
      .required = true,
      .min = 1,
      .max = 63,
      .check = check_label },
    { .name = "domain", .type = FIELD_IS_TEXT, .offset = TENANT(domain), .max = 253, .check = check_domain },
    { .name = "aliases",
      .type = FIELD_IS_TEXTS,
      .offset = TENANT(aliases),
      .min = 1,
      .max = 253,
      .check = check_domain },
    { .name = "displayName", .type = FIELD_IS_TEXT, .offset = TENANT(display_name), .max = 256, .check = check_clean },
    { .name = "branding", .type = FIELD_IS_MAP, .offset = TENANT(branding), .fields = branding_fields },
    { .name = "issuer", .type = FIELD_IS_TEXT, .offset = TENANT(issuer), .max = 512, .check = check_https_url },
    { .name = "hideUnknownUsers", .type = FIELD_IS_FLAG, .offset = TENANT(hide_unknown_users) },
    { .name = "strictRefreshTokens", .type = FIELD_IS_FLAG, .offset = TENANT(strict_refresh_tokens) },
    { .name = "multiFactor", .type = FIELD_IS_FLAG, .offset = TENANT(multi_factor) },
    { .name = "registrationAfterSignUp", .type = FIELD_IS_FLAG, .offset = TENANT(registration_after_sign_up) },
    { .name = "passwordReset", .type = FIELD_IS_FLAG, .offset = TENANT(password_reset) },
    { .name = "anyEmailPasscode", .type = FIELD_IS_FLAG, .offset = TENANT(any_email_passcode) },
    { .name = "secondFactors",
      .type = FIELD_IS_TEXTS,
      .offset = TENANT(second_factors),
      .min = 1,
      .max = 8,
      .check = check_second_factor },
    { .name = "bannedPasswords",
      .type = FIELD_IS_TEXTS,
      .offset = TENANT(banned_passwords),
      .min = 4,
      .max = 64,
      .check = check_clean },
    { .name = "contactRules", .type = FIELD_IS_LIST, .offset = TENANT(contact_rules) },
    { .name = "extensions", .type = FIELD_IS_LIST, .offset = TENANT(extensions) },
    { .name = "userFlows", .type = FIELD_IS_LIST, .offset = TENANT(user_flows) },
    { .name = "applications", .type = FIELD_IS_LIST, .offset = TENANT(applications) },
    { .name = "users", .type = FIELD_IS_LIST, .offset = TENANT(users) },
    { .name = NULL },
};

const struct field manifest_contact_rule_fields[] = {
    { .name = "match",
      .type = FIELD_IS_TEXT,
      .offset = RULE(match),
      .required = true,
      .min = 2,
      .max = 254,
      .check = check_contact_match },
    { .name = "verdict",
      .type = FIELD_IS_CHOICE,
      .offset = RULE(verdict),
      .required = true,
      .choices = manifest_verdicts },
    { .name = NULL },
};

const struct field manifest_extension_fields[] = {
    { .name = "id", .type = FIELD_IS_GUID, .offset = EXTENSION(id), .required = true },
    { .name = "name", .type = FIELD_IS_TEXT, .offset = EXTENSION(name), .max = 120, .check = check_clean },
    { .name = "event",
      .type = FIELD_IS_CHOICE,
      .offset = EXTENSION(event),
      .required = true,
      .choices = manifest_events },
    { .name = "url",
      .type = FIELD_IS_TEXT,
      .offset = EXTENSION(url),
      .required = true,
      .min = 1,
      .max = 1024,
      .check = check_hook_url },
    { .name = "auth", .type = FIELD_IS_CHOICE, .offset = EXTENSION(auth), .choices = manifest_auths },
    { .name = "resourceId", .type = FIELD_IS_TEXT, .offset = EXTENSION(resource_id), .max = 256, .check = check_clean },
    { .name = "secretEnv", .type = FIELD_IS_TEXT, .offset = EXTENSION(secret_env), .max = 128, .check = check_clean },
    { .name = "timeoutMs", .type = FIELD_IS_NUMBER, .offset = EXTENSION(timeout_ms), .min = 200, .max = 2000 },
    { .name = "retries", .type = FIELD_IS_NUMBER, .offset = EXTENSION(retries), .min = 0, .max = 1 },
    { .name = "fallback", .type = FIELD_IS_FLAG, .offset = EXTENSION(fallback) },
    { .name = "applications",
      .type = FIELD_IS_TEXTS,
      .offset = EXTENSION(applications),
      .min = 36,
      .max = 36,
      .check = check_guid },
    { .name = NULL },
};

const struct field manifest_method_fields[] = {
    { .name = "channel",
      .type = FIELD_IS_CHOICE,
      .offset = METHOD(channel),
      .required = true,
      .choices = manifest_channels },
    { .name = "target", .type = FIELD_IS_TEXT, .offset = METHOD(target), .required = true, .min = 3, .max = 254 },
    { .name = NULL },
};

const struct field manifest_user_flow_fields[] = {
    { .name = "name",
      .type = FIELD_IS_TEXT,
      .offset = FLOW(name),
      .required = true,
      .min = 1,
      .max = 64,
      .check = check_clean },
    { .name = "identityProvider",
      .type = FIELD_IS_CHOICE,
      .offset = FLOW(identity_provider),
      .required = true,
      .choices = manifest_identity_providers },
    { .name = "signUp", .type = FIELD_IS_FLAG, .offset = FLOW(sign_up) },
    { .name = "attributes", .type = FIELD_IS_LIST, .offset = FLOW(attributes) },
    { .name = NULL },
};

const struct field manifest_attribute_fields[] = {
    { .name = "name",
      .type = FIELD_IS_TEXT,
      .offset = ATTRIBUTE(name),
      .required = true,
      .min = 1,
      .max = 128,
      .check = check_clean },
    { .name = "type", .type = FIELD_IS_CHOICE, .offset = ATTRIBUTE(type), .choices = manifest_attribute_types },
    { .name = "label", .type = FIELD_IS_TEXT, .offset = ATTRIBUTE(label), .max = 256, .check = check_clean },
    { .name = "regex", .type = FIELD_IS_TEXT, .offset = ATTRIBUTE(regex), .max = LIMIT_PATTERN, .check = check_regex },
    { .name = "required", .type = FIELD_IS_FLAG, .offset = ATTRIBUTE(required) },
    { .name = "inputType", .type = FIELD_IS_CHOICE, .offset = ATTRIBUTE(input), .choices = manifest_inputs },
    { .name = "options",
      .type = FIELD_IS_TEXTS,
      .offset = ATTRIBUTE(options),
      .min = 1,
      .max = 250,
      .check = check_clean },
    { .name = "defaultValue",
      .type = FIELD_IS_TEXT,
      .offset = ATTRIBUTE(default_value),
      .max = 250,
      .check = check_clean },
    { .name = "hidden", .type = FIELD_IS_FLAG, .offset = ATTRIBUTE(hidden) },
    { .name = NULL },
};

static const struct field redirect_fields[] = {
    { .name = "publicClient",
      .type = FIELD_IS_TEXTS,
      .offset = 0,
      .min = 1,
      .max = LIMIT_REDIRECT_URI,
      .check = check_redirect_uri },
    { .name = "spa",
      .type = FIELD_IS_TEXTS,
      .offset = sizeof(struct text_list),
      .min = 1,
      .max = LIMIT_REDIRECT_URI,
      .check = check_web_redirect_uri },
    { .name = "web",
      .type = FIELD_IS_TEXTS,
      .offset = 2 * sizeof(struct text_list),
      .min = 1,
      .max = LIMIT_REDIRECT_URI,
      .check = check_web_redirect_uri },
    { .name = NULL },
};

/* What others see of an application that is an API. */
static const struct field api_fields[] = {
    { .name = "identifierUri",
      .type = FIELD_IS_TEXT,
      .offset = API(identifier_uri),
      .max = LIMIT_RESOURCE - 1,
      .check = check_identifier_uri },
    { .name = "scopes",
      .type = FIELD_IS_TEXTS,
      .offset = API(scopes),
      .min = 1,
      .max = 120,
      .check = check_permission_value },
    { .name = "accessTokenVersion", .type = FIELD_IS_NUMBER, .offset = API(access_token_version), .min = 1, .max = 2 },
    { .name = NULL },
};

const struct field manifest_secret_fields[] = {
    { .name = "keyId", .type = FIELD_IS_GUID, .offset = SECRET(key_id) },
    { .name = "name", .type = FIELD_IS_TEXT, .offset = SECRET(name), .max = 120, .check = check_clean },
    { .name = "hint", .type = FIELD_IS_TEXT, .offset = SECRET(hint), .max = 3, .check = check_clean },
    { .name = "hash", .type = FIELD_IS_TEXT, .offset = SECRET(hash), .min = 1, .check = check_secret_hash },
    { .name = "secret", .type = FIELD_IS_TEXT, .offset = SECRET(clear), .min = 1, .check = check_no_secret },
    { .name = "startsAt", .type = FIELD_IS_TEXT, .offset = SECRET(starts_at), .check = check_time },
    { .name = "endsAt", .type = FIELD_IS_TEXT, .offset = SECRET(ends_at), .check = check_time },
    { .name = NULL },
};

const struct field manifest_role_fields[] = {
    { .name = "id", .type = FIELD_IS_GUID, .offset = ROLE(id) },
    { .name = "value",
      .type = FIELD_IS_TEXT,
      .offset = ROLE(value),
      .required = true,
      .min = 1,
      .max = 120,
      .check = check_permission_value },
    { .name = "displayName", .type = FIELD_IS_TEXT, .offset = ROLE(display_name), .max = 120, .check = check_clean },
    { .name = "members", .type = FIELD_IS_TEXTS, .offset = ROLE(members), .min = 1, .max = 16, .check = check_member },
    { .name = NULL },
};

const struct field manifest_application_fields[] = {
    { .name = "clientId", .type = FIELD_IS_GUID, .offset = APP(client_id) },
    { .name = "name",
      .type = FIELD_IS_TEXT,
      .offset = APP(name),
      .required = true,
      .min = 1,
      .max = 120,
      .check = check_clean },
    { .name = "userFlow", .type = FIELD_IS_TEXT, .offset = APP(user_flow), .max = 64 },
    { .name = "publicClient", .type = FIELD_IS_FLAG, .offset = APP(public_client) },
    { .name = "nativeAuthentication", .type = FIELD_IS_FLAG, .offset = APP(native_authentication) },
    { .name = "redirectUris", .type = FIELD_IS_MAP, .offset = APP(redirect_uris), .fields = redirect_fields },
    { .name = "permissions",
      .type = FIELD_IS_TEXTS,
      .offset = APP(permissions),
      .min = 1,
      .max = 256,
      .check = check_permission },
    { .name = "applicationPermissions",
      .type = FIELD_IS_TEXTS,
      .offset = APP(application_permissions),
      .min = 1,
      .max = 256,
      .check = check_permission },
    { .name = "secrets", .type = FIELD_IS_LIST, .offset = APP(secrets) },
    { .name = "certificates",
      .type = FIELD_IS_TEXTS,
      .offset = APP(certificates),
      .min = 1,
      .max = LIMIT_CERTIFICATE,
      .check = check_certificate },
    { .name = "logoutUrl", .type = FIELD_IS_TEXT, .offset = APP(logout_url), .max = 256, .check = check_https_url },
    { .name = "idTokenIssuance", .type = FIELD_IS_FLAG, .offset = APP(id_token_issuance) },
    { .name = "accessTokenIssuance", .type = FIELD_IS_FLAG, .offset = APP(access_token_issuance) },
    { .name = "api", .type = FIELD_IS_MAP, .offset = APP(api), .fields = api_fields },
    { .name = "roles", .type = FIELD_IS_LIST, .offset = APP(roles) },
    { .name = "idTokenClaims",
      .type = FIELD_IS_TEXTS,
      .offset = APP(id_token_claims),
      .min = 1,
      .max = 128,
      .check = check_name },
    { .name = "accessTokenClaims",
      .type = FIELD_IS_TEXTS,
      .offset = APP(access_token_claims),
      .min = 1,
      .max = 128,
      .check = check_name },
    { .name = "allowedOrigins",
      .type = FIELD_IS_TEXTS,
      .offset = APP(allowed_origins),
      .min = 1,
      .max = 256,
      .check = check_origin },
    { .name = "signingAlgorithm", .type = FIELD_IS_CHOICE, .offset = APP(signing_algorithm), .choices = algorithms },
    { .name = "accessTokenSeconds",
      .type = FIELD_IS_NUMBER,
      .offset = APP(access_token_seconds),
      .min = 60,
      .max = 86400 },
    { .name = "multiFactor", .type = FIELD_IS_CHOICE, .offset = APP(multi_factor), .choices = manifest_toggles },
    { .name = NULL },
};

const struct field manifest_user_fields[] = {
    { .name = "id", .type = FIELD_IS_GUID, .offset = USER(id) },
    { .name = "email",
      .type = FIELD_IS_TEXT,
      .offset = USER(email),
      .required = true,
      .min = 3,
      .max = 254,
      .check = check_email },
    { .name = "origin", .type = FIELD_IS_CHOICE, .offset = USER(origin), .choices = manifest_origins },
    { .name = "displayName", .type = FIELD_IS_TEXT, .offset = USER(display_name), .max = 256, .check = check_clean },
    { .name = "givenName", .type = FIELD_IS_TEXT, .offset = USER(given_name), .max = 64, .check = check_clean },
    { .name = "surname", .type = FIELD_IS_TEXT, .offset = USER(surname), .max = 64, .check = check_clean },
    { .name = "enabled", .type = FIELD_IS_FLAG, .offset = USER(enabled) },
    { .name = "multiFactor", .type = FIELD_IS_CHOICE, .offset = USER(multi_factor), .choices = manifest_toggles },
    { .name = "passwordMustChange", .type = FIELD_IS_FLAG, .offset = USER(password_must_change) },
    { .name = "passwordHash",
      .type = FIELD_IS_TEXT,
      .offset = USER(password_hash),
      .max = LIMIT_PASSWORD_HASH - 1,
      .check = check_password_hash },
    { .name = "methods", .type = FIELD_IS_LIST, .offset = USER(methods) },
    { .name = "roles", .type = FIELD_IS_LIST, .offset = USER(roles) },
    { .name = NULL },
};

const struct field manifest_user_role_fields[] = {
    { .name = "application",
      .type = FIELD_IS_TEXT,
      .offset = USER_ROLE(application),
      .required = true,
      .min = 1,
      .max = LIMIT_RESOURCE - 1,
      .check = check_clean },
    { .name = "value", .type = FIELD_IS_TEXT, .offset = USER_ROLE(value), .required = true, .min = 1, .max = 120 },
    { .name = NULL },
};
