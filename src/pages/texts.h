/* SPDX-License-Identifier: Apache-2.0 */
/* texts.h: the words of the hosted pages in every language (texts.def, locale/). Static; pure, any thread. */
#ifndef DOORCODE_PAGES_TEXTS_H
#define DOORCODE_PAGES_TEXTS_H

#include "model/directory.h"

enum text_id {
#define TEXT_ROW(key) SAY_##key,
#include "pages/texts.def"
#undef TEXT_ROW
    TEXTS
};

/* Our languages, English first, ended by NULL. */
const char *const *texts_languages(void);
/* All words of a language, TEXTS of them; English for one that is not ours. */
const struct slice *texts_of(struct slice language);
/* The text of that name; TEXTS: there is none. */
enum text_id text_by_name(struct slice name);
const char *text_name(enum text_id id);

/* Puts the operator's own words in the place of ours; a key is a name of texts.def or one of Entra's (spec OIDC, 3.5). */
void texts_override(const struct branding *look, struct slice language, struct slice texts[TEXTS]);
/* Whether texts_override or texts_attribute would look at that key. */
bool texts_has_key(struct slice key);
/* What the operator calls a custom attribute in that language (Attribute_extension_{app}_{name}); empty: nothing. */
struct slice texts_attribute(const struct branding *look, struct slice language, struct slice attribute);

#endif
