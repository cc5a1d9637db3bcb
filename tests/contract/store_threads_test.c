/* SPDX-License-Identifier: Apache-2.0 */
/* Groups, queues and threads: one winner among many, order kept, a full queue refused, readers beside the writer. */
#include "support/store_fixture.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/wait.h>

struct parcel {
    struct store_batch batch;
    struct passcode passcode;
    struct mail mail;
    atomic_int *left;
    sem_t *all_done;
};

static void parcel_done(struct store_batch *batch)
{
    struct parcel *p = batch->ctx;
    sem_t *all_done = p->all_done;

    if (atomic_fetch_sub(p->left, 1) == 1)
        sem_post(all_done);
}

static void parcel_make(struct parcel *p, uint32_t user, int64_t version, uint64_t mail, atomic_int *left,
                        sem_t *all_done)
{
    *p = (struct parcel){ .passcode = sample_passcode(user, version), .mail = sample_mail(mail), .left = left };
    p->all_done = all_done;
    p->batch = (struct store_batch){ .writes = { swap(&p->passcode), add_mail(&p->mail) }, .n = 2 };
    p->batch.done = parcel_done;
    p->batch.ctx = p;
}

/* Keeps the writer busy until it is let go, so that what follows gathers in the queue. */
struct gate {
    struct store_batch batch;
    sem_t reached;
    sem_t open;
};

static void gate_done(struct store_batch *batch)
{
    struct gate *g = batch->ctx;

    sem_post(&g->reached);
    sem_wait(&g->open);
}

static void gate_close(struct gate *g, struct store *s)
{
    sem_init(&g->reached, 0, 0);
    sem_init(&g->open, 0, 0);
    g->batch = (struct store_batch){ .n = 0, .done = gate_done, .ctx = g };
    assert_int_equal(store_submit(s, &g->batch).code, ERR_OK);
    sem_wait(&g->reached);
}

static void one_of_a_group_wins(void **state)
{
    enum { PARCELS = 64 };
    struct fixture *f = *state;
    static struct parcel parcels[PARCELS];
    struct gate gate;
    atomic_int left = PARCELS;
    sem_t all_done;
    size_t won = 0;

    sem_init(&all_done, 0, 0);
    gate_close(&gate, f->s);
    for (uint32_t i = 0; i < PARCELS; i++) {
        parcel_make(&parcels[i], 1, 0, 100 + i, &left, &all_done);
        assert_int_equal(store_submit(f->s, &parcels[i].batch).code, ERR_OK);
    }
    assert_int_equal(store_queue_length(f->s), PARCELS);
    sem_post(&gate.open);
    sem_wait(&all_done);
    for (uint32_t i = 0; i < PARCELS; i++) {
        bool ok = parcels[i].batch.result.code == ERR_OK;
        assert_true(ok || parcels[i].batch.result.code == ERR_CONFLICT);
        assert_int_equal(mail_there(f->s, 100 + i), ok);
        won += ok;
    }
    assert_int_equal(won, 1);
    assert_int_equal(parcels[0].batch.result.code, ERR_OK); /* in the order they came */
    assert_int_equal(version_of(f->s, 1), 1);
}

/* Of each three: one good, one that fails at its first write, one that fails at its second. */
static void a_failing_batch_spares_its_group(void **state)
{
    enum { PARCELS = 60 };
    struct fixture *f = *state;
    static struct parcel parcels[PARCELS];
    struct gate gate;
    atomic_int left = PARCELS;
    sem_t all_done;
    uint64_t pending, dead;

    sem_init(&all_done, 0, 0);
    gate_close(&gate, f->s);
    for (uint32_t i = 0; i < PARCELS; i++) {
        parcel_make(&parcels[i], i, i % 3 == 1 ? 8 : 0, i % 3 == 2 ? 1000 + i - 2 : 1000 + i, &left, &all_done);
        assert_int_equal(store_submit(f->s, &parcels[i].batch).code, ERR_OK);
    }
    sem_post(&gate.open);
    sem_wait(&all_done);
    for (uint32_t i = 0; i < PARCELS; i++) {
        assert_int_equal(parcels[i].batch.result.code, i % 3 == 0 ? ERR_OK : ERR_CONFLICT);
        assert_int_equal(version_of(f->s, i), i % 3 == 0);
    }
    assert_int_equal(store_mail_count(f->s, &pending, &dead).code, ERR_OK);
    assert_int_equal(pending, PARCELS / 3);
}

