/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions of a browser: those its cookie proves, and the one that begins (spec OIDC, 2.6). */
#include "api/hosted/hosted_work.h"

#include "base/secret.h"

struct hosted_work *hosted_work(struct exchange *x)
{
    return x->work;
}

static err load_session(struct exchange *x, const struct session_entry *entry, struct browser_session *out, bool *good)
{
    struct store *store = x->api->store;
    uint8_t hash[SESSION_HASH];

    *good = false;
    err loaded = store_session(store, entry->id, &out->session);
    if (loaded.code == ERR_NOT_FOUND)
        return OK;
    TRY(loaded);
    session_cookie_hash(x, entry, hash);
    if (!secret_eq(hash, out->session.hash, sizeof hash) || !guid_eq(out->session.tenant_id, x->tenant->id))
        return OK;
    loaded = store_user(store, x->tenant->id, out->session.user_id, &out->user);
    if (loaded.code == ERR_NOT_FOUND)
        return OK;
    TRY(loaded);
    *good = session_is_alive(&out->session, &out->user, x->api->policy, x->now);
    return OK;
}

err hosted_load_sessions(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);

    session_cookie_read(x, &work->cookie);
    work->session_count = 0;
    for (size_t i = 0; i < work->cookie.n; i++) {
        bool good;
        TRY(load_session(x, &work->cookie.entries[i], &work->sessions[work->session_count], &good));
        work->session_count += good;
    }
    return OK;
}

size_t hosted_find_session(struct exchange *x, struct slice id)
{
    struct hosted_work *work = hosted_work(x);
    struct guid wanted;
    size_t i = 0;

    if (!guid_parse(id, &wanted))
        return work->session_count;
    while (i < work->session_count && !guid_eq(work->sessions[i].session.id, wanted))
        i++;
    return i;
}

bool hosted_read_hint(struct exchange *x, struct slice token, struct id_token *hint)
{
    struct keyring *ring = api_keyring(x->api);
    err read = received_id_token(ring, token, &x->call->arena, hint);

    keyring_release(ring);
    return err_is_ok(read) && guid_eq(hint->tenant_id, x->tenant->id);
}

/* A cookie names one session of a user. */
static void end_former(struct exchange *x, struct guid user)
{
    struct hosted_work *work = hosted_work(x);

    for (size_t i = 0; i < work->session_count; i++) {
        struct session *former = &work->sessions[i].session;
        if (!guid_eq(former->user_id, user))
            continue;
        session_cookie_remove(&work->cookie, former->id);
        struct store_write *write = exchange_write(x, WRITE_SESSION_END);
        write->guid = former->id;
        write->at = x->now;
    }
}

static void add_session(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);
    struct session *session = &work->session;

    session->id = guid_new(x->api->rng);
    session->tenant_id = x->tenant->id;
    session->seen_at = x->now;
    work->entry = (struct session_entry){ .id = session->id, .persistent = session->persistent };
    rng_fill(x->api->rng, work->entry.secret, sizeof work->entry.secret);
    session_cookie_hash(x, &work->entry, session->hash);
    session_cookie_add(&work->cookie, &work->entry);
    work->cookie_changed = true;
    exchange_write(x, WRITE_SESSION_ADD)->session = session;
}

void hosted_begin_session(struct exchange *x, const struct user *user, uint8_t proofs)
{
    struct hosted_work *work = hosted_work(x);

    session_cookie_read(x, &work->cookie); /* anew: DECIDE may run again */
    end_former(x, user->id);
    work->session =
        (struct session){ .user_id = user->id, .created_at = x->now, .authenticated_at = x->now, .proofs = proofs };
    add_session(x);
}

/* Another row with another secret: what was handed out before the answer does not become long-lived. */
void hosted_keep_session(struct exchange *x, const struct browser_session *s)
{
    struct hosted_work *work = hosted_work(x);

    work->session = s->session;
    work->session.persistent = true;
    end_former(x, s->user.id);
    add_session(x);
}
