/* SPDX-License-Identifier: Apache-2.0 */
/* The sandbox, in children, as it is for good: what the server needs goes on, what it does not need is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/vault.h"
#include "server/sandbox.h"
#include "store/store.h"
#include "support/text_file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { NO_LANDLOCK = 77 };

static struct test_folder inside, outside;

static int make(void **state)
{
    (void)state;
    test_folder_make(&inside);
    test_folder_make(&outside);
    test_file(&outside, "secret", "x");
    return 0;
}

static int clear(void **state)
{
    (void)state;
    test_folder_remove(&inside);
    test_folder_remove(&outside);
    return 0;
}

static void enter(void)
{
    char certificate[96];
    struct sandbox_paths paths = { .writable = { inside.path }, .writable_count = 1, .readable_count = 2 };

    snprintf(certificate, sizeof certificate, "%s/tls", outside.path);
    paths.readable[0] = certificate;
    paths.readable[1] = "/tmp/doorcode-does-not-exist";
    err entered = sandbox_enter(&paths);
    if (entered.code == ERR_NOT_FOUND)
        _exit(NO_LANDLOCK);
    if (!err_is_ok(entered))
        _exit(99);
}

/* Runs `check` in a child that entered the sandbox; it gives 0, or the number of the line that failed. */
static void in_sandbox(int (*check)(void))
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        enter();
        _exit(check());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == NO_LANDLOCK)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int open_code(const char *folder, const char *name, int flags)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno;
    close(fd);
    return 0;
}

static int files(void)
{
    if (open_code(outside.path, "secret", O_RDONLY) != EACCES)
        return 1;
    if (open_code(outside.path, "new", O_WRONLY | O_CREAT) != EACCES)
        return 2;
    if (open_code(inside.path, "new", O_RDWR | O_CREAT | O_TRUNC) != 0)
        return 3;
    if (open_code("/etc", "passwd", O_RDONLY) != 0 || open_code("/dev", "urandom", O_RDONLY) != 0)
        return 4;
    if (open_code("/etc", "passwd", O_WRONLY) != EACCES)
        return 5;
    if (open_code("/root", ".profile", O_RDONLY) == 0 || open_code("/var/log", ".", O_RDONLY) == 0)
        return 6;
    if (open_code("/proc/self", "statm", O_RDONLY) != 0 || open_code("/dev", "null", O_WRONLY) != 0)
        return 7;
    return 0;
}

static void only_its_own_files(void **state)
{
    (void)state;
    in_sandbox(files);
}

static int readable_only(void)
{
    if (open_code(outside.path, "tls", O_RDONLY) != 0)
        return 1;
    return open_code(outside.path, "tls", O_WRONLY) == EACCES ? 0 : 2;
}

static void named_files_are_read_only(void **state)
{
    (void)state;
    test_file(&outside, "tls", "x");
    in_sandbox(readable_only);
}

static void *try_secret(void *out)
{
    *(int *)out = open_code(outside.path, "secret", O_RDONLY);
    return NULL;
}

static int threads(void)
{
    pthread_t thread;
    int code = 0;

    if (pthread_create(&thread, NULL, try_secret, &code) != 0 || pthread_join(thread, NULL) != 0)
        return 1;
    return code == EACCES ? 0 : 2;
}

static void threads_are_inside(void **state)
{
    (void)state;
    in_sandbox(threads);
}

static int execute(void)
{
    char *const argv[] = { "true", NULL };

    execv("/bin/true", argv);
    return errno == EACCES ? 0 : 1;
}

static void nothing_is_executed(void **state)
{
    (void)state;
    in_sandbox(execute);
}

/* A real database with its log, shared memory and temporary files, and its writer thread. */
static int database(void)
{
    char path[128];
    const struct store_options options = { .path = path, .clock = &clock_system, .rng = &rng_system };
    struct tenant tenant = { .id = { { 1 } }, .name = SLICE("pets"), .domain = SLICE("pets.example") };
    const struct store_write write = { .kind = WRITE_TENANT_PUT, .tenant = &tenant };
    struct vault *vault;
    struct store *store;

    snprintf(path, sizeof path, "%s/doorcode.db", inside.path);
    if (!err_is_ok(store_open(&options, &store)))
        return 1;
    if (!err_is_ok(store_write(store, &write, 1)) || !err_is_ok(store_check(store)))
        return 2;
    store_close(store);
    snprintf(path, sizeof path, "%s/master.key", inside.path);
    return err_is_ok(vault_load(path, true, &rng_system, &vault)) ? 0 : 3;
}

static void database_and_key_work(void **state)
{
    (void)state;
    in_sandbox(database);
}

static int network(void)
{
    struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    struct addrinfo *found = NULL;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof any) != 0 || listen(fd, 1) != 0)
        return 1;
    close(fd);
    if (getaddrinfo("localhost", "25", NULL, &found) != 0)
        return 2;
    freeaddrinfo(found);
    return 0;
}

static void network_and_names_work(void **state)
{
    (void)state;
    in_sandbox(network);
}

/* The event says which it was. */
static int tell(void)
{
    const struct sandbox_paths paths = { .writable = { inside.path }, .writable_count = 1 };
    struct events events = { .sink = NULL };

    sandbox_try(&paths, &events);
    return events.counts[EVENT_sandbox_entered] == 1 && events.counts[EVENT_sandbox_missing] == 0 ? 0 : 1;
}

static void it_is_told(void **state)
{
    (void)state;
    in_sandbox(tell);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_its_own_files),
        cmocka_unit_test(named_files_are_read_only),
        cmocka_unit_test(threads_are_inside),
        cmocka_unit_test(nothing_is_executed),
        cmocka_unit_test(database_and_key_work),
        cmocka_unit_test(network_and_names_work),
        cmocka_unit_test(it_is_told),
    };
    return cmocka_run_group_tests(tests, make, clear);
}
