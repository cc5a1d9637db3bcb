/* SPDX-License-Identifier: Apache-2.0 */
/* The client library signs up at the server and resets passwords there, in all orders, happy and unhappy; sign-in after each
 * (spec V1, 2.3–2.5, 2.8, 2.10). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/world_client.h"

#define NEW_PASSWORD "Red-Lantern-17"
#define SHOE_SIZE "extension_9c1f0b7e2d3a4f5b8c6d7e8f90a1b2c3_shoeSize"
enum { RESEND = 30, TOKEN_LIFE = 600 };

static void signs_in_after(struct person *p, const char *username)
{
    expect(p, SIGNIN_READY);
    doorcode_flow_signin(p->flow);
    is_in(p, username);
}

static void proves_address(struct person *p, const char *address)
{
    expect(p, CODE_REQUIRED);
    reads(p, address);
    types_code(p);
}

/* Each rule of the policy, in its order (spec V1, 4.14). */
static const struct {
    const char *password;
    enum doorcode_error_kind kind;
} bad_passwords[] = {
    { "Gr\xc3\xbcn-Kessel-42", DOORCODE_ERROR_PASSWORD_NOT_ALLOWED },
    { "Aa1-", DOORCODE_ERROR_PASSWORD_TOO_SHORT },
    { "onlylowercase", DOORCODE_ERROR_PASSWORD_TOO_WEAK },
    { "P@ssword1", DOORCODE_ERROR_PASSWORD_BANNED },
};
enum { BAD_PASSWORDS = sizeof bad_passwords / sizeof bad_passwords[0] };

static const char *too_long(void)
{
    static char password[300];

    memset(password, 'a', 257);
    memcpy(password, "A1-", 3);
    return password;
}

static void types_bad_passwords(struct person *p)
{
    expect(p, PASSWORD_REQUIRED);
    for (size_t i = 0; i < BAD_PASSWORDS; i++) {
        types_password(p, bad_passwords[i].password);
        person_check(p, DOORCODE_PASSWORD_REQUIRED, (int)bad_passwords[i].kind, bad_passwords[i].password, 0);
    }
    types_password(p, too_long());
    refused(p, PASSWORD_REQUIRED, PASSWORD_TOO_LONG);
}

/* ---- sign-up with a code ---- */

static void sign_up_with_a_code(void **state)
{
    struct person *p = *state;

    takes_app(p, WORLD_APP);
    signs_up(p, "eve@example.org", NULL);
    expect(p, CODE_REQUIRED);
    assert_string_equal(doorcode_flow_challenge(p->flow)->target_label, "e*e@e*********g");
    reads(p, "eve@example.org");
    types_wrong_code(p);
    world_advance(&p->world, RESEND);
    doorcode_flow_resend_code(p->flow);
    expect(p, CODE_REQUIRED);
    types_code(p);
    refused(p, CODE_REQUIRED, INVALID_CODE);
    reads(p, "eve@example.org");
    types_code(p);
    signs_in_after(p, "eve@example.org");
}

static void signs_up_eve(struct person *p)
{
    takes_app(p, WORLD_APP);
    signs_up(p, "eve@example.org", NULL);
    proves_address(p, "eve@example.org");
}

static void signed_up_with_a_code(void **state)
{
    struct person *p = *state;

    signs_up_eve(p);
    signs_in_after(p, "eve@example.org");
    doorcode_flow_signin(p->flow);
    refused(p, COMPLETED, USAGE);
    world_advance(&p->world, RESEND);
    signs_in(p, "eve@example.org");
    proves_address(p, "eve@example.org");
    is_in(p, "eve@example.org");
}

/* Sign-in may be left out, or come later and too late: signed up she is all the same. */
static void sign_up_without_sign_in(void **state)
{
    struct person *p = *state;

    signs_up_eve(p);
    expect(p, SIGNIN_READY);
    world_advance(&p->world, TOKEN_LIFE);
    doorcode_flow_signin(p->flow);
    refused(p, FAILED, EXPIRED);
    signs_in(p, "eve@example.org");
    proves_address(p, "eve@example.org");
    is_in(p, "eve@example.org");
}

static void there_is_one_already(void **state)
{
    struct person *p = *state;

    takes_app(p, WORLD_APP);
    signs_up(p, "sam@example.org", NULL);
    refused(p, FAILED, USER_EXISTS);
    signs_up(p, "Sam@Example.ORG", NULL);
    refused(p, FAILED, USER_EXISTS);
    signs_up(p, "sam", NULL);
    refused(p, FAILED, INVALID_USERNAME);
}

