/* SPDX-License-Identifier: Apache-2.0 */
/* dev_ca.h: the development mode's certificate authority: it signs for localhost and loopback addresses only (name
 * constraints), so that trusting it opens nothing else. Files of a folder: ca.pem, ca.key, server.pem (with the chain),
 * server.key; keys are mode 0600. One process at a time. */
#ifndef DOORCODE_CRYPTO_DEV_CA_H
#define DOORCODE_CRYPTO_DEV_CA_H

#include "base/clock.h"
#include "base/err.h"

enum { DEV_CA_PATH = 512 };

struct dev_ca_paths {
    char ca[DEV_CA_PATH];
    char ca_key[DEV_CA_PATH];
    char certificate[DEV_CA_PATH];
    char key[DEV_CA_PATH];
};

/* Makes what is missing in the folder, which exists; renews what has less than 30 days left (of 397, the authority's of
 * ten years) and a server's certificate of another authority. `now` in seconds. FULL: the folder's name is too long.
 * IO: errno tells more. CRYPTO. *out is the caller's. */
NODISCARD err dev_ca_ensure(const char *folder, instant now, struct dev_ca_paths *out);

#endif
