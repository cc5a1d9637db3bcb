/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode serve: the server, by its configuration. */
#include "server/commands/commands.h"

#include "base/limits.h"
#include "base/secret.h"
#include "server/config.h"
#include "server/log.h"
#include "server/memory.h"
#include "server/run.h"
#include "server/sandbox.h"

#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, PASSWORD_SIZE = 256 };

/* What the server borrows while it runs. */
struct serving {
    struct config config;
    struct events events;
    struct log log;
    struct smtp_options smtp;
    struct metrics *metrics;
    struct rooms *rooms;
    char database[PATH_SIZE];
    char master_key[PATH_SIZE];
    char throttle[PATH_SIZE];
    char password[PASSWORD_SIZE];
};

/* The first line of the file, or the variable. False with a file that cannot be read. */
static bool read_password(struct serving *s)
{
    const char *variable = getenv("DOORCODE_SMTP_PASSWORD");

    if (s->config.smtp.password_file[0] == '\0')
        return slice_to_cstr(slice_of(variable), s->password, sizeof s->password);
    FILE *file = fopen(s->config.smtp.password_file, "re");
    if (file == NULL)
        return false;
    bool got = fgets(s->password, sizeof s->password, file) != NULL;
    fclose(file);
    s->password[strcspn(s->password, "\r\n")] = '\0';
    return got;
}

static bool set_paths(struct serving *s)
{
    const struct config *c = &s->config;
    const char *key = c->store.master_key_file;

    return config_path(c, "doorcode.db", s->database, sizeof s->database) &&
           config_path(c, "throttle", s->throttle, sizeof s->throttle) &&
           (key[0] != '\0' ? slice_to_cstr(slice_of(key), s->master_key, sizeof s->master_key)
                           : config_path(c, "master.key", s->master_key, sizeof s->master_key));
}

static void set_smtp(struct serving *s)
{
    const struct config *c = &s->config;

    s->smtp = (struct smtp_options){
        .host = c->smtp.host,
        .port = (uint16_t)c->smtp.port,
        .security = (enum smtp_security)c->smtp.security,
        .user = c->smtp.user[0] == '\0' ? NULL : c->smtp.user,
        .password = s->password,
        .ca_file = c->smtp.ca_file[0] == '\0' ? NULL : c->smtp.ca_file,
        .connections = c->smtp.connections,
        .timeout_seconds = c->smtp.timeout_seconds,
    };
}

static struct http_options http_options_of(const struct config *c)
{
    struct http_options o = {
        .certificate_file = c->https.certificate_file,
        .key_file = c->https.key_file,
        .workers = c->server.workers,
        .max_connections = c->server.max_connections,
        .request_seconds = c->server.request_seconds,
        .idle_seconds = c->server.idle_seconds,
        .trusted_proxies = c->server.trusted_proxies.items,
        .trusted_proxy_count = c->server.trusted_proxies.n,
    };

    if (c->http.port != 0)
        o.listeners[o.listener_count++] = (struct http_listener){ c->http.address, (uint16_t)c->http.port, false };
    if (c->https.port != 0)
        o.listeners[o.listener_count++] = (struct http_listener){ c->https.address, (uint16_t)c->https.port, true };
    return o;
}

static struct rooms_options rooms_options_of(struct serving *s)
{
    const struct config *c = &s->config;
    struct rooms_options o = {
        .database = s->database,
        .synchronous_normal = c->store.synchronous == 1,
        .master_key_file = s->master_key,
        .throttle_file = s->throttle,
        .origin = c->origin,
        .policy = c->policy,
        .passwords = c->passwords,
        .rotation = rotation_default,
        .clock = clock_system,
        .rng = &rng_system,
        .http = http_options_of(c),
        .sender = { slice_of(c->smtp.from_address), slice_of(c->smtp.from_name) },
        .smtp = &s->smtp,
        .events = &s->events,
        .metrics = s->metrics,
        .metrics_from = c->metrics.from.items,
        .metrics_from_count = c->metrics.from.n,
    };

    o.rotation.signing_seconds = (int64_t)c->keys.rotate_days * 86400;
    return o;
}

static void print_memory(const struct config *c)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t workers = c->server.workers > 0 ? c->server.workers : (size_t)(cores > 0 ? cores : 1);

    const struct password_options *hashes = &c->passwords;
    const struct memory_options options = { .connections = c->server.max_connections,
                                            .exchanges = LIMIT_WRITER_QUEUE + workers,
                                            .threads = workers * 2 + 4 + hashes->workers,
                                            .password_workers = hashes->workers,
                                            .password_bytes = (size_t)hashes->memory_kib * 1024 };

    memory_print(&options, stderr);
}

struct folders {
    char names[4][PATH_SIZE];
    size_t n;
};