static void writes_happen_in_order(void **state)
{
    enum { PARCELS = 500 };
    struct fixture *f = *state;
    static struct parcel parcels[PARCELS];
    atomic_int left = PARCELS;
    sem_t all_done;

    sem_init(&all_done, 0, 0);
    for (uint32_t i = 0; i < PARCELS; i++) {
        parcel_make(&parcels[i], 1, i, 1 + i, &left, &all_done);
        assert_int_equal(store_submit(f->s, &parcels[i].batch).code, ERR_OK);
    }
    sem_wait(&all_done);
    for (uint32_t i = 0; i < PARCELS; i++)
        assert_int_equal(parcels[i].batch.result.code, ERR_OK);
    assert_int_equal(version_of(f->s, 1), PARCELS);
}

static void full_queue_refuses_and_recovers(void **state)
{
    struct fixture *f = *state;
    struct parcel *parcels = calloc(LIMIT_WRITER_QUEUE, sizeof *parcels);
    struct parcel late;
    struct gate gate;
    atomic_int left = LIMIT_WRITER_QUEUE;
    sem_t all_done;

    assert_non_null(parcels);
    sem_init(&all_done, 0, 0);
    gate_close(&gate, f->s);
    for (uint32_t i = 0; i < LIMIT_WRITER_QUEUE; i++) {
        parcel_make(&parcels[i], i, 0, 1 + i, &left, &all_done);
        assert_int_equal(store_submit(f->s, &parcels[i].batch).code, ERR_OK);
    }
    parcel_make(&late, LIMIT_WRITER_QUEUE, 0, 1 + LIMIT_WRITER_QUEUE, &left, &all_done);
    assert_int_equal(store_submit(f->s, &late.batch).code, ERR_FULL);
    assert_int_equal(store_write(f->s, late.batch.writes, late.batch.n).code, ERR_FULL);
    sem_post(&gate.open);
    sem_wait(&all_done);
    for (uint32_t i = 0; i < LIMIT_WRITER_QUEUE; i++)
        assert_int_equal(parcels[i].batch.result.code, ERR_OK);
    assert_int_equal(store_write(f->s, late.batch.writes, late.batch.n).code, ERR_OK);
    free(parcels);
}

static void close_finishes_what_is_queued(void **state)
{
    enum { PARCELS = 300 };
    struct fixture *f = *state;
    static struct parcel parcels[PARCELS];
    struct gate gate;
    atomic_int left = PARCELS;
    sem_t all_done;

    sem_init(&all_done, 0, 0);
    gate_close(&gate, f->s);
    for (uint32_t i = 0; i < PARCELS; i++) {
        parcel_make(&parcels[i], i, 0, 1 + i, &left, &all_done);
        assert_int_equal(store_submit(f->s, &parcels[i].batch).code, ERR_OK);
    }
    sem_post(&gate.open);
    store_close(f->s);
    f->s = NULL;
    assert_int_equal(left, 0);
    for (uint32_t i = 0; i < PARCELS; i++)
        assert_int_equal(parcels[i].batch.result.code, ERR_OK);
}

/* ---- many threads ---- */

enum { WRITERS = 64, READERS = 8, READS = 400 };

struct crowd {
    struct store *s;
    pthread_barrier_t start;
    atomic_int won;
    atomic_int lost;
    atomic_int failed;
    atomic_bool stop;
};

static void *swap_once(void *shared)
{
    struct crowd *c = shared;
    struct passcode p = sample_passcode(1, 1);
    struct store_write w = swap(&p);

    pthread_barrier_wait(&c->start);
    err result = store_write(c->s, &w, 1);
    atomic_fetch_add(err_is_ok(result) ? &c->won : result.code == ERR_CONFLICT ? &c->lost : &c->failed, 1);
    return NULL;
}

static void of_64_parallel_swaps_one_wins(void **state)
{
    struct fixture *f = *state;
    struct crowd c = { .s = f->s };
    struct passcode p = sample_passcode(1, 0);
    pthread_t threads[WRITERS];

    assert_int_equal(write_one(f->s, swap(&p)), ERR_OK);
    pthread_barrier_init(&c.start, NULL, WRITERS);
    for (size_t i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, swap_once, &c), 0);
    for (size_t i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&c.start);
    assert_int_equal(c.won, 1);
    assert_int_equal(c.lost, WRITERS - 1);
    assert_int_equal(version_of(f->s, 1), 2);
}

/* A mail and its passcode are written together, so whoever sees the mail sees the passcode too. */
static void *read_along(void *shared)
{
    struct crowd *c = shared;
    struct mail newest;
    struct passcode p;
    size_t n;

    for (int i = 0; i < READS || !atomic_load(&c->stop); i++) {
        n = 1;
        bool read = err_is_ok(store_mails_due(c->s, NOON, (uint64_t)i % 50, &newest, &n)) &&
                    err_is_ok(store_passcode(c->s, user_id(1), &p));
        if (!read || (n == 1 && p.version < (int64_t)newest.id))
            atomic_fetch_add(&c->failed, 1);
        if (atomic_load(&c->stop) && i >= READS)
            break;
    }
    return NULL;
}

