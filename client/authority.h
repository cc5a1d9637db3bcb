/* SPDX-License-Identifier: Apache-2.0 */
/* authority.h: the base address of a tenant, checked and brought into its normal form. */
#ifndef DOORCODE_CLIENT_AUTHORITY_H
#define DOORCODE_CLIENT_AUTHORITY_H

#include "base/buf.h"
#include "doorcode/client.h"

struct authority {
    char url[2048]; /* scheme and host in lower case, without a slash at the end */
    bool is_http;
    bool is_loopback;
};

/* NULL, or a static error. http to other machines needs `allow_http`. A bare host {sub}.ciamlogin.com means its tenant
 * {sub}.onmicrosoft.com; every other one needs a tenant in its path. */
const struct doorcode_error *authority_parse(const char *text, bool allow_http, struct authority *out);
/* Whether an http or https address, of printable ASCII and without user name and fragment has the scheme, host and port of `origin`, an address
 * too. The names of this machine (localhost, 127.0.0.1, [::1]) count as one. */
bool authority_same_origin(const char *url, const char *origin);
/* Whether such an address is at this machine, at any port. */
bool authority_is_local(const char *url);
/* The same address at the authority's scheme, host and port. False where it is longer than `size`. */
bool authority_move(const char *url, const struct authority *to, char *out, size_t size);
/* {…}.ciamlogin.com, whose tenants have an issuer on a host of their own (spec OIDC, 1.3). */
bool authority_is_ciam(const char *url);
/* 127.0.0.0/8 and ::1. */
bool authority_is_loopback_address(const char *address);

#endif
