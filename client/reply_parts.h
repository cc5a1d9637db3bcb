/* SPDX-License-Identifier: Apache-2.0 */
/* reply_parts.h: the pieces that reply_parse is made of. */
#ifndef DOORCODE_CLIENT_REPLY_PARTS_H
#define DOORCODE_CLIENT_REPLY_PARTS_H

#include "json.h"
#include "reply.h"

enum { REPLY_ENTRY = 48 }; /* what one entry of a list costs beside its texts: its struct, in one list or in two */

/* Fills *out by the body of a 200. NULL, or what is wrong with it (static). */
const char *reply_parse_success(enum reply_endpoint endpoint, const json_t *root, struct reply *out);
/* Makes `out` an error of this kind, with the words of the kind. */
void reply_set_error(struct reply *out, enum doorcode_error_kind kind);

/* Two of the bodies. NULL, or what is wrong with it (static). */
const char *reply_parse_metadata(const json_t *root, struct reply *out);
const char *reply_parse_keys(const json_t *root, struct reply *out);

/* The entries that can be used, in their order; the others are left out. */
void reply_take_methods(const json_t *root, struct reply *out);
void reply_take_attributes(const json_t *root, struct reply *out);
void reply_take_invalid_attributes(const json_t *root, struct reply *out);

#endif
