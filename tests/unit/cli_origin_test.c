/* SPDX-License-Identifier: Apache-2.0 */
/* Which addresses are one origin, and which may get a token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "origin.h"

#include <string.h>

static struct origin must(const char *url)
{
    struct origin origin;
    if (!origin_of(url, &origin))
        fail_msg("%s is no address", url);
    return origin;
}

static void parts(void **state)
{
    (void)state;
    const struct origin origin = must("HTTPS://API.example.org/pets?a=b#c");
    assert_string_equal(origin.scheme, "https");
    assert_string_equal(origin.host, "api.example.org");
    assert_string_equal(origin.port, "443");
    assert_string_equal(must("http://[::1]:8080/").host, "[::1]");
    assert_string_equal(must("http://a:8080").port, "8080");
}

static void what_is_no_address(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "api.example.org",
        "//api.example.org",
        "ftp://api.example.org",
        "file:///etc/passwd",
        "https://",
        "https://sam@api.example.org",
        "https://sam:secret@api.example.org",
        "https://@api.example.org",
        "https://api.example.org:99999",
        "https://api.example.org:x",
        "https://api.example.org/ x",
        "https://api.example.org/\r\nHost: other",
        "https://api.example.org/\x7f",
        "https://b\xc3\xbc\x63her.example/",
        "https://a b/",
    };
    struct origin origin;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (origin_of(wrong[i], &origin))
            fail_msg("%s is taken for an address", wrong[i]);
    }
}

static void same(void **state)
{
    (void)state;
    static const struct {
        const char *a;
        const char *b;
        bool same;
    } rows[] = {
        { "https://a.example/x", "https://A.example:443/y?z", true },
        { "https://a.example", "https://a.example:8443", false },
        { "https://a.example", "http://a.example", false },
        { "https://a.example", "https://a.example.evil.example", false },
        { "https://a.example", "https://b.example", false },
        { "https://a.example", "https://a.example.", false },
        { "http://localhost:1", "http://127.0.0.1:1", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct origin a = must(rows[i].a);
        const struct origin b = must(rows[i].b);
        if (origin_same(&a, &b) != rows[i].same)
            fail_msg("%s and %s", rows[i].a, rows[i].b);
    }
}

static void safe(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool safe;
    } rows[] = {
        { "https://a.example", true },
        { "http://a.example", false },
        { "http://localhost:1", true },
        { "http://LOCALHOST", true },
        { "http://127.0.0.1:1", true },
        { "http://127.255.0.9", true },
        { "http://[::1]:1", true },
        { "http://localhost.evil.test", false },
        { "http://127.0.0.1.evil.test", false },
        { "http://128.0.0.1", false },
        { "http://[::2]", false },
        { "http://0.0.0.0", false },
        { "http://[::ffff:8.8.8.8]", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct origin origin = must(rows[i].url);
        if (origin_is_safe(&origin, false) != rows[i].safe)
            fail_msg("%s", rows[i].url);
        assert_true(origin_is_safe(&origin, true));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts),
        cmocka_unit_test(what_is_no_address),
        cmocka_unit_test(same),
        cmocka_unit_test(safe),
    };
    return cmocka_run_group_tests_name("cli: origins", tests, NULL, NULL);
}
