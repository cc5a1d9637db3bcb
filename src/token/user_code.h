/* SPDX-License-Identifier: Apache-2.0 */
/* user_code.h: what a user copies from her device into the browser (RFC 8628, 6.1): upper-case consonants, so that no
 * letter looks like another and no word comes out. 20^9 of them. Pure but for the randomness; any thread. */
#ifndef DOORCODE_TOKEN_USER_CODE_H
#define DOORCODE_TOKEN_USER_CODE_H

#include "base/rng.h"
#include "base/slice.h"
#include "model/device_code.h"

/* NUL-terminated. */
void user_code_make(const struct rng *rng, char text[USER_CODE_TEXT + 1]);
/* As it was typed, in any case, with blanks and hyphens anywhere, to the text of the row. False: never ours. */
bool user_code_parse(struct slice typed, char text[USER_CODE_TEXT + 1]);

#endif
