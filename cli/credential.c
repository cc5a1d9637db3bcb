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

bool credential_host(const struct command_line *line, size_t n, struct slice *host)
{
    const char *given;
    for (size_t i = 0; (given = command_nth(line, "host", i)) != NULL; i++) {
        struct slice hosts = slice_of(given);
        for (*host = slice_word(&hosts); host->n > 0; *host = slice_word(&hosts)) {
            if (n-- == 0)
                return true;
        }
    }
    return false;
}

bool credential_allows(const struct command_line *line, const struct origin *origin)
{
    struct slice host;
    bool named = false;
    for (size_t i = 0; !named && credential_host(line, i, &host); i++)
        named = is_named(host, origin);
    return named && origin_is_safe(origin, command_flag(line, "allow-http"));
}

const char *credential_login(const struct command_line *line, const struct token *token)
{
    const char *login = command_value(line, "login");
    return login != NULL ? login : token->account->username;
}
