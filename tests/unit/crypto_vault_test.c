/* SPDX-License-Identifier: Apache-2.0 */
/* The vault: what is sealed comes back unchanged or not at all, and the master key is made once and kept secret. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PLAIN = 64, SEALED = PLAIN + VAULT_OVERHEAD, EPOCH = 20000 };

static const uint8_t master[VAULT_MASTER] = "thirty-two bytes of invented key";
static const struct slice plain = { "the eight digits are 12345678", 29 };
static const struct slice bound = { "petstore", 8 };

struct sealed {
    char bytes[SEALED];
    struct buf out;
};

static int set_up(void **state)
{
    struct vault *v;

    assert_int_equal(vault_new(master, &v).code, ERR_OK);
    *state = v;
    return 0;
}

static int tear_down(void **state)
{
    vault_free(*state);
    return 0;
}

static void seal(const struct vault *v, enum vault_purpose purpose, uint64_t epoch, struct slice bound_to,
                 struct slice text, struct sealed *s)
{
    buf_init(&s->out, s->bytes, sizeof s->bytes);
    assert_int_equal(vault_seal(v, purpose, epoch, bound_to, text, &s->out).code, ERR_OK);
    assert_int_equal(s->out.n, text.n + VAULT_OVERHEAD);
}

static enum err_code opened(const struct vault *v, enum vault_purpose purpose, uint64_t epoch, struct slice bound_to,
                            struct slice bytes)
{
    char text[PLAIN];
    size_t n;

    return vault_open(v, purpose, epoch, bound_to, bytes, text, sizeof text, &n).code;
}

static void test_every_length_comes_back(void **state)
{
    char text[PLAIN];
    char back[PLAIN];
    struct sealed s;
    size_t n;

    memset(text, 'x', sizeof text);
    for (size_t length = 0; length <= sizeof text; length++) {
        seal(*state, VAULT_MAIL, EPOCH, bound, slice_bytes(text, length), &s);
        assert_int_equal(vault_open(*state, VAULT_MAIL, EPOCH, bound, buf_slice(&s.out), back, length, &n).code,
                         ERR_OK);
        assert_int_equal(n, length);
        assert_memory_equal(back, text, length);
    }
}

static void test_the_same_input_makes_the_same_seal_and_another_another(void **state)
{
    struct vault *second;
    struct sealed a;
    struct sealed b;

    assert_int_equal(vault_new(master, &second).code, ERR_OK);
    seal(*state, VAULT_CONTINUATION, EPOCH, bound, plain, &a);
    seal(second, VAULT_CONTINUATION, EPOCH, bound, plain, &b);
    assert_memory_equal(a.bytes, b.bytes, a.out.n);
    seal(*state, VAULT_CONTINUATION, EPOCH, bound, slice_bytes("the eight digits are 12345679", 29), &b);
    assert_memory_not_equal(a.bytes, b.bytes, 24);
    seal(*state, VAULT_CONTINUATION, EPOCH, SLICE("petstor3"), plain, &b);
    assert_memory_not_equal(a.bytes, b.bytes, 24);
    vault_free(second);
}

static void test_the_plain_text_is_not_in_the_seal(void **state)
{
    struct sealed s;

    seal(*state, VAULT_MAIL, EPOCH, bound, plain, &s);
    assert_null(memmem(s.bytes, s.out.n, "12345678", 8));
    assert_null(memmem(s.bytes, s.out.n, bound.p, bound.n));
}

static void test_another_key_purpose_epoch_or_binding_does_not_open(void **state)
{
    uint8_t other[VAULT_MASTER];
    struct vault *stranger;
    struct sealed s;

    memcpy(other, master, sizeof other);
    other[31] ^= 1;
    assert_int_equal(vault_new(other, &stranger).code, ERR_OK);
    seal(*state, VAULT_CONTINUATION, EPOCH, bound, plain, &s);
    struct slice bytes = buf_slice(&s.out);
    assert_int_equal(opened(*state, VAULT_CONTINUATION, EPOCH, bound, bytes), ERR_OK);
    assert_int_equal(opened(stranger, VAULT_CONTINUATION, EPOCH, bound, bytes), ERR_CRYPTO);
    for (enum vault_purpose purpose = 0; purpose < VAULT_PURPOSES; purpose++)
        assert_int_equal(opened(*state, purpose, EPOCH, bound, bytes),
                         purpose == VAULT_CONTINUATION ? ERR_OK : ERR_CRYPTO);
    assert_int_equal(opened(*state, VAULT_CONTINUATION, EPOCH - 1, bound, bytes), ERR_CRYPTO);
    assert_int_equal(opened(*state, VAULT_CONTINUATION, EPOCH + 1, bound, bytes), ERR_CRYPTO);
    assert_int_equal(opened(*state, VAULT_CONTINUATION, 0, bound, bytes), ERR_CRYPTO);
    assert_int_equal(opened(*state, VAULT_CONTINUATION, EPOCH, SLICE("petshop"), bytes), ERR_CRYPTO);
    assert_int_equal(opened(*state, VAULT_CONTINUATION, EPOCH, SLICE_EMPTY, bytes), ERR_CRYPTO);
    vault_free(stranger);
}

/* Around midnight threads use the keys of several days at once. */
struct day {
    const struct vault *vault;
    uint64_t epoch;
    struct sealed s;
    int wrong;
};

