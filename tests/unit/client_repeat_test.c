/* SPDX-License-Identifier: Apache-2.0 */
/* A request that is to be made again after a 5xx, and cannot be: libcurl gives no second handle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/client_bodies.h"

#include <curl/curl.h>
#include <dlfcn.h>

static int handles = -1; /* that libcurl still gives; -1: any number */

/* In front of libcurl's own. */
CURL *curl_easy_duphandle(CURL *curl)
{
    CURL *(*real)(CURL * curl);
    void *found = dlsym(RTLD_NEXT, "curl_easy_duphandle");
    memcpy(&real, &found, sizeof real);
    if (handles == 0)
        return NULL;
    handles -= handles > 0;
    return real(curl);
}

static void what_cannot_be_made_again_is_told(void **state)
{
    (void)state;
    static const struct answer answers[] = { { .status = "503 Service Unavailable", .body = "" } };
    struct session session;
    session_begin(&session, answers, COUNT(answers));
    handles = 1;
    doorcode_signin_start(session.client, "sam@example.org", &session.flow);
    expect(&session, FAILED);
    expect_error(&session, NO_MEMORY);
    handles = -1;
    session_end(&session, NULL, COUNT(answers));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(what_cannot_be_made_again_is_told) };
    return client_run_both("client: requests made again", tests);
}
