/* SPDX-License-Identifier: Apache-2.0 */
#include "errors.h"

#include "base/slice.h"

struct kind_row {
    const char *name;
    bool goes_on;
    struct doorcode_error error;
};

static const struct kind_row kinds[] = {
#define KIND_ROW(kind_, name_, goes_on_, message_, advice_) \
    [DOORCODE_ERROR_##kind_] = { name_, goes_on_, ERROR_OF_OURS(DOORCODE_ERROR_##kind_, message_, advice_) },
#include "errors.def"
};

struct match_row {
    const char *error;
    const char *suberror;
    int64_t code;
    const char *text;
    enum doorcode_error_kind kind;
};

static const struct match_row matches[] = {
#define MATCH_ROW(error, suberror, code, text, kind) { error, suberror, code, text, DOORCODE_ERROR_##kind },
#include "errors.def"
};

const struct doorcode_error *error_static(enum doorcode_error_kind kind)
{
    return &kinds[kind].error;
}

struct doorcode_error error_of(enum doorcode_error_kind kind)
{
    return kinds[kind].error;
}

bool error_goes_on(enum doorcode_error_kind kind)
{
    return kinds[kind].goes_on;
}

bool error_is_of_password(enum doorcode_error_kind kind)
{
    return kind >= DOORCODE_ERROR_PASSWORD_TOO_WEAK && kind <= DOORCODE_ERROR_PASSWORD_NOT_ALLOWED;
}

const char *doorcode_error_name(enum doorcode_error_kind kind)
{
    bool known = (size_t)kind < sizeof(kinds) / sizeof(kinds[0]);
    return known ? kinds[kind].name : "unknown";
}

/* `code` is one of the answer's, or 0. */
static bool fits(const struct match_row *row, const struct doorcode_error *answer, int64_t code)
{
    /* Words are compared without regard to case, as the SDKs do (spec V1, 5.4 A11). */
    if (row->error[0] != '\0' && !slice_eq_nocase(slice_of(row->error), slice_of(answer->error)))
        return false;
    if (row->suberror[0] != '\0' && !slice_eq_nocase(slice_of(row->suberror), slice_of(answer->suberror)))
        return false;
    return (row->code == 0 || row->code == code) && strstr(answer->description, row->text) != NULL;
}

static bool looks_at_error_alone(const struct match_row *row)
{
    return row->suberror[0] == '\0' && row->code == 0 && row->text[0] == '\0';
}

static const struct match_row *find_match(const struct doorcode_error *answer, int64_t code, bool by_error_alone)
{
    for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++) {
        if (looks_at_error_alone(&matches[i]) == by_error_alone && fits(&matches[i], answer, code))
            return &matches[i];
    }
    return NULL;
}

/* The first of its codes that says something decides: it is the telling one (spec V1, 5.1, 4). */
static const struct match_row *match_of(const struct doorcode_error *answer)
{
    const struct match_row *match = find_match(answer, 0, false);
    for (size_t i = 0; match == NULL && i < answer->code_count; i++)
        match = find_match(answer, answer->codes[i], false);
    return match != NULL ? match : find_match(answer, 0, true);
}

enum doorcode_error_kind error_kind(const struct doorcode_error *answer)
{
    if (answer->http_status == 429)
        return DOORCODE_ERROR_THROTTLED;
    const struct match_row *match = match_of(answer);
    if (match != NULL)
        return match->kind;
    if (answer->http_status >= 500)
        return DOORCODE_ERROR_SERVER;
    /* The live service answers 404 without a body where native authentication is off (spec V1, 1.2). */
    return answer->http_status == 404 ? DOORCODE_ERROR_NOT_AVAILABLE : DOORCODE_ERROR_PROTOCOL;
}

void error_take_code_of_description(struct doorcode_error *error)
{
    struct slice text = slice_of(error->description);
    struct slice rest;
    uint64_t code = 0;
    if (error->code_count > 0 || !slice_starts(text, SLICE("AADSTS")))
        return;
    struct slice digits = slice_cut(slice_from(text, 6), ':', &rest);
    if (slice_to_u64(digits, INT32_MAX, &code) && code != 0)
        error->codes[error->code_count++] = (int64_t)code;
}
