/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/code.h"

#include <string.h>

bool code_is_known(const struct code_facts *f)
{
    return f->code != NULL && f->secret_right;
}

static enum error_id check_owner(const struct code_facts *f)
{
    if (!code_is_known(f))
        return ERROR_CODE_EXPIRED;
    if (!guid_eq(f->code->tenant_id, f->tenant_id))
        return ERROR_CODE_OF_TENANT;
    return guid_eq(f->code->client_id, f->application->client_id) ? ERROR_NONE : ERROR_CODE_OF_CLIENT;
}

/* The user still stands behind it. */
static enum error_id check_user(const struct code_facts *f)
{
    if (f->user == NULL)
        return ERROR_USER_GONE;
    if (!f->user->enabled)
        return ERROR_USER_DISABLED;
    return f->user->sessions_valid_from > f->code->authenticated_at ? ERROR_REFRESH_REVOKED : ERROR_NONE;
}

/* The same text as before; left out where it was clear before, too (spec OIDC, 2.1). */
static bool fits_address(const struct code_facts *f)
{
    if (f->redirect_uri.n == 0)
        return f->application->redirect_uri_count == 1;
    return slice_eq(f->redirect_uri, slice_of(f->code->redirect_uri));
}

static bool fits_challenge(const struct code_facts *f)
{
    return pkce_fits(&(struct pkce){ .challenge = slice_of(f->code->code_challenge),
                                     .is_plain = f->code->challenge_is_plain,
                                     .verifier = f->verifier,
                                     .hashed = f->verifier_hashed });
}

static enum error_id check_request(const struct code_facts *f)
{
    if (!fits_address(f))
        return ERROR_REDIRECT_URI_DIFFERS;
    if (f->code->platform == PLATFORM_SPA && f->code->code_challenge[0] == '\0')
        return ERROR_PKCE_REQUIRED;
    return fits_challenge(f) ? ERROR_NONE : ERROR_CODE_VERIFIER_WRONG;
}

void code_decide(const struct code_facts *f, struct code_outcome *out)
{
    memset(out, 0, sizeof *out);
    out->refusal = check_owner(f);
    if (out->refusal != ERROR_NONE)
        return;
    out->revoke = f->code->used_at != 0;
    if (out->revoke)
        out->refusal = ERROR_CODE_USED;
    else if (f->now >= f->code->expires_at)
        out->refusal = ERROR_CODE_EXPIRED;
    else
        out->refusal = check_user(f);
    if (out->refusal == ERROR_NONE)
        out->refusal = check_request(f);
}
