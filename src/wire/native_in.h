/* SPDX-License-Identifier: Apache-2.0 */
/* native_in.h: the list parameters of native authentication as sets (spec V1, 1.8). Pure, any thread. */
#ifndef DOORCODE_WIRE_NATIVE_IN_H
#define DOORCODE_WIRE_NATIVE_IN_H

#include "base/slice.h"

enum { CHALLENGE_OOB = 1, CHALLENGE_PASSWORD = 2, CHALLENGE_REDIRECT = 4 };
enum { CAPABILITY_MFA_REQUIRED = 1, CAPABILITY_REGISTRATION_REQUIRED = 2 };

/* Blank-separated; an empty list is the empty set. False: a value that is not known. */
bool challenge_types_parse(struct slice list, uint8_t *set);
/* Blank- or comma-separated (spec V1, 6.1). False: a value that is not known. */
bool capabilities_parse(struct slice list, uint8_t *set);

#endif
