/* SPDX-License-Identifier: Apache-2.0 */
/* New tokens for a refresh token (spec V1, 2.9). */
#include "flow.h"

#include <string.h>

enum doorcode_state doorcode_token_refresh(const struct doorcode_client *client, const char *refresh_token,
                                           const char *scopes, struct doorcode_flow **flow)
{
    char scope[CLIENT_SCOPES];
    *flow = flow_new(client);
    if (*flow == NULL)
        return DOORCODE_FAILED;
    if (refresh_token == NULL || refresh_token[0] == '\0' || strlen(refresh_token) > CLIENT_TOKEN)
        return flow_refuse(*flow, DOORCODE_ERROR_SIGNIN_REQUIRED, "There is no refresh token.");
    if (scopes != NULL && !client_make_scopes(scopes, scope, sizeof(scope)))
        return flow_refuse(*flow, DOORCODE_ERROR_INVALID_SCOPE, "The scopes are too long.");
    const struct form_field fields[] = {
        { "client_id", client->client_id.c },
        { "grant_type", "refresh_token" },
        { "refresh_token", refresh_token },
        { "scope", scopes != NULL ? scope : client->scopes },
        { "client_info", "1" },
        { "claims", client->claims != NULL ? client->claims : "" },
    };
    (*flow)->phase = PHASE_REFRESH;
    flow_ask(*flow, REPLY_OF_TOKEN, fields, sizeof(fields) / sizeof(fields[0]), flow_take);
    return flow_go(*flow);
}
