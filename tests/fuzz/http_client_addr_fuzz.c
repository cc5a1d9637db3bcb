/* SPDX-License-Identifier: Apache-2.0 */
/* Any X-Forwarded-For behind any peer and any trusted networks, one a line: nobody gets an address that a proxy did not vouch
 * for. */
#include "base/limits.h"
#include "http/client_addr.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RANGES = 8, VALUES = 8 };

static size_t read_ranges(struct slice line, struct address_range *ranges)
{
    size_t n = 0;

    while (line.n > 0 && n < RANGES)
        n += err_is_ok(address_range_parse(slice_cut(line, ',', &line), &ranges[n]));
    return n;
}

/* Whether it stands in one of the values. */
static bool is_told(const struct address *a, const struct slice *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct slice rest = values[i];
        while (rest.n > 0) {
            struct address entry;
            if (address_parse(slice_cut(rest, ',', &rest), &entry) && address_eq(&entry, a))
                return true;
        }
    }
    return false;
}

static void check_text(const struct address *a)
{
    char text[ADDRESS_TEXT];
    struct address again;

    address_write(a, text);
    ASSERT(address_parse(slice_of(text), &again) && address_eq(a, &again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice rest = slice_bytes(data, size);
    struct address_range ranges[RANGES];
    struct slice values[VALUES];
    struct address peer;
    size_t n = 0;

    size_t trusted = read_ranges(slice_cut(rest, '\n', &rest), ranges);
    if (!address_parse(slice_cut(rest, '\n', &rest), &peer))
        return 0;
    check_text(&peer);
    while (rest.n > 0 && n < VALUES)
        values[n++] = slice_cut(rest, '\n', &rest);
    struct address client = client_address(&peer, ranges, trusted, values, n);
    check_text(&client);
    if (address_eq(&client, &peer))
        return 0;
    ASSERT(address_in(&peer, ranges, trusted));
    ASSERT(is_told(&client, values, n));
    /* the last entry of all is what the peer itself saw: it is the client, or trusted to tell who is */
    struct slice last = values[n - 1];
    while (memchr(last.p, ',', last.n) != NULL)
        (void)slice_cut(last, ',', &last);
    struct address seen;
    if (address_parse(last, &seen) && !address_in(&seen, ranges, trusted))
        ASSERT(address_eq(&client, &seen));
    return 0;
}
