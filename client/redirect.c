/* SPDX-License-Identifier: Apache-2.0 */
#include "redirect.h"

#include "base/buf.h"
#include "base/hex.h"
#include "base/secret.h"

#include <string.h>

/* One byte of a form-urlencoded text; the text moves on. -1: what stands there is none. */
static int next_byte(struct slice *text)
{
    char c = text->p[0];
    if (c != '%') {
        *text = slice_from(*text, 1);
        return c == '+' ? ' ' : (unsigned char)c;
    }
    int high = text->n > 2 ? hex_digit(text->p[1]) : -1;
    int low = text->n > 2 ? hex_digit(text->p[2]) : -1;
    *text = slice_from(*text, 3);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* False where it does not fit, is badly escaped or has a control character: no value of ours does. */
static bool decode(struct slice text, char *out, size_t cap)
{
    size_t n = 0;
    while (text.n > 0) {
        int byte = next_byte(&text);
        if (byte < ' ' || byte == 0x7f || n + 1 >= cap)
            return false;
        out[n++] = (char)byte;
    }
    out[n] = '\0';
    return true;
}

struct place {
    const char *name;
    char *text;
    size_t cap;
    bool seen;
};

static void take(struct place *places, size_t count, struct slice pair, struct redirect *out)
{
    char name[32];
    struct slice value;
    struct slice key = slice_cut(pair, '=', &value);
    if (!decode(key, name, sizeof(name)))
        return; /* a name of somebody else's */
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, places[i].name) != 0)
            continue;
        if (places[i].seen || !decode(value, places[i].text, places[i].cap)) {
            out->is_malformed = true;
            places[i].text[0] = '\0';
        }
        places[i].seen = true;
    }
}

void redirect_parse(struct slice query, struct redirect *out)
{
    *out = (struct redirect){ 0 };
    struct place places[] = {
        { "state", out->state, sizeof(out->state), false },
        { "code", out->code, sizeof(out->code), false },
        { "iss", out->iss, sizeof(out->iss), false },
        { "error", out->error, sizeof(out->error), false },
        { "error_description", out->error_description, sizeof(out->error_description), false },
        { "error_subcode", out->error_subcode, sizeof(out->error_subcode), false },
    };
    out->is_malformed = query.n > CLIENT_REDIRECT;
    if (out->is_malformed)
        return;
    while (query.n > 0) {
        struct slice pair = slice_cut(query, '&', &query);
        take(places, sizeof(places) / sizeof(places[0]), pair, out);
    }
}

enum redirect_verdict redirect_judge(const struct redirect *redirect, const struct redirect_rule *rule)
{
    size_t n = strlen(rule->state);
    if (strlen(redirect->state) != n || !secret_eq(redirect->state, rule->state, n))
        return REDIRECT_STRAY;
    if (redirect->is_malformed)
        return REDIRECT_MALFORMED;
    if (rule->ends_session)
        return REDIRECT_CODE;
    bool named = redirect->iss[0] != '\0';
    if (named ? strcmp(redirect->iss, rule->issuer) != 0 : rule->needs_issuer)
        return REDIRECT_MIXED_UP;
    if (redirect->error[0] != '\0')
        return REDIRECT_ERROR;
    return redirect->code[0] != '\0' ? REDIRECT_CODE : REDIRECT_MALFORMED;
}
