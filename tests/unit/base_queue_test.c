/* SPDX-License-Identifier: Apache-2.0 */
/* queue.h: order, the bound, waiting and stopping, and that threads lose and double nothing. */
#include "base/queue.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

static int64_t milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void keeps_order_across_the_ring(void **state)
{
    (void)state;
    int items[10];
    void *taken[10];
    struct queue *q = queue_new(4);
    size_t next_in = 0;
    size_t next_out = 0;

    assert_non_null(q);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 3; i++)
            assert_true(err_is_ok(queue_put(q, &items[next_in++])));
        assert_int_equal(queue_length(q), 3);
        assert_int_equal(queue_take(q, taken, 2, 0), 2);
        assert_ptr_equal(taken[0], &items[next_out++]);
        assert_ptr_equal(taken[1], &items[next_out++]);
        assert_int_equal(queue_take(q, taken, 10, 0), 1);
        assert_ptr_equal(taken[0], &items[next_out++]);
    }
    queue_free(q);
}

static void answers_full_at_once(void **state)
{
    (void)state;
    int item;
    void *taken[2];
    struct queue *q = queue_new(2);

    assert_true(err_is_ok(queue_put(q, &item)));
    assert_true(err_is_ok(queue_put(q, &item)));
    assert_int_equal(queue_put(q, &item).code, ERR_FULL);
    assert_int_equal(queue_take(q, taken, 1, 0), 1);
    assert_true(err_is_ok(queue_put(q, &item)));
    assert_int_equal(queue_length(q), 2);
    queue_free(q);
}

static void waits_its_time_and_no_longer(void **state)
{
    (void)state;
    void *taken[1];
    struct queue *q = queue_new(1);

    int64_t start = milliseconds();
    assert_int_equal(queue_take(q, taken, 1, 0), 0);
    assert_int_equal(queue_take(q, taken, 1, 30), 0);
    int64_t waited = milliseconds() - start;
    assert_true(waited >= 29 && waited < 5000);
    queue_free(q);
}

static void hands_out_what_is_left_after_a_stop(void **state)
{
    (void)state;
    int item;
    void *taken[4];
    struct queue *q = queue_new(4);

    assert_true(err_is_ok(queue_put(q, &item)));
    assert_false(queue_stopped(q));
    queue_stop(q);
    assert_true(queue_stopped(q));
    assert_int_equal(queue_put(q, &item).code, ERR_STOPPING);
    assert_int_equal(queue_take(q, taken, 4, -1), 1);
    assert_int_equal(queue_take(q, taken, 4, -1), 0);
    queue_free(q);
}

static void *take_one(void *ctx)
{
    void *taken[1] = { NULL };

    return queue_take(ctx, taken, 1, -1) == 1 ? taken[0] : NULL;
}

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000L }, NULL);
}

static void wakes_a_waiting_taker(void **state)
{
    (void)state;
    int item;
    pthread_t thread;
    void *got;
    struct queue *q = queue_new(1);

    assert_int_equal(pthread_create(&thread, NULL, take_one, q), 0);
    pause_ms(20);
    assert_true(err_is_ok(queue_put(q, &item)));
    pthread_join(thread, &got);
    assert_ptr_equal(got, &item);
    assert_int_equal(pthread_create(&thread, NULL, take_one, q), 0);
    pause_ms(20);
    queue_stop(q);
    pthread_join(thread, &got);
    assert_null(got);
    queue_free(q);
}

enum { PRODUCERS = 4, EACH = 5000 };

struct load {
    struct queue *q;
    unsigned char (*seen)[EACH];
    unsigned producer;
};

static void *produce(void *ctx)
{
    struct load *load = ctx;

    for (unsigned i = 0; i < EACH;) {
        if (err_is_ok(queue_put(load->q, &load->seen[load->producer][i])))
            i++;
        else
            pause_ms(1);
    }
    return NULL;
}

/* One taker, as the store's writer is; producers meet a queue that is often full. */
static void loses_and_doubles_nothing(void **state)
{
    (void)state;
    static unsigned char seen[PRODUCERS][EACH];
    struct queue *q = queue_new(64);
    struct load loads[PRODUCERS];
    pthread_t threads[PRODUCERS];
    void *taken[50];

    for (unsigned i = 0; i < PRODUCERS; i++) {
        loads[i] = (struct load){ q, seen, i };
        assert_int_equal(pthread_create(&threads[i], NULL, produce, &loads[i]), 0);
    }
    for (size_t total = 0; total < PRODUCERS * EACH;) {
        size_t n = queue_take(q, taken, 50, 60000);
        assert_true(n > 0);
        for (size_t i = 0; i < n; i++)
            ++*(unsigned char *)taken[i];
        total += n;
    }
    for (unsigned i = 0; i < PRODUCERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(queue_length(q), 0);
    for (unsigned i = 0; i < PRODUCERS; i++)
        for (unsigned k = 0; k < EACH; k++)
            assert_int_equal(seen[i][k], 1);
    queue_free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_order_across_the_ring),  cmocka_unit_test(answers_full_at_once),
        cmocka_unit_test(waits_its_time_and_no_longer), cmocka_unit_test(hands_out_what_is_left_after_a_stop),
        cmocka_unit_test(wakes_a_waiting_taker),        cmocka_unit_test(loses_and_doubles_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
