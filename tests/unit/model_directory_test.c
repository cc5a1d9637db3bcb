/* SPDX-License-Identifier: Apache-2.0 */
/* The directory snapshot: found by every name in any case, refused when two things have one name, shared by threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/directory.h"

#include "base/limits.h"
#include "wire/pattern.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct guid id_of(uint8_t n)
{
    return (struct guid){ { n, 2, 3, 4, 5, 6, 0x40, 8, 0x80, 10, 11, 12, 13, 14, 15, n } };
}

static const struct slice petstore_aliases[] = { { "pets.example", 12 }, { "Tiere.example", 13 } };

static struct tenant petstore(void)
{
    return (struct tenant){ .id = id_of(1),
                            .name = SLICE("petstore"),
                            .domain = SLICE("PetStore.onmicrosoft.com"),
                            .aliases = { petstore_aliases, 2 },
                            .display_name = SLICE("Pet Store"),
                            .branding.logo_url = SLICE_EMPTY,
                            .branding.accent_color = SLICE_EMPTY,
                            .issuer = SLICE_EMPTY };
}

static struct tenant tenant_named(uint8_t n, struct slice name)
{
    return (struct tenant){ .id = id_of(n), .name = name, .domain = SLICE_EMPTY };
}

static const struct redirect_uri uris[] = { { PLATFORM_SPA, { "https://app.example/", 20 } } };
static const struct slice origins[] = { { "https://app.example", 19 }, { "http://localhost:3000", 21 } };
static const struct slice scopes[] = { { "openid", 6 } };

static struct application app_of(uint8_t tenant, uint8_t client)
{
    return (struct application){ .tenant_id = id_of(tenant),
                                 .client_id = id_of(client),
                                 .name = SLICE("Shop"),
                                 .redirect_uris = uris,
                                 .redirect_uri_count = 1,
                                 .permissions = { scopes, 1 },
                                 .allowed_origins = { origins, client == 21 ? 2 : 0 },
                                 .user_flow = client == 21 ? SLICE("signin") : SLICE_EMPTY };
}

static const struct flow_attribute attributes[] = { { .name = SLICE("city"),
                                                      .type = SLICE("string"),
                                                      .label = SLICE("City"),
                                                      .regex = SLICE("^[A-Z]"),
                                                      .required = true } };

static struct user_flow flow_of(uint8_t tenant, struct slice name)
{
    return (
        struct user_flow){ .tenant_id = id_of(tenant), .name = name, .attributes = attributes, .attribute_count = 1 };
}

static void add_tenant(struct directory_builder *b, struct tenant t)
{
    assert_int_equal(directory_builder_tenant(b, &t).code, ERR_OK);
}

static void add_app(struct directory_builder *b, struct application a)
{
    assert_int_equal(directory_builder_application(b, &a).code, ERR_OK);
}

static void add_flow(struct directory_builder *b, struct user_flow f)
{
    assert_int_equal(directory_builder_user_flow(b, &f).code, ERR_OK);
}

static struct directory *sample(void)
{
    struct directory_builder *b = directory_builder_new(7);
    struct directory *d = NULL;

    assert_non_null(b);
    add_tenant(b, tenant_named(9, SLICE("zoo")));
    add_tenant(b, petstore());
    add_app(b, app_of(1, 22));
    add_app(b, app_of(1, 21));
    add_app(b, app_of(9, 21));
    add_flow(b, flow_of(9, SLICE("signin")));
    add_flow(b, flow_of(1, SLICE("signin")));
    add_flow(b, flow_of(1, SLICE("other")));
    assert_int_equal(directory_builder_done(b, &d).code, ERR_OK);
    return d;
}

static void tenant_by_every_name_in_any_case(void **state)
{
    static const struct slice found[] = {
        { "petstore", 8 },
        { "PETSTORE", 8 },
        { "petstore.onmicrosoft.com", 24 },
        { "PETSTORE.ONMICROSOFT.COM", 24 },
        { "pets.example", 12 },
        { "TIERE.EXAMPLE", 13 },
        { "tiere.example", 13 },
    };
    static const struct slice unknown[] = { { "", 0 }, { "petstor", 7 }, { "petstore ", 9 }, { "pets.example.", 13 } };
    struct directory *d = sample();
    struct guid_text id = guid_format(id_of(1));

    (void)state;
    for (size_t i = 0; i < sizeof found / sizeof found[0]; i++) {
        const struct tenant *t = directory_tenant(d, found[i]);
        assert_non_null(t);
        assert_true(guid_eq(t->id, id_of(1)));
    }
    assert_non_null(directory_tenant(d, slice_of(id.c)));
    for (size_t i = 0; i < GUID_TEXT; i++)
        id.c[i] = (char)(id.c[i] >= 'a' && id.c[i] <= 'f' ? id.c[i] - 32 : id.c[i]);
    assert_non_null(directory_tenant(d, slice_of(id.c)));
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        assert_null(directory_tenant(d, unknown[i]));
    directory_release(d);
}

static void a_name_longer_than_any_domain_is_unknown(void **state)
{
    char name[LIMIT_TENANT_SEGMENT + 1];
    struct directory *d = sample();

    (void)state;
    memset(name, 'a', sizeof name);
    assert_null(directory_tenant(d, (struct slice){ name, sizeof name }));
    assert_null(directory_tenant(d, (struct slice){ name, LIMIT_TENANT_SEGMENT }));
    directory_release(d);
}

static void rows_are_copies(void **state)
{
    char name[] = "fleeting";
    struct tenant t = tenant_named(3, slice_of(name));
    struct directory_builder *b = directory_builder_new(1);
    struct directory *d = NULL;

    (void)state;
    add_tenant(b, t);
    memset(name, 'x', sizeof name - 1);
    assert_int_equal(directory_builder_done(b, &d).code, ERR_OK);
    const struct tenant *found = directory_tenant(d, SLICE("fleeting"));
    assert_non_null(found);
    assert_true(slice_eq(found->name, SLICE("fleeting")));
    directory_release(d);
}

static void everything_of_a_row_is_kept(void **state)
{
    struct directory *d = sample();
    const struct tenant *t = directory_tenant_by_id(d, id_of(1));
    const struct application *a = directory_application(d, id_of(1), id_of(21));

    (void)state;
    assert_int_equal(d->version, 7);
    assert_true(slice_eq(t->domain, SLICE("PetStore.onmicrosoft.com")));
    assert_true(slice_eq(t->display_name, SLICE("Pet Store")));
    assert_int_equal(t->aliases.n, 2);
    assert_true(slice_eq(t->aliases.items[1], SLICE("Tiere.example")));
    assert_int_equal(a->redirect_uri_count, 1);
    assert_int_equal(a->redirect_uris[0].platform, PLATFORM_SPA);
    assert_true(slice_eq(a->redirect_uris[0].uri, SLICE("https://app.example/")));
    assert_true(slice_eq(a->permissions.items[0], SLICE("openid")));
    assert_int_equal(a->allowed_origins.n, 2);
    directory_release(d);
}

static void application_belongs_to_its_tenant(void **state)
{
    struct directory *d = sample();

    (void)state;
    assert_non_null(directory_application(d, id_of(1), id_of(21)));
    assert_non_null(directory_application(d, id_of(9), id_of(21)));
    assert_null(directory_application(d, id_of(9), id_of(22)));
    assert_null(directory_tenant_by_id(d, id_of(2)));
    assert_true(guid_eq(directory_application(d, id_of(9), id_of(21))->tenant_id, id_of(9)));
    directory_release(d);
}

static void user_flow_of_an_application(void **state)
{
    struct directory *d = sample();
    struct application foreign = app_of(1, 21);
    const struct user_flow *f = directory_user_flow(d, directory_application(d, id_of(1), id_of(21)));

    (void)state;
    assert_non_null(f);
    assert_true(guid_eq(f->tenant_id, id_of(1)));
    assert_true(slice_eq(f->attributes[0].regex, SLICE("^[A-Z]")));
    assert_true(f->attributes[0].required);
    assert_null(directory_user_flow(d, directory_application(d, id_of(1), id_of(22))));
    foreign.user_flow = SLICE("Signin"); /* names of flows have one spelling */
    assert_null(directory_user_flow(d, &foreign));
    directory_release(d);
}