static void *open_on(void *ctx)
{
    enum { TIMES = 2000 };
    struct day *d = ctx;

    for (int i = 0; i < TIMES; i++) {
        d->wrong += opened(d->vault, VAULT_CONTINUATION, d->epoch, bound, buf_slice(&d->s.out)) != ERR_OK;
        d->wrong += opened(d->vault, VAULT_CONTINUATION, d->epoch + 1, bound, buf_slice(&d->s.out)) != ERR_CRYPTO;
    }
    return NULL;
}

static void test_threads_use_several_epochs(void **state)
{
    enum { DAYS = 3 };
    struct day days[DAYS];
    pthread_t threads[DAYS];

    for (size_t i = 0; i < DAYS; i++) {
        days[i] = (struct day){ .vault = *state, .epoch = i };
        seal(*state, VAULT_CONTINUATION, i, bound, plain, &days[i].s);
    }
    for (size_t i = 0; i < DAYS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, open_on, &days[i]), 0);
    for (size_t i = 0; i < DAYS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(days[i].wrong, 0);
    }
}

static void test_every_changed_bit_and_every_other_length_is_refused(void **state)
{
    struct sealed s;

    seal(*state, VAULT_MAIL, EPOCH, bound, plain, &s);
    for (size_t i = 0; i < s.out.n * 8; i++) {
        s.bytes[i / 8] = (char)(s.bytes[i / 8] ^ 1 << i % 8);
        assert_int_equal(opened(*state, VAULT_MAIL, EPOCH, bound, buf_slice(&s.out)), ERR_CRYPTO);
        s.bytes[i / 8] = (char)(s.bytes[i / 8] ^ 1 << i % 8);
    }
    for (size_t n = 0; n < s.out.n; n++) {
        assert_int_equal(opened(*state, VAULT_MAIL, EPOCH, bound, slice_bytes(s.bytes, n)), ERR_CRYPTO);
        assert_int_equal(opened(*state, VAULT_MAIL, EPOCH, bound, slice_from(buf_slice(&s.out), s.out.n - n)),
                         ERR_CRYPTO);
    }
    assert_int_equal(opened(*state, VAULT_MAIL, EPOCH, bound, slice_bytes(s.bytes, s.out.n + 1)), ERR_CRYPTO);
    assert_int_equal(opened(*state, VAULT_MAIL, EPOCH, bound, buf_slice(&s.out)), ERR_OK);
}

static void test_no_byte_beyond_a_full_output(void **state)
{
    char small[PLAIN + VAULT_OVERHEAD];
    char text[PLAIN];
    struct sealed s;
    struct buf out;
    size_t n;

    memset(small, '#', sizeof small);
    buf_init(&out, small, plain.n + VAULT_OVERHEAD - 1);
    assert_int_equal(vault_seal(*state, VAULT_MAIL, EPOCH, bound, plain, &out).code, ERR_FULL);
    for (size_t i = 0; i < sizeof small; i++)
        assert_int_equal(small[i], '#');
    seal(*state, VAULT_MAIL, EPOCH, bound, plain, &s);
    memset(text, '#', sizeof text);
    assert_int_equal(vault_open(*state, VAULT_MAIL, EPOCH, bound, buf_slice(&s.out), text, plain.n - 1, &n).code,
                     ERR_FULL);
    assert_int_equal(text[0], '#');
}

static void test_a_seal_is_appended(void **state)
{
    char bytes[8 + SEALED];
    struct buf out;

    buf_init(&out, bytes, sizeof bytes);
    buf_puts(&out, "before: ");
    assert_int_equal(vault_seal(*state, VAULT_MAIL, EPOCH, bound, plain, &out).code, ERR_OK);
    assert_memory_equal(bytes, "before: ", 8);
    assert_int_equal(opened(*state, VAULT_MAIL, EPOCH, bound, slice_from(buf_slice(&out), 8)), ERR_OK);
}

