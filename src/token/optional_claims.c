/* SPDX-License-Identifier: Apache-2.0 */
#include "token/optional_claims.h"

#include "wire/login_hint.h"

typedef void put_fn(struct json *j, const struct claims_input *in, enum token_kind kind);

static void put_if_any(struct json *j, const char *name, const char *value)
{
    if (value[0] != '\0')
        json_cstr(j, name, value);
}

/* A member of the tenant; guests would be 1. */
static void put_acct(struct json *j, const struct claims_input *in, enum token_kind kind)
{
    (void)in;
    (void)kind;
    json_number(j, "acct", 0);
}

static void put_auth_time(struct json *j, const struct claims_input *in, enum token_kind kind)
{
    (void)kind;
    if (!in->auth_time && in->authenticated_at != 0)
        json_number(j, "auth_time", in->authenticated_at);
}

static void put_email(struct json *j, const struct claims_input *in, enum token_kind kind)
{
    if (kind != TOKEN_ID || !in->scope->email)
        json_cstr(j, "email", in->user->email);
}

static void put_family_name(struct json *j, const struct claims_input *in, enum token_kind kind)
{
    (void)kind;
    put_if_any(j, "family_name", in->user->surname);
}

static void put_given_name(struct json *j, const struct claims_input *in, enum token_kind kind)
{
    (void)kind;
    put_if_any(j, "given_name", in->user->given_name);
}

static void put_ipaddr(struct json *j, const struct claims_input *in, enum token_kind kind)
{
    (void)kind;
    if (in->client_address.n > 0)
        json_text(j, "ipaddr", in->client_address);
}

/* What logout_hint and login_hint take back. */
static void put_login_hint(struct json *j, const struct claims_input *in, enum token_kind kind)
{
    char space[LOGIN_HINT_TEXT];
    struct buf hint;

    (void)kind;
    buf_init(&hint, space, sizeof space);
    login_hint_put(in->user->id, &hint);
    json_text(j, "login_hint", buf_slice(&hint));
}

static void put_signin_state(struct json *j, const struct claims_input *in, enum token_kind kind)
{
    (void)kind;
    if (!in->persistent)
        return;
    json_array(j, "signin_state");
    json_cstr(j, NULL, "kmsi");
    json_end(j);
}

/* Users of an external tenant have one that nobody types (spec OIDC, 5.6). */
static void put_upn(struct json *j, const struct claims_input *in, enum token_kind kind)
{
    char space[GUID_TEXT + 1 + LIMIT_TENANT_SEGMENT];
    struct buf text;

    (void)kind;
    buf_init(&text, space, sizeof space);
    buf_fmt(&text, "%s@%.*s", guid_format(in->user->id).c, SLICE_ARGS(in->tenant->domain));
    json_text(j, "upn", buf_slice(&text));
}

static void put_verified_email(struct json *j, const struct claims_input *in, enum token_kind kind)
{
    (void)kind;
    json_array(j, "verified_primary_email");
    json_cstr(j, NULL, in->user->email);
    json_end(j);
}

enum { BOTH = TOKEN_ID | TOKEN_ACCESS, ALL = BOTH | TOKEN_ACCESS_V1 /* that has the names already */ };

static const struct row {
    const char *name;
    put_fn *put;
    int kinds;
} rows[] = {
    { "acct", put_acct, ALL },
    { "auth_time", put_auth_time, TOKEN_ID },
    { "email", put_email, ALL },
    { "family_name", put_family_name, BOTH },
    { "given_name", put_given_name, BOTH },
    { "ipaddr", put_ipaddr, ALL },
    { "login_hint", put_login_hint, ALL },
    { "signin_state", put_signin_state, TOKEN_ID },
    { "upn", put_upn, ALL },
    { "verified_primary_email", put_verified_email, ALL },
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static const struct slices *declared_for(const struct claims_input *in, enum token_kind kind)
{
    static const struct slices none = { NULL, 0 };

    if (kind == TOKEN_ID)
        return &in->application->id_token_claims;
    return in->api != NULL ? &in->api->access_token_claims : &none;
}

static bool has(const struct row *row, const struct slices *declared, enum token_kind kind)
{
    return (row->kinds & (int)kind) != 0 && slices_have(declared, slice_of(row->name));
}

void optional_claims_put(struct json *j, const struct claims_input *in, enum token_kind kind)
{
    const struct slices *declared = declared_for(in, kind);

    for (size_t i = 0; i < ROWS; i++)
        if (has(&rows[i], declared, kind))
            rows[i].put(j, in, kind);
}

bool optional_claims_have(const struct claims_input *in, enum token_kind kind, struct slice name)
{
    const struct slices *declared = declared_for(in, kind);

    for (size_t i = 0; i < ROWS; i++)
        if (slice_eq_nocase(name, slice_of(rows[i].name)) && has(&rows[i], declared, kind))
            return true;
    return false;
}
