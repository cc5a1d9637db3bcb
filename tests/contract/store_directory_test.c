/* SPDX-License-Identifier: Apache-2.0 */
/* What store.h promises for tenants, applications, user flows and keys, in both ways of opening; reset and reopening. */
#include "support/store_fixture.h"

#include <sys/stat.h>

static const struct slice aliases[] = { { "pets.example", 12 }, { "Tiere.example", 13 } };
static const struct redirect_uri uris[] = {
    { PLATFORM_WEB, { "https://shop.example/in?a=1&b=\"2\",\n3", 36 } },
    { PLATFORM_PUBLIC_CLIENT, { "msal://redirect", 15 } },
};
static const struct slice scopes[] = { { "openid", 6 }, { "offline_access", 14 }, { "api://pets/Pets.Read", 20 } };
static const struct slice origins[] = { { "https://shop.example", 20 } };
static const struct flow_attribute attributes[] = {
    { .name = SLICE("city"),
      .type = SLICE("string"),
      .label = SLICE("Ciudad"),
      .regex = SLICE("^[\\w ,;|]+$"),
      .required = true },
    { .name = SLICE("adult"), .type = SLICE("boolean"), .label = SLICE_EMPTY, .regex = SLICE_EMPTY, .required = false }
};

static struct tenant sample_tenant(uint32_t n, struct slice name)
{
    return (struct tenant){ .id = tenant_id(n),
                            .name = name,
                            .domain = SLICE_EMPTY,
                            .display_name = SLICE("Pet Store"),
                            .branding.logo_url = SLICE("https://petstore.example/logo.png"),
                            .branding.accent_color = SLICE("#1f6feb"),
                            .issuer = SLICE_EMPTY,
                            .strict_refresh_tokens = true };
}

static struct application sample_application(uint32_t tenant, uint32_t n)
{
    return (struct application){ .tenant_id = tenant_id(tenant),
                                 .client_id = guid_number(3, n),
                                 .name = SLICE("Shop"),
                                 .public_client = true,
                                 .native_authentication = true,
                                 .redirect_uris = uris,
                                 .redirect_uri_count = COUNT(uris),
                                 .permissions = { scopes, COUNT(scopes) },
                                 .allowed_origins = { origins, COUNT(origins) },
                                 .signing_alg = ALG_ES256,
                                 .access_token_seconds = 3600,
                                 .user_flow = SLICE("signin") };
}

static struct user_flow sample_flow(uint32_t tenant)
{
    return (struct user_flow){ .tenant_id = tenant_id(tenant),
                               .name = SLICE("signin"),
                               .identity_provider = PROVIDER_EMAIL_PASSWORD,
                               .sign_up = true,
                               .attributes = attributes,
                               .attribute_count = COUNT(attributes) };
}

static enum err_code put_tenant(struct fixture *f, const struct tenant *t)
{
    return write_one(f->s, (struct store_write){ .kind = WRITE_TENANT_PUT, .tenant = t });
}

static enum err_code put_application(struct fixture *f, const struct application *a)
{
    return write_one(f->s, (struct store_write){ .kind = WRITE_APPLICATION_PUT, .application = a });
}

static enum err_code put_flow(struct fixture *f, const struct user_flow *flow)
{
    return write_one(f->s, (struct store_write){ .kind = WRITE_USER_FLOW_PUT, .user_flow = flow });
}

static void fill(struct fixture *f)
{
    struct tenant pets = sample_tenant(1, SLICE("petstore")), zoo = sample_tenant(2, SLICE("zoo"));
    struct application app = sample_application(1, 1), other = sample_application(2, 1);
    struct user_flow flow = sample_flow(1), foreign = sample_flow(2);

    pets.aliases = (struct slices){ aliases, COUNT(aliases) };
    pets.domain = SLICE("PetStore.onmicrosoft.com");
    assert_int_equal(put_tenant(f, &pets), ERR_OK);
    assert_int_equal(put_tenant(f, &zoo), ERR_OK);
    assert_int_equal(put_application(f, &app), ERR_OK);
    assert_int_equal(put_application(f, &other), ERR_OK);
    assert_int_equal(put_flow(f, &flow), ERR_OK);
    assert_int_equal(put_flow(f, &foreign), ERR_OK);
}

static struct directory *load(struct fixture *f)
{
    struct directory *d = NULL;

    assert_int_equal(store_directory(f->s, &d).code, ERR_OK);
    return d;
}

static int64_t directory_version(struct fixture *f)
{
    int64_t version;

    assert_int_equal(store_directory_version(f->s, &version).code, ERR_OK);
    return version;
}

