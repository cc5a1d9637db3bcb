/* SPDX-License-Identifier: Apache-2.0 */
/* A process that writes is killed at random moments. What it was told is written must be there, all of each batch, and
 * nothing of half a batch. Each round goes on where the killed one stopped, on the same file. */
#include "support/store_fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

enum { ROUNDS = 40, LANES = 8, LONGEST_US = 25000, MAILS_PER_LANE = 1000000, PATIENCE_MS = 60000 };

/* What the child writes into the pipe after `done`. */
struct receipt {
    uint32_t lane;
    int64_t version;
};

struct lane {
    struct store *s;
    struct store_batch batch;
    struct passcode passcode;
    struct mail mail;
    uint32_t number;
    int receipts;
};

static uint64_t mail_of(uint32_t lane, int64_t version)
{
    return (uint64_t)lane * MAILS_PER_LANE + (uint64_t)version;
}

static void lane_send(struct lane *l, int64_t version)
{
    l->passcode = sample_passcode(l->number, version);
    l->mail = sample_mail(mail_of(l->number, version + 1));
    l->batch.writes[0] = swap(&l->passcode);
    l->batch.writes[1] = add_mail(&l->mail);
    l->batch.n = 2;
    if (!err_is_ok(store_submit(l->s, &l->batch)))
        _exit(3);
}

static void lane_done(struct store_batch *batch)
{
    struct lane *l = batch->ctx;
    struct receipt r = { l->number, l->passcode.version + 1 };

    if (!err_is_ok(batch->result) || write(l->receipts, &r, sizeof r) != (ssize_t)sizeof r)
        _exit(4);
    lane_send(l, r.version);
}

/* Never returns: writes until it is killed. Lane numbers begin at 1. */
static void write_until_killed(const struct fixture *f, int receipts)
{
    struct store_options options = { .path = f->path, .clock = &f->clock, .rng = &f->rng };
    static struct lane lanes[LANES];
    struct store *s;

    if (!err_is_ok(store_open(&options, &s)))
        _exit(2);
    for (uint32_t i = 0; i < LANES; i++) {
        lanes[i] = (struct lane){ .s = s, .number = i + 1, .receipts = receipts };
        lanes[i].batch = (struct store_batch){ .done = lane_done, .ctx = &lanes[i] };
        lane_send(&lanes[i], version_of(s, i + 1));
    }
    for (;;)
        pause();
}

/* `written` is readable once the child has written. */
static void kill_after_a_moment(pid_t child, int written, bool writes_first)
{
    struct pollfd receipt = { .fd = written, .events = POLLIN };
    uint32_t us;
    int status;

    if (writes_first)
        assert_int_equal(poll(&receipt, 1, PATIENCE_MS), 1);
    fixture_random(NULL, &us, sizeof us);
    nanosleep(&(struct timespec){ .tv_nsec = (long)(us % LONGEST_US) * 1000 }, NULL);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status)); /* it had not ended by itself */
}

static void read_receipts(int fd, int64_t told[LANES + 1])
{
    struct receipt r;

    while (read(fd, &r, sizeof r) == (ssize_t)sizeof r)
        told[r.lane] = r.version;
}

static void check_lanes(struct fixture *f, const int64_t told[LANES + 1])
{
    uint64_t pending, dead, expected = 0;

    assert_int_equal(store_check(f->s).code, ERR_OK);
    for (uint32_t lane = 1; lane <= LANES; lane++) {
        int64_t version = version_of(f->s, lane);
        assert_in_range(version, told[lane], told[lane] + 1); /* one was under way */
        assert_true(version == 0 || mail_there(f->s, mail_of(lane, version)));
        assert_false(mail_there(f->s, mail_of(lane, version + 1)));
        expected += (uint64_t)version;
    }
    assert_int_equal(store_mail_count(f->s, &pending, &dead).code, ERR_OK);
    assert_int_equal(pending, expected);
}

static int64_t one_round(struct fixture *f, int64_t told[LANES + 1], bool writes_first)
{
    int ends[2];

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        write_until_killed(f, ends[1]);
    }
    assert_true(child > 0);
    close(ends[1]);
    kill_after_a_moment(child, ends[0], writes_first);
    read_receipts(ends[0], told);
    close(ends[0]);
    assert_int_equal(fixture_open(f).code, ERR_OK);
    check_lanes(f, told);
    int64_t sum = 0;
    for (uint32_t lane = 1; lane <= LANES; lane++)
        sum += told[lane] = version_of(f->s, lane);
    store_close(f->s);
    f->s = NULL;
    return sum;
}

static void what_was_acknowledged_survives_the_kill(void **state)
{
    struct fixture *f = *state;
    int64_t told[LANES + 1] = { 0 }, written = 0;

    store_close(f->s); /* SQLite's files must not be open across a fork */
    f->s = NULL;
    /* On a busy machine many kills come before the first write: then there are more rounds, in which they do not. */
    for (int round = 0; round < ROUNDS || (written <= ROUNDS && round < 3 * ROUNDS); round++)
        written = one_round(f, told, round >= ROUNDS);
    assert_true(written > ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = { FILE_ONLY(what_was_acknowledged_survives_the_kill) };

    return cmocka_run_group_tests_name("store/kill", tests, NULL, NULL);
}