static void test_macs_of_other_lists_and_purposes_differ(void **state)
{
    const struct slice ab_c[] = { SLICE("ab"), SLICE("c") };
    const struct slice a_bc[] = { SLICE("a"), SLICE("bc") };
    const struct slice abc[] = { SLICE("abc") };
    const struct slice abc_[] = { SLICE("abc"), SLICE_EMPTY };
    uint8_t macs[6][VAULT_MAC];
    uint8_t again[VAULT_MAC];

    vault_mac(*state, VAULT_CODE, ab_c, 2, macs[0]);
    vault_mac(*state, VAULT_CODE, a_bc, 2, macs[1]);
    vault_mac(*state, VAULT_CODE, abc, 1, macs[2]);
    vault_mac(*state, VAULT_CODE, abc_, 2, macs[3]);
    vault_mac(*state, VAULT_REFRESH, abc, 1, macs[4]);
    vault_mac(*state, VAULT_CODE, NULL, 0, macs[5]);
    for (size_t i = 0; i < 6; i++)
        for (size_t k = 0; k < i; k++)
            assert_memory_not_equal(macs[i], macs[k], VAULT_MAC);
    vault_mac(*state, VAULT_CODE, ab_c, 2, again);
    assert_memory_equal(again, macs[0], VAULT_MAC);
}

/* ---- the file ---- */

struct place {
    char folder[64];
    char path[96];
};

