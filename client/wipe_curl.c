/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl with an allocator that wipes, for programs that want it. */
#include "base/secret.h"
#include "doorcode/client.h"

#include <curl/curl.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>

static bool is_used; /* libcurl has asked here for memory */

static void *take(size_t n)
{
    is_used = true;
    return malloc(n);
}

static void *take_zeros(size_t n, size_t size)
{
    return calloc(n, size);
}

static void give_back(void *p)
{
    if (p != NULL)
        wipe(p, malloc_usable_size(p));
    free(p);
}

/* Never in place, where what is cut off could not be wiped. */
static void *move(void *p, size_t n)
{
    void *moved = malloc(n);
    size_t former = p != NULL ? malloc_usable_size(p) : 0;
    if (moved == NULL)
        return NULL;
    if (former > 0)
        memcpy(moved, p, former < n ? former : n);
    give_back(p);
    return moved;
}

static char *copy(const char *text)
{
    return strdup(text);
}

int doorcode_wipe_curl(void)
{
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, take, give_back, move, copy, take_zeros) != CURLE_OK)
        return 0;
    /* Where libcurl was in use before, it has kept its allocator without a word. */
    is_used = false;
    curl_slist_free_all(curl_slist_append(NULL, "x"));
    return is_used;
}
