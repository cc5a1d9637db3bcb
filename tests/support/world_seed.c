/* SPDX-License-Identifier: Apache-2.0 */
/* What is in the directory of every world. */
#include "support/world.h"

#include "crypto/digest.h"
#include "support/client_keys.h"
#include "support/world_must.h"

#include <stdio.h>

static struct guid guid(const char *text)
{
    struct guid g;

    MUST(guid_parse(slice_of(text), &g));
    return g;
}

static const struct slice permissions[] = {
    { "openid", 6 }, { "offline_access", 14 }, { "User.Read", 9 }, { "api://pets/Pets.Read", 20 }
};
static const struct slice origins[] = { { WORLD_ORIGIN, sizeof WORLD_ORIGIN - 1 } };

static const struct redirect_uri native_uris[] = {
    { PLATFORM_PUBLIC_CLIENT, SLICE(WORLD_LOOPBACK) },
    { PLATFORM_PUBLIC_CLIENT, SLICE("msal" WORLD_APP "://auth") },
    { PLATFORM_PUBLIC_CLIENT, SLICE("https://oauth.pstmn.io/v1/browser-callback") },
};
static const struct redirect_uri web_uris[] = {
    { PLATFORM_WEB, SLICE(WORLD_WEB_CALLBACK) },
    { PLATFORM_WEB, SLICE("https://web.example/signed-out") },
};
static const struct slice web_permissions[] = {
    SLICE("openid"),
    SLICE("offline_access"),
    SLICE("User.Read"),
    SLICE("api://pets/Pets.Read"),
    SLICE("api://petstore-api/Pets.Read"),
    SLICE(WORLD_API "/Pets.Write"),
    SLICE("https://old.example/api/Cats.Read"),
};
static const struct slice web_roles_of_apis[] = { SLICE("api://petstore-api/Pets.Feed.All"),
                                                  SLICE(WORLD_API "/Keeper") };
static const struct slice certificates[] = { SLICE(CERTIFICATE_OLD), SLICE(CERTIFICATE_RSA), SLICE(CERTIFICATE_EC) };
static const struct slice web_claims[] = { SLICE("auth_time"), SLICE("given_name"), SLICE("login_hint"),
                                           SLICE("signin_state") };
static const struct slice api_scopes[] = { SLICE("Pets.Read"), SLICE("Pets.Write"), SLICE("Pets.Sell") };
static const struct slice api_claims[] = { SLICE("email"), SLICE("ipaddr") };
static const struct slice old_scopes[] = { SLICE("Cats.Read") };
static const struct app_role web_roles[] = {
    { .id = { { 0xab, 1 } }, .value = SLICE("Customer"), .display_name = SLICE("Customers"), .members = ROLE_FOR_USERS }
};
static const struct app_role api_roles[] = {
    { .id = { { 0xab, 2 } }, .value = SLICE("Keeper"), .display_name = SLICE("Keepers"), .members = ROLE_FOR_USERS },
    { .id = { { 0xab, 3 } },
      .value = SLICE("Pets.Feed.All"),
      .display_name = SLICE("Feeds all pets"),
      .members = ROLE_FOR_APPLICATIONS },
};
static const struct redirect_uri hybrid_uris[] = {
    { PLATFORM_WEB, SLICE("https://hybrid.example/callback") },
    { PLATFORM_SPA, SLICE("https://hybrid.example/page") },
};
static const struct redirect_uri spa_uris[] = {
    { PLATFORM_SPA, SLICE(WORLD_SPA_CALLBACK) },
    { PLATFORM_SPA, SLICE("http://localhost:3000") },
};

static struct application application(const char *tenant, const char *id, const char *name)
{
    return (struct application){ .tenant_id = guid(tenant),
                                 .client_id = guid(id),
                                 .name = slice_of(name),
                                 .public_client = true,
                                 .native_authentication = true,
                                 .redirect_uris = native_uris,
                                 .redirect_uri_count = sizeof native_uris / sizeof native_uris[0],
                                 .permissions = { permissions, 4 },
                                 .allowed_origins = { origins, 1 },
                                 .access_token_seconds = 3600,
                                 .user_flow = SLICE("otp") };
}

static struct user user(const char *tenant, uint8_t n, const char *email, enum user_origin origin)
{
    struct user u = {
        .id = { { 0xee, n } }, .tenant_id = guid(tenant), .origin = origin, .enabled = true, .created_at = 1
    };

