/* SPDX-License-Identifier: Apache-2.0 */
/* Any password against any name and word, one a line: letters of the other case change no verdict, fewer banned words let
 * no password fail, and what may pass has the length and the characters. */
#include "flow/password_policy.h"

#include "base/limits.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum error_id check_other_case(struct slice password, const struct password_rules *rules)
{
    char *other = malloc(password.n + 1);

    ASSERT(other != NULL);
    for (size_t i = 0; i < password.n; i++) {
        char c = password.p[i];
        other[i] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? (char)(c ^ 0x20) : c;
    }
    enum error_id verdict = password_policy_check(slice_bytes(other, password.n), rules);
    free(other);
    return verdict;
}

static bool is_one_of_ours(enum error_id verdict)
{
    return verdict == ERROR_NONE || verdict == ERROR_PASSWORD_INVALID || verdict == ERROR_PASSWORD_TOO_SHORT ||
           verdict == ERROR_PASSWORD_TOO_LONG || verdict == ERROR_PASSWORD_TOO_WEAK || verdict == ERROR_PASSWORD_BANNED;
}

static void check_accepted(struct slice password)
{
    ASSERT(password.n >= 8 && password.n <= LIMIT_PASSWORD);
    for (size_t i = 0; i < password.n; i++)
        ASSERT(password.p[i] >= ' ' && password.p[i] <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice rest, password;
    struct slice username = slice_cut(slice_bytes(data, size), '\n', &rest);
    struct slice word = slice_cut(rest, '\n', &password);
    const struct slices banned = { &word, 1 };
    const struct password_rules rules = { &banned, username }, fewer = { NULL, SLICE_EMPTY };

    enum error_id verdict = password_policy_check(password, &rules);
    ASSERT(is_one_of_ours(verdict));
    ASSERT(check_other_case(password, &rules) == verdict);
    enum error_id milder = password_policy_check(password, &fewer);
    ASSERT(milder == verdict || (milder == ERROR_NONE && verdict == ERROR_PASSWORD_BANNED));
    if (verdict == ERROR_NONE)
        check_accepted(password);
    return 0;
}
