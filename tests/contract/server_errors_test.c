/* SPDX-License-Identifier: Apache-2.0 */
/* The error tables of spec V1, section 3, row by row, over the wire: support/error_rows.def has each endpoint's own rows,
 * support/error_endpoints.def the endpoints for the rows of 3.0, which are asked of all of them. Compared are the status,
 * `error`, `error_codes`, `suberror`, and that the other members are there as 1.9 says. */
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/world_flows.h"

#include <ctype.h>
#include <sqlite3.h>
#include <unistd.h>

enum who { NOBODY, BY_CODE, BY_PASSWORD, BY_FACTOR };

#define OFFER FLOW_LIST
#define PASSWORD_GRANT "&grant_type=password&scope=openid&password=" WORLD_PASSWORD
#define RIGHT_CODE "&grant_type=oob&scope=openid&oob=$c"
#define WRONG_CODE "&grant_type=oob&scope=openid&oob=00000000"
#define REFRESH "&grant_type=refresh_token&refresh_token=$r"
#define BAD_ATTRIBUTES "%7B%22extension_9c1f0b7e2d3a4f5b8c6d7e8f90a1b2c3_shoeSize%22%3A%22x%22%7D"

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
                                       .at = atomic_load(&f->world->now_us) / 1000000 + 1 });
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

/* ---- the comparison ---- */

struct wanted {
    int status;
    const char *error;
    const char *suberror;
    long code;
};

static long first_code(const struct world_reply *reply)
{
    const char *codes = strstr(reply->body, "\"error_codes\":[");

    return codes == NULL ? 0 : strtol(codes + 15, NULL, 10);
}

/* "2026-07-22 10:15:30Z" (spec V1, 1.9). */
static bool is_timestamp(const char *text)
{
    static const char like[] = "0000-00-00 00:00:00Z";

    if (strlen(text) != sizeof like - 1)
        return false;
    for (size_t i = 0; i < sizeof like - 1; i++)
        if (like[i] == '0' ? !isdigit((unsigned char)text[i]) : text[i] != like[i])
            return false;
    return true;
}

static bool is_as_wanted(const struct world_reply *reply, const struct wanted *w)
{
    char error[64], suberror[64], description[512], timestamp[64], id[64], uri[128], begins[32], ends[48];
    struct guid trace, correlation;

    world_member(reply, "error", error, sizeof error);
    world_member(reply, "suberror", suberror, sizeof suberror);
    world_member(reply, "error_description", description, sizeof description);
    world_member(reply, "timestamp", timestamp, sizeof timestamp);
    world_member(reply, "error_uri", uri, sizeof uri);
    snprintf(begins, sizeof begins, "AADSTS%ld: ", w->code);
    snprintf(ends, sizeof ends, "/error?code=%ld", w->code);
    return reply->status == w->status && strcmp(error, w->error) == 0 && strcmp(suberror, w->suberror) == 0 &&
           first_code(reply) == w->code && strncmp(description, begins, strlen(begins)) == 0 &&
           is_timestamp(timestamp) && strstr(uri, ends) != NULL &&
           guid_parse(slice_of(world_member(reply, "trace_id", id, sizeof id)), &trace) &&
           guid_parse(slice_of(world_member(reply, "correlation_id", id, sizeof id)), &correlation);
}

/* All differences are told, then the test fails. */
static unsigned different;

static void compare(const struct flow *f, const char *what, const char *path, const char *form, struct wanted wanted)
{
    if (is_as_wanted(&f->reply, &wanted))
        return;
    print_error("%s %s %s\n  wanted %d %s/%s %ld\n  got %d %s\n", what, path, form, wanted.status, wanted.error,
                wanted.suberror, wanted.code, f->reply.status, f->reply.body);
    different++;
}

/* ---- rows of the endpoints' own ---- */

struct error_case {
    const char *section;
    enum flow_state at;
    enum who who;
    const char *app;
    void (*before)(struct flow *f);
    const char *path;
    const char *form;
    struct wanted wanted;
};

static const struct error_case cases[] = {
#define ERROR_CASE(section, state, who, app, before, path, form, error, suberror, code) \
    { section, STATE_##state, who, app, before, path, form, { 400, error, suberror, code } },
#include "support/error_rows.def"
#undef ERROR_CASE
};

static void test_own_rows(void **state)
{
    struct flow f;

    different = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct error_case *c = &cases[i];
        make_person(&f, *state, c->who, c->app);
        flow_lead(&f, c->at);
        c->before(&f);
        (void)flow_post(&f, c->path, c->form);
        compare(&f, c->section, c->path, c->form, c->wanted);
        if (changes_directory(c->before))
            change_directory(&f, true, true, true);
    }
    print_message("%zu rows\n", sizeof cases / sizeof cases[0]);
    assert_int_equal(different, 0);
}

/* ---- rows of 3.0, for every endpoint ---- */

