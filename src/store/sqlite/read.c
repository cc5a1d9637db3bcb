/* SPDX-License-Identifier: Apache-2.0 */
/* Reads of users, passcodes, tokens, mails and keys, on the calling thread's connection. */
#include "store/sqlite/db.h"

#include <string.h>

/* A reading statement on the calling thread's connection. */
struct reading {
    struct connection *c;
    sqlite3_stmt *q;
};

static err reading_start(struct store *s, enum query_id id, struct reading *r)
{
    TRY(connection_of_thread(s, &r->c));
    return query_start(r->c, id, &r->q);
}

static void reading_end(struct reading *r)
{
    query_end(&r->q);
}

static err read_one(const struct reading *r, const struct shape *shape, void *row)
{
    TRY(query_row(r->c, r->q));
    return shape_read(shape, r->c, r->q, row);
}

static err read_page(const struct reading *r, const struct shape *shape, void *rows, size_t *n)
{
    return shape_read_all(shape, r->c, r->q, rows, n);
}

static err read_number(struct store *s, enum query_id id, int64_t *out)
{
    struct connection *c;

    TRY(connection_of_thread(s, &c));
    return query_number(c, id, out);
}

static err read_user(struct store *s, struct guid tenant, struct guid id, struct user *out)
{
    AUTO(reading_end) struct reading r = { NULL, NULL };

    TRY(reading_start(s, QUERY_user, &r));
    bind_guid(r.q, 1, &id);
    bind_guid(r.q, 2, &tenant);
    return read_one(&r, &shape_user, out);
}

err store_user_by_identity(struct store *s, struct guid tenant, struct slice identity, struct user *out)
{
    AUTO(reading_end) struct reading r = { NULL, NULL };
    uint64_t ticket = remember_ticket(s);

    TRY(reading_start(s, QUERY_user_by_identity, &r));
    bind_guid(r.q, 1, &tenant);
    bind_slice(r.q, 2, identity);
    TRY(read_one(&r, &shape_user, out));
    remember_keep_user(s, &out->id, out, ticket); /* for the next step of the sign-in */
    return OK;
}

/* That there is none is remembered, too: the steps of nobody's sign-in take as long as those of somebody's. */
static void keep_nobody(struct store *s, struct guid tenant, const struct guid *id, uint64_t ticket)
{
    const struct user nobody = { .tenant_id = tenant };

    remember_keep_user(s, id, &nobody, ticket);
}

err store_user(struct store *s, struct guid tenant, struct guid id, struct user *out)
{
    err found;

    if (remember_user(s, tenant, id, out, &found))
        return found;
    uint64_t ticket = remember_ticket(s);
    found = read_user(s, tenant, id, out);
    if (err_is_ok(found))
        remember_keep_user(s, &id, out, ticket);
    else if (found.code == ERR_NOT_FOUND)
        keep_nobody(s, tenant, &id, ticket);
    return found;
}

err store_users(struct store *s, struct guid tenant, struct slice after, struct user *out, size_t *n)
{
    AUTO(reading_end) struct reading r = { NULL, NULL };

    TRY(reading_start(s, QUERY_users, &r));
    bind_guid(r.q, 1, &tenant);
    bind_slice(r.q, 2, after);
    bind_number(r.q, 3, (int64_t)*n);
    return read_page(&r, &shape_user, out, n);
}

err store_user_count(struct store *s, uint64_t *out)
{
    int64_t n;

    TRY(read_number(s, QUERY_user_count, &n));
    *out = (uint64_t)n;
    return OK;
}

static err read_passcode(struct store *s, struct guid user, struct passcode *out)
{
    AUTO(reading_end) struct reading r = { NULL, NULL };

    TRY(reading_start(s, QUERY_passcode, &r));
    bind_guid(r.q, 1, &user);
    return read_one(&r, &shape_passcode, out);
}

