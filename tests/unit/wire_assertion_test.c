/* SPDX-License-Identifier: Apache-2.0 */
/* What a client assertion says (RFC 7523; spec OIDC, 4.2): as MSAL writes it, as others may, and malformed. */
#include "wire/assertion.h"

#include "base/b64.h"
#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SCRATCH = 65536, TEXT = 16384 };

static struct arena arena;
static char space[SCRATCH];

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, space, sizeof space);
    return 0;
}

static struct slice compact(const char *header, const char *claims, const char *signature)
{
    static char text[TEXT];
    struct buf out;

    buf_init(&out, text, sizeof text);
    b64url_put(&out, header, strlen(header));
    buf_putc(&out, '.');
    b64url_put(&out, claims, strlen(claims));
    buf_putc(&out, '.');
    b64url_put(&out, signature, strlen(signature));
    assert_true(buf_ok(&out));
    return buf_slice(&out);
}

static enum err_code parse(struct slice text, struct assertion *out)
{
    arena_reset(&arena);
    return assertion_parse(text, &arena, out).code;
}

static void check_text(struct slice got, const char *wanted)
{
    if (!slice_eq(got, slice_of(wanted)))
        fail_msg("\"%.*s\" instead of \"%s\"", SLICE_ARGS(got), wanted);
}

static void test_as_msal_node_writes_it(void **state)
{
    struct slice text =
        compact("{\"alg\":\"PS256\",\"typ\":\"JWT\",\"x5t#S256\":\"AAAA\",\"x5c\":[\"MIIB\"]}",
                "{\"aud\":\"https://login.example/t/oauth2/v2.0/token\",\"exp\":1784715930,\"iss\":\"app\","
                "\"sub\":\"app\",\"nbf\":1784715330,\"jti\":\"one\",\"iat\":1784715330}",
                "sig");
    struct assertion got;

    (void)state;
    assert_int_equal(parse(text, &got), ERR_OK);
    check_text(got.alg, "PS256");
    check_text(got.key.x5t_s256, "AAAA");
    check_text(got.key.x5t, "");
    check_text(got.key.kid, "");
    check_text(got.issuer, "app");
    check_text(got.subject, "app");
    check_text(got.id, "one");
    assert_int_equal(got.audience_count, 1);
    check_text(got.audiences[0], "https://login.example/t/oauth2/v2.0/token");
    assert_int_equal(got.expires_at, 1784715930);
    assert_int_equal(got.not_before, 1784715330);
    assert_int_equal(got.issued_at, 1784715330);
    check_text(got.signature, "sig");
    assert_ptr_equal(got.signed_part.p, text.p);
    assert_int_equal(got.signed_part.p[got.signed_part.n], '.');
}

/* MSAL Python writes times with fractions, and pads thumbprints. */
static void test_as_msal_python_writes_it(void **state)
{
    struct assertion got;

    (void)state;
    assert_int_equal(parse(compact("{\"typ\":\"JWT\",\"alg\":\"RS256\",\"x5t\":\"AAA=\",\"kid\":\"k\"}",
                                   "{\"aud\":[\"a\",\"b\"],\"iss\":\"app\",\"sub\":\"app\",\"exp\":1784715930.75,"
                                   "\"iat\":1784715330.25,\"jti\":\"two\"}",
                                   "s"),
                           &got),
                     ERR_OK);
    check_text(got.key.x5t, "AAA=");
    check_text(got.key.kid, "k");
    assert_int_equal(got.expires_at, 1784715930);
    assert_int_equal(got.issued_at, 1784715330);
    assert_int_equal(got.not_before, 0);
    assert_int_equal(got.audience_count, 2);
    check_text(got.audiences[1], "b");
}

static void test_what_is_absent_is_empty(void **state)
{
    struct assertion got;

    (void)state;
    assert_int_equal(parse(compact("{}", "{\"iss\":null}", "s"), &got), ERR_OK);
    check_text(got.alg, "");
    check_text(got.issuer, "");
    assert_int_equal(got.expires_at, 0);
    assert_int_equal(got.audience_count, 0);
}

static const struct {
    const char *header, *claims;
} wrong[] = {
    { "[]", "{}" },
    { "{}", "[]" },
    { "{", "{}" },
    { "{}", "\"\"" },
    { "{\"alg\":1}", "{}" },
    { "{\"alg\":[\"RS256\"]}", "{}" },
    { "{\"alg\":\"RS256\",\"alg\":\"none\"}", "{}" },
    { "{\"crit\":[\"exp\"]}", "{}" },
    { "{\"crit\":\"exp\"}", "{}" },
    { "{\"crit\":[]}", "{}" },
    { "{\"x5t\":{}}", "{}" },
    { "{}", "{\"iss\":7}" },
    { "{}", "{\"sub\":[\"a\"]}" },
    { "{}", "{\"jti\":false}" },
    { "{}", "{\"jti\":\"a\\u0000b\"}" },
    { "{}", "{\"exp\":\"1784715930\"}" },
    { "{}", "{\"exp\":-1}" },
    { "{}", "{\"exp\":0}" },
    { "{}", "{\"exp\":1e300}" },
    { "{}", "{\"exp\":99999999999}" },
    { "{}", "{\"exp\":null}" },
    { "{}", "{\"nbf\":{}}" },
    { "{}", "{\"aud\":7}" },
    { "{}", "{\"aud\":{}}" },
    { "{}", "{\"aud\":[\"a\",7]}" },
    { "{}", "{\"aud\":[\"1\",\"2\",\"3\",\"4\",\"5\"]}" },
    { "{}", "{\"a\":[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]}" },
};

static void test_malformed_members(void **state)
{
    struct assertion got;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (parse(compact(wrong[i].header, wrong[i].claims, "s"), &got) != ERR_FORMAT)
            fail_msg("%s %s", wrong[i].header, wrong[i].claims);
}

static void test_malformed_parts(void **state)
{
    static const char *const texts[] = {
        "",          ".",         "..",          "e30",           "e30.e30",           "e30.e30.",      "e30..c2ln",
        ".e30.c2ln", "e30.e30.=", "e3.e30.c2ln", "e30=.e30.c2ln", "e30.e30.c2ln.c2ln", "e30.e30.c2ln ", "\xff.e30.c2ln"
    };
    struct assertion got;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (parse(slice_of(texts[i]), &got) != ERR_FORMAT)
            fail_msg("%s", texts[i]);
}

static void test_bounds(void **state)
{
    static char claims[LIMIT_ASSERTION];
    struct assertion got;

    (void)state;
    memset(claims, 'x', sizeof claims - 1);
    memcpy(claims, "{\"jti\":\"", 8);
    memcpy(claims + sizeof claims - 3, "\"}", 2);
    assert_int_equal(parse(compact("{}", claims, "s"), &got), ERR_FORMAT); /* longer than LIMIT_ASSERTION as base64 */
    arena_reset(&arena);
    arena.used = SCRATCH - 24;
    assert_int_equal(
        assertion_parse(compact("{}", "{\"iss\":\"0123456789012345678901234567\"}", "s"), &arena, &got).code, ERR_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_as_msal_node_writes_it, set_up),
        cmocka_unit_test_setup(test_as_msal_python_writes_it, set_up),
        cmocka_unit_test_setup(test_what_is_absent_is_empty, set_up),
        cmocka_unit_test_setup(test_malformed_members, set_up),
        cmocka_unit_test_setup(test_malformed_parts, set_up),
        cmocka_unit_test_setup(test_bounds, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
