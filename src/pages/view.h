/* SPDX-License-Identifier: Apache-2.0 */
/* view.h: a page's facts as texts under the names that templates use (facts.def). One rendering; one thread. */
#ifndef DOORCODE_PAGES_VIEW_H
#define DOORCODE_PAGES_VIEW_H

#include "pages/page.h"
#include "pages/texts.h"

enum fact {
#define FACT_ROW(name) FACT_##name,
#include "pages/facts.def"
#undef FACT_ROW
    FACTS
};

/* Lists that a template goes through; `options` are those of the attribute at hand. */
enum view_list { LIST_HIDDEN, LIST_CHOICES, LIST_ATTRIBUTES, LIST_OPTIONS, LIST_FRAMES, LISTS };

enum { VIEW_SCRATCH = 2048 };

struct view {
    const struct page *page;
    struct slice facts[FACTS];
    struct slice texts[TEXTS];
    const char *body; /* the template of the page's kind */
    const struct page_attribute *attribute;
    struct buf scratch;  /* over `space`; full: what did not fit is missing, and the page is refused */
    size_t marks[LISTS]; /* how full it was before a list */
    char space[VIEW_SCRATCH];
};

void view_init(struct view *v, const struct page *page);
/* Sets the facts of the item; false: there are no more. */
bool view_item(struct view *v, enum view_list list, size_t i);
/* FACTS, LISTS: there is none of that name. */
enum fact fact_by_name(struct slice name);
enum view_list view_list_by_name(struct slice name);
void view_set(struct view *v, enum fact fact, struct slice value);
void view_flag(struct view *v, enum fact fact, bool value);
void view_number(struct view *v, enum fact fact, uint64_t value);

/* Its first character, for a sign that stands for a name. */
struct slice view_initial(struct slice name);

/* Parts of view_init. */
void view_branding(struct view *v);
void view_problem(struct view *v);

/* A text with the facts that it names. */
void view_say(const struct view *v, struct slice text, bool plain, struct buf *out);

#endif
