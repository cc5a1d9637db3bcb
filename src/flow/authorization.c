/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/authorization.h"

#include "flow/pkce.h"
#include "flow/redirect_uri.h"
#include "wire/json_in.h"

#include <string.h>

enum { CLAIMS_MAX = 4096 };

struct word {
    const char *text;
    uint8_t bit;
};

static const struct word response_types[] = {
    { "code", RESPONSE_CODE }, { "id_token", RESPONSE_ID_TOKEN }, { "token", RESPONSE_TOKEN }, { NULL, 0 }
};
static const struct word prompts[] = {
    { "none", PROMPT_NONE },     { "login", PROMPT_LOGIN },     { "select_account", PROMPT_SELECT_ACCOUNT },
    { "create", PROMPT_CREATE }, { "consent", PROMPT_CONSENT }, { NULL, 0 },
};

static struct slice get(const struct form *form, const char *name)
{
    return form_get(form, slice_of(name));
}

/* A set of words, each known and once; 0 otherwise. */
static uint8_t read_words(struct slice list, const struct word *words)
{
    uint8_t set = 0;

    for (struct slice word = slice_word(&list); word.n > 0; word = slice_word(&list)) {
        const struct word *w = words;
        while (w->text != NULL && !slice_eq(word, slice_of(w->text)))
            w++;
        if (w->text == NULL || (set & w->bit) != 0)
            return 0;
        set |= w->bit;
    }
    return set;
}

/* ---- where the answer goes ---- */

static bool read_mode(struct slice word, uint8_t types, enum response_mode *mode)
{
    static const char *const names[MODES] = { "query", "fragment", "form_post" };

    *mode = (types & (RESPONSE_ID_TOKEN | RESPONSE_TOKEN)) != 0 ? MODE_FRAGMENT : MODE_QUERY;
    for (enum response_mode m = 0; m < MODES; m++)
        if (slice_eq(word, slice_of(names[m]))) {
            *mode = m;
            return true;
        }
    return word.n == 0;
}

static enum error_id read_redirect_uri(const struct form *form, const struct application *app,
                                       struct authorization *out)
{
    const struct redirect_uri *registered;

    out->redirect_uri = get(form, "redirect_uri");
    if (form_repeated(form, SLICE("redirect_uri")))
        return ERROR_REDIRECT_URI_UNKNOWN;
    if (out->redirect_uri.n == 0 && app->redirect_uri_count == 1)
        out->redirect_uri = app->redirect_uris[0].uri;
    if (out->redirect_uri.n == 0)
        return ERROR_REDIRECT_URI_MISSING;
    registered = redirect_uri_find(app, out->redirect_uri);
    if (registered == NULL)
        return ERROR_REDIRECT_URI_UNKNOWN;
    out->platform = registered->platform;
    return ERROR_NONE;
}

enum error_id authorization_address(const struct form *form, const struct application *app, struct authorization *out)
{
    out->tenant_id = app->tenant_id;
    out->client_id = app->client_id;
    out->response_types = read_words(get(form, "response_type"), response_types);
    (void)read_mode(get(form, "response_mode"), out->response_types, &out->mode);
    out->state = get(form, "state");
    return read_redirect_uri(form, app, out);
}

/* ---- what was asked ---- */

static struct slice repeated(const struct form *form)
{
    for (size_t i = 0; i < form->n; i++)
        if (form_repeated(form, form->fields[i].name))
            return form->fields[i].name;
    return SLICE_EMPTY;
}

static enum error_id check_lengths(const struct form *form, struct slice *detail)
{
    static const struct {
        const char *name;
        size_t max;
    } limits[] = { { "state", LIMIT_STATE },      { "nonce", LIMIT_NONCE },      { "scope", LIMIT_SCOPE - 1 },
                   { "login_hint", LIMIT_EMAIL }, { "ui_locales", LIMIT_NONCE }, { "mkt", LIMIT_NONCE },
                   { "claims", CLAIMS_MAX },      { "sid", LIMIT_NONCE } };

    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        if (get(form, limits[i].name).n > limits[i].max) {
            *detail = slice_of(limits[i].name);
            return ERROR_PARAMETER_TOO_LONG;
        }
    return ERROR_NONE;
}

static enum error_id check_unsupported(const struct form *form)
{
    if (get(form, "request").n > 0)
        return ERROR_REQUEST_OBJECT_UNSUPPORTED;
    if (get(form, "request_uri").n > 0)
        return ERROR_REQUEST_URI_UNSUPPORTED;
    return get(form, "resource").n > 0 ? ERROR_RESOURCE_UNSUPPORTED : ERROR_NONE;
}

static enum error_id check_response(const struct form *form, const struct application *app,
                                    const struct authorization *out)
{
    uint8_t types = out->response_types;
    enum response_mode mode;

    if (types == 0)
        return ERROR_RESPONSE_TYPE_UNSUPPORTED;
    if ((types & RESPONSE_ID_TOKEN) != 0 && !app->id_token_issuance)
        return ERROR_ID_TOKEN_NOT_ENABLED;
    if ((types & RESPONSE_TOKEN) != 0 && !app->access_token_issuance)
        return ERROR_ACCESS_TOKEN_NOT_ENABLED;
    if (types == (RESPONSE_CODE | RESPONSE_TOKEN) || types == (RESPONSE_CODE | RESPONSE_ID_TOKEN | RESPONSE_TOKEN))
        return ERROR_RESPONSE_TYPE_UNSUPPORTED;
    if (!read_mode(get(form, "response_mode"), types, &mode) || (mode == MODE_QUERY && types != RESPONSE_CODE))
        return ERROR_RESPONSE_MODE_UNSUPPORTED;
    return ERROR_NONE;
}

