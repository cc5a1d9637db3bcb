/* SPDX-License-Identifier: Apache-2.0 */
/* b64.h: base64url without padding (RFC 4648 section 5), as tokens and keys are written, and plain base64 for
 * certificates. Table-free, so that time does not depend on the bytes. Pure, any thread. */
#ifndef DOORCODE_BASE_B64_H
#define DOORCODE_BASE_B64_H

#include "base/buf.h"

/* Length of n bytes in base64url. */
#define B64URL_LENGTH(n) (((n)*4 + 2) / 3)

void b64url_put(struct buf *out, const void *bytes, size_t n);
void b64_put(struct buf *out, const void *bytes, size_t n); /* standard alphabet, padded */
/* Decodes strictly: no padding, no other characters, no stray low bits. False if bad or longer than cap. */
bool b64url_decode(struct slice text, void *out, size_t cap, size_t *n);
/* The same for the standard alphabet, which is padded. */
bool b64_decode(struct slice text, void *out, size_t cap, size_t *n);

#endif
