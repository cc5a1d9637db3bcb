/* SPDX-License-Identifier: Apache-2.0 */
/* form.h: request bodies, application/x-www-form-urlencoded. */
#ifndef DOORCODE_CLIENT_FORM_H
#define DOORCODE_CLIENT_FORM_H

#include "base/buf.h"

struct form_field {
    const char *name;
    const char *value;
};

/* The body in memory of its own, as it may hold codes and tokens: form_free wipes it. An empty value is left out.
 * False without memory. */
bool form_make(struct buf *body, const struct form_field *fields, size_t n);
void form_free(struct buf *body);

#endif
