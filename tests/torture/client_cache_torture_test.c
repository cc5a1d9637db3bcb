/* SPDX-License-Identifier: Apache-2.0 */
/* The file of a cache when the n-th allocation or call of the system fails, and when the process is killed at it: either the former
 * accounts or the new ones are there, whole, and whoever was told that tokens are kept finds them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/cache_places.h"

#include <errno.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* ---- what fails: the calls are counted, --wrap leads them here ---- */

enum trouble { TROUBLE_NONE, TROUBLE_MEMORY, TROUBLE_SYSTEM, TROUBLE_KILL };

static enum trouble trouble;
static long calls;   /* so far, of the kind that fails */
static long fail_at; /* this one fails, and with `lasting` all after it */
static bool lasting;

static bool fails(enum trouble kind)
{
    if (trouble != kind)
        return false;
    calls++;
    return calls == fail_at || (lasting && calls > fail_at);
}

/* A process may be killed before a call and after it, which is before the next one. */
static bool system_fails(void)
{
    if (fails(TROUBLE_KILL))
        kill(getpid(), SIGKILL);
    if (!fails(TROUBLE_SYSTEM))
        return false;
    errno = ENOSPC;
    return true;
}

void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_malloc(size_t n)
{
    return fails(TROUBLE_MEMORY) ? NULL : __real_malloc(n);
}

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
    return fails(TROUBLE_MEMORY) ? NULL : __real_calloc(n, size);
}

char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
char *__wrap_strdup(const char *text)
{
    return fails(TROUBLE_MEMORY) ? NULL : __real_strdup(text);
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    return system_fails() ? -1 : __real_open(path, flags, 0600);
}

ssize_t __real_read(int fd, void *bytes, size_t n);
ssize_t __wrap_read(int fd, void *bytes, size_t n);
ssize_t __wrap_read(int fd, void *bytes, size_t n)
{
    return system_fails() ? -1 : __real_read(fd, bytes, n);
}

/* A disk that is full takes a part first. */
ssize_t __real_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n)
{
    bool killed = trouble == TROUBLE_KILL && calls + 1 == fail_at;
    if (killed && __real_write(fd, bytes, n / 2) < 0)
        return -1;
    return system_fails() ? -1 : __real_write(fd, bytes, n);
}

#define WRAP_FD(name)                                   \
    int __real_##name(int fd);                          \
    int __wrap_##name(int fd);                          \
    int __wrap_##name(int fd)                           \
    {                                                   \
        return system_fails() ? -1 : __real_##name(fd); \
    }
WRAP_FD(fsync)
WRAP_FD(fdatasync)

int __real_fstat(int fd, struct stat *info);
int __wrap_fstat(int fd, struct stat *info);
int __wrap_fstat(int fd, struct stat *info)
{
    return system_fails() ? -1 : __real_fstat(fd, info);
}

int __real_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode)
{
    return system_fails() ? -1 : __real_fchmod(fd, mode);
}

int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);
int __wrap_flock(int fd, int operation)
{
    return system_fails() ? -1 : __real_flock(fd, operation);
}

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to)
{
    return system_fails() ? -1 : __real_rename(from, to);
}

static void begin_trouble(enum trouble kind, long at, bool lasts)
{
    calls = 0;
    fail_at = at;
    lasting = lasts;
    trouble = kind;
}

/* Whether it came to that. */
static bool end_trouble(void)
{
    trouble = TROUBLE_NONE;
    return calls >= fail_at;
}

/* ---- what is done under trouble ---- */

/* Opens the file, adds Kim, removes Sam. How far it came: 0, 1, 2; `told` is the first error, or NULL. */
static int change(const struct doorcode_error **told)
{
    static const struct doorcode_account_filter sam = { .username = "sam@example.org" };
    struct doorcode_client *client = NULL;
    struct doorcode_options options;
    struct doorcode_cache *cache = NULL;
    int done = 0;
    doorcode_options_init(&options);
    options.authority = PLACES_AUTHORITY;
    options.client_id = PLACES_CLIENT;
    *told = doorcode_cache_file(NULL, &cache);
    if (*told == NULL)
        *told = doorcode_client_new(&options, &client);
    if (*told == NULL)
        *told = doorcode_accounts_keep(cache, client, "kim@example.org", &places_tokens, NULL);
    if (*told == NULL) {
        done = 1;
        *told = doorcode_accounts_remove(cache, &sam, NULL);
    }
    done += *told == NULL;
    doorcode_client_free(client);
    doorcode_cache_free(cache);
    return done;
}

