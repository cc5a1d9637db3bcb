/* SPDX-License-Identifier: Apache-2.0 */
#include "base/event.h"

static const struct {
    const char *name;
    const char *text;
    enum event_level level;
} events_table[] = {
#define EVENT_ROW(name, level, text) { #name, text, LEVEL_##level },
#include "base/events.def"
#undef EVENT_ROW
};

static const struct {
    const char *name;
    enum event_field_type type;
    const char *text;
} fields_table[] = {
#define FIELD_ROW(name, type, text) { #name, FIELD_TYPE_##type, text },
#include "base/fields.def"
#undef FIELD_ROW
};

const char *event_name(enum event_id id)
{
    return events_table[id].name;
}

const char *event_text(enum event_id id)
{
    return events_table[id].text;
}

enum event_level event_level(enum event_id id)
{
    return events_table[id].level;
}

const char *event_field_name(enum event_field_id id)
{
    return fields_table[id].name;
}

const char *event_field_text(enum event_field_id id)
{
    return fields_table[id].text;
}

enum event_field_type event_field_type(enum event_field_id id)
{
    return fields_table[id].type;
}

void event_emit(struct events *events, enum event_id id, const struct guid *correlation,
                const struct event_field *fields, size_t n)
{
    if (events == NULL)
        return;
    atomic_fetch_add_explicit(&events->counts[id], 1, memory_order_relaxed);
    if (events->sink != NULL)
        events->sink(events->ctx, id, correlation, fields, n);
}
