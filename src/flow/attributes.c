/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/attributes.h"

#include "base/limits.h"
#include "wire/json_in.h"
#include "wire/json_out.h"
#include "wire/pattern.h"
#include "wire/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CUSTOM_MAX = 250, NUMBER_MAX = 40 };

static const struct built_in {
    const char *name;
    size_t max;
} built_in[] = {
    { "city", 128 },      { "country", 128 }, { "displayName", 256 },    { "givenName", 64 }, { "jobTitle", 128 },
    { "postalCode", 40 }, { "state", 128 },   { "streetAddress", 1024 }, { "surname", 64 },
};

size_t attribute_max(struct slice name)
{
    for (size_t i = 0; i < sizeof built_in / sizeof built_in[0]; i++)
        if (slice_eq(name, slice_of(built_in[i].name)))
            return built_in[i].max;
    return CUSTOM_MAX;
}

/* ---- lists ---- */

static int name_order(const void *a, const void *b)
{
    const struct attribute *x = a, *y = b;

    return slice_compare(x->name, y->name);
}

static const struct attribute *find(const struct attributes *list, struct slice name)
{
    struct attribute key = { .name = name };

    return list->n == 0 ? NULL : bsearch(&key, list->items, list->n, sizeof key, name_order);
}

struct slice attributes_get(const struct attributes *list, struct slice name)
{
    const struct attribute *found = find(list, name);

    return found == NULL ? SLICE_EMPTY : found->value;
}

err attributes_merge(const struct attributes *earlier, const struct attributes *later, struct arena *a,
                     struct attributes *out)
{
    struct attribute *items = arena_take(a, (earlier->n + later->n) * sizeof *items);
    size_t n = 0, i = 0, k = 0;

    ENSURE(items != NULL, FULL);
    while (i < earlier->n || k < later->n) {
        int order = i == earlier->n ? 1 : k == later->n ? -1 : name_order(&earlier->items[i], &later->items[k]);
        items[n++] = order < 0 ? earlier->items[i] : later->items[k];
        i += order <= 0;
        k += order >= 0;
    }
    *out = (struct attributes){ items, n };
    return OK;
}

/* ---- defaults ---- */

static const char default_mark = '?';

err attributes_split(const struct attributes *all, struct arena *a, struct attributes *handed_in,
                     struct attributes *defaults)
{
    struct attribute *items = arena_take(a, all->n * sizeof *items);
    size_t n = 0;

    ENSURE(all->n == 0 || items != NULL, FULL);
    while (n < all->n && all->items[n].name.p[0] == default_mark) { /* it sorts before all letters */
        items[n] = (struct attribute){ slice_from(all->items[n].name, 1), all->items[n].value };
        n++;
    }
    *defaults = (struct attributes){ items, n };
    *handed_in = (struct attributes){ all->items + n, all->n - n };
    return OK;
}

static struct slice marked(struct slice name, struct arena *a)
{
    char *text = arena_take(a, name.n + 1);

    if (text == NULL)
        return SLICE_EMPTY;
    text[0] = default_mark;
    memcpy(text + 1, name.p, name.n);
    return (struct slice){ text, name.n + 1 };
}

err attributes_join(const struct attributes *handed_in, const struct attributes *defaults, struct arena *a,
                    struct attributes *out)
{
    struct attribute *items = arena_take(a, defaults->n * sizeof *items);
    const struct attributes kept = { items, defaults->n };

    ENSURE(defaults->n == 0 || items != NULL, FULL);
    for (size_t i = 0; i < defaults->n; i++)
        items[i] = (struct attribute){ marked(defaults->items[i].name, a), defaults->items[i].value };
    ENSURE(!a->full, FULL);
    return attributes_merge(&kept, handed_in, a, out);
}

/* ---- values ---- */

/* Any plain value as text: forms send strings, SDKs also numbers and booleans (spec V1, 4.13). */
static struct slice text_of(const struct json_in_member *m, char space[NUMBER_MAX])
{
    if (m->kind == JSON_IN_FLAG)
        return m->flag ? SLICE("true") : SLICE("false");
    if (m->kind == JSON_IN_NUMBER)
        snprintf(space, NUMBER_MAX, "%" PRId64, m->number);
    else if (m->kind == JSON_IN_FRACTION)
        snprintf(space, NUMBER_MAX, "%.15g", m->fraction);
    else
        return m->kind == JSON_IN_TEXT ? m->text : SLICE_EMPTY;
    return slice_of(space);
}

