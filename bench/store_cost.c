/* SPDX-License-Identifier: Apache-2.0 */
/* What a sign-in's three batches cost the store: passcode with mail, mail delivered, passcode with grant and refresh token.
 * CPU-µs of the whole process, with a number of sign-ins of random users in flight all the time, in three rounds.
 *   bench_store_cost FILE USERS SIGNINS [IN_FLIGHT] [fresh]
 * FILE is made anew. Every user has a passcode row before the measuring starts, which is the worst case: all of them
 * asked for codes within a week; `fresh`: nobody has. */
#include "store/store.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { MOST_IN_FLIGHT = LIMIT_COMMIT_GROUP, LETTER_BYTES = 420, FILL_ROWS = 1000, ROUNDS = 3 };

static void fill_random(void *ctx, void *out, size_t n)
{
    (void)ctx;
    if (getrandom(out, n, 0) != (ssize_t)n)
        abort();
}

static void must(err e, const char *what)
{
    if (err_is_ok(e))
        return;
    fprintf(stderr, "bench_store_cost: %s: %s\n", what, err_text(e));
    exit(1);
}

struct bench;

struct lane {
    struct store_batch batch;
    struct bench *bench;
    struct passcode passcode;
    struct mail mail;
    struct grant grant;
    struct refresh_token refresh;
    size_t user;
    unsigned step; /* of a whole sign-in */
};

typedef void prepare_fn(struct bench *b, struct lane *l);

struct bench {
    struct store *store;
    struct rng rng;
    size_t users;
    bool fresh;
    int64_t *versions;
    bool *busy; /* a user is in one batch at a time */
    size_t started;
    size_t total;
    size_t under_way;
    sem_t finished;
    uint64_t random;
    struct lane lanes[MOST_IN_FLIGHT];
};

static uint64_t next_random(struct bench *b)
{
    b->random ^= b->random << 13;
    b->random ^= b->random >> 7;
    b->random ^= b->random << 17;
    return b->random;
}

/* User number i has this id: spread over the whole key space. */
static struct guid user_id(size_t i)
{
    uint64_t a = (i + 1) * 0x9e3779b97f4a7c15ULL, c = a ^ 0x5555;
    struct guid g;

    memcpy(g.b, &a, 8);
    memcpy(g.b + 8, &c, 8);
    return g;
}

static void pick_user(struct bench *b, struct lane *l)
{
    do {
        l->user = next_random(b) % b->users;
    } while (b->busy[l->user]);
    b->busy[l->user] = true;
}

static void prepare_swap(struct bench *b, struct lane *l)
{
    l->passcode = (struct passcode){ .user_id = user_id(l->user), .version = b->versions[l->user] };
    l->passcode.state = PASSCODE_OPEN;
    l->passcode.challenge_id = store_next_id(b->store);
    l->passcode.asked_with = next_random(b);
    memset(l->passcode.mac, (int)b->started & 0xff, sizeof l->passcode.mac);
    l->passcode.issued_at = 1790000000;
    l->passcode.expires_at = 1790000600;
    l->batch.writes[0] = (struct store_write){ .kind = WRITE_PASSCODE_SWAP, .passcode = &l->passcode };
    l->batch.n = 1;
}

static void prepare_challenge(struct bench *b, struct lane *l)
{
    pick_user(b, l);
    prepare_swap(b, l);
    l->mail = (struct mail){ .id = l->passcode.challenge_id, .due_at = 1790000000, .expires_at = 1790000600 };
    l->mail.sealed_n = LETTER_BYTES;
    memset(l->mail.sealed, 0x5a, LETTER_BYTES);
    l->batch.writes[1] = (struct store_write){ .kind = WRITE_MAIL_ADD, .mail = &l->mail };
    l->batch.n = 2;
}

/* The same user again, whose row the challenge has changed a moment ago. */
static void prepare_token(struct bench *b, struct lane *l)
{
    prepare_swap(b, l);
    l->grant = (struct grant){ .id = store_next_id(b->store), .user_id = l->passcode.user_id };
    l->grant.authenticated_at = 1790000000;
    snprintf(l->grant.scope, sizeof l->grant.scope, "openid profile offline_access User.Read");
    l->refresh = (struct refresh_token){ .id = l->grant.id, .grant_id = l->grant.id };
    l->refresh.issued_at = 1790000000;
    l->refresh.expires_at = 1790000000 + 90 * 86400 + (instant)(b->started / 100);
    l->grant.serves_until = l->refresh.expires_at;
    l->batch.writes[1] = (struct store_write){ .kind = WRITE_GRANT_ADD, .grant = &l->grant };
    l->batch.writes[2] = (struct store_write){ .kind = WRITE_REFRESH_ADD, .refresh = &l->refresh };
    l->batch.n = 3;
}

static void prepare_delivered(struct bench *b, struct lane *l)
{
    (void)b;
    l->batch.writes[0] = (struct store_write){ .kind = WRITE_MAIL_REMOVE, .id = l->mail.id };
    l->batch.n = 1;
}

/* What a sign-in asks of the store, in turn. */
static prepare_fn *const steps[] = { prepare_challenge, prepare_delivered, prepare_token };

enum { STEPS = sizeof steps / sizeof steps[0] };