static int make_place(void **state)
{
    struct place *p = calloc(1, sizeof *p);

    strcpy(p->folder, "/tmp/doorcode-vault-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->path, sizeof p->path, "%s/master.key", p->folder);
    *state = p;
    return 0;
}

static int remove_place(void **state)
{
    struct place *p = *state;

    unlink(p->path);
    assert_int_equal(rmdir(p->folder), 0); /* nothing but the key was left */
    free(p);
    return 0;
}

static void write_file(const char *path, size_t n, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    uint8_t bytes[VAULT_MASTER + 1] = { 7 };

    assert_int_equal(write(fd, bytes, n), n);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

/* A fingerprint of the key, without looking at it. */
static void fingerprint(const struct vault *v, uint8_t out[VAULT_MAC])
{
    const struct slice part = SLICE("fingerprint");

    vault_mac(v, VAULT_SUBJECT_ROW, &part, 1, out);
}

static void test_a_missing_file_is_made_once(void **state)
{
    struct place *p = *state;
    struct vault *v;
    uint8_t first[VAULT_MAC];
    uint8_t second[VAULT_MAC];
    struct stat info;

    assert_int_equal(vault_load(p->path, false, &rng_system, &v).code, ERR_IO);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(vault_load(p->path, true, &rng_system, &v).code, ERR_OK);
    fingerprint(v, first);
    vault_free(v);
    assert_int_equal(stat(p->path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    assert_int_equal(info.st_size, VAULT_MASTER);
    assert_int_equal(info.st_nlink, 1);
    assert_int_equal(vault_load(p->path, true, &rng_system, &v).code, ERR_OK);
    fingerprint(v, second);
    vault_free(v);
    assert_memory_equal(first, second, VAULT_MAC);
}

static void test_files_open_to_others_are_refused(void **state)
{
    static const mode_t modes[] = { 0640, 0604, 0620, 0602, 0601, 0644, 0666 };
    struct place *p = *state;
    struct vault *v;

    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        write_file(p->path, VAULT_MASTER, modes[i]);
        assert_int_equal(vault_load(p->path, true, &rng_system, &v).code, ERR_IO);
        assert_int_equal(errno, EACCES);
    }
    write_file(p->path, VAULT_MASTER, 0400);
    assert_int_equal(vault_load(p->path, false, &rng_system, &v).code, ERR_OK);
    vault_free(v);
}

static void test_files_of_another_size_are_refused_and_kept(void **state)
{
    static const size_t sizes[] = { 0, 1, VAULT_MASTER - 1, VAULT_MASTER + 1 };
    struct place *p = *state;
    struct vault *v;
    struct stat info;

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        write_file(p->path, sizes[i], 0600);
        assert_int_equal(vault_load(p->path, true, &rng_system, &v).code, ERR_FORMAT);
        assert_int_equal(stat(p->path, &info), 0);
        assert_int_equal(info.st_size, sizes[i]);
    }
}

static void test_a_folder_that_is_not_there(void **state)
{
    struct place *p = *state;
    char path[128];
    struct vault *v;

    snprintf(path, sizeof path, "%s/none/master.key", p->folder);
    assert_int_equal(vault_load(path, true, &rng_system, &v).code, ERR_IO);
    assert_int_equal(errno, ENOENT);
}

/* Chance that dawdles: between the file's birth and its bytes, the others look. */
static void slow_fill(void *ctx, void *out, size_t n)
{
    usleep(20000);
    rng_fill(&rng_system, out, n);
    (void)ctx;
}

static void load_in_a_child(const struct place *p, int start, int answers)
{
    const struct rng slow = { slow_fill, NULL };
    uint8_t print[VAULT_MAC] = { 0 };
    struct vault *v;
    char go;

    if (read(start, &go, 1) < 0 || vault_load(p->path, true, &slow, &v).code != ERR_OK)
        _exit(1);
    fingerprint(v, print);
    vault_free(v);
    _exit(write(answers, print, sizeof print) == (ssize_t)sizeof print ? 0 : 1);
}

static void test_processes_that_start_together_share_one_key(void **state)
{
    enum { PROCESSES = 6 };
    struct place *p = *state;
    uint8_t prints[PROCESSES][VAULT_MAC];
    int start[2];
    int answers[2];

    assert_int_equal(pipe(start) | pipe(answers), 0);
    for (int i = 0; i < PROCESSES; i++)
        if (fork() == 0) {
            close(start[1]);
            load_in_a_child(p, start[0], answers[1]);
        }
    usleep(20000);
    close(start[1]); /* all read the end of the file at once */
    for (int i = 0; i < PROCESSES; i++) {
        int status;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
        assert_int_equal(read(answers[0], prints[i], VAULT_MAC), VAULT_MAC);
        assert_memory_equal(prints[i], prints[0], VAULT_MAC);
    }
    close(start[0]);
    close(answers[0]);
    close(answers[1]);
}

static int by_value(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(uint64_t));
}

/* Of a block and across its end: nothing is handed out twice. */
static void test_random_bytes_are_handed_out_once(void **state)
{
    enum { DRAWS = 10000, LARGE = 3000 };
    static uint64_t draws[DRAWS], large[LARGE];

    (void)state;
    for (size_t i = 0; i < DRAWS; i++) {
        uint8_t odd[5];
        rng_fill(&rng_system, odd, sizeof odd);
        rng_fill(&rng_system, &draws[i], sizeof draws[i]);
    }
    rng_fill(&rng_system, large, sizeof large);
    memcpy(draws, large, sizeof large);
    qsort(draws, DRAWS, sizeof draws[0], by_value);
    for (size_t i = 1; i < DRAWS; i++)
        assert_true(draws[i] != draws[i - 1]);
}

/* What the parent has in stock is its own; libsodium ends a child that draws after its parent did. */
static void test_a_child_draws_nothing_of_its_parent(void **state)
{
    uint8_t ours[16], theirs[16] = { 0 };
    int answer[2];

    (void)state;
    rng_fill(&rng_system, ours, 1);
    assert_int_equal(pipe(answer), 0);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        rng_fill(&rng_system, theirs, sizeof theirs);
        _exit(write(answer[1], theirs, sizeof theirs) == (ssize_t)sizeof theirs ? 0 : 1);
    }
    close(answer[1]);
    rng_fill(&rng_system, ours, sizeof ours);
    (void)!read(answer[0], theirs, sizeof theirs);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_memory_not_equal(ours, theirs, sizeof ours);
    close(answer[0]);
}

#define SEAL_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
#define FILE_TEST(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* first: once this process has drawn random bytes, libsodium forbids its children to */
        FILE_TEST(test_processes_that_start_together_share_one_key),
        SEAL_TEST(test_every_length_comes_back),
        SEAL_TEST(test_the_same_input_makes_the_same_seal_and_another_another),
        SEAL_TEST(test_the_plain_text_is_not_in_the_seal),
        SEAL_TEST(test_another_key_purpose_epoch_or_binding_does_not_open),
        SEAL_TEST(test_threads_use_several_epochs),
        SEAL_TEST(test_every_changed_bit_and_every_other_length_is_refused),
        SEAL_TEST(test_no_byte_beyond_a_full_output),
        SEAL_TEST(test_a_seal_is_appended),
        SEAL_TEST(test_macs_of_other_lists_and_purposes_differ),
        FILE_TEST(test_a_missing_file_is_made_once),
        FILE_TEST(test_files_open_to_others_are_refused),
        FILE_TEST(test_files_of_another_size_are_refused_and_kept),
        FILE_TEST(test_a_folder_that_is_not_there),
        cmocka_unit_test(test_random_bytes_are_handed_out_once),
        cmocka_unit_test(test_a_child_draws_nothing_of_its_parent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
