/* SPDX-License-Identifier: Apache-2.0 */
/* directory.h: what an operator declares: tenants, applications, user flows. Plain structs whose slices point
 * into the snapshot they belong to. A snapshot is immutable and shared by reference count: take one for an exchange
 * (directory_hold), give it back (directory_release). Users are not in it: they live in the store. */
#ifndef DOORCODE_MODEL_DIRECTORY_H
#define DOORCODE_MODEL_DIRECTORY_H

#include "model/key.h"

#include "base/err.h"
#include "base/guid.h"

#include <stdatomic.h>

struct slices {
    const struct slice *items;
    size_t n;
};

/* Byte for byte. Pure, any thread. */
bool slices_have(const struct slices *list, struct slice value);

/* On for all, off for all, or as the next one above says: user, application, tenant. */
enum toggle { TOGGLE_INHERIT, TOGGLE_ON, TOGGLE_OFF, TOGGLE_COUNT };

/* What is answered for a contact that shall not get codes of a second factor (spec V1, 3.2 and 3.14). */
enum contact_verdict {
    CONTACT_FINE,
    CONTACT_BLOCKED_BY_ADMIN,
    CONTACT_BLOCKED_BY_REPUTATION,
    CONTACT_HIGH_RISK, /* web fallback */
    CONTACT_VERDICTS
};

struct contact_rule {
    struct slice match; /* beginning of a phone number "+1900", a domain "@example.com", or a whole address */
    enum contact_verdict verdict;
};

enum { FACTOR_EMAIL = 1, FACTOR_SMS = 2 };

/* Custom authentication extensions: where the server asks a program of the operator (spec OIDC, 11). */
enum extension_event {
    EXTENSION_ATTRIBUTES_START,
    EXTENSION_ATTRIBUTES_SUBMIT,
    EXTENSION_TOKEN_ISSUANCE,
    EXTENSION_OTP_SEND, /* sends the mail in our place */
    EXTENSION_SMS_SEND, /* ours: sends text messages */
    EXTENSION_EVENTS
};

enum extension_auth { EXTENSION_AUTH_TOKEN, EXTENSION_AUTH_HMAC, EXTENSION_AUTH_NONE, EXTENSION_AUTHS };

struct extension {
    struct guid id;
    struct slice name;
    enum extension_event event;
    struct slice url;
    enum extension_auth auth;
    struct slice resource_id;   /* `aud` of the token: "api://hooks.example/<id>" */
    struct slice secret;        /* HMAC: names the environment variable or file; never the secret itself */
    uint32_t timeout_ms;        /* 200 to 2000 */
    uint32_t retries;           /* 0 or 1 */
    bool fallback;              /* codes: use the built-in mailer when it fails */
    struct slices applications; /* client ids; empty: all */
};

/* A text of the hosted pages that the operator says differently (spec OIDC, 3.5). */
struct text_override {
    struct slice language; /* "de" */
    struct slice key;      /* a name of pages/texts.def, or of spec OIDC, 3.5 */
    struct slice text;
};

/* How hosted pages and mails look (spec OIDC, 3.4). Everything may be empty. */
struct branding {
    struct slice logo_url;         /* https, in mails and pages */
    struct slice accent_color;     /* "#1f6feb" */
    struct slice background_color; /* of the page */
    struct slice background_image_url;
    struct slice favicon_url;
    struct slice username_hint; /* placeholder of the address field */
    struct slice sign_in_text;  /* links, bold, italic as in spec OIDC, 3.4 */
    struct slice terms_url;
    struct slice privacy_url;
    struct slice custom_css; /* at most LIMIT_CUSTOM_CSS, served as a file of its own */
    bool stay_signed_in;     /* ask whether the session shall last */
    const struct text_override *texts;
    size_t text_count;
};

