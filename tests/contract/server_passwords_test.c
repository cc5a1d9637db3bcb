/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration's section `passwords` at work: what is hashed, is hashed so; what was hashed otherwise is hashed anew when
 * its owner signs in. */
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/config.h"
#include "support/world_flows.h"

#include <unistd.h>

#define PASSWORD_GRANT "&grant_type=password&scope=openid&password=" WORLD_PASSWORD

static void set(const char *name, const char *value)
{
    char variable[64];

    snprintf(variable, sizeof variable, "DOORCODE_PASSWORDS_%s", name);
    if (value == NULL)
        unsetenv(variable);
    else
        setenv(variable, value, 1);
}

/* Read as `doorcode serve` reads it. */
static struct password_options configured(const char *memory_kib, const char *passes)
{
    struct complaint why;
    struct config c;

    set("MEMORY_KIB", memory_kib);
    set("PASSES", passes);
    assert_true(err_is_ok(config_load(NULL, &c, &why)));
    struct password_options options = c.passwords;
    config_free(&c);
    set("MEMORY_KIB", NULL);
    set("PASSES", NULL);
    return options;
}

static void check_hash(struct world *w, const char *email, const char *begins)
{
    struct guid tenant;
    struct user user;

    assert_true(guid_parse(SLICE(WORLD_TENANT), &tenant));
    assert_true(err_is_ok(store_user_by_identity(rooms_store(w->rooms), tenant, slice_of(email), &user)));
    assert_memory_equal(user.password_hash, begins, strlen(begins));
}

static void sign_in(struct world *w, const char *email)
{
    struct flow f;

    flow_begin(&f, w, "petstore", WORLD_APP_PASSWORD, email);
    flow_lead(&f, STATE_SIGNIN_PASSWORD);
    assert_int_equal(flow_post(&f, "/oauth2/v2.0/token", PASSWORD_GRANT), 200);
}

static void test_hashed_anew(void **state)
{
    static struct world w;
    char folder[] = "/tmp/doorcode-passwords-XXXXXX";
    struct password_options first = configured("7168", "1"), second = configured("8192", "2");
    struct flow f;

    (void)state;
    assert_non_null(mkdtemp(folder));
    world_open(&w, &(struct world_options){ .seed = 3, .folder = folder, .passwords = &first });
    check_hash(&w, "tom@example.org", "$argon2id$v=19$m=8,t=1,p=1$");
    sign_in(&w, "tom@example.org");
    check_hash(&w, "tom@example.org", "$argon2id$v=19$m=7168,t=1,p=1$");
    flow_begin(&f, &w, "petstore", WORLD_APP_PASSWORD, "new@example.org");
    flow_lead(&f, STATE_SIGNUP_DONE);
    check_hash(&w, "new@example.org", "$argon2id$v=19$m=7168,t=1,p=1$");
    world_close(&w);
    world_open(&w, &(struct world_options){ .seed = 4, .folder = folder, .passwords = &second, .no_seed = true });
    sign_in(&w, "tom@example.org");
    check_hash(&w, "tom@example.org", "$argon2id$v=19$m=8192,t=2,p=1$");
    check_hash(&w, "new@example.org", "$argon2id$v=19$m=7168,t=1,p=1$"); /* until she comes */
    sign_in(&w, "new@example.org");
    check_hash(&w, "new@example.org", "$argon2id$v=19$m=8192,t=2,p=1$");
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_hashed_anew) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