static void readers_go_on_beside_the_writer(void **state)
{
    enum { ROUNDS = 200 };
    struct fixture *f = *state;
    struct crowd c = { .s = f->s };
    pthread_t threads[READERS];

    for (size_t i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_along, &c), 0);
    for (int64_t i = 0; i < ROUNDS; i++) {
        struct passcode p = sample_passcode(1, i);
        struct mail m = sample_mail((uint64_t)i + 1);
        struct store_write writes[] = { swap(&p), add_mail(&m) };
        assert_int_equal(store_write(f->s, writes, 2).code, ERR_OK);
        sched_yield();
    }
    atomic_store(&c.stop, true);
    for (size_t i = 0; i < READERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(c.failed, 0);
    assert_int_equal(f->events.counts[EVENT_store_failed], 0);
    assert_int_equal(version_of(f->s, 1), ROUNDS);
}

/* Threads that end give their connection back while the store stays open; others live on until after the close. */
static void *ping(void *shared)
{
    struct crowd *c = shared;

    if (!err_is_ok(store_ping(c->s)))
        atomic_fetch_add(&c->failed, 1);
    return NULL;
}

static void threads_may_come_and_go(void **state)
{
    struct fixture *f = *state;
    struct crowd c = { .s = f->s };

    for (int i = 0; i < 100; i++) {
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, ping, &c), 0);
        pthread_join(thread, NULL);
    }
    assert_int_equal(c.failed, 0);
}

static void two_stores_in_memory_share_nothing(void **state)
{
    struct fixture *f = *state;
    struct fixture *other = fixture_new(true);
    void *other_state = other;
    struct passcode p = sample_passcode(1, 0);

    assert_int_equal(fixture_open(other).code, ERR_OK);
    assert_int_equal(write_one(f->s, swap(&p)), ERR_OK);
    assert_int_equal(version_of(other->s, 1), 0);
    close_fixture(&other_state);
}

/* ---- two processes ---- */

static int write_as_other_process(const struct fixture *parent, uint32_t user)
{
    struct fixture mine = *parent;
    int bad = 0;

    mine.s = NULL;
    if (!err_is_ok(fixture_open(&mine)))
        return 1;
    for (int64_t i = 0; i < 200; i++) {
        struct passcode own = sample_passcode(user, i), shared = sample_passcode(1, i);
        bad += write_one(mine.s, swap(&own)) != ERR_OK;
        enum err_code race = write_one(mine.s, swap(&shared));
        bad += race != ERR_OK && race != ERR_CONFLICT;
    }
    store_close(mine.s);
    return bad == 0 ? 0 : 1;
}

static void two_processes_write_side_by_side(void **state)
{
    struct fixture *f = *state;
    pid_t children[2];

    store_close(f->s); /* SQLite's files must not be open across a fork */
    f->s = NULL;
    for (uint32_t i = 0; i < 2; i++) {
        children[i] = fork();
        if (children[i] == 0)
            _exit(write_as_other_process(f, 2 + i));
    }
    for (size_t i = 0; i < 2; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    assert_int_equal(fixture_open(f).code, ERR_OK);
    assert_int_equal(version_of(f->s, 2), 200);
    assert_int_equal(version_of(f->s, 3), 200);
    assert_int_equal(version_of(f->s, 1), 200); /* each version was won by one of the two */
    assert_int_equal(store_check(f->s).code, ERR_OK);
}

static void another_opening_sees_what_is_written(void **state)
{
    struct fixture *f = *state;
    struct fixture other = *f;
    struct passcode p = sample_passcode(1, 0);

    assert_int_equal(fixture_open(&other).code, ERR_OK);
    assert_int_equal(write_one(f->s, swap(&p)), ERR_OK);
    assert_int_equal(version_of(other.s, 1), 1);
    assert_int_equal(write_one(other.s, swap(&p)), ERR_CONFLICT);
    store_close(other.s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(one_of_a_group_wins),
        BOTH(a_failing_batch_spares_its_group),
        BOTH(writes_happen_in_order),
        BOTH(full_queue_refuses_and_recovers),
        BOTH(close_finishes_what_is_queued),
        BOTH(of_64_parallel_swaps_one_wins),
        BOTH(readers_go_on_beside_the_writer),
        BOTH(threads_may_come_and_go),
        BOTH(two_stores_in_memory_share_nothing),
        FILE_ONLY(two_processes_write_side_by_side),
        FILE_ONLY(another_opening_sees_what_is_written),
    };

    return cmocka_run_group_tests_name("store/threads", tests, NULL, NULL);
}
