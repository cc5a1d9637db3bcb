/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/interact: the forms of the hosted pages (spec OIDC, 3.2). The hidden fields say which authorization
 * request it is for (`ticket`), which page it comes from, and where its flow stands (`continuation_token`); the button `do`
 * says what was chosen. */
#include "api/endpoints.h"

#include "api/continuation_token.h"
#include "api/hosted/hosted_form.h"
#include "api/hosted/ticket.h"
#include "flow/device.h"
#include "wire/native_in.h"

static struct slice get(struct exchange *x, const char *name)
{
    return form_get(&x->form, slice_of(name));
}

static bool chose(struct exchange *x, const char *button)
{
    return slice_eq(get(x, "do"), slice_of(button));
}

/* A form of another site cannot know the ticket; what browsers say of themselves is believed besides. */
static bool comes_from_us(struct exchange *x)
{
    const struct http_request *request = &x->call->request;
    struct slice site = request->fetch_site;
    bool from_here = site.n == 0 || slice_eq(site, SLICE("same-origin")) || slice_eq(site, SLICE("none"));

    return from_here && !slice_eq(request->origin, SLICE("null"));
}

static void parse_ticket(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);

    work->ticket = get(x, "ticket");
    if (comes_from_us(x) && ticket_open(x, work->ticket, &work->request))
        x->app = directory_application(x->directory, x->tenant->id, work->request.client_id);
    if (x->app == NULL) {
        exchange_refuse(x, ERROR_INTERACTION_INVALID, SLICE_EMPTY);
        return;
    }
    work->addressed = work->request.device_id == 0;
    work->interactive = true;
    x->correlation_id = work->request.correlation_id;
}

/* Where the flow stands; pages that begin one have none. */
static void parse_continuation(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);
    struct continuation *at = &work->native.at;

    work->continuation = get(x, "continuation_token");
    if (exchange_refused(x) || work->continuation.n == 0)
        return;
    err opened = continuation_open(x->api->vault, work->continuation, x->now, &x->call->arena, at);
    if (!err_is_ok(opened) || !guid_eq(at->tenant_id, x->tenant->id) || !guid_eq(at->client_id, x->app->client_id)) {
        exchange_refuse(x, ERROR_INTERACTION_INVALID, SLICE_EMPTY);
        work->addressed = work->interactive = false;
        return;
    }
    work->native.facts.at = at;
}

/* ---- what was chosen ---- */

static void show_page(struct exchange *x, enum page_kind page)
{
    struct hosted_work *work = hosted_work(x);

    work->action = ACTION_SHOW;
    work->page = page;
    work->continuation = SLICE_EMPTY;
    work->native.facts.at = NULL;
}

static void begin_flow(struct exchange *x, enum page_kind page)
{
    struct hosted_work *work = hosted_work(x);

    work->action = ACTION_FLOW;
    work->native.request = stage_start(page);
    work->native.facts.at = NULL;
    work->continuation = SLICE_EMPTY;
    work->username = slice_trim(get(x, "username"));
    native_parse_address(x);
}

static void go_on(struct exchange *x, enum flow_request request)
{
    struct hosted_work *work = hosted_work(x);

    work->action = ACTION_FLOW;
    work->native.request = request;
    if (request == REQUEST_NONE)
        exchange_refuse(x, ERROR_REQUEST_MALFORMED, SLICE("the page has no such button"));
    else
        hosted_parse_input(x);
}

/* The address typed so far stays in the field. */
static void remember_username(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);

    work->username =
        work->native.facts.at != NULL ? slice_of(work->native.at.username) : slice_trim(get(x, "username"));
}

static bool is_link(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);
    bool has_flow = work->native.facts.at != NULL;
    static const struct {
        const char *button;
        enum page_kind page;
    } links[] = {
        { "sign_in", PAGE_SIGN_IN }, { "sign_up", PAGE_SIGN_UP }, { "forgot", PAGE_RESET }, { "other", PAGE_SIGN_IN }
    };

    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
        if (chose(x, links[i].button)) {
            remember_username(x);
            show_page(x, links[i].page);
            return true;
        }
    if (!chose(x, "back"))
        return false;
    remember_username(x);
    show_page(x, has_flow ? stage_first_page(work->native.at.state) : PAGE_SIGN_IN);
    return true;
}