static void next_batch(struct lane *l)
{
    struct bench *b = l->bench;

    if (l->step == 0 && b->started == b->total) {
        if (--b->under_way == 0)
            sem_post(&b->finished);
        return;
    }
    b->started += l->step == 0;
    steps[l->step](b, l);
    must(store_submit(b->store, &l->batch), "submit");
}

/* On the writer thread: all lanes of a group start again together, and so make the next group. */
static void batch_done(struct store_batch *batch)
{
    struct lane *l = batch->ctx;

    must(batch->result, "batch");
    if (batch->writes[0].kind == WRITE_PASSCODE_SWAP)
        l->bench->versions[l->user]++;
    l->step = (l->step + 1) % STEPS;
    if (l->step == 0)
        l->bench->busy[l->user] = false;
    next_batch(l);
}

static double seconds_of(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double cpu_seconds(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return seconds_of(u.ru_utime) + seconds_of(u.ru_stime);
}

static double wall_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The lanes start in the callback of a first, empty batch, so that this thread touches nothing of theirs. */
static void start_lanes(struct store_batch *batch)
{
    struct bench *b = batch->ctx;
    size_t lanes = b->under_way;

    for (size_t i = 0; i < lanes; i++)
        next_batch(&b->lanes[i]);
}

static void measure(struct bench *b, size_t signins, size_t in_flight)
{
    struct store_batch first = { .n = 0, .done = start_lanes, .ctx = b };

    b->started = 0;
    b->total = signins;
    b->under_way = in_flight;
    double cpu = cpu_seconds(), wall = wall_seconds();
    must(store_submit(b->store, &first), "submit");
    sem_wait(&b->finished);
    cpu = cpu_seconds() - cpu;
    wall = wall_seconds() - wall;
    printf("%zu users, %zu in flight: %.1f cpu-us/sign-in (%.1f a batch), %.0f sign-ins/s\n", b->users, in_flight,
           cpu * 1e6 / (double)signins, cpu * 1e6 / (double)signins / STEPS, (double)signins / wall);
}

static struct user sample_user(size_t i)
{
    struct user u = { .id = user_id(i), .enabled = true, .created_at = 1780000000 };

    snprintf(u.email, sizeof u.email, "visitor.%zu@petstore.example", i);
    snprintf(u.identity, sizeof u.identity, "visitor.%zu@petstore.example", i);
    snprintf(u.display_name, sizeof u.display_name, "Visitor %zu", i);
    return u;
}

static void fill_users(struct bench *b)
{
    static struct user users[FILL_ROWS];
    static struct passcode passcodes[FILL_ROWS];
    static struct store_write writes[2 * FILL_ROWS];
    size_t n = 0;

    for (size_t i = 0; i < b->users; i++) {
        users[n] = sample_user(i);
        passcodes[n] = (struct passcode){ .user_id = users[n].id };
        writes[n] = (struct store_write){ .kind = WRITE_USER_PUT, .user = &users[n] };
        writes[FILL_ROWS + n] = (struct store_write){ .kind = WRITE_PASSCODE_SWAP, .passcode = &passcodes[n] };
        n++;
        if (n < FILL_ROWS && i + 1 < b->users)
            continue;
        must(store_write(b->store, writes, n), "users");
        must(store_write(b->store, writes + FILL_ROWS, b->fresh ? 0 : n), "passcodes");
        n = 0;
    }
    for (size_t i = 0; i < b->users; i++)
        b->versions[i] = b->fresh ? 0 : 1;
}

static void *zeroed(size_t n, size_t size)
{
    void *p = calloc(n, size);

    if (p == NULL)
        must(FAIL(NO_MEMORY), "start");
    return p;
}

int main(int argc, char **argv)
{
    static struct bench b = { .rng = { fill_random, NULL }, .random = 88172645463325252ULL };

    if (argc < 4) {
        fprintf(stderr, "usage: bench_store_cost FILE USERS SIGNINS [IN_FLIGHT] [fresh]\n");
        return 2;
    }
    struct store_options options = { .path = argv[1], .clock = &clock_system, .rng = &b.rng };
    size_t signins = strtoul(argv[3], NULL, 10), in_flight = argc > 4 ? strtoul(argv[4], NULL, 10) : 32;
    b.users = strtoul(argv[2], NULL, 10);
    b.fresh = argc > 5 && strcmp(argv[5], "fresh") == 0;
    if (b.users < 2 * MOST_IN_FLIGHT || signins == 0 || in_flight == 0 || in_flight > MOST_IN_FLIGHT)
        must(FAIL(FORMAT), "arguments: at least 512 users, 1 to 256 in flight");
    b.versions = zeroed(b.users, sizeof *b.versions);
    b.busy = zeroed(b.users, sizeof *b.busy);
    for (size_t i = 0; i < in_flight; i++) {
        b.lanes[i].bench = &b;
        b.lanes[i].batch = (struct store_batch){ .done = batch_done, .ctx = &b.lanes[i] };
    }
    sem_init(&b.finished, 0, 0);
    unlink(argv[1]);
    must(store_open(&options, &b.store), "open");
    fill_users(&b);
    for (int round = 0; round < ROUNDS; round++)
        measure(&b, signins, in_flight);
    store_close(b.store);
    free(b.versions);
    free(b.busy);
    return 0;
}
