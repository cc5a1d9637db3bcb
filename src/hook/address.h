/* SPDX-License-Identifier: Apache-2.0 */
/* address.h: addresses that an extension must not have, whatever its name says. Pure, any thread. */
#ifndef DOORCODE_HOOK_ADDRESS_H
#define DOORCODE_HOOK_ADDRESS_H

#include <stdbool.h>

struct sockaddr;

/* Link-local, or where a cloud hands out the machine's credentials to whoever asks from it, also in the clothes of IPv6
 * (mapped, compatible, NAT64). True for what is neither IPv4 nor IPv6. (spec OIDC, 11.1) */
bool hook_address_is_barred(const struct sockaddr *address);

#endif
