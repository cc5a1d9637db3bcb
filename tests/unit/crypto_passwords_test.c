/* SPDX-License-Identifier: Apache-2.0 */
/* Password hashes on their workers, with parameters small enough for a test. */
#include "crypto/passwords.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static const struct password_options small = { .workers = 2, .memory_kib = 8, .passes = 1, .queue = 4 };

static atomic_int done_count;

static void count_done(struct password_job *job)
{
    (void)job;
    atomic_fetch_add(&done_count, 1);
}

static void wait_for(int n)
{
    const struct timespec pause = { .tv_nsec = 1000000 };

    for (int i = 0; i < 20000 && atomic_load(&done_count) < n; i++)
        nanosleep(&pause, NULL);
    assert_int_equal(atomic_load(&done_count), n);
}

static void run(struct passwords *p, struct password_job *job, enum password_work work, const char *password)
{
    job->work = work;
    job->done = count_done;
    snprintf(job->password, sizeof job->password, "%s", password);
    atomic_store(&done_count, 0);
    assert_int_equal(passwords_submit(p, job).code, ERR_OK);
    wait_for(1);
    assert_int_equal(job->result.code, ERR_OK);
}

static struct passwords *begin(const struct password_options *options)
{
    struct passwords *p = NULL;

    assert_int_equal(passwords_new(options, &p).code, ERR_OK);
    return p;
}

static void test_hash_and_verify(void **state)
{
    static const char zero[LIMIT_PASSWORD + 1];
    struct password_job job = { .ctx = NULL };
    struct passwords *p = begin(&small);

    (void)state;
    run(p, &job, PASSWORD_HASH, "Blue-Kettle-42");
    assert_int_equal(strncmp(job.hash, "$argon2id$v=19$m=8,t=1,p=1$", 27), 0);
    assert_memory_equal(job.password, zero, sizeof zero); /* wiped */
    run(p, &job, PASSWORD_VERIFY, "Blue-Kettle-42");
    assert_true(job.matches && !job.stale);
    run(p, &job, PASSWORD_VERIFY, "Blue-Kettle-43");
    assert_false(job.matches || job.stale);
    run(p, &job, PASSWORD_VERIFY, "");
    assert_false(job.matches);
    passwords_free(p);
}

/* Two hashes of one password differ: there is salt. */
static void test_salt(void **state)
{
    struct password_job one = { .ctx = NULL }, two = { .ctx = NULL };
    struct passwords *p = begin(&small);

    (void)state;
    run(p, &one, PASSWORD_HASH, "Blue-Kettle-42");
    run(p, &two, PASSWORD_HASH, "Blue-Kettle-42");
    assert_string_not_equal(one.hash, two.hash);
    passwords_free(p);
}

static void test_stale_parameters(void **state)
{
    struct password_options stronger = small;
    struct password_job job = { .ctx = NULL };
    struct passwords *p = begin(&small);

    (void)state;
    run(p, &job, PASSWORD_HASH, "Blue-Kettle-42");
    passwords_free(p);
    stronger.memory_kib = 16;
    p = begin(&stronger);
    run(p, &job, PASSWORD_VERIFY, "Blue-Kettle-42");
    assert_true(job.matches && job.stale);
    passwords_free(p);
    stronger = small;
    stronger.passes = 2;
    p = begin(&stronger);
    run(p, &job, PASSWORD_VERIFY, "Blue-Kettle-42");
    assert_true(job.matches && job.stale);
    run(p, &job, PASSWORD_VERIFY, "another");
    assert_false(job.matches || job.stale);
    passwords_free(p);
}

/* No hash, and hashes that are none, match nothing. */
static void test_nobody(void **state)
{
    static const char *const hashes[] = { "", "$", "$argon2id$v=19$m=8,t=1,p=1$", "plain",
                                          "$2b$12$aaaaaaaaaaaaaaaaaaaaaa" };
    struct passwords *p = begin(&small);

    (void)state;
    for (size_t i = 0; i < sizeof hashes / sizeof hashes[0]; i++) {
        struct password_job job = { .ctx = NULL };
        snprintf(job.hash, sizeof job.hash, "%s", hashes[i]);
        run(p, &job, PASSWORD_VERIFY, "plain");
        assert_false(job.matches || job.stale);
    }
    passwords_free(p);
}

/* The clock of the worker's own thread, so that a busy machine does not disturb. */
static void note_time(struct password_job *job)
{
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, job->ctx);
    atomic_fetch_add(&done_count, 1);
}

static int64_t one_verify_time(const char *hash)
{
    const struct password_options one = { .workers = 1, .memory_kib = 4096, .passes = 4, .queue = 4 };
    struct timespec times[2];
    struct password_job jobs[2];
    struct passwords *p = begin(&one);

    atomic_store(&done_count, 0);
    for (size_t i = 0; i < 2; i++) { /* the first one warms up */
        jobs[i] = (struct password_job){ .work = PASSWORD_VERIFY, .done = note_time, .ctx = &times[i] };
        snprintf(jobs[i].password, sizeof jobs[i].password, "Blue-Kettle-43");
        snprintf(jobs[i].hash, sizeof jobs[i].hash, "%s", hash);
        assert_int_equal(passwords_submit(p, &jobs[i]).code, ERR_OK);
        wait_for((int)i + 1);
        assert_false(jobs[i].matches);
    }
    passwords_free(p);
    return (times[1].tv_sec - times[0].tv_sec) * 1000000000LL + times[1].tv_nsec - times[0].tv_nsec;
}

/* The least of some: what a machine does beside its work is only ever added. */
static int64_t verify_time(const char *hash)
{
    int64_t least = INT64_MAX;

    for (int i = 0; i < 5; i++) {
        int64_t time = one_verify_time(hash);
        least = time < least ? time : least;
    }
    return least;
}

