/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/view.h"

#include "pages/escape.h"
#include "pages/pages.h"

static const struct kind {
    const char *body;
    enum text_id title;
    enum text_id lead;
} kinds[PAGE_KINDS] = {
#define KIND_ROW(kind, body, title, lead, missing) [PAGE_##kind] = { body, SAY_##title, SAY_##lead },
#include "pages/kinds.def"
#undef KIND_ROW
};

static const struct slice fact_names[FACTS] = {
#define FACT_ROW(name) { #name, sizeof(#name) - 1 },
#include "pages/facts.def"
#undef FACT_ROW
};

enum fact fact_by_name(struct slice name)
{
    int fact = 0;

    while (fact < FACTS && !slice_eq(fact_names[fact], name))
        fact++;
    return (enum fact)fact;
}

/* ---- setting ---- */

void view_set(struct view *v, enum fact fact, struct slice value)
{
    v->facts[fact] = value;
}

void view_flag(struct view *v, enum fact fact, bool value)
{
    v->facts[fact] = value ? SLICE("1") : SLICE_EMPTY;
}

static struct slice since(const struct view *v, size_t start)
{
    return buf_ok(&v->scratch) ? slice_from(buf_slice(&v->scratch), start) : SLICE_EMPTY;
}

void view_number(struct view *v, enum fact fact, uint64_t value)
{
    size_t start = v->scratch.n;

    buf_fmt(&v->scratch, "%llu", (unsigned long long)value);
    v->facts[fact] = since(v, start);
}

static void set_guid(struct view *v, enum fact fact, struct guid id)
{
    size_t start = v->scratch.n;

    if (guid_is_nil(id))
        return;
    buf_puts(&v->scratch, guid_format(id).c);
    v->facts[fact] = since(v, start);
}

/* ---- texts ---- */

struct say {
    const struct view *view;
    bool plain;
};

static void put_fact(void *ctx, struct slice name, struct buf *out)
{
    const struct say *say = ctx;
    struct slice value = SLICE_EMPTY;
    enum fact fact = fact_by_name(name);

    if (fact != FACTS)
        value = say->view->facts[fact];
    else if (slice_eq(name, SLICE("0")))
        value = say->view->page->kind == PAGE_NEW_PASSWORD ? say->view->texts[SAY_new_password_label]
                                                           : say->view->facts[FACT_app];
    /* A name or address may run the other way than the sentence around it. */
    buf_puts(out, say->plain ? "" : "<bdi>");
    escape_text(out, value);
    buf_puts(out, say->plain ? "" : "</bdi>");
}

void view_say(const struct view *v, struct slice text, bool plain, struct buf *out)
{
    struct say say = { v, plain };

    if (plain)
        escape_plain(out, text, put_fact, &say);
    else
        escape_rich(out, text, put_fact, &say);
}

/* "30 s", "5 min", "2 h": rounded up, so that waiting that long is enough. */
static void set_time(struct view *v)
{
    static const struct {
        int64_t below;
        int64_t unit;
        enum text_id text;
    } units[] = { { 100, 1, SAY_seconds }, { 100 * 60, 60, SAY_minutes }, { INT64_MAX, 3600, SAY_hours } };
    int64_t seconds = v->page->seconds;
    size_t i = 0;

    v->facts[FACT_time] = v->texts[SAY_a_while];
    if (seconds <= 0)
        return;
    while (seconds >= units[i].below)
        i++;
    int64_t unit = units[i].unit;
    view_number(v, FACT_count, (uint64_t)(seconds / unit + (seconds % unit > 0)));
    size_t start = v->scratch.n;
    view_say(v, v->texts[units[i].text], true, &v->scratch);
    v->facts[FACT_time] = since(v, start);
}

/* ---- the page ---- */

static struct slice asset(struct view *v, const char *name)
{
    const struct embedded_file *file = page_find(slice_of(name));
    size_t start = v->scratch.n;

    if (file != NULL)
        buf_fmt(&v->scratch, "/assets/%s?v=%s", name, file->digest);
    return since(v, start);
}

static void set_frame(struct view *v)
{
    const struct page *page = v->page;
    const struct kind *kind = &kinds[page->kind];
    const struct tenant *tenant = page->tenant;

    v->body = kind->body;
    view_set(v, FACT_language, page->language);
    view_set(v, FACT_nonce, page->nonce);
    view_set(v, FACT_style_address, asset(v, "hosted.css"));
    view_set(v, FACT_script_address, asset(v, "hosted.js"));
    view_set(v, FACT_title, v->texts[kind->title]);
    view_set(v, FACT_lead, v->texts[kind->lead]);
    if (tenant != NULL)
        view_set(v, FACT_tenant, tenant->display_name.n > 0 ? tenant->display_name : tenant->name);
    view_set(v, FACT_tenant_initial, view_initial(v->facts[FACT_tenant]));
    view_set(v, FACT_app, page->app_name.n > 0 ? page->app_name : v->facts[FACT_tenant]);
}

