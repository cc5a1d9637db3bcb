/* SPDX-License-Identifier: Apache-2.0 */
/* The client library signs in at the server: two readers of one wire that share no code for it. Codes, passwords, second
 * factors and their registration, happy and unhappy (spec V1, 2.1, 2.2, 2.6, 2.7). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/world_client.h"

enum { RESEND = 30, LOCK = 60, TOKEN_LIFE = 600, FAILURES = 10, TRIES = 5 };

/* ---- a code ---- */

static void a_code(void **state)
{
    struct person *p = *state;

    takes_app(p, WORLD_APP);
    signs_in(p, "sam@example.org");
    expect(p, CODE_REQUIRED);
    const struct doorcode_challenge *challenge = doorcode_flow_challenge(p->flow);
    assert_string_equal(challenge->target_label, "s*m@e*********g");
    assert_string_equal(challenge->channel, "email");
    assert_int_equal(challenge->code_length, 8);
    assert_int_equal(challenge->interval, RESEND);
    reads(p, "sam@example.org");
    types_wrong_code(p);
    doorcode_flow_submit_code(p->flow, "123");
    refused(p, CODE_REQUIRED, INVALID_CODE);
    assert_int_equal(doorcode_flow_error(p->flow)->http_status, 0); /* never sent */
    types_code(p);
    is_in(p, "sam@example.org");
}

static void another_code(void **state)
{
    struct person *p = *state;
    char first[16];

    takes_app(p, WORLD_APP);
    signs_in(p, "sam@example.org");
    reads(p, "sam@example.org");
    memcpy(first, p->code, sizeof first);
    world_advance(&p->world, RESEND);
    doorcode_flow_resend_code(p->flow);
    expect(p, CODE_REQUIRED);
    reads(p, "sam@example.org");
    assert_string_not_equal(p->code, first);
    doorcode_flow_submit_code(p->flow, first);
    refused(p, CODE_REQUIRED, INVALID_CODE);
    types_code(p);
    is_in(p, "sam@example.org");
}

/* Spec V1, 1.10: the former code stays good where no other could be sent. */
static void a_resend_that_fails_voids_nothing(void **state)
{
    struct person *p = *state;

    takes_app(p, WORLD_APP);
    signs_in(p, "sam@example.org");
    reads(p, "sam@example.org");
    doorcode_flow_resend_code(p->flow);
    refused(p, CODE_REQUIRED, TOO_MANY_CODES);
    types_code(p);
    is_in(p, "sam@example.org");
}

/* Five tries for a code, ten wrong codes for a user (spec V1, 4.11). */
static void codes_by_guessing(void **state)
{
    struct person *p = *state;

    takes_app(p, WORLD_APP);
    signs_in(p, "sam@example.org");
    for (int codes = 0; codes < FAILURES / TRIES; codes++) {
        reads(p, "sam@example.org");
        for (int tries = 0; tries < TRIES; tries++)
            types_wrong_code(p);
        types_code(p);
        if (codes + 1 < FAILURES / TRIES)
            refused(p, CODE_REQUIRED, INVALID_CODE);
        else
            refused(p, CODE_REQUIRED, USER_LOCKED);
        world_advance(&p->world, codes + 1 < FAILURES / TRIES ? RESEND : LOCK);
        doorcode_flow_resend_code(p->flow);
        expect(p, CODE_REQUIRED);
    }
    reads(p, "sam@example.org");
    types_code(p);
    is_in(p, "sam@example.org");
}

static void tokens_are_renewed(void **state)
{
    struct person *p = *state;

    signs_in(p, "tom@example.org");
    types_password(p, WORLD_PASSWORD);
    is_in(p, "tom@example.org");
    struct doorcode_flow *former = lays_aside(p);
    renews(p, former);
    is_in(p, "tom@example.org");
    assert_string_not_equal(doorcode_flow_tokens(p->flow)->refresh_token, doorcode_flow_tokens(former)->refresh_token);
    assert_string_not_equal(doorcode_flow_tokens(p->flow)->access_token, doorcode_flow_tokens(former)->access_token);
    doorcode_flow_free(former);
    ends(p);
    doorcode_token_refresh(p->client, "1.nothing", NULL, &p->flow);
    refused(p, FAILED, INVALID_GRANT);
}

/* ---- a password ---- */

