/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/native_in.h"

struct word {
    const char *text;
    uint8_t bit;
};

static const struct word challenge_types[] = {
    { "oob", CHALLENGE_OOB }, { "password", CHALLENGE_PASSWORD }, { "redirect", CHALLENGE_REDIRECT }, { NULL, 0 }
};
static const struct word capabilities[] = {
    { "mfa_required", CAPABILITY_MFA_REQUIRED },
    { "registration_required", CAPABILITY_REGISTRATION_REQUIRED },
    { NULL, 0 },
};

static uint8_t bit_of(const struct word *words, struct slice text)
{
    for (; words->text != NULL; words++)
        if (slice_eq(slice_of(words->text), text))
            return words->bit;
    return 0;
}

static bool add_words(const struct word *words, struct slice list, uint8_t *set)
{
    for (struct slice word = slice_word(&list); word.n > 0; word = slice_word(&list)) {
        uint8_t bit = bit_of(words, word);
        if (bit == 0)
            return false;
        *set |= bit;
    }
    return true;
}

bool challenge_types_parse(struct slice list, uint8_t *set)
{
    *set = 0;
    return add_words(challenge_types, list, set);
}

bool capabilities_parse(struct slice list, uint8_t *set)
{
    *set = 0;
    while (list.n > 0)
        if (!add_words(capabilities, slice_cut(list, ',', &list), set))
            return false;
    return true;
}
