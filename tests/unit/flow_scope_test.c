/* SPDX-License-Identifier: Apache-2.0 */
/* What an application may have of what it asks for (spec V1, 3.4; spec OIDC, 4.6). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow/scope.h"

#include <string.h>

static const struct slice permissions[] = {
    { "openid", 6 },           { "offline_access", 14 },
    { "User.Read", 9 },        { "https://graph.microsoft.com/Mail.Read", 37 },
    { "api://pets/Read", 15 }, { "api://pets/Write", 16 },
    { "api://cats/Read", 15 }, { "https://slash.example//Read", 27 },
};

static const struct application app = { .permissions = { permissions, sizeof permissions / sizeof permissions[0] } };

static enum scope_result parse(struct slice requested, const struct application *who, struct scope_grant *out)
{
    return scope_read(&(struct scope_rules){ .app = who }, requested, SCOPE_ONE, out);
}

/* As a refresh reads it. */
static enum scope_result narrow(struct slice requested, struct slice granted, const struct application *who,
                                struct scope_grant *out)
{
    const struct scope_rules rules = { .app = who };
    bool asked = slice_trim(requested).n > 0;

    return scope_read(&rules, asked ? requested : granted, asked ? SCOPE_ONE : SCOPE_GRANTED, out);
}

enum { OPENID = 1, PROFILE = 2, EMAIL = 4, OFFLINE = 8 };

struct row {
    const char *requested;
    enum scope_result result;
    int flags;
    const char *granted;
    const char *resource;
    const char *scp;
};

static int flags_of(const struct scope_grant *g)
{
    return (g->openid ? OPENID : 0) | (g->profile ? PROFILE : 0) | (g->email ? EMAIL : 0) |
           (g->offline_access ? OFFLINE : 0);
}

static void check(const struct row *wanted)
{
    struct scope_grant got;

    memset(&got, 0xff, sizeof got);
    enum scope_result result = parse(slice_of(wanted->requested), &app, &got);
    if (result != wanted->result)
        fail_msg("\"%s\": %d", wanted->requested, (int)result);
    if (wanted->result != SCOPE_OK)
        return;
    assert_int_equal(flags_of(&got), wanted->flags);
    assert_string_equal(got.granted, wanted->granted);
    assert_string_equal(got.resource, wanted->resource);
    assert_string_equal(got.scp, wanted->scp);
}

#define GRAPH "https://graph.microsoft.com/"

