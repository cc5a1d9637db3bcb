/* SPDX-License-Identifier: Apache-2.0 */
#ifdef DOORCODE_SECRET_SERVICE
#include "secret_item.h"

#include "bus.h"
#include "http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVICE "org.freedesktop.secrets"
#define ROOT "/org/freedesktop/secrets"
#define INTERFACE "org.freedesktop.Secret."
#define LOCK_NAME "org.doorcode.Tokens"

enum { CALL_US = 5000000, PATH = 256 };

struct secret_item {
    const struct bus_functions *f;
    sd_bus *bus; /* NULL: the connection was lost */
    char *name;
    bool has_lock;
};

/* An object of the service. */
struct path {
    char c[PATH];
};

/* ---- the bus ---- */

static int connect_bus(struct secret_item *secret)
{
    int result = secret->f->open_user(&secret->bus);
    if (result >= 0)
        secret->f->set_method_call_timeout(secret->bus, CALL_US);
    return result < 0 ? result : 0;
}

/* The bus may have gone, and with it the lock. */
static int reconnect(struct secret_item *secret)
{
    if (secret->bus != NULL && secret->f->is_open(secret->bus) > 0)
        return 0;
    secret->bus = secret->f->flush_close_unref(secret->bus);
    if (secret->has_lock)
        return -ECONNRESET;
    return connect_bus(secret);
}

/* Signals that nobody waits for would stay in memory. */
static void drain(const struct secret_item *secret)
{
    while (secret->bus != NULL && secret->f->process(secret->bus, NULL) > 0)
        continue;
}

static sd_bus_message *new_call(const struct secret_item *secret, const char *path, const char *interface,
                                const char *member)
{
    sd_bus_message *message = NULL;
    int result = secret->f->message_new_method_call(secret->bus, &message, SERVICE, path, interface, member);
    return result >= 0 ? message : NULL;
}

/* Sends and frees `message`, where it could be made and written (`written` not negative). */
static int call(const struct secret_item *secret, sd_bus_message *message, int written, sd_bus_message **reply)
{
    sd_bus_error error = SD_BUS_ERROR_NULL;
    *reply = NULL;
    if (message == NULL || written < 0) {
        secret->f->message_unref(message);
        return -ENOMEM;
    }
    int result = secret->f->call(secret->bus, message, CALL_US, &error, reply);
    if (result < 0 && secret->f->error_has_name(&error, INTERFACE "Error.IsLocked"))
        result = -EACCES;
    secret->f->error_free(&error);
    secret->f->message_unref(message);
    return result < 0 ? result : 0;
}

/* The path at the place where `reply` is read; it is freed. */
static int take_path(const struct secret_item *secret, sd_bus_message *reply, const char *before, struct path *out)
{
    const char *text = "";
    bool good = reply != NULL && (before == NULL || secret->f->message_skip(reply, before) >= 0) &&
                secret->f->message_read(reply, "o", &text) >= 0 && strlen(text) < sizeof(out->c);
    if (good)
        snprintf(out->c, sizeof(out->c), "%s", text);
    secret->f->message_unref(reply);
    return good ? 0 : -EBADMSG;
}

static bool is_none(const struct path *path)
{
    return strcmp(path->c, "/") == 0;
}

/* ---- the service ---- */

static int open_session(const struct secret_item *secret, struct path *session)
{
    sd_bus_message *reply;
    sd_bus_message *message = new_call(secret, ROOT, INTERFACE "Service", "OpenSession");
    int written = message != NULL ? secret->f->message_append(message, "sv", "plain", "s", "") : -ENOMEM;
    int result = call(secret, message, written, &reply);
    return result == 0 ? take_path(secret, reply, "v", session) : result;
}

static void close_session(const struct secret_item *secret, const struct path *session)
{
    sd_bus_message *reply;
    call(secret, new_call(secret, session->c, INTERFACE "Session", "Close"), 0, &reply);
    secret->f->message_unref(reply);
    drain(secret);
}

static int find_collection(const struct secret_item *secret, struct path *collection)
{
    sd_bus_message *reply;
    sd_bus_message *message = new_call(secret, ROOT, INTERFACE "Service", "ReadAlias");
    int written = message != NULL ? secret->f->message_append(message, "s", "default") : -ENOMEM;
    int result = call(secret, message, written, &reply);
    if (result == 0)
        result = take_path(secret, reply, NULL, collection);
    return result == 0 && is_none(collection) ? -ENOENT : result;
}

/* ---- unlocking ---- */

struct answer {
    const struct secret_item *secret;
    bool done;
    bool dismissed;
};

