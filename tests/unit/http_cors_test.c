/* SPDX-License-Identifier: Apache-2.0 */
/* CORS: who may call, with what, and what is echoed (spec V1, 1.7; client requirements, 2). */
#include "base/limits.h"
#include "http/cors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    char memory[4096];
    struct http_call call;
    struct cors cors;
};

static bool is_app(void *ctx, struct slice origin)
{
    (void)ctx;
    return slice_eq(origin, SLICE("https://app.example")) || origin.n > 200;
}

static struct http_call *call_of(struct fixture *f, enum http_method method, const char *origin)
{
    memset(f, 0, sizeof *f);
    f->cors = (struct cors){ .methods = "POST, OPTIONS", .allowed = is_app };
    arena_init(&f->call.arena, f->memory, sizeof f->memory);
    f->call.request.method = method;
    f->call.request.origin = slice_of(origin);
    return &f->call;
}

static const char *value_of(const struct http_call *call, const char *name)
{
    for (size_t i = 0; i < call->reply.header_count; i++)
        if (strcmp(call->reply.headers[i].name, name) == 0)
            return call->reply.headers[i].value;
    return "(none)";
}

static void preflight_is_options_with_origin_and_method(void **state)
{
    struct fixture f;
    struct http_call *call = call_of(&f, HTTP_OPTIONS, "https://app.example");

    (void)state;
    assert_false(cors_is_preflight(&call->request));
    call->request.request_method = SLICE("POST");
    assert_true(cors_is_preflight(&call->request));
    call->request.method = HTTP_POST;
    assert_false(cors_is_preflight(&call->request));
    call->request.method = HTTP_OPTIONS;
    call->request.origin = SLICE_EMPTY;
    assert_false(cors_is_preflight(&call->request));
}

static void preflight_echoes_the_asked_headers(void **state)
{
    static const char asked[] = "client-request-id,x-client-cpu, x-client-SKU,x-made-by-the-app";
    struct fixture f;
    struct http_call *call = call_of(&f, HTTP_OPTIONS, "https://app.example");

    (void)state;
    call->request.request_headers = slice_of(asked);
    cors_preflight(&f.cors, call);
    assert_int_equal(call->reply.status, 204);
    assert_int_equal(call->reply.body.n, 0);
    assert_int_equal(call->reply.header_count, 5);
    assert_string_equal(value_of(call, "Access-Control-Allow-Origin"), "https://app.example");
    assert_string_equal(value_of(call, "Access-Control-Allow-Methods"), "POST, OPTIONS");
    assert_string_equal(value_of(call, "Access-Control-Allow-Headers"), asked);
    assert_string_equal(value_of(call, "Access-Control-Max-Age"), "86400");
    assert_string_equal(value_of(call, "Vary"), "Origin");
    assert_string_equal(value_of(call, "Access-Control-Allow-Credentials"), "(none)");
}

static void preflight_omits_headers_that_are_no_tokens(void **state)
{
    char longest[LIMIT_CORS_HEADERS + 2];
    const char *const bad[] = { "x-a, b c", "x-a,,x-b",   ",",          "x-a\r\nSet-Cookie: a=b",
                                "x:y",      "x-\xc3\xa9", "x-a, \"q\"", longest };
    struct fixture f;

    (void)state;
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct http_call *call = call_of(&f, HTTP_OPTIONS, "https://app.example");
        call->request.request_headers = slice_of(bad[i]);
        cors_preflight(&f.cors, call);
        assert_int_equal(call->reply.status, 204);
        assert_string_equal(value_of(call, "Access-Control-Allow-Headers"), "(none)");
        assert_string_equal(value_of(call, "Access-Control-Allow-Origin"), "https://app.example");
    }
}

static void strangers_get_vary_only(void **state)
{
    char longest[400];
    const char *const strangers[] = { "", "null", "https://app.example.evil", "http://app.example", longest };
    struct fixture f;

    (void)state;
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        struct http_call *call = call_of(&f, HTTP_OPTIONS, strangers[i]);
        cors_preflight(&f.cors, call);
        assert_int_equal(call->reply.status, 204);
        assert_int_equal(call->reply.header_count, 1);
        assert_string_equal(value_of(call, "Vary"), "Origin");

        call = call_of(&f, HTTP_POST, strangers[i]);
        cors_reply(&f.cors, call);
        assert_int_equal(call->reply.header_count, 1);
        assert_string_equal(value_of(call, "Vary"), "Origin");
    }
}

static void replies_name_origin_and_exposed_headers(void **state)
{
    struct fixture f;
    struct http_call *call = call_of(&f, HTTP_POST, "https://app.example");

    (void)state;
    call->reply.status = 400;
    cors_reply(&f.cors, call);
    assert_int_equal(call->reply.status, 400);
    assert_int_equal(call->reply.header_count, 3);
    assert_string_equal(value_of(call, "Access-Control-Allow-Origin"), "https://app.example");
    assert_string_equal(value_of(call, "Access-Control-Expose-Headers"),
                        "x-ms-request-id, client-request-id, Retry-After");
    assert_string_equal(value_of(call, "Vary"), "Origin");
}

static void discovery_is_for_anybody(void **state)
{
    struct fixture f;
    struct http_call *call = call_of(&f, HTTP_GET, "");

    (void)state;
    f.cors = (struct cors){ .methods = "GET, OPTIONS", .any = true };
    cors_reply(&f.cors, call);
    assert_string_equal(value_of(call, "Access-Control-Allow-Origin"), "*");
    assert_string_equal(value_of(call, "Vary"), "(none)");
}

static void nobody_is_allowed_without_a_predicate(void **state)
{
    struct fixture f;
    struct http_call *call = call_of(&f, HTTP_POST, "https://app.example");

    (void)state;
    f.cors.allowed = NULL;
    cors_reply(&f.cors, call);
    assert_string_equal(value_of(call, "Access-Control-Allow-Origin"), "(none)");
}

static void a_full_arena_leaves_the_header_out(void **state)
{
    struct fixture f;
    struct http_call *call = call_of(&f, HTTP_POST, "https://app.example");

    (void)state;
    arena_init(&call->arena, f.memory, 16);
    cors_reply(&f.cors, call);
    assert_string_equal(value_of(call, "Access-Control-Allow-Origin"), "(none)");
    assert_string_equal(value_of(call, "Vary"), "Origin");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(preflight_is_options_with_origin_and_method),
        cmocka_unit_test(preflight_echoes_the_asked_headers),
        cmocka_unit_test(preflight_omits_headers_that_are_no_tokens),
        cmocka_unit_test(strangers_get_vary_only),
        cmocka_unit_test(replies_name_origin_and_exposed_headers),
        cmocka_unit_test(discovery_is_for_anybody),
        cmocka_unit_test(nobody_is_allowed_without_a_predicate),
        cmocka_unit_test(a_full_arena_leaves_the_header_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