/* Without a hash a wrong password costs what it costs with one. */
static void test_nobody_takes_as_long(void **state)
{
    const struct password_options same = { .workers = 1, .memory_kib = 4096, .passes = 4, .queue = 4 };
    struct password_job job = { .ctx = NULL };
    struct passwords *p = begin(&same);

    (void)state;
    run(p, &job, PASSWORD_HASH, "Blue-Kettle-42");
    passwords_free(p);
    int64_t somebody = verify_time(job.hash), nobody = verify_time("");
    assert_true(somebody > 100000); /* not refused before its work */
    assert_true(nobody > somebody / 3 && nobody < somebody * 3);
}

enum { CROWD = 4, EACH = 100 };

static atomic_int refused;

static void *submit_many(void *passwords)
{
    struct password_job *jobs = calloc(EACH, sizeof *jobs);

    for (size_t i = 0; i < EACH; i++) {
        jobs[i] = (struct password_job){ .work = PASSWORD_VERIFY, .done = count_done, .password = "Blue-Kettle-42" };
        if (!err_is_ok(passwords_submit(passwords, &jobs[i])))
            atomic_fetch_add(&refused, 1);
    }
    return jobs;
}

/* Of many at once each is answered or refused, once. */
static void test_crowd(void **state)
{
    pthread_t threads[CROWD];
    void *jobs[CROWD];
    struct passwords *p = begin(&small);

    (void)state;
    atomic_store(&done_count, 0);
    atomic_store(&refused, 0);
    for (size_t i = 0; i < CROWD; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, submit_many, p), 0);
    for (size_t i = 0; i < CROWD; i++)
        pthread_join(threads[i], &jobs[i]);
    wait_for(CROWD * EACH - atomic_load(&refused));
    passwords_free(p);
    assert_int_equal(atomic_load(&done_count) + atomic_load(&refused), CROWD * EACH);
    for (size_t i = 0; i < CROWD; i++)
        free(jobs[i]);
}

/* More than can wait are refused at once; all that were taken are answered, also at the end. */
static void test_full_queue_and_stop(void **state)
{
    enum { JOBS = 64 };
    static struct password_job jobs[JOBS];
    static const char zero[LIMIT_PASSWORD + 1];
    const struct password_options slow = { .workers = 1, .memory_kib = 1024, .passes = 4, .queue = 4 };
    struct passwords *p = begin(&slow);
    int taken = 0, answered = 0, wiped = 0;

    (void)state;
    atomic_store(&done_count, 0);
    for (int i = 0; i < JOBS; i++) {
        jobs[i] = (struct password_job){ .work = PASSWORD_HASH, .done = count_done };
        snprintf(jobs[i].password, sizeof jobs[i].password, "password %d", i);
        err submitted = passwords_submit(p, &jobs[i]);
        assert_true(err_is_ok(submitted) || submitted.code == ERR_FULL);
        taken += err_is_ok(submitted);
    }
    assert_in_range(taken, 4, JOBS - 1);
    passwords_free(p);
    assert_int_equal(atomic_load(&done_count), taken);
    for (int i = 0; i < JOBS; i++)
        answered += jobs[i].hash[0] == '$' || jobs[i].result.code == ERR_STOPPING;
    assert_int_equal(answered, taken);
    for (int i = 0; i < JOBS; i++)
        wiped += memcmp(jobs[i].password, zero, sizeof zero) == 0;
    assert_int_equal(wiped, taken); /* also of those that were stopped; the others are their caller's still */
}

static void test_bad_parameters(void **state)
{
    static const struct password_options bad[] = {
        { .workers = 0, .memory_kib = 8, .passes = 1, .queue = 4 },
        { .workers = 17, .memory_kib = 8, .passes = 1, .queue = 4 },
        { .workers = 1, .memory_kib = 7, .passes = 1, .queue = 4 },
        { .workers = 1, .memory_kib = 8, .passes = 0, .queue = 4 },
    };
    struct passwords *p = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(passwords_new(&bad[i], &p).code, ERR_FORMAT);
    assert_null(p);
    assert_int_equal(passwords_memory(&password_options_default), 2 * 19456 * 1024);
}

struct class_of_thread {
    int policy;
    char name[16];
};

static void note_class(struct password_job *job)
{
    struct class_of_thread *c = job->ctx;
    struct sched_param param;

    (void)pthread_getschedparam(pthread_self(), &c->policy, &param);
    (void)pthread_getname_np(pthread_self(), c->name, sizeof c->name);
    atomic_fetch_add(&done_count, 1);
}

/* The workers are of the class that gives way at once, so that hashing takes only what other requests leave. */
static void test_workers_give_way(void **state)
{
    struct class_of_thread seen = { .policy = -1 };
    struct password_job job = { .work = PASSWORD_HASH, .done = note_class, .ctx = &seen, .password = "Blue-Kettle-42" };
    struct passwords *p = begin(&small);

    (void)state;
    atomic_store(&done_count, 0);
    assert_int_equal(passwords_submit(p, &job).code, ERR_OK);
    wait_for(1);
    passwords_free(p);
    assert_int_equal(seen.policy, SCHED_IDLE);
    assert_string_equal(seen.name, "password");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash_and_verify),      cmocka_unit_test(test_salt),
        cmocka_unit_test(test_stale_parameters),     cmocka_unit_test(test_nobody),
        cmocka_unit_test(test_full_queue_and_stop),  cmocka_unit_test(test_bad_parameters),
        cmocka_unit_test(test_nobody_takes_as_long), cmocka_unit_test(test_crowd),
        cmocka_unit_test(test_workers_give_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