static void parse_choice(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);
    enum page_kind page = page_kind_parse(get(x, "page"));

    work->page = page;
    work->picked = get(x, "session");
    work->said_yes = chose(x, "yes") || chose(x, "allow");
    work->sent_again = chose(x, "resend");
    if (chose(x, "cancel"))
        work->action = ACTION_CANCEL;
    else if (is_link(x))
        return;
    else if (page == PAGE_PICKER)
        work->action = ACTION_PICK;
    else if (page == PAGE_STAY)
        work->action = ACTION_STAY;
    else if (page == PAGE_DEVICE_ASK)
        work->action = ACTION_DEVICE;
    else if (stage_start(page) != REQUEST_NONE)
        begin_flow(x, page);
    else if (work->native.facts.at != NULL)
        go_on(x, work->sent_again ? stage_of(work->native.at.state)->resend : stage_of(work->native.at.state)->next);
    else
        exchange_refuse(x, ERROR_INTERACTION_INVALID, SLICE_EMPTY);
}

static err parse(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);
    struct flow_facts *facts = &work->native.facts;

    facts->on_web = true;
    facts->challenge_types = CHALLENGE_OOB | CHALLENGE_PASSWORD | CHALLENGE_REDIRECT;
    facts->capabilities = CAPABILITY_MFA_REQUIRED | CAPABILITY_REGISTRATION_REQUIRED;
    parse_ticket(x);
    parse_continuation(x);
    if (!exchange_refused(x))
        parse_choice(x);
    return OK;
}

/* ---- steps ---- */

/* Answered once, from whichever browser. */
static err load_device(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);

    if (work->request.device_id == 0)
        return OK;
    err loaded = store_device_code(x->api->store, work->request.device_id, &work->device);
    if (loaded.code != ERR_NOT_FOUND)
        TRY(loaded);
    if (err_is_ok(loaded) && device_waits(&work->device, x->now))
        return OK;
    work->interactive = false;
    exchange_refuse(x, ERROR_DEVICE_HANDLED, SLICE_EMPTY);
    return OK;
}

static err load(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);

    TRY(load_device(x));
    TRY(hosted_load_sessions(x));
    if (exchange_refused(x) || work->action != ACTION_FLOW)
        return OK;
    TRY(native_load(x));
    hosted_ask_for_details(x);
    return OK;
}

static err decide_stay(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);
    size_t i = hosted_find_session(x, work->picked);
    struct browser_session *s = &work->sessions[i];
    bool goes_on;

    if (i == work->session_count) {
        exchange_refuse(x, ERROR_INTERACTION_INVALID, SLICE_EMPTY);
        return OK;
    }
    TRY(hosted_ask_for_tokens(x, &s->user, &goes_on));
    if (!goes_on)
        return OK;
    if (!work->said_yes)
        return hosted_give_answer(x, &s->session, &s->user);
    hosted_keep_session(x, s);
    return hosted_give_answer(x, &work->session, &s->user);
}

static err turn_device_away(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);

    work->device = (struct device_code){ .id = work->request.device_id, .state = DEVICE_DECLINED };
    exchange_write(x, WRITE_DEVICE_DECIDE)->device = &work->device;
    work->page = PAGE_DEVICE_DECLINED;
    return OK;
}

static err decide_device(struct exchange *x)
{
    struct authorize_facts facts;

    if (hosted_work(x)->request.device_id == 0) {
        exchange_refuse(x, ERROR_INTERACTION_INVALID, SLICE_EMPTY);
        return OK;
    }
    return hosted_work(x)->said_yes ? hosted_authorize(x, &facts) : turn_device_away(x);
}

static err decide(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);
    struct authorize_facts facts;

    switch (work->action) {
    case ACTION_FLOW:
        return native_decide_with(x, hosted_redeem);
    case ACTION_PICK:
        return hosted_authorize(x, &facts);
    case ACTION_STAY:
        return decide_stay(x);
    case ACTION_DEVICE:
        return decide_device(x);
    case ACTION_CANCEL:
        if (work->request.device_id != 0)
            return turn_device_away(x);
        work->interactive = false;
        exchange_refuse(x, ERROR_CANCELLED, SLICE_EMPTY);
        return OK;
    default:
        return OK;
    }
}

const struct exchange_steps interact_steps = { .parse = parse,
                                               .load = load,
                                               .decide = decide,
                                               .issue = hosted_issue,
                                               .reply = hosted_reply,
                                               .refuse = hosted_refuse };
