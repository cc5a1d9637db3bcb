/* SPDX-License-Identifier: Apache-2.0 */
/* Any Cookie header, over http and https: what is read is written so that it is read again, and no byte of the browser's gets
 * into an answer's headers. */
#include "api/hosted/cookies.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static struct api api;
static struct http_call call;
static struct exchange exchange;
static char block[32768];

static void fill(void *ctx, void *out, size_t n)
{
    (void)ctx;
    memset(out, 0x5a, n);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const uint8_t master[VAULT_MASTER] = { 1 };
    static const struct rng rng = { fill, NULL };
    static struct vault *vault;

    (void)argc;
    (void)argv;
    ASSERT(err_is_ok(vault_new(master, &vault)));
    api = (struct api){ .vault = vault, .rng = &rng, .policy = &policy_default };
    exchange = (struct exchange){ .api = &api, .call = &call };
    return 0;
}

static void begin(struct slice cookie, bool tls)
{
    memset(&call.reply, 0, sizeof call.reply);
    arena_init(&call.arena, block, sizeof block);
    call.request.cookie = cookie;
    call.request.tls = tls;
    api.origin = tls ? SLICE("https://login.example") : SLICE("http://localhost:8080");
}

/* The pair of the Set-Cookie header, as a browser sends it back. */
static struct slice sent_back(void)
{
    const char *value = call.reply.headers[call.reply.header_count - 1].value;
    struct slice rest;

    for (const char *c = value; *c != '\0'; c++)
        ASSERT(*c >= ' ' && *c < 0x7f);
    return slice_cut(slice_of(value), ';', &rest);
}

static void check_sessions(struct slice cookie, bool tls)
{
    struct session_cookie read, again;

    begin(cookie, tls);
    session_cookie_read(&exchange, &read);
    ASSERT(read.n <= LIMIT_SESSIONS);
    ASSERT(err_is_ok(session_cookie_write(&exchange, &read)));
    call.request.cookie = sent_back();
    session_cookie_read(&exchange, &again);
    ASSERT(again.n == read.n);
    for (size_t i = 0; i < read.n; i++) {
        ASSERT(guid_eq(again.entries[i].id, read.entries[i].id));
        ASSERT(again.entries[i].persistent == read.entries[i].persistent);
    }
    if (read.n == 0)
        return;
    struct session_entry first = read.entries[0];
    session_cookie_remove(&read, first.id);
    ASSERT(read.n < again.n);
    session_cookie_add(&read, &first);
    ASSERT(guid_eq(read.entries[0].id, first.id) && read.n <= LIMIT_SESSIONS);
}

static void check_flow(struct slice cookie, bool tls)
{
    uint8_t binding[FLOW_BINDING], again[FLOW_BINDING];

    begin(cookie, tls);
    bool had = flow_cookie_read(&exchange, binding);
    ASSERT(err_is_ok(flow_cookie_ensure(&exchange, binding)));
    ASSERT(call.reply.header_count == !had);
    if (had)
        return;
    call.request.cookie = sent_back();
    ASSERT(flow_cookie_read(&exchange, again));
    ASSERT(slice_eq(slice_bytes(binding, sizeof binding), slice_bytes(again, sizeof again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice cookie = slice_bytes(data, size);

    for (int tls = 0; tls <= 1; tls++) {
        check_sessions(cookie, tls == 1);
        check_flow(cookie, tls == 1);
    }
    return 0;
}
