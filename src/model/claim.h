/* SPDX-License-Identifier: Apache-2.0 */
/* claim.h: a claim that an extension adds to tokens: one text, or a list of texts (spec OIDC, 11.2). */
#ifndef DOORCODE_MODEL_CLAIM_H
#define DOORCODE_MODEL_CLAIM_H

#include "model/directory.h"

struct claim {
    struct slice name;
    struct slices values;
    bool is_list;
};

struct claim_list {
    const struct claim *items;
    size_t n;
};

#endif
