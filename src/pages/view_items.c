/* SPDX-License-Identifier: Apache-2.0 */
/* The items of a page's lists, one after the other. */
#include "pages/view.h"

/* What browsers know how to fill in (HTML, "autofill detail tokens"), and what it is called. */
static const struct {
    const char *name;
    const char *complete;
    enum text_id label;
} builtin[] = {
    { "city", "address-level2", SAY_attr_city },           { "country", "country-name", SAY_attr_country },
    { "displayName", "name", SAY_attr_display_name },      { "email", "email", SAY_address_label },
    { "givenName", "given-name", SAY_attr_given_name },    { "jobTitle", "organization-title", SAY_attr_job_title },
    { "postalCode", "postal-code", SAY_attr_postal_code }, { "state", "address-level1", SAY_attr_state },
    { "streetAddress", "address-line1", SAY_attr_street }, { "surname", "family-name", SAY_attr_surname },
};

enum { BUILTIN = sizeof builtin / sizeof builtin[0] };

static void set_hidden(struct view *v, size_t i)
{
    view_set(v, FACT_hidden_name, v->page->hidden[i].name);
    view_set(v, FACT_hidden_value, v->page->hidden[i].value);
}

struct slice view_initial(struct slice name)
{
    size_t n = name.n > 0 ? 1 : 0;

    while (n > 0 && n < name.n && n < 4 && ((unsigned char)name.p[n] & 0xc0) == 0x80)
        n++;
    return (struct slice){ name.p, n };
}

static void set_choice(struct view *v, size_t i)
{
    const struct page_choice *choice = &v->page->choices[i];
    bool email = slice_eq(choice->detail, SLICE("email")), sms = slice_eq(choice->detail, SLICE("sms"));

    view_set(v, FACT_choice, choice->value);
    view_set(v, FACT_choice_title, choice->title.n > 0 ? choice->title : choice->detail);
    view_set(v, FACT_choice_detail, choice->title.n > 0 ? choice->detail : SLICE_EMPTY);
    view_set(v, FACT_choice_initial, view_initial(v->facts[FACT_choice_title]));
    view_set(v, FACT_choice_channel, SLICE_EMPTY);
    if (email || sms) {
        view_set(v, FACT_choice_channel, v->texts[email ? SAY_channel_email : SAY_channel_sms]);
        view_set(v, FACT_choice_title, choice->title);
        view_set(v, FACT_choice_detail, SLICE_EMPTY);
    }
    view_flag(v, FACT_choice_first, i == 0);
    view_number(v, FACT_choice_number, i);
}

static void set_label(struct view *v, const struct flow_attribute *attribute)
{
    size_t i = 0;
    struct slice own = SLICE_EMPTY;

    while (i < BUILTIN && !slice_eq(attribute->name, slice_of(builtin[i].name)))
        i++;
    if (v->page->tenant != NULL)
        own = texts_attribute(&v->page->tenant->branding, v->page->language, attribute->name);
    view_set(v, FACT_attr_complete, i < BUILTIN ? slice_of(builtin[i].complete) : SLICE("off"));
    if (own.n > 0)
        view_set(v, FACT_attr_label, own);
    else if (attribute->label.n > 0)
        view_set(v, FACT_attr_label, attribute->label);
    else
        view_set(v, FACT_attr_label, i < BUILTIN ? v->texts[builtin[i].label] : attribute->name);
}

static void set_attribute_problem(struct view *v, const struct page_attribute *a)
{
    view_set(v, FACT_attr_words, a->problem);
    view_set(v, FACT_attr_problem, SLICE_EMPTY);
    view_flag(v, FACT_attr_failed, a->missing || a->invalid || a->problem.n > 0);
    if (a->problem.n > 0)
        return;
    if (a->missing)
        view_set(v, FACT_attr_problem, v->texts[SAY_value_missing]);
    else if (a->invalid)
        view_set(v, FACT_attr_problem, v->texts[SAY_value_invalid]);
}

static void set_attribute(struct view *v, size_t i)
{
    const struct page_attribute *a = &v->page->attributes[i];
    enum attribute_input input = a->attribute->input;

    v->attribute = a;
    view_set(v, FACT_attr_name, a->attribute->name);
    view_number(v, FACT_attr_number, i);
    view_set(v, FACT_attr_value, a->value);
    view_flag(v, FACT_attr_checked, slice_eq_nocase(a->value, SLICE("true")));
    view_flag(v, FACT_attr_required, a->attribute->required);
    view_flag(v, FACT_is_text, input == INPUT_TEXT);
    view_flag(v, FACT_is_number, input == INPUT_NUMBER);
    view_flag(v, FACT_is_box, input == INPUT_CHECKBOX);
    view_flag(v, FACT_is_boxes, input == INPUT_CHECKBOXES);
    view_flag(v, FACT_is_radio, input == INPUT_RADIO);
    set_label(v, a->attribute);
    set_attribute_problem(v, a);
}

static bool is_among(struct slice list, struct slice option)
{
    while (list.n > 0)
        if (slice_eq(slice_trim(slice_cut(list, ',', &list)), option))
            return true;
    return false;
}

static bool set_option(struct view *v, size_t i)
{
    const struct slices *options = v->attribute == NULL ? NULL : &v->attribute->attribute->options;

    if (options == NULL || i >= options->n)
        return false;
    struct slice option = options->items[i], value = v->attribute->value;
    view_set(v, FACT_option, option);
    view_number(v, FACT_option_number, i);
    view_flag(v, FACT_option_checked, slice_eq(value, option) || is_among(value, option));
    return true;
}

/* What an item needs of the scratch space is free again with the next one. */
static bool set_item(struct view *v, enum view_list list, size_t i)
{
    const struct page *page = v->page;

    if (list == LIST_HIDDEN && i < page->hidden_count)
        set_hidden(v, i);
    else if (list == LIST_CHOICES && i < page->choice_count)
        set_choice(v, i);
    else if (list == LIST_ATTRIBUTES && i < page->attribute_count)
        set_attribute(v, i);
    else if (list == LIST_FRAMES && i < page->frame_count)
        view_set(v, FACT_frame, page->frames[i]);
    else
        return list == LIST_OPTIONS && set_option(v, i);
    return true;
}

bool view_item(struct view *v, enum view_list list, size_t i)
{
    if (i == 0)
        v->marks[list] = v->scratch.n;
    else
        v->scratch.n = v->marks[list];
    return set_item(v, list, i);
}

enum view_list view_list_by_name(struct slice name)
{
    static const char *const names[LISTS] = { "hidden", "choices", "attributes", "options", "frames" };
    int list = 0;

    while (list < LISTS && !slice_eq(name, slice_of(names[list])))
        list++;
    return (enum view_list)list;
}