static const struct row rows[] = {
    { "", SCOPE_OK, 0, "", "", "" },
    { "  ", SCOPE_OK, 0, "", "", "" },
    { "openid", SCOPE_OK, OPENID, "openid", "", "" },
    { "openid profile email offline_access", SCOPE_OK, OPENID | PROFILE | EMAIL | OFFLINE,
      "openid profile email offline_access", "", "" },
    { " offline_access  openid ", SCOPE_OK, OPENID | OFFLINE, "offline_access openid", "", "" },
    { "openid\tprofile", SCOPE_OK, OPENID | PROFILE, "openid profile", "", "" },
    { "OpenID", SCOPE_UNKNOWN, 0, "", "", "" },
    { "User.Read", SCOPE_OK, 0, "User.Read", "", "User.Read" },
    { GRAPH "User.Read", SCOPE_OK, 0, GRAPH "User.Read", "", "User.Read" },
    { "HTTPS://Graph.Microsoft.com/User.Read", SCOPE_OK, 0, "HTTPS://Graph.Microsoft.com/User.Read", "", "User.Read" },
    { "Mail.Read openid", SCOPE_OK, OPENID, "Mail.Read openid", "", "Mail.Read" },
    { "User.Read " GRAPH "User.Read", SCOPE_OK, 0, "User.Read " GRAPH "User.Read", "", "User.Read" },
    { "api://pets/Read openid", SCOPE_OK, OPENID, "api://pets/Read openid", "api://pets", "Read" },
    { "api://pets/Write api://pets/Read", SCOPE_OK, 0, "api://pets/Write api://pets/Read", "api://pets", "Write Read" },
    { "https://slash.example//Read", SCOPE_OK, 0, "https://slash.example//Read", "https://slash.example/", "Read" },
    { "https://slash.example/Read", SCOPE_UNKNOWN, 0, "", "", "" },
    /* one token is for one resource */
    { "User.Read api://pets/Read", SCOPE_SEVERAL_RESOURCES, 0, "", "", "" },
    { "api://pets/Read User.Read", SCOPE_SEVERAL_RESOURCES, 0, "", "", "" },
    { "api://pets/Read api://cats/Read", SCOPE_SEVERAL_RESOURCES, 0, "", "", "" },
    { "openid api://pets/Read profile api://cats/.default", SCOPE_SEVERAL_RESOURCES, 0, "", "", "" },
    /* not permitted */
    { "User.Write", SCOPE_UNKNOWN, 0, "", "", "" },
    { "openid User.ReadAll", SCOPE_UNKNOWN, 0, "", "", "" },
    { "User.Rea", SCOPE_UNKNOWN, 0, "", "", "" },
    { "Read", SCOPE_UNKNOWN, 0, "", "", "" },
    { "api://cats/Write", SCOPE_UNKNOWN, 0, "", "", "" },
    { "api://dogs/Read", SCOPE_UNKNOWN, 0, "", "", "" },
    { "api://pets/", SCOPE_UNKNOWN, 0, "", "", "" },
    { "/", SCOPE_UNKNOWN, 0, "", "", "" },
    { "address", SCOPE_UNKNOWN, 0, "", "", "" },
    /* each once */
    { "openid openid", SCOPE_OK, OPENID, "openid", "", "" },
    { "api://pets/Read openid api://pets/Read", SCOPE_OK, OPENID, "api://pets/Read openid", "api://pets", "Read" },
    /* all that is permitted, in full */
    { "api://pets/.default", SCOPE_OK, 0, "api://pets/Read api://pets/Write api://pets/.default", "api://pets",
      "Read Write" },
    { "openid " GRAPH ".default", SCOPE_OK, OPENID, "openid " GRAPH "User.Read " GRAPH "Mail.Read " GRAPH ".default",
      "", "User.Read Mail.Read" },
    { ".default", SCOPE_OK, 0, GRAPH "User.Read " GRAPH "Mail.Read .default", "", "User.Read Mail.Read" },
    { "https://slash.example//.default", SCOPE_OK, 0, "https://slash.example//Read https://slash.example//.default",
      "https://slash.example/", "Read" },
    { "api://dogs/.default", SCOPE_UNKNOWN, 0, "", "", "" },
    { "api://pets/.default api://pets/.default openid", SCOPE_OK, OPENID,
      "api://pets/Read api://pets/Write api://pets/.default openid", "api://pets", "Read Write" },
    /* all of a resource, or parts of it */
    { "api://pets/Read api://pets/.default", SCOPE_MALFORMED, 0, "", "", "" },
    { "api://pets/.default api://pets/Read", SCOPE_MALFORMED, 0, "", "", "" },
    { "User.Read openid .default", SCOPE_MALFORMED, 0, "", "", "" },
    { "api://pets/.default api://cats/Read", SCOPE_SEVERAL_RESOURCES, 0, "", "", "" },
    /* RFC 6749, 3.3 */
    { "openid \"User.Read\"", SCOPE_MALFORMED, 0, "", "", "" },
    { "User\\Read", SCOPE_MALFORMED, 0, "", "", "" },
    { "openid\nprofile", SCOPE_MALFORMED, 0, "", "", "" },
    { "Us\xc3\xa9r.Read", SCOPE_MALFORMED, 0, "", "", "" },
    { "User.Read\x7f", SCOPE_MALFORMED, 0, "", "", "" },
};

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check(&rows[i]);
}

static void test_at_most_sixteen_words(void **state)
{
    char text[LIMIT_SCOPE] = "";
    struct scope_grant got;

    (void)state;
    for (int i = 0; i < LIMIT_SCOPES; i++)
        strcat(text, " openid");
    assert_int_equal(parse(slice_of(text), &app, &got), SCOPE_OK);
    strcat(text, " openid");
    assert_int_equal(parse(slice_of(text), &app, &got), SCOPE_TOO_LONG);
}

/* An application with one permission of so many characters, asked for it. */
static enum scope_result ask_for(size_t resource_n, size_t value_n, struct scope_grant *got)
{
    static char word[4 * LIMIT_SCOPE];
    struct slice permission = { word, resource_n + 1 + value_n };
    const struct application one = { .permissions = { &permission, 1 } };

