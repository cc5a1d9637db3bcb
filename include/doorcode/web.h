/* SPDX-License-Identifier: Apache-2.0 */
/* web.h: sign-in with the system's browser, where a flow ends in DOORCODE_WEB_FALLBACK or an application prefers it: the
 * authorization code flow with PKCE (RFC 7636) and a redirect to a port of this machine (RFC 8252).
 *
 * The application has to be registered with the redirect address http://localhost, or http://localhost with the path
 * that is given here; any port fits.
 *
 * A web sign-in is one attempt and belongs to one thread at a time. It has no thread of its own. Either it is run here:
 *
 *     struct doorcode_web *web;
 *     enum doorcode_web_state state = doorcode_web_start(client, NULL, &web);
 *     if (state == DOORCODE_WEB_PREPARING)
 *         state = doorcode_web_run(web);                     // returns once there is an address
 *     if (state == DOORCODE_WEB_OPEN) {
 *         show(doorcode_web_url(web));                       // open the browser
 *         state = doorcode_web_run(web);                     // returns at the end
 *     }
 *     if (state == DOORCODE_WEB_COMPLETED)
 *         use(doorcode_web_tokens(web)->access_token);
 *     doorcode_web_free(web);
 *
 * or an event loop waits for what doorcode_web_waits() names and calls doorcode_web_step() each time; no step blocks, but
 * for the resolver of names where libcurl was built without threads. */
#ifndef DOORCODE_WEB_H
#define DOORCODE_WEB_H

#include "doorcode/client.h"

#include <poll.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct doorcode_web;
struct doorcode_account;

enum doorcode_web_state {
    DOORCODE_WEB_PREPARING, /* the tenant is asked for its addresses and keys */
    DOORCODE_WEB_OPEN,      /* doorcode_web_url() has to be opened in a browser, which is then waited for */
    DOORCODE_WEB_FINISHING, /* the browser has come back; the code is redeemed */
    DOORCODE_WEB_COMPLETED, /* doorcode_web_tokens() */
    DOORCODE_WEB_FAILED     /* doorcode_web_error() */
};

struct doorcode_web_options {
    const char *login_hint; /* the user's address, filled in on the page; or NULL */
    const char *prompt;     /* "login", "select_account", "create", "consent", "none"; or NULL */
    const char *path;       /* of the redirect address, beginning with a slash; NULL: none */
    unsigned port;          /* 0: any that is free */
    long timeout_ms;        /* from start to the browser's return; 0: 600,000 */
    const char *query;      /* "domain_hint=…&ui_locales=…", printable ASCII: put after the address; or NULL */
    void *reserved[7];      /* NULL */
};

static inline void doorcode_web_options_init(struct doorcode_web_options *options)
{
    memset(options, 0, sizeof(*options));
}

/* Begins: opens the port and asks the tenant. `options` are copied; NULL: none. *web is always set, except to NULL without
 * memory (then FAILED); it borrows the client. PREPARING, OPEN (the client knew the tenant) or FAILED. */
enum doorcode_web_state doorcode_web_start(const struct doorcode_client *client,
                                           const struct doorcode_web_options *options, struct doorcode_web **web);
/* Begins a sign-out at the server's pages, which ends the browser's session there (OpenID Connect RP-Initiated Logout 1.0):
 * the same states and calls, COMPLETED without tokens once the browser has come back. `id_token` says who is signed out; NULL:
 * the server asks. `options` as above, of which login_hint is sent as logout_hint and prompt is not looked at. Where the
 * tenant has no such pages: NOT_AVAILABLE. What is kept of the tokens is not touched. */
enum doorcode_web_state doorcode_web_signout_start(const struct doorcode_client *client, const char *id_token,
                                                   const struct doorcode_web_options *options,
                                                   struct doorcode_web **web);
enum doorcode_web_state doorcode_web_state(const struct doorcode_web *web); /* FAILED for NULL */
/* What the next step waits for: at most `cap` descriptors into `waits`, for poll or an event loop (descriptors and events
 * may change with every step); *timeout_ms is when it has to be made at the latest, -1 for never. The number of
 * descriptors, at most DOORCODE_WEB_WAITS. With a smaller `cap` the time-out is short where some were left out. */
enum { DOORCODE_WEB_WAITS = 32 };
size_t doorcode_web_waits(const struct doorcode_web *web, struct pollfd *waits, size_t cap, int *timeout_ms);
/* Does what can be done without waiting; called too often it does no harm. */
enum doorcode_web_state doorcode_web_step(struct doorcode_web *web);
/* Steps and waits until there is an address to open, or until the end. */
enum doorcode_web_state doorcode_web_run(struct doorcode_web *web);
/* OPEN: hands in the address that a browser ended at, where it cannot reach this machine's port (it may run on another
 * one). What is not the awaited answer is passed over, as it is on the port: the state is still OPEN. */
enum doorcode_web_state doorcode_web_feed(struct doorcode_web *web, const char *address);

/* What to open: printable ASCII. Borrowed until doorcode_web_free. NULL before OPEN. It is not secret, but whoever opens it
 * takes part in this sign-in. */
const char *doorcode_web_url(const struct doorcode_web *web);
/* "http://localhost:49152". Borrowed. */
const char *doorcode_web_redirect_uri(const struct doorcode_web *web);
/* NULL unless COMPLETED, and after a sign-out. Borrowed until doorcode_web_free. The id token was checked, its nonce too. */
const struct doorcode_tokens *doorcode_web_tokens(const struct doorcode_web *web);
/* COMPLETED with a cache (options.cache): whose tokens they are (account.h). Borrowed until doorcode_web_free. NULL where they
 * could not be kept, which doorcode_web_error() tells as CACHE; the tokens are good. */
const struct doorcode_account *doorcode_web_account(const struct doorcode_web *web);
/* NULL unless FAILED, or the tokens could not be kept; for NULL: NO_MEMORY. Kinds that come from here: NO_PORT, TIMEOUT (nobody came back), CANCELLED,
 * INTERACTION_REQUIRED (prompt "none"), MIXED_UP, INVALID_TOKEN, PROTOCOL; and all that the server may answer, with its
 * own words and codes. */
const struct doorcode_error *doorcode_web_error(const struct doorcode_web *web);
/* What all requests of the sign-in are marked with. "" for NULL. */
const char *doorcode_web_correlation_id(const struct doorcode_web *web);
/* Closes the port, wipes secrets. */
void doorcode_web_free(struct doorcode_web *web);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
