/* SPDX-License-Identifier: Apache-2.0 */
/* What takes long: password hashes on their own workers, extensions over the network. DECIDE starts it and runs
 * again when it is there; meanwhile the exchange holds no thread. */
#include "api/native/native_work.h"

#include "base/secret.h"

#include <string.h>

static void on_password_done(struct password_job *job)
{
    struct exchange *x = job->ctx;

    exchange_wake(x);
}

static err submit_password(struct exchange *x, enum password_work what)
{
    struct native_work *work = native_work(x);
    struct password_job *job = &work->password;

    job->work = what;
    job->done = on_password_done;
    job->ctx = x;
    slice_to_cstr(slice_of(work->given_password), job->password, sizeof job->password);
    if (what == PASSWORD_VERIFY) {
        const char *hash = work->facts.user == NULL ? "" : work->user.password_hash;
        slice_to_cstr(slice_of(hash), job->hash, sizeof job->hash);
        slice_to_cstr(slice_of(hash), work->checked_hash, sizeof work->checked_hash);
    }
    return passwords_submit(x->api->passwords, job);
}

static void begin_password(struct exchange *x, enum password_work what)
{
    native_work(x)->asked = true;
    exchange_wait(x);
    err begun = submit_password(x, what);
    if (!err_is_ok(begun))
        exchange_wake_with(x, begun); /* the queue is full: refused early */
}

err native_find_out(struct exchange *x)
{
    struct native_work *work = native_work(x);

    switch (work->outcome.need) {
    case NEED_VERIFY:
        begin_password(x, PASSWORD_VERIFY);
        break;
    case NEED_HASH:
        begin_password(x, PASSWORD_HASH);
        break;
    case NEED_ATTRIBUTES_START:
        return native_ask_attributes(x, EXTENSION_ATTRIBUTES_START);
    case NEED_ATTRIBUTES_SUBMIT:
        return native_ask_attributes(x, EXTENSION_ATTRIBUTES_SUBMIT);
    }
    return OK;
}

err native_found_out(struct exchange *x)
{
    struct native_work *work = native_work(x);
    struct flow_facts *facts = &work->facts;

    native_extension_facts(x);
    if (!work->asked)
        return OK;
    work->asked = false;
    TRY(work->password.result);
    if (work->password.work == PASSWORD_VERIFY) {
        facts->password_check = work->password.matches ? PASSWORD_RIGHT : PASSWORD_WRONG;
        facts->password_stale = work->password.matches && work->password.stale;
    } else {
        slice_to_cstr(slice_of(work->password.hash), work->fresh_hash, sizeof work->fresh_hash);
        facts->password_hash = work->fresh_hash;
    }
    return OK;
}
