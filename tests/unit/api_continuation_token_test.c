/* SPDX-License-Identifier: Apache-2.0 */
/* A sealed continuation token: its own server reads it for a day and a bit; a changed, cut or foreign one nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/continuation_token.h"

#include "base/b64.h"
#include "support/continuation_sample.h"

#include <string.h>

enum { DAY = 86400, MIDNIGHT = SAMPLE_NOW / DAY * DAY };

static const uint8_t master[VAULT_MASTER] = "thirty-two bytes of invented key";

struct sealed {
    char block[8192];
    struct arena arena;
    char text[LIMIT_CONTINUATION_TOKEN];
    struct slice token; /* in text */
};

static int set_up(void **state)
{
    return (int)vault_new(master, (struct vault **)state).code;
}

static int tear_down(void **state)
{
    vault_free(*state);
    return 0;
}

static void seal(const struct vault *v, const struct continuation *c, struct sealed *s)
{
    struct slice token;

    arena_init(&s->arena, s->block, sizeof s->block);
    assert_int_equal(continuation_seal(v, c, &s->arena, &token).code, ERR_OK);
    assert_in_range(token.n, 1, sizeof s->text);
    memcpy(s->text, token.p, token.n);
    s->token = slice_bytes(s->text, token.n);
}

static bool opens(const struct vault *v, struct slice token, instant now)
{
    static char block[16384];
    struct continuation c;
    struct arena arena;

    arena_init(&arena, block, sizeof block);
    err opened = continuation_open(v, token, now, &arena, &c);

    assert_true(opened.code == ERR_OK || opened.code == ERR_FORMAT || opened.code == ERR_CRYPTO);
    return err_is_ok(opened);
}

static void test_it_opens_as_it_was(void **state)
{
    struct continuation c = continuation_sample("Sam@example.org");
    struct continuation back;
    struct sealed s, again;

    seal(*state, &c, &s);
    assert_int_equal(continuation_open(*state, s.token, SAMPLE_NOW, &s.arena, &back).code, ERR_OK);
    assert_same_continuation(&back, &c);
    seal(*state, &c, &again); /* the same state, the same text */
    assert_true(slice_eq(s.token, again.token));
    c.serial++;
    seal(*state, &c, &again);
    assert_false(slice_eq(s.token, again.token));
}

static void test_it_tells_nothing(void **state)
{
    struct continuation c = continuation_sample("Sam@example.org");
    uint8_t raw[LIMIT_CONTINUATION_TOKEN];
    struct sealed s;
    size_t n;

    seal(*state, &c, &s);
    assert_true(b64url_decode(s.token, raw, sizeof raw, &n));
    assert_null(memmem(raw, n, "Sam", 3));
    assert_null(memmem(raw, n, c.tenant_id.b, sizeof c.tenant_id.b));
}

static void test_no_character_can_be_changed(void **state)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ .";
    struct continuation c = continuation_sample("Sam@example.org");
    struct sealed s;

    seal(*state, &c, &s);
    for (size_t i = 0; i < s.token.n; i++) {
        char kept = s.text[i];
        for (size_t k = 0; k < sizeof alphabet; k++) { /* NUL too */
            s.text[i] = alphabet[k];
            assert_int_equal(opens(*state, s.token, SAMPLE_NOW), alphabet[k] == kept);
        }
        s.text[i] = kept;
    }
}

static void test_no_part_is_enough(void **state)
{
    struct continuation c = continuation_sample("Sam@example.org");
    char longer[LIMIT_CONTINUATION_TOKEN + 1];
    struct sealed s;

    seal(*state, &c, &s);
    for (size_t n = 0; n < s.token.n; n++) {
        assert_false(opens(*state, slice_bytes(s.text, n), SAMPLE_NOW));
        assert_false(opens(*state, slice_from(s.token, s.token.n - n), SAMPLE_NOW));
    }
    memset(longer, 'A', sizeof longer);
    memcpy(longer, s.text, s.token.n);
    for (size_t n = s.token.n + 1; n <= sizeof longer; n++)
        assert_false(opens(*state, slice_bytes(longer, n), SAMPLE_NOW));
}

