/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode dev: the server for development and tests: no configuration, an inbox instead of mail, a movable clock. */
#include "server/commands/commands.h"

#include "base/display.h"
#include "base/terminal.h"
#include "crypto/dev_ca.h"
#include "server/dev_mode.h"
#include "server/log.h"
#include "server/manifest_checks.h"
#include "server/run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, ORIGIN_SIZE = 128, STOP_SECONDS = 3 };

struct developing {
    struct dev_mode mode;
    struct events events;
    struct log log;
    struct metrics *metrics;
    struct rooms *rooms;
    struct dev_ca_paths ca;
    uint64_t http_port;
    uint64_t https_port;
    bool memory;
    char origin[ORIGIN_SIZE];
    char folder[PATH_SIZE - 32];
    char database[PATH_SIZE];
    char master_key[PATH_SIZE];
};

static bool set_folder(struct developing *d, const struct command_line *line)
{
    const char *given = command_value(line, "data");

    return given != NULL ? slice_to_cstr(slice_of(given), d->folder, sizeof d->folder)
                         : dev_mode_folder(d->folder, sizeof d->folder);
}

/* NULL, or what is wrong with the one that was given. */
static const char *set_origin(struct developing *d, const struct command_line *line)
{
    const char *given = command_value(line, "origin");

    if (given != NULL && strlen(given) >= sizeof d->origin)
        return "must be at most 127 bytes long";
    if (given != NULL && check_public_origin(given) != NULL)
        return check_public_origin(given);
    if (given != NULL)
        snprintf(d->origin, sizeof d->origin, "%s", given);
    else if (d->https_port != 0)
        snprintf(d->origin, sizeof d->origin, "https://localhost:%u", (unsigned)d->https_port);
    else
        snprintf(d->origin, sizeof d->origin, "http://localhost:%u", (unsigned)d->http_port);
    return NULL;
}

static int prepare(struct developing *d, const struct command_line *line)
{
    d->http_port = 8080;
    d->https_port = 8443;
    if (!command_number(line, "http-port", 1, 65535, &d->http_port) ||
        !command_number(line, "https-port", 0, 65535, &d->https_port))
        return COMMAND_USAGE;
    d->memory = command_flag(line, "memory");
    const char *wrong = set_origin(d, line);
    if (wrong != NULL)
        return command_usage(line, "--origin %s", wrong);
    if (!set_folder(d, line))
        return command_fail(line, "Name one with --data FOLDER.", "there is no home folder for the data");
    bool needs_folder = !d->memory || d->https_port != 0;
    if (needs_folder && !err_is_ok(dev_mode_make_folder(d->folder)))
        return command_fail(line, "Name another with --data FOLDER.", "%s: cannot be made", d->folder);
    if (d->https_port != 0 && !err_is_ok(dev_ca_ensure(d->folder, clock_now(&clock_system), &d->ca)))
        return command_fail(line, "Use --https-port 0 to go without https.",
                            "%s: no development certificate could be made", d->folder);
    snprintf(d->database, sizeof d->database, "%s/doorcode.db", d->folder);
    snprintf(d->master_key, sizeof d->master_key, "%s/master.key", d->folder);
    return COMMAND_OK;
}

static struct rooms_options rooms_options_of(struct developing *d)
{
    struct rooms_options o = {
        .database = d->memory ? NULL : d->database,
        .master_key_file = d->memory ? NULL : d->master_key,
        .origin = d->origin,
        .policy = dev_mode_policy(),
        .rotation = rotation_default,
        .clock = dev_clock_clock(&d->mode.clock),
        .rng = &rng_system,
        .http = { .listeners = { { "127.0.0.1", (uint16_t)d->http_port, false } },
                  .listener_count = 1,
                  .workers = 2,
                  .certificate_file = d->ca.certificate,
                  .key_file = d->ca.key },
        .sender = { SLICE("no-reply@doorcode.localhost"), SLICE_EMPTY },
        .dev = &d->mode.hooks,
        .events = &d->events,
        .metrics = d->metrics,
        .prepare = dev_mode_seed,
        .prepare_ctx = &d->mode,
    };

    if (d->https_port != 0)
        o.http.listeners[o.http.listener_count++] =
            (struct http_listener){ "127.0.0.1", (uint16_t)d->https_port, true };
    return o;
}

static const struct {
    const char *id;
    const char *what;
} clients[] = {
#define SEED_CLIENT(id, what) { id, what },
#include "server/seed_clients.def"
#undef SEED_CLIENT
};

/* On a terminal the text takes as many lines as it needs, all of them beside `before`. */
static void put_text(FILE *out, const char *before, const char *text)
{
    fputs(before, out);
    display_wrap(out, slice_of(text), strlen(before), (size_t)terminal_columns(out));
}

