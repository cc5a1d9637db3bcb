/* SPDX-License-Identifier: Apache-2.0 */
/* The authorization request as an address (RFC 6749, 4.1.1; RFC 7636, 4.3; spec OIDC, 2.1). */
#include "web.h"

bool web_make_url(struct doorcode_web *web)
{
    struct pkce_text challenge;
    struct buf query;
    struct buf url;
    if (!pkce_challenge(slice_of(web->verifier.c), &challenge))
        return false;
    const struct form_field fields[] = {
        { "client_id", web->client->client_id.c },
        { "response_type", "code" },
        { "redirect_uri", web->redirect_uri },
        { "response_mode", "query" },
        { "scope", web->client->scopes },
        { "state", web->state.c },
        { "nonce", web->nonce.c },
        { "code_challenge", challenge.c },
        { "code_challenge_method", "S256" },
        { "login_hint", web->login_hint },
        { "prompt", web->prompt },
        { "client_info", "1" },
        { "claims", web->client->claims != NULL ? web->client->claims : "" },
        { "client-request-id", web->correlation_id.c },
    };
    if (!form_make(&query, fields, sizeof(fields) / sizeof(fields[0])))
        return false;
    const char *endpoint = web->addresses.authorization_endpoint;
    buf_init(&url, web->url, sizeof(web->url));
    buf_puts(&url, endpoint);
    buf_putc(&url, strchr(endpoint, '?') != NULL ? '&' : '?'); /* it may have a query of its own (RFC 6749, 3.1) */
    buf_put(&url, buf_slice(&query));
    buf_puts(&url, web->query[0] != '\0' ? "&" : "");
    buf_puts(&url, web->query);
    buf_putc(&url, '\0');
    form_free(&query);
    return buf_ok(&url);
}
