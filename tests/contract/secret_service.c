/* SPDX-License-Identifier: Apache-2.0 */
/* Secret Services of all kinds, played by this program on a bus of its own (with_bus.sh): locked ones that ask the user, ones without
 * a collection, ones that answer nonsense. A real one is played in client_cache_test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "secret_item.h"
#include "support/cache_places.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>

#define ITEM "org.freedesktop.Secret."

/* ---- the service, in a process of its own ---- */

enum prompt { PROMPT_NONE, PROMPT_ACCEPTED, PROMPT_DISMISSED, PROMPT_FORGOTTEN };

struct manner {
    enum prompt unlock;
    bool no_collection;
    bool locked;     /* items, whatever was unlocked */
    bool write_asks; /* wants to ask the user before it writes */
    bool nonsense;   /* secrets have another type */
    size_t size;     /* of the secret, of blanks; 0: there is none */
};

static const struct manner *manner;
static int dismissed[2]; /* a pipe: a byte for each prompt that was taken back */

static int complete(sd_bus_message *call, bool gave_up)
{
    int result = sd_bus_reply_method_return(call, "");
    if (result < 0 || manner->unlock == PROMPT_FORGOTTEN)
        return result;
    return sd_bus_emit_signal(sd_bus_message_get_bus(call), "/p", ITEM "Prompt", "Completed", "bv", gave_up, "s", "");
}

static int give_secret(sd_bus_message *call)
{
    sd_bus_message *reply = NULL;
    char *secret = malloc(manner->size);
    if (manner->locked)
        return sd_bus_reply_method_errorf(call, ITEM "Error.IsLocked", "it is locked");
    if (manner->nonsense)
        return sd_bus_reply_method_return(call, "s", "what?");
    memset(secret, ' ', manner->size);
    sd_bus_message_new_method_return(call, &reply);
    sd_bus_message_open_container(reply, 'r', "oayays");
    sd_bus_message_append(reply, "o", "/s");
    sd_bus_message_append_array(reply, 'y', NULL, 0);
    sd_bus_message_append_array(reply, 'y', secret, manner->size);
    sd_bus_message_append(reply, "s", "text/plain");
    sd_bus_message_close_container(reply);
    int result = sd_bus_send(NULL, reply, NULL);
    sd_bus_message_unref(reply);
    free(secret);
    return result;
}

/* ---- its methods ---- */

static int open_session(sd_bus_message *call)
{
    return sd_bus_reply_method_return(call, "vo", "s", "", "/s");
}

static int read_alias(sd_bus_message *call)
{
    return sd_bus_reply_method_return(call, "o", manner->no_collection ? "/" : "/c");
}

static int unlock(sd_bus_message *call)
{
    bool asks = manner->unlock != PROMPT_NONE;
    return asks ? sd_bus_reply_method_return(call, "aoo", 0, "/p")
                : sd_bus_reply_method_return(call, "aoo", 1, "/c", "/");
}

static int prompt(sd_bus_message *call)
{
    return complete(call, manner->unlock == PROMPT_DISMISSED);
}

static int search_items(sd_bus_message *call)
{
    return manner->size > 0 ? sd_bus_reply_method_return(call, "ao", 1, "/i")
                            : sd_bus_reply_method_return(call, "ao", 0);
}

static int create_item(sd_bus_message *call)
{
    return sd_bus_reply_method_return(call, "oo", "/", manner->write_asks ? "/p" : "/");
}

static int dismiss(sd_bus_message *call)
{
    return write(dismissed[1], "d", 1) == 1 ? sd_bus_reply_method_return(call, "") : -EIO;
}

static int on_call(sd_bus_message *call, void *ctx, sd_bus_error *error)
{
    static const struct {
        const char *member;
        int (*reply)(sd_bus_message *call);
    } rows[] = {
        { "OpenSession", open_session },
        { "ReadAlias", read_alias },
        { "Unlock", unlock },
        { "Prompt", prompt },
        { "SearchItems", search_items },
        { "GetSecret", give_secret },
        { "CreateItem", create_item },
        { "Dismiss", dismiss },
    };
    (void)ctx, (void)error;
    if (!sd_bus_message_is_method_call(call, NULL, NULL))
        return 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(sd_bus_message_get_member(call), rows[i].member) == 0)
            return rows[i].reply(call);
    }
    return sd_bus_reply_method_return(call, "");
}

static int serve(int ready)
{
    sd_bus *bus;
    bool begun = sd_bus_open_user(&bus) >= 0 && sd_bus_add_filter(bus, NULL, on_call, NULL) >= 0 &&
                 sd_bus_request_name(bus, "org.freedesktop.secrets", 0) >= 0;
    if (!begun || write(ready, "r", 1) != 1)
        return 1;
    while (sd_bus_process(bus, NULL) >= 0)
        sd_bus_wait(bus, 10000);
    return 0;
}

static pid_t begin(const struct manner *played)
{
    int ready[2];
    char byte;
    manner = played;
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe2(dismissed, O_NONBLOCK), 0);
    pid_t service = fork();
    if (service == 0)
        _exit(serve(ready[1]));
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return service;
}