static void print_banner(const struct developing *d, FILE *out)
{
    unsigned http = (unsigned)d->http_port;

    fprintf(out, "Doorcode %s, development mode.\nNot for production: everybody here can read the codes.\n\n",
            DOORCODE_VERSION);
    fprintf(out, "  inbox        http://localhost:%u/\n", http);
    fprintf(out, "  authority    http://localhost:%u/petstore\n", http);
    if (d->https_port != 0)
        fprintf(out, "               https://localhost:%u/petstore   (to trust it: doorcode dev ca)\n",
                (unsigned)d->https_port);
    put_text(out, "  users        ", "sam@example.org, kim@example.org: by code");
    put_text(out, "               ", "pat@example.org, mia@example.org, ned@example.org: password Blue-Kettle-42");
    fprintf(out, "  data         %s\n\nClients:\n", d->memory ? "in memory, gone at the end" : d->folder);
    for (size_t i = 0; i < sizeof clients / sizeof clients[0]; i++) {
        char id[64];
        snprintf(id, sizeof id, "  %s  ", clients[i].id);
        put_text(out, id, clients[i].what);
    }
    fprintf(out,
            "\nTry next:\n  doorcode signin sam@example.org \\\n"
            "      --authority http://localhost:%u/petstore \\\n"
            "      --client-id 1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31\n\nready\n",
            http);
    fflush(out);
}

static int run(struct developing *d, const struct command_line *line)
{
    char why[256] = "";

    if (!err_is_ok(metrics_new(api_endpoint_count(), api_endpoint_name, &d->events, &d->metrics)))
        return command_fail(line, NULL, "out of memory");
    const struct rooms_options options = rooms_options_of(d);
    if (!err_is_ok(rooms_open(&options, &d->rooms, why)))
        return command_fail(line, "Other ports: --http-port N --https-port N.", "%s%s%s", why,
                            d->mode.complaint[0] == '\0' ? "" : ": ", d->mode.complaint);
    d->mode.rooms = d->rooms;
    run_add_gauges(d->metrics, d->rooms);
    print_banner(d, line->out);
    run_until_stopped(d->rooms, &d->events);
    rooms_close(d->rooms, STOP_SECONDS);
    return COMMAND_OK;
}

static int dev(const struct command_line *line)
{
    struct developing *d = calloc(1, sizeof *d);

    if (d == NULL)
        return command_fail(line, NULL, "out of memory");
    run_prepare();
    dev_mode_init(&d->mode);
    d->log = (struct log){ .fd = STDERR_FILENO,
                           .format = LOG_TEXT,
                           .level = command_flag(line, "quiet") ? LEVEL_ERROR : LEVEL_INFO,
                           .colors = isatty(STDERR_FILENO) && getenv("NO_COLOR") == NULL,
                           .clock = &clock_system };
    log_attach(&d->log, &d->events);
    int status = prepare(d, line);
    if (status == COMMAND_OK)
        status = run(d, line);
    log_detach(&d->log);
    metrics_free(d->metrics);
    free(d);
    return status;
}

static const struct command_option options[] = {
    { .name = "memory", .letter = 'm', .help = "Keep everything in memory: each start is new." },
    { .name = "data",
      .letter = 'd',
      .argument = "FOLDER",
      .help = "Folder of database, keys and certificates; default: doorcode in the state folder of the user.",
      .environment = "DOORCODE_DEV_DATA" },
    { .name = "http-port", .argument = "N", .help = "Port for http; default 8080." },
    { .name = "https-port", .argument = "N", .help = "Port for https; default 8443, 0 switches it off." },
    { .name = "origin",
      .argument = "URL",
      .help = "Public origin in tokens and discovery; default: https on localhost." },
    { .name = "quiet", .letter = 'q', .help = "Log errors only." },
};
static const char *const examples[] = { "doorcode dev", "doorcode dev --memory --http-port 9080 --https-port 0", NULL };

const struct command command_dev = {
    .name = "dev",
    .summary = "Run the server for development, without configuration",
    .description =
        "Starts with a seeded tenant, applications and users, listens on 127.0.0.1 only, and shows every mail on "
        "its inbox page instead of sending it. Tests read the code at /dev/inbox/latest?address=USER, move the "
        "clock at /dev/clock and start anew at /dev/reset.",
    .examples = examples,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .run = dev,
};

static int print_ca(const struct command_line *line)
{
    struct dev_ca_paths paths;
    char folder[PATH_SIZE - 32];
    const char *given = command_value(line, "data");
    bool named =
        given != NULL ? slice_to_cstr(slice_of(given), folder, sizeof folder) : dev_mode_folder(folder, sizeof folder);

    if (!named || !err_is_ok(dev_mode_make_folder(folder)) ||
        !err_is_ok(dev_ca_ensure(folder, clock_now(&clock_system), &paths)))
        return command_fail(line, "Name another folder with --data FOLDER.",
                            "the development certificate authority cannot be made");
    fprintf(line->out, "%s\n", paths.ca);
    fprintf(line->errors,
            "\nIt signs for localhost and loopback addresses only. To trust it\n"
            "  with curl and doorcode:  --cacert %s, --ca-file %s\n"
            "  with Node.js:            NODE_EXTRA_CA_CERTS=%s\n"
            "  on Debian, system-wide:  cp %s /usr/local/share/ca-certificates/doorcode.crt && update-ca-certificates\n"
            "  in a browser:            import it under certificates, authorities\n",
            paths.ca, paths.ca, paths.ca, paths.ca);
    return COMMAND_OK;
}

static const struct command_option ca_options[] = {
    { .name = "data",
      .letter = 'd',
      .argument = "FOLDER",
      .help = "Folder of the development mode.",
      .environment = "DOORCODE_DEV_DATA" },
};

const struct command command_dev_ca = {
    .name = "dev ca",
    .summary = "Print the development certificate authority and how to trust it",
    .examples = COMMAND_EXAMPLES("doorcode dev ca"),
    .options = ca_options,
    .option_count = sizeof ca_options / sizeof ca_options[0],
    .run = print_ca,
};