static int on_completed(sd_bus_message *message, void *ctx, sd_bus_error *error)
{
    struct answer *answer = ctx;
    int dismissed = 1;
    (void)error;
    answer->secret->f->message_read(message, "b", &dismissed);
    answer->done = true;
    answer->dismissed = dismissed != 0;
    return 0;
}

static void dismiss(const struct secret_item *secret, const struct path *prompt)
{
    sd_bus_message *reply;
    call(secret, new_call(secret, prompt->c, INTERFACE "Prompt", "Dismiss"), 0, &reply);
    secret->f->message_unref(reply);
}

static int await(const struct secret_item *secret, const struct answer *answer, int64_t until)
{
    while (!answer->done) {
        int64_t left_ms = until - http_ticks();
        int processed = secret->f->process(secret->bus, NULL);
        if (processed == 0 && left_ms > 0)
            processed = secret->f->wait(secret->bus, (uint64_t)left_ms * 1000);
        if (processed < 0)
            return processed;
        if (left_ms <= 0)
            return -ETIMEDOUT;
    }
    return answer->dismissed ? -EACCES : 0;
}

static int ask(const struct secret_item *secret, const struct path *prompt, int wait_ms)
{
    struct answer answer = { .secret = secret };
    sd_bus_slot *slot = NULL;
    sd_bus_message *reply;
    int64_t until = http_ticks() + wait_ms;
    int result = secret->f->match_signal(secret->bus, &slot, SERVICE, prompt->c, INTERFACE "Prompt", "Completed",
                                         on_completed, &answer);
    if (result < 0)
        return result;
    sd_bus_message *message = new_call(secret, prompt->c, INTERFACE "Prompt", "Prompt");
    int written = message != NULL ? secret->f->message_append(message, "s", "") : -ENOMEM;
    result = call(secret, message, written, &reply);
    secret->f->message_unref(reply);
    if (result == 0)
        result = await(secret, &answer, until);
    secret->f->slot_unref(slot);
    if (result == -ETIMEDOUT)
        dismiss(secret, prompt);
    return result;
}

static int unlock(const struct secret_item *secret, const struct path *collection, int wait_ms)
{
    struct path prompt;
    sd_bus_message *reply;
    sd_bus_message *message = new_call(secret, ROOT, INTERFACE "Service", "Unlock");
    int written = message != NULL ? secret->f->message_append(message, "ao", 1, collection->c) : -ENOMEM;
    int result = call(secret, message, written, &reply);
    if (result == 0)
        result = take_path(secret, reply, "ao", &prompt);
    return result == 0 && !is_none(&prompt) ? ask(secret, &prompt, wait_ms) : result;
}

int secret_item_unlock(struct secret_item *secret, int wait_ms)
{
    struct path collection;
    int result = find_collection(secret, &collection);
    if (result < 0)
        return result == -ETIMEDOUT ? result : -ENOENT;
    result = unlock(secret, &collection, wait_ms);
    drain(secret);
    return result;
}

/* ---- the item ---- */

static int find_item(const struct secret_item *secret, struct path *item)
{
    struct path collection;
    sd_bus_message *reply = NULL;
    const char *text = "/";
    int result = find_collection(secret, &collection);
    if (result < 0)
        return result;
    sd_bus_message *message = new_call(secret, collection.c, INTERFACE "Collection", "SearchItems");
    int written = message != NULL
                      ? secret->f->message_append(message, "a{ss}", 2, "application", "doorcode", "name", secret->name)
                      : -ENOMEM;
    result = call(secret, message, written, &reply);
    if (result == 0 && secret->f->message_enter_container(reply, SD_BUS_TYPE_ARRAY, "o") >= 0)
        secret->f->message_read(reply, "o", &text); /* none: it stays as it is */
    snprintf(item->c, sizeof(item->c), "%s", text);
    secret->f->message_unref(reply);
    return result;
}

/* Out of a reply (oayays), which is wiped when it is freed. */
static int take_secret(const struct secret_item *secret, sd_bus_message *reply, char **bytes, size_t *n, size_t max)
{
    const void *value = NULL;
    size_t size = 0;
    secret->f->message_sensitive(reply);
    bool good = secret->f->message_enter_container(reply, SD_BUS_TYPE_STRUCT, "oayays") >= 0 &&
                secret->f->message_skip(reply, "oay") >= 0 &&
                secret->f->message_read_array(reply, SD_BUS_TYPE_BYTE, &value, &size) >= 0;
    if (!good)
        return -EBADMSG;
    if (size > max)
        return -EFBIG;
    *bytes = size > 0 ? malloc(size) : NULL;
    if (size > 0 && *bytes == NULL)
        return -ENOMEM;
    if (size > 0)
        memcpy(*bytes, value, size);
    *n = size;
    return 0;
}

