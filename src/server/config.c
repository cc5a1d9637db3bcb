/* SPDX-License-Identifier: Apache-2.0 */
#include "server/config.h"

#include "base/buf.h"
#include "base/limits.h"
#include "server/manifest_checks.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY = 86400 };

#define AT(member) offsetof(struct config, member)
/* Offsets within a section, which is a struct of its own. */
#define IN(section, member) (offsetof(struct config, section.member) - offsetof(struct config, section))
#define TEXT(field_name, section, member, explanation)                                                            \
    {                                                                                                             \
        .name = field_name, .type = FIELD_IS_TEXT, .offset = IN(section, member), .max = 512, .help = explanation \
    }
#define NUMBER(field_name, section, member, least, most, explanation)                                          \
    {                                                                                                          \
        .name = field_name, .type = FIELD_IS_NUMBER, .offset = IN(section, member), .min = least, .max = most, \
        .help = explanation                                                                                    \
    }
#define CHOICE(field_name, section, member, words, explanation)                                       \
    {                                                                                                 \
        .name = field_name, .type = FIELD_IS_CHOICE, .offset = IN(section, member), .choices = words, \
        .help = explanation                                                                           \
    }
#define SECTION(field_name, member, rows, explanation)                                                      \
    {                                                                                                       \
        .name = field_name, .type = FIELD_IS_MAP, .offset = AT(member), .fields = rows, .help = explanation \
    }
#define END          \
    {                \
        .name = NULL \
    }

static const char *const securities[] = { "starttls", "tls", "none", NULL };
static const char *const synchronous[] = { "full", "normal", NULL };
static const char *const levels[] = { "debug", "info", "warn", "error", NULL };
static const char *const formats[] = { "json", "text", NULL };

static const struct field http_fields[] = {
    TEXT("address", http, address, "Address to listen on for plain http."),
    NUMBER("port", http, port, 0, 65535, "Port for plain http; 0 switches it off."),
    END,
};

static const struct field https_fields[] = {
    TEXT("address", https, address, "Address to listen on for https."),
    NUMBER("port", https, port, 0, 65535, "Port for https; 0 switches it off."),
    TEXT("certificateFile", https, certificate_file,
         "PEM file with the certificate and its chain; read again on SIGHUP."),
    TEXT("keyFile", https, key_file, "PEM file with the certificate's private key."),
    END,
};

static const struct field server_fields[] = {
    NUMBER("workers", server, workers, 0, 256, "HTTP threads per listener; 0 is one per core."),
    NUMBER("maxConnections", server, max_connections, 16, 100000,
           "Connections at once; beyond it the longest idle one makes room."),
    NUMBER("requestSeconds", server, request_seconds, 1, 300, "Time for a request to arrive in full."),
    NUMBER("idleSeconds", server, idle_seconds, 1, 3600, "Time a connection may stay open between requests."),
    { .name = "trustedProxies",
      .type = FIELD_IS_TEXTS,
      .offset = IN(server, trusted_proxies),
      .min = 1,
      .max = 64,
      .check = check_network,
      .help = "Addresses or networks of proxies whose X-Forwarded-For is believed." },
    NUMBER("stopSeconds", server, stop_seconds, 0, 300, "Time running requests get at a stop."),
    END,
};

static const struct field store_fields[] = {
    CHOICE("synchronous", store, synchronous, synchronous,
           "full survives a power loss; normal is faster and may lose the last moments."),
    TEXT("masterKeyFile", store, master_key_file,
         "File of the master key, 32 bytes, mode 0600; made if missing. Default: master.key in the data folder."),
    END,
};

static const struct field smtp_fields[] = {
    TEXT("host", smtp, host, "Mail server that takes the mails."),
    NUMBER("port", smtp, port, 1, 65535, "Its port."),
    CHOICE("security", smtp, security, securities, "starttls and tls are required, never only tried."),
    TEXT("user", smtp, user, "User name for AUTH; empty sends without."),
    TEXT("passwordFile", smtp, password_file, "File with the password; or DOORCODE_SMTP_PASSWORD."),
    TEXT("caFile", smtp, ca_file, "PEM file of the authorities to trust; default: the system's."),
    { .name = "fromAddress",
      .type = FIELD_IS_TEXT,
      .offset = IN(smtp, from_address),
      .max = 254,
      .check = check_email,
      .help = "Sender address of the mails." },
    { .name = "fromName",
      .type = FIELD_IS_TEXT,
      .offset = IN(smtp, from_name),
      .max = 128,
      .check = check_clean,
      .help = "Sender name; empty uses the tenant's name." },
    NUMBER("connections", smtp, connections, 1, 64, "Connections to the mail server at most."),
    NUMBER("timeoutSeconds", smtp, timeout_seconds, 1, 600, "Time for one mail."),
    END,
};