/* "to continue to" nothing. */
static void drop_lead_without_app(struct view *v)
{
    enum page_kind kind = v->page->kind;
    bool names_app = kind == PAGE_SIGN_IN || kind == PAGE_SIGN_UP || kind == PAGE_PICKER || kind == PAGE_FORM_POST;

    if (names_app && v->facts[FACT_app].n == 0)
        v->facts[FACT_lead] = SLICE_EMPTY;
}

static void set_form(struct view *v)
{
    const struct page *page = v->page;

    view_set(v, FACT_action, page->action);
    view_flag(v, FACT_form, page->action.n > 0);
    view_set(v, FACT_username, page->username);
    view_flag(v, FACT_is_sign_in, page->kind == PAGE_SIGN_IN);
    view_flag(v, FACT_is_sign_up, page->kind == PAGE_SIGN_UP);
    view_flag(v, FACT_is_reset, page->kind == PAGE_RESET);
    view_flag(v, FACT_is_sign_out, page->kind == PAGE_SIGN_OUT);
    view_flag(v, FACT_offer_sign_up, page->kind == PAGE_SIGN_IN && page->can_sign_up);
    view_flag(v, FACT_offer_sign_in, page->kind == PAGE_SIGN_UP);
    view_flag(v, FACT_offer_reset, page->can_reset);
    view_flag(v, FACT_mismatch, page->mismatch);
    view_flag(v, FACT_one_choice, page->choice_count == 1);
}

static void set_code(struct view *v)
{
    const struct page *page = v->page;

    view_set(v, FACT_target, page->target);
    view_flag(v, FACT_by_sms, page->channel == PAGE_BY_SMS);
    view_flag(v, FACT_sent_again, page->sent_again);
    view_number(v, FACT_length, page->code_length);
    if (page->seconds > 0)
        view_number(v, FACT_wait, (uint64_t)page->seconds);
}

static bool takes(const struct page *page, struct slice channel)
{
    for (size_t i = 0; i < page->choice_count; i++)
        if (slice_eq(page->choices[i].value, channel))
            return true;
    return false;
}

static void set_contact(struct view *v)
{
    bool email = takes(v->page, SLICE("email")), sms = takes(v->page, SLICE("sms"));

    if (v->page->kind != PAGE_CONTACT)
        return;
    view_flag(v, FACT_takes_sms, sms);
    view_set(v, FACT_contact_type, SLICE("text"));
    view_set(v, FACT_contact_label, v->texts[SAY_contact_label_any]);
    if (email && !sms) {
        view_set(v, FACT_contact_type, SLICE("email"));
        view_set(v, FACT_contact_complete, SLICE("email"));
        view_set(v, FACT_contact_label, v->texts[SAY_contact_label_email]);
    } else if (sms && !email) {
        view_set(v, FACT_contact_type, SLICE("tel"));
        view_set(v, FACT_contact_complete, SLICE("tel"));
        view_set(v, FACT_contact_label, v->texts[SAY_contact_label_sms]);
    }
}

static void set_end(struct view *v)
{
    const struct page *page = v->page;

    view_set(v, FACT_link, page->link);
    bool good = page->kind == PAGE_DEVICE_DONE || page->kind == PAGE_SIGNED_OUT;
    view_flag(v, FACT_sign_good, good);
    if (good)
        view_set(v, FACT_sign, SLICE("✓"));
    else if (page->kind == PAGE_DEVICE_DECLINED || page->kind == PAGE_BLOCKED || page->kind == PAGE_ERROR)
        view_set(v, FACT_sign, SLICE("!"));
    if (page->kind == PAGE_BLOCKED) {
        view_set(v, FACT_words_title, page->title);
        view_set(v, FACT_words, page->message);
    }
    if (page->kind != PAGE_ERROR)
        return;
    view_set(v, FACT_error_message, page->message);
    set_guid(v, FACT_trace_id, page->trace_id);
    set_guid(v, FACT_correlation_id, page->correlation_id);
    size_t start = v->scratch.n;
    buf_puts(&v->scratch, clock_format(page->now).c);
    view_set(v, FACT_happened_at, since(v, start));
}

void view_init(struct view *v, const struct page *page)
{
    const struct slice *texts = texts_of(page->language);

    v->page = page;
    v->attribute = NULL;
    buf_init(&v->scratch, v->space, sizeof v->space);
    for (size_t i = 0; i < FACTS; i++)
        v->facts[i] = SLICE_EMPTY;
    for (size_t i = 0; i < TEXTS; i++)
        v->texts[i] = texts[i];
    if (page->tenant != NULL)
        texts_override(&page->tenant->branding, page->language, v->texts);
    set_frame(v);
    drop_lead_without_app(v);
    set_form(v);
    set_code(v);
    set_contact(v);
    set_end(v);
    set_time(v);
    view_branding(v);
    view_problem(v);
}
