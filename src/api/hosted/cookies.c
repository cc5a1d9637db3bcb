/* SPDX-License-Identifier: Apache-2.0 */
#include "api/hosted/cookies.h"

#include "base/b64.h"

#include <string.h>

enum {
    FLOW_SECRET = 16,
    ENTRY_BYTES = 1 + 16 + SESSION_SECRET,
    ENTRY_TEXT = B64URL_LENGTH(ENTRY_BYTES),
    COOKIE_TEXT = LIMIT_SESSIONS * (ENTRY_TEXT + 1) + 192
};

/* Cookies with the prefix and `Secure` exist over https only; plain http is for development on this machine. */
static bool is_secure(const struct exchange *x)
{
    return x->call->request.tls || slice_starts(x->api->origin, SLICE("https://"));
}

static const char *session_name(const struct exchange *x)
{
    return is_secure(x) ? "__Host-doorcode-session" : "doorcode-session";
}

static const char *flow_name(const struct exchange *x)
{
    return is_secure(x) ? "__Host-doorcode-flow" : "doorcode-flow";
}

/* RFC 6265, 4.2.1; empty: there is none. The first, where a name stands twice. */
static struct slice cookie_get(const struct exchange *x, const char *name)
{
    struct slice rest = x->call->request.cookie;

    while (rest.n > 0) {
        struct slice value;
        struct slice pair = slice_cut(rest, ';', &rest);
        if (slice_eq(slice_trim(slice_cut(pair, '=', &value)), slice_of(name)))
            return slice_trim(value);
    }
    return SLICE_EMPTY;
}

/* ---- sessions ---- */

static bool read_entry(struct slice text, struct session_entry *out)
{
    uint8_t raw[ENTRY_BYTES];
    size_t n;

    if (!b64url_decode(text, raw, sizeof raw, &n) || n != sizeof raw || raw[0] > 1)
        return false;
    out->persistent = raw[0] == 1;
    memcpy(out->id.b, raw + 1, sizeof out->id.b);
    memcpy(out->secret, raw + 1 + sizeof out->id.b, sizeof out->secret);
    return true;
}

void session_cookie_read(struct exchange *x, struct session_cookie *out)
{
    struct slice rest = cookie_get(x, session_name(x));

    out->n = 0;
    while (rest.n > 0 && out->n < LIMIT_SESSIONS)
        out->n += read_entry(slice_cut(rest, '.', &rest), &out->entries[out->n]);
}

void session_cookie_remove(struct session_cookie *cookie, struct guid id)
{
    size_t n = 0;

    for (size_t i = 0; i < cookie->n; i++)
        if (!guid_eq(cookie->entries[i].id, id))
            cookie->entries[n++] = cookie->entries[i];
    cookie->n = n;
}

void session_cookie_add(struct session_cookie *cookie, const struct session_entry *entry)
{
    size_t kept = cookie->n < LIMIT_SESSIONS ? cookie->n : LIMIT_SESSIONS - 1;

    memmove(cookie->entries + 1, cookie->entries, kept * sizeof cookie->entries[0]);
    cookie->entries[0] = *entry;
    cookie->n = kept + 1;
}

static void put_entry(struct buf *out, const struct session_entry *entry)
{
    uint8_t raw[ENTRY_BYTES] = { entry->persistent };

    memcpy(raw + 1, entry->id.b, sizeof entry->id.b);
    memcpy(raw + 1 + sizeof entry->id.b, entry->secret, sizeof entry->secret);
    b64url_put(out, raw, sizeof raw);
}

static err set_cookie(struct exchange *x, struct buf *text)
{
    buf_putc(text, '\0');
    ENSURE(buf_ok(text), FULL);
    http_header(&x->call->reply, "Set-Cookie", text->p);
    return OK;
}

err session_cookie_write(struct exchange *x, const struct session_cookie *cookie)
{
    bool persistent = false;
    struct buf text;

    buf_init_arena(&text, &x->call->arena, COOKIE_TEXT);
    buf_fmt(&text, "%s=", session_name(x));
    for (size_t i = 0; i < cookie->n; i++) {
        buf_puts(&text, i == 0 ? "" : ".");
        put_entry(&text, &cookie->entries[i]);
        persistent = persistent || cookie->entries[i].persistent;
    }
    buf_puts(&text, is_secure(x) ? "; Path=/; HttpOnly; Secure; SameSite=None" : "; Path=/; HttpOnly; SameSite=Lax");
    if (cookie->n == 0)
        buf_puts(&text, "; Max-Age=0");
    else if (persistent)
        buf_fmt(&text, "; Max-Age=%lu", (unsigned long)x->api->policy->session_persistent_seconds);
    return set_cookie(x, &text);
}

void session_cookie_hash(const struct exchange *x, const struct session_entry *entry, uint8_t out[SESSION_HASH])
{
    const struct slice parts[] = { slice_bytes(entry->id.b, sizeof entry->id.b),
                                   slice_bytes(entry->secret, sizeof entry->secret) };

    vault_mac(x->api->vault, VAULT_SESSION, parts, sizeof parts / sizeof parts[0], out);
}

/* ---- flow ---- */

static void bind_to(struct exchange *x, const uint8_t secret[FLOW_SECRET], uint8_t binding[FLOW_BINDING])
{
    const struct slice part = slice_bytes(secret, FLOW_SECRET);
    uint8_t mac[VAULT_MAC];

    vault_mac(x->api->vault, VAULT_FLOW_COOKIE, &part, 1, mac);
    memcpy(binding, mac, FLOW_BINDING);
}

bool flow_cookie_read(struct exchange *x, uint8_t binding[FLOW_BINDING])
{
    uint8_t secret[FLOW_SECRET];
    size_t n;

    if (!b64url_decode(cookie_get(x, flow_name(x)), secret, sizeof secret, &n) || n != sizeof secret)
        return false;
    bind_to(x, secret, binding);
    return true;
}

err flow_cookie_ensure(struct exchange *x, uint8_t binding[FLOW_BINDING])
{
    uint8_t secret[FLOW_SECRET];
    struct buf text;

    if (flow_cookie_read(x, binding))
        return OK;
    rng_fill(x->api->rng, secret, sizeof secret);
    bind_to(x, secret, binding);
    buf_init_arena(&text, &x->call->arena, COOKIE_TEXT);
    buf_fmt(&text, "%s=", flow_name(x));
    b64url_put(&text, secret, sizeof secret);
    buf_puts(&text, is_secure(x) ? "; Path=/; HttpOnly; Secure; SameSite=Lax" : "; Path=/; HttpOnly; SameSite=Lax");
    return set_cookie(x, &text);
}
