/* SPDX-License-Identifier: Apache-2.0 */
/* GET /dev/inbox, /dev/inbox/latest, /dev/inbox/message; POST /dev/inbox/clear: the caught mails of the development mode,
 * for its page and for tests. */
#include "api/endpoints.h"

#include "mail/inbox.h"
#include "wire/json_out.h"

enum { LISTED = 20, ID_TEXT = 24, SUBJECT_MAX = 512 };

static struct inbox *inbox_of(struct exchange *x)
{
    return x->api->dev->inbox;
}

static struct slice query_value(struct exchange *x, struct slice name)
{
    if (x->form.n == 0 && !err_is_ok(form_parse(x->call->request.query, &x->call->arena, &x->form)))
        return SLICE_EMPTY;
    return form_get(&x->form, name);
}

static uint64_t query_id(struct exchange *x, struct slice name)
{
    uint64_t id = 0;

    (void)slice_to_u64(query_value(x, name), INT64_MAX, &id);
    return id;
}

static void put_id(struct json *j, uint64_t id)
{
    char text[ID_TEXT];
    struct buf out;

    buf_init(&out, text, sizeof text);
    buf_fmt(&out, "%llu", (unsigned long long)id); /* as text: it has more bits than a number of JavaScript */
    json_text(j, "id", buf_slice(&out));
}

static void put_subject(struct json *j, struct exchange *x, const struct inbox_mail *mail)
{
    char space[SUBJECT_MAX];
    struct buf subject;

    buf_init(&subject, space, sizeof space);
    if (err_is_ok(inbox_subject(inbox_of(x), mail, &subject)))
        json_text(j, "subject", buf_slice(&subject));
}

static void put_mail(struct json *j, struct exchange *x, const struct inbox_mail *mail)
{
    const struct tenant *tenant = directory_tenant_by_id(x->directory, mail->tenant_id);

    put_id(j, mail->id);
    json_cstr(j, "at", clock_format(mail->at).c);
    json_cstr(j, "to", mail->letter.to);
    put_subject(j, x, mail);
    json_cstr(j, "channel", channel_name(mail->letter.channel));
    if (mail->letter.kind != LETTER_ACCOUNT_EXISTS) /* it tells none */
        json_cstr(j, "code", mail->letter.code);
    json_text(j, "tenant", tenant == NULL ? SLICE_EMPTY : tenant->name);
    json_cstr(j, "language", mail->letter.language);
}

static void put_not_found(struct exchange *x)
{
    struct json j;

    json_start(&j, &x->body);
    json_object(&j, NULL);
    json_cstr(&j, "error", "not_found");
    json_end(&j);
    x->call->reply.status = 404;
}

static err reply_list(struct exchange *x)
{
    struct inbox_mail *mails = arena_take(&x->call->arena, LISTED * sizeof *mails);
    struct json j;

    ENSURE(mails != NULL, FULL);
    size_t n = inbox_list(inbox_of(x), query_value(x, SLICE("address")), query_id(x, SLICE("after")), mails, LISTED);
    json_start(&j, &x->body);
    json_object(&j, NULL);
    json_array(&j, "mails");
    for (size_t i = 0; i < n; i++) {
        json_object(&j, NULL);
        put_mail(&j, x, &mails[i]);
        json_end(&j);
    }
    json_end(&j);
    json_end(&j);
    return OK;
}

static err reply_latest(struct exchange *x)
{
    struct inbox_mail mail;
    struct json j;

    if (inbox_list(inbox_of(x), query_value(x, SLICE("address")), query_id(x, SLICE("after")), &mail, 1) == 0) {
        put_not_found(x);
        return OK;
    }
    json_start(&j, &x->body);
    json_object(&j, NULL);
    put_mail(&j, x, &mail);
    json_end(&j);
    return OK;
}

static err reply_message(struct exchange *x)
{
    struct inbox_mail mail;
    struct message_parts parts;
    struct json j;

    if (!err_is_ok(inbox_find(inbox_of(x), query_id(x, SLICE("id")), &mail))) {
        put_not_found(x);
        return OK;
    }
    TRY(inbox_read(inbox_of(x), &mail, &x->call->arena, &parts));
    json_start(&j, &x->body);
    json_object(&j, NULL);
    put_mail(&j, x, &mail);
    json_text(&j, "from", inbox_sender(inbox_of(x)));
    json_text(&j, "headers", parts.headers);
    json_text(&j, "text", parts.text);
    json_text(&j, "html", parts.html);
    json_end(&j);
    return OK;
}

static err reply_clear(struct exchange *x)
{
    inbox_clear(inbox_of(x));
    buf_puts(&x->body, "{}");
    return OK;
}

const struct exchange_steps dev_inbox_steps = { .reply = reply_list };
const struct exchange_steps dev_inbox_latest_steps = { .reply = reply_latest };
const struct exchange_steps dev_inbox_message_steps = { .reply = reply_message };
const struct exchange_steps dev_inbox_clear_steps = { .reply = reply_clear };
