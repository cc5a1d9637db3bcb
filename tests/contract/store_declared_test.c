/* SPDX-License-Identifier: Apache-2.0 */
/* What store.h promises for all that an operator declares for hosted pages and OpenID Connect: secrets, certificates, APIs,
 * looks, inputs of attributes, and the roles of users; and that a file of an older version has it too. */
#include "support/store_fixture.h"

#include "support/store_file.h"

static const struct client_secret secrets[] = {
    { { { 1 } }, { "abc", 3 }, { 0x11, 0xff }, 1790000000, 1800000000, { "first; \"one\"", 12 } },
    { { { 2 } }, { "", 0 }, { 0x22 }, 0, 0, { "", 0 } },
};
static const struct app_role roles[] = {
    { { { 3 } }, { "Pets.Admin", 10 }, { "Admins", 6 }, ROLE_FOR_USERS },
    { { { 4 } }, { "Pets.All", 8 }, { "", 0 }, ROLE_FOR_APPLICATIONS },
    { { { 5 } }, { "Pets.Any", 8 }, { "", 0 }, ROLE_FOR_USERS | ROLE_FOR_APPLICATIONS },
};
static const struct slice texts[] = { { "one", 3 }, { "-----BEGIN\nPEM\n", 15 }, { "three", 5 } };
static const struct text_override overrides[] = { { { "de", 2 }, { "next", 4 }, { "Weiter\n", 7 } } };
static const struct slice options[] = { { "cat", 3 }, { "dog", 3 } };
static const struct flow_attribute attributes[] = {
    { .name = SLICE("pet"), .type = SLICE("string"), .input = INPUT_RADIO, .options = { options, 2 } },
    { .name = SLICE("many"),
      .type = SLICE("string"),
      .input = INPUT_CHECKBOXES,
      .options = { options, 1 },
      .default_value = SLICE("cat"),
      .hidden = true },
    { .name = SLICE("terms"), .type = SLICE("boolean"), .input = INPUT_CHECKBOX },
    { .name = SLICE("legs"), .type = SLICE("integer"), .input = INPUT_NUMBER },
};

static struct application sample(uint32_t n)
{
    return (struct application){ .tenant_id = tenant_id(1),
                                 .client_id = guid_number(3, n),
                                 .name = SLICE("Shop"),
                                 .application_permissions = { texts, 1 },
                                 .secrets = secrets,
                                 .secret_count = COUNT(secrets),
                                 .certificates = { texts + 1, 1 },
                                 .logout_url = SLICE("https://shop.example/out"),
                                 .id_token_issuance = true,
                                 .access_token_issuance = true,
                                 .identifier_uri = SLICE("api://pets"),
                                 .access_token_version = 1,
                                 .scopes = { texts, 3 },
                                 .roles = roles,
                                 .role_count = COUNT(roles),
                                 .id_token_claims = { texts, 2 },
                                 .access_token_claims = { texts + 2, 1 } };
}

static void put(struct fixture *f, struct store_write write)
{
    assert_int_equal(write_one(f->s, write), ERR_OK);
}

static void put_application(struct fixture *f, const struct application *app)
{
    put(f, (struct store_write){ .kind = WRITE_APPLICATION_PUT, .application = app });
}

static struct tenant sample_tenant(void)
{
    return (struct tenant){ .id = tenant_id(1),
                            .name = SLICE("petstore"),
                            .branding = { .logo_url = SLICE("data:image/png;base64,aaaa"),
                                          .accent_color = SLICE("#111111"),
                                          .background_color = SLICE("#222222"),
                                          .background_image_url = SLICE("https://a.example/b"),
                                          .favicon_url = SLICE("https://a.example/f"),
                                          .username_hint = SLICE("you@"),
                                          .sign_in_text = SLICE("**hi**\n"),
                                          .terms_url = SLICE("https://a.example/t"),
                                          .privacy_url = SLICE("https://a.example/p"),
                                          .custom_css = SLICE("a { }\n"),
                                          .stay_signed_in = true,
                                          .texts = overrides,
                                          .text_count = COUNT(overrides) } };
}

static void fill(struct fixture *f)
{
    const struct tenant tenant = sample_tenant();
    const struct application app = sample(1);
    const struct user_flow flow = {
        .tenant_id = tenant_id(1), .name = SLICE("f"), .attributes = attributes, .attribute_count = COUNT(attributes)
    };

    put(f, (struct store_write){ .kind = WRITE_TENANT_PUT, .tenant = &tenant });
    put_application(f, &app);
    put(f, (struct store_write){ .kind = WRITE_USER_FLOW_PUT, .user_flow = &flow });
}

static struct directory *load(struct fixture *f)
{
    struct directory *d = NULL;

