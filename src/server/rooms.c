/* SPDX-License-Identifier: Apache-2.0 */
#include "server/rooms.h"

#include "api/courier.h"
#include "api/throttle.h"
#include "base/secret.h"
#include "hook/receiver.h"
#include "http/client_addr.h"
#include "server/mail_source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { METRICS_READERS = 64 }; /* what a list of the configuration holds */

struct rooms {
    struct rooms_options options;
    struct api api;
    struct api_dev dev;
    struct vault *vault;
    struct store *store;
    struct throttle *throttle;
    struct passwords *passwords;
    struct hooks *hooks;
    struct messages *messages;
    struct mail_source *mail_source;
    struct courier *courier;
    struct outbox *outbox; /* one of these two */
    struct inbox *inbox;
    struct housekeeper *housekeeper;
    struct http_server *http;
    struct address_range metrics_from[METRICS_READERS];
    int lock;      /* on the database; -1: in memory */
    char why[256]; /* a step's own words, or "" */
};

/* Two servers on one database would each count and rotate as if they were alone. The lock ends with the process, however it
 * ends; commands that change the directory need none. */
static err lock_database(struct rooms *r)
{
    char path[PATH_MAX];

    if (r->options.database == NULL)
        return OK;
    int n = snprintf(path, sizeof path, "%s.lock", r->options.database);
    ENSURE(n > 0 && (size_t)n < sizeof path, FULL);
    r->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (r->lock >= 0 && flock(r->lock, LOCK_EX | LOCK_NB) == 0)
        return OK;
    if (r->lock >= 0 && errno == EWOULDBLOCK)
        snprintf(r->why, sizeof r->why, "another doorcode serves from %.140s; stop it, or name another folder",
                 r->options.database);
    else
        snprintf(r->why, sizeof r->why, "%.140s cannot be made or opened: %.80s", path, strerror(errno));
    return FAIL(IO);
}

static err open_vault(struct rooms *r)
{
    uint8_t key[VAULT_MASTER];

    if (r->options.master_key_file != NULL)
        return vault_load(r->options.master_key_file, true, r->options.rng, &r->vault);
    rng_fill(r->options.rng, key, sizeof key);
    err made = vault_new(key, &r->vault);
    wipe(key, sizeof key);
    return made;
}

/* Other changes wake nobody: they may be the housekeeper's, before outbox or inbox is open. Mails are not: http is opened
 * last and stopped first. */
static void on_mails(void *ctx, const struct store_mails *committed)
{
    struct rooms *r = ctx;

    mail_source_offer(r->mail_source, committed);
    if (committed->n == 0)
        return;
    if (r->outbox != NULL)
        outbox_wake(r->outbox);
    else if (r->inbox != NULL)
        inbox_wake(r->inbox);
}

static err open_store(struct rooms *r)
{
    const struct store_options options = {
        .policy = &r->options.policy,
        .path = r->options.database,
        .synchronous_normal = r->options.synchronous_normal,
        .clock = &clock_system, /* ids never go back, even where the development clock does */
        .rng = r->options.rng,
        .events = r->options.events,
    };

    TRY(store_open(&options, &r->store));
    TRY(mail_source_new(r->store, r->vault, &r->mail_source));
    store_listen(r->store, on_mails, r);
    return r->options.prepare == NULL ? OK : r->options.prepare(r->options.prepare_ctx, r->store);
}

static err open_throttle(struct rooms *r)
{
    const struct policy *policy = &r->options.policy;
    const struct throttle_limits limits = { {
        [THROTTLE_REQUESTS_ADDRESS] = policy->requests_per_second_address,
        [THROTTLE_REQUESTS_TENANT] = policy->requests_per_second_tenant,
        [THROTTLE_CODES_ADDRESS] = policy->codes_per_hour_address,
        [THROTTLE_CODES_TENANT] = policy->codes_per_hour_tenant,
        [THROTTLE_GUESSES_ADDRESS] = policy->guesses_per_hour_address,
        [THROTTLE_POLLS_DEVICE] = LIMIT_DEVICE_POLLS,
        [THROTTLE_ENTRIES_DEVICE] = LIMIT_DEVICE_ENTRIES,
    } };

    TRY(throttle_new(&limits, r->options.rng, &r->throttle));
    if (r->options.throttle_file == NULL)
        return OK;
    return throttle_load(r->throttle, r->options.throttle_file, clock_now(&r->options.clock));
}

static err open_passwords(struct rooms *r)
{
    const struct password_options *options = &r->options.passwords;

    return passwords_new(options->workers > 0 ? options : &password_options_default, &r->passwords);
}

static err open_hooks(struct rooms *r)
{
    return hooks_new(&(struct hooks_options){ .plain_http = r->options.dev != NULL || r->options.plain_hooks },
                     &r->hooks);
}

static err open_inbox(struct rooms *r)
{
    const struct inbox_options options = {
        .from = r->options.sender,
        .messages = r->messages,
        .source = mail_source_functions(r->mail_source),
        .courier = courier_functions(r->courier),
        .clock = &r->options.clock,
        .events = r->options.events,
    };

    TRY(inbox_start(&options, &r->inbox));
    r->dev.inbox = r->inbox;
    return OK;
}