static const struct field passcode_fields[] = {
    NUMBER("digits", policy, code_digits, LIMIT_CODE_DIGITS_MIN, LIMIT_CODE_DIGITS_MAX,
           "Digits of a one-time passcode."),
    NUMBER("seconds", policy, code_seconds, 30, 3600, "How long a code is good."),
    NUMBER("attempts", policy, code_attempts, 1, 20, "Tries for one code."),
    NUMBER("resendSeconds", policy, resend_seconds, 0, 600,
           "Wait before another code is sent; `interval` on the wire."),
    NUMBER("sentLimit", policy, sent_limit, 1, 1000000, "Codes to one address within sentWindowSeconds."),
    NUMBER("sentWindowSeconds", policy, sent_window_seconds, 1, DAY, "Window of sentLimit."),
    NUMBER("failureLimit", policy, failure_limit, 1, 1000000,
           "Wrong codes of a user within failureWindowSeconds before a lock."),
    NUMBER("failureWindowSeconds", policy, failure_window_seconds, 1, DAY, "Window of failureLimit."),
    NUMBER("lockSeconds", policy, lock_seconds, 1, DAY, "The first lock; each following one is twice as long."),
    NUMBER("lockSecondsMax", policy, lock_seconds_max, 1, DAY, "The longest lock."),
    END,
};

static const struct field tokens_fields[] = {
    NUMBER("continuationSeconds", policy, token_seconds, 60, 3600, "Life of one continuation token."),
    NUMBER("flowSeconds", policy, flow_seconds, 60, DAY, "Life of a whole sign-in flow."),
    NUMBER("idTokenSeconds", policy, id_token_seconds, 60, DAY, "Life of an id token."),
    NUMBER("accessTokenSeconds", policy, access_token_seconds, 0, DAY,
           "Life of an access token where the application sets none; 0 is random, 60 to 90 minutes."),
    NUMBER("refreshTokenSeconds", policy, refresh_token_seconds, 60, 366 * DAY, "Life of an unused refresh token."),
    NUMBER("spaRefreshTokenSeconds", policy, spa_refresh_token_seconds, 60, 366 * DAY,
           "Life of the refresh tokens of a single-page application, from the sign-in on."),
    NUMBER("authorizationCodeSeconds", policy, authorization_code_seconds, 10, 3600, "Life of an authorization code."),
    NUMBER("deviceCodeSeconds", policy, device_code_seconds, 60, 3600,
           "Life of a device code: the time to type the short one in a browser."),
    END,
};

static const struct field sessions_fields[] = {
    NUMBER("idleSeconds", policy, session_idle_seconds, 60, 366 * DAY,
           "A browser session ends after that without use."),
    NUMBER("persistentSeconds", policy, session_persistent_seconds, 60, 366 * DAY,
           "The same for one that shall last (\"stay signed in\")."),
    NUMBER("maxSeconds", policy, session_max_seconds, 60, 366 * DAY, "No browser session lasts longer."),
    END,
};

static const struct field passwords_fields[] = {
    NUMBER("memoryKib", passwords, memory_kib, 7168, 1048576, "Memory of one Argon2id hash, KiB."),
    NUMBER("passes", passwords, passes, 1, 64,
           "Passes over it. Hashes made otherwise are made anew at the next sign-in."),
    NUMBER("workers", passwords, workers, 1, LIMIT_PASSWORD_WORKERS,
           "Hashes worked on at once: workers x memoryKib is what they take at most."),
    NUMBER("queue", passwords, queue, 1, 4096, "Passwords that may wait for a worker; more are refused with 503."),
    END,
};