static int get_secret(const struct secret_item *secret, const struct path *item, char **bytes, size_t *n, size_t max)
{
    struct path session;
    sd_bus_message *reply;
    int result = open_session(secret, &session);
    if (result < 0)
        return result;
    sd_bus_message *message = new_call(secret, item->c, INTERFACE "Item", "GetSecret");
    int written = message != NULL ? secret->f->message_append(message, "o", session.c) : -ENOMEM;
    result = call(secret, message, written, &reply);
    if (result == 0)
        result = take_secret(secret, reply, bytes, n, max);
    secret->f->message_unref(reply);
    close_session(secret, &session);
    return result;
}

int secret_item_read(struct secret_item *secret, char **bytes, size_t *n, size_t max)
{
    struct path item;
    *bytes = NULL;
    *n = 0;
    int result = reconnect(secret);
    if (result == 0)
        result = find_item(secret, &item);
    return result == 0 && !is_none(&item) ? get_secret(secret, &item, bytes, n, max) : result;
}

static int write_properties(const struct secret_item *secret, sd_bus_message *message)
{
    const struct bus_functions *f = secret->f;
    return f->message_append(message, "a{sv}", 2, INTERFACE "Item.Label", "s", "Doorcode: tokens of signed-in users",
                             INTERFACE "Item.Attributes", "a{ss}", 3, "xdg:schema", "org.doorcode.Tokens",
                             "application", "doorcode", "name", secret->name);
}

static int write_secret(const struct secret_item *secret, sd_bus_message *message, const struct path *session,
                        const char *bytes, size_t n)
{
    const struct bus_functions *f = secret->f;
    bool good = f->message_sensitive(message) >= 0 && write_properties(secret, message) >= 0 &&
                f->message_open_container(message, SD_BUS_TYPE_STRUCT, "oayays") >= 0 &&
                f->message_append(message, "o", session->c) >= 0 &&
                f->message_append_array(message, SD_BUS_TYPE_BYTE, NULL, 0) >= 0 &&
                f->message_append_array(message, SD_BUS_TYPE_BYTE, bytes, n) >= 0 &&
                f->message_append(message, "s", "text/plain; charset=utf8") >= 0 &&
                f->message_close_container(message) >= 0 && f->message_append(message, "b", 1) >= 0;
    return good ? 0 : -ENOMEM;
}

static int create_item(const struct secret_item *secret, const struct path *collection, const char *bytes, size_t n)
{
    struct path session;
    struct path prompt;
    sd_bus_message *reply;
    int result = open_session(secret, &session);
    if (result < 0)
        return result;
    sd_bus_message *message = new_call(secret, collection->c, INTERFACE "Collection", "CreateItem");
    int written = message != NULL ? write_secret(secret, message, &session, bytes, n) : -ENOMEM;
    result = call(secret, message, written, &reply);
    if (result == 0)
        result = take_path(secret, reply, "o", &prompt);
    if (result == 0 && !is_none(&prompt)) {
        dismiss(secret, &prompt); /* it is locked, and nobody is to be asked now */
        result = -EACCES;
    }
    close_session(secret, &session);
    return result;
}

int secret_item_write(struct secret_item *secret, const char *bytes, size_t n)
{
    struct path collection;
    int result = reconnect(secret);
    if (result == 0)
        result = find_collection(secret, &collection);
    return result == 0 ? create_item(secret, &collection, bytes, n) : result;
}

/* ---- the lock: a name on the bus ---- */

int secret_item_lock(struct secret_item *secret)
{
    int result = reconnect(secret);
    if (result == 0)
        result = secret->f->request_name(secret->bus, LOCK_NAME, 0);
    secret->has_lock = result >= 0 || result == -EALREADY;
    if (secret->has_lock)
        return 0;
    drain(secret);
    return result == -EEXIST ? -EBUSY : result;
}

void secret_item_release(struct secret_item *secret)
{
    secret->has_lock = false;
    if (secret->bus != NULL)
        secret->f->release_name(secret->bus, LOCK_NAME);
    drain(secret);
}

/* ---- begin and end ---- */

int secret_item_open(const char *name, struct secret_item **secret)
{
    const struct bus_functions *f = bus_load();
    *secret = NULL;
    if (f == NULL)
        return -ENOSYS;
    struct secret_item *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return -ENOMEM;
    made->f = f;
    made->name = strdup(name);
    int result = made->name != NULL ? connect_bus(made) : -ENOMEM;
    if (result == 0) {
        *secret = made;
        return 0;
    }
    secret_item_close(made);
    return result;
}

void secret_item_close(struct secret_item *secret)
{
    if (secret == NULL)
        return;
    secret->f->flush_close_unref(secret->bus);
    free(secret->name);
    free(secret);
}
#endif
