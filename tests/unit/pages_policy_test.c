/* SPDX-License-Identifier: Apache-2.0 */
/* page_policy: what a browser may load, run and send from a page. */
#include "pages/page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define START "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; script-src 'self'; style-src 'self'"

static const char *policy(const struct page *page)
{
    static char text[4096];

    assert_true(err_is_ok(page_policy(page, text, sizeof text)));
    return text;
}

static void the_least_is_allowed(void **state)
{
    struct page page = { .kind = PAGE_SIGN_IN, .nonce = SLICE("bm9uY2U_-1") };

    (void)state;
    assert_string_equal(policy(&page), START " 'nonce-bm9uY2U_-1'; img-src 'self' data:; form-action 'self'");
    page.nonce = SLICE("x' 'unsafe-inline");
    assert_string_equal(policy(&page), START "; img-src 'self' data:; form-action 'self'");
}

static void forms_lead_to_the_application(void **state)
{
    static const struct {
        const char *target, *source;
    } cases[] = {
        { "https://app.example:3000/cb?x=1", " https://app.example:3000" },
        { "http://localhost", " http://localhost" },
        { "http://127.0.0.1:53821/", " http://127.0.0.1:53821" },
        { "msauth.com.app://auth", " msauth.com.app:" },
        { "urn:ietf:wg:oauth:2.0:oob", " urn:" },
        { "http://[::1]:3000/", " http:" },                 /* a policy cannot name it */
        { "https://app.example; script-src *", " https:" }, /* never registered, and still no way out */
        { "no scheme", "" },
        { "https", "" },
        { "", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct page page = { .kind = PAGE_CODE, .form_target = slice_of(cases[i].target) };
        char wanted[512];
        snprintf(wanted, sizeof wanted, START "; img-src 'self' data:; form-action 'self'%s", cases[i].source);
        assert_string_equal(policy(&page), wanted);
    }
}

static void images_are_those_of_the_tenant(void **state)
{
    const struct tenant tenant = { .branding = { .logo_url = SLICE("https://cdn.example/logo.svg"),
                                                 .background_image_url = SLICE("data:image/png;base64,AA=="),
                                                 .favicon_url = SLICE("javascript:x") } };
    const struct page page = { .kind = PAGE_SIGN_IN, .tenant = &tenant };

    (void)state;
    assert_string_equal(policy(&page), START "; img-src 'self' data: https://cdn.example; form-action 'self'");
}

static void frames_are_named(void **state)
{
    struct slice frames[64] = { SLICE("https://a.example/logout?sid=1"), SLICE("https://b.example:8443/out") };
    struct page page = { .kind = PAGE_SIGNED_OUT, .frames = frames, .frame_count = 2 };

    (void)state;
    assert_non_null(strstr(policy(&page), "; frame-src https://a.example https://b.example:8443"));
    for (size_t i = 0; i < 64; i++)
        frames[i] = SLICE("https://a-name-that-is-long-enough-for-the-list-to-become-too-long.example/logout");
    page.frame_count = 64;
    const char *last = strstr(policy(&page), "; frame-src");
    assert_string_equal(last, "; frame-src https:");
}

static void too_little_room_is_told(void **state)
{
    const struct page page = { .kind = PAGE_SIGN_IN };
    char text[64];

    (void)state;
    assert_int_equal(page_policy(&page, text, sizeof text).code, ERR_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_least_is_allowed),           cmocka_unit_test(forms_lead_to_the_application),
        cmocka_unit_test(images_are_those_of_the_tenant), cmocka_unit_test(frames_are_named),
        cmocka_unit_test(too_little_room_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