    memset(word, 'v', sizeof word);
    memset(word, 'r', resource_n);
    word[resource_n] = '/';
    return parse(permission, &one, got);
}

static void test_the_longest_that_fit(void **state)
{
    struct scope_grant got;

    (void)state;
    assert_int_equal(ask_for(LIMIT_RESOURCE - 1, 8, &got), SCOPE_OK);
    assert_int_equal(strlen(got.resource), LIMIT_RESOURCE - 1);
    assert_int_equal(ask_for(LIMIT_RESOURCE, 8, &got), SCOPE_TOO_LONG);
    assert_int_equal(ask_for(10, LIMIT_SCOPE - 12, &got), SCOPE_OK);
    assert_int_equal(strlen(got.granted), LIMIT_SCOPE - 1);
    assert_int_equal(ask_for(10, LIMIT_SCOPE - 11, &got), SCOPE_TOO_LONG);
    assert_int_equal(ask_for(10, 3 * LIMIT_SCOPE, &got), SCOPE_TOO_LONG);
}

/* `.default` makes many words of one: their sum is bounded too. */
static void test_default_of_too_much(void **state)
{
    static char words[40][64];
    struct slice list[40];
    const struct application many = { .permissions = { list, 40 } };
    struct scope_grant got;

    (void)state;
    for (size_t i = 0; i < 40; i++) {
        memset(words[i], 'x', sizeof words[i]);
        memcpy(words[i], "api://pets/", 11);
        words[i][11] = (char)('A' + i);
        list[i] = slice_bytes(words[i], sizeof words[i]);
    }
    assert_int_equal(parse(SLICE("api://pets/.default"), &many, &got), SCOPE_TOO_LONG);
}

/* More than may be asked for by name. */
static void test_what_default_became_is_read_again(void **state)
{
    static char words[2 * LIMIT_SCOPES][14];
    struct slice list[2 * LIMIT_SCOPES];
    const struct application many = { .permissions = { list, 2 * LIMIT_SCOPES } };
    struct scope_grant first, again;

    (void)state;
    for (size_t i = 0; i < 2 * LIMIT_SCOPES; i++) {
        memcpy(words[i], "api://pets/Rx", 13);
        words[i][12] = (char)('0' + i);
        list[i] = slice_bytes(words[i], 13);
    }
    assert_int_equal(parse(SLICE("openid api://pets/.default"), &many, &first), SCOPE_OK);
    assert_int_equal(narrow(SLICE_EMPTY, slice_of(first.granted), &many, &again), SCOPE_OK);
    assert_memory_equal(&again, &first, sizeof first);
}

static void test_a_refresh_asks_less_or_the_same(void **state)
{
    static const struct slice granted = SLICE("openid offline_access api://pets/Read api://pets/Write");
    struct scope_grant got;

    (void)state;
    assert_int_equal(narrow(SLICE_EMPTY, granted, &app, &got), SCOPE_OK);
    assert_string_equal(got.granted, granted.p);
    assert_string_equal(got.scp, "Read Write");
    assert_int_equal(narrow(SLICE("  \t"), granted, &app, &got), SCOPE_OK);
    assert_string_equal(got.granted, granted.p);
    assert_int_equal(narrow(SLICE("api://pets/Read"), granted, &app, &got), SCOPE_OK);
    assert_string_equal(got.granted, "api://pets/Read");
    assert_int_equal(flags_of(&got), 0);
    /* Refresh tokens are not bound to a resource, but to what the application may have. */
    assert_int_equal(narrow(SLICE("User.Read"), granted, &app, &got), SCOPE_OK);
    assert_string_equal(got.resource, "");
    assert_int_equal(narrow(SLICE("api://dogs/Read"), granted, &app, &got), SCOPE_UNKNOWN);
    assert_int_equal(narrow(SLICE_EMPTY, SLICE("api://gone/Read"), &app, &got), SCOPE_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_at_most_sixteen_words),
        cmocka_unit_test(test_the_longest_that_fit),
        cmocka_unit_test(test_default_of_too_much),
        cmocka_unit_test(test_what_default_became_is_read_again),
        cmocka_unit_test(test_a_refresh_asks_less_or_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