static void origins_of_one_tenant_or_of_all(void **state)
{
    struct directory_builder *b = directory_builder_new(1);
    struct directory *d = NULL;

    (void)state;
    add_tenant(b, petstore());
    add_tenant(b, tenant_named(9, SLICE("zoo")));
    add_app(b, app_of(1, 21));
    add_app(b, app_of(9, 22));
    assert_int_equal(directory_builder_done(b, &d).code, ERR_OK);
    const struct tenant *pets = directory_tenant_by_id(d, id_of(1));
    const struct tenant *zoo = directory_tenant_by_id(d, id_of(9));
    assert_true(directory_allows_origin(d, pets, SLICE("https://app.example")));
    assert_true(directory_allows_origin(d, pets, SLICE("HTTPS://App.example")));
    assert_true(directory_allows_origin(d, NULL, SLICE("http://localhost:3000")));
    assert_false(directory_allows_origin(d, zoo, SLICE("https://app.example")));
    assert_false(directory_allows_origin(d, pets, SLICE("https://app.example.evil")));
    assert_false(directory_allows_origin(d, pets, SLICE_EMPTY));
    directory_release(d);
}

static err built(struct directory_builder *b)
{
    struct directory *d = NULL;
    err result = directory_builder_done(b, &d);

    directory_release(d);
    return result;
}

