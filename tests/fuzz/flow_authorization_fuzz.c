/* SPDX-License-Identifier: Apache-2.0 */
/* Any query of the authorization endpoint: where its answer goes is a registered address, and what travels with the pages
 * comes back the same. */
#include "flow/authorization.h"

#include "flow/redirect_uri.h"

#include <string.h>

enum { FORM_ROOM = 65536, URI_ROOM = LIMIT_REDIRECT_URI + 2 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct redirect_uri uris[] = {
    { PLATFORM_WEB, { "https://web.example/cb", 22 } },
    { PLATFORM_SPA, { "http://localhost:3000", 21 } },
    { PLATFORM_PUBLIC_CLIENT, { "http://127.0.0.1", 16 } },
    { PLATFORM_PUBLIC_CLIENT, { "msal1://auth", 12 } },
};

static void check_address(const struct application *app, const struct authorization *request)
{
    char space[URI_ROOM];
    struct buf out;

    ASSERT(redirect_uri_find(app, request->redirect_uri) != NULL);
    buf_init(&out, space, sizeof space);
    redirect_uri_put(&out, request->redirect_uri);
    ASSERT(buf_ok(&out) && memchr(out.p, '\r', out.n) == NULL && memchr(out.p, '\n', out.n) == NULL);
}

static void check_travel(const struct authorization *request)
{
    static char first[AUTHORIZATION_MAX], second[AUTHORIZATION_MAX];
    struct authorization back;
    struct buf a, b;

    buf_init(&a, first, sizeof first);
    buf_init(&b, second, sizeof second);
    if (!err_is_ok(authorization_pack(request, &a)))
        return;
    err unpacked = authorization_unpack(buf_slice(&a), &back);
    ASSERT(err_is_ok(unpacked));
    err packed = authorization_pack(&back, &b);
    ASSERT(err_is_ok(packed) && slice_eq(buf_slice(&a), buf_slice(&b)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static _Alignas(16) char room[FORM_ROOM];
    static struct form form;
    const struct application app = { .redirect_uris = uris,
                                     .redirect_uri_count = sizeof uris / sizeof uris[0],
                                     .id_token_issuance = true,
                                     .access_token_issuance = true };
    struct authorization request;
    struct slice detail = SLICE_EMPTY;
    struct arena arena;

    memset(&request, 0, sizeof request);
    (void)authorization_unpack(slice_bytes(data, size), &request);
    memset(&request, 0, sizeof request);
    arena_init(&arena, room, sizeof room);
    if (!err_is_ok(form_parse(slice_bytes(data, size), &arena, &form)))
        return 0;
    if (authorization_address(&form, &app, &request) != ERROR_NONE)
        return 0;
    check_address(&app, &request);
    if (authorization_parse(&form, &app, &request, &detail) == ERROR_NONE)
        check_travel(&request);
    return 0;
}
