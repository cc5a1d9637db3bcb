/* SPDX-License-Identifier: Apache-2.0 */
#include "reference.h"

#include "base/event.h"

void page_events(struct page *page)
{
    static const char *const levels[] = { "debug", "info", "warn", "error" };
    static const char *const types[] = { "word", "number", "GUID", "text" };

    fputs("# Events\n\nWhat the log says, a line each, and what is counted: `event` of a log line, and the metric "
          "`doorcode_{event}_total`. From the table `src/base/events.def`.\n\n"
          "| event | level | when |\n| --- | --- | --- |\n",
          page->out);
    for (enum event_id id = 0; id < EVENT_COUNT; id++) {
        fprintf(page->out, "| `%s` | %s | ", event_name(id), levels[event_level(id)]);
        put_cell(page, event_name(id), event_text(id));
        fputc('\n', page->out);
    }
    fputs("\n## Fields of a line\n\nBesides `time`, `level`, `event` and `correlation_id`. There is no field for a "
          "secret. From the "
          "table `src/base/fields.def`.\n\n| field | type | what it says |\n| --- | --- | --- |\n",
          page->out);
    for (enum event_field_id id = 0; id < FIELD_COUNT; id++) {
        fprintf(page->out, "| `%s` | %s | ", event_field_name(id), types[event_field_type(id)]);
        put_cell(page, event_field_name(id), event_field_text(id));
        fputc('\n', page->out);
    }
}