    assert_int_equal(store_directory(f->s, &d).code, ERR_OK);
    return d;
}

static void assert_slices(struct slices a, const struct slice *b, size_t n)
{
    assert_int_equal(a.n, n);
    for (size_t i = 0; i < n; i++)
        assert_true(slice_eq(a.items[i], b[i]));
}

static void assert_secrets(const struct application *app, size_t n)
{
    assert_int_equal(app->secret_count, n);
    for (size_t i = 0; i < n; i++) {
        assert_true(guid_eq(app->secrets[i].key_id, secrets[i].key_id));
        assert_true(slice_eq(app->secrets[i].hint, secrets[i].hint));
        assert_true(slice_eq(app->secrets[i].name, secrets[i].name));
        assert_memory_equal(app->secrets[i].hash, secrets[i].hash, sizeof secrets[i].hash);
        assert_true(app->secrets[i].starts_at == secrets[i].starts_at && app->secrets[i].ends_at == secrets[i].ends_at);
    }
}

static void assert_api(const struct application *app)
{
    assert_true(slice_eq(app->identifier_uri, SLICE("api://pets")));
    assert_int_equal(app->access_token_version, 1);
    assert_slices(app->scopes, texts, 3);
    assert_int_equal(app->role_count, COUNT(roles));
    for (size_t i = 0; i < COUNT(roles); i++) {
        assert_true(guid_eq(app->roles[i].id, roles[i].id));
        assert_true(slice_eq(app->roles[i].value, roles[i].value));
        assert_true(slice_eq(app->roles[i].display_name, roles[i].display_name));
        assert_int_equal(app->roles[i].members, roles[i].members);
    }
}

static void applications_come_back_as_they_were_put(void **state)
{
    struct fixture *f = *state;

    fill(f);
    struct directory *d = load(f);
    const struct application *app = &d->applications[0];
    assert_secrets(app, COUNT(secrets));
    assert_api(app);
    assert_slices(app->application_permissions, texts, 1);
    assert_slices(app->certificates, texts + 1, 1);
    assert_true(slice_eq(app->logout_url, SLICE("https://shop.example/out")));
    assert_true(app->id_token_issuance && app->access_token_issuance);
    assert_slices(app->id_token_claims, texts, 2);
    assert_slices(app->access_token_claims, texts + 2, 1);
    directory_release(d);
    struct application fewer = sample(1);
    fewer.secret_count = 1;
    put_application(f, &fewer);
    d = load(f);
    assert_secrets(&d->applications[0], 1);
    directory_release(d);
}

static void assert_look(const struct branding *look)
{
    const struct tenant tenant = sample_tenant();
    const struct branding *want = &tenant.branding;

    assert_true(slice_eq(look->logo_url, want->logo_url) && slice_eq(look->accent_color, want->accent_color));
    assert_true(slice_eq(look->background_color, want->background_color));
    assert_true(slice_eq(look->background_image_url, want->background_image_url));
    assert_true(slice_eq(look->favicon_url, want->favicon_url) && slice_eq(look->username_hint, want->username_hint));
    assert_true(slice_eq(look->sign_in_text, want->sign_in_text) && slice_eq(look->terms_url, want->terms_url));
    assert_true(slice_eq(look->privacy_url, want->privacy_url) && slice_eq(look->custom_css, want->custom_css));
    assert_true(look->stay_signed_in);
    assert_int_equal(look->text_count, 1);
    assert_true(slice_eq(look->texts[0].language, SLICE("de")) && slice_eq(look->texts[0].key, SLICE("next")));
    assert_true(slice_eq(look->texts[0].text, SLICE("Weiter\n")));
}

static void looks_and_inputs_come_back(void **state)
{
    struct fixture *f = *state;

    fill(f);
    struct directory *d = load(f);
    assert_look(&d->tenants[0].branding);
    assert_int_equal(d->user_flows[0].attribute_count, COUNT(attributes));
    for (size_t i = 0; i < COUNT(attributes); i++) {
        const struct flow_attribute *a = &d->user_flows[0].attributes[i];
        assert_int_equal(a->input, attributes[i].input);
        assert_slices(a->options, attributes[i].options.items, attributes[i].options.n);
        assert_true(slice_eq(a->default_value, attributes[i].default_value));
        assert_int_equal(a->hidden, attributes[i].hidden);
    }
    directory_release(d);
}

/* ---- roles of users ---- */

#define APP1 "03000000-0000-0000-0100-000000000001"
#define APP2 "03000000-0000-0000-0200-000000000001"

static void put_roles(struct fixture *f, uint32_t user, const char *lines)
{
    put(f, (struct store_write){ .kind = WRITE_USER_ROLES, .guid = sample_user(1, user).id, .name = slice_of(lines) });
}