static void a_password(void **state)
{
    struct person *p = *state;

    signs_in(p, "tom@example.org");
    expect(p, PASSWORD_REQUIRED);
    types_password(p, "Blue-Kettle-43");
    refused(p, PASSWORD_REQUIRED, INVALID_PASSWORD);
    assert_string_equal(doorcode_flow_error(p->flow)->suberror, "");
    assert_int_equal(doorcode_flow_error(p->flow)->codes[0], 50126);
    types_password(p, WORLD_PASSWORD);
    is_in(p, "tom@example.org");
}

static void passwords_by_guessing(void **state)
{
    struct person *p = *state;
    char guess[32];

    signs_in(p, "tom@example.org");
    for (int i = 0; i < FAILURES; i++) {
        snprintf(guess, sizeof guess, "Blue-Kettle-%d", i);
        types_password(p, guess);
        refused(p, PASSWORD_REQUIRED, INVALID_PASSWORD);
    }
    types_password(p, WORLD_PASSWORD);
    refused(p, PASSWORD_REQUIRED, USER_LOCKED);
    world_advance(&p->world, LOCK);
    types_password(p, WORLD_PASSWORD);
    is_in(p, "tom@example.org");
}

/* One client, one thread, one loop. */
static void several_at_once(void **state)
{
    enum { PEOPLE = 8 };
    struct person *p = *state;
    struct doorcode_flow *flows[PEOPLE];
    size_t done = 0;

    if (!client_in_loop)
        skip();
    for (size_t i = 0; i < PEOPLE; i++)
        (doorcode_signin_start)(p->client, i % 2 == 0 ? "tom@example.org" : "nobody@example.org", &flows[i]);
    while (done < PEOPLE) {
        client_wait_for(flows, PEOPLE);
        done = 0;
        for (size_t i = 0; i < PEOPLE; i++) {
            if (doorcode_flow_step(flows[i]) == DOORCODE_PASSWORD_REQUIRED)
                (doorcode_flow_submit_password)(flows[i], WORLD_PASSWORD);
            done += doorcode_flow_state(flows[i]) != DOORCODE_WORKING;
        }
    }
    for (size_t i = 0; i < PEOPLE; i++) {
        assert_int_equal(doorcode_flow_state(flows[i]), i % 2 == 0 ? DOORCODE_COMPLETED : DOORCODE_FAILED);
        doorcode_flow_free(flows[i]);
    }
}

/* ---- who does not get that far ---- */

static void nobody_comes_in(void **state)
{
    static const struct {
        const char *tenant, *app, *username;
        enum doorcode_error_kind kind;
    } rows[] = {
        { "petstore", WORLD_APP, "nobody@example.org", DOORCODE_ERROR_USER_NOT_FOUND },
        { "petstore", WORLD_APP, "sam", DOORCODE_ERROR_INVALID_USERNAME },
        { "nopet", WORLD_APP, "sam@example.org", DOORCODE_ERROR_TENANT_NOT_FOUND },
        { "petstore", WORLD_OTHER_APP, "sam@example.org", DOORCODE_ERROR_CLIENT_NOT_FOUND },
        { "petstore", WORLD_APP_WEB, "sam@example.org", DOORCODE_ERROR_NATIVE_DISABLED },
        { "petstore", WORLD_APP_SECRET, "sam@example.org", DOORCODE_ERROR_CLIENT_NOT_FOUND },
    };
    struct person *p = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        takes(p, rows[i].tenant, rows[i].app, 0);
        signs_in(p, rows[i].username);
        person_check(p, DOORCODE_FAILED, (int)rows[i].kind, rows[i].tenant, (int)i);
        assert_int_equal(doorcode_flow_error(p->flow)->http_status, 400);
        assert_int_equal(strlen(doorcode_flow_error(p->flow)->correlation_id), GUID_TEXT);
    }
}

static void accounts_that_are_closed(void **state)
{
    struct person *p = *state;

    signs_in(p, "dan@example.org");
    refused(p, FAILED, USER_DISABLED);
    signs_in(p, "uma@example.org");
    types_password(p, WORLD_PASSWORD);
    refused(p, FAILED, PASSWORD_RESET_REQUIRED);
}

static void a_browser_is_needed(void **state)
{
    struct person *p = *state;

    takes(p, "petstore", WORLD_APP_PASSWORD, 1);
    signs_in(p, "tom@example.org");
    expect(p, WEB_FALLBACK);
    assert_non_null(strstr(doorcode_flow_redirect_reason(p->flow), "challenge type password"));
    takes_app(p, WORLD_APP);
    signs_in(p, "gil@example.org");
    expect(p, WEB_FALLBACK);
    assert_non_null(strstr(doorcode_flow_redirect_reason(p->flow), "one-time passcode"));
    types_password(p, WORLD_PASSWORD);
    refused(p, WEB_FALLBACK, USAGE);
}

