/* SPDX-License-Identifier: Apache-2.0 */
/* manifest_fields.h: the shape of a manifest, as read from YAML and before it is checked against the store. */
#ifndef DOORCODE_SERVER_MANIFEST_FIELDS_H
#define DOORCODE_SERVER_MANIFEST_FIELDS_H

#include "server/fields.h"

struct manifest_root {
    struct map_list tenants;
};

struct manifest_branding {
#define BRANDING_TEXT(member, name, max, check, help) const char *member;
#include "server/manifest_branding.def"
#undef BRANDING_TEXT
    bool stay_signed_in;
    struct map_list texts;
};

struct manifest_text_override {
    const char *language;
    const char *key;
    const char *text;
};

struct manifest_tenant {
    struct guid id;
    const char *name;
    const char *domain;
    struct text_list aliases;
    const char *display_name;
    struct manifest_branding branding;
    const char *issuer;
    bool hide_unknown_users;
    bool strict_refresh_tokens;
    bool multi_factor;
    bool registration_after_sign_up;
    bool password_reset;
    bool any_email_passcode;
    struct text_list second_factors;
    struct text_list banned_passwords;
    struct map_list contact_rules;
    struct map_list extensions;
    struct map_list user_flows;
    struct map_list applications;
    struct map_list users;
};

struct manifest_contact_rule {
    const char *match;
    int verdict; /* enum contact_verdict, less one */
};

struct manifest_extension {
    struct guid id;
    const char *name;
    int event;
    const char *url;
    int auth;
    const char *resource_id;
    const char *secret_env;
    uint32_t timeout_ms;
    uint32_t retries;
    bool fallback;
    struct text_list applications;
};

struct manifest_user_flow {
    const char *name;
    int identity_provider;
    bool sign_up;
    struct map_list attributes;
};

struct manifest_attribute {
    const char *name;
    int type;
    const char *label;
    const char *regex;
    bool required;
    int input; /* enum attribute_input; MANIFEST_INPUT_OF_TYPE: not given */
    struct text_list options;
    const char *default_value;
    bool hidden;
};

enum { MANIFEST_INPUT_OF_TYPE = -1 };

struct manifest_application {
    struct guid client_id;
    const char *name;
    const char *user_flow;
    bool public_client;
    bool native_authentication;
    struct {
        struct text_list by_platform[3]; /* enum platform_type */
    } redirect_uris;
    struct text_list permissions;
    struct text_list application_permissions;
    struct map_list secrets; /* value.yaml is NULL where they are not given */
    struct text_list certificates;
    const char *logout_url;
    bool id_token_issuance;
    bool access_token_issuance;
    struct {
        const char *identifier_uri;
        struct text_list scopes;
        uint32_t access_token_version;
    } api;
    struct map_list roles;
    struct text_list id_token_claims;
    struct text_list access_token_claims;
    struct text_list allowed_origins;
    int signing_algorithm;
    uint32_t access_token_seconds;
    int multi_factor; /* enum toggle */
};

struct manifest_secret {
    struct guid key_id;
    const char *name;
    const char *hint;
    const char *hash;
    const char *clear; /* always refused, with words that help */
    const char *starts_at;
    const char *ends_at;
};

struct manifest_role {
    struct guid id;
    const char *value;
    const char *display_name;
    struct text_list members;
};

struct manifest_user {
    struct guid id;
    const char *email;
    int origin;
    const char *display_name;
    const char *given_name;
    const char *surname;
    bool enabled;
    int multi_factor; /* enum toggle */
    bool password_must_change;
    const char *password_hash;
    struct map_list methods;
    struct map_list roles; /* value.yaml is NULL where they are not given */
};

struct manifest_user_role {
    const char *application;
    const char *value;
};

struct manifest_method {
    int channel;
    const char *target;
};

extern const struct field manifest_root_fields[], manifest_tenant_fields[], manifest_user_flow_fields[],
    manifest_attribute_fields[], manifest_application_fields[], manifest_user_fields[], manifest_contact_rule_fields[],
    manifest_extension_fields[], manifest_method_fields[], manifest_text_override_fields[], manifest_secret_fields[],
    manifest_role_fields[], manifest_user_role_fields[];
/* The words of the choices, also for the export. */
extern const char *const manifest_identity_providers[],
    *const manifest_origins[], *const manifest_attribute_types[], *const manifest_toggles[],
                                                                      *const manifest_verdicts[],
                                                                          *const manifest_events[],
                                                                              *const manifest_auths[],
                                                                                  *const manifest_channels[],
                                                                                      *const manifest_inputs[];

#endif