static void a_regex_is_compiled_with_its_row(void **state)
{
    (void)state;
    static const struct flow_attribute both[] = {
        { .name = SLICE("city"), .type = SLICE("string"), .regex = SLICE("^[A-Z]") },
        { .name = SLICE("state"), .type = SLICE("string"), .regex = SLICE("^[A-Z]") },
        { .name = SLICE("country"), .type = SLICE("string") },
    };
    struct user_flow flow = { .tenant_id = id_of(1), .name = SLICE("f"), .attributes = both, .attribute_count = 3 };
    struct directory_builder *b = directory_builder_new(1);
    struct directory *d = NULL;

    add_flow(b, flow);
    assert_int_equal(directory_builder_done(b, &d).code, ERR_OK);
    const struct flow_attribute *rules = d->user_flows[0].attributes;
    assert_true(pattern_matches(rules[0].pattern, SLICE("Oslo")));
    assert_false(pattern_matches(rules[0].pattern, SLICE("oslo")));
    assert_ptr_equal(rules[0].pattern, rules[1].pattern); /* the same text, once */
    assert_null(rules[2].pattern);
    directory_release(d);
}

static void a_bad_regex_is_no_row(void **state)
{
    (void)state;
    struct flow_attribute bad[] = { attributes[0], attributes[0] };
    struct user_flow flow = { .tenant_id = id_of(1), .name = SLICE("f"), .attributes = bad, .attribute_count = 2 };
    struct directory_builder *b = directory_builder_new(1);

    bad[1].regex = SLICE("(");
    assert_int_equal(directory_builder_user_flow(b, &flow).code, ERR_FORMAT);
    bad[1].regex = SLICE("()");
    assert_int_equal(directory_builder_user_flow(b, &flow).code, ERR_OK);
    directory_builder_free(b);
}

static void patterns_have_a_maximum(void **state)
{
    (void)state;
    static char texts[LIMIT_PATTERNS + 1][8];
    struct flow_attribute list[LIMIT_PATTERNS + 1];
    struct user_flow flow = { .tenant_id = id_of(1), .name = SLICE("f"), .attributes = list };

    for (size_t i = 0; i <= LIMIT_PATTERNS; i++) {
        snprintf(texts[i], sizeof texts[i], "%zu", i);
        list[i] =
            (struct flow_attribute){ .name = slice_of(texts[i]), .type = SLICE("string"), .regex = slice_of(texts[i]) };
    }
    struct directory_builder *b = directory_builder_new(1);
    flow.attribute_count = LIMIT_PATTERNS + 1;
    assert_int_equal(directory_builder_user_flow(b, &flow).code, ERR_FULL);
    directory_builder_free(b);
    list[LIMIT_PATTERNS].regex = list[0].regex;
    b = directory_builder_new(1);
    add_flow(b, flow);
    assert_int_equal(built(b).code, ERR_OK);
}

static void twice_the_same_is_a_conflict(void **state)
{
    struct tenant other = tenant_named(9, SLICE("zoo"));
    struct tenant *tenant = &other;
    struct slice *clash[] = { &tenant->name, &tenant->domain };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct directory_builder *b = directory_builder_new(1);
        *clash[i] = SLICE("PETS.example");
        add_tenant(b, petstore());
        add_tenant(b, other);
        assert_int_equal(built(b).code, ERR_CONFLICT);
    }
    struct directory_builder *ids = directory_builder_new(1);
    add_tenant(ids, tenant_named(4, SLICE("one")));
    add_tenant(ids, tenant_named(4, SLICE("two")));
    assert_int_equal(built(ids).code, ERR_CONFLICT);
    struct directory_builder *apps = directory_builder_new(1);
    add_app(apps, app_of(1, 21));
    add_app(apps, app_of(1, 21));
    assert_int_equal(built(apps).code, ERR_CONFLICT);
    struct directory_builder *flows = directory_builder_new(1);
    add_flow(flows, flow_of(1, SLICE("signin")));
    add_flow(flows, flow_of(1, SLICE("signin")));
    assert_int_equal(built(flows).code, ERR_CONFLICT);
}