static const struct field throttle_fields[] = {
    NUMBER("requestsPerSecondAddress", policy, requests_per_second_address, 0, 1000000,
           "Requests per second of a client address; 0 is no limit."),
    NUMBER("requestsPerSecondTenant", policy, requests_per_second_tenant, 0, 1000000,
           "Requests per second of a tenant; 0 is no limit."),
    NUMBER("codesPerHourAddress", policy, codes_per_hour_address, 0, 1000000000,
           "Codes per hour that a client address may cause; 0 is no limit."),
    NUMBER("codesPerHourTenant", policy, codes_per_hour_tenant, 0, 1000000000,
           "Codes per hour of a tenant; 0 is no limit."),
    NUMBER("guessesPerHourAddress", policy, guesses_per_hour_address, 0, 1000000000,
           "Wrong codes of devices per hour that a client address may type; 0 is no limit."),
    END,
};

static const struct field keys_fields[] = {
    NUMBER("rotateDays", keys, rotate_days, 1, 3650, "How long a signing key signs."),
    END,
};

static const struct field metrics_fields[] = {
    { .name = "from",
      .type = FIELD_IS_TEXTS,
      .offset = IN(metrics, from),
      .min = 1,
      .max = 64,
      .check = check_network,
      .help = "Addresses or networks that may read /metrics; for all others there is no such path." },
    END,
};

static const struct field log_fields[] = {
    CHOICE("level", log, level, levels, "The least level that is written."),
    CHOICE("format", log, format, formats, "JSON lines for machines, text for people."),
    END,
};

const struct field config_fields[] = {
    { .name = "origin",
      .type = FIELD_IS_TEXT,
      .offset = AT(origin),
      .max = 256,
      .check = check_public_origin,
      .help = "Public origin, like https://login.example; it is never taken from a request." },
    { .name = "data",
      .type = FIELD_IS_TEXT,
      .offset = AT(data),
      .min = 1,
      .max = 512,
      .help = "Folder of the database and the master key." },
    SECTION("http", http, http_fields, "Plain http, for a proxy in front."),
    SECTION("https", https, https_fields, "https of its own."),
    SECTION("server", server, server_fields, "Connections and threads."),
    SECTION("store", store, store_fields, "What lasts."),
    SECTION("smtp", smtp, smtp_fields, "The way of the mails."),
    SECTION("passcode", policy, passcode_fields, "One-time passcodes."),
    SECTION("tokens", policy, tokens_fields, "Lives of tokens."),
    SECTION("sessions", policy, sessions_fields, "Browser sessions: single sign-on."),
    SECTION("passwords", passwords, passwords_fields, "How passwords are hashed."),
    SECTION("throttle", policy, throttle_fields, "Limits of client addresses and tenants."),
    SECTION("keys", keys, keys_fields, "Signing keys."),
    SECTION("metrics", metrics, metrics_fields, "Prometheus metrics."),
    SECTION("log", log, log_fields, "Logs, on the standard error output."),
    END,
};

static struct config defaults(void)
{
    return (struct config){
        .origin = "",
        .data = "/var/lib/doorcode",
        .http = { "127.0.0.1", 8080 },
        .https = { "0.0.0.0", 0, "", "" },
        .server = { .max_connections = LIMIT_CONNECTIONS,
                    .request_seconds = LIMIT_REQUEST_SECONDS,
                    .idle_seconds = LIMIT_IDLE_SECONDS,
                    .stop_seconds = 10 },
        .store = { .master_key_file = "" },
        .smtp = { .host = "localhost",
                  .port = 587,
                  .user = "",
                  .password_file = "",
                  .ca_file = "",
                  .from_address = "",
                  .from_name = "",
                  .connections = 4,
                  .timeout_seconds = 30 },
        .policy = policy_default,
        .passwords = password_options_default,
        .keys = { 90 },
        .metrics = { .from = { .items = { "127.0.0.0/8", "::1" }, .n = 2 } },
        .log = { .level = 1 },
    };
}

/* http.maxConnections → DOORCODE_HTTP_MAX_CONNECTIONS */
const char *config_variable(const struct field *section, const struct field *field, char name[CONFIG_VARIABLE_MAX])
{
    struct buf out;

    buf_init(&out, name, CONFIG_VARIABLE_MAX - 1);
    buf_puts(&out, "DOORCODE_");
    for (const char *word = section == NULL ? field->name : section->name; word != NULL;
         word = word == field->name ? NULL : field->name) {
        if (word == field->name && section != NULL)
            buf_putc(&out, '_');
        for (const char *c = word; *c != '\0'; c++) {
            if (*c >= 'A' && *c <= 'Z')
                buf_putc(&out, '_');
            buf_putc(&out, *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c);
        }
    }
    name[out.n] = '\0';
    return name;
}