/* Two sign-ups of one address: the first that is through wins. */
static void there_is_one_meanwhile(void **state)
{
    struct person *p = *state;

    signs_up(p, "eve@example.org", NULL);
    proves_address(p, "eve@example.org");
    expect(p, PASSWORD_REQUIRED);
    struct doorcode_flow *slow = lays_aside(p);
    world_advance(&p->world, RESEND);
    signs_up(p, "eve@example.org", NEW_PASSWORD);
    proves_address(p, "eve@example.org");
    signs_in_after(p, "eve@example.org");
    ends(p);
    p->flow = slow;
    types_password(p, "Green-Lantern-18");
    refused(p, FAILED, USER_EXISTS);
    signs_in(p, "eve@example.org");
    types_password(p, NEW_PASSWORD);
    is_in(p, "eve@example.org");
}

static void sign_up_takes_too_long(void **state)
{
    struct person *p = *state;

    takes_app(p, WORLD_APP);
    signs_up(p, "eve@example.org", NULL);
    reads(p, "eve@example.org");
    world_advance(&p->world, TOKEN_LIFE);
    types_code(p);
    refused(p, FAILED, EXPIRED);
}

/* ---- sign-up with a password ---- */

static void sign_up_needs_a_browser(void **state)
{
    struct person *p = *state;

    takes(p, "petstore", WORLD_APP_PASSWORD, 1);
    signs_up(p, "eve@example.org", NULL);
    expect(p, WEB_FALLBACK);
    assert_non_null(strstr(doorcode_flow_redirect_reason(p->flow), "challenge type password"));
}

static void a_password_at_the_start(void **state)
{
    struct person *p = *state;

    for (size_t i = 0; i < BAD_PASSWORDS; i++) {
        signs_up(p, "eve@example.org", bad_passwords[i].password);
        person_check(p, DOORCODE_FAILED, (int)bad_passwords[i].kind, bad_passwords[i].password, 0);
    }
    signs_up(p, "eve@example.org", NEW_PASSWORD);
    proves_address(p, "eve@example.org");
    signs_in_after(p, "eve@example.org");
    signs_in(p, "eve@example.org");
    expect(p, PASSWORD_REQUIRED);
    types_password(p, NEW_PASSWORD);
    is_in(p, "eve@example.org");
}

static void a_password_later(void **state)
{
    struct person *p = *state;

    signs_up(p, "eve@example.org", NULL);
    proves_address(p, "eve@example.org");
    types_bad_passwords(p);
    types_password(p, NEW_PASSWORD);
    signs_in_after(p, "eve@example.org");
    signs_in(p, "eve@example.org");
    types_password(p, NEW_PASSWORD);
    is_in(p, "eve@example.org");
}

/* ---- attributes ---- */

static const struct doorcode_attribute *is_asked(const struct person *p, const char *name)
{
    size_t count;
    const struct doorcode_attribute *asked = doorcode_flow_attributes(p->flow, &count);

    for (size_t i = 0; i < count; i++)
        if (strcmp(asked[i].name, name) == 0)
            return &asked[i];
    return NULL;
}

static void attributes_later(void **state)
{
    const struct doorcode_value missing[] = { { "displayName", "Eve" } };
    const struct doorcode_value invalid[] = { { SHOE_SIZE, "123" } };
    const struct doorcode_value right[] = { { SHOE_SIZE, "42" }, { "city", "Oslo" } };
    struct person *p = *state;

    takes_app(p, WORLD_APP_ATTRIBUTES);
    signs_up(p, "eve@example.org", NULL);
    proves_address(p, "eve@example.org");
    expect(p, ATTRIBUTES_REQUIRED);
    assert_non_null(is_asked(p, "displayName"));
    assert_int_equal(is_asked(p, "city")->required, 0);
    assert_int_equal(is_asked(p, SHOE_SIZE)->required, 1);
    assert_string_equal(is_asked(p, SHOE_SIZE)->type, "integer");
    assert_string_equal(is_asked(p, SHOE_SIZE)->regex, "^[0-9]{2}$");
    doorcode_flow_submit_attributes(p->flow, missing, 1);
    expect(p, ATTRIBUTES_REQUIRED);
    assert_null(is_asked(p, "displayName"));
    doorcode_flow_submit_attributes(p->flow, invalid, 1);
    refused(p, ATTRIBUTES_REQUIRED, INVALID_ATTRIBUTES);
    assert_int_equal(doorcode_flow_error(p->flow)->invalid_attribute_count, 1);
    assert_string_equal(doorcode_flow_error(p->flow)->invalid_attributes[0], SHOE_SIZE);
    doorcode_flow_submit_attributes(p->flow, right, 2);
    signs_in_after(p, "eve@example.org");
}

