/* SPDX-License-Identifier: Apache-2.0 */
/* Any challenge_type and capabilities: a set is made of known words alone, and the words of a set make the same set again. */
#include "base/buf.h"
#include "base/err.h"
#include "wire/native_in.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef bool parse_fn(struct slice list, uint8_t *set);

static const char *const types[] = { "oob", "password", "redirect" };
static const char *const abilities[] = { "mfa_required", "registration_required" };

static void check(parse_fn *parse, const char *const *words, size_t n, char comma, struct slice list)
{
    char text[128];
    struct buf out;
    uint8_t set, again;

    if (!parse(list, &set))
        return;
    ASSERT(set < 1u << n);
    buf_init(&out, text, sizeof text);
    for (size_t i = 0; i < n; i++)
        if ((set & 1u << i) != 0) {
            ASSERT(memmem(list.p, list.n, words[i], strlen(words[i])) != NULL);
            buf_puts(&out, words[i]);
            buf_putc(&out, comma);
        }
    ASSERT(buf_ok(&out) && parse(buf_slice(&out), &again) && again == set);
    for (size_t i = 0; i < list.n; i++) /* nothing but letters of words and what parts them */
        ASSERT(strchr(comma == ',' ? "abdefgimnoqrstu_, \t\r\n\v\f" : "abcdeiorpstw \t\r\n\v\f", list.p[i]) != NULL &&
               list.p[i] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice list = slice_bytes(data, size);

    check(challenge_types_parse, types, sizeof types / sizeof types[0], ' ', list);
    check(capabilities_parse, abilities, sizeof abilities / sizeof abilities[0], ',', list);
    return 0;
}