static bool has_word(struct slice list, struct slice wanted)
{
    for (struct slice word = slice_word(&list); word.n > 0; word = slice_word(&list))
        if (slice_eq(word, wanted))
            return true;
    return false;
}

static enum error_id read_scope(const struct form *form, struct authorization *out, struct slice *detail)
{
    out->scope = get(form, "scope");
    out->nonce = get(form, "nonce");
    if (slice_trim(out->scope).n == 0) {
        *detail = SLICE("scope");
        return ERROR_PARAMETER_MISSING;
    }
    if ((out->response_types & RESPONSE_ID_TOKEN) == 0)
        return ERROR_NONE;
    if (!has_word(out->scope, SLICE("openid")))
        return ERROR_RESPONSE_TYPE_UNSUPPORTED;
    return out->nonce.n == 0 ? ERROR_NONCE_MISSING : ERROR_NONE;
}

static enum error_id read_prompt(const struct form *form, struct authorization *out)
{
    struct slice list = get(form, "prompt");

    out->prompts = read_words(list, prompts);
    if (slice_trim(list).n > 0 && out->prompts == 0)
        return ERROR_PROMPT_UNKNOWN;
    if ((out->prompts & PROMPT_NONE) != 0 && out->prompts != PROMPT_NONE)
        return ERROR_PROMPT_UNKNOWN;
    out->login_hint = slice_trim(get(form, "login_hint"));
    if (out->login_hint.n > 0 && (out->prompts & PROMPT_SELECT_ACCOUNT) != 0)
        return ERROR_HINT_WITH_SELECT;
    return ERROR_NONE;
}

static enum error_id read_code_challenge(const struct form *form, struct authorization *out)
{
    struct slice method = get(form, "code_challenge_method");

    out->code_challenge = get(form, "code_challenge");
    out->challenge_is_plain = method.n == 0 || slice_eq(method, SLICE("plain"));
    if (!out->challenge_is_plain && !slice_eq(method, SLICE("S256")))
        return ERROR_CHALLENGE_METHOD_INVALID;
    if (out->code_challenge.n == 0)
        return method.n == 0 ? ERROR_NONE : ERROR_CODE_CHALLENGE_INVALID;
    return pkce_is_text(out->code_challenge) ? ERROR_NONE : ERROR_CODE_CHALLENGE_INVALID;
}

/* Lenient: only an object it must be (spec OIDC, 2.1). auth_time is all that is honoured. */
static enum error_id read_claims(const struct form *form, struct authorization *out)
{
    struct slice text = get(form, "claims");
    struct json_t *claims, *id_token, *member;

    if (text.n == 0)
        return ERROR_NONE;
    if (!err_is_ok(json_in_parse(text, CLAIMS_MAX, &claims)))
        return ERROR_CLAIMS_MALFORMED;
    if (err_is_ok(json_in_object(claims, "id_token", &id_token)) &&
        err_is_ok(json_in_object(id_token, "auth_time", &member)))
        out->auth_time = true;
    json_in_free(claims);
    return ERROR_NONE;
}

static enum error_id read_max_age(const struct form *form, struct authorization *out, struct slice *detail)
{
    struct slice text = get(form, "max_age");
    uint64_t seconds;

    if (text.n == 0)
        return ERROR_NONE;
    if (!slice_to_u64(text, UINT32_MAX, &seconds)) {
        *detail = SLICE("max_age is not a number of seconds");
        return ERROR_REQUEST_MALFORMED;
    }
    out->has_max_age = true;
    out->max_age = (uint32_t)seconds;
    out->auth_time = true;
    return ERROR_NONE;
}

static void read_hints(const struct form *form, struct authorization *out)
{
    out->sid = get(form, "sid");
    out->ui_locales = get(form, "ui_locales");
    if (out->ui_locales.n == 0)
        out->ui_locales = get(form, "mkt");
    out->client_info = form_wants(form, SLICE("client_info"));
}

enum error_id authorization_parse(const struct form *form, const struct application *app, struct authorization *out,
                                  struct slice *detail)
{
    enum error_id wrong = check_lengths(form, detail);

    *detail = wrong == ERROR_NONE ? repeated(form) : *detail;
    if (wrong == ERROR_NONE && detail->n > 0)
        wrong = ERROR_PARAMETER_REPEATED;
    if (wrong == ERROR_NONE)
        wrong = check_unsupported(form);
    if (wrong == ERROR_NONE)
        wrong = check_response(form, app, out);
    if (wrong == ERROR_NONE)
        wrong = read_scope(form, out, detail);
    if (wrong == ERROR_NONE)
        wrong = read_prompt(form, out);
    if (wrong == ERROR_NONE)
        wrong = read_code_challenge(form, out);
    if (wrong == ERROR_NONE)
        wrong = read_max_age(form, out, detail);
    if (wrong == ERROR_NONE)
        wrong = read_claims(form, out);
    if (wrong == ERROR_NONE)
        read_hints(form, out);
    return wrong;
}
