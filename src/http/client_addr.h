/* SPDX-License-Identifier: Apache-2.0 */
/* client_addr.h: who is asking, as text. X-Forwarded-For is believed only from configured proxies, and only as far to the
 * left as proxies vouch for it. All addresses are 16 bytes, IPv4 as ::ffff:a.b.c.d. Pure, any thread. */
#ifndef DOORCODE_HTTP_CLIENT_ADDR_H
#define DOORCODE_HTTP_CLIENT_ADDR_H

#include "base/err.h"
#include "base/slice.h"

enum { ADDRESS_TEXT = 46 };

struct address {
    uint8_t bytes[16];
};

struct sockaddr;

struct address_range {
    struct address base;
    unsigned bits; /* of the 128 that must agree */
};

/* "192.0.2.1", "2001:db8::1", and as proxies write them "192.0.2.1:4711", "[2001:db8::1]", "[2001:db8::1]:4711". */
bool address_parse(struct slice text, struct address *out);
/* The unspecified address for families other than IPv4 and IPv6. */
struct address address_of(const struct sockaddr *from);
/* An IPv4 address is written in its own form. */
void address_write(const struct address *a, char out[ADDRESS_TEXT]);
/* An address or CIDR; FORMAT for anything else, bits below the prefix that are set included. */
NODISCARD err address_range_parse(struct slice text, struct address_range *out);
bool address_eq(const struct address *a, const struct address *b);
bool address_in(const struct address *a, const struct address_range *ranges, size_t n);

/* The right-most address of X-Forwarded-For (its `n` values in order) that is no trusted proxy; the left-most where all
 * are; the peer itself where it is not trusted, where there is no such header, or where an entry on the way is not an
 * address. */
struct address client_address(const struct address *peer, const struct address_range *trusted, size_t trusted_n,
                              const struct slice *forwarded, size_t n);

#endif
