/* SPDX-License-Identifier: Apache-2.0 */
/* The model's structs as rows: one table of members for each, read in both directions. The order of the members is the
 * order of the columns in schema.sql. */
#include "store/sqlite/db.h"

#include <string.h>

enum kind {
    KIND_GUID,
    KIND_NUMBER, /* 64 bits, with or without sign; above 2^63 it is stored as negative */
    KIND_WORD,   /* 32 bits without sign, and enums */
    KIND_BYTE,   /* 8 bits without sign */
    KIND_FLAG,
    KIND_CHARS, /* char array with a NUL */
    KIND_FIXED, /* byte array, always full */
    KIND_BYTES, /* byte array with its count in another member */
    KIND_SLICE
};

struct member {
    enum kind kind;
    uint32_t offset;
    uint32_t size;
    uint32_t count_offset; /* KIND_BYTES */
};

struct shape {
    const struct member *members;
    int n;
    size_t size; /* of the struct */
};

#define MEMBER(type, name, what)                                                      \
    {                                                                                 \
        KIND_##what, offsetof(struct type, name), sizeof(((struct type *)0)->name), 0 \
    }
#define COUNTED(type, name)                                                                                        \
    {                                                                                                              \
        KIND_BYTES, offsetof(struct type, name), sizeof(((struct type *)0)->name), offsetof(struct type, name##_n) \
    }
#define SHAPE(type)                                                                           \
    {                                                                                         \
        type##_members, sizeof type##_members / sizeof type##_members[0], sizeof(struct type) \
    }

static const struct member passcode_members[] = {
    MEMBER(passcode, user_id, GUID),       MEMBER(passcode, version, NUMBER),
    MEMBER(passcode, state, WORD),         MEMBER(passcode, challenge_id, NUMBER),
    MEMBER(passcode, flow_serial, NUMBER), MEMBER(passcode, asked_with, NUMBER),
    MEMBER(passcode, mac, FIXED),          MEMBER(passcode, issued_at, NUMBER),
    MEMBER(passcode, expires_at, NUMBER),  MEMBER(passcode, changed_at, NUMBER),
    MEMBER(passcode, attempts, WORD),      MEMBER(passcode, sent, WORD),
    MEMBER(passcode, sent_since, NUMBER),  MEMBER(passcode, wrong, FIXED),
    MEMBER(passcode, failures, WORD),      MEMBER(passcode, failures_since, NUMBER),
    MEMBER(passcode, lockouts, WORD),      MEMBER(passcode, locked_until, NUMBER),
    MEMBER(passcode, ended, FIXED),
};
const struct shape shape_passcode = SHAPE(passcode);

static const struct member mail_members[] = {
    MEMBER(mail, id, NUMBER),     MEMBER(mail, tenant_id, GUID),    MEMBER(mail, correlation_id, GUID),
    MEMBER(mail, state, WORD),    MEMBER(mail, attempts, WORD),     MEMBER(mail, created_at, NUMBER),
    MEMBER(mail, due_at, NUMBER), MEMBER(mail, expires_at, NUMBER), MEMBER(mail, last_error, CHARS),
    COUNTED(mail, sealed),
};
const struct shape shape_mail = SHAPE(mail);

static const struct member grant_members[] = {
    MEMBER(grant, id, NUMBER),     MEMBER(grant, tenant_id, GUID),    MEMBER(grant, client_id, GUID),
    MEMBER(grant, user_id, GUID),  MEMBER(grant, session_id, GUID),   MEMBER(grant, authenticated_at, NUMBER),
    MEMBER(grant, scope, CHARS),   MEMBER(grant, revoked_at, NUMBER), MEMBER(grant, proofs, BYTE),
    MEMBER(grant, platform, BYTE), MEMBER(grant, ends_at, NUMBER),    MEMBER(grant, serves_until, NUMBER),
};
const struct shape shape_grant = SHAPE(grant);

static const struct member refresh_token_members[] = {
    MEMBER(refresh_token, id, NUMBER),         MEMBER(refresh_token, grant_id, NUMBER),
    MEMBER(refresh_token, hash, FIXED),        MEMBER(refresh_token, issued_at, NUMBER),
    MEMBER(refresh_token, expires_at, NUMBER), MEMBER(refresh_token, used_at, NUMBER),
};
const struct shape shape_refresh_token = SHAPE(refresh_token);

static const struct member user_members[] = {
    MEMBER(user, id, GUID),
    MEMBER(user, tenant_id, GUID),
    MEMBER(user, origin, WORD),
    MEMBER(user, enabled, FLAG),
    MEMBER(user, email, CHARS),
    MEMBER(user, identity, CHARS),
    MEMBER(user, display_name, CHARS),
    MEMBER(user, given_name, CHARS),
    MEMBER(user, surname, CHARS),
    MEMBER(user, created_at, NUMBER),
    MEMBER(user, sessions_valid_from, NUMBER),
    MEMBER(user, multi_factor, WORD),
    MEMBER(user, password_must_change, FLAG),
    MEMBER(user, password_hash, CHARS),
};
const struct shape shape_user = SHAPE(user);

static const struct member key_members[] = {
    MEMBER(key, kid, CHARS),
    MEMBER(key, alg, WORD),
    MEMBER(key, state, WORD),
    MEMBER(key, created_at, NUMBER),
    MEMBER(key, signing_since, NUMBER),
    MEMBER(key, retired_at, NUMBER),
    COUNTED(key, sealed),
    COUNTED(key, certificate),
};
const struct shape shape_key = SHAPE(key);

static const struct member tenant_members[] = {
    MEMBER(tenant, id, GUID),
    MEMBER(tenant, name, SLICE),
    MEMBER(tenant, domain, SLICE),
    MEMBER(tenant, display_name, SLICE),
    MEMBER(tenant, branding.logo_url, SLICE),
    MEMBER(tenant, branding.accent_color, SLICE),
    MEMBER(tenant, issuer, SLICE),
    MEMBER(tenant, hide_unknown_users, FLAG),
    MEMBER(tenant, strict_refresh_tokens, FLAG),
    MEMBER(tenant, multi_factor, FLAG),
    MEMBER(tenant, registration_after_sign_up, FLAG),
    MEMBER(tenant, password_reset, FLAG),
    MEMBER(tenant, any_email_passcode, FLAG),
    MEMBER(tenant, second_factors, BYTE),
    MEMBER(tenant, branding.background_color, SLICE),
    MEMBER(tenant, branding.background_image_url, SLICE),
    MEMBER(tenant, branding.favicon_url, SLICE),
    MEMBER(tenant, branding.username_hint, SLICE),
    MEMBER(tenant, branding.sign_in_text, SLICE),
    MEMBER(tenant, branding.terms_url, SLICE),
    MEMBER(tenant, branding.privacy_url, SLICE),
    MEMBER(tenant, branding.custom_css, SLICE),
    MEMBER(tenant, branding.stay_signed_in, FLAG),
};
const struct shape shape_tenant = SHAPE(tenant);

static const struct member text_override_members[] = {
    MEMBER(text_override, language, SLICE),
    MEMBER(text_override, key, SLICE),
    MEMBER(text_override, text, SLICE),
};
const struct shape shape_text_override = SHAPE(text_override);

static const struct member application_members[] = {
    MEMBER(application, tenant_id, GUID),
    MEMBER(application, client_id, GUID),
    MEMBER(application, name, SLICE),
    MEMBER(application, public_client, FLAG),
    MEMBER(application, native_authentication, FLAG),
    MEMBER(application, signing_alg, WORD),
    MEMBER(application, access_token_seconds, WORD),
    MEMBER(application, user_flow, SLICE),
    MEMBER(application, multi_factor, WORD),
    MEMBER(application, logout_url, SLICE),
    MEMBER(application, id_token_issuance, FLAG),
    MEMBER(application, access_token_issuance, FLAG),
    MEMBER(application, identifier_uri, SLICE),
    MEMBER(application, access_token_version, WORD),
};
const struct shape shape_application = SHAPE(application);

static const struct member contact_rule_members[] = {
    MEMBER(contact_rule, match, SLICE),
    MEMBER(contact_rule, verdict, WORD),
};
const struct shape shape_contact_rule = SHAPE(contact_rule);

static const struct member extension_members[] = {
    MEMBER(extension, id, GUID),       MEMBER(extension, name, SLICE),      MEMBER(extension, event, WORD),
    MEMBER(extension, url, SLICE),     MEMBER(extension, auth, WORD),       MEMBER(extension, resource_id, SLICE),
    MEMBER(extension, secret, SLICE),  MEMBER(extension, timeout_ms, WORD), MEMBER(extension, retries, WORD),
    MEMBER(extension, fallback, FLAG),
};
const struct shape shape_extension = SHAPE(extension);

static const struct member method_members[] = {
    MEMBER(method, id, GUID),      MEMBER(method, user_id, GUID),      MEMBER(method, channel, WORD),
    MEMBER(method, target, CHARS), MEMBER(method, created_at, NUMBER),
};
const struct shape shape_method = SHAPE(method);

static const struct member signup_members[] = {
    MEMBER(signup, id, NUMBER),           MEMBER(signup, tenant_id, GUID),   MEMBER(signup, expires_at, NUMBER),
    MEMBER(signup, password_hash, CHARS), MEMBER(signup, attributes, SLICE),
};
const struct shape shape_signup = SHAPE(signup);

static const struct member redirect_uri_members[] = {
    MEMBER(redirect_uri, platform, WORD),
    MEMBER(redirect_uri, uri, SLICE),
};
const struct shape shape_redirect_uri = SHAPE(redirect_uri);

static const struct member client_secret_members[] = {
    MEMBER(client_secret, key_id, GUID),    MEMBER(client_secret, hint, SLICE),
    MEMBER(client_secret, hash, FIXED),     MEMBER(client_secret, starts_at, NUMBER),
    MEMBER(client_secret, ends_at, NUMBER), MEMBER(client_secret, name, SLICE),
};
const struct shape shape_client_secret = SHAPE(client_secret);

static const struct member app_role_members[] = {
    MEMBER(app_role, id, GUID),
    MEMBER(app_role, value, SLICE),
    MEMBER(app_role, display_name, SLICE),
    MEMBER(app_role, members, BYTE),
};
const struct shape shape_app_role = SHAPE(app_role);

static const struct member numbered_text_members[] = {
    MEMBER(numbered_text, number, WORD),
    MEMBER(numbered_text, text, SLICE),
};
const struct shape shape_numbered_text = SHAPE(numbered_text);

static const struct member user_role_members[] = {
    MEMBER(user_role, client_id, GUID),
    MEMBER(user_role, value, SLICE),
};
const struct shape shape_user_role = SHAPE(user_role);

static const struct member session_members[] = {
    MEMBER(session, id, GUID),        MEMBER(session, tenant_id, GUID),    MEMBER(session, user_id, GUID),
    MEMBER(session, hash, FIXED),     MEMBER(session, created_at, NUMBER), MEMBER(session, authenticated_at, NUMBER),
    MEMBER(session, seen_at, NUMBER), MEMBER(session, ended_at, NUMBER),   MEMBER(session, persistent, FLAG),
    MEMBER(session, proofs, BYTE),
};
const struct shape shape_session = SHAPE(session);

static const struct member authorization_code_members[] = {
    MEMBER(authorization_code, id, NUMBER),
    MEMBER(authorization_code, hash, FIXED),
    MEMBER(authorization_code, tenant_id, GUID),
    MEMBER(authorization_code, client_id, GUID),
    MEMBER(authorization_code, user_id, GUID),
    MEMBER(authorization_code, session_id, GUID),
    MEMBER(authorization_code, grant_id, NUMBER),
    MEMBER(authorization_code, platform, WORD),
    MEMBER(authorization_code, redirect_uri, CHARS),
    MEMBER(authorization_code, scope, CHARS),
    MEMBER(authorization_code, nonce, CHARS),
    MEMBER(authorization_code, code_challenge, CHARS),
    MEMBER(authorization_code, challenge_is_plain, FLAG),
    MEMBER(authorization_code, auth_time, FLAG),
    MEMBER(authorization_code, proofs, BYTE),
    MEMBER(authorization_code, authenticated_at, NUMBER),
    MEMBER(authorization_code, issued_at, NUMBER),
    MEMBER(authorization_code, expires_at, NUMBER),
    MEMBER(authorization_code, used_at, NUMBER),
};
const struct shape shape_code = SHAPE(authorization_code);

static const struct member device_code_members[] = {
    MEMBER(device_code, id, NUMBER),
    MEMBER(device_code, hash, FIXED),
    MEMBER(device_code, user_code, CHARS),
    MEMBER(device_code, tenant_id, GUID),
    MEMBER(device_code, client_id, GUID),
    MEMBER(device_code, scope, CHARS),
    MEMBER(device_code, state, WORD),
    MEMBER(device_code, user_id, GUID),
    MEMBER(device_code, session_id, GUID),
    MEMBER(device_code, proofs, BYTE),
    MEMBER(device_code, authenticated_at, NUMBER),
    MEMBER(device_code, issued_at, NUMBER),
    MEMBER(device_code, expires_at, NUMBER),
};
const struct shape shape_device = SHAPE(device_code);

/* What changes when the user decides. */
static const struct member device_decision_members[] = {
    MEMBER(device_code, id, NUMBER),    MEMBER(device_code, state, WORD),
    MEMBER(device_code, user_id, GUID), MEMBER(device_code, session_id, GUID),
    MEMBER(device_code, proofs, BYTE),  MEMBER(device_code, authenticated_at, NUMBER),
};
const struct shape shape_device_decision = { device_decision_members,
                                             sizeof device_decision_members / sizeof device_decision_members[0],
                                             sizeof(struct device_code) };

static const struct member slice_members[] = { { KIND_SLICE, 0, sizeof(struct slice), 0 } };
const struct shape shape_slice = SHAPE(slice);

static const struct member guid_members[] = { { KIND_GUID, 0, sizeof(struct guid), 0 } };
const struct shape shape_guid = SHAPE(guid);

static const struct member user_flow_members[] = {
    MEMBER(user_flow, tenant_id, GUID),
    MEMBER(user_flow, name, SLICE),
    MEMBER(user_flow, identity_provider, WORD),
    MEMBER(user_flow, sign_up, FLAG),
};
const struct shape shape_user_flow = SHAPE(user_flow);

static const struct member flow_attribute_members[] = {
    MEMBER(flow_attribute, name, SLICE),          MEMBER(flow_attribute, type, SLICE),
    MEMBER(flow_attribute, label, SLICE),         MEMBER(flow_attribute, regex, SLICE),
    MEMBER(flow_attribute, required, FLAG),       MEMBER(flow_attribute, input, WORD),
    MEMBER(flow_attribute, default_value, SLICE), MEMBER(flow_attribute, hidden, FLAG),
};
const struct shape shape_attribute = SHAPE(flow_attribute);

/* ---- struct to row ---- */

static int64_t load_number(const struct member *m, const char *at)
{
    int64_t number = 0;
    uint32_t word = 0;

    if (m->kind == KIND_NUMBER) {
        memcpy(&number, at, sizeof number);
        return number;
    }
    if (m->kind == KIND_BYTE)
        return *(const uint8_t *)at;
    if (m->kind == KIND_FLAG)
        return *(const bool *)at;
    memcpy(&word, at, sizeof word);
    return word;
}

static size_t load_count(const struct member *m, const char *base)
{
    size_t n = 0;

    memcpy(&n, base + m->count_offset, sizeof n);
    ASSERT(n <= m->size);
    return n;
}

static void bind_member(const struct member *m, sqlite3_stmt *q, int at, const char *base)
{
    const char *value = base + m->offset;

    switch (m->kind) {
    case KIND_NUMBER:
    case KIND_WORD:
    case KIND_BYTE:
    case KIND_FLAG:
        sqlite3_bind_int64(q, at, load_number(m, value));
        return;
    case KIND_GUID:
    case KIND_FIXED:
        sqlite3_bind_blob(q, at, value, (int)m->size, SQLITE_STATIC);
        return;
    case KIND_BYTES:
        sqlite3_bind_blob(q, at, value, (int)load_count(m, base), SQLITE_STATIC);
        return;
    case KIND_CHARS:
        sqlite3_bind_text(q, at, value, (int)strnlen(value, m->size - 1), SQLITE_STATIC);
        return;
    case KIND_SLICE:
        bind_slice(q, at, *(const struct slice *)(const void *)value);
        return;
    }
}

void shape_bind(const struct shape *shape, sqlite3_stmt *q, const void *row)
{
    for (int i = 0; i < shape->n; i++)
        bind_member(&shape->members[i], q, i + 1, row);
}

int shape_width(const struct shape *shape)
{
    return shape->n;
}

/* ---- row to struct ---- */

static void keep_number(const struct member *m, int64_t number, char *at)
{
    uint32_t word = (uint32_t)number;

    if (m->kind == KIND_NUMBER)
        memcpy(at, &number, sizeof number);
    else if (m->kind == KIND_BYTE)
        *(uint8_t *)at = (uint8_t)number;
    else if (m->kind == KIND_FLAG)
        *(bool *)at = number != 0;
    else
        memcpy(at, &word, sizeof word);
}

/* False when the bytes do not fit the member. */
static bool keep_bytes(const struct member *m, struct slice bytes, char *base)
{
    char *at = base + m->offset;
    bool whole = m->kind == KIND_GUID || m->kind == KIND_FIXED;

    if (m->kind == KIND_CHARS)
        return slice_to_cstr(bytes, at, m->size);
    if (bytes.n > m->size || (whole && bytes.n != m->size))
        return false;
    if (bytes.n > 0)
        memcpy(at, bytes.p, bytes.n);
    if (m->kind == KIND_BYTES)
        memcpy(base + m->count_offset, &bytes.n, sizeof bytes.n);
    return true;
}

static bool read_member(const struct member *m, sqlite3_stmt *q, int at, char *base)
{
    if (m->kind <= KIND_FLAG && m->kind != KIND_GUID) {
        keep_number(m, sqlite3_column_int64(q, at), base + m->offset);
        return true;
    }
    const char *p = sqlite3_column_blob(q, at);
    struct slice bytes = { p == NULL ? "" : p, (size_t)sqlite3_column_bytes(q, at) };
    if (p == NULL && bytes.n > 0)
        return false; /* without memory SQLite gives NULL */
    if (m->kind != KIND_SLICE)
        return keep_bytes(m, bytes, base);
    *(struct slice *)(void *)(base + m->offset) = bytes;
    return true;
}

err shape_read(const struct shape *shape, struct connection *c, sqlite3_stmt *q, void *row)
{
    memset(row, 0, shape->size);
    for (int i = 0; i < shape->n; i++)
        if (!read_member(&shape->members[i], q, i, row))
            return store_failed(c->store, SQLITE_MISMATCH, "value");
    return OK;
}

void shape_keep(const struct shape *shape, struct arena *arena, void *row)
{
    for (int i = 0; i < shape->n; i++) {
        struct slice *slice = (struct slice *)(void *)((char *)row + shape->members[i].offset);
        if (shape->members[i].kind == KIND_SLICE)
            *slice = arena_copy(arena, *slice);
    }
}

err shape_read_all(const struct shape *shape, struct connection *c, sqlite3_stmt *q, void *rows, size_t *n)
{
    size_t room = *n;
    err row;

    *n = 0;
    for (row = query_row(c, q); err_is_ok(row); row = query_row(c, q)) {
        ENSURE(*n < room, FULL);
        TRY(shape_read(shape, c, q, (char *)rows + *n * shape->size));
        (*n)++;
    }
    return row.code == ERR_NOT_FOUND ? OK : row;
}
