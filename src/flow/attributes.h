/* SPDX-License-Identifier: Apache-2.0 */
/* attributes.h: what somebody who signs up tells of herself: the `attributes` parameter held against the user flow, kept
 * as compact JSON, and asked for where it is missing (spec V1, 2.5, 3.5, 3.7, 4.13). A list is sorted by name and its values
 * are canonical text, so equal content is equal bytes. Lists borrow from their arena and
 * from the flow. Pure, any thread. */
#ifndef DOORCODE_FLOW_ATTRIBUTES_H
#define DOORCODE_FLOW_ATTRIBUTES_H

#include "base/arena.h"
#include "base/buf.h"
#include "model/directory.h"
#include "wire/error.h"

struct attribute {
    struct slice name;
    struct slice value; /* "true" or "false", decimal digits, or clean text; never empty */
};

struct attributes {
    const struct attribute *items;
    size_t n;
};

/* Longest value of an attribute in characters: of the built-in ones as the spec says, of all others 250. */
size_t attribute_max(struct slice name);

/* The parameter's JSON object. Names that the flow does not have are left out, as are null, "" and `email`, which is the
 * username. `given` is what is fine, `invalid` the names of all that break their rules, in the order given: of another type,
 * too long, with control characters, not matching the regex. FORMAT: longer than LIMIT_ATTRIBUTES, more than
 * LIMIT_ATTRIBUTE_COUNT members, not a JSON object, a member twice or nested. FULL: the arena. */
NODISCARD err attributes_parse(struct slice text, const struct user_flow *flow, struct arena *a,
                               struct attributes *given, struct slices *invalid);
/* Both, later ones in place of earlier ones of the same name. FULL. */
NODISCARD err attributes_merge(const struct attributes *earlier, const struct attributes *later, struct arena *a,
                               struct attributes *out);
/* The value; empty where there is none. */
struct slice attributes_get(const struct attributes *list, struct slice name);

/* Defaults that an extension gave are kept in the same list, under names that no attribute has. `all`: what was kept;
 * *handed_in: the rest of it. Both borrow. FULL. */
NODISCARD err attributes_split(const struct attributes *all, struct arena *a, struct attributes *handed_in,
                               struct attributes *defaults);
/* The other way round. FULL. */
NODISCARD err attributes_join(const struct attributes *handed_in, const struct attributes *defaults, struct arena *a,
                              struct attributes *out);

/* Compact JSON, for storage, at most LIMIT_ATTRIBUTES bytes in the arena. FULL: together they are longer (or the arena). */
NODISCARD err attributes_pack(const struct attributes *list, struct arena *a, struct slice *out);
/* What was packed; the empty text is the empty list. FORMAT: it is not from attributes_pack. FULL: the arena. */
NODISCARD err attributes_unpack(struct slice text, struct arena *a, struct attributes *out);

/* True while a required attribute of the flow is not in the list. */
bool attributes_missing(const struct user_flow *flow, const struct attributes *given);

/* ---- what an error names (wire/error.h); each sets the members of *out that are about attributes. FULL: the arena ---- */

/* required_attributes: the required ones that are missing, in the flow's order. */
NODISCARD err attributes_name_required(const struct user_flow *flow, const struct attributes *given, struct arena *a,
                                       struct error_extra *out);
/* required_attributes: all that are missing, optional ones with "required":false (spec V1, 3.7), with their defaults. */
NODISCARD err attributes_name_missing(const struct user_flow *flow, const struct attributes *given,
                                      const struct attributes *defaults, struct arena *a, struct error_extra *out);
/* invalid_attributes (spec V1, 3.5). */
NODISCARD err attributes_name_invalid(const struct slices *invalid, struct arena *a, struct error_extra *out);
/* unverified_attributes: the address (spec V1, 3.7). */
void attributes_name_unverified(struct error_extra *out);

#endif
