/* SPDX-License-Identifier: Apache-2.0 */
#include "credential.h"

#include "base/slice.h"

#include <stdio.h>

enum { ADDRESS = 512 };

static bool is_named(struct slice host, const struct origin *origin)
{
    char url[ADDRESS];
    struct origin named;
    int n = snprintf(url, sizeof(url), "%s://%.*s", origin->scheme, SLICE_ARGS(host));
    return n > 0 && (size_t)n < sizeof(url) && origin_of(url, &named) && origin_same(&named, origin);
}

bool credential_allows(const struct command_line *line, const struct origin *origin)
{
    const char *given;
    if (!origin_is_safe(origin, command_flag(line, "allow-http")))
        return false;
    for (size_t i = 0; (given = command_nth(line, "host", i)) != NULL; i++) {
        struct slice hosts = slice_of(given);
        for (struct slice host = slice_word(&hosts); host.n > 0; host = slice_word(&hosts)) {
            if (is_named(host, origin))
                return true;
        }
    }
    return false;
}

const char *credential_login(const struct command_line *line, const struct token *token)
{
    const char *login = command_value(line, "login");
    return login != NULL ? login : token->account->username;
}