struct tenant {
    struct guid id;
    struct slice name;     /* sub-domain name: "petstore" */
    struct slice domain;   /* "petstore.onmicrosoft.com" */
    struct slices aliases; /* further domains that name this tenant */
    struct slice display_name;
    struct branding branding;
    struct slice issuer;             /* empty: {origin}/{id}/v2.0 (spec OIDC, 1.3) */
    bool hide_unknown_users;         /* spec V1, 6.14 */
    bool strict_refresh_tokens;      /* a reuse revokes the family */
    bool multi_factor;               /* a second factor for users with password (spec V1, 2.6) */
    bool registration_after_sign_up; /* ask for one right after sign-up, not at the next sign-in (spec V1, 6.16) */
    bool password_reset;             /* by the user herself (spec V1, 2.8) */
    bool any_email_passcode;         /* every user may sign in with a code to her e-mail (spec V1, 6.22) */
    uint8_t second_factors;          /* set of FACTOR_…: what may be registered */
    struct slices banned_passwords;  /* words that no password may be built on */
    const struct contact_rule *contact_rules;
    size_t contact_rule_count;
    const struct extension *extensions;
    size_t extension_count;
};

enum platform_type { PLATFORM_PUBLIC_CLIENT, PLATFORM_SPA, PLATFORM_WEB, PLATFORM_COUNT };

struct redirect_uri {
    enum platform_type platform;
    struct slice uri;
};

/* A client secret: 256 random bits made by us, so a plain hash keeps it (spec OIDC, 4.2). */
struct client_secret {
    struct guid key_id;
    struct slice hint; /* its first three characters */
    uint8_t hash[32];  /* SHA-256 of the text */
    int64_t starts_at; /* instants; 0: no bound */
    int64_t ends_at;
    struct slice name; /* what it is for; may be empty */
};

enum { ROLE_FOR_USERS = 1, ROLE_FOR_APPLICATIONS = 2 };

/* What an API lets its operator assign to users, or to other applications (spec OIDC, 4.6). */
struct app_role {
    struct guid id;
    struct slice value;
    struct slice display_name;
    uint8_t members; /* set of ROLE_FOR_… */
};

struct application {
    struct guid tenant_id;
    struct guid client_id;
    struct slice name;
    bool public_client;         /* "Allow public client flows" */
    bool native_authentication; /* "Allow native authentication" */
    const struct redirect_uri *redirect_uris;
    size_t redirect_uri_count;
    struct slices permissions; /* delegated: "openid", "offline_access", "User.Read", "api://…/Pets.Read" */
    struct slices application_permissions; /* of itself: roles of APIs, "api://…/Pets.Read.All" */
    const struct client_secret *secrets;
    size_t secret_count;
    struct slices certificates; /* PEM, for private_key_jwt */
    struct slice logout_url;    /* https, front-channel logout; empty: none */
    bool id_token_issuance;     /* the authorization endpoint may give id tokens */
    bool access_token_issuance; /* … and access tokens */
    /* as an API */
    struct slice identifier_uri;   /* empty: "api://{client_id}" */
    uint32_t access_token_version; /* 1: tokens for it have v1.0 claims (spec OIDC, 5.4); else v2.0 */
    struct slices scopes;          /* values that clients may be permitted: "Pets.Read" */
    const struct app_role *roles;
    size_t role_count;
    struct slices id_token_claims;     /* optional claims (spec OIDC, 5.5) */
    struct slices access_token_claims; /* … in access tokens for this API */
    struct slices allowed_origins;     /* CORS, "https://app.example" ; "*" is not allowed */
    enum signing_alg signing_alg;
    uint32_t access_token_seconds; /* 600…86400 */
    struct slice user_flow;        /* name of the linked flow; empty: none */
    enum toggle multi_factor;
};

enum identity_provider { PROVIDER_EMAIL_OTP, PROVIDER_EMAIL_PASSWORD };

struct pattern;

/* How a page asks for an attribute (spec OIDC, 3.3). */
enum attribute_input { INPUT_TEXT, INPUT_RADIO, INPUT_CHECKBOXES, INPUT_CHECKBOX, INPUT_NUMBER, INPUTS };

