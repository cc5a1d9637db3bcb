/* SPDX-License-Identifier: Apache-2.0 */
/* event.h: what happened, as data. A room emits rows of events.def with fields of fields.def; unknown ones do
 * not compile. Each event is counted; the sink (server/log.c) writes the line. Any thread, never blocks long. */
#ifndef DOORCODE_BASE_EVENT_H
#define DOORCODE_BASE_EVENT_H

#include "base/guid.h"

#include <stdatomic.h>

enum event_level { LEVEL_DEBUG, LEVEL_INFO, LEVEL_WARN, LEVEL_ERROR };

enum event_id {
#define EVENT_ROW(name, level, text) EVENT_##name,
#include "base/events.def"
#undef EVENT_ROW
    EVENT_COUNT
};

enum event_field_id {
#define FIELD_ROW(name, type, text) FIELD_##name,
#include "base/fields.def"
#undef FIELD_ROW
    FIELD_COUNT
};

enum event_field_type { FIELD_TYPE_WORD, FIELD_TYPE_NUMBER, FIELD_TYPE_GUID, FIELD_TYPE_TEXT };

struct event_field {
    enum event_field_id id;
    union {
        const char *WORD;
        int64_t NUMBER;
        struct guid GUID;
        struct slice TEXT;
    } value;
};

typedef const char *event_WORD;
typedef int64_t event_NUMBER;
typedef struct guid event_GUID;
typedef struct slice event_TEXT;

/* One constructor per field: field_tenant(guid), field_status(number), … */
#define FIELD_ROW(name, type, text)                                         \
    static inline struct event_field field_##name(event_##type v)           \
    {                                                                       \
        return (struct event_field){ .id = FIELD_##name, .value.type = v }; \
    }
#include "base/fields.def"
#undef FIELD_ROW

struct events {
    void (*sink)(void *ctx, enum event_id id, const struct guid *correlation, const struct event_field *fields,
                 size_t n);
    void *ctx;
    _Atomic uint64_t counts[EVENT_COUNT];
};

const char *event_name(enum event_id id);
const char *event_text(enum event_id id);
enum event_level event_level(enum event_id id);
const char *event_field_name(enum event_field_id id);
const char *event_field_text(enum event_field_id id); /* what it says */
enum event_field_type event_field_type(enum event_field_id id);

/* correlation may be NULL; `events` may be NULL (nothing happens); a NULL sink only counts. */
void event_emit(struct events *events, enum event_id id, const struct guid *correlation,
                const struct event_field *fields, size_t n);

/* EMIT(events, code_sent, &correlation, field_tenant(t), field_user(u)); at least one field. */
#define EMIT(events, name, correlation, ...)                                                       \
    event_emit((events), EVENT_##name, (correlation), (const struct event_field[]){ __VA_ARGS__ }, \
               sizeof((const struct event_field[]){ __VA_ARGS__ }) / sizeof(struct event_field))

#endif