err store_passcode(struct store *s, struct guid user, struct passcode *out)
{
    if (!remember_passcode(s, &user, out)) {
        *out = (struct passcode){ .user_id = user, .state = PASSCODE_NONE };
        err result = read_passcode(s, user, out);
        if (result.code == ERR_NOT_FOUND)
            return OK;
        TRY(result);
    }
    out->ahead = out->ahead_read = ahead_left(s->ahead, out);
    out->attempts -= out->attempts < out->ahead ? out->attempts : out->ahead;
    out->failures -= out->failures < out->ahead ? out->failures : out->ahead;
    return OK;
}

err store_count_ahead(struct store *s, const struct passcode *row)
{
    return ahead_take(s->ahead, row, row->ahead_read) ? OK : FAIL(CONFLICT);
}

/* Moves a text out of SQLite's memory. */
static err keep_text(struct slice *text, char *out, size_t cap)
{
    ENSURE(text->n <= cap, FULL);
    memcpy(out, text->p, text->n);
    text->p = out;
    return OK;
}

err store_signup(struct store *s, struct guid tenant, uint64_t id, struct signup *out, char *attributes, size_t cap)
{
    AUTO(reading_end) struct reading r = { NULL, NULL };

    TRY(reading_start(s, QUERY_signup, &r));
    bind_number(r.q, 1, (int64_t)id);
    bind_guid(r.q, 2, &tenant);
    TRY(read_one(&r, &shape_signup, out));
    return keep_text(&out->attributes, attributes, cap);
}

err store_attributes(struct store *s, struct guid user, char *out, size_t cap, struct slice *text)
{
    AUTO(reading_end) struct reading r = { NULL, NULL };

    *text = SLICE_EMPTY;
    TRY(reading_start(s, QUERY_user_attributes, &r));
    bind_guid(r.q, 1, &user);
    err result = read_one(&r, &shape_slice, text);
    if (result.code == ERR_NOT_FOUND)
        return OK;
    TRY(result);
    return keep_text(text, out, cap);
}

err store_user_roles(struct store *s, struct guid user, struct guid client_id, char *space, size_t cap,
                     struct slice *out, size_t *n)
{
    AUTO(reading_end) struct reading r = { NULL, NULL };
    size_t room = *n, used = 0;
    err row;

    *n = 0;
    TRY(reading_start(s, QUERY_user_roles, &r));
    bind_guid(r.q, 1, &user);
    bind_guid(r.q, 2, &client_id);
    for (row = query_row(r.c, r.q); err_is_ok(row); row = query_row(r.c, r.q)) {
        ENSURE(*n < room, FULL);
        TRY(shape_read(&shape_slice, r.c, r.q, &out[*n]));
        TRY(keep_text(&out[*n], space + used, cap - used));
        used += out[*n].n;
        (*n)++;
    }
    return row.code == ERR_NOT_FOUND ? OK : row;
}

err store_user_all_roles(struct store *s, struct guid user, struct buf *out)
{
    AUTO(reading_end) struct reading r = { NULL, NULL };
    err row;

    TRY(reading_start(s, QUERY_user_all_roles, &r));
    bind_guid(r.q, 1, &user);
    for (row = query_row(r.c, r.q); err_is_ok(row); row = query_row(r.c, r.q)) {
        struct user_role role;
        TRY(shape_read(&shape_user_role, r.c, r.q, &role));
        buf_puts(out, guid_format(role.client_id).c);
        buf_putc(out, ' ');
        buf_put(out, role.value);
        buf_putc(out, '\n');
    }
    ENSURE(buf_ok(out), FULL);
    return row.code == ERR_NOT_FOUND ? OK : row;
}

err store_session(struct store *s, struct guid id, struct session *out)
{
    AUTO(reading_end) struct reading r = { NULL, NULL };

    TRY(reading_start(s, QUERY_session, &r));
    bind_guid(r.q, 1, &id);
    return read_one(&r, &shape_session, out);
}