static void assert_slices(struct slices a, const struct slice *b, size_t n)
{
    assert_int_equal(a.n, n);
    for (size_t i = 0; i < n; i++)
        assert_true(slice_eq(a.items[i], b[i]));
}

static void assert_tenant(const struct tenant *t)
{
    assert_non_null(t);
    assert_true(guid_eq(t->id, tenant_id(1)));
    assert_true(slice_eq(t->name, SLICE("petstore")));
    assert_true(slice_eq(t->domain, SLICE("PetStore.onmicrosoft.com")));
    assert_slices(t->aliases, aliases, COUNT(aliases));
    assert_true(slice_eq(t->display_name, SLICE("Pet Store")));
    assert_true(slice_eq(t->branding.logo_url, SLICE("https://petstore.example/logo.png")));
    assert_true(slice_eq(t->branding.accent_color, SLICE("#1f6feb")));
    assert_int_equal(t->issuer.n, 0);
    assert_false(t->hide_unknown_users);
    assert_true(t->strict_refresh_tokens);
}

static void assert_application(const struct application *a)
{
    assert_non_null(a);
    assert_true(slice_eq(a->name, SLICE("Shop")));
    assert_true(a->public_client && a->native_authentication);
    assert_int_equal(a->redirect_uri_count, COUNT(uris));
    for (size_t i = 0; i < COUNT(uris); i++) {
        assert_int_equal(a->redirect_uris[i].platform, uris[i].platform);
        assert_true(slice_eq(a->redirect_uris[i].uri, uris[i].uri));
    }
    assert_slices(a->permissions, scopes, COUNT(scopes));
    assert_slices(a->allowed_origins, origins, COUNT(origins));
    assert_int_equal(a->signing_alg, ALG_ES256);
    assert_int_equal(a->access_token_seconds, 3600);
}

static void assert_flow(const struct user_flow *flow)
{
    assert_non_null(flow);
    assert_int_equal(flow->identity_provider, PROVIDER_EMAIL_PASSWORD);
    assert_true(flow->sign_up);
    assert_int_equal(flow->attribute_count, COUNT(attributes));
    for (size_t i = 0; i < COUNT(attributes); i++) {
        assert_true(slice_eq(flow->attributes[i].name, attributes[i].name));
        assert_true(slice_eq(flow->attributes[i].type, attributes[i].type));
        assert_true(slice_eq(flow->attributes[i].label, attributes[i].label));
        assert_true(slice_eq(flow->attributes[i].regex, attributes[i].regex));
        assert_int_equal(flow->attributes[i].required, attributes[i].required);
    }
}

static void directory_comes_back_as_it_was_put(void **state)
{
    struct fixture *f = *state;

    fill(f);
    if (!f->memory)
        reopen(f);
    struct directory *d = load(f);
    assert_int_equal(d->tenant_count, 2);
    assert_int_equal(d->application_count, 2);
    assert_int_equal(d->user_flow_count, 2);
    assert_int_equal(d->version, directory_version(f));
    assert_tenant(directory_tenant(d, SLICE("TIERE.example")));
    const struct application *a = directory_application(d, tenant_id(1), guid_number(3, 1));
    assert_application(a);
    assert_flow(directory_user_flow(d, a));
    directory_release(d);
}

static void put_replaces_with_its_lists(void **state)
{
    struct fixture *f = *state;
    struct tenant t = sample_tenant(1, SLICE("renamed"));
    struct application a = sample_application(1, 1);
    struct user_flow flow = sample_flow(1);

    fill(f);
    t.aliases = (struct slices){ aliases, 1 };
    a.redirect_uris = NULL;
    a.redirect_uri_count = 0;
    a.permissions = (struct slices){ scopes + 1, 1 };
    a.allowed_origins = (struct slices){ NULL, 0 };
    flow.attribute_count = 1;
    assert_int_equal(put_tenant(f, &t), ERR_OK);
    assert_int_equal(put_application(f, &a), ERR_OK);
    assert_int_equal(put_flow(f, &flow), ERR_OK);
    struct directory *d = load(f);
    assert_null(directory_tenant(d, SLICE("petstore")));
    assert_null(directory_tenant(d, SLICE("tiere.example")));
    assert_non_null(directory_tenant(d, SLICE("renamed")));
    const struct application *found = directory_application(d, tenant_id(1), guid_number(3, 1));
    assert_int_equal(found->redirect_uri_count, 0);
    assert_slices(found->permissions, scopes + 1, 1);
    assert_int_equal(found->allowed_origins.n, 0);
    assert_int_equal(directory_user_flow(d, found)->attribute_count, 1);
    assert_application(directory_application(d, tenant_id(2), guid_number(3, 1)));
    directory_release(d);
}