static void empty_is_fine(void **state)
{
    struct directory *d = NULL;

    (void)state;
    assert_int_equal(directory_builder_done(directory_builder_new(1), &d).code, ERR_OK);
    assert_null(directory_tenant(d, SLICE("petstore")));
    assert_null(directory_application(d, id_of(1), id_of(2)));
    assert_false(directory_allows_origin(d, NULL, SLICE("https://app.example")));
    directory_release(d);
    directory_release(NULL);
    directory_builder_free(NULL);
}

static void text_has_a_limit(void **state)
{
    size_t n = LIMIT_DIRECTORY_TEXT / 4;
    char *text = calloc(1, n);
    struct directory_builder *b = directory_builder_new(1);
    struct tenant t = tenant_named(1, SLICE("large"));
    err result = OK;
    int taken = 0;

    (void)state;
    t.display_name = (struct slice){ text, n };
    for (; err_is_ok(result) && taken < 8; taken++)
        result = directory_builder_tenant(b, &t);
    assert_int_equal(result.code, ERR_FULL);
    assert_in_range(taken, 4, 5);
    directory_builder_free(b);
    free(text);
}

static void many_names_are_sorted_well(void **state)
{
    enum { MANY = 200 };
    struct directory_builder *b = directory_builder_new(1);
    struct directory *d = NULL;
    char names[MANY][16];

    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        size_t k = i * 77 % MANY;
        struct slice name = { names[k], (size_t)snprintf(names[k], sizeof names[k], "Shop%zu", k) };
        add_tenant(b, tenant_named((uint8_t)k, name));
    }
    assert_int_equal(directory_builder_done(b, &d).code, ERR_OK);
    for (size_t i = 0; i < MANY; i++) {
        const struct tenant *t = directory_tenant(d, slice_of(names[i]));
        assert_non_null(t);
        assert_int_equal(t->id.b[0], i);
        assert_ptr_equal(t, directory_tenant_by_id(d, id_of((uint8_t)i)));
    }
    directory_release(d);
}

static void *hold_and_release(void *directory)
{
    struct directory *d = directory;

    for (int i = 0; i < 20000; i++) {
        struct directory *mine = directory_hold(d);
        if (directory_tenant(mine, SLICE("zoo")) == NULL)
            return NULL;
        directory_release(mine);
    }
    directory_release(d); /* the reference this thread was given */
    return d;
}

static void threads_share_it_until_the_last_lets_go(void **state)
{
    struct directory *d = sample();
    pthread_t threads[4];

    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hold_and_release, directory_hold(d)), 0);
    directory_release(d); /* a thread frees it: valgrind and the sanitizers look */
    for (size_t i = 0; i < 4; i++) {
        void *held;
        assert_int_equal(pthread_join(threads[i], &held), 0);
        assert_non_null(held);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tenant_by_every_name_in_any_case),
        cmocka_unit_test(a_name_longer_than_any_domain_is_unknown),
        cmocka_unit_test(rows_are_copies),
        cmocka_unit_test(everything_of_a_row_is_kept),
        cmocka_unit_test(application_belongs_to_its_tenant),
        cmocka_unit_test(user_flow_of_an_application),
        cmocka_unit_test(origins_of_one_tenant_or_of_all),
        cmocka_unit_test(a_regex_is_compiled_with_its_row),
        cmocka_unit_test(a_bad_regex_is_no_row),
        cmocka_unit_test(patterns_have_a_maximum),
        cmocka_unit_test(twice_the_same_is_a_conflict),
        cmocka_unit_test(empty_is_fine),
        cmocka_unit_test(text_has_a_limit),
        cmocka_unit_test(many_names_are_sorted_well),
        cmocka_unit_test(threads_share_it_until_the_last_lets_go),
    };

    return cmocka_run_group_tests_name("model/directory", tests, NULL, NULL);
}