/* The folder that `file` is in: its certificate is replaced by renaming, so the file itself would not do. */
static void allow_folder(struct sandbox_paths *paths, struct folders *folders, const char *file)
{
    char *copy = folders->names[folders->n];

    if (file[0] == '\0' || !slice_to_cstr(slice_of(file), copy, PATH_SIZE))
        return;
    folders->n++;
    paths->readable[paths->readable_count++] = dirname(copy);
}

/* The same, and where symbolic links lead to, as those of ACME clients do. */
static void allow_file(struct sandbox_paths *paths, struct folders *folders, const char *file)
{
    char real[PATH_MAX];

    allow_folder(paths, folders, file);
    if (file[0] != '\0' && realpath(file, real) != NULL)
        allow_folder(paths, folders, real);
}

/* Before the first thread, as each would be outside. */
static void enter_sandbox(struct serving *s)
{
    const struct config *c = &s->config;
    struct sandbox_paths paths = { .writable = { c->data }, .writable_count = 1 };
    struct folders folders = { .n = 0 };
    char key[PATH_SIZE];

    allow_file(&paths, &folders, c->https.certificate_file);
    allow_file(&paths, &folders, c->https.key_file);
    if (c->smtp.ca_file[0] != '\0')
        paths.readable[paths.readable_count++] = c->smtp.ca_file;
    if (slice_to_cstr(slice_of(s->master_key), key, sizeof key))
        paths.writable[paths.writable_count++] = dirname(key); /* it is made where it is missing */
    sandbox_try(&paths, &s->events);
}

static int run(struct serving *s, const struct command_line *line)
{
    char why[256] = "";
    const struct rooms_options options = rooms_options_of(s);

    enter_sandbox(s);
    if (!err_is_ok(rooms_open(&options, &s->rooms, why)))
        return command_fail(line, NULL, "%s", why);
    run_add_gauges(s->metrics, s->rooms);
    print_memory(&s->config);
    EMIT(&s->events, server_started, NULL, field_version(DOORCODE_VERSION));
    run_until_stopped(s->rooms, &s->events);
    rooms_close(s->rooms, s->config.server.stop_seconds);
    EMIT(&s->events, server_stopped, NULL, field_version(DOORCODE_VERSION));
    return COMMAND_OK;
}

static int prepare(struct serving *s, const struct command_line *line)
{
    struct complaint why;

    if (!err_is_ok(config_load(command_value(line, "config"), &s->config, &why)))
        return command_fail(line, "'doorcode config' lists the settings with what they may be.", "%s", why.text);
    const char *missing = config_missing(&s->config);
    if (missing != NULL)
        return command_fail(line,
                            command_value(line, "config") != NULL
                                ? "Set it in the configuration file or its environment variable."
                                : "Name a configuration file with --config or DOORCODE_CONFIG, or set it by its "
                                  "environment variable. For development: doorcode dev",
                            "%s", missing);
    if (!set_paths(s))
        return command_fail(line, "Shorten data or store.masterKeyFile.", "a path is too long");
    if (!read_password(s))
        return command_fail(line, "Check smtp.passwordFile or DOORCODE_SMTP_PASSWORD: one line, of at most 255 bytes.",
                            "the password for the mail server cannot be read%s%s",
                            s->config.smtp.password_file[0] == '\0' ? "" : " from ", s->config.smtp.password_file);
    set_smtp(s);
    s->log = (struct log){ .fd = STDERR_FILENO,
                           .format = (enum log_format)s->config.log.format,
                           .level = (enum event_level)s->config.log.level,
                           .clock = &clock_system };
    log_attach(&s->log, &s->events);
    if (!err_is_ok(metrics_new(api_endpoint_count(), api_endpoint_name, &s->events, &s->metrics)))
        return command_fail(line, NULL, "out of memory");
    return COMMAND_OK;
}

static int serve(const struct command_line *line)
{
    struct serving *s = calloc(1, sizeof *s);

    if (s == NULL)
        return command_fail(line, NULL, "out of memory");
    run_prepare();
    int status = prepare(s, line);
    if (status == COMMAND_OK)
        status = run(s, line);
    log_detach(&s->log);
    metrics_free(s->metrics);
    config_free(&s->config);
    wipe(s->password, sizeof s->password);
    free(s);
    return status;
}

static const struct command_option options[] = {
    { .name = "config",
      .letter = 'c',
      .argument = "FILE",
      .help = "Configuration, YAML.",
      .environment = "DOORCODE_CONFIG" },
};
static const char *const examples[] = { "doorcode serve --config /etc/doorcode/doorcode.yaml", NULL };

const struct command command_serve = {
    .name = "serve",
    .summary = "Run the server",
    .description = "Runs until SIGTERM or SIGINT, then finishes what is running. SIGHUP reads the certificate and the "
                   "directory again. Every setting of the configuration file can be set by an environment variable: "
                   "http.port is DOORCODE_HTTP_PORT. 'doorcode config' lists them all with their defaults.",
    .examples = examples,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .run = serve,
};
