/* SPDX-License-Identifier: Apache-2.0 */
/* Which addresses an extension must not have: the edges of each range, and IPv4 in the clothes of IPv6. */
#include "hook/address.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

static const struct {
    const char *text;
    bool barred;
} rows[] = {
    { "169.254.0.0", true },
    { "169.254.169.254", true },
    { "169.254.255.255", true },
    { "169.253.255.255", false },
    { "169.255.0.0", false },
    { "254.169.254.169", false }, /* the other byte order */
    { "100.100.100.200", true },
    { "100.100.100.201", false },
    { "168.63.129.16", true },
    { "168.63.129.17", false },
    { "127.0.0.1", false },
    { "10.0.0.1", false },
    { "192.0.2.7", false },
    { "fe80::", true },
    { "fe80::1", true },
    { "febf:ffff::1", true },
    { "fec0::1", false },
    { "fe7f::1", false },
    { "fd00:ec2::254", true },
    { "fd00:ec2::255", false },
    { "fd00::254", false },
    { "::ffff:169.254.169.254", true },
    { "::ffff:100.100.100.200", true },
    { "::ffff:127.0.0.1", false },
    { "::169.254.169.254", true },
    { "64:ff9b::a9fe:a9fe", true },
    { "64:ff9b::c000:207", false },
    { "2001:db8::a9fe:a9fe", false }, /* the last bytes alone say nothing */
    { "::1", false },
    { "2001:db8::7", false },
};

static bool is_barred(const char *text)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return hook_address_is_barred((const struct sockaddr *)&v4);
    assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    return hook_address_is_barred((const struct sockaddr *)&v6);
}

static void test_addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (is_barred(rows[i].text) != rows[i].barred)
            fail_msg("%s", rows[i].text);
}

static void test_other_families(void **state)
{
    const struct sockaddr_un here = { .sun_family = AF_UNIX };

    (void)state;
    assert_true(hook_address_is_barred((const struct sockaddr *)&here));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_other_families),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