struct endpoint_row {
    enum flow_state at;
    enum who who;
    const char *app;
    const char *path;
    const char *form;
    const char *required;
    enum flow_state wrong; /* STATE_NONE: it takes no token */
    const char *unfit;
};

static const struct endpoint_row endpoints[] = {
#define ENDPOINT_ROW(state, who, app, path, form, required, wrong, unfit) \
    { STATE_##state, who, app, path, form, required, STATE_##wrong, unfit },
#include "support/error_endpoints.def"
#undef ENDPOINT_ROW
};
enum { ENDPOINTS = sizeof endpoints / sizeof endpoints[0] };

static bool is_start(const struct endpoint_row *e)
{
    return e->at == STATE_NONE;
}

static bool ends_with(const char *text, const char *end)
{
    return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

static void lead(const struct endpoint_row *e, struct world *w, struct flow *f)
{
    make_person(f, w, e->who, e->app);
    flow_lead(f, e->at);
}

/* The form without one parameter. */
static void without(const char *form, const char *name, size_t n, char *out)
{
    char key[64];

    snprintf(key, sizeof key, "&%.*s=", (int)n, name);
    const char *at = strstr(form, key);
    assert_non_null(at);
    const char *next = strchr(at + 1, '&');
    snprintf(out, FLOW_FORM, "%.*s%s", (int)(at - form), form, next == NULL ? "" : next);
}

static void check_required(const struct endpoint_row *e, struct world *w)
{
    char form[FLOW_FORM];
    struct flow f;

    for (const char *name = e->required; *name != '\0';) {
        size_t n = strcspn(name, " ");
        lead(e, w, &f);
        without(e->form, name, n, form);
        (void)flow_post(&f, e->path, form);
        compare(&f, "E1", e->path, form, (struct wanted){ 400, "invalid_request", "", 900144 });
        name += n + (name[n] == ' ');
    }
    if (is_start(e))
        return;
    make_person(&f, w, e->who, e->app);
    (void)flow_post(&f, e->path, e->form);
    compare(&f, "E1", e->path, e->form, (struct wanted){ 400, "invalid_request", "", 900144 });
}

static void check_with(const struct endpoint_row *e, struct world *w, const char *what, const char *tenant,
                       const char *app, struct wanted wanted)
{
    struct flow f;

    lead(e, w, &f);
    f.tenant = tenant;
    f.app = app;
    (void)flow_post(&f, e->path, e->form);
    compare(&f, what, e->path, e->form, wanted);
}

static void check_callers(const struct endpoint_row *e, struct world *w)
{
    bool token = strcmp(e->path, "/oauth2/v2.0/token") == 0;

    check_with(e, w, "E2", "petstore", "", (struct wanted){ 400, "invalid_request", "", 90100 });
    check_with(e, w, "E2", "petstore", "nonsense", (struct wanted){ 400, "invalid_request", "", 90100 });
    check_with(e, w, "E3", "petstore", "00000000-0000-0000-0000-000000000001",
               (struct wanted){ 400, "unauthorized_client", "", 700016 });
    check_with(e, w, "E5", "nopet", e->app, (struct wanted){ 400, "invalid_request", "", 90002 });
    check_with(e, w, "E4", "petstore", WORLD_APP_WEB,
               (struct wanted){ 400, "invalid_client", "nativeauthapi_disabled", 550022 });
    check_with(e, w, "E4", "petstore", WORLD_APP_SECRET,
               (struct wanted){ 400, "invalid_client", "", token ? 7000218 : 550022 });
}

static void check_tokens(const struct endpoint_row *e, struct world *w)
{
    const struct wanted unfit = { 400, e->unfit, "", 55200 };
    bool introspect = ends_with(e->path, "/oauth2/v2.0/introspect"); /* 3.3 has a row of its own */
    const struct wanted stranger = { 400, "invalid_client", "", 700016 };
    struct flow f, other;

    check_with(e, w, "E6 client", "petstore", WORLD_APP_ES256, introspect ? stranger : unfit);
    check_with(e, w, "E6 tenant", "kennel", WORLD_OTHER_APP, unfit);
    lead(e, w, &f);
    snprintf(f.token, sizeof f.token, "nonsense");
    (void)flow_post(&f, e->path, e->form);
    compare(&f, "E6 nonsense", e->path, e->form, unfit);
    lead(e, w, &f);
    f.token[strlen(f.token) / 2] ^= 1;
    (void)flow_post(&f, e->path, e->form);
    compare(&f, "E6 changed", e->path, e->form, unfit);
    lead(e, w, &f);
    make_person(&other, w, BY_PASSWORD, e->app);
    flow_lead(&other, e->wrong);
    snprintf(f.token, sizeof f.token, "%s", other.token);
    (void)flow_post(&f, e->path, e->form);
    compare(&f, "E6 stage", e->path, e->form, unfit);
    lead(e, w, &f);
    world_advance(w, 601);
    (void)flow_post(&f, e->path, e->form);
    compare(&f, "E7", e->path, e->form, (struct wanted){ 400, "expired_token", "", 552003 });
    /* expired comes before bound to another (3.0, order of checks) */
    lead(e, w, &f);
    world_advance(w, 601);
    f.app = WORLD_APP_ES256;
    (void)flow_post(&f, e->path, e->form);
    compare(&f, "E7 client", e->path, e->form, (struct wanted){ 400, "expired_token", "", 552003 });
}

/* The list of the start, or said again. */
static void check_lists(const struct endpoint_row *e, struct world *w)
{
    static const struct {
        const char *list;
        struct wanted wanted;
    } lists[] = { { "&challenge_type=oob+password", { 400, "unsupported_challenge_type", "", 901007 } },
                  { "&challenge_type=oob+magic+redirect", { 400, "invalid_request", "", 90023 } },
                  { "&challenge_type=oob+redirect&capabilities=warp_drive", { 400, "invalid_request", "", 90023 } } };
    char form[FLOW_FORM];
    struct flow f;

    if (ends_with(e->path, "/register/v1.0/challenge")) /* there it is something else: 3.14 */
        return;
    for (size_t i = 0; i < (is_start(e) ? 3 : 2); i++) {
        lead(e, w, &f);
        snprintf(form, sizeof form, "%s", e->form);
        if (is_start(e))
            without(e->form, "challenge_type", 14, form);
        strncat(form, lists[i].list, sizeof form - strlen(form) - 1);
        (void)flow_post(&f, e->path, form);
        compare(&f, "E8", e->path, form, lists[i].wanted);
    }
}

/* The request that all others are changed from is a good one. */
static void check_good(const struct endpoint_row *e, struct world *w)
{
    struct flow f;

    lead(e, w, &f);
    int status = flow_post(&f, e->path, e->form);
    if (status != 200 && strstr(f.reply.body, "\"continuation_token\":") == NULL)
        fail_msg("%s: %s", e->path, f.reply.body);
}

static void test_rows_of_all(void **state)
{
    different = 0;
    for (size_t i = 0; i < ENDPOINTS; i++) {
        const struct endpoint_row *e = &endpoints[i];
        check_good(e, *state);
        check_required(e, *state);
        check_callers(e, *state);
        check_lists(e, *state);
        if (!is_start(e))
            check_tokens(e, *state);
    }
    assert_int_equal(different, 0);
}

/* ---- E9: too many requests ---- */

static void test_throttled(void **state)
{
    static struct world w;
    struct policy policy = policy_default;
    struct flow f;

    (void)state;
    policy.requests_per_second_address = 2;
    world_open(&w, &(struct world_options){ .seed = 4, .policy = &policy });
    different = 0;
    for (size_t i = 0; i < ENDPOINTS; i++) {
        flow_begin(&f, &w, "petstore", endpoints[i].app, "sam@example.org");
        int status = 0;
        for (int n = 0; n < 100 && status != 429; n++)
            status = flow_post(&f, endpoints[i].path, "&username=$u");
        compare(&f, "E9", endpoints[i].path, "", (struct wanted){ 429, "temporarily_unavailable", "", 90055 });
        assert_non_null(strstr(f.reply.head, "\r\nRetry-After: "));
        world_advance(&w, 60);
    }
    world_close(&w);
    assert_int_equal(different, 0);
}

/* ---- E10: the server's own fault ---- */

static void rename_table(const char *file, const char *from, const char *to)
{
    char sql[96];
    sqlite3 *db;

    snprintf(sql, sizeof sql, "ALTER TABLE \"%s\" RENAME TO \"%s\"", from, to);
    assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void test_fault(void **state)
{
    static struct world w;
    char folder[] = "/tmp/doorcode-errors-XXXXXX", file[64];
    struct flow f;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/doorcode.db", folder);
    world_open(&w, &(struct world_options){ .seed = 4, .folder = folder });
    different = 0;
    for (size_t i = 0; i < ENDPOINTS; i++) {
        lead(&endpoints[i], &w, &f);
        rename_table(file, "users", "away");
        (void)flow_post(&f, endpoints[i].path, endpoints[i].form);
        compare(&f, "E10", endpoints[i].path, "", (struct wanted){ 500, "server_error", "", 90033 });
        rename_table(file, "away", "users");
    }
    world_close(&w);
    assert_int_equal(different, 0);
}

static int open_world(void **state)
{
    static struct world w;

    world_open(&w, &(struct world_options){ .seed = 3 });
    *state = &w;
    return 0;
}

static int close_world(void **state)
{
    world_close(*state);
    return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
    const struct CMUnitTest tests[] = { TEST(test_own_rows), TEST(test_rows_of_all), cmocka_unit_test(test_throttled),
                                        cmocka_unit_test(test_fault) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
