/* SPDX-License-Identifier: Apache-2.0 */
/* The error tables of spec V1, section 3, row by row, over the wire: support/error_rows.def has each endpoint's own rows,
 * support/error_endpoints.def the endpoints for the rows of 3.0, which are asked of all of them. Compared are the status,
 * `error`, `error_codes`, `suberror`, and that the other members are there as 1.9 says. */
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/error_people.h"
#include "support/world_test.h"

#include <ctype.h>
#include <sqlite3.h>
#include <unistd.h>

#define OFFER FLOW_LIST
#define PASSWORD_GRANT "&grant_type=password&scope=openid&password=" WORLD_PASSWORD
#define WRONG_CODE "&grant_type=oob&scope=openid&oob=00000000"
#define REFRESH "&grant_type=refresh_token&refresh_token=$r"
#define BAD_ATTRIBUTES "%7B%22extension_9c1f0b7e2d3a4f5b8c6d7e8f90a1b2c3_shoeSize%22%3A%22x%22%7D"

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
    sqlite3_busy_timeout(db, 60000);
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

int main(void)
{
    const struct CMUnitTest tests[] = { WORLD_TEST(test_own_rows), WORLD_TEST(test_rows_of_all),
                                        cmocka_unit_test(test_throttled), cmocka_unit_test(test_fault) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