static err open_outbox(struct rooms *r)
{
    const struct outbox_options options = {
        .smtp = *r->options.smtp,
        .from = r->options.sender,
        .messages = r->messages,
        .source = mail_source_functions(r->mail_source),
        .courier = courier_functions(r->courier),
        .clock = &r->options.clock,
        .events = r->options.events,
    };

    return outbox_start(&options, &r->outbox);
}

static err open_mail(struct rooms *r)
{
    TRY(messages_new(&r->messages));
    TRY(courier_new(&r->api, &r->courier));
    return r->options.smtp == NULL ? open_inbox(r) : open_outbox(r);
}

static void observe(void *ctx, size_t endpoint, int status, int64_t microseconds)
{
    struct rooms *r = ctx;

    if (r->options.metrics != NULL)
        metrics_observe(r->options.metrics, endpoint, status, microseconds);
}

static void write_metrics(void *ctx, struct buf *out)
{
    struct rooms *r = ctx;

    if (r->options.metrics != NULL)
        metrics_write(r->options.metrics, out);
}

static err open_metrics(struct rooms *r)
{
    static const char *const loopback[] = { "127.0.0.0/8", "::1" };
    const char *const *from = r->options.metrics_from;
    size_t n = r->options.metrics_from_count;

    if (from == NULL) {
        from = loopback;
        n = sizeof loopback / sizeof loopback[0];
    }
    ENSURE(n <= METRICS_READERS, FULL);
    for (size_t i = 0; i < n; i++)
        TRY(address_range_parse(slice_of(from[i]), &r->metrics_from[i]));
    r->api.metrics_from = r->metrics_from;
    r->api.metrics_from_n = n;
    return OK;
}

static err connect_api(struct rooms *r)
{
    r->api = (struct api){
        .store = r->store,
        .vault = r->vault,
        .clock = &r->options.clock,
        .rng = r->options.rng,
        .policy = &r->options.policy,
        .events = r->options.events,
        .throttle = r->throttle,
        .passwords = r->passwords,
        .hook_calls = r->hooks,
        .origin = slice_of(r->options.origin),
        .hooks = { observe, write_metrics, r },
    };
    api_init(&r->api);
    TRY(open_metrics(r));
    if (r->options.dev != NULL) {
        r->dev = *r->options.dev;
        TRY(receiver_new(&r->dev.receiver));
        r->api.dev = &r->dev;
    }
    return OK;
}

static err open_housekeeper(struct rooms *r)
{
    const struct housekeeper_options options = {
        .api = &r->api,
        .keys = { r->store, r->vault, &r->options.rotation, r->options.events },
        .throttle_file = r->options.throttle_file,
    };

    return housekeeper_start(&options, &r->housekeeper);
}

static err open_http(struct rooms *r)
{
    struct http_options options = r->options.http;

    options.handler = api_handler(&r->api);
    options.events = r->options.events;
    return http_start(&options, &r->http, r->why);
}

/* In this order; taken down in the other. The housekeeper reads the directory, which a mail may need at once. */
static const struct {
    const char *name;
    err (*open)(struct rooms *r);
} steps[] = {
    { "lock", lock_database },     { "master key", open_vault },        { "database", open_store },
    { "throttle", open_throttle }, { "passwords", open_passwords },     { "extensions", open_hooks },
    { "endpoints", connect_api },  { "housekeeper", open_housekeeper }, { "mail", open_mail },
    { "http", open_http },
};

static void explain(const struct rooms *r, const char *step, err failure, char why[256])
{
    if (r->why[0] != '\0')
        snprintf(why, 256, "%s", r->why);
    else if (failure.code == ERR_IO)
        snprintf(why, 256, "%s: %s", step, strerror(errno));
    else
        snprintf(why, 256, "%s: %s", step, err_text(failure));
}

err rooms_open(const struct rooms_options *options, struct rooms **out, char why[256])
{
    struct rooms *r = calloc(1, sizeof *r);

    ENSURE(r != NULL, NO_MEMORY);
    r->options = *options;
    r->lock = -1;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        err opened = steps[i].open(r);
        if (err_is_ok(opened))
            continue;
        explain(r, steps[i].name, opened, why);
        rooms_close(r, 0);
        return opened;
    }
    *out = r;
    return OK;
}

void rooms_close(struct rooms *r, unsigned seconds)
{
    if (r == NULL)
        return;
    atomic_store(&r->api.draining, true);
    if (r->http != NULL)
        http_stop(r->http, seconds);
    housekeeper_stop(r->housekeeper);
    outbox_stop(r->outbox, seconds);
    inbox_stop(r->inbox);
    hooks_free(r->hooks);
    courier_free(r->courier);
    mail_source_flush(r->mail_source);
    store_close(r->store);
    mail_source_free(r->mail_source);
    messages_free(r->messages);
    if (r->api.store != NULL)
        api_destroy(&r->api);
    passwords_free(r->passwords);
    receiver_free(r->dev.receiver);
    throttle_free(r->throttle);
    vault_free(r->vault);
    if (r->lock >= 0)
        close(r->lock);
    free(r);
}

struct store *rooms_store(struct rooms *rooms)
{
    return rooms->store;
}

struct http_server *rooms_http(struct rooms *rooms)
{
    return rooms->http;
}

struct housekeeper *rooms_housekeeper(struct rooms *rooms)
{
    return rooms->housekeeper;
}

struct inbox *rooms_inbox(struct rooms *rooms)
{
    return rooms->inbox;
}
