/* SPDX-License-Identifier: Apache-2.0 */
/* ahead.h: wrong answers that are counted before they are given (docs/decisions/012). A passcode row that is written
 * while its code is open counts some wrong answers in advance; here is remembered how many of them are still to come. A
 * row that is not here has none: after a restart all of them count as given. A table of fixed size, since strangers fill
 * it; who is pushed out loses what was left, never gains. Any thread. */
#ifndef DOORCODE_STORE_AHEAD_H
#define DOORCODE_STORE_AHEAD_H

#include "base/err.h"
#include "model/passcode.h"

struct ahead;

struct ahead *ahead_new(void); /* NULL without memory */
void ahead_free(struct ahead *a);

/* A row is known to last with `left` wrong answers counted in advance; what was said of the subject before is void. Of the
 * row: subject, version, challenge, as they are stored. */
void ahead_open(struct ahead *a, const struct passcode *row, uint32_t left);
/* How many are left of the row that was read. */
uint32_t ahead_left(struct ahead *a, const struct passcode *row);
/* One of them was given. False where there are not `left` of them any more: the row must be read again. */
bool ahead_take(struct ahead *a, const struct passcode *row, uint32_t left);
/* The row is about to be replaced by one that was decided on with `left` of them: from now on none can be taken. False
 * where one was taken since. May be repeated. */
bool ahead_close(struct ahead *a, const struct passcode *row, uint32_t left);

/* Calls `give` for each row that has some left, in no order, until it fails. */
NODISCARD err ahead_each(struct ahead *a, err (*give)(void *ctx, const struct passcode *row, uint32_t left), void *ctx);

#endif
