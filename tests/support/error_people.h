/* SPDX-License-Identifier: Apache-2.0 */
/* error_people.h: who runs into the errors of error_rows.def, and what happens to her before. Included by one file each, after
 * cmocka. */
#ifndef DOORCODE_TESTS_ERROR_PEOPLE_H
#define DOORCODE_TESTS_ERROR_PEOPLE_H

#include "support/world_flows.h"

enum who { NOBODY, BY_CODE, BY_PASSWORD, BY_FACTOR };

#define RIGHT_CODE "&grant_type=oob&scope=openid&oob=$c"

/* ---- people ---- */

static struct store *store_of(const struct flow *f)
{
    return rooms_store(f->world->rooms);
}

static struct guid petstore(void)
{
    struct guid id;

    assert_true(guid_parse(SLICE(WORLD_TENANT), &id));
    return id;
}

static void write_one(const struct flow *f, struct store_write write)
{
    assert_true(err_is_ok(store_write(store_of(f), &write, 1)));
}

static struct user user_like(const struct flow *f, const char *email)
{
    struct user user;

    assert_true(err_is_ok(store_user_by_identity(store_of(f), petstore(), slice_of(email), &user)));
    return user;
}

static void add_factor(struct flow *f, uint8_t n, enum channel channel, const char *target)
{
    struct method method = { .user_id = user_like(f, f->user).id, .channel = channel, .created_at = n };

    method.id = method.user_id;
    method.id.b[8] = n;
    snprintf(method.target, sizeof method.target, "%s", target);
    write_one(f, (struct store_write){ .kind = WRITE_METHOD_ADD, .method = &method });
}

/* A new person for each case, so that no counter of another stands in the way. */
static void make_person(struct flow *f, struct world *w, enum who who, const char *app)
{
    static unsigned number;
    char name[64];

    snprintf(name, sizeof name, "p%u@example.org", ++number);
    flow_begin(f, w, "petstore", app, name);
    if (who == NOBODY)
        return;
    struct user user = user_like(f, who == BY_CODE ? "sam@example.org" : "tom@example.org");
    user.id = (struct guid){ { 0xde, (uint8_t)(number >> 8), (uint8_t)number } };
    snprintf(user.email, sizeof user.email, "%s", name);
    snprintf(user.identity, sizeof user.identity, "%s", name);
    write_one(f, (struct store_write){ .kind = WRITE_USER_ADD, .user = &user });
    char strong[80];
    snprintf(strong, sizeof strong, "strong.%s", name);
    if (who == BY_FACTOR)
        add_factor(f, 1, CHANNEL_EMAIL, strong);
}

/* ---- what happens before ---- */

static void nothing(struct flow *f)
{
    (void)f;
}

static void second_telephone(struct flow *f)
{
    add_factor(f, 2, CHANNEL_SMS, "+4790000017");
}

/* In place of the one she has. */
static void only_factor(struct flow *f, enum channel channel, const char *target)
{
    struct method old = { .user_id = user_like(f, f->user).id };

    old.id = old.user_id;
    old.id.b[8] = 1;
    write_one(f, (struct store_write){ .kind = WRITE_METHOD_DELETE, .method = &old });
    add_factor(f, 3, channel, target);
}

static void factor_of_bad_repute(struct flow *f)
{
    only_factor(f, CHANNEL_SMS, "+19005550100");
}

static void factor_blocked(struct flow *f)
{
    only_factor(f, CHANNEL_EMAIL, "eve@blocked.example");
}

static void change_user(struct flow *f, bool must_change, bool enabled)
{
    struct user user = user_like(f, f->user);

    user.password_must_change = must_change;
    user.enabled = enabled;
    write_one(f, (struct store_write){ .kind = WRITE_USER_PUT, .user = &user });
}

static void must_change(struct flow *f)
{
    change_user(f, true, true);
}

static void user_disabled(struct flow *f)
{
    change_user(f, false, false);
}

static void user_deleted(struct flow *f)
{
    write_one(f, (struct store_write){
                     .kind = WRITE_USER_DELETE, .tenant_id = petstore(), .guid = user_like(f, f->user).id });
}

static void ten_wrong_passwords(struct flow *f)
{
    char form[96];

    for (int i = 0; i < 10; i++) {
        snprintf(form, sizeof form, "&grant_type=password&scope=openid&password=Wrong-Kettle-%d", i);
        assert_int_equal(flow_post(f, "/oauth2/v2.0/token", form), 400);
    }
}

static void code_redeemed(struct flow *f)
{
    assert_int_equal(flow_post(f, "/oauth2/v2.0/token", RIGHT_CODE), 200);
}

/* A refresh token, which forms have as $r. */
static void sign_in(struct flow *f, const char *app)
{
    struct flow other = *f;
    static char refresh[256];

    other.app = app;
    flow_lead(&other, STATE_SIGNIN_CODE_SENT);
    assert_int_equal(flow_post(&other, "/oauth2/v2.0/token", "&grant_type=oob&scope=openid+offline_access&oob=$c"),
                     200);
    world_member(&other.reply, "refresh_token", refresh, sizeof refresh);
    f->mail_before = other.mail_before;
    f->refresh = refresh;
}

static void signed_in_elsewhere(struct flow *f)
{
    sign_in(f, WORLD_APP_ES256);
}

static void signed_in_long_ago(struct flow *f)
{
    sign_in(f, f->app);
    world_advance(f->world, 91 * 86400);
}

static void signed_in_and_out(struct flow *f)
{
    sign_in(f, f->app);
    write_one(f, (struct store_write){ .kind = WRITE_USER_REVOKE,
                                       .guid = user_like(f, f->user).id,
                                       .at = world_now_us(f->world) / 1000000 + 1 });
}

static void somebody_was_faster(struct flow *f)
{
    struct flow other;

    make_person(&other, f->world, NOBODY, f->app);
    struct user user = user_like(f, "tom@example.org");
    user.id = (struct guid){ { 0xdf, 1 } };
    snprintf(user.email, sizeof user.email, "%s", f->user);
    snprintf(user.identity, sizeof user.identity, "%s", f->user);
    write_one(f, (struct store_write){ .kind = WRITE_USER_ADD, .user = &user });
}

/* ---- the directory changes, and is changed back after the case ---- */

static void change_directory(struct flow *f, bool resets, bool public_client, bool native)
{
    struct directory *d;
    struct guid id;

    assert_true(guid_parse(slice_of(f->app), &id));
    assert_true(err_is_ok(store_directory(store_of(f), &d)));
    struct tenant tenant = *directory_tenant(d, SLICE("petstore"));
    struct application app = *directory_application(d, petstore(), id);
    tenant.password_reset = resets;
    app.public_client = public_client;
    app.native_authentication = native;
    const struct store_write writes[] = { { .kind = WRITE_TENANT_PUT, .tenant = &tenant },
                                          { .kind = WRITE_APPLICATION_PUT, .application = &app } };
    assert_true(err_is_ok(store_write(store_of(f), writes, 2)));
    directory_release(d);
    assert_true(err_is_ok(housekeeper_refresh(rooms_housekeeper(f->world->rooms))));
}

static void resets_off(struct flow *f)
{
    change_directory(f, false, true, true);
}

static void application_not_public(struct flow *f)
{
    change_directory(f, true, false, true);
}

static void application_not_native(struct flow *f)
{
    change_directory(f, true, true, false);
}

static bool changes_directory(void (*before)(struct flow *f))
{
    return before == resets_off || before == application_not_public || before == application_not_native;
}

#endif
