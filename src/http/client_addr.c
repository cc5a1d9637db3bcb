/* SPDX-License-Identifier: Apache-2.0 */
#include "http/client_addr.h"

#include "base/buf.h"
#include "base/limits.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

enum { V4_AT = 12, V4_BITS = 32, V6_BITS = 128, PORT_MAX = 65535 };

static const uint8_t v4_prefix[V4_AT] = { [10] = 0xff, [11] = 0xff };

static bool plain_parse(struct slice text, struct address *out);
static struct slice without_port(struct slice text);
static struct slice last_entry(struct slice *list);

bool address_parse(struct slice text, struct address *out)
{
    struct slice host = without_port(slice_trim(text));

    return host.n > 0 && plain_parse(host, out);
}

struct address address_of(const struct sockaddr *from)
{
    struct address a = { { 0 } };

    if (from->sa_family == AF_INET6)
        memcpy(a.bytes, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, sizeof a.bytes);
    if (from->sa_family == AF_INET) {
        memcpy(a.bytes, v4_prefix, V4_AT);
        memcpy(a.bytes + V4_AT, &((const struct sockaddr_in *)(const void *)from)->sin_addr, sizeof a.bytes - V4_AT);
    }
    return a;
}

/* Without inet_ntop, which formats by sprintf: this is done for each request. */
static void write_v4(const uint8_t bytes[4], char out[ADDRESS_TEXT])
{
    struct buf text;

    buf_init(&text, out, ADDRESS_TEXT - 1);
    for (size_t i = 0; i < 4; i++) {
        if (i > 0)
            buf_putc(&text, '.');
        buf_number(&text, bytes[i]);
    }
    out[text.n] = '\0';
}

void address_write(const struct address *a, char out[ADDRESS_TEXT])
{
    if (memcmp(a->bytes, v4_prefix, V4_AT) == 0)
        write_v4(a->bytes + V4_AT, out);
    else if (inet_ntop(AF_INET6, a->bytes, out, ADDRESS_TEXT) == NULL)
        out[0] = '\0';
}

err address_range_parse(struct slice text, struct address_range *out)
{
    struct slice prefix;
    struct slice base = slice_cut(text, '/', &prefix);
    bool v4 = memchr(base.p, ':', base.n) == NULL;
    uint64_t bits = v4 ? V4_BITS : V6_BITS;

    ENSURE(base.n > 0 && plain_parse(base, &out->base), FORMAT);
    if (base.n < text.n)
        ENSURE(slice_to_u64(prefix, bits, &bits), FORMAT);
    out->bits = (unsigned)bits + (v4 ? V6_BITS - V4_BITS : 0);
    for (unsigned bit = out->bits; bit < V6_BITS; bit++)
        ENSURE((out->base.bytes[bit / 8] & (0x80u >> bit % 8)) == 0, FORMAT);
    return OK;
}

bool address_eq(const struct address *a, const struct address *b)
{
    return slice_eq(slice_bytes(a->bytes, sizeof a->bytes), slice_bytes(b->bytes, sizeof b->bytes));
}

bool address_in(const struct address *a, const struct address_range *ranges, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned whole = ranges[i].bits / 8;
        unsigned mask = 0xffu << (8 - ranges[i].bits % 8) & 0xffu;
        const uint8_t *base = ranges[i].base.bytes;
        if (memcmp(a->bytes, base, whole) == 0 && (mask == 0 || ((a->bytes[whole] ^ base[whole]) & mask) == 0))
            return true;
    }
    return false;
}

struct address client_address(const struct address *peer, const struct address_range *trusted, size_t trusted_n,
                              const struct slice *forwarded, size_t n)
{
    struct address hop = *peer;
    size_t hops = 0;

    while (n > 0) {
        struct slice list = forwarded[--n];
        do {
            if (!address_in(&hop, trusted, trusted_n))
                return hop;
            if (++hops > LIMIT_PROXY_HOPS || !address_parse(last_entry(&list), &hop))
                return *peer;
        } while (list.n > 0);
    }
    return hop;
}

static bool plain_parse(struct slice text, struct address *out)
{
    char cstr[ADDRESS_TEXT];

    if (!slice_to_cstr(text, cstr, sizeof cstr))
        return false;
    if (inet_pton(AF_INET6, cstr, out->bytes) == 1)
        return true;
    memcpy(out->bytes, v4_prefix, V4_AT);
    return inet_pton(AF_INET, cstr, out->bytes + V4_AT) == 1;
}

/* Empty where what stands after the address is no port. */
static struct slice without_port(struct slice text)
{
    struct slice port;
    uint64_t number;

    if (text.n > 0 && text.p[0] == '[') {
        struct slice host = slice_cut(slice_from(text, 1), ']', &port);
        if (host.n + 2 > text.n || memchr(host.p, ':', host.n) == NULL)
            return SLICE_EMPTY;
        if (port.n == 0)
            return host;
        return port.p[0] == ':' && slice_to_u64(slice_from(port, 1), PORT_MAX, &number) ? host : SLICE_EMPTY;
    }
    struct slice host = slice_cut(text, ':', &port);
    if (host.n == text.n || memchr(port.p, ':', port.n) != NULL)
        return text; /* no colon, or an IPv6 address without brackets */
    return slice_to_u64(port, PORT_MAX, &number) ? host : SLICE_EMPTY;
}

/* What stands after the last comma; *list is what stands before it. */
static struct slice last_entry(struct slice *list)
{
    size_t at = list->n;

    while (at > 0 && list->p[at - 1] != ',')
        at--;
    struct slice entry = { list->p + at, list->n - at };
    list->n = at > 0 ? at - 1 : 0;
    return entry;
}
