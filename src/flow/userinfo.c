/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/userinfo.h"

#include <string.h>

/* Ours, for us, now. */
static bool is_good(const struct userinfo_facts *f)
{
    const struct access_token *token = f->token;

    return token->for_graph && f->tenant != NULL && f->application != NULL && slice_eq(token->issuer, f->issuer) &&
           f->now >= token->not_before;
}

static void read_scopes(struct slice list, struct scope_grant *out)
{
    for (struct slice word = slice_word(&list); word.n > 0; word = slice_word(&list)) {
        out->openid = out->openid || slice_eq(word, SLICE("openid"));
        out->profile = out->profile || slice_eq(word, SLICE("profile"));
        out->email = out->email || slice_eq(word, SLICE("email"));
    }
}

enum error_id userinfo_decide(const struct userinfo_facts *f, struct scope_grant *out)
{
    memset(out, 0, sizeof *out);
    if (!is_good(f))
        return ERROR_BEARER_INVALID;
    if (f->now >= f->token->expires_at)
        return ERROR_BEARER_EXPIRED;
    if (f->user == NULL || !f->user->enabled)
        return ERROR_BEARER_INVALID;
    read_scopes(f->token->scp, out);
    return out->openid ? ERROR_NONE : ERROR_BEARER_SCOPE;
}