/* Spec V1, 6.22: where any verified address may take a code, an app without passwords gets one. */
static void a_code_instead_of_a_password(void **state)
{
    struct person *p = *state;

    takes(p, "aviary", WORLD_THIRD_APP, 0);
    signs_in(p, "tom@example.org");
    expect(p, PASSWORD_REQUIRED);
    takes(p, "aviary", WORLD_THIRD_APP, 1);
    signs_in(p, "tom@example.org");
    expect(p, CODE_REQUIRED);
    reads(p, "tom@example.org");
    types_code(p);
    is_in(p, "tom@example.org");
}

/* Spec V1, 6.14: a tenant that hides who is unknown takes them through the same states. */
static void unknown_users_are_hidden(void **state)
{
    static const char *const users[] = { "tom@example.org", "nobody@example.org" };
    struct person *p = *state;

    takes(p, "kennel", WORLD_OTHER_PASSWORD, 0);
    for (size_t i = 0; i < 2; i++) {
        signs_in(p, users[i]);
        expect(p, PASSWORD_REQUIRED);
        types_password(p, "Blue-Kettle-43");
        refused(p, PASSWORD_REQUIRED, INVALID_PASSWORD);
    }
    takes(p, "kennel", WORLD_OTHER_CODE, 0);
    signs_in(p, "nobody@example.org");
    expect(p, CODE_REQUIRED);
    doorcode_flow_submit_code(p->flow, "00000000");
    refused(p, CODE_REQUIRED, INVALID_CODE);
}

static void it_takes_too_long(void **state)
{
    struct person *p = *state;

    signs_in(p, "tom@example.org");
    world_advance(&p->world, TOKEN_LIFE);
    types_password(p, WORLD_PASSWORD);
    refused(p, FAILED, EXPIRED);
    takes_app(p, WORLD_APP_FACTOR);
    signs_in(p, "mia@example.org");
    types_password(p, WORLD_PASSWORD);
    expect(p, MFA_REQUIRED);
    world_advance(&p->world, TOKEN_LIFE);
    chooses(p, "email");
    refused(p, FAILED, EXPIRED);
    takes_app(p, WORLD_APP);
    signs_in(p, "sam@example.org");
    reads(p, "sam@example.org");
    world_advance(&p->world, TOKEN_LIFE);
    types_code(p);
    refused(p, FAILED, EXPIRED);
}

/* ---- a second factor ---- */

static void a_second_factor_by_email(void **state)
{
    struct person *p = *state;
    size_t count;

    takes_app(p, WORLD_APP_FACTOR);
    signs_in(p, "mia@example.org");
    expect(p, PASSWORD_REQUIRED);
    types_password(p, "Blue-Kettle-43");
    refused(p, PASSWORD_REQUIRED, INVALID_PASSWORD);
    types_password(p, WORLD_PASSWORD);
    expect(p, MFA_REQUIRED);
    assert_non_null(doorcode_flow_methods(p->flow, &count));
    assert_int_equal(count, 1);
    assert_string_equal(sees_method(p, "email")->hint, "m********g@e*********g");
    doorcode_flow_choose_method(p->flow, "another");
    refused(p, MFA_REQUIRED, USAGE);
    chooses(p, "email");
    expect(p, CODE_REQUIRED);
    assert_string_equal(doorcode_flow_challenge(p->flow)->target_label, "m********g@e*********g");
    reads(p, "mia.strong@example.org");
    types_wrong_code(p);
    types_code(p);
    is_in(p, "mia@example.org");
}

static void a_second_factor_by_text_message(void **state)
{
    struct person *p = *state;

    takes_app(p, WORLD_APP_FACTOR);
    signs_in(p, "ned@example.org");
    types_password(p, WORLD_PASSWORD);
    expect(p, MFA_REQUIRED);
    assert_string_equal(sees_method(p, "sms")->hint, "+4********7");
    chooses(p, "sms");
    expect(p, CODE_REQUIRED);
    assert_string_equal(doorcode_flow_challenge(p->flow)->channel, "sms");
    reads(p, "+4790000007");
    world_advance(&p->world, RESEND);
    doorcode_flow_resend_code(p->flow);
    expect(p, CODE_REQUIRED);
    types_code(p);
    refused(p, CODE_REQUIRED, INVALID_CODE);
    reads(p, "+4790000007");
    types_code(p);
    is_in(p, "ned@example.org");
}

