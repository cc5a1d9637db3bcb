/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/continuation.h"

#include <string.h>

enum { VERSION = 3, FIXED = 7 + 5 * 16 + 3 * 8 + 2 * 8, CLOCK_SKEW = 60 };

_Static_assert(LIMIT_EMAIL <= UINT8_MAX, "a byte holds the name's length");
_Static_assert(FIXED + 2 * (1 + LIMIT_EMAIL) <= CONTINUATION_MAX, "the longest one fits");

static void put_u64(struct buf *out, uint64_t v)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        buf_putc(out, (char)(uint8_t)(v >> shift));
}

static void put_guid(struct buf *out, struct guid g)
{
    buf_put(out, slice_bytes(g.b, sizeof g.b));
}

static void put_text(struct buf *out, const char *text)
{
    buf_putc(out, (char)strlen(text));
    buf_puts(out, text);
}

err continuation_pack(const struct continuation *c, struct buf *out)
{
    buf_putc(out, VERSION);
    buf_putc(out, (char)c->state);
    buf_putc(out, (char)c->decoy);
    buf_putc(out, (char)c->challenge_types);
    buf_putc(out, (char)c->capabilities);
    buf_putc(out, (char)c->proofs);
    buf_putc(out, (char)c->channel);
    put_guid(out, c->tenant_id);
    put_guid(out, c->client_id);
    put_guid(out, c->subject);
    put_guid(out, c->user);
    put_guid(out, c->method);
    put_u64(out, c->serial);
    put_u64(out, c->flow_serial);
    put_u64(out, c->challenge_id);
    put_u64(out, (uint64_t)c->started_at);
    put_u64(out, (uint64_t)c->issued_at);
    put_text(out, c->username);
    put_text(out, c->target);
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

/* A text with its length in front; what is left of the bytes goes to *rest. */
static err take_text(struct slice *rest, char *text, size_t cap)
{
    ENSURE(rest->n > 0, FORMAT);
    size_t n = (uint8_t)rest->p[0];
    ENSURE(rest->n > n, FORMAT);
    ENSURE(slice_to_cstr((struct slice){ rest->p + 1, n }, text, cap), FORMAT);
    *rest = slice_from(*rest, n + 1);
    return OK;
}

err continuation_unpack(struct slice bytes, struct continuation *out)
{
    const uint8_t *at = (const uint8_t *)bytes.p;

    ENSURE(bytes.n >= FIXED && take_u8(&at) == VERSION, FORMAT);
    out->state = take_u8(&at);
    out->decoy = take_u8(&at) != 0;
    out->challenge_types = take_u8(&at);
    out->capabilities = take_u8(&at);
    out->proofs = take_u8(&at);
    out->channel = take_u8(&at);
    out->tenant_id = take_guid(&at);
    out->client_id = take_guid(&at);
    out->subject = take_guid(&at);
    out->user = take_guid(&at);
    out->method = take_guid(&at);
    out->serial = take_u64(&at);
    out->flow_serial = take_u64(&at);
    out->challenge_id = take_u64(&at);
    out->started_at = (instant)take_u64(&at);
    out->issued_at = (instant)take_u64(&at);
    ENSURE(out->state < STATES && out->channel < CHANNEL_COUNT, FORMAT);
    struct slice rest = slice_from(bytes, FIXED);
    TRY(take_text(&rest, out->username, sizeof out->username));
    TRY(take_text(&rest, out->target, sizeof out->target));
    ENSURE(rest.n == 0, FORMAT);
    return OK;
}

int64_t continuation_left(const struct continuation *c, const struct policy *policy, instant now)
{
    instant token_end = c->issued_at + policy->token_seconds, flow_end = c->started_at + policy->flow_seconds;
    instant end = token_end < flow_end ? token_end : flow_end;

    return now < end ? end - now : 0;
}

bool continuation_expired(const struct continuation *c, const struct policy *policy, instant now)
{
    return now < c->issued_at - CLOCK_SKEW || continuation_left(c, policy, now) == 0;
}