static void test_the_longest_fits_and_opens(void **state)
{
    char name[LIMIT_EMAIL + 1] = "";
    struct continuation back;
    struct sealed s;

    memset(name, 'n', LIMIT_EMAIL);
    struct continuation c = continuation_sample(name);
    seal(*state, &c, &s);
    assert_int_equal(continuation_open(*state, s.token, SAMPLE_NOW, &s.arena, &back).code, ERR_OK);
    assert_same_continuation(&back, &c);
}

/* The key of a day opens from the day before (a clock ahead) to the day after. */
static void test_its_key_goes_with_the_days(void **state)
{
    struct continuation c = continuation_sample("Sam@example.org");
    struct sealed s;

    c.issued_at = MIDNIGHT + DAY - 1; /* a second before the next day */
    seal(*state, &c, &s);
    assert_true(opens(*state, s.token, MIDNIGHT + DAY));
    assert_true(opens(*state, s.token, MIDNIGHT + 2 * DAY - 1));
    assert_false(opens(*state, s.token, MIDNIGHT + 2 * DAY));
    assert_true(opens(*state, s.token, MIDNIGHT - DAY));
    assert_false(opens(*state, s.token, MIDNIGHT - DAY - 1));
    assert_false(opens(*state, s.token, MIDNIGHT + 400 * DAY));
}

/* The day in front is not believed: with another day's number the seal does not open. */
static void test_the_day_cannot_be_rewritten(void **state)
{
    struct continuation c = continuation_sample("Sam@example.org");
    uint8_t raw[LIMIT_CONTINUATION_TOKEN];
    char text[LIMIT_CONTINUATION_TOKEN];
    struct sealed s;
    struct buf out;
    size_t n;

    seal(*state, &c, &s);
    assert_true(b64url_decode(s.token, raw, sizeof raw, &n));
    for (int shift = -1; shift <= 1; shift++) {
        uint32_t day = (uint32_t)(SAMPLE_NOW / DAY + shift);
        for (int i = 0; i < 4; i++)
            raw[i] = (uint8_t)(day >> (24 - 8 * i));
        buf_init(&out, text, sizeof text);
        b64url_put(&out, raw, n);
        assert_int_equal(opens(*state, buf_slice(&out), SAMPLE_NOW), shift == 0);
    }
}

static void test_another_server_does_not_open_it(void **state)
{
    struct continuation c = continuation_sample("Sam@example.org");
    uint8_t other[VAULT_MASTER];
    struct vault *stranger;
    struct sealed s;

    memcpy(other, master, sizeof other);
    other[5] ^= 0x80;
    assert_int_equal(vault_new(other, &stranger).code, ERR_OK);
    seal(*state, &c, &s);
    assert_false(opens(stranger, s.token, SAMPLE_NOW));
    vault_free(stranger);
}

static void test_an_arena_without_room(void **state)
{
    struct continuation c = continuation_sample("Sam@example.org");
    char block[64];
    struct arena arena;
    struct slice token;

    arena_init(&arena, block, sizeof block);
    assert_int_equal(continuation_seal(*state, &c, &arena, &token).code, ERR_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_opens_as_it_was),          cmocka_unit_test(test_it_tells_nothing),
        cmocka_unit_test(test_no_character_can_be_changed), cmocka_unit_test(test_no_part_is_enough),
        cmocka_unit_test(test_the_longest_fits_and_opens),  cmocka_unit_test(test_its_key_goes_with_the_days),
        cmocka_unit_test(test_the_day_cannot_be_rewritten), cmocka_unit_test(test_another_server_does_not_open_it),
        cmocka_unit_test(test_an_arena_without_room),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
