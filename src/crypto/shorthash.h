/* SPDX-License-Identifier: Apache-2.0 */
/* shorthash.h: SipHash-2-4 for tables that strangers fill. Pure, any thread. */
#ifndef DOORCODE_CRYPTO_SHORTHASH_H
#define DOORCODE_CRYPTO_SHORTHASH_H

#include "base/slice.h"

enum { SHORTHASH_KEY = 16 };

uint64_t shorthash(const uint8_t key[SHORTHASH_KEY], struct slice bytes);

#endif
