/* SPDX-License-Identifier: Apache-2.0 */
/* From where a flow stands to the facts of a page (pages/page.h), and the headers that pages have (spec OIDC, 8.2). */
#include "api/hosted/hosted_form.h"

#include "api/router.h"

#include "base/b64.h"
#include "flow/redirect_uri.h"
#include "wire/phone.h"

#include <string.h>

enum { NONCE = 16, HIDDEN_MAX = 4, POLICY_MAX = 4096 };

/* ---- headers ---- */

static struct slice new_nonce(struct exchange *x)
{
    uint8_t raw[NONCE];
    struct buf text;

    rng_fill(x->api->rng, raw, sizeof raw);
    buf_init_arena(&text, &x->call->arena, B64URL_LENGTH(NONCE));
    b64url_put(&text, raw, sizeof raw);
    return buf_slice(&text);
}

static err put_headers(struct exchange *x, const struct page *page)
{
    struct http_reply *reply = &x->call->reply;
    char *policy = arena_take(&x->call->arena, POLICY_MAX);

    ENSURE(policy != NULL, FULL);
    TRY(page_policy(page, policy, POLICY_MAX));
    http_header(reply, "Content-Type", "text/html; charset=utf-8");
    http_header(reply, "Content-Security-Policy", policy);
    http_header(reply, "X-Frame-Options", "DENY");
    /* Not no-referrer: forms would then come with the origin "null". */
    http_header(reply, "Referrer-Policy", "same-origin");
    return OK;
}

err hosted_render(struct exchange *x, struct page *page)
{
    page->language = page_language(x->work == NULL ? SLICE_EMPTY : hosted_work(x)->request.ui_locales,
                                   x->call->request.accept_language);
    page->nonce = new_nonce(x);
    page->tenant = x->tenant;
    page->now = x->now;
    page->trace_id = x->trace_id;
    page->correlation_id = x->correlation_id;
    page->app_name = x->app == NULL ? SLICE_EMPTY : x->app->name;
    TRY(put_headers(x, page));
    buf_init_arena(&x->body, &x->call->arena, LIMIT_PAGE);
    TRY(page_render(page, &x->body));
    (void)buf_close_arena(&x->body, &x->call->arena);
    return OK;
}

/* ---- facts ---- */

static struct page_choice *take_choices(struct exchange *x, struct page *page, size_t n)
{
    struct page_choice *choices = arena_take(&x->call->arena, n * sizeof *choices);

    page->choices = choices;
    return choices;
}

void hosted_list_accounts(struct exchange *x, struct page *page)
{
    struct hosted_work *work = hosted_work(x);
    struct page_choice *choices = take_choices(x, page, LIMIT_SESSIONS);

    for (size_t i = 0; choices != NULL && i < work->session_count; i++) {
        const struct browser_session *s = &work->sessions[i];
        choices[page->choice_count++] = (struct page_choice){ exchange_guid(x, s->session.id),
                                                              slice_of(s->user.display_name), slice_of(s->user.email) };
    }
}

static void list_methods(struct exchange *x, struct page *page)
{
    struct native_work *work = native_work(x);
    struct page_choice *choices = take_choices(x, page, LIMIT_METHODS);

    for (size_t i = 0; choices != NULL && i < work->facts.method_count; i++) {
        const struct method *method = &work->methods[i];
        if (flow_method_usable(&work->facts, method))
            choices[page->choice_count++] =
                (struct page_choice){ exchange_guid(x, method->id), native_mask(x, method->channel, method->target),
                                      slice_of(channel_name(method->channel)) };
    }
}

static void list_channels(struct exchange *x, struct page *page)
{
    struct page_choice *choices = take_choices(x, page, CHANNEL_COUNT);

    if (choices == NULL)
        return;
    if ((x->tenant->second_factors & FACTOR_EMAIL) != 0)
        choices[page->choice_count++] = (struct page_choice){ SLICE("email"), SLICE_EMPTY, SLICE("email") };
    if ((x->tenant->second_factors & FACTOR_SMS) != 0)
        choices[page->choice_count++] = (struct page_choice){ SLICE("sms"), SLICE_EMPTY, SLICE("sms") };
}