static void signs_up_with(struct person *p, const struct doorcode_value *values, size_t count)
{
    ends(p);
    doorcode_signup_start(p->client, "eve@example.org", NULL, values, count, &p->flow);
}

static void attributes_at_the_start(void **state)
{
    const struct doorcode_value invalid[] = { { "displayName", "Eve" }, { SHOE_SIZE, "x" } };
    const struct doorcode_value right[] = { { "displayName", "Eve \xc3\x98" }, { SHOE_SIZE, "37" } };
    struct person *p = *state;

    takes_app(p, WORLD_APP_ATTRIBUTES);
    signs_up_with(p, invalid, 2);
    refused(p, FAILED, INVALID_ATTRIBUTES);
    assert_int_equal(doorcode_flow_error(p->flow)->invalid_attribute_count, 1);
    assert_string_equal(doorcode_flow_error(p->flow)->invalid_attributes[0], SHOE_SIZE);
    signs_up_with(p, right, 2);
    proves_address(p, "eve@example.org");
    signs_in_after(p, "eve@example.org");
    struct doorcode_claims *claims = doorcode_claims_decode(doorcode_flow_tokens(p->flow)->id_token);
    assert_non_null(claims);
    assert_string_equal(doorcode_claims_text(claims, "name"), "Eve \xc3\x98");
    doorcode_claims_free(claims);
}

static void some_attributes_at_the_start(void **state)
{
    const struct doorcode_value first[] = { { "displayName", "Eve" } };
    const struct doorcode_value second[] = { { SHOE_SIZE, "37" } };
    struct person *p = *state;

    takes_app(p, WORLD_APP_ATTRIBUTES);
    signs_up_with(p, first, 1);
    proves_address(p, "eve@example.org");
    expect(p, ATTRIBUTES_REQUIRED);
    assert_null(is_asked(p, "displayName"));
    doorcode_flow_submit_attributes(p->flow, second, 1);
    signs_in_after(p, "eve@example.org");
}

/* ---- a second factor right after the sign-up ---- */

static void signs_up_ada(struct person *p)
{
    takes_app(p, WORLD_APP_FACTOR);
    signs_up(p, "ada@example.org", NEW_PASSWORD);
    proves_address(p, "ada@example.org");
    expect(p, SIGNIN_READY);
    doorcode_flow_signin(p->flow);
    expect(p, REGISTRATION_REQUIRED);
}

/* The address was proven a moment ago: no second code (spec V1, 2.7). */
static void the_same_contact_is_preverified(void **state)
{
    struct person *p = *state;

    signs_up_ada(p);
    registers(p, "email", NULL);
    is_in(p, "ada@example.org");
    signs_in(p, "ada@example.org");
    types_password(p, NEW_PASSWORD);
    expect(p, MFA_REQUIRED);
    world_advance(&p->world, RESEND);
    chooses(p, "email");
    proves_address(p, "ada@example.org");
    is_in(p, "ada@example.org");
}

static void another_contact_is_not(void **state)
{
    struct person *p = *state;

    signs_up_ada(p);
    registers(p, "sms", "+4790000009");
    proves_address(p, "+4790000009");
    is_in(p, "ada@example.org");
}

/* ---- reset ---- */

static void nothing_to_reset(void **state)
{
    struct person *p = *state;

    resets(p, "nobody@example.org");
    refused(p, FAILED, USER_NOT_FOUND);
    resets(p, "sam@example.org");
    refused(p, FAILED, NO_PASSWORD);
    takes(p, "aviary", WORLD_THIRD_APP, 0);
    resets(p, "tom@example.org");
    refused(p, FAILED, NO_PASSWORD);
}

