/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/password_policy.h"

#include "base/limits.h"
#include "base/secret.h"

#include <string.h>

enum { SHORTEST = 8, KINDS_NEEDED = 3, POINTS_NEEDED = 5, WORD_MIN = 4 };

/* Lower case, look-alikes as letters; longer ones before their beginnings. */
static const char *const everybodys[] = {
#define BANNED_WORD(word) word,
#include "flow/banned_words.def"
#undef BANNED_WORD
};

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_allowed(char c)
{
    return is_lower(c) || is_upper(c) || is_digit(c) ||
           (c != '\0' && strchr(" @#$%^&*-_!+=[]{}|\\:',.?/`~\"();<>", c) != NULL);
}

static bool has_strange(struct slice password)
{
    for (size_t i = 0; i < password.n; i++)
        if (!is_allowed(password.p[i]))
            return true;
    return false;
}

static int count_kinds(struct slice password)
{
    bool lower = false, upper = false, digit = false, symbol = false;

    for (size_t i = 0; i < password.n; i++) {
        char c = password.p[i];
        lower |= is_lower(c);
        upper |= is_upper(c);
        digit |= is_digit(c);
        symbol |= !is_lower(c) && !is_upper(c) && !is_digit(c);
    }
    return lower + upper + digit + symbol;
}

/* ---- banned words ---- */

static char even_out(char c)
{
    static const char looks[] = "@0$135!7", means[] = "aosleslt";
    const char *at = c == '\0' ? NULL : strchr(looks, c);

    if (at != NULL)
        return means[at - looks];
    return is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

static bool word_stands_at(struct slice text, size_t at, struct slice word)
{
    if (word.n < WORD_MIN || word.n > text.n - at)
        return false;
    for (size_t i = 0; i < word.n; i++)
        if (text.p[at + i] != even_out(word.p[i]))
            return false;
    return true;
}

/* Length of the longest banned word at this place; 0: none. */
static size_t banned_at(struct slice text, size_t at, const struct password_rules *rules)
{
    struct slice rest;
    struct slice name = slice_cut(rules->username, '@', &rest);
    size_t longest = word_stands_at(text, at, name) ? name.n : 0;

    for (size_t i = 0; i < sizeof everybodys / sizeof everybodys[0]; i++) {
        struct slice word = slice_of(everybodys[i]);
        if (word.n > longest && word_stands_at(text, at, word))
            longest = word.n;
    }
    for (size_t i = 0; rules->banned != NULL && i < rules->banned->n; i++) {
        struct slice word = rules->banned->items[i];
        if (word.n > longest && word_stands_at(text, at, word))
            longest = word.n;
    }
    return longest;
}

static bool is_built_on_words(struct slice password, const struct password_rules *rules)
{
    char even[LIMIT_PASSWORD];
    struct slice text = { even, password.n };
    int points = 0;

    for (size_t i = 0; i < password.n; i++)
        even[i] = even_out(password.p[i]);
    for (size_t i = 0; i < text.n && points < POINTS_NEEDED; points++) {
        size_t word = banned_at(text, i, rules);
        i += word > 0 ? word : 1;
    }
    wipe(even, sizeof even);
    return points < POINTS_NEEDED;
}

enum error_id password_policy_check(struct slice password, const struct password_rules *rules)
{
    if (has_strange(password))
        return ERROR_PASSWORD_INVALID;
    if (password.n < SHORTEST)
        return ERROR_PASSWORD_TOO_SHORT;
    if (password.n > LIMIT_PASSWORD)
        return ERROR_PASSWORD_TOO_LONG;
    if (count_kinds(password) < KINDS_NEEDED)
        return ERROR_PASSWORD_TOO_WEAK;
    return is_built_on_words(password, rules) ? ERROR_PASSWORD_BANNED : ERROR_NONE;
}
