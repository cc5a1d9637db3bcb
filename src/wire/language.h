/* SPDX-License-Identifier: Apache-2.0 */
/* language.h: which of our languages a reader wants. Pure, any thread. */
#ifndef DOORCODE_WIRE_LANGUAGE_H
#define DOORCODE_WIRE_LANGUAGE_H

#include "base/slice.h"

/* The best of `ours` (ended by NULL) for the value of Accept-Language (RFC 9110, 12.5.4) or ui_locales (OpenID Connect Core,
 * 3.1.2.1), by the lookup of RFC 4647; NULL: none of them is wanted. */
const char *language_best(struct slice preferences, const char *const *ours);

#endif