static bool to_flag(struct slice *value)
{
    bool yes = slice_eq_nocase(*value, SLICE("true"));

    if (!yes && !slice_eq_nocase(*value, SLICE("false")))
        return false;
    *value = yes ? SLICE("true") : SLICE("false");
    return true;
}

/* 32 bits, as in a directory; without leading zeros. */
static bool to_integer(struct slice *value, char space[NUMBER_MAX])
{
    bool minus = slice_starts(*value, SLICE("-"));
    uint64_t number;

    if (!slice_to_u64(slice_from(*value, minus ? 1 : 0), minus ? (uint64_t)INT32_MAX + 1 : INT32_MAX, &number))
        return false;
    snprintf(space, NUMBER_MAX, "%s%" PRIu64, minus && number > 0 ? "-" : "", number);
    *value = slice_of(space);
    return true;
}

/* The bytes are looked at before the characters: nothing is decoded that is too long anyway. */
static bool is_fitting(struct slice name, struct slice value)
{
    size_t max = attribute_max(name);

    return value.n <= 4 * max && text_is_clean(value) && text_length(value) <= max;
}

/* Makes the value canonical. False: it breaks the attribute's rules. */
static bool accept(const struct flow_attribute *rule, struct slice *value, char space[NUMBER_MAX])
{
    if (slice_eq(rule->type, SLICE("boolean"))) {
        if (!to_flag(value))
            return false;
    } else if (slice_eq(rule->type, SLICE("integer"))) {
        if (!to_integer(value, space))
            return false;
    } else if (!is_fitting(rule->name, *value)) {
        return false;
    }
    return rule->pattern == NULL || pattern_matches(rule->pattern, *value);
}

/* ---- the parameter ---- */

static void free_object(struct json_t **object)
{
    json_in_free(*object);
}

/* The rule for a name; NULL for names the flow does not ask for. The address is the username, not one of these. */
static const struct flow_attribute *rule_of(const struct user_flow *flow, struct slice name)
{
    if (slice_eq(name, SLICE("email")))
        return NULL;
    for (size_t i = 0; i < flow->attribute_count; i++)
        if (slice_eq(flow->attributes[i].name, name))
            return &flow->attributes[i];
    return NULL;
}

/* A parameter while it is read. */
struct reading {
    struct arena *arena;
    struct attribute *given;
    size_t given_count;
    struct slice *invalid;
    size_t invalid_count;
};

static err reading_start(struct reading *r, size_t n)
{
    r->given = arena_take(r->arena, n * sizeof r->given[0]);
    r->invalid = arena_take(r->arena, n * sizeof r->invalid[0]);
    ENSURE(r->given != NULL && r->invalid != NULL, FULL);
    return OK;
}

static struct attributes reading_done(struct reading *r)
{
    if (r->given_count > 1)
        qsort(r->given, r->given_count, sizeof r->given[0], name_order);
    return (struct attributes){ r->given, r->given_count };
}

static err read_member(struct reading *r, const struct json_in_member *m, const struct user_flow *flow)
{
    const struct flow_attribute *rule = rule_of(flow, m->name);
    char text_space[NUMBER_MAX], space[NUMBER_MAX];
    struct slice value = text_of(m, text_space);

    ENSURE(m->kind != JSON_IN_NESTED, FORMAT);
    if (rule == NULL || value.n == 0)
        return OK;
    if (accept(rule, &value, space))
        r->given[r->given_count++] = (struct attribute){ rule->name, arena_copy(r->arena, value) };
    else
        r->invalid[r->invalid_count++] = rule->name;
    ENSURE(!r->arena->full, FULL);
    return OK;
}

err attributes_parse(struct slice text, const struct user_flow *flow, struct arena *a, struct attributes *given,
                     struct slices *invalid)
{
    AUTO(free_object) struct json_t *object = NULL;
    struct reading r = { .arena = a };
    struct json_in_member m;
    void *at = NULL;

    ENSURE(text.n <= LIMIT_ATTRIBUTES, FORMAT);
    TRY(json_in_parse(text, LIMIT_ATTRIBUTES, &object));
    ENSURE(json_in_count(object) <= LIMIT_ATTRIBUTE_COUNT, FORMAT);
    TRY(reading_start(&r, json_in_count(object)));
    while (json_in_next(object, &at, &m))
        TRY(read_member(&r, &m, flow));
    *given = reading_done(&r);
    *invalid = (struct slices){ r.invalid, r.invalid_count };
    return OK;
}

