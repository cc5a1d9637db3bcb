/* SPDX-License-Identifier: Apache-2.0 */
/* origin.h: scheme, host and port of an address (RFC 6454): who would get a token that is sent there. Pure. */
#ifndef DOORCODE_CLI_ORIGIN_H
#define DOORCODE_CLI_ORIGIN_H

#include "base/slice.h"

struct origin {
    char scheme[8]; /* "https" or "http" */
    char host[256]; /* in lower case; [::1] in brackets */
    char port[8];   /* also where it is the usual one */
    bool is_local;  /* localhost, 127.0.0.0/8, [::1] */
};

/* False where it is no http or https address of printable ASCII, or holds a user name or a password. */
bool origin_of(const char *url, struct origin *out);
bool origin_same(const struct origin *a, const struct origin *b);
/* Whether a token may travel there: https, or this machine, or `allow_http`. */
bool origin_is_safe(const struct origin *origin, bool allow_http);
/* "localhost", "127.0.0.1" or "[::1]"; an address without brackets as well. */
bool origin_is_local_host(const char *host);

#endif
