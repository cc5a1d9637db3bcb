/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of an error, and where (problems.def). */
#include "pages/view.h"

enum place { ABOVE, AT_INPUT };

static const enum text_id missing[PAGE_KINDS] = {
#define KIND_ROW(kind, body, title, lead, missing) [PAGE_##kind] = SAY_##missing,
#include "pages/kinds.def"
#undef KIND_ROW
};

/* `missing` is not in texts.def. */
enum { SAY_missing = TEXTS };

static const struct problem {
    enum error_id error;
    enum place place;
    int text;
} problems[] = {
#define PROBLEM_ROW(error, place, text) { ERROR_##error, place, SAY_##text },
#include "pages/problems.def"
#undef PROBLEM_ROW
};

static struct problem problem_of(enum error_id error)
{
    for (size_t i = 0; i < sizeof problems / sizeof problems[0]; i++)
        if (problems[i].error == error)
            return problems[i];
    return (struct problem){ error, ABOVE, SAY_problem_other };
}

/* Pages where somebody types or chooses: the others have no input to blame. */
static bool has_input(enum page_kind kind)
{
    switch (kind) {
    case PAGE_SIGN_IN:
    case PAGE_SIGN_UP:
    case PAGE_RESET:
    case PAGE_CODE:
    case PAGE_PASSWORD:
    case PAGE_NEW_PASSWORD:
    case PAGE_METHODS:
    case PAGE_CONTACT:
    case PAGE_DEVICE:
        return true;
    default:
        return false;
    }
}

static struct slice words_of(const struct view *v, const struct problem *problem)
{
    enum page_kind kind = v->page->kind;

    if (problem->text != SAY_missing)
        return v->texts[problem->text];
    return v->texts[missing[kind] == SAY_none ? SAY_problem_other : missing[kind]];
}

static bool any_failed(const struct page *page)
{
    for (size_t i = 0; i < page->attribute_count; i++)
        if (page->attributes[i].missing || page->attributes[i].invalid || page->attributes[i].problem.n > 0)
            return true;
    return false;
}

/* Details may be asked for again without an error of the flow. */
static void tell_attributes(struct view *v)
{
    if (v->page->kind != PAGE_ATTRIBUTES || !any_failed(v->page))
        return;
    view_flag(v, FACT_failed, true);
    view_flag(v, FACT_attr_list, true);
    view_set(v, FACT_alert, v->texts[SAY_attributes_wrong]);
}

/* A blocked sign-up says what the extension said; on an error page all is about the problem. */
void view_problem(struct view *v)
{
    const struct page *page = v->page;
    struct problem problem = problem_of(page->problem);
    bool told = page->problem != ERROR_NONE && page->kind != PAGE_BLOCKED;

    if (page->mismatch && page->problem == ERROR_NONE)
        view_flag(v, FACT_failed, true);
    if (!told) {
        tell_attributes(v);
        return;
    }
    view_flag(v, FACT_failed, page->kind != PAGE_ERROR);
    if (problem.place == AT_INPUT && has_input(page->kind))
        view_set(v, FACT_problem, words_of(v, &problem));
    else
        view_set(v, page->kind == PAGE_ERROR ? FACT_cause : FACT_alert, words_of(v, &problem));
    if (page->kind != PAGE_ATTRIBUTES)
        return;
    view_set(v, FACT_alert_words, page->message);
    view_flag(v, FACT_attr_list, any_failed(page));
}