/* An extension's own words on an attribute. */
static struct slice words_on(const struct native_work *work, struct slice name)
{
    const struct extension_question *q = &work->attributes_submit;

    for (size_t i = 0; q->answered && q->answer.action == HOOK_REFUSE && i < q->answer.value_count; i++)
        if (slice_eq(q->answer.values[i].name, name))
            return q->answer.values[i].text;
    return SLICE_EMPTY;
}

/* What was handed in before, else an extension's default, else the attribute's own. */
static struct slice value_to_show(const struct native_work *work, const struct flow_attribute *attribute)
{
    const struct slice values[] = { attributes_get(&work->attributes, attribute->name),
                                    attributes_get(&work->defaults, attribute->name) };

    for (size_t i = 0; i < 2; i++)
        if (values[i].n > 0)
            return values[i];
    return attribute->default_value;
}

static void list_attributes(struct exchange *x, struct page *page)
{
    struct native_work *work = native_work(x);
    const struct user_flow *flow = directory_user_flow(x->directory, x->app);
    bool posted = work->request == REQUEST_SIGNUP_CONTINUE_ATTRIBUTES;

    if (flow == NULL)
        return;
    struct page_attribute *list = arena_take(&x->call->arena, (flow->attribute_count + 1) * sizeof *list);
    for (size_t i = 0; list != NULL && i < flow->attribute_count; i++) {
        const struct flow_attribute *attribute = &flow->attributes[i];
        struct slice typed = posted ? hosted_typed(x, attribute) : value_to_show(work, attribute);
        if (!hosted_is_asked(attribute))
            continue;
        list[page->attribute_count++] =
            (struct page_attribute){ .attribute = attribute,
                                     .value = typed,
                                     .missing = posted && attribute->required && typed.n == 0,
                                     .invalid = posted && slices_have(&work->invalid, attribute->name),
                                     .problem = posted ? words_on(work, attribute->name) : SLICE_EMPTY };
    }
    page->attributes = list;
}

/* Where the flow stands: after a request its outcome, else what the form came with. */
static const struct continuation *standing(const struct hosted_work *work)
{
    const struct native_work *native = &work->native;

    if (native->outcome.kind != OUTCOME_REFUSE && native->outcome.next.state != STATE_NONE)
        return &native->outcome.next;
    return native->facts.at;
}

static void describe_code(struct exchange *x, struct page *page)
{
    struct hosted_work *work = hosted_work(x);
    const struct continuation *at = standing(work);

    if (at == NULL)
        return;
    page->code_length = x->api->policy->code_digits;
    page->channel = at->channel == CHANNEL_SMS ? PAGE_BY_SMS : PAGE_BY_EMAIL;
    page->target = at->target[0] != '\0' ? native_mask(x, at->channel, at->target) : slice_of(at->username);
    page->sent_again = work->sent_again && !exchange_refused(x);
    if (page->problem == ERROR_NONE)
        page->seconds = x->api->policy->resend_seconds;
}

static void describe(struct exchange *x, struct page *page)
{
    struct hosted_work *work = hosted_work(x);
    const struct continuation *at = standing(work);
    const struct user_flow *flow = directory_user_flow(x->directory, x->app);

    page->can_sign_up = flow != NULL && flow->sign_up;
    page->can_reset = x->tenant->password_reset;
    page->username = work->username.n > 0 || at == NULL ? work->username : slice_of(at->username);
    page->mismatch = work->mismatch;
    if (exchange_refused(x) && !work->mismatch) {
        page->problem = x->refusal;
        page->seconds = work->native.outcome.wait_seconds;
    }
    switch (page->kind) {
    case PAGE_CODE:
        describe_code(x, page);
        break;
    case PAGE_PICKER:
        hosted_list_accounts(x, page);
        break;
    case PAGE_METHODS:
        list_methods(x, page);
        break;
    case PAGE_CONTACT:
        list_channels(x, page);
        break;
    case PAGE_ATTRIBUTES:
        list_attributes(x, page);
        break;
    default:
        break;
    }
}

/* ---- pages ---- */

