/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/password_policy.h"

#include "base/limits.h"
#include "base/secret.h"

#include <stdint.h>
#include <string.h>

enum { SHORTEST = 8, KINDS_NEEDED = 3, POINTS_NEEDED = 5, WORD_MIN = 4, SLIP_MIN = 6 };

static const char *const everybodys[] = {
#define BANNED_WORDS(...) __VA_ARGS__,
#include "flow/banned_words.def"
#undef BANNED_WORDS
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

/* ---- banned words: the cheapest way to write the password out of words and single characters ---- */

struct score {
    struct slice text;                  /* the password, evened out */
    uint8_t points[LIMIT_PASSWORD + 1]; /* for the first n characters; no more than POINTS_NEEDED */
};

/* Case goes, and one sign stands for all that look alike; I, L and 1 are one. */
static char even_out(char c)
{
    static const char looks[] = "@4839iI1!|05$7+", means[] = "aabeglllllosstt";
    const char *at = c == '\0' ? NULL : strchr(looks, c);

    if (at != NULL)
        return means[at - looks];
    return is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

static void reach(struct score *s, size_t from, size_t to)
{
    uint8_t points = (uint8_t)(s->points[from] + 1);

    if (points < s->points[to])
        s->points[to] = points;
}

/* How many characters of the word stand at the text's beginning. */
static size_t common(struct slice text, struct slice word)
{
    size_t n = 0;

    while (n < word.n && n < text.n && even_out(word.p[n]) == text.p[n])
        n++;
    return n;
}

static bool begins(struct slice text, struct slice word)
{
    return common(text, word) == word.n;
}

/* The word at this place, or one slip away from it: a character changed, left out or put in, but neither the first nor the
 * last. Short words have too many neighbours for that. */
static void try_word(struct score *s, size_t at, struct slice word)
{
    struct slice text = slice_from(s->text, at);

    if (word.n < WORD_MIN || even_out(word.p[0]) != text.p[0])
        return;
    size_t same = common(text, word);
    if (same == word.n)
        reach(s, at, at + word.n);
    if (same == word.n || word.n < SLIP_MIN)
        return;
    if (begins(slice_from(text, same + 1), slice_from(word, same)))
        reach(s, at, at + word.n + 1);
    if (same + 1 == word.n)
        return;
    if (begins(slice_from(text, same + 1), slice_from(word, same + 1)))
        reach(s, at, at + word.n);
    if (begins(slice_from(text, same), slice_from(word, same + 1)))
        reach(s, at, at + word.n - 1);
}

/* "anna" and "schmidt" of "anna.schmidt". */
static struct slice next_part(struct slice *name)
{
    size_t n = 0;

    while (n < name->n && strchr("._-+", name->p[n]) == NULL)
        n++;
    struct slice part = { name->p, n };
    *name = slice_from(*name, n + 1);
    return part;
}

static void try_words(struct score *s, size_t at, const struct password_rules *rules)
{
    struct slice domain;
    struct slice name = slice_cut(rules->username, '@', &domain);

    try_word(s, at, name);
    while (name.n > 0)
        try_word(s, at, next_part(&name));
    for (size_t i = 0; rules->banned != NULL && i < rules->banned->n; i++)
        try_word(s, at, rules->banned->items[i]);
    for (size_t i = 0; i < sizeof everybodys / sizeof everybodys[0]; i++)
        try_word(s, at, slice_of(everybodys[i]));
}

static bool is_built_on_words(struct slice password, const struct password_rules *rules)
{
    char even[LIMIT_PASSWORD];
    struct score s = { .text = { even, password.n } };

    for (size_t i = 0; i < password.n; i++)
        even[i] = even_out(password.p[i]);
    memset(s.points, POINTS_NEEDED, sizeof s.points);
    s.points[0] = 0;
    for (size_t at = 0; at < password.n; at++) {
        if (s.points[at] == POINTS_NEEDED)
            continue;
        reach(&s, at, at + 1);
        try_words(&s, at, rules);
    }
    wipe(even, sizeof even);
    return s.points[password.n] < POINTS_NEEDED;
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
