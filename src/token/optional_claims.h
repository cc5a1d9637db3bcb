/* SPDX-License-Identifier: Apache-2.0 */
/* optional_claims.h: claims that tokens have where an application asks for them: its id tokens as it declares, access tokens
 * as the API declares that they are for (spec OIDC, 5.2 and 5.5). Any thread. */
#ifndef DOORCODE_TOKEN_OPTIONAL_CLAIMS_H
#define DOORCODE_TOKEN_OPTIONAL_CLAIMS_H

#include "token/claims.h"
#include "wire/json_out.h"

enum token_kind { TOKEN_ID = 1, TOKEN_ACCESS = 2, TOKEN_ACCESS_V1 = 4 };

/* Those that are declared, known, have a value, and do not stand in the token already. */
void optional_claims_put(struct json *j, const struct claims_input *in, enum token_kind kind);
/* Whether the name, in any case, is one of those. */
bool optional_claims_have(const struct claims_input *in, enum token_kind kind, struct slice name);

#endif