static void hide(struct page *page, struct page_field *fields, const char *name, struct slice value)
{
    ASSERT(page->hidden_count < HIDDEN_MAX);
    if (value.n > 0)
        fields[page->hidden_count++] = (struct page_field){ slice_of(name), value };
    page->hidden = fields;
}

static struct slice interact_address(struct exchange *x)
{
    struct buf text;

    buf_init_arena(&text, &x->call->arena, GUID_TEXT + 16);
    buf_fmt(&text, "/%s%s", guid_format(x->tenant->id).c, INTERACT_PATH);
    return buf_slice(&text);
}

/* The flow of the form's token is over: it begins anew. */
static bool is_over(enum error_id refusal)
{
    return refusal == ERROR_CONTINUATION_INVALID || refusal == ERROR_CONTINUATION_EXPIRED ||
           refusal == ERROR_CONTINUATION_REDEEMED || refusal == ERROR_CONTINUATION_UNFIT ||
           refusal == ERROR_GRANT_UNEXPECTED || refusal == ERROR_USER_GONE;
}

/* An extension's words end the sign-up. */
static err reply_blocked(struct exchange *x)
{
    struct native_work *work = native_work(x);
    const struct extension_question *q =
        work->attributes_submit.answered ? &work->attributes_submit : &work->attributes_start;
    struct page page = { .kind = PAGE_BLOCKED,
                         .problem = x->refusal,
                         .title = q->answered ? q->answer.title : SLICE_EMPTY,
                         .message = q->answered ? q->answer.message : SLICE_EMPTY };

    return hosted_render(x, &page);
}

static enum page_kind page_to_show(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);

    if (is_over(x->refusal)) {
        work->page = work->native.facts.at == NULL ? PAGE_SIGN_IN : stage_first_page(work->native.facts.at->state);
        work->continuation = SLICE_EMPTY;
    }
    return work->page;
}

err hosted_reply_page(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);
    struct page_field fields[HIDDEN_MAX];
    struct page page = { .kind = page_to_show(x), .action = interact_address(x) };

    if (x->refusal == ERROR_SIGN_UP_BLOCKED)
        return reply_blocked(x);
    if (page.kind == PAGE_NONE)
        return hosted_reply_error_page(x, x->refusal == ERROR_NONE ? ERROR_INTERACTION_INVALID : x->refusal);
    if (work->cookie_changed)
        TRY(session_cookie_write(x, &work->cookie));
    if (page_kind_name(page.kind) != NULL) {
        hide(&page, fields, "ticket", work->ticket);
        hide(&page, fields, "page", slice_of(page_kind_name(page.kind)));
        hide(&page, fields, "continuation_token", work->continuation);
    }
    if (page.kind == PAGE_STAY)
        hide(&page, fields, "session", exchange_guid(x, work->session.id));
    page.form_target = work->request.redirect_uri;
    describe(x, &page);
    if (x->refusal == ERROR_ATTRIBUTES_INVALID && work->native.attributes_submit.answered)
        page.message = work->native.attributes_submit.answer.message;
    return hosted_render(x, &page);
}

err hosted_reply_form_post(struct exchange *x, const struct page_field *fields, size_t n)
{
    struct buf address;
    struct slice uri = hosted_work(x)->request.redirect_uri;
    struct page page = { .kind = PAGE_FORM_POST, .hidden = fields, .hidden_count = n, .form_target = uri };

    buf_init_arena(&address, &x->call->arena, uri.n + 1);
    redirect_uri_put(&address, uri);
    page.action = buf_slice(&address);
    x->call->reply.status = 200; /* an error, too, is an answer on its way */
    return hosted_render(x, &page);
}

err hosted_reply_error_page(struct exchange *x, enum error_id id)
{
    const struct error_facts facts = {
        .detail = x->refusal_detail, .trace_id = x->trace_id, .correlation_id = x->correlation_id, .now = x->now
    };
    struct page page = { .kind = PAGE_ERROR, .problem = id };
    struct buf text;

    buf_init_arena(&text, &x->call->arena, 512);
    error_description(id, &facts, &text);
    page.message = buf_slice(&text);
    return hosted_render(x, &page);
}