/* A list borrows its texts from a copy of the variable, as they are cut at the commas. */
static err override_list(const struct field *f, const char *value, void *target, const char *name, struct config *c,
                         struct complaint *why)
{
    ASSERT(c->list_count < CONFIG_LISTS);
    char *copy = strdup(value);
    ENSURE(copy != NULL, NO_MEMORY);
    c->lists[c->list_count++] = copy;
    return field_set_texts(f, copy, target, name, why);
}

static err override(const struct field *section, const struct field *fields, void *target, struct config *c,
                    struct complaint *why)
{
    char name[CONFIG_VARIABLE_MAX];

    for (const struct field *f = fields; f->name != NULL; f++) {
        if (f->type == FIELD_IS_MAP) {
            TRY(override(f, f->fields, (char *)target + f->offset, c, why));
            continue;
        }
        const char *value = getenv(config_variable(section, f, name));
        if (value == NULL)
            continue;
        if (f->type == FIELD_IS_TEXTS)
            TRY(override_list(f, value, target, name, c, why));
        else
            TRY(field_set(f, value, target, name, why));
    }
    return OK;
}

err config_load(const char *file, struct config *out, struct complaint *why)
{
    struct field_reader reader = { .why = why };

    *out = defaults();
    if (file != NULL) {
        TRY(yml_load(file, &out->yaml, why));
        err read = yml_kind(yml_root(out->yaml)) == YAML_NULL
                       ? OK
                       : fields_read(&reader, yml_root(out->yaml), config_fields, out);
        if (!err_is_ok(read)) {
            config_free(out);
            return read;
        }
    }
    err overridden = override(NULL, config_fields, out, out, why);
    if (!err_is_ok(overridden))
        config_free(out);
    return overridden;
}

const char *config_missing(const struct config *c)
{
    if (c->origin[0] == '\0')
        return "origin is not set: the public address, like https://login.example";
    if (c->http.port == 0 && c->https.port == 0)
        return "http.port and https.port are both 0: nothing to listen on";
    if (c->https.port != 0 && (c->https.certificate_file[0] == '\0' || c->https.key_file[0] == '\0'))
        return "https.port needs https.certificateFile and https.keyFile";
    return c->smtp.from_address[0] == '\0' ? "smtp.fromAddress is not set: whom the mails come from" : NULL;
}

void config_free(struct config *c)
{
    yml_free(c->yaml);
    c->yaml = NULL;
    for (size_t i = 0; i < CONFIG_LISTS; i++) {
        free(c->lists[i]);
        c->lists[i] = NULL;
    }
    c->list_count = 0;
}

bool config_path(const struct config *c, const char *name, char *out, size_t cap)
{
    int n = snprintf(out, cap, "%s/%s", c->data, name);

    return n > 0 && (size_t)n < cap;
}

static const char *list_of(const struct text_list *list, char *out, size_t cap)
{
    struct buf text;

    buf_init(&text, out, cap - 1);
    buf_putc(&text, '[');
    for (size_t i = 0; i < list->n; i++)
        buf_fmt(&text, "%s\"%s\"", i == 0 ? "" : ", ", list->items[i]);
    buf_putc(&text, ']');
    out[text.n] = '\0';
    return out;
}

static const char *text_of(const struct field *f, const void *value, char *out, size_t cap)
{
    switch (f->type) {
    case FIELD_IS_TEXT:
        return *(const char *const *)value;
    case FIELD_IS_CHOICE:
        return f->choices[*(const int *)value];
    case FIELD_IS_NUMBER:
        snprintf(out, cap, "%u", *(const uint32_t *)value);
        return out;
    case FIELD_IS_TEXTS:
        return list_of(value, out, cap);
    default:
        return "";
    }
}

const char *config_default(const struct field *section, const struct field *field, char *out, size_t cap)
{
    struct config c = defaults();
    size_t base = section == NULL ? 0 : section->offset;

    return text_of(field, (const char *)&c + base + field->offset, out, cap);
}
