/* SPDX-License-Identifier: Apache-2.0 */
/* catalogue.h: the texts of one language, read from its JSON file. Owns them; immutable once loaded, then any thread. */
#ifndef DOORCODE_MAIL_CATALOGUE_H
#define DOORCODE_MAIL_CATALOGUE_H

#include "base/err.h"
#include "base/slice.h"

enum text_key {
#define TEXT_ROW(key) TEXT_##key,
#include "mail/texts.def"
#undef TEXT_ROW
    TEXT_COUNT
};

struct catalogue {
    struct slice texts[TEXT_COUNT];
    void *owner; /* the parsed file, which the texts point into */
};

/* Every key of texts.def and no other, as clean text that is not empty; FORMAT otherwise, also for another direction
 * than "ltr" and "rtl". *out is zeroed on failure. */
NODISCARD err catalogue_load(struct slice json, struct catalogue *out);
void catalogue_free(struct catalogue *c);
/* The key of that name, or TEXT_COUNT. */
enum text_key catalogue_key(struct slice name);

#endif
