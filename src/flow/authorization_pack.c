/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/authorization.h"

#include <string.h>

enum { VERSION = 1, TEXTS = 8 };

/* Its texts, in the order they are packed. */
static void list_texts(struct authorization *a, struct slice *list[TEXTS])
{
    struct slice *const texts[TEXTS] = { &a->redirect_uri,   &a->scope,      &a->state, &a->nonce,
                                         &a->code_challenge, &a->login_hint, &a->sid,   &a->ui_locales };

    memcpy(list, texts, sizeof texts);
}

static void put_number(struct buf *out, uint64_t value, unsigned bytes)
{
    while (bytes-- > 0)
        buf_putc(out, (char)(uint8_t)(value >> (8 * bytes)));
}

static uint8_t flags_of(const struct authorization *a)
{
    return (uint8_t)(a->client_info | a->challenge_is_plain << 1 | a->auth_time << 2 | a->has_max_age << 3);
}

err authorization_pack(const struct authorization *a, struct buf *out)
{
    struct authorization copy = *a;
    struct slice *texts[TEXTS];

    put_number(out, VERSION, 1);
    buf_put(out, slice_bytes(a->tenant_id.b, sizeof a->tenant_id.b));
    buf_put(out, slice_bytes(a->client_id.b, sizeof a->client_id.b));
    buf_put(out, slice_bytes(a->correlation_id.b, sizeof a->correlation_id.b));
    buf_put(out, slice_bytes(a->binding, sizeof a->binding));
    put_number(out, a->platform, 1);
    put_number(out, a->response_types, 1);
    put_number(out, a->mode, 1);
    put_number(out, a->prompts, 1);
    put_number(out, flags_of(a), 1);
    put_number(out, a->max_age, 4);
    put_number(out, a->device_id, 8);
    put_number(out, (uint64_t)a->started_at, 8);
    list_texts(&copy, texts);
    for (size_t i = 0; i < TEXTS; i++) {
        put_number(out, texts[i]->n, 2);
        buf_put(out, *texts[i]);
    }
    ENSURE(buf_ok(out), FULL);
    return OK;
}

/* What is left to read; a read past the end leaves `bad` behind. */
struct reader {
    struct slice rest;
    bool bad;
};

static struct slice take(struct reader *r, size_t n)
{
    struct slice taken = { r->rest.p, n };

    if (n > r->rest.n) {
        r->bad = true;
        return SLICE_EMPTY;
    }
    r->rest = slice_from(r->rest, n);
    return taken;
}

static uint64_t take_number(struct reader *r, unsigned bytes)
{
    struct slice raw = take(r, bytes);
    uint64_t value = 0;

    for (size_t i = 0; i < raw.n; i++)
        value = value << 8 | (uint8_t)raw.p[i];
    return value;
}

static void take_bytes(struct reader *r, void *out, size_t n)
{
    struct slice raw = take(r, n);

    if (raw.n == n)
        memcpy(out, raw.p, n);
}

static void take_flags(struct reader *r, struct authorization *out)
{
    uint64_t flags = take_number(r, 1);

    out->client_info = (flags & 1) != 0;
    out->challenge_is_plain = (flags & 2) != 0;
    out->auth_time = (flags & 4) != 0;
    out->has_max_age = (flags & 8) != 0;
}

err authorization_unpack(struct slice bytes, struct authorization *out)
{
    struct reader r = { bytes, false };
    struct slice *texts[TEXTS];

    memset(out, 0, sizeof *out);
    ENSURE(take_number(&r, 1) == VERSION, FORMAT);
    take_bytes(&r, out->tenant_id.b, sizeof out->tenant_id.b);
    take_bytes(&r, out->client_id.b, sizeof out->client_id.b);
    take_bytes(&r, out->correlation_id.b, sizeof out->correlation_id.b);
    take_bytes(&r, out->binding, sizeof out->binding);
    out->platform = (enum platform_type)take_number(&r, 1);
    out->response_types = (uint8_t)take_number(&r, 1);
    out->mode = (enum response_mode)take_number(&r, 1);
    out->prompts = (uint8_t)take_number(&r, 1);
    take_flags(&r, out);
    out->max_age = (uint32_t)take_number(&r, 4);
    out->device_id = take_number(&r, 8);
    out->started_at = (instant)take_number(&r, 8);
    list_texts(out, texts);
    for (size_t i = 0; i < TEXTS; i++)
        *texts[i] = take(&r, take_number(&r, 2));
    ENSURE(!r.bad && r.rest.n == 0 && out->platform < PLATFORM_COUNT && out->mode < MODES, FORMAT);
    return OK;
}
