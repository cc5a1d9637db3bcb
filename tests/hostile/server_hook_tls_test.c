/* SPDX-License-Identifier: Apache-2.0 */
/* Extensions behind TLS: whom the caller trusts. The receiver is this project's own listener, its certificate the
 * development authority's. */
#include "crypto/dev_ca.h"
#include "hook/caller.h"

#include "hostile/http_support.h"
#include "support/system_trust.h"

enum { FOLDER = 64, URL = 128 };

struct place {
    char folder[FOLDER];
    struct dev_ca_paths paths;
    struct test_server server;
};

static int open_place(void **state)
{
    static struct place place;

    snprintf(place.folder, sizeof place.folder, "/tmp/doorcode-hook-XXXXXX");
    if (mkdtemp(place.folder) == NULL ||
        !err_is_ok(dev_ca_ensure(place.folder, clock_now(&clock_system), &place.paths)))
        return -1;
    test_start(&place.server, (struct http_options){
                                  .listeners = { { .address = "127.0.0.1" },
                                                 { .address = "127.0.0.1", .tls = true },
                                                 { .address = "127.0.0.2", .tls = true } },
                                  .listener_count = 3,
                                  .certificate_file = place.paths.certificate,
                                  .key_file = place.paths.key,
                                  .request_seconds = 10,
                              });
    *state = &place;
    return 0;
}

static int close_place(void **state)
{
    struct place *place = *state;

    test_stop(&place->server, 1);
    unlink(place->paths.ca);
    unlink(place->paths.ca_key);
    unlink(place->paths.certificate);
    unlink(place->paths.key);
    return rmdir(place->folder);
}

static _Atomic bool ended;

static void on_done(struct hook_call *call)
{
    (void)call;
    ended = true;
}

static enum hook_failure outcome(const struct place *place, const struct hooks_options *options, const char *host,
                                 size_t listener)
{
    static char reply[LIMIT_HOOK_REPLY];
    char url[URL];
    struct hook_call call = { .url = url,
                              .authorization = "Bearer token",
                              .signature = "",
                              .body = SLICE("{}"),
                              .timeout_ms = PATIENCE_MS,
                              .reply = reply,
                              .done = on_done };
    struct hooks *h;

    snprintf(url, sizeof url, "%s:%d/echo", host, http_server_port(place->server.http, listener));
    ended = false;
    assert_int_equal(hooks_new(options, &h).code, ERR_OK);
    assert_int_equal(hooks_submit(h, &call).code, ERR_OK);
    for (int i = 0; i < 2 * PATIENCE_MS && !ended; i++)
        sleep_ms(1);
    hooks_free(h);
    assert_true(ended);
    return call.failure;
}

static void test_whom_it_trusts(void **state)
{
    struct place *place = *state;
    const struct hooks_options ours = { .ca_file = place->paths.ca }, system = { .ca_file = NULL },
                               missing = { .ca_file = "/nowhere/ca.pem" }, other = { .ca_file = place->paths.key },
                               plain = { .ca_file = place->paths.ca, .plain_http = true };

    assert_int_equal(outcome(place, &ours, "https://127.0.0.1", 1), HOOK_FINE);
    assert_int_equal(outcome(place, &ours, "https://localhost", 1), HOOK_FINE);
    assert_int_equal(outcome(place, &plain, "https://127.0.0.1", 1), HOOK_FINE);
    unsigned handled = place->server.handled;
    assert_int_equal(handled, 3);
    assert_false(system_trust_asked);
    assert_int_equal(outcome(place, &system, "https://127.0.0.1", 1), HOOK_CONNECTION);
    assert_true(system_trust_asked);
    assert_int_equal(outcome(place, &missing, "https://127.0.0.1", 1), HOOK_CONNECTION);
    assert_int_equal(outcome(place, &other, "https://127.0.0.1", 1), HOOK_CONNECTION);
    assert_int_equal(outcome(place, &ours, "https://127.0.0.2", 2), HOOK_CONNECTION); /* not its name */
    assert_int_equal(place->server.handled, handled);
}

static void test_plain_and_tls_confused(void **state)
{
    struct place *place = *state;
    const struct hooks_options ours = { .ca_file = place->paths.ca }, plain = { .plain_http = true };
    unsigned handled = place->server.handled;

    assert_int_equal(outcome(place, &ours, "https://127.0.0.1", 0), HOOK_CONNECTION);
    assert_int_equal(outcome(place, &plain, "http://127.0.0.1", 1), HOOK_CONNECTION);
    assert_int_equal(outcome(place, &ours, "http://127.0.0.1", 0), HOOK_TARGET_URL);
    assert_int_equal(place->server.handled - place->server.defects, handled);
    assert_int_equal(outcome(place, &plain, "http://127.0.0.1", 0), HOOK_FINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whom_it_trusts),
        cmocka_unit_test(test_plain_and_tls_confused),
    };

    return cmocka_run_group_tests(tests, open_place, close_place);
}