static void name_of_another_tenant_is_a_conflict(void **state)
{
    struct fixture *f = *state;
    struct tenant t = sample_tenant(3, SLICE("PETSTORE"));
    struct guid_text id = guid_format(tenant_id(1));
    static const struct slice taken[] = { { "tiere.EXAMPLE", 13 } };

    fill(f);
    int64_t version = directory_version(f);
    assert_int_equal(put_tenant(f, &t), ERR_CONFLICT);
    t.name = SLICE("third");
    t.domain = SLICE("petstore.ONMICROSOFT.com");
    assert_int_equal(put_tenant(f, &t), ERR_CONFLICT);
    t.domain = slice_of(id.c);
    assert_int_equal(put_tenant(f, &t), ERR_CONFLICT);
    t.domain = SLICE_EMPTY;
    t.aliases = (struct slices){ taken, 1 };
    assert_int_equal(put_tenant(f, &t), ERR_CONFLICT);
    assert_int_equal(directory_version(f), version);
    struct directory *d = load(f); /* nothing of the four is there */
    assert_int_equal(d->tenant_count, 2);
    assert_tenant(directory_tenant(d, SLICE("petstore")));
    directory_release(d);
}

static void long_lists_are_kept(void **state)
{
    enum { MANY = 300 };
    struct fixture *f = *state;
    struct application a = sample_application(1, 1);
    static char texts[MANY][40];
    static struct slice items[MANY];

    for (size_t i = 0; i < MANY; i++)
        items[i] = (struct slice){ texts[i], (size_t)snprintf(texts[i], sizeof texts[i], "https://a%zu.example", i) };
    a.allowed_origins = (struct slices){ items, MANY };
    assert_int_equal(put_application(f, &a), ERR_OK);
    struct directory *d = load(f);
    assert_slices(directory_application(d, tenant_id(1), guid_number(3, 1))->allowed_origins, items, MANY);
    directory_release(d);
}

static void deleted_ones_are_gone(void **state)
{
    struct fixture *f = *state;
    struct store_write flow = { .kind = WRITE_USER_FLOW_DELETE, .tenant_id = tenant_id(1), .name = SLICE("signin") };
    struct store_write app = { .kind = WRITE_APPLICATION_DELETE, .tenant_id = tenant_id(1), .guid = guid_number(3, 1) };

    fill(f);
    assert_int_equal(write_one(f->s, flow), ERR_OK);
    assert_int_equal(write_one(f->s, app), ERR_OK);
    assert_int_equal(write_one(f->s, app), ERR_OK);
    struct directory *d = load(f);
    assert_null(directory_application(d, tenant_id(1), guid_number(3, 1)));
    const struct application *other = directory_application(d, tenant_id(2), guid_number(3, 1));
    assert_application(other);
    assert_flow(directory_user_flow(d, other));
    assert_int_equal(d->user_flow_count, 1);
    directory_release(d);
}

static void deleted_tenant_takes_all_with_it(void **state)
{
    struct fixture *f = *state;
    struct user u = sample_user(1, 1), kept = sample_user(2, 2);
    struct passcode p = sample_passcode(1, 0);
    struct grant g = sample_grant(10, 1);
    struct refresh_token r = sample_refresh(11, 10);
    struct mail m = sample_mail(5), second = sample_mail(6), tried = sample_mail(6);
    struct store_write writes[] = { put_user(&u),    put_user(&kept), swap(&p),          add_grant(&g),
                                    add_refresh(&r), add_mail(&m),    add_mail(&second), update_mail(&tried) };
    struct tenant again = sample_tenant(5, SLICE("petstore"));
    uint64_t users, pending, dead;

    fill(f);
    tried.attempts = 1;
    assert_int_equal(store_write(f->s, writes, COUNT(writes)).code, ERR_OK);
    assert_int_equal(write_one(f->s, (struct store_write){ .kind = WRITE_TENANT_DELETE, .guid = tenant_id(1) }),
                     ERR_OK);
    assert_int_equal(store_user_count(f->s, &users).code, ERR_OK);
    assert_int_equal(users, 1);
    assert_int_equal(version_of(f->s, 1), 0);
    assert_int_equal(store_refresh_token(f->s, 11, &r, &g).code, ERR_NOT_FOUND);
    assert_int_equal(store_mail_count(f->s, &pending, &dead).code, ERR_OK);
    assert_int_equal(pending, 0);
    struct directory *d = load(f);
    assert_int_equal(d->tenant_count, 1);
    assert_int_equal(d->application_count, 1);
    assert_int_equal(d->user_flow_count, 1);
    directory_release(d);
    assert_int_equal(put_tenant(f, &again), ERR_OK); /* its names are free again */
}