static void begin_with_sam(void)
{
    struct doorcode_cache *cache;
    assert_null(doorcode_cache_file(NULL, &cache));
    assert_null(doorcode_accounts_remove(cache, NULL, NULL));
    assert_null(places_keep(cache, "sam@example.org", &places_tokens));
    doorcode_cache_free(cache);
}

/* What is there is one of the three states, whole. */
static void expect_state(int least, int most, long at)
{
    struct doorcode_accounts *accounts;
    struct doorcode_cache *cache;
    assert_null(doorcode_cache_file(NULL, &cache));
    const struct doorcode_error *error = doorcode_accounts_read(cache, NULL, &accounts);
    if (error != NULL)
        fail_msg("at %ld: %s", at, error->description);
    size_t count = doorcode_accounts_count(accounts);
    bool kim = count > 0 && strcmp(doorcode_accounts_at(accounts, 0)->username, "kim@example.org") == 0;
    int found = !kim ? 0 : count == 2 ? 1 : 2;
    for (size_t i = 0; i < count; i++)
        assert_string_equal(doorcode_accounts_at(accounts, i)->access_tokens[0].token, "secret-access-1");
    if (found < least || found > most || count == 0)
        fail_msg("at %ld: told %d to %d, found %d with %zu accounts", at, least, most, found, count);
    doorcode_accounts_free(accounts);
    assert_null(places_keep(cache, "zoe@example.org", &places_tokens)); /* it goes on being used */
    doorcode_cache_free(cache);
}

static long fail_each(enum trouble kind, bool lasts)
{
    const struct doorcode_error *told;
    long at = 0;
    bool came = true;
    while (came) {
        begin_with_sam();
        begin_trouble(kind, ++at, lasts);
        int done = change(&told);
        came = end_trouble();
        if (told != NULL && told->kind != DOORCODE_ERROR_CACHE && told->kind != DOORCODE_ERROR_NO_MEMORY)
            fail_msg("at %ld: %s", at, told->message);
        expect_state(done, done, at);
    }
    return at;
}

static void each_allocation_fails(void **state)
{
    (void)state;
    assert_in_range(fail_each(TROUBLE_MEMORY, false), 10, 1000);
    assert_in_range(fail_each(TROUBLE_MEMORY, true), 10, 1000);
}

static void each_call_of_the_system_fails(void **state)
{
    (void)state;
    assert_in_range(fail_each(TROUBLE_SYSTEM, false), 10, 1000);
    assert_in_range(fail_each(TROUBLE_SYSTEM, true), 10, 1000);
}

/* What was told goes through a pipe, as it has to be known after the kill. */
static void change_and_tell(int to)
{
    const struct doorcode_error *told;
    char done = (char)change(&told);
    trouble = TROUBLE_NONE;
    _exit(write(to, &done, 1) == 1 ? 0 : 1);
}

static void killed_at_each_call(void **state)
{
    bool killed = true;
    long at = 0;
    (void)state;
    while (killed) {
        int ends[2];
        int status = 0;
        char done = 0;
        begin_with_sam();
        assert_int_equal(pipe(ends), 0);
        begin_trouble(TROUBLE_KILL, ++at, false);
        pid_t child = fork();
        if (child == 0)
            change_and_tell(ends[1]);
        trouble = TROUBLE_NONE;
        close(ends[1]);
        assert_int_equal(waitpid(child, &status, 0), child);
        killed = WIFSIGNALED(status);
        assert_int_equal(read(ends[0], &done, 1), killed ? 0 : 1);
        close(ends[0]);
        assert_int_equal(killed ? WTERMSIG(status) : WEXITSTATUS(status), killed ? SIGKILL : 0);
        if (!killed)
            assert_int_equal(done, 2);
        expect_state(done, 2, at);
    }
    assert_in_range(at, 10, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, places_make, places_remove)
        CASE(killed_at_each_call), /* first: it forks */
        CASE(each_allocation_fails),
        CASE(each_call_of_the_system_fails),
    };
    return cmocka_run_group_tests_name("client: cache under torture", tests, NULL, NULL);
}
