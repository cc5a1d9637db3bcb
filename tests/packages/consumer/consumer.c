/* SPDX-License-Identifier: Apache-2.0 */
/* A program of somebody else's, compiled as C and as C++: it sees the installed headers and the installed library, nothing of
 * this tree. It needs no server: an authority that is refused before anything is sent, one that is taken, a token's claims. */
#include <doorcode/client.h>
#include <doorcode/web.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names the library uses inside. Where it showed them, these would be called in place of its own, or not link. */
#ifdef __cplusplus
extern "C" {
#endif
void buf_put(void);
void wipe(void);
void flow_new(void);
#ifdef __cplusplus
}
#endif
void buf_put(void)
{
    abort();
}
void wipe(void)
{
    abort();
}
void flow_new(void)
{
    abort();
}

static int fail(const char *what)
{
    fprintf(stderr, "consumer: %s\n", what);
    return 1;
}

static int check_clients(void)
{
    struct doorcode_options options;
    struct doorcode_client *client;
    doorcode_options_init(&options);
    options.client_id = "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31";
    options.authority = "http://petstore.example/petstore.onmicrosoft.com";
    const struct doorcode_error *error = doorcode_client_new(&options, &client);
    if (error == NULL || strcmp(doorcode_error_name(error->kind), "insecure") != 0 || client != NULL)
        return fail("http to another machine is taken");
    options.authority = "https://petstore.ciamlogin.com/petstore.onmicrosoft.com";
    if (doorcode_client_new(&options, &client) != NULL)
        return fail("a good authority is refused");
    int same = strcmp(doorcode_client_authority(client), options.authority) == 0;
    doorcode_client_free(client);
    return same ? 0 : fail("the authority is another one");
}

static int check_claims(void)
{
    struct doorcode_claims *claims = doorcode_claims_decode("eyJhbGciOiJub25lIn0.eyJzdWIiOiJzYW0iLCJpYXQiOjd9.");
    int64_t number = 0;
    if (claims == NULL)
        return fail("the claims are not read");
    int good = strcmp(doorcode_claims_text(claims, "sub"), "sam") == 0 &&
               doorcode_claims_number(claims, "iat", &number) == 1 && number == 7;
    doorcode_claims_free(claims);
    return good ? 0 : fail("the claims are others");
}

int main(void)
{
    return check_clients() != 0 || check_claims() != 0;
}