/* ---- keys ---- */

static struct key sample_key(const char *kid, instant created_at)
{
    struct key k = { .alg = ALG_EDDSA, .state = KEY_RETIRED, .created_at = created_at };

    snprintf(k.kid, sizeof k.kid, "%s", kid);
    k.signing_since = created_at + 1;
    k.retired_at = created_at + 2;
    memset(k.sealed, 0x51, k.sealed_n = KEY_SEALED);
    memset(k.certificate, 0xce, k.certificate_n = 700);
    return k;
}

static void keys_live_and_raise_the_version(void **state)
{
    struct fixture *f = *state;
    struct key young = sample_key("young", NOON + 5), old = sample_key("old", NOON), found[3];
    struct store_write writes[] = { { .kind = WRITE_KEY_PUT, .key = &young }, { .kind = WRITE_KEY_PUT, .key = &old } };
    int64_t version = directory_version(f);
    size_t n = COUNT(found);

    assert_int_equal(store_write(f->s, writes, 2).code, ERR_OK);
    assert_true(directory_version(f) > version);
    version = directory_version(f);
    assert_int_equal(store_keys(f->s, found, &n).code, ERR_OK);
    assert_int_equal(n, 2);
    assert_memory_equal(&found[0], &old, sizeof old);
    assert_memory_equal(&found[1], &young, sizeof young);
    old.state = KEY_CURRENT;
    assert_int_equal(store_write(f->s, writes, 2).code, ERR_OK);
    assert_int_equal(write_one(f->s, (struct store_write){ .kind = WRITE_KEY_DELETE, .name = SLICE("young") }), ERR_OK);
    n = COUNT(found);
    assert_int_equal(store_keys(f->s, found, &n).code, ERR_OK);
    assert_int_equal(n, 1);
    assert_int_equal(found[0].state, KEY_CURRENT);
    assert_true(directory_version(f) > version);
}

/* What was decided on one version is written on that one only, whole or not at all. */
static void a_write_for_another_version_conflicts(void **state)
{
    struct fixture *f = *state;
    const struct tenant t = sample_tenant(1, SLICE("petstore"));
    int64_t version = directory_version(f);
    const struct store_write writes[] = { { .kind = WRITE_DIRECTORY_SAME, .id = (uint64_t)version },
                                          { .kind = WRITE_TENANT_PUT, .tenant = &t },
                                          { .kind = WRITE_TENANT_DELETE, .guid = t.id } };

    assert_int_equal(store_write(f->s, writes, 2).code, ERR_OK);
    version = directory_version(f);
    assert_int_equal(store_write(f->s, (const struct store_write[]){ writes[0], writes[2] }, 2).code, ERR_CONFLICT);
    assert_int_equal(directory_version(f), version);
}

static void every_directory_write_raises_the_version(void **state)
{
    struct fixture *f = *state;
    struct tenant t = sample_tenant(1, SLICE("petstore"));
    struct application a = sample_application(1, 1);
    struct user_flow flow = sample_flow(1);
    struct user u = sample_user(1, 1);
    struct store_write writes[] = {
        { .kind = WRITE_TENANT_PUT, .tenant = &t },
        { .kind = WRITE_APPLICATION_PUT, .application = &a },
        { .kind = WRITE_USER_FLOW_PUT, .user_flow = &flow },
        { .kind = WRITE_USER_FLOW_DELETE, .tenant_id = t.id, .name = flow.name },
        { .kind = WRITE_APPLICATION_DELETE, .tenant_id = t.id, .guid = a.client_id },
        { .kind = WRITE_TENANT_DELETE, .guid = t.id },
    };

    for (size_t i = 0; i < COUNT(writes); i++) {
        int64_t version = directory_version(f);
        assert_int_equal(write_one(f->s, writes[i]), ERR_OK);
        assert_true(directory_version(f) > version);
    }
    int64_t version = directory_version(f);
    assert_int_equal(write_one(f->s, put_user(&u)), ERR_OK);
    assert_int_equal(directory_version(f), version);
}

