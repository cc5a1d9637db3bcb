/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses, networks, and how far X-Forwarded-For is believed. */
#include "http/client_addr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void addresses(void **state)
{
    static const struct {
        const char *text;
        const char *written; /* NULL: not an address */
    } rows[] = {
        { "192.0.2.1", "192.0.2.1" },
        { "192.0.2.1:4711", "192.0.2.1" },
        { "::ffff:192.0.2.1", "192.0.2.1" },
        { "[::ffff:192.0.2.1]:80", "192.0.2.1" },
        { "2001:DB8::1", "2001:db8::1" },
        { "[2001:db8::1]", "2001:db8::1" },
        { "[2001:db8::1]:443", "2001:db8::1" },
        { " 192.0.2.7\t", "192.0.2.7" },
        { "::", "::" },
        { "", NULL },
        { "unknown", NULL },
        { "_hidden", NULL },
        { "192.0.2", NULL },
        { "192.0.2.256", NULL },
        { "192.0.2.1:", NULL },
        { "192.0.2.1:x", NULL },
        { "192.0.2.1:70000", NULL },
        { "192.0.2.01", NULL },
        { "[192.0.2.1]", NULL },
        { "[2001:db8::1", NULL },
        { "[2001:db8::1]443", NULL },
        { "[2001:db8::1]:-1", NULL },
        { "2001:db8::1]", NULL },
        { "fe80::1%eth0", NULL },
        { "2001:db8:0000:0000:0000:0000:0000:0000:0000:0001", NULL },
        { "localhost", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct address a;
        char text[ADDRESS_TEXT];
        assert_int_equal(address_parse(slice_of(rows[i].text), &a), rows[i].written != NULL);
        if (rows[i].written == NULL)
            continue;
        address_write(&a, text);
        assert_string_equal(text, rows[i].written);
    }
}

static struct address_range range(const char *text)
{
    struct address_range r;

    assert_true(err_is_ok(address_range_parse(slice_of(text), &r)));
    return r;
}

static struct address address(const char *text)
{
    struct address a;

    assert_true(address_parse(slice_of(text), &a));
    return a;
}

static void networks(void **state)
{
    static const struct {
        const char *network, *address;
        bool in;
    } rows[] = {
        { "192.0.2.1", "192.0.2.1", true },
        { "192.0.2.1", "192.0.2.2", false },
        { "192.0.2.0/24", "192.0.2.255", true },
        { "192.0.2.0/24", "192.0.3.0", false },
        { "10.0.0.0/9", "10.127.255.255", true },
        { "10.0.0.0/9", "10.128.0.0", false },
        { "192.0.2.4/31", "::ffff:192.0.2.5", true },
        { "192.0.2.4/31", "192.0.2.6", false },
        { "0.0.0.0/0", "203.0.113.9", true },
        { "0.0.0.0/0", "2001:db8::1", false },
        { "::/0", "203.0.113.9", true },
        { "::/0", "2001:db8::1", true },
        { "2001:db8::/33", "2001:db8:7fff::1", true },
        { "2001:db8::/33", "2001:db8:8000::1", false },
        { "2001:db8::1", "2001:db8::1", true },
        { "2001:db8::1/128", "2001:db8::2", false },
        { "::ffff:192.0.2.0/120", "192.0.2.9", true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct address_range r = range(rows[i].network);
        struct address a = address(rows[i].address);
        assert_int_equal(address_in(&a, &r, 1), rows[i].in);
    }
}

static void no_networks(void **state)
{
    static const char *const rows[] = {
        "",
        "/",
        "/24",
        "192.0.2.0/",
        "192.0.2.0/33",
        "2001:db8::/129",
        "192.0.2.0/-1",
        "192.0.2.0/2x",
        "192.0.2.1/24",
        "2001:db8::1/64",
        "192.0.2.0:80",
        "[2001:db8::1]",
        "example",
        "192.0.2.0/24/24",
        "192.0.2",
    };
    struct address_range r;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(address_range_parse(slice_of(rows[i]), &r).code, ERR_FORMAT);
}

static void forwarded(void **state)
{
    static const struct {
        const char *peer;
        const char *headers[3];
        const char *client;
    } rows[] = {
        /* a stranger may say what he likes */
        { "203.0.113.9", { "198.51.100.1" }, "203.0.113.9" },
        { "2001:db8:9::9", { "198.51.100.1" }, "2001:db8:9::9" },
        /* one proxy, two proxies, one of them by its mapped address */
        { "10.0.0.1", { "198.51.100.1" }, "198.51.100.1" },
        { "::ffff:10.0.0.1", { "198.51.100.1" }, "198.51.100.1" },
        { "10.0.0.1", { "198.51.100.1, 10.0.0.2" }, "198.51.100.1" },
        { "2001:db8:1::5", { "2001:db8:9::9" }, "2001:db8:9::9" },
        { "10.0.0.1", { "198.51.100.1:5000,[2001:db8:1::7]:443" }, "198.51.100.1" },
        /* what the client put before is not looked at */
        { "10.0.0.1", { "127.0.0.1, 192.0.2.66, 198.51.100.1" }, "198.51.100.1" },
        { "10.0.0.1", { "rubbish, 198.51.100.1" }, "198.51.100.1" },
        /* several headers are one list */
        { "10.0.0.1", { "192.0.2.66", "198.51.100.1", "10.0.0.3" }, "198.51.100.1" },
        /* proxies only: the first of them */
        { "10.0.0.1", { "10.0.0.3, 10.0.0.2" }, "10.0.0.3" },
        /* nothing there, or nothing to be read */
        { "10.0.0.1", { NULL }, "10.0.0.1" },
        { "10.0.0.1", { "" }, "10.0.0.1" },
        { "10.0.0.1", { "unknown" }, "10.0.0.1" },
        { "10.0.0.1", { "198.51.100.1, " }, "10.0.0.1" },
        { "10.0.0.1", { "198.51.100.1, x, 10.0.0.2" }, "10.0.0.1" },
        { "10.0.0.1", { "198.51.100.1 10.0.0.2" }, "10.0.0.1" },
    };
    const struct address_range trusted[] = { range("10.0.0.0/8"), range("2001:db8:1::/48") };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct address peer = address(rows[i].peer);
        struct slice headers[3];
        char text[ADDRESS_TEXT];
        size_t n = 0;
        while (n < 3 && rows[i].headers[n] != NULL) {
            headers[n] = slice_of(rows[i].headers[n]);
            n++;
        }
        struct address client = client_address(&peer, trusted, 2, headers, n);
        address_write(&client, text);
        assert_string_equal(text, rows[i].client);
    }
}

static void endless_lists_are_not_believed(void **state)
{
    const struct address_range trusted = range("10.0.0.0/8");
    const struct address peer = address("10.0.0.1");
    char list[9 * 80];
    struct slice header = { list, 0 };
    struct address client;

    (void)state;
    for (size_t i = 0; i < sizeof list; i++)
        list[i] = "10.1.2.3,"[i % 9];
    header.n = 9 * 80 - 1;
    client = client_address(&peer, &trusted, 1, &header, 1);
    assert_memory_equal(client.bytes, peer.bytes, sizeof peer.bytes);
    header.n = 9 * 20 - 1;
    client = client_address(&peer, &trusted, 1, &header, 1);
    assert_int_equal(client.bytes[13], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(networks),
        cmocka_unit_test(no_networks),
        cmocka_unit_test(forwarded),
        cmocka_unit_test(endless_lists_are_not_believed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
