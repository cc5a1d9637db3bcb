/* SPDX-License-Identifier: Apache-2.0 */
/* Every state of a device's code against everything that can be wrong with the request, alone and two at a time: the answer
 * is that of the first in the order of precedence, and only a code that is let go on, by its own application, in time, by a
 * user who still stands behind it, is redeemed. */
#include "flow/device.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { NOW = 1800000000 };

struct world {
    struct device_code code;
    struct user user;
    struct device_facts facts;
};

static struct world world_of(enum device_state state)
{
    struct world w;

    memset(&w, 0, sizeof w);
    w.code = (struct device_code){ .id = 7,
                                   .tenant_id = { { 1 } },
                                   .client_id = { { 3 } },
                                   .state = state,
                                   .authenticated_at = NOW - 100,
                                   .issued_at = NOW - 200,
                                   .expires_at = NOW + 1 };
    w.user = (struct user){ .id = { { 2 } }, .enabled = true, .sessions_valid_from = NOW - 100 };
    w.facts = (struct device_facts){ .tenant_id = { { 1 } }, .client_id = { { 3 } }, .secret_right = true, .now = NOW };
    return w;
}

static enum error_id decide(struct world *w)
{
    w->facts.code = w->code.id == 0 ? NULL : &w->code;
    w->facts.user = w->code.state != DEVICE_GRANTED || guid_is_nil(w->user.id) ? NULL : &w->user;
    return device_decide(&w->facts);
}

static void no_code(struct world *w)
{
    w->code.id = 0;
}

static void wrong_secret(struct world *w)
{
    w->facts.secret_right = false;
}

static void other_tenant(struct world *w)
{
    w->facts.tenant_id = (struct guid){ { 9 } };
}

static void other_client(struct world *w)
{
    w->facts.client_id = (struct guid){ { 9 } };
}

static void expired(struct world *w)
{
    w->facts.now = NOW + 1;
}

static void user_gone(struct world *w)
{
    w->user.id = GUID_NIL;
}

static void user_disabled(struct world *w)
{
    w->user.enabled = false;
}

static void sessions_ended(struct world *w)
{
    w->user.sessions_valid_from = NOW - 99;
}

static void nothing(struct world *w)
{
    (void)w;
}

/* In the order of precedence; what each state answers. */
static const struct {
    void (*spoil)(struct world *);
    enum error_id answers[DEVICE_STATES]; /* pending, granted, declined, used */
} rows[] = {
    { no_code, { ERROR_DEVICE_CODE_WRONG, ERROR_DEVICE_CODE_WRONG, ERROR_DEVICE_CODE_WRONG, ERROR_DEVICE_CODE_WRONG } },
    { wrong_secret,
      { ERROR_DEVICE_CODE_WRONG, ERROR_DEVICE_CODE_WRONG, ERROR_DEVICE_CODE_WRONG, ERROR_DEVICE_CODE_WRONG } },
    { other_tenant,
      { ERROR_DEVICE_CODE_WRONG, ERROR_DEVICE_CODE_WRONG, ERROR_DEVICE_CODE_WRONG, ERROR_DEVICE_CODE_WRONG } },
    { other_client,
      { ERROR_DEVICE_CODE_WRONG, ERROR_DEVICE_CODE_WRONG, ERROR_DEVICE_CODE_WRONG, ERROR_DEVICE_CODE_WRONG } },
    { expired,
      { ERROR_DEVICE_CODE_EXPIRED, ERROR_DEVICE_CODE_EXPIRED, ERROR_DEVICE_CODE_EXPIRED, ERROR_DEVICE_CODE_REDEEMED } },
    { user_gone, { ERROR_DEVICE_PENDING, ERROR_USER_GONE, ERROR_DEVICE_REFUSED, ERROR_DEVICE_CODE_REDEEMED } },
    { user_disabled, { ERROR_DEVICE_PENDING, ERROR_USER_DISABLED, ERROR_DEVICE_REFUSED, ERROR_DEVICE_CODE_REDEEMED } },
    { sessions_ended,
      { ERROR_DEVICE_PENDING, ERROR_REFRESH_REVOKED, ERROR_DEVICE_REFUSED, ERROR_DEVICE_CODE_REDEEMED } },
    { nothing, { ERROR_DEVICE_PENDING, ERROR_NONE, ERROR_DEVICE_REFUSED, ERROR_DEVICE_CODE_REDEEMED } },
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static void test_every_state_and_pair_of_reasons(void **state)
{
    unsigned redeemed = 0;

    (void)state;
    for (enum device_state s = 0; s < DEVICE_STATES; s++)
        for (size_t i = 0; i < ROWS; i++)
            for (size_t k = i; k < ROWS; k++) {
                struct world w = world_of(s);
                rows[i].spoil(&w);
                rows[k].spoil(&w);
                enum error_id answer = decide(&w);
                assert_int_equal(answer, rows[i].answers[s]);
                redeemed += answer == ERROR_NONE;
            }
    assert_int_equal(redeemed, 1);
}

static void test_who_waits(void **state)
{
    (void)state;
    assert_false(device_waits(NULL, NOW));
    for (enum device_state s = 0; s < DEVICE_STATES; s++) {
        struct world w = world_of(s);
        assert_int_equal(device_waits(&w.code, NOW), s == DEVICE_PENDING);
        assert_false(device_waits(&w.code, NOW + 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_state_and_pair_of_reasons),
                                        cmocka_unit_test(test_who_waits) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