/* Rows that belong to a GUID, as many as there is room for. */
static err read_page_of(struct store *s, enum query_id id, const struct guid *owner, const struct shape *shape,
                        void *rows, size_t *n)
{
    AUTO(reading_end) struct reading r = { NULL, NULL };

    TRY(reading_start(s, id, &r));
    bind_guid(r.q, 1, owner);
    bind_number(r.q, 2, (int64_t)*n);
    return read_page(&r, shape, rows, n);
}

err store_methods(struct store *s, struct guid user, struct method *out, size_t *n)
{
    return read_page_of(s, QUERY_methods, &user, &shape_method, out, n);
}

err store_sessions(struct store *s, struct guid user, struct session *out, size_t *n)
{
    return read_page_of(s, QUERY_sessions, &user, &shape_session, out, n);
}

err store_session_applications(struct store *s, struct guid session, struct guid *out, size_t *n)
{
    return read_page_of(s, QUERY_session_applications, &session, &shape_guid, out, n);
}

static err read_by_id(struct store *s, enum query_id id, uint64_t row_id, const struct shape *shape, void *out)
{
    AUTO(reading_end) struct reading r = { NULL, NULL };

    TRY(reading_start(s, id, &r));
    bind_number(r.q, 1, (int64_t)row_id);
    return read_one(&r, shape, out);
}

err store_refresh_token(struct store *s, uint64_t id, struct refresh_token *token, struct grant *grant)
{
    TRY(read_by_id(s, QUERY_refresh_token, id, &shape_refresh_token, token));
    return read_by_id(s, QUERY_grant, token->grant_id, &shape_grant, grant);
}

err store_authorization_code(struct store *s, uint64_t id, struct authorization_code *out)
{
    return read_by_id(s, QUERY_code, id, &shape_code, out);
}

err store_device_code(struct store *s, uint64_t id, struct device_code *out)
{
    return read_by_id(s, QUERY_device, id, &shape_device, out);
}

err store_device_by_user_code(struct store *s, struct slice user_code, struct device_code *out)
{
    AUTO(reading_end) struct reading r = { NULL, NULL };

    TRY(reading_start(s, QUERY_device_by_user_code, &r));
    bind_slice(r.q, 1, user_code);
    return read_one(&r, &shape_device, out);
}

err store_mails_due(struct store *s, instant now, uint64_t after, struct mail *out, size_t *n)
{
    AUTO(reading_end) struct reading r = { NULL, NULL };

    TRY(reading_start(s, QUERY_mails_due, &r));
    bind_number(r.q, 1, (int64_t)after);
    bind_number(r.q, 2, now);
    bind_number(r.q, 3, (int64_t)*n);
    return read_page(&r, &shape_mail, out, n);
}

err store_mails(struct store *s, uint64_t after, struct mail *out, size_t *n)
{
    AUTO(reading_end) struct reading r = { NULL, NULL };

    TRY(reading_start(s, QUERY_mails, &r));
    bind_number(r.q, 1, (int64_t)after);
    bind_number(r.q, 2, (int64_t)*n);
    return read_page(&r, &shape_mail, out, n);
}

err store_keys(struct store *s, struct key *out, size_t *n)
{
    AUTO(reading_end) struct reading r = { NULL, NULL };

    TRY(reading_start(s, QUERY_keys, &r));
    bind_number(r.q, 1, (int64_t)*n);
    return read_page(&r, &shape_key, out, n);
}

err store_directory_version(struct store *s, int64_t *out)
{
    return read_number(s, QUERY_directory_version, out);
}

err store_ping(struct store *s)
{
    int64_t version;

    return store_directory_version(s, &version);
}

err store_check(struct store *s)
{
    AUTO(reading_end) struct reading r = { NULL, NULL };
    struct slice verdict;

    TRY(reading_start(s, QUERY_integrity_check, &r));
    TRY(read_one(&r, &shape_slice, &verdict));
    return slice_eq(verdict, SLICE("ok")) ? OK : store_failed(s, SQLITE_CORRUPT, "integrity");
}