static void assert_roles(struct fixture *f, uint32_t user, const char *lines)
{
    char space[512];
    struct buf out;

    buf_init(&out, space, sizeof space - 1);
    assert_int_equal(store_user_all_roles(f->s, sample_user(1, user).id, &out).code, ERR_OK);
    space[out.n] = '\0';
    assert_string_equal(space, lines);
}

static void fill_users(struct fixture *f)
{
    const struct application other = sample(2);
    const struct user users[] = { sample_user(1, 1), sample_user(1, 2) };

    fill(f);
    put_application(f, &other);
    for (size_t i = 0; i < COUNT(users); i++)
        put(f, put_user(&users[i]));
    put_roles(f, 1, APP2 " Pets.Any\n" APP1 " Pets.Any\n" APP1 " Pets.Admin\n" APP1 " Pets.Any\n");
    put_roles(f, 2, APP1 " Pets.Admin\n");
}

static void roles_of_a_user_are_whole(void **state)
{
    struct fixture *f = *state;
    char space[64];
    struct slice values[4];
    size_t n = 4;
    struct buf small;

    fill_users(f);
    assert_roles(f, 1, APP1 " Pets.Admin\n" APP1 " Pets.Any\n" APP2 " Pets.Any\n");
    assert_roles(f, 3, "");
    assert_int_equal(
        store_user_roles(f->s, sample_user(1, 1).id, guid_number(3, 1), space, sizeof space, values, &n).code, ERR_OK);
    assert_int_equal(n, 2);
    assert_true(slice_eq(values[0], SLICE("Pets.Admin")) && slice_eq(values[1], SLICE("Pets.Any")));
    buf_init(&small, space, 60);
    assert_int_equal(store_user_all_roles(f->s, sample_user(1, 1).id, &small).code, ERR_FULL);
    put_roles(f, 1, APP2 " Pets.Any\n");
    assert_roles(f, 1, APP2 " Pets.Any\n");
    put_roles(f, 1, "");
    assert_roles(f, 1, "");
    assert_roles(f, 2, APP1 " Pets.Admin\n");
}

/* What an application no longer offers users is gone; what another offers stays. */
static void roles_end_with_what_offers_them(void **state)
{
    static const struct app_role left[] = { { { { 3 } }, { "Pets.Any", 8 }, { "", 0 }, ROLE_FOR_USERS },
                                            { { { 4 } }, { "Pets.Admin", 10 }, { "", 0 }, ROLE_FOR_APPLICATIONS } };
    struct fixture *f = *state;
    struct application app = sample(1);

    fill_users(f);
    put_application(f, &app); /* nothing ends */
    assert_roles(f, 1, APP1 " Pets.Admin\n" APP1 " Pets.Any\n" APP2 " Pets.Any\n");
    app.roles = left;
    app.role_count = COUNT(left);
    put_application(f, &app);
    assert_roles(f, 1, APP1 " Pets.Any\n" APP2 " Pets.Any\n");
    assert_roles(f, 2, "");
    put(f,
        (struct store_write){ .kind = WRITE_APPLICATION_DELETE, .tenant_id = tenant_id(1), .guid = guid_number(3, 1) });
    assert_roles(f, 1, APP2 " Pets.Any\n");
}

/* ---- an older version ---- */

static void a_file_of_step_3_opens(void **state)
{
    struct fixture *f = *state;

    fill(f);
    store_close(f->s);
    f->s = NULL;
    store_file_execute(f->path, BEFORE_STEP_5 "ALTER TABLE applications DROP COLUMN access_token_version;"
                                              "ALTER TABLE client_secrets DROP COLUMN name;"
                                              "UPDATE flow_attributes SET input = 0 WHERE type <> 'string';"
                                              "PRAGMA user_version = 3");
    assert_int_equal(fixture_open(f).code, ERR_OK);
    struct directory *d = load(f);
    assert_int_equal(d->applications[0].secret_count, COUNT(secrets));
    assert_int_equal(d->applications[0].secrets[0].name.n, 0);
    assert_int_equal(d->applications[0].access_token_version, 0);
    for (size_t i = 0; i < COUNT(attributes); i++)
        assert_int_equal(d->user_flows[0].attributes[i].input, attributes[i].input);
    directory_release(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(applications_come_back_as_they_were_put),
        BOTH(looks_and_inputs_come_back),
        BOTH(roles_of_a_user_are_whole),
        BOTH(roles_end_with_what_offers_them),
        FILE_ONLY(a_file_of_step_3_opens),
    };

    return cmocka_run_group_tests_name("store/declared", tests, NULL, NULL);
}
