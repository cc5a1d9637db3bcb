/* SPDX-License-Identifier: Apache-2.0 */
#include "support/world.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MUST(condition)                                                                 \
    do {                                                                                \
        if (!(condition)) {                                                             \
            fprintf(stderr, "%s:%d: test world: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                    \
        }                                                                               \
    } while (0)

static int64_t now_us(void *ctx)
{
    struct world *w = ctx;

    return w->real_time ? clock_now_us(&clock_system) : atomic_load(&w->now_us);
}

/* splitmix64: the same seed, the same chance. */
static void fill(void *ctx, void *out, size_t n)
{
    struct world *w = ctx;
    uint8_t *bytes = out;

    for (size_t i = 0; i < n; i++) {
        uint64_t z = __atomic_add_fetch(&w->seed, 0x9e3779b97f4a7c15ULL, __ATOMIC_RELAXED);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        bytes[i] = (uint8_t)(z ^ (z >> 31));
    }
}

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

static struct application application(const char *tenant, const char *id, const char *name)
{
    return (struct application){ .tenant_id = guid(tenant),
                                 .client_id = guid(id),
                                 .name = slice_of(name),
                                 .public_client = true,
                                 .native_authentication = true,
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
                                  application(WORLD_THIRD_TENANT, WORLD_THIRD_APP, "Aviary app") };
    struct store_write writes[32];
    size_t n = 0;

    apps[1].signing_alg = ALG_ES256;
    apps[2].native_authentication = false;
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
    return store_write(store, writes, n);
}

static err seed(void *ctx, struct store *store)
{
    (void)ctx;
    TRY(seed_directory(store));
    TRY(seed_applications(store));
    return seed_users(store);
}

static void set_paths(struct rooms_options *o, const char *folder, char paths[3][512])
{
    static const char *const names[] = { "doorcode.db", "master.key", "throttle" };

    if (folder == NULL)
        return;
    for (size_t i = 0; i < 3; i++)
        snprintf(paths[i], 512, "%s/%s", folder, names[i]);
    o->database = paths[0];
    o->master_key_file = paths[1];
    o->throttle_file = paths[2];
}

static struct policy unthrottled(void)
{
    struct policy p = policy_default;

    p.requests_per_second_address = p.requests_per_second_tenant = 0;
    p.codes_per_hour_address = p.codes_per_hour_tenant = 0;
    return p;
}

/* A port that nobody uses just now. */
static uint16_t free_port(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t n = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    MUST(fd >= 0 && bind(fd, (struct sockaddr *)&address, n) == 0);
    MUST(getsockname(fd, (struct sockaddr *)&address, &n) == 0);
    close(fd);
    return ntohs(address.sin_port);
}

void world_open(struct world *w, const struct world_options *options)
{
    char why[256] = "";
    struct rooms_options o = {
        .origin = "https://login.example",
        .rotation = rotation_default,
        .passwords = { .workers = 2, .memory_kib = 8, .passes = 1, .queue = 64 },
        .clock = { now_us, w },
        .http = { .listeners = { { "127.0.0.1", 0, false } },
                  .listener_count = 1,
                  .workers = 2,
                  .max_connections = options->max_connections,
                  .request_seconds = options->request_seconds },
        .sender = { SLICE("no-reply@login.example"), SLICE_EMPTY },
        .smtp = options->smtp,
        .plain_hooks = options->plain_hooks,
        .prepare = options->no_seed ? NULL : seed,
    };

    memset(w, 0, sizeof *w);
    w->real_time = options->real_time;
    w->seed = options->seed;
    atomic_store(&w->now_us, (int64_t)WORLD_START * 1000000);
    w->policy = options->policy != NULL ? *options->policy : unthrottled();
    o.policy = w->policy;
    o.events = &w->events;
    w->rng = (struct rng){ fill, w };
    o.rng = options->seed == 0 ? &rng_system : &w->rng;
    set_paths(&o, options->folder, w->paths);
    if (options->own_origin) {
        o.http.listeners[0].port = free_port();
        snprintf(w->origin, sizeof w->origin, "http://127.0.0.1:%u", (unsigned)o.http.listeners[0].port);
        o.origin = w->origin;
    }
    if (!err_is_ok(rooms_open(&o, &w->rooms, why))) {
        fprintf(stderr, "test world: %s\n", why);
        abort();
    }
    w->port = http_server_port(rooms_http(w->rooms), 0);
}

void world_close(struct world *w)
{
    rooms_close(w->rooms, 5);
    w->rooms = NULL;
}

void world_advance(struct world *w, int64_t seconds)
{
    atomic_fetch_add(&w->now_us, seconds * 1000000);
}

int world_connect(const struct world *w)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(w->port),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    struct timeval limit = { .tv_sec = 20 };
    int yes = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    MUST(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
}

static bool send_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        p += sent;
        n -= (size_t)sent;
    }
    return true;
}

static size_t content_length(const char *head)
{
    const char *at = strcasestr(head, "\r\nContent-Length:");

    return at == NULL ? 0 : strtoul(at + 17, NULL, 10);
}

bool world_exchange(int fd, const char *request, size_t n, struct world_reply *reply)
{
    size_t have = 0;
    char *end = NULL;

    reply->status = 0;
    if (!send_all(fd, request, n))
        return false;
    while (end == NULL) {
        ssize_t got = have + 1 < sizeof reply->head ? recv(fd, reply->head + have, 1, 0) : 0;
        if (got <= 0)
            return false;
        reply->head[++have] = '\0';
        end = have >= 4 && memcmp(reply->head + have - 4, "\r\n\r\n", 4) == 0 ? reply->head + have : NULL;
    }
    MUST(sscanf(reply->head, "HTTP/1.1 %d", &reply->status) == 1);
    reply->body_n = content_length(reply->head);
    MUST(reply->body_n < sizeof reply->body);
    for (size_t got = 0; got < reply->body_n;) {
        ssize_t part = recv(fd, reply->body + got, reply->body_n - got, 0);
        if (part <= 0)
            return false;
        got += (size_t)part;
    }
    reply->body[reply->body_n] = '\0';
    return true;
}

void world_post(const struct world *w, const char *path, const char *headers, const char *form,
                struct world_reply *reply)
{
    static _Thread_local char request[16384];
    int fd = world_connect(w);
    int n = snprintf(request, sizeof request,
                     "POST %s HTTP/1.1\r\nHost: login.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                     "%sContent-Length: %zu\r\n\r\n%s",
                     path, headers, strlen(form), form);

    MUST(n > 0 && (size_t)n < sizeof request);
    MUST(world_exchange(fd, request, (size_t)n, reply));
    close(fd);
}

void world_get(const struct world *w, const char *path, struct world_reply *reply)
{
    char request[1024];
    int fd = world_connect(w);
    int n = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: login.example\r\n\r\n", path);

    MUST(world_exchange(fd, request, (size_t)n, reply));
    close(fd);
}

const char *world_member(const struct world_reply *reply, const char *name, char *out, size_t cap)
{
    char key[128];

    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *at = strstr(reply->body, key);
    out[0] = '\0';
    if (at == NULL)
        return out;
    at += strlen(key);
    size_t n = strcspn(at, "\"");
    MUST(n < cap);
    memcpy(out, at, n);
    out[n] = '\0';
    return out;
}

bool world_code(struct world *w, const char *address, uint64_t after, char code[16], uint64_t *id)
{
    struct inbox_mail mail;
    struct timespec pause = { .tv_nsec = 2000000 };

    for (int i = 0; i < 2000; i++) {
        if (inbox_list(rooms_inbox(w->rooms), slice_of(address), after, &mail, 1) == 1) {
            snprintf(code, 16, "%s", mail.letter.code);
            if (id != NULL)
                *id = mail.id;
            return true;
        }
        nanosleep(&pause, NULL);
    }
    return false;
}

static uint64_t newest_mail(struct world *w, const char *address)
{
    struct inbox_mail mail;

    return inbox_list(rooms_inbox(w->rooms), slice_of(address), 0, &mail, 1) == 1 ? mail.id : 0;
}

void world_signin_start(struct world *w, const char *app, const char *username, char token[1024], char code[16])
{
    struct world_reply reply;
    char form[2048];
    uint64_t before = newest_mail(w, username);

    snprintf(form, sizeof form, "client_id=%s&username=%s&challenge_type=oob+redirect", app, username);
    world_post(w, "/petstore/oauth2/v2.0/initiate", "", form, &reply);
    MUST(reply.status == 200);
    world_member(&reply, "continuation_token", token, 1024);
    snprintf(form, sizeof form, "client_id=%s&continuation_token=%s", app, token);
    world_post(w, "/petstore/oauth2/v2.0/challenge", "", form, &reply);
    MUST(reply.status == 200);
    world_member(&reply, "continuation_token", token, 1024);
    MUST(world_code(w, username, before, code, NULL));
}

void world_signin_token(struct world *w, const char *app, const char *token, const char *code,
                        struct world_reply *reply)
{
    char form[2048];

    snprintf(
        form, sizeof form,
        "client_id=%s&grant_type=oob&continuation_token=%s&oob=%s&scope=openid+profile+offline_access&client_info=1",
        app, token, code);
    world_post(w, "/petstore/oauth2/v2.0/token", "", form, reply);
}
