/* SPDX-License-Identifier: Apache-2.0 */
/* subject.h: the ids of rows that belong to no stored thing: a keyed hash of what they are about, so that the same
 * address, reset, method or contact finds its row, and its limits, again in every flow (model/passcode.h). */
#ifndef DOORCODE_API_NATIVE_SUBJECT_H
#define DOORCODE_API_NATIVE_SUBJECT_H

#include "crypto/vault.h"

#include "base/guid.h"

/* `about` says what: "decoy", "signup", "reset", "method", "contact"; then the thing itself. Any thread. */
struct guid subject_id(const struct vault *vault, const char *about, struct guid owner, struct slice thing);

#endif