/* How many prompts were taken back. */
static ssize_t end(pid_t service)
{
    char bytes[8];
    kill(service, SIGKILL);
    assert_int_equal(waitpid(service, NULL, 0), service);
    ssize_t n = read(dismissed[0], bytes, sizeof bytes);
    close(dismissed[0]);
    close(dismissed[1]);
    return n > 0 ? n : 0;
}

/* ---- opening ---- */

static void each_way_to_open(void **state)
{
    static const struct {
        struct manner manner;
        const char *words; /* NULL: it is open */
    } rows[] = {
        { { .unlock = PROMPT_NONE }, NULL },
        { { .unlock = PROMPT_ACCEPTED }, NULL },
        { { .unlock = PROMPT_DISMISSED }, "the keyring was not unlocked" },
        { { .no_collection = true }, "no service on the session bus has a default keyring" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct doorcode_cache *cache;
        pid_t service = begin(&rows[i].manner);
        const struct doorcode_error *error = doorcode_cache_secret_service(NULL, &cache);
        if ((error == NULL) != (rows[i].words == NULL))
            fail_msg("row %zu: %s", i, error != NULL ? error->description : "it is open");
        if (error != NULL) {
            assert_int_equal(error->kind, DOORCODE_ERROR_NOT_AVAILABLE);
            assert_string_equal(error->description, rows[i].words);
            assert_null(cache);
        }
        doorcode_cache_free(cache);
        assert_int_equal(end(service), 0);
    }
}

/* A person who is not there is not waited for without end, and the question goes. */
static void a_forgotten_question(void **state)
{
    static const struct manner forgotten = { .unlock = PROMPT_FORGOTTEN };
    struct secret_item *item;
    (void)state;
    pid_t service = begin(&forgotten);
    assert_int_equal(secret_item_open("doorcode", &item), 0);
    assert_int_equal(secret_item_unlock(item, 100), -ETIMEDOUT);
    secret_item_close(item);
    assert_int_equal(end(service), 1);
}

/* ---- use ---- */

static void each_trouble(void **state)
{
    static const struct {
        struct manner manner;
        const char *read;  /* NULL: it can be read */
        const char *write; /* likewise */
        ssize_t dismissed;
    } rows[] = {
        { { .size = 0 }, NULL, NULL, 0 },
        { { .size = 10, .locked = true }, "the keyring is locked", "the keyring is locked", 0 },
        { { .write_asks = true }, NULL, "the keyring is locked", 1 },
        { { .size = 10, .nonsense = true },
          "the keyring cannot be read: Bad message",
          "the keyring cannot be read: Bad message",
          0 },
        { { .size = DOORCODE_CACHE_BYTES + 1 },
          "the keyring cannot be read: File too large",
          "the keyring cannot be read: File too large",
          0 },
        { { .size = 10 },
          "the tokens in the keyring are in a format that is not known here",
          "the tokens in the keyring are in a format that is not known here",
          0 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct doorcode_accounts *accounts;
        struct doorcode_cache *cache;
        pid_t service = begin(&rows[i].manner);
        assert_null(doorcode_cache_secret_service(NULL, &cache));
        const struct doorcode_error *error = doorcode_accounts_read(cache, NULL, &accounts);
        if (rows[i].read == NULL)
            assert_null(error);
        else
            assert_string_equal(error->description, rows[i].read);
        doorcode_accounts_free(accounts);
        error = places_keep(cache, "sam@example.org", &places_tokens);
        if (rows[i].write == NULL)
            assert_null(error);
        else
            assert_string_equal(error->description, rows[i].write);
        doorcode_cache_free(cache);
        assert_int_equal(end(service), rows[i].dismissed);
    }
}

/* The daemon may be started anew under a program that goes on. */
static void a_service_that_comes_back(void **state)
{
    static const struct manner plain = { .size = 0 };
    struct doorcode_cache *cache;
    (void)state;
    pid_t service = begin(&plain);
    assert_null(doorcode_cache_secret_service(NULL, &cache));
    assert_null(places_keep(cache, "sam@example.org", &places_tokens));
    end(service);
    service = begin(&plain);
    assert_null(places_keep(cache, "sam@example.org", &places_tokens));
    doorcode_cache_free(cache);
    end(service);
}

static void no_bus(void **state)
{
    struct doorcode_cache *cache;
    (void)state;
    setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere", 1);
    const struct doorcode_error *error = doorcode_cache_secret_service(NULL, &cache);
    assert_int_equal(error->kind, DOORCODE_ERROR_NOT_AVAILABLE);
    assert_string_equal(error->description, "there is no session bus");
    assert_null(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_to_open), cmocka_unit_test(a_forgotten_question),
        cmocka_unit_test(each_trouble),     cmocka_unit_test(a_service_that_comes_back),
        cmocka_unit_test(no_bus), /* the last: it spoils the environment */
    };
    return cmocka_run_group_tests_name("client: Secret Service", tests, NULL, NULL);
}