    snprintf(u.email, sizeof u.email, "%s", email);
    snprintf(u.identity, sizeof u.identity, "%s", email);
    snprintf(u.display_name, sizeof u.display_name, "User %u", n);
    return u;
}

/* WORLD_PASSWORD, hashed by the parameters of a world. */
static struct user with_password(struct user u)
{
    snprintf(u.password_hash, sizeof u.password_hash, "%s",
             "$argon2id$v=19$m=8,t=1,p=1$DHLTOn2reiju2HyrQh4zxA$HktKrgUKxNo6rSir0k3FyqvOb4ur4f7srsztKOiqCRs");
    return u;
}

static const struct contact_rule contact_rules[] = {
    { SLICE("@blocked.example"), CONTACT_BLOCKED_BY_ADMIN },
    { SLICE("+1900"), CONTACT_BLOCKED_BY_REPUTATION },
    { SLICE("+1901"), CONTACT_HIGH_RISK },
};

static const struct flow_attribute attributes[] = {
    { .name = SLICE("displayName"), .type = SLICE("string"), .required = true },
    { .name = SLICE("city"), .type = SLICE("string") },
    { .name = SLICE("extension_9c1f0b7e2d3a4f5b8c6d7e8f90a1b2c3_shoeSize"),
      .type = SLICE("integer"),
      .regex = SLICE("^[0-9]{2}$"),
      .required = true },
};

/* mia has an address, ned a telephone. */
static const struct method methods[] = {
    { .id = { { 0xaa, 1 } },
      .user_id = { { 0xee, 8 } },
      .channel = CHANNEL_EMAIL,
      .target = "mia.strong@example.org",
      .created_at = 1 },
    { .id = { { 0xaa, 2 } },
      .user_id = { { 0xee, 9 } },
      .channel = CHANNEL_SMS,
      .target = "+4790000007",
      .created_at = 1 },
};

static err seed_directory(struct store *store)
{
    const struct tenant tenants[] = {
        { .id = guid(WORLD_TENANT),
          .name = SLICE("petstore"),
          .domain = SLICE(WORLD_DOMAIN),
          .display_name = SLICE("Pet Store"),
          .registration_after_sign_up = true,
          .password_reset = true,
          .second_factors = FACTOR_EMAIL | FACTOR_SMS,
          .contact_rules = contact_rules,
          .contact_rule_count = sizeof contact_rules / sizeof contact_rules[0] },
        { .id = guid(WORLD_OTHER_TENANT),
          .name = SLICE("kennel"),
          .domain = SLICE("kennel.onmicrosoft.com"),
          .display_name = SLICE("Kennel"),
          .hide_unknown_users = true,
          .strict_refresh_tokens = true,
          .password_reset = true },
        { .id = guid(WORLD_THIRD_TENANT),
          .name = SLICE("aviary"),
          .domain = SLICE("aviary.onmicrosoft.com"),
          .display_name = SLICE("Aviary"),
          .branding = { .stay_signed_in = true },
          .any_email_passcode = true },
    };
    const struct user_flow flows[] = {
        { .tenant_id = guid(WORLD_TENANT), .name = SLICE("otp"), .sign_up = true },
        { .tenant_id = guid(WORLD_TENANT),
          .name = SLICE("password"),
          .sign_up = true,
          .identity_provider = PROVIDER_EMAIL_PASSWORD },
        { .tenant_id = guid(WORLD_TENANT),
          .name = SLICE("attributes"),
          .sign_up = true,
          .attributes = attributes,
          .attribute_count = sizeof attributes / sizeof attributes[0] },
        { .tenant_id = guid(WORLD_OTHER_TENANT),
          .name = SLICE("password"),
          .sign_up = true,
          .identity_provider = PROVIDER_EMAIL_PASSWORD },
        { .tenant_id = guid(WORLD_OTHER_TENANT), .name = SLICE("otp"), .sign_up = true },
    };
    struct store_write writes[32];
    size_t n = 0;

    for (size_t i = 0; i < sizeof tenants / sizeof tenants[0]; i++)
        writes[n++] = (struct store_write){ .kind = WRITE_TENANT_PUT, .tenant = &tenants[i] };
    for (size_t i = 0; i < sizeof flows / sizeof flows[0]; i++)
        writes[n++] = (struct store_write){ .kind = WRITE_USER_FLOW_PUT, .user_flow = &flows[i] };
    return store_write(store, writes, n);
}

