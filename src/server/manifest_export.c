/* SPDX-License-Identifier: Apache-2.0 */
/* Writing the directory as YAML that applies to no change. Texts are always double-quoted, so that none can be read as
 * something else; what has its default value is left out. */
#include "server/manifest.h"

#include "server/manifest_fields.h"
#include "server/manifest_out.h"

#include <stdlib.h>
#include <string.h>

enum { USERS_AT_ONCE = 64, USER_ROLES_MAX = 16384 /* LIMIT_ROLES lines */ };

static void put_attribute(FILE *out, const struct flow_attribute *attribute)
{
    out_field(out, "          - ", "name", attribute->name);
    out_field(out, "            ", "type", attribute->type);
    out_field(out, "            ", "label", attribute->label);
    out_field(out, "            ", "regex", attribute->regex);
    out_flag(out, "            ", "required", attribute->required, false);
    if (attribute->input == INPUT_RADIO || attribute->input == INPUT_CHECKBOXES)
        fprintf(out, "            inputType: %s\n", manifest_inputs[attribute->input]);
    out_list(out, "            ", "options", attribute->options);
    out_field(out, "            ", "defaultValue", attribute->default_value);
    out_flag(out, "            ", "hidden", attribute->hidden, false);
}

static void put_user_flow(FILE *out, const struct user_flow *flow)
{
    out_field(out, "      - ", "name", flow->name);
    fprintf(out, "        identityProvider: %s\n", manifest_identity_providers[flow->identity_provider]);
    out_flag(out, "        ", "signUp", flow->sign_up, true);
    if (flow->attribute_count > 0)
        fputs("        attributes:\n", out);
    for (size_t i = 0; i < flow->attribute_count; i++)
        put_attribute(out, &flow->attributes[i]);
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
        out_field(out, "            ", "target", slice_of(methods[i].target));
    }
    return OK;
}

static err put_roles(FILE *out, struct store *store, struct guid user)
{
    char space[USER_ROLES_MAX];
    struct buf roles;

    buf_init(&roles, space, sizeof space);
    TRY(store_user_all_roles(store, user, &roles));
    if (roles.n > 0)
        fputs("        roles:\n", out);
    for (struct slice rest = buf_slice(&roles); rest.n > 0;) {
        struct slice value;
        struct slice application = slice_cut(slice_cut(rest, '\n', &rest), ' ', &value);
        out_field(out, "          - ", "application", application);
        out_field(out, "            ", "value", value);
    }
    return OK;
}

static err put_user(FILE *out, struct store *store, const struct user *user)
{
    fprintf(out, "      - id: %s\n", guid_format(user->id).c);
    out_field(out, "        ", "email", slice_of(user->email));
    fprintf(out, "        origin: %s\n", manifest_origins[user->origin]);
    out_field(out, "        ", "displayName", slice_of(user->display_name));
    out_field(out, "        ", "givenName", slice_of(user->given_name));
    out_field(out, "        ", "surname", slice_of(user->surname));
    out_flag(out, "        ", "enabled", user->enabled, true);
    out_toggle(out, user->multi_factor);
    out_flag(out, "        ", "passwordMustChange", user->password_must_change, false);
    TRY(put_methods(out, store, user->id));
    return put_roles(out, store, user->id);
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
        out_field(out, "      - ", "match", tenant->contact_rules[i].match);
        fprintf(out, "        verdict: %s\n", manifest_verdicts[tenant->contact_rules[i].verdict - 1]);
    }
}

static void put_extension(FILE *out, const struct extension *e)
{
    fprintf(out, "      - id: %s\n", guid_format(e->id).c);
    out_field(out, "        ", "name", e->name);
    fprintf(out, "        event: %s\n", manifest_events[e->event]);
    out_field(out, "        ", "url", e->url);
    fprintf(out, "        auth: %s\n", manifest_auths[e->auth]);
    out_field(out, "        ", "resourceId", e->resource_id);
    out_field(out, "        ", "secretEnv", e->secret);
    fprintf(out, "        timeoutMs: %u\n        retries: %u\n", e->timeout_ms, e->retries);
    out_flag(out, "        ", "fallback", e->fallback, false);
    out_list(out, "        ", "applications", e->applications);
}

static void put_extensions(FILE *out, const struct tenant *tenant)
{
    if (tenant->extension_count > 0)
        fputs("    extensions:\n", out);
    for (size_t i = 0; i < tenant->extension_count; i++)
        put_extension(out, &tenant->extensions[i]);
}

static void put_texts(FILE *out, const struct branding *look)
{
    if (look->text_count > 0)
        fputs("      texts:\n", out);
    for (size_t i = 0; i < look->text_count; i++) {
        out_field(out, "        - ", "language", look->texts[i].language);
        out_field(out, "          ", "key", look->texts[i].key);
        out_field(out, "          ", "text", look->texts[i].text);
    }
}

static void put_branding(FILE *out, const struct branding *look)
{
    bool is_plain = look->text_count == 0 && !look->stay_signed_in;

#define BRANDING_TEXT(member, name, max, check, help) is_plain = is_plain && look->member.n == 0;
#include "server/manifest_branding.def"
#undef BRANDING_TEXT
    if (is_plain)
        return;
    fputs("    branding:\n", out);
#define BRANDING_TEXT(member, name, max, check, help) out_field(out, "      ", name, look->member);
#include "server/manifest_branding.def"
#undef BRANDING_TEXT
    out_flag(out, "      ", "staySignedIn", look->stay_signed_in, false);
    put_texts(out, look);
}

static void put_tenant(FILE *out, const struct tenant *tenant)
{
    fprintf(out, "  - id: %s\n", guid_format(tenant->id).c);
    out_field(out, "    ", "name", tenant->name);
    out_field(out, "    ", "domain", tenant->domain);
    out_list(out, "    ", "aliases", tenant->aliases);
    out_field(out, "    ", "displayName", tenant->display_name);
    put_branding(out, &tenant->branding);
    out_field(out, "    ", "issuer", tenant->issuer);
    out_flag(out, "    ", "hideUnknownUsers", tenant->hide_unknown_users, false);
    out_flag(out, "    ", "strictRefreshTokens", tenant->strict_refresh_tokens, false);
    out_flag(out, "    ", "multiFactor", tenant->multi_factor, false);
    out_flag(out, "    ", "registrationAfterSignUp", tenant->registration_after_sign_up, true);
    out_flag(out, "    ", "passwordReset", tenant->password_reset, true);
    out_flag(out, "    ", "anyEmailPasscode", tenant->any_email_passcode, false);
    put_second_factors(out, tenant->second_factors);
    out_list(out, "    ", "bannedPasswords", tenant->banned_passwords);
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
        out_application(out, &d->applications[i]);
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
