/* SPDX-License-Identifier: Apache-2.0 */
#include "scopes.h"

#include "base/slice.h"

static bool has(const char *list, struct slice scope)
{
    struct slice rest = slice_of(list);
    struct slice next;
    while ((next = slice_word(&rest)).n > 0) {
        if (slice_eq_nocase(next, scope))
            return true;
    }
    return false;
}

static bool is_of_resource(struct slice scope)
{
    return !has("openid profile email offline_access", scope);
}

static bool has_resource(const char *list)
{
    struct slice rest = slice_of(list);
    struct slice next;
    while ((next = slice_word(&rest)).n > 0) {
        if (is_of_resource(next))
            return true;
    }
    return false;
}

bool scopes_serve(const char *granted, const char *wanted)
{
    bool resource = has_resource(wanted);
    struct slice rest = slice_of(wanted);
    struct slice next;
    while ((next = slice_word(&rest)).n > 0) {
        bool counts = resource ? is_of_resource(next) : slice_eq_nocase(next, SLICE("email"));
        if (counts && !has(granted, next))
            return false;
    }
    return resource || !has_resource(granted);
}

bool scopes_replace(const char *newer, const char *older)
{
    struct slice rest = slice_of(newer);
    struct slice next;
    while ((next = slice_word(&rest)).n > 0) {
        if (is_of_resource(next) && has(older, next))
            return true;
    }
    return !has_resource(newer) && !has_resource(older);
}
