/* SPDX-License-Identifier: Apache-2.0 */
/* scopes.h: lists of scopes, blank-separated, as sets without order and case, as the SDKs compare them for their caches.
 * openid, profile, email and offline_access ask for no resource: beside others they tell nothing about an access token. Pure. */
#ifndef DOORCODE_CLIENT_SCOPES_H
#define DOORCODE_CLIENT_SCOPES_H

#include <stdbool.h>

/* Whether an access token that was granted for `granted` serves where `wanted` is asked for: it has all scopes of resources.
 * Where none is asked for it has none, as it is another API's then; openid, profile and offline_access, which this client
 * always asks for, need not be told back. */
bool scopes_serve(const char *granted, const char *wanted);
/* Whether a token for `newer` takes the place of one for `older`: they share a scope of a resource, or neither has one. */
bool scopes_replace(const char *newer, const char *older);

#endif