/* mia gets a telephone, too. A code is of one method; the other one's dies with the change. */
static void a_choice_of_second_factors(void **state)
{
    const struct method telephone = { .id = { { 0xaa, 3 } },
                                      .user_id = { { 0xee, 8 } },
                                      .channel = CHANNEL_SMS,
                                      .target = "+4790000008",
                                      .created_at = 2 };
    const struct store_write added = { .kind = WRITE_METHOD_ADD, .method = &telephone };
    struct person *p = *state;
    size_t count;

    assert_true(err_is_ok(store_write(rooms_store(p->world.rooms), &added, 1)));
    takes_app(p, WORLD_APP_FACTOR);
    signs_in(p, "mia@example.org");
    types_password(p, WORLD_PASSWORD);
    expect(p, MFA_REQUIRED);
    assert_non_null(doorcode_flow_methods(p->flow, &count));
    assert_int_equal(count, 2);
    chooses(p, "sms");
    expect(p, CODE_REQUIRED);
    reads(p, "+4790000008");
    world_advance(&p->world, RESEND);
    chooses(p, "email");
    expect(p, CODE_REQUIRED);
    assert_string_equal(doorcode_flow_challenge(p->flow)->channel, "email");
    types_code(p);
    refused(p, CODE_REQUIRED, INVALID_CODE);
    reads(p, "mia.strong@example.org");
    types_code(p);
    is_in(p, "mia@example.org");
}

/* ---- registration ---- */

static void tom_has_to_register(struct person *p)
{
    takes_app(p, WORLD_APP_FACTOR);
    signs_in(p, "tom@example.org");
    types_password(p, WORLD_PASSWORD);
    expect(p, REGISTRATION_REQUIRED);
}

static void registration_of_another_contact(void **state)
{
    struct person *p = *state;

    tom_has_to_register(p);
    assert_string_equal(sees_method(p, "email")->hint, "tom@example.org");
    assert_string_equal(sees_method(p, "sms")->hint, "");
    registers(p, "sms", "+0123");
    refused(p, REGISTRATION_REQUIRED, INVALID_CONTACT);
    registers(p, "sms", NULL);
    refused(p, REGISTRATION_REQUIRED, INVALID_CONTACT);
    registers(p, "email", "tom@blocked.example");
    refused(p, REGISTRATION_REQUIRED, CONTACT_BLOCKED);
    registers(p, "sms", "+19005550100");
    refused(p, REGISTRATION_REQUIRED, CONTACT_BLOCKED);
    registers(p, "email", "tom.strong@example.org");
    expect(p, CODE_REQUIRED);
    reads(p, "tom.strong@example.org");
    registers(p, "sms", "+47 900 00 008");
    expect(p, CODE_REQUIRED);
    assert_string_equal(doorcode_flow_challenge(p->flow)->target_label, "+4790000008");
    types_code(p); /* of the address that was given up */
    refused(p, CODE_REQUIRED, INVALID_CODE);
    reads(p, "+4790000008");
    types_wrong_code(p);
    world_advance(&p->world, RESEND);
    doorcode_flow_resend_code(p->flow);
    expect(p, CODE_REQUIRED);
    reads(p, "+4790000008");
    types_code(p);
    is_in(p, "tom@example.org");
    signs_in(p, "tom@example.org");
    types_password(p, WORLD_PASSWORD);
    expect(p, MFA_REQUIRED);
    assert_string_equal(sees_method(p, "sms")->hint, "+4********8");
}

static void registration_of_a_risky_contact(void **state)
{
    struct person *p = *state;

    tom_has_to_register(p);
    registers(p, "sms", "+19015550100");
    expect(p, WEB_FALLBACK);
    assert_string_equal(doorcode_flow_redirect_reason(p->flow), "The contact is of high risk");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, person_born, person_gone)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_code),
        TEST(another_code),
        TEST(a_resend_that_fails_voids_nothing),
        TEST(codes_by_guessing),
        TEST(tokens_are_renewed),
        TEST(a_password),
        TEST(passwords_by_guessing),
        TEST(several_at_once),
        TEST(nobody_comes_in),
        TEST(accounts_that_are_closed),
        TEST(a_browser_is_needed),
        TEST(a_code_instead_of_a_password),
        TEST(unknown_users_are_hidden),
        TEST(it_takes_too_long),
        TEST(a_second_factor_by_email),
        TEST(a_second_factor_by_text_message),
        TEST(a_choice_of_second_factors),
        TEST(registration_of_another_contact),
        TEST(registration_of_a_risky_contact),
    };

    return client_run_both("server and client: sign-in", tests);
}
