/* SPDX-License-Identifier: Apache-2.0 */
/* Claims read from tokens, well-formed and not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/b64.h"
#include "doorcode/client.h"

#include <string.h>

/* {"alg":"RS256"}.<payload>.c2ln */
static struct doorcode_claims *decode(const char *payload)
{
    static char jwt[65536];
    struct buf text;
    buf_init(&text, jwt, sizeof jwt);
    buf_puts(&text, "eyJhbGciOiJSUzI1NiJ9.");
    b64url_put(&text, payload, strlen(payload));
    buf_puts(&text, ".c2ln");
    buf_putc(&text, '\0');
    assert_true(buf_ok(&text));
    return doorcode_claims_decode(jwt);
}

static void claims_are_read(void **state)
{
    (void)state;
    struct doorcode_claims *claims = decode("{\"name\":\"S\xc3\xa1m\",\"exp\":1790000000,\"roles\":[\"a\",\"b\"],"
                                            "\"ok\":true,\"odd\":\"a\\u001b[2Jb\",\"none\":null}");
    int64_t exp = 0;
    assert_non_null(claims);
    assert_int_equal(doorcode_claims_count(claims), 6);
    assert_string_equal(doorcode_claims_name(claims, 0), "name");
    assert_string_equal(doorcode_claims_name(claims, 2), "roles");
    assert_null(doorcode_claims_name(claims, 6));
    assert_string_equal(doorcode_claims_text(claims, "name"), "S\xc3\xa1m");
    assert_string_equal(doorcode_claims_text(claims, "roles"), "[\"a\",\"b\"]");
    assert_string_equal(doorcode_claims_text(claims, "ok"), "true");
    assert_string_equal(doorcode_claims_text(claims, "none"), "null");
    assert_string_equal(doorcode_claims_text(claims, "odd"), "a [2Jb");
    assert_null(doorcode_claims_text(claims, "absent"));
    assert_int_equal(doorcode_claims_number(claims, "exp", &exp), 1);
    assert_int_equal(exp, 1790000000);
    assert_int_equal(doorcode_claims_number(claims, "name", &exp), 0);
    assert_non_null(strstr(doorcode_claims_json(claims), "\"exp\":1790000000"));
    doorcode_claims_free(claims);
}

static void other_texts_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "x", "a.b", "a.b.c", "..", "e30.e30", ".e30.", "e30..c2ln", "e30.e3 .c2ln", "e30.e30=.c2ln", "1.AXYA",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (doorcode_claims_decode(texts[i]) != NULL)
            fail_msg("'%s' was read", texts[i]);
    }
    assert_null(doorcode_claims_decode(NULL));
    assert_null(decode("[1]"));
    assert_null(decode("{\"a\":1,\"a\":2}"));
    assert_null(decode("{\"a\":\"\xff\"}"));
    doorcode_claims_free(NULL);
}

static void an_overlong_token_is_refused(void **state)
{
    (void)state;
    static char payload[20000];
    memset(payload, ' ', sizeof payload - 1);
    memcpy(payload, "{\"a\":1}", 7);
    assert_null(decode(payload));
    payload[1000] = '\0';
    struct doorcode_claims *claims = decode(payload);
    assert_non_null(claims);
    doorcode_claims_free(claims);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(claims_are_read),
        cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(an_overlong_token_is_refused),
    };
    return cmocka_run_group_tests_name("client: claims", tests, NULL, NULL);
}
