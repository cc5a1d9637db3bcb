/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever is said to the credential helper: its members end where they should, and what it would answer for is an address. */
#include "base/err.h"
#include "git_credential.h"
#include "origin.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct git_credential got;
    struct origin origin;
    char url[512];
    FILE *in = size > 0 ? fmemopen((uint8_t *)(uintptr_t)data, size, "r") : NULL;
    if (in == NULL)
        return 0;
    bool whole = git_credential_read(in, &got);
    fclose(in);
    ASSERT(memchr(got.host, '\0', sizeof(got.host)) != NULL &&
           memchr(got.password, '\0', sizeof(got.password)) != NULL);
    ASSERT(whole || got.host[0] == '\0');
    snprintf(url, sizeof(url), "%s://%s", got.protocol, got.host);
    bool is_address = origin_of(url, &origin);
    ASSERT(!is_address || (origin.host[0] != '\0' && origin_same(&origin, &origin)));
    ASSERT(!is_address || !origin_is_safe(&origin, false) || origin.is_local || strcmp(origin.scheme, "https") == 0);
    git_credential_close(&got);
    return 0;
}
