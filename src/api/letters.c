/* SPDX-License-Identifier: Apache-2.0 */
#include "api/letters.h"

#include "base/secret.h"
#include "mail/message.h"
#include "wire/text.h"

#include <string.h>

static struct slice wanted_languages(const struct exchange *x)
{
    struct slice ui_locales = form_get(&x->form, SLICE("ui_locales"));

    return ui_locales.n > 0 ? ui_locales : x->call->request.accept_language;
}

static err seal(const struct exchange *x, const struct letter *letter, struct mail *mail)
{
    char plain_bytes[MAIL_SEALED] UNINITIALISED;
    struct buf plain, sealed;

    buf_init(&plain, plain_bytes, sizeof plain_bytes);
    buf_init(&sealed, mail->sealed, sizeof mail->sealed);
    err result = letter_pack(letter, &plain);
    if (err_is_ok(result))
        result = vault_seal(x->api->vault, VAULT_MAIL, 0, slice_bytes(&mail->id, sizeof mail->id), buf_slice(&plain),
                            &sealed);
    wipe(plain_bytes, plain.n);
    mail->sealed_n = sealed.n;
    return result;
}

static const enum letter_kind kind_of[] = {
    [CODE_SIGNIN] = LETTER_SIGNIN_CODE,     [CODE_SIGNUP] = LETTER_SIGNUP_CODE,
    [CODE_RESET] = LETTER_RESET_CODE,       [CODE_FACTOR] = LETTER_FACTOR_CODE,
    [CODE_REGISTER] = LETTER_REGISTER_CODE, [CODE_ACCOUNT_EXISTS] = LETTER_ACCOUNT_EXISTS,
};

err letter_seal_code(struct exchange *x, const struct letter_order *order, struct mail *mail)
{
    struct letter letter = { .kind = kind_of[order->purpose],
                             .channel = order->channel,
                             .minutes = (uint32_t)((x->api->policy->code_seconds + 59) / 60) };
    const char *language = message_language(wanted_languages(x));

    text_cut(slice_of(order->to), letter.to, sizeof letter.to);
    text_cut(slice_of(order->code), letter.code, sizeof letter.code);
    text_cut(slice_of(language), letter.language, sizeof letter.language);
    text_cut(x->tenant->display_name, letter.tenant_name, sizeof letter.tenant_name);
    if (slice_starts(x->tenant->branding.logo_url, SLICE("https://"))) /* mail programs show no data URLs */
        text_cut(x->tenant->branding.logo_url, letter.logo_url, sizeof letter.logo_url);
    text_cut(x->tenant->branding.accent_color, letter.accent_color, sizeof letter.accent_color);
    text_cut(slice_of(guid_format(x->app->client_id).c), letter.client_id, sizeof letter.client_id);
    mail->id = store_next_id(x->api->store);
    mail->tenant_id = x->tenant->id;
    mail->correlation_id = x->correlation_id;
    mail->state = MAIL_PENDING;
    mail->created_at = x->now;
    mail->due_at = x->now;
    mail->expires_at = x->now + x->api->policy->code_seconds;
    err result = seal(x, &letter, mail);
    wipe(&letter, sizeof letter);
    return result;
}

err letter_open(const struct vault *vault, const struct mail *mail, struct letter *out)
{
    char plain[MAIL_SEALED] UNINITIALISED;
    size_t n = 0;

    err result = vault_open(vault, VAULT_MAIL, 0, slice_bytes(&mail->id, sizeof mail->id),
                            slice_bytes(mail->sealed, mail->sealed_n), plain, sizeof plain, &n);
    if (err_is_ok(result))
        result = letter_unpack(slice_bytes(plain, n), out);
    wipe(plain, n); /* libsodium leaves nothing of what does not open */
    return result;
}
