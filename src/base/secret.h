/* SPDX-License-Identifier: Apache-2.0 */
/* secret.h: wiping and comparing what must not be seen. Pure, any thread. */
#ifndef DOORCODE_BASE_SECRET_H
#define DOORCODE_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

void wipe(void *p, size_t n); /* not optimised away; NULL with 0 is fine */
/* Equality in time that depends on n alone. Not an order. */
bool secret_eq(const void *a, const void *b, size_t n);

#endif
