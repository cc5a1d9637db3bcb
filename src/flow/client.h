/* SPDX-License-Identifier: Apache-2.0 */
/* client.h: whether an application is who it says it is, and whether it had to say so (spec OIDC, 2.4, 4.2 and 4.3). What
 * takes arithmetic of keys is handed in as facts. Pure, any thread. */
#ifndef DOORCODE_FLOW_CLIENT_H
#define DOORCODE_FLOW_CLIENT_H

#include "base/clock.h"
#include "model/directory.h"
#include "wire/assertion.h"
#include "wire/error.h"

enum client_method { CLIENT_NONE, CLIENT_SECRET, CLIENT_ASSERTION, CLIENT_METHODS };

enum { CLIENT_SKEW = 300, CLIENT_ASSERTION_LIFE = 86400, CLIENT_SECRET_HASH = 32 };

/* By the secret's SHA-256, against all of the application's, in time that doesn't tell which. */
enum error_id client_check_secret(const struct application *app, const uint8_t hash[CLIENT_SECRET_HASH], instant now);

struct assertion_facts {
    const struct directory *directory;
    const struct application *application;
    struct slice origin; /* of the server */
    struct slice issuer; /* of the tenant */
    instant now;
};

/* The claims of an assertion whose signature is right: the client itself says it, to us, now, for at most a day. */
enum error_id client_check_assertion(const struct assertion_facts *f, const struct assertion *a);

/* What a platform demands of who redeems what was issued through it. */
struct platform_facts {
    const struct application *application;
    enum platform_type platform;
    enum client_method method;
    struct slice request_origin; /* the header; empty: none */
};

enum error_id client_check_platform(const struct platform_facts *f);

/* What stands behind codes and tokens that no redirect URI was given for (spec OIDC, 2.4): a public client if it may be
 * one, else a web application. */
enum platform_type client_platform(const struct application *app);

/* "0" public, "1" secret, "2" certificate: `azpacr` (spec OIDC, 5.3). */
const char *client_method_acr(enum client_method method);

#endif