static void make_web(struct application *app)
{
    app->native_authentication = false;
    app->id_token_issuance = true;
    app->redirect_uris = web_uris;
    app->redirect_uri_count = sizeof web_uris / sizeof web_uris[0];
    app->logout_url = SLICE("https://web.example/front-channel");
    app->permissions = (struct slices){ web_permissions, sizeof web_permissions / sizeof web_permissions[0] };
    app->certificates = (struct slices){ certificates, sizeof certificates / sizeof certificates[0] };
    app->application_permissions = (struct slices){ web_roles_of_apis, 2 };
    app->id_token_claims = (struct slices){ web_claims, sizeof web_claims / sizeof web_claims[0] };
    app->roles = web_roles;
    app->role_count = 1;
}

/* Two that are good, one that was. */
static void add_secrets(struct application *app, struct client_secret secrets[3])
{
    secrets[0] = (struct client_secret){ .key_id = { { 0xac, 1 } }, .hint = SLICE("web"), .ends_at = 1609459200 };
    secrets[1] = (struct client_secret){ .key_id = { { 0xac, 2 } }, .hint = SLICE("oth") };
    secrets[2] = (struct client_secret){ .key_id = { { 0xac, 3 } }, .hint = SLICE("web"), .starts_at = 1577836800 };
    digest_sha256(SLICE(WORLD_SECRET_OLD), secrets[0].hash);
    digest_sha256(SLICE("other"), secrets[1].hash);
    digest_sha256(SLICE(WORLD_SECRET), secrets[2].hash);
    app->secrets = secrets;
    app->secret_count = 3;
}

static void make_hybrid(struct application *app)
{
    make_web(app);
    app->signing_alg = ALG_ES256;
    app->access_token_issuance = true;
    app->redirect_uris = hybrid_uris;
    app->redirect_uri_count = sizeof hybrid_uris / sizeof hybrid_uris[0];
    app->logout_url = SLICE_EMPTY;
    app->roles = NULL;
    app->role_count = 0;
}

static void make_api(struct application *app)
{
    app->public_client = app->native_authentication = false;
    app->redirect_uri_count = 0;
    app->identifier_uri = SLICE("api://petstore-api");
    app->scopes = (struct slices){ api_scopes, sizeof api_scopes / sizeof api_scopes[0] };
    app->access_token_claims = (struct slices){ api_claims, sizeof api_claims / sizeof api_claims[0] };
    app->roles = api_roles;
    app->role_count = sizeof api_roles / sizeof api_roles[0];
}

static void make_old_api(struct application *app)
{
    make_api(app);
    app->identifier_uri = SLICE("https://old.example/api");
    app->scopes = (struct slices){ old_scopes, 1 };
    app->access_token_version = 1;
    app->role_count = 0;
}

static void make_spa(struct application *app)
{
    app->native_authentication = false;
    app->signing_alg = ALG_ES256;
    app->redirect_uris = spa_uris;
    app->redirect_uri_count = sizeof spa_uris / sizeof spa_uris[0];
}