/* ---- storage ---- */

static err put_member(struct json *j, const struct attribute *attribute, struct arena *a)
{
    size_t room = attribute->name.n + 1;
    char *key = arena_take_raw(a, room);

    ENSURE(key != NULL, FULL);
    ENSURE(slice_to_cstr(attribute->name, key, room), FORMAT);
    json_text(j, key, attribute->value);
    return OK;
}

err attributes_pack(const struct attributes *list, struct arena *a, struct slice *out)
{
    struct buf text;
    struct json j;

    buf_init_arena(&text, a, LIMIT_ATTRIBUTES);
    json_start(&j, &text);
    json_object(&j, NULL);
    for (size_t i = 0; i < list->n; i++)
        TRY(put_member(&j, &list->items[i], a));
    json_end(&j);
    ENSURE(buf_ok(&text), FULL);
    *out = buf_slice(&text);
    return OK;
}

err attributes_unpack(struct slice text, struct arena *a, struct attributes *out)
{
    AUTO(free_object) struct json_t *object = NULL;
    struct reading r = { .arena = a };
    struct json_in_member m;
    void *at = NULL;

    *out = (struct attributes){ NULL, 0 };
    if (text.n == 0)
        return OK;
    ENSURE(err_is_ok(json_in_parse(text, LIMIT_ATTRIBUTES, &object)), FORMAT);
    TRY(reading_start(&r, json_in_count(object)));
    while (json_in_next(object, &at, &m)) {
        ENSURE(m.kind == JSON_IN_TEXT && m.text.n > 0, FORMAT);
        r.given[r.given_count++] = (struct attribute){ arena_copy(a, m.name), arena_copy(a, m.text) };
    }
    ENSURE(!a->full, FULL);
    *out = reading_done(&r);
    return OK;
}

/* ---- what an error names ---- */

static bool is_missing(const struct flow_attribute *rule, const struct attributes *given)
{
    return !slice_eq(rule->name, SLICE("email")) && find(given, rule->name) == NULL;
}

bool attributes_missing(const struct user_flow *flow, const struct attributes *given)
{
    for (size_t i = 0; i < flow->attribute_count; i++)
        if (flow->attributes[i].required && is_missing(&flow->attributes[i], given))
            return true;
    return false;
}

static err take_names(size_t n, const char *member, struct arena *a, struct error_extra *out,
                      struct error_attribute **names)
{
    *names = arena_take(a, n * sizeof **names);
    ENSURE(*names != NULL, FULL);
    out->attributes_name = member;
    out->attributes = *names;
    out->attribute_count = 0;
    return OK;
}

static err name_missing(const struct user_flow *flow, const struct attributes *given, bool optional_too,
                        const struct attributes *defaults, struct arena *a, struct error_extra *out)
{
    struct error_attribute *names;

    TRY(take_names(flow->attribute_count, "required_attributes", a, out, &names));
    for (size_t i = 0; i < flow->attribute_count; i++) {
        const struct flow_attribute *rule = &flow->attributes[i];
        if (is_missing(rule, given) && (rule->required || optional_too))
            names[out->attribute_count++] =
                (struct error_attribute){ .name = rule->name,
                                          .type = rule->type,
                                          .regex = rule->regex,
                                          .default_value = attributes_get(defaults, rule->name),
                                          .required = rule->required };
    }
    return OK;
}

err attributes_name_required(const struct user_flow *flow, const struct attributes *given, struct arena *a,
                             struct error_extra *out)
{
    const struct attributes none = { .n = 0 };

    return name_missing(flow, given, false, &none, a, out);
}

err attributes_name_missing(const struct user_flow *flow, const struct attributes *given,
                            const struct attributes *defaults, struct arena *a, struct error_extra *out)
{
    return name_missing(flow, given, true, defaults, a, out);
}

err attributes_name_invalid(const struct slices *invalid, struct arena *a, struct error_extra *out)
{
    struct error_attribute *names;

    TRY(take_names(invalid->n, "invalid_attributes", a, out, &names));
    for (size_t i = 0; i < invalid->n; i++)
        names[i].name = invalid->items[i];
    out->attribute_count = invalid->n;
    return OK;
}

void attributes_name_unverified(struct error_extra *out)
{
    static const struct error_attribute address = { .name = { "email", 5 } };

    out->attributes_name = "unverified_attributes";
    out->attributes = &address;
    out->attribute_count = 1;
}
