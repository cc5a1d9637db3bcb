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
/* 127.0.0.0/8 and ::1. */
bool authority_is_loopback_address(const char *address);

#endif
