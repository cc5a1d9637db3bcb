/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/texts.h"

#define SAY(key, text) [SAY_##key] = { text, sizeof(text) - 1 },
static const struct slice en[TEXTS] = {
#include "pages/locale/en.def"
};
static const struct slice de[TEXTS] = {
#include "pages/locale/de.def"
};
static const struct slice fr[TEXTS] = {
#include "pages/locale/fr.def"
};
static const struct slice es[TEXTS] = {
#include "pages/locale/es.def"
};
static const struct slice pt[TEXTS] = {
#include "pages/locale/pt.def"
};
static const struct slice ja[TEXTS] = {
#include "pages/locale/ja.def"
};
static const struct slice it[TEXTS] = {
#include "pages/locale/it.def"
};
static const struct slice nl[TEXTS] = {
#include "pages/locale/nl.def"
};
static const struct slice ar[TEXTS] = {
#include "pages/locale/ar.def"
};
#undef SAY

static const char *const languages[] = { "en", "de", "fr", "es", "pt", "ja", "it", "nl", "ar", NULL };
static const struct slice *const tables[] = { en, de, fr, es, pt, ja, it, nl, ar };
_Static_assert(sizeof languages / sizeof languages[0] == sizeof tables / sizeof tables[0] + 1, "a table each");

static const struct slice names[TEXTS] = {
#define TEXT_ROW(key) { #key, sizeof(#key) - 1 },
#include "pages/texts.def"
#undef TEXT_ROW
};

/* Entra's names of texts. */
static const struct {
    const char *key;
    enum text_id id;
} aliases[] = {
    { "AttributeCollection_Description", SAY_attributes_lead },
    { "AttributeCollection_Title", SAY_attributes_title },
    { "Attribute_City", SAY_attr_city },
    { "Attribute_Country", SAY_attr_country },
    { "Attribute_DisplayName", SAY_attr_display_name },
    { "Attribute_Email", SAY_address_label },
    { "Attribute_Generic_ConfirmationLabel", SAY_new_password_again },
    { "Attribute_GivenName", SAY_attr_given_name },
    { "Attribute_JobTitle", SAY_attr_job_title },
    { "Attribute_Password", SAY_password_label },
    { "Attribute_Password_MismatchErrorString", SAY_password_mismatch },
    { "Attribute_PostalCode", SAY_attr_postal_code },
    { "Attribute_State", SAY_attr_state },
    { "Attribute_StreetAddress", SAY_attr_street },
    { "Attribute_Surname", SAY_attr_surname },
    { "SignIn_Description", SAY_sign_in_lead },
    { "SignIn_Title", SAY_sign_in_title },
    { "SignUp_Description", SAY_sign_up_lead },
    { "SignUp_Title", SAY_sign_up_title },
    { "SisuOtc_Title", SAY_code_title },
};

const char *const *texts_languages(void)
{
    return languages;
}

const struct slice *texts_of(struct slice language)
{
    for (size_t i = 0; languages[i] != NULL; i++)
        if (slice_eq(language, slice_of(languages[i])))
            return tables[i];
    return tables[0];
}

enum text_id text_by_name(struct slice name)
{
    int id = 0;

    while (id < TEXTS && !slice_eq(names[id], name))
        id++;
    return (enum text_id)id;
}

const char *text_name(enum text_id id)
{
    return names[id].p;
}

static enum text_id id_of_key(struct slice key)
{
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
        if (slice_eq(key, slice_of(aliases[i].key)))
            return aliases[i].id;
    return text_by_name(key);
}

/* "de" also fits a language that the operator wrote as "de-AT". */
static bool is_language(struct slice given, struct slice language)
{
    struct slice region;

    return slice_eq_nocase(slice_cut(given, '-', &region), language);
}

bool texts_has_key(struct slice key)
{
    const struct slice attribute = SLICE("Attribute_");
    enum text_id id = id_of_key(key);

    return (id != TEXTS && id != SAY_direction && id != SAY_none) ||
           (slice_starts(key, attribute) && key.n > attribute.n);
}

void texts_override(const struct branding *look, struct slice language, struct slice texts[TEXTS])
{
    for (size_t i = 0; i < look->text_count; i++) {
        const struct text_override *own = &look->texts[i];
        if (!is_language(own->language, language) || own->text.n == 0)
            continue;
        enum text_id id = id_of_key(own->key);
        /* Which way the language runs is not a matter of taste. */
        if (id != TEXTS && id != SAY_direction && id != SAY_none)
            texts[id] = own->text;
    }
}

struct slice texts_attribute(const struct branding *look, struct slice language, struct slice attribute)
{
    struct slice prefix = SLICE("Attribute_");

    for (size_t i = 0; i < look->text_count; i++) {
        const struct text_override *own = &look->texts[i];
        if (!is_language(own->language, language) || !slice_starts(own->key, prefix))
            continue;
        struct slice name = slice_from(own->key, prefix.n);
        if (slice_starts(name, SLICE("extension_")) && name.n > attribute.n &&
            name.p[name.n - attribute.n - 1] == '_' && slice_ends(name, attribute))
            return own->text;
        if (slice_eq(name, attribute))
            return own->text;
    }
    return SLICE_EMPTY;
}
