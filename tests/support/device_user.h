/* SPDX-License-Identifier: Apache-2.0 */
/* device_user.h: Sam, who types a device's code in a browser and lets the device go on. Included after cmocka.h. */
#ifndef DOORCODE_TESTS_DEVICE_USER_H
#define DOORCODE_TESTS_DEVICE_USER_H

#include "support/browser.h"

#define SAM "sam@example.org"

/* The status of what comes then. */
static inline int device_user_types(struct browser *b, const char *user_code)
{
    char form[256 + 16];

    snprintf(form, sizeof form, "user_code=%s", user_code);
    return browser_post(b, "/devicelogin", form);
}

/* Up to the question whether the device may go on. */
static inline void device_user_opens(struct browser *b, const char *user_code)
{
    assert_int_equal(browser_get(b, "/devicelogin"), 200);
    assert_int_equal(device_user_types(b, user_code), 200);
    assert_string_equal(browser_page(b), "device_ask");
}

/* From the page that asks for the address to the end of the sign-in with a mailed code. */
static inline void device_user_signs_in(struct browser *b)
{
    char form[64];

    assert_string_equal(browser_page(b), "sign_in");
    assert_int_equal(browser_press(b, "do=next&username=" SAM), 200);
    assert_string_equal(browser_page(b), "code");
    browser_read_code(b, SAM);
    snprintf(form, sizeof form, "do=next&oob=%s", b->code);
    assert_int_equal(browser_press(b, form), 200);
}

static inline void device_user_allows(struct browser *b, const char *user_code)
{
    device_user_opens(b, user_code);
    assert_int_equal(browser_press(b, "do=allow"), 200);
    device_user_signs_in(b);
}

#endif
