/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/refresh.h"

#include <string.h>

/* Whether the token is one of ours for this application. */
static bool is_known(const struct refresh_facts *f)
{
    return f->token != NULL && f->secret_right && guid_eq(f->grant->tenant_id, f->tenant->id) &&
           guid_eq(f->grant->client_id, f->client_id);
}

/* Whether grant and user still stand behind it. */
static enum error_id standing(const struct refresh_facts *f)
{
    if (f->grant->revoked_at != 0)
        return ERROR_REFRESH_REVOKED;
    if (f->grant->ends_at != 0 && f->now >= f->grant->ends_at)
        return ERROR_REFRESH_OF_SPA_EXPIRED;
    if (f->now >= f->token->expires_at)
        return ERROR_REFRESH_EXPIRED;
    if (f->user == NULL)
        return ERROR_USER_GONE;
    if (!f->user->enabled)
        return ERROR_USER_DISABLED;
    if (f->user->sessions_valid_from > f->grant->authenticated_at)
        return ERROR_REFRESH_REVOKED;
    return ERROR_NONE;
}

void refresh_decide(const struct refresh_facts *f, struct refresh_outcome *out)
{
    memset(out, 0, sizeof *out);
    if (!is_known(f)) {
        out->refusal = ERROR_REFRESH_INVALID;
        return;
    }
    out->refusal = standing(f);
    if (out->refusal != ERROR_NONE)
        return;
    out->reused = f->token->used_at != 0;
    /* Ancestors stay valid like Entra's; strict mode forgives only a repeat within the grace (a lost reply). */
    if (f->tenant->strict_refresh_tokens && out->reused && f->now > f->token->used_at + f->policy->repeat_seconds) {
        out->refusal = ERROR_REFRESH_REVOKED;
        out->revoke_family = true;
        return;
    }
    out->mark_used = !out->reused;
    out->only_once = out->mark_used && f->tenant->strict_refresh_tokens;
}