/* To SIGNIN_READY. */
static void sets_new_password(struct person *p)
{
    types_password(p, NEW_PASSWORD);
    expect(p, RESET_PENDING);
    for (int polls = 0; doorcode_flow_state(p->flow) == DOORCODE_RESET_PENDING; polls++) {
        assert_true(polls < 6);
        assert_in_range(doorcode_flow_poll_interval(p->flow), 1, 15);
        doorcode_reset_poll(p->flow);
    }
    expect(p, SIGNIN_READY);
}

static void a_reset(void **state)
{
    struct person *p = *state;

    resets(p, "tom@example.org");
    expect(p, CODE_REQUIRED);
    assert_string_equal(doorcode_flow_challenge(p->flow)->target_label, "t*m@e*********g");
    reads(p, "tom@example.org");
    types_wrong_code(p);
    doorcode_flow_resend_code(p->flow);
    refused(p, CODE_REQUIRED, TOO_MANY_CODES);
    world_advance(&p->world, RESEND);
    doorcode_flow_resend_code(p->flow);
    proves_address(p, "tom@example.org");
    types_bad_passwords(p);
    sets_new_password(p);
    signs_in_after(p, "tom@example.org");
    signs_in(p, "tom@example.org");
    types_password(p, WORLD_PASSWORD);
    refused(p, PASSWORD_REQUIRED, INVALID_PASSWORD);
    types_password(p, NEW_PASSWORD);
    is_in(p, "tom@example.org");
}

static void a_reset_ends_what_was(void **state)
{
    struct person *p = *state;

    signs_in(p, "tom@example.org");
    types_password(p, WORLD_PASSWORD);
    is_in(p, "tom@example.org");
    struct doorcode_flow *former = lays_aside(p);
    world_advance(&p->world, 1);
    resets(p, "tom@example.org");
    proves_address(p, "tom@example.org");
    sets_new_password(p);
    renews(p, former);
    refused(p, FAILED, SIGNIN_REQUIRED);
    doorcode_flow_free(former);
}

/* Her password has to be changed before she may sign in with it. */
static void a_reset_that_was_required(void **state)
{
    struct person *p = *state;

    signs_in(p, "uma@example.org");
    types_password(p, WORLD_PASSWORD);
    refused(p, FAILED, PASSWORD_RESET_REQUIRED);
    resets(p, "uma@example.org");
    proves_address(p, "uma@example.org");
    sets_new_password(p);
    signs_in(p, "uma@example.org");
    types_password(p, NEW_PASSWORD);
    is_in(p, "uma@example.org");
}

/* Who gave no second factor on the way has to give it now; whose code came by it has given it (spec V1, 6.32). */
static void a_second_factor_after_a_reset(void **state)
{
    struct person *p = *state;

    takes_app(p, WORLD_APP_FACTOR);
    resets(p, "ned@example.org");
    proves_address(p, "ned@example.org");
    sets_new_password(p);
    doorcode_flow_signin(p->flow);
    expect(p, MFA_REQUIRED);
    chooses(p, "sms");
    proves_address(p, "+4790000007");
    is_in(p, "ned@example.org");
    resets(p, "mia@example.org");
    proves_address(p, "mia.strong@example.org");
    sets_new_password(p);
    signs_in_after(p, "mia@example.org");
}

static void a_reset_takes_too_long(void **state)
{
    struct person *p = *state;

    resets(p, "tom@example.org");
    proves_address(p, "tom@example.org");
    world_advance(&p->world, TOKEN_LIFE);
    types_password(p, NEW_PASSWORD);
    refused(p, FAILED, EXPIRED);
    signs_in(p, "tom@example.org");
    types_password(p, WORLD_PASSWORD);
    is_in(p, "tom@example.org");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, person_born, person_gone)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sign_up_with_a_code),
        TEST(signed_up_with_a_code),
        TEST(sign_up_without_sign_in),
        TEST(there_is_one_already),
        TEST(there_is_one_meanwhile),
        TEST(sign_up_takes_too_long),
        TEST(sign_up_needs_a_browser),
        TEST(a_password_at_the_start),
        TEST(a_password_later),
        TEST(attributes_later),
        TEST(attributes_at_the_start),
        TEST(some_attributes_at_the_start),
        TEST(the_same_contact_is_preverified),
        TEST(another_contact_is_not),
        TEST(nothing_to_reset),
        TEST(a_reset),
        TEST(a_reset_ends_what_was),
        TEST(a_reset_that_was_required),
        TEST(a_second_factor_after_a_reset),
        TEST(a_reset_takes_too_long),
    };

    return client_run_both("server and client: sign-up and reset", tests);
}
