/* SPDX-License-Identifier: Apache-2.0 */
/* Requests as addresses: for authorization (RFC 6749, 4.1.1; RFC 7636, 4.3; spec OIDC, 2.1), and for a sign-out (OpenID
 * Connect RP-Initiated Logout 1.0, 2). */
#include "web.h"

#include <stdlib.h>

/* The endpoint may have a query of its own (RFC 6749, 3.1). False without memory. */
static bool join(struct doorcode_web *web, const char *endpoint, const struct form_field *fields, size_t n)
{
    struct buf query;
    if (!form_make(&query, fields, n))
        return false;
    size_t size = strlen(endpoint) + query.n + strlen(web->query) + 3;
    web->url = malloc(size);
    if (web->url != NULL)
        snprintf(web->url, size, "%s%c%.*s%s%s", endpoint, strchr(endpoint, '?') != NULL ? '&' : '?', (int)query.n,
                 query.p, web->query[0] != '\0' ? "&" : "", web->query);
    form_free(&query);
    return web->url != NULL;
}

static bool make_signout_url(struct doorcode_web *web)
{
    const struct form_field fields[] = {
        { "client_id", web->client->client_id.c },
        { "post_logout_redirect_uri", web->redirect_uri },
        { "state", web->state.c },
        { "id_token_hint", web->id_token != NULL ? web->id_token : "" },
        { "logout_hint", web->login_hint },
        { "client-request-id", web->correlation_id.c },
    };
    return join(web, web->addresses.end_session_endpoint, fields, sizeof(fields) / sizeof(fields[0]));
}

static bool make_signin_url(struct doorcode_web *web)
{
    struct pkce_text challenge;
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
    return join(web, web->addresses.authorization_endpoint, fields, sizeof(fields) / sizeof(fields[0]));
}

bool web_make_url(struct doorcode_web *web)
{
    return web->signs_out ? make_signout_url(web) : make_signin_url(web);
}
