/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/continuation.h"

#include <string.h>

enum { VERSION = 2, FIXED = 6 + 3 * 16 + 3 * 8 + 2 * 8 + 1, CLOCK_SKEW = 60 };

_Static_assert(LIMIT_EMAIL <= UINT8_MAX, "a byte holds the name's length");
_Static_assert(FIXED + LIMIT_EMAIL <= CONTINUATION_MAX, "the longest one fits");

static void put_u64(struct buf *out, uint64_t v)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        buf_putc(out, (char)(uint8_t)(v >> shift));
}

static void put_guid(struct buf *out, struct guid g)
{
    buf_put(out, slice_bytes(g.b, sizeof g.b));
}

err continuation_pack(const struct continuation *c, struct buf *out)
{
    buf_putc(out, VERSION);
    buf_putc(out, (char)c->flow);
    buf_putc(out, (char)c->stage);
    buf_putc(out, (char)c->decoy);
    buf_putc(out, (char)c->challenge_types);
    buf_putc(out, (char)c->capabilities);
    put_guid(out, c->tenant_id);
    put_guid(out, c->client_id);
    put_guid(out, c->subject);
    put_u64(out, c->serial);
    put_u64(out, c->flow_serial);
    put_u64(out, c->challenge_id);
    put_u64(out, (uint64_t)c->started_at);
    put_u64(out, (uint64_t)c->issued_at);
    buf_putc(out, (char)strlen(c->username));
    buf_puts(out, c->username);
    ENSURE(buf_ok(out), FULL);
    return OK;
}

static uint8_t take_u8(const uint8_t **at)
{
    return *(*at)++;
}

static uint64_t take_u64(const uint8_t **at)
{
    uint64_t v = 0;

    for (int i = 0; i < 8; i++)
        v = v << 8 | take_u8(at);
    return v;
}

static struct guid take_guid(const uint8_t **at)
{
    struct guid g;

    memcpy(g.b, *at, sizeof g.b);
    *at += sizeof g.b;
    return g;
}

err continuation_unpack(struct slice bytes, struct continuation *out)
{
    const uint8_t *at = (const uint8_t *)bytes.p;

    ENSURE(bytes.n >= FIXED && take_u8(&at) == VERSION, FORMAT);
    out->flow = take_u8(&at);
    out->stage = take_u8(&at);
    out->decoy = take_u8(&at) != 0;
    out->challenge_types = take_u8(&at);
    out->capabilities = take_u8(&at);
    out->tenant_id = take_guid(&at);
    out->client_id = take_guid(&at);
    out->subject = take_guid(&at);
    out->serial = take_u64(&at);
    out->flow_serial = take_u64(&at);
    out->challenge_id = take_u64(&at);
    out->started_at = (instant)take_u64(&at);
    out->issued_at = (instant)take_u64(&at);
    ENSURE(bytes.n == (size_t)FIXED + take_u8(&at), FORMAT);
    ENSURE(slice_to_cstr(slice_from(bytes, FIXED), out->username, sizeof out->username), FORMAT);
    return OK;
}

bool continuation_expired(const struct continuation *c, const struct policy *policy, instant now)
{
    return now < c->issued_at - CLOCK_SKEW || now >= c->issued_at + policy->token_seconds ||
           now >= c->started_at + policy->flow_seconds;
}
