/* SPDX-License-Identifier: Apache-2.0 */
/* secret_item.h: one item of the default collection of the Secret Service (freedesktop.org Secret Service API 0.2), by its
 * attributes. Secrets travel plainly over the session bus, which is this user's on this machine, and are wiped at this end.
 * Results are 0 or negative errno; one thread at a time. */
#ifndef DOORCODE_CLIENT_SECRET_ITEM_H
#define DOORCODE_CLIENT_SECRET_ITEM_H

#include <stdbool.h>
#include <stddef.h>

struct secret_item;

/* ENOSYS: no libsystemd; else why there is no session bus. *secret is set to NULL then. */
int secret_item_open(const char *name, struct secret_item **secret);
void secret_item_close(struct secret_item *secret);
/* Sees that the default collection is unlocked; the user may be asked, for `wait_ms` at most (0: not at all). ENOENT: no service, or no
 * such collection; EACCES: locked, or the user did not want to; ETIMEDOUT. */
int secret_item_unlock(struct secret_item *secret, int wait_ms);
/* malloc'ed, at most `max` bytes; NULL and 0 where there is no item. EACCES: locked; EFBIG. */
int secret_item_read(struct secret_item *secret, char **bytes, size_t *n, size_t max);
int secret_item_write(struct secret_item *secret, const char *bytes, size_t n);
/* One connection on the bus at a time has it. EBUSY. */
int secret_item_lock(struct secret_item *secret);
void secret_item_release(struct secret_item *secret);

#endif
