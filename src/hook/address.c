/* SPDX-License-Identifier: Apache-2.0 */
#include "hook/address.h"

#include "base/slice.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

enum { V4_BYTES = 4, V6_BYTES = 16, V4_AT = V6_BYTES - V4_BYTES, BYTE_BITS = 8 };

struct prefix {
    unsigned char bytes[V6_BYTES];
    unsigned bits;
};

static const struct prefix barred_v4[] = {
    { { 169, 254 }, 16 },           /* RFC 3927; the metadata of most clouds is 169.254.169.254 */
    { { 100, 100, 100, 200 }, 32 }, /* metadata of Alibaba Cloud */
    { { 168, 63, 129, 16 }, 32 },   /* the machine's agent of Azure */
};

static const struct prefix barred_v6[] = {
    { { 0xfe, 0x80 }, 10 },                                                        /* RFC 4291, 2.5.6 */
    { { 0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, [15] = 0x54 }, V6_BYTES *BYTE_BITS }, /* metadata of AWS: fd00:ec2::254 */
};

/* Prefixes before an IPv4 address in the last four bytes. */
static const struct prefix clothes[] = {
    { { [10] = 0xff, [11] = 0xff }, V4_AT *BYTE_BITS }, /* mapped: RFC 4291, 2.5.5.2 */
    { { 0 }, V4_AT *BYTE_BITS },                        /* compatible: RFC 4291, 2.5.5.1 */
    { { 0x00, 0x64, 0xff, 0x9b }, V4_AT *BYTE_BITS },   /* NAT64: RFC 6052 */
};

static bool has_prefix(const unsigned char *address, const struct prefix *p)
{
    size_t whole = p->bits / BYTE_BITS;
    unsigned shift = BYTE_BITS - p->bits % BYTE_BITS;

    if (!slice_eq(slice_bytes(address, whole), slice_bytes(p->bytes, whole)))
        return false;
    return shift == BYTE_BITS || address[whole] >> shift == p->bytes[whole] >> shift;
}

static bool has_any(const unsigned char *address, const struct prefix *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (has_prefix(address, &list[i]))
            return true;
    return false;
}

#define HAS_ANY(address, list) has_any((address), (list), sizeof(list) / sizeof(list)[0])

bool hook_address_is_barred(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof v4);
        return HAS_ANY((const unsigned char *)&v4.sin_addr, barred_v4);
    }
    if (address->sa_family != AF_INET6)
        return true;
    struct sockaddr_in6 v6;
    memcpy(&v6, address, sizeof v6);
    const unsigned char *bytes = v6.sin6_addr.s6_addr;
    return HAS_ANY(bytes, barred_v6) || (HAS_ANY(bytes, clothes) && HAS_ANY(bytes + V4_AT, barred_v4));
}