static err seed_applications(struct store *store)
{
    struct application apps[] = { application(WORLD_TENANT, WORLD_APP, "Native"),
                                  application(WORLD_TENANT, WORLD_APP_ES256, "Quick"),
                                  application(WORLD_TENANT, WORLD_APP_WEB, "Web"),
                                  application(WORLD_TENANT, WORLD_APP_SECRET, "Backend"),
                                  application(WORLD_TENANT, WORLD_APP_PASSWORD, "Password"),
                                  application(WORLD_TENANT, WORLD_APP_FACTOR, "Two factors"),
                                  application(WORLD_TENANT, WORLD_APP_ATTRIBUTES, "Attributes"),
                                  application(WORLD_OTHER_TENANT, WORLD_OTHER_APP, "Kennel app"),
                                  application(WORLD_OTHER_TENANT, WORLD_OTHER_PASSWORD, "Kennel password"),
                                  application(WORLD_OTHER_TENANT, WORLD_OTHER_CODE, "Kennel passcode"),
                                  application(WORLD_THIRD_TENANT, WORLD_THIRD_APP, "Aviary app"),
                                  application(WORLD_TENANT, WORLD_APP_SPA, "Single page"),
                                  application(WORLD_TENANT, WORLD_APP_HYBRID, "Hybrid"),
                                  application(WORLD_TENANT, WORLD_API, "Pets API"),
                                  application(WORLD_TENANT, WORLD_API_OLD, "Cats API") };
    struct client_secret secrets[3];
    struct store_write writes[32];
    size_t n = 0;

    apps[1].signing_alg = ALG_ES256;
    make_web(&apps[2]);
    add_secrets(&apps[2], secrets);
    make_spa(&apps[11]);
    make_hybrid(&apps[12]);
    add_secrets(&apps[12], secrets);
    make_api(&apps[13]);
    make_old_api(&apps[14]);
    apps[3].public_client = false;
    apps[4].user_flow = apps[5].user_flow = SLICE("password");
    apps[5].multi_factor = TOGGLE_ON;
    apps[6].user_flow = SLICE("attributes");
    apps[4].signing_alg = apps[5].signing_alg = apps[6].signing_alg = ALG_ES256;
    apps[7].user_flow = apps[10].user_flow = SLICE_EMPTY;
    apps[8].user_flow = SLICE("password");
    apps[8].signing_alg = apps[9].signing_alg = apps[10].signing_alg = ALG_ES256;
    for (size_t i = 0; i < sizeof apps / sizeof apps[0]; i++)
        writes[n++] = (struct store_write){ .kind = WRITE_APPLICATION_PUT, .application = &apps[i] };
    return store_write(store, writes, n);
}

static struct user must_change(struct user u)
{
    u.password_must_change = true;
    return u;
}

static struct user disabled(struct user u)
{
    u.enabled = false;
    return u;
}

static err seed_users(struct store *store)
{
    const struct user users[] = { user(WORLD_TENANT, 1, "sam@example.org", ORIGIN_EMAIL_OTP),
                                  user(WORLD_TENANT, 2, "kim@example.org", ORIGIN_EMAIL_OTP),
                                  user(WORLD_TENANT, 3, "pat@example.org", ORIGIN_EMAIL_PASSWORD),
                                  user(WORLD_TENANT, 4, "ann@example.org", ORIGIN_ADMIN),
                                  user(WORLD_TENANT, 5, "gil@example.org", ORIGIN_GRAPH),
                                  user(WORLD_OTHER_TENANT, 6, "sam@example.org", ORIGIN_EMAIL_OTP),
                                  with_password(user(WORLD_TENANT, 7, "tom@example.org", ORIGIN_EMAIL_PASSWORD)),
                                  with_password(user(WORLD_TENANT, 8, "mia@example.org", ORIGIN_EMAIL_PASSWORD)),
                                  with_password(user(WORLD_TENANT, 9, "ned@example.org", ORIGIN_EMAIL_PASSWORD)),
                                  with_password(user(WORLD_OTHER_TENANT, 10, "tom@example.org", ORIGIN_EMAIL_PASSWORD)),
                                  with_password(user(WORLD_THIRD_TENANT, 11, "tom@example.org", ORIGIN_EMAIL_PASSWORD)),
                                  user(WORLD_THIRD_TENANT, 12, "ann@example.org", ORIGIN_ADMIN),
                                  with_password(must_change(user(WORLD_TENANT, 13, "uma@example.org", ORIGIN_ADMIN))),
                                  with_password(disabled(user(WORLD_TENANT, 14, "dan@example.org", ORIGIN_ADMIN))),
                                  with_password(user(WORLD_TENANT, 15, "liv@example.org", ORIGIN_EMAIL_PASSWORD)) };
    struct store_write writes[32];
    size_t n = 0;

    for (size_t i = 0; i < sizeof users / sizeof users[0]; i++)
        writes[n++] = (struct store_write){ .kind = WRITE_USER_PUT, .user = &users[i] };
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        writes[n++] = (struct store_write){ .kind = WRITE_METHOD_ADD, .method = &methods[i] };
    writes[n++] = (struct store_write){ .kind = WRITE_USER_ROLES,
                                        .guid = users[0].id,
                                        .name = SLICE(WORLD_APP_WEB " Customer\n" WORLD_API " Keeper\n") };
    return store_write(store, writes, n);
}

err world_seed(void *ctx, struct store *store)
{
    (void)ctx;
    TRY(seed_directory(store));
    TRY(seed_applications(store));
    return seed_users(store);
}