struct flow_attribute {
    struct slice name;
    struct slice type;  /* "string", "boolean", "integer" */
    struct slice label; /* with links, bold, italic as in spec OIDC, 3.3 */
    struct slice regex;
    bool required;
    enum attribute_input input;
    struct slices options; /* of radio buttons and checkboxes */
    struct slice default_value;
    bool hidden;                   /* not on the page; an extension can set it */
    const struct pattern *pattern; /* regex, compiled by the builder; NULL: there is none */
};

struct user_flow {
    struct guid tenant_id;
    struct slice name; /* unique in the tenant */
    enum identity_provider identity_provider;
    bool sign_up; /* users may create themselves */
    const struct flow_attribute *attributes;
    size_t attribute_count;
};

struct block;

struct directory {
    atomic_int references;
    int64_t version; /* the store's directory version it was read at */
    const struct tenant *tenants;
    size_t tenant_count;
    const struct application *applications;
    size_t application_count;
    const struct user_flow *user_flows;
    size_t user_flow_count;
    struct block *block; /* everything the slices point to; freed with the last reference */
    /* All names of all tenants, sorted. The tables above are sorted too: by id, tenant and client id, tenant and name. */
    const struct directory_name *names;
    size_t name_count;
};

/* A tenant under one of its names (id, name, domain, alias), lower case. */
struct directory_name {
    struct slice name;
    const struct tenant *tenant;
};

/* Any thread; gives d back. */
struct directory *directory_hold(struct directory *d);
/* The last one frees. Any thread. */
void directory_release(struct directory *d); /* NULL is fine */

/* By id, name, domain or alias, any case (spec OIDC, 1.1). NULL when unknown. */
const struct tenant *directory_tenant(const struct directory *d, struct slice segment);
const struct tenant *directory_tenant_by_id(const struct directory *d, struct guid id);
/* The application of the tenant that is the API `resource`: its identifier URI, "api://{client_id}" or client id; NULL. */
const struct application *directory_api(const struct directory *d, struct guid tenant, struct slice resource);
/* The application of that tenant, or NULL. */
const struct application *directory_application(const struct directory *d, struct guid tenant, struct guid client_id);
/* The flow linked to the application, or NULL. */
const struct user_flow *directory_user_flow(const struct directory *d, const struct application *app);
/* True if the application allows the origin; schemes and hosts in any case. */
bool application_allows_origin(const struct application *app, struct slice origin);
/* True if any application of the tenant (NULL: of any tenant) allows the origin; schemes and hosts in any case. */
bool directory_allows_origin(const struct directory *d, const struct tenant *tenant, struct slice origin);

/* For those who build a snapshot (store, manifests, tests): everything is copied into memory of the snapshot.
 *   struct directory_builder *b = directory_builder_new(version);
 *   directory_builder_tenant(b, &tenant); … directory_builder_done(b, &d);
 * The builder copies what it is given, keeps no pointer to it, and is consumed by done (also where that fails) or free.
 * NO_MEMORY, FULL (LIMIT_DIRECTORY_TEXT) or, from done, CONFLICT: a tenant id, a name of tenants, a client id in its
 * tenant or a flow name in its tenant twice; from user_flow, FORMAT: a regex that is none (wire/pattern.h).
 * One thread at a time. */
struct directory_builder;
struct directory_builder *directory_builder_new(int64_t version); /* NULL without memory */
NODISCARD err directory_builder_tenant(struct directory_builder *b, const struct tenant *tenant);
NODISCARD err directory_builder_application(struct directory_builder *b, const struct application *app);
NODISCARD err directory_builder_user_flow(struct directory_builder *b, const struct user_flow *flow);
NODISCARD err directory_builder_done(struct directory_builder *b, struct directory **out);
void directory_builder_free(struct directory_builder *b);

#endif