static void reset_empties_all_but_the_keys(void **state)
{
    struct fixture *f = *state;
    struct key key = sample_key("kept", NOON), found;
    struct user u = sample_user(1, 1);
    struct mail m = sample_mail(5), second = sample_mail(6), tried = sample_mail(6);
    struct passcode p = sample_passcode(1, 0);
    struct store_write writes[] = { { .kind = WRITE_KEY_PUT, .key = &key },
                                    put_user(&u),
                                    add_mail(&m),
                                    add_mail(&second),
                                    update_mail(&tried),
                                    swap(&p) };
    uint64_t users, pending, dead;
    size_t n = 1;

    fill(f);
    tried.attempts = 1;
    assert_int_equal(store_write(f->s, writes, COUNT(writes)).code, ERR_OK);
    int64_t version = directory_version(f);
    assert_int_equal(store_reset(f->s).code, ERR_OK);
    assert_true(directory_version(f) > version);
    assert_int_equal(store_user_count(f->s, &users).code, ERR_OK);
    assert_int_equal(users, 0);
    assert_int_equal(store_mail_count(f->s, &pending, &dead).code, ERR_OK);
    assert_int_equal(pending, 0);
    assert_int_equal(version_of(f->s, 1), 0);
    struct directory *d = load(f);
    assert_int_equal(d->tenant_count + d->application_count + d->user_flow_count + d->name_count, 0);
    directory_release(d);
    assert_int_equal(store_keys(f->s, &found, &n).code, ERR_OK);
    assert_int_equal(n, 1);
    fill(f); /* and can be filled again */
}

/* ---- the file ---- */

static void all_lasts_over_reopening(void **state)
{
    struct fixture *f = *state;
    struct user u = sample_user(1, 1), found;
    struct passcode p = sample_passcode(1, 0);
    struct mail m = sample_mail(5);
    struct store_write writes[] = { put_user(&u), swap(&p), add_mail(&m) };
    uint64_t pending, dead;

    assert_int_equal(store_write(f->s, writes, COUNT(writes)).code, ERR_OK);
    reopen(f);
    assert_int_equal(store_user(f->s, u.tenant_id, u.id, &found).code, ERR_OK);
    assert_memory_equal(&found, &u, sizeof u);
    assert_int_equal(version_of(f->s, 1), 1);
    assert_int_equal(store_mail_count(f->s, &pending, &dead).code, ERR_OK);
    assert_int_equal(pending, 1);
    assert_int_equal(store_check(f->s).code, ERR_OK);
    assert_int_equal(store_ping(f->s).code, ERR_OK);
}

static void files_are_private(void **state)
{
    static const char *const endings[] = { "", "-wal", "-shm" };
    struct fixture *f = *state;
    struct user u = sample_user(1, 1);
    char path[96];

    assert_int_equal(write_one(f->s, put_user(&u)), ERR_OK);
    for (size_t i = 0; i < COUNT(endings); i++) {
        struct stat about;
        snprintf(path, sizeof path, "%s%s", f->path, endings[i]);
        assert_int_equal(stat(path, &about), 0);
        assert_int_equal(about.st_mode & 0777, 0600);
    }
}

static void what_is_not_ours_is_refused(void **state)
{
    static const char text[] = "This is a letter and no database at all, however long it may become in the end.\n";
    struct fixture *f = *state;
    FILE *file;

    store_close(f->s);
    f->s = NULL;
    file = fopen(f->path, "w");
    assert_non_null(file);
    for (int i = 0; i < 100; i++)
        fputs(text, file);
    fclose(file);
    assert_int_equal(fixture_open(f).code, ERR_STORE);
    assert_true(f->events.counts[EVENT_store_failed] > 0);
    snprintf(f->path, sizeof f->path, "%s/no/such.db", f->folder);
    assert_int_equal(fixture_open(f).code, ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(directory_comes_back_as_it_was_put),
        BOTH(put_replaces_with_its_lists),
        BOTH(name_of_another_tenant_is_a_conflict),
        BOTH(long_lists_are_kept),
        BOTH(deleted_ones_are_gone),
        BOTH(deleted_tenant_takes_all_with_it),
        BOTH(keys_live_and_raise_the_version),
        BOTH(a_write_for_another_version_conflicts),
        BOTH(every_directory_write_raises_the_version),
        BOTH(reset_empties_all_but_the_keys),
        FILE_ONLY(all_lasts_over_reopening),
        FILE_ONLY(files_are_private),
        FILE_ONLY(what_is_not_ours_is_refused),
    };

    return cmocka_run_group_tests_name("store/directory", tests, NULL, NULL);
}
