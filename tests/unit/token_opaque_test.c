/* SPDX-License-Identifier: Apache-2.0 */
/* Refresh tokens, codes and device codes as text: read back to the letter, and no other letter is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "token/opaque.h"

#include <string.h>

static const uint8_t master[VAULT_MASTER] = "thirty-two bytes of invented key";

static int set_up(void **state)
{
    return (int)vault_new(master, (struct vault **)state).code;
}

static int tear_down(void **state)
{
    vault_free(*state);
    return 0;
}

static void test_what_was_made_is_read(void **state)
{
    static const uint64_t ids[] = { 1, 255, 256, 1ULL << 32, INT64_MAX };
    struct opaque text;
    uint8_t made[OPAQUE_HASH];
    uint8_t read[OPAQUE_HASH];
    uint64_t id;

    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        opaque_make(*state, &rng_system, OPAQUE_REFRESH, ids[i], &text, made);
        assert_int_equal(strlen(text.c), OPAQUE_TEXT);
        assert_memory_equal(text.c, "1.", 2);
        assert_true(opaque_parse(*state, OPAQUE_REFRESH, slice_of(text.c), &id, read));
        assert_int_equal(id, ids[i]);
        assert_memory_equal(read, made, OPAQUE_HASH);
    }
}

static void test_each_is_another(void **state)
{
    struct opaque a, b;
    uint8_t hash_a[OPAQUE_HASH];
    uint8_t hash_b[OPAQUE_HASH];

    opaque_make(*state, &rng_system, OPAQUE_REFRESH, 7, &a, hash_a);
    opaque_make(*state, &rng_system, OPAQUE_REFRESH, 7, &b, hash_b);
    assert_string_not_equal(a.c, b.c);
    assert_memory_not_equal(hash_a, hash_b, OPAQUE_HASH);
}

/* Who reads the table cannot make a token, who changes a token finds no row, another server's hash is another. */
static void test_the_hash_is_of_all_of_it_and_keyed(void **state)
{
    uint8_t other[VAULT_MASTER];
    struct vault *stranger;
    struct opaque text;
    uint8_t made[OPAQUE_HASH];
    uint8_t read[OPAQUE_HASH];
    uint64_t id;

    memcpy(other, master, sizeof other);
    other[0] ^= 1;
    assert_int_equal(vault_new(other, &stranger).code, ERR_OK);
    opaque_make(*state, &rng_system, OPAQUE_REFRESH, 7, &text, made);
    assert_true(opaque_parse(stranger, OPAQUE_REFRESH, slice_of(text.c), &id, read));
    assert_memory_not_equal(read, made, OPAQUE_HASH);
    vault_free(stranger);
    for (size_t i = 2; i < OPAQUE_TEXT; i++) {
        char kept = text.c[i];
        text.c[i] = kept == 'A' ? 'Q' : 'A';
        if (opaque_parse(*state, OPAQUE_REFRESH, slice_of(text.c), &id, read))
            assert_memory_not_equal(read, made, OPAQUE_HASH);
        text.c[i] = kept;
    }
}

static void refuse(const struct vault *v, struct slice text)
{
    uint8_t hash[OPAQUE_HASH];
    uint64_t id;

    if (opaque_parse(v, OPAQUE_REFRESH, text, &id, hash))
        fail_msg("read: %.*s", SLICE_ARGS(text));
}

static void test_other_forms_are_refused(void **state)
{
    static const char bad[] = { '=', '+', '/', ' ', '.', '%', '\0', '\n', (char)0xc3 };
    struct opaque text;
    uint8_t hash[OPAQUE_HASH];
    char copy[OPAQUE_TEXT + 4];

    opaque_make(*state, &rng_system, OPAQUE_REFRESH, 0x0102030405060708, &text, hash);
    for (size_t n = 0; n < OPAQUE_TEXT; n++)
        refuse(*state, slice_bytes(text.c, n));
    for (size_t i = 0; i < OPAQUE_TEXT; i++)
        for (size_t k = 0; k < sizeof bad; k++) {
            memcpy(copy, text.c, OPAQUE_TEXT);
            copy[i] = bad[k];
            if (copy[i] != text.c[i])
                refuse(*state, slice_bytes(copy, OPAQUE_TEXT));
        }
    memcpy(copy, text.c, OPAQUE_TEXT);
    memcpy(copy + OPAQUE_TEXT, "AAAA", 4);
    for (size_t extra = 1; extra <= 4; extra++)
        refuse(*state, slice_bytes(copy, OPAQUE_TEXT + extra));
    copy[0] = '0';
    refuse(*state, slice_bytes(copy, OPAQUE_TEXT));
    refuse(*state, slice_from(slice_of(text.c), 2));
}

/* The last character of 40 bytes carries two bits of them and four that say nothing: those are zero, or it is
 * refused. */
static void test_stray_bits_are_refused(void **state)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    struct opaque text;
    uint8_t hash[OPAQUE_HASH];
    uint64_t id;
    int read = 0;

    opaque_make(*state, &rng_system, OPAQUE_REFRESH, 7, &text, hash);
    for (size_t i = 0; i < 64; i++) {
        text.c[OPAQUE_TEXT - 1] = alphabet[i];
        read += opaque_parse(*state, OPAQUE_REFRESH, slice_of(text.c), &id, hash);
    }
    assert_int_equal(read, 4);
}

static void test_ids_that_no_row_has_are_refused(void **state)
{
    static const uint64_t ids[] = { 0, (uint64_t)INT64_MAX + 1, UINT64_MAX };
    struct opaque text;
    uint8_t hash[OPAQUE_HASH];

    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        opaque_make(*state, &rng_system, OPAQUE_REFRESH, ids[i], &text, hash);
        refuse(*state, slice_of(text.c));
    }
}

/* Each kind has its own prefix and its own key. */
static void test_no_kind_passes_for_another(void **state)
{
    static const char prefixes[] = { '1', '0', '2' };
    uint8_t made[OPAQUE_HASH];
    uint8_t read[OPAQUE_HASH];
    struct opaque text;
    uint64_t id;

    for (enum opaque_kind a = OPAQUE_REFRESH; a <= OPAQUE_DEVICE; a++)
        for (enum opaque_kind b = OPAQUE_REFRESH; b <= OPAQUE_DEVICE; b++) {
            opaque_make(*state, &rng_system, a, 7, &text, made);
            assert_int_equal(text.c[0], prefixes[a]);
            assert_int_equal(opaque_parse(*state, b, slice_of(text.c), &id, read), a == b);
            text.c[0] = prefixes[b];
            assert_true(opaque_parse(*state, b, slice_of(text.c), &id, read));
            assert_int_equal(memcmp(made, read, sizeof made) == 0, a == b);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_made_is_read),
        cmocka_unit_test(test_each_is_another),
        cmocka_unit_test(test_the_hash_is_of_all_of_it_and_keyed),
        cmocka_unit_test(test_other_forms_are_refused),
        cmocka_unit_test(test_stray_bits_are_refused),
        cmocka_unit_test(test_ids_that_no_row_has_are_refused),
        cmocka_unit_test(test_no_kind_passes_for_another),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
