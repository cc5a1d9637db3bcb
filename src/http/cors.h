/* SPDX-License-Identifier: Apache-2.0 */
/* cors.h: what lets a page of another origin call us (spec V1, 1.7; spec OIDC, 8.1; client requirements, 2): pure, from
 * the call's request to headers of its reply. No credentials: no cookies are used. Values live in the call's arena; where
 * it is full the header is left out, and the browser refuses. */
#ifndef DOORCODE_HTTP_CORS_H
#define DOORCODE_HTTP_CORS_H

#include "http/http.h"

struct cors {
    const char *methods;                             /* static, "POST, OPTIONS" */
    bool any;                                        /* discovery and keys: "*", whoever asks */
    bool (*allowed)(void *ctx, struct slice origin); /* unused with `any`; NULL: nobody */
    void *ctx;
};

/* Whether the request is a preflight: OPTIONS with Origin and Access-Control-Request-Method. */
bool cors_is_preflight(const struct http_request *request);
/* Sets the whole reply: 204, with Allow-Origin, -Methods, -Headers (those asked for, if they are tokens) and Max-Age where
 * the origin is allowed, without where it is not. Vary: Origin in both cases. At most five headers. */
void cors_preflight(const struct cors *cors, struct http_call *call);
/* Adds Allow-Origin, Expose-Headers and Vary to any other reply, errors included. Vary alone where the origin is not
 * allowed, or where there is none: a cache must not serve that reply to an allowed origin. At most three headers. */
void cors_reply(const struct cors *cors, struct http_call *call);

#endif
