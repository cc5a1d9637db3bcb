/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as the address of a tenant, and as one that a tenant names. */
#include "authority.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is taken is in its normal form: it stays as it is, belongs to itself, and has a tenant. */
static void judge(const char *text, bool allow_http)
{
    struct authority authority;
    struct authority again;
    if (authority_parse(text, allow_http, &authority) != NULL)
        return;
    size_t n = strlen(authority.url);
    ASSERT(n < sizeof(authority.url) && authority.url[n - 1] != '/');
    ASSERT(strncmp(authority.url, "https://", 8) == 0 || strncmp(authority.url, "http://", 7) == 0);
    ASSERT(!authority.is_http || authority.is_loopback || allow_http);
    ASSERT(strchr(strstr(authority.url, "//") + 2, '/') != NULL);
    for (const char *c = authority.url; *c != '\0'; c++)
        ASSERT((unsigned char)*c > 0x20 && *c != 0x7f && *c != '#');
    ASSERT(authority_parse(authority.url, allow_http, &again) == NULL);
    ASSERT(strcmp(again.url, authority.url) == 0);
    ASSERT(authority_same_origin(authority.url, authority.url));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char host[] = "https://login.example";
    char *text = malloc(size + 1);
    if (text == NULL)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    judge(text, false);
    judge(text, true);
    if (authority_same_origin(text, "https://login.example/t"))
        ASSERT(strcasestr(text, host) == text && strchr(":/?", text[strlen(host)]) != NULL);
    if (authority_is_ciam(text))
        ASSERT(strcasestr(text, ".ciamlogin.com") != NULL);
    free(text);
    return 0;
}
