/* SPDX-License-Identifier: Apache-2.0 */
/* The file of a cache: who may read it, what unfit files do, what is left of former tokens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/cache_places.h"

#include <sys/stat.h>

static struct doorcode_cache *cache;

static const char *usual_path(void)
{
    return places_path("doorcode/tokens");
}

static void keep(const char *path, const char *user)
{
    assert_null(doorcode_cache_file(path, &cache));
    assert_null(places_keep(cache, user, &places_tokens));
    doorcode_cache_free(cache);
}

static void assert_mode(const char *path, mode_t mode)
{
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, mode);
}

static void tokens_are_kept_privately(void **state)
{
    (void)state;
    mode_t former = umask(0);
    keep(NULL, "sam@example.org");
    assert_mode(places_path("doorcode"), 0700);
    assert_mode(usual_path(), 0600);
    assert_mode(places_path("doorcode/tokens.lock"), 0600);
    umask(former);
    assert_null(doorcode_cache_file(NULL, &cache));
    assert_string_equal(doorcode_cache_place(cache), usual_path());
    assert_int_equal(places_count(cache), 1);
    doorcode_cache_free(cache);
}

static void write_file(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

/* It can be neither read nor written, and is as it was. */
static void expect_problem(const char *path, const char *words)
{
    struct doorcode_accounts *accounts;
    struct stat before = { 0 };
    struct stat after = { 0 };
    lstat(path != NULL ? path : usual_path(), &before);
    assert_null(doorcode_cache_file(path, &cache));
    const struct doorcode_error *error = doorcode_accounts_read(cache, NULL, &accounts);
    if (error == NULL || error->kind != DOORCODE_ERROR_CACHE || strstr(error->description, words) == NULL)
        fail_msg("%s", error == NULL ? "it was read" : error->description);
    error = places_keep(cache, "kim@example.org", &places_tokens);
    if (error == NULL || error->kind != DOORCODE_ERROR_CACHE)
        fail_msg("%s was written", words);
    doorcode_cache_free(cache);
    lstat(path != NULL ? path : usual_path(), &after);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(before.st_size, after.st_size);
}

static void unfit_files_are_refused(void **state)
{
    (void)state;
    keep(NULL, "sam@example.org");
    write_file(usual_path(), "", 0600);
    expect_problem(NULL, "is damaged");
    write_file(usual_path(), "{\"version\":1,\"accounts\":[]}", 0600);
    expect_problem(NULL, "in a format that is not known here");
    write_file(usual_path(), "doorcode tokens 3\n\nend\n", 0600);
    expect_problem(NULL, "in a format that is not known here");
    write_file(usual_path(), "doorcode tokens 2\n\nen", 0600);
    expect_problem(NULL, "are damaged");
    write_file(usual_path(), "doorcode tokens 2\n\nend\n", 0640);
    expect_problem(NULL, "is open to other users");
    write_file(usual_path(), "doorcode tokens 2\n\nend\n", 0604);
    expect_problem(NULL, "is open to other users");
    write_file(usual_path(), "doorcode tokens 2\n\nend\n", 0600);
    assert_int_equal(truncate(usual_path(), DOORCODE_CACHE_BYTES + 1), 0);
    expect_problem(NULL, "is too large");
    expect_problem(places_folder, "is not a file");
    assert_int_equal(unlink(usual_path()), 0);
    assert_int_equal(mkfifo(usual_path(), 0600), 0);
    expect_problem(NULL, "is not a file"); /* and nobody waits for its other end */
}

static void links_are_refused(void **state)
{
    char target[160];
    (void)state;
    keep(NULL, "sam@example.org");
    snprintf(target, sizeof target, "%s", places_path("doorcode/target"));
    assert_int_equal(rename(usual_path(), target), 0);
    assert_int_equal(symlink(target, usual_path()), 0);
    expect_problem(NULL, "is a symbolic link");
    assert_int_equal(unlink(usual_path()), 0);
    assert_int_equal(symlink("/dev/null", usual_path()), 0);
    expect_problem(NULL, "is a symbolic link");
}

static void another_users_file_is_refused(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    keep(NULL, "sam@example.org");
    assert_int_equal(chown(usual_path(), 65534, 65534), 0);
    expect_problem(NULL, "belongs to another user");
}

static void a_missing_file_is_empty(void **state)
{
    (void)state;
    assert_null(doorcode_cache_file("/tmp/doorcode-no-such-folder/tokens", &cache));
    assert_int_equal(places_count(cache), 0);
    const struct doorcode_error *error = places_keep(cache, "sam@example.org", &places_tokens);
    assert_non_null(strstr(error->description, "No such file or directory"));
    doorcode_cache_free(cache);
}

static void nowhere_to_keep_them(void **state)
{
    static char long_path[5000];
    (void)state;
    memset(long_path, 'a', sizeof long_path - 1);
    assert_int_equal(doorcode_cache_file(long_path, &cache)->kind, DOORCODE_ERROR_CACHE);
    assert_null(cache);
    const char *home = getenv("HOME") != NULL ? strdup(getenv("HOME")) : NULL;
    unsetenv("XDG_DATA_HOME");
    unsetenv("HOME");
    assert_int_equal(doorcode_cache_file(NULL, &cache)->kind, DOORCODE_ERROR_CACHE);
    setenv("XDG_DATA_HOME", "relative", 1); /* which is to be ignored */
    assert_int_equal(doorcode_cache_file(NULL, &cache)->kind, DOORCODE_ERROR_CACHE);
    setenv("HOME", "/home/sam", 1);
    assert_null(doorcode_cache_file(NULL, &cache));
    assert_string_equal(doorcode_cache_place(cache), "/home/sam/.local/share/doorcode/tokens");
    doorcode_cache_free(cache);
    if (home != NULL)
        setenv("HOME", home, 1);
    free((void *)(uintptr_t)home);
}

/* The blocks of the former file, seen through a descriptor that stays open. */
static void former_tokens_are_overwritten(void **state)
{
    char former[4096] = "";
    (void)state;
    keep(NULL, "sam@example.org");
    int fd = open(usual_path(), O_RDONLY);
    assert_null(doorcode_cache_file(NULL, &cache));
    assert_null(doorcode_accounts_remove(cache, NULL, NULL));
    doorcode_cache_free(cache);
    ssize_t n = read(fd, former, sizeof former);
    assert_true(n > 100);
    for (ssize_t i = 0; i < n; i++)
        assert_int_equal(former[i], 0);
    close(fd);
}

static void a_second_name_of_the_file_is_left_alone(void **state)
{
    char other[160];
    (void)state;
    snprintf(other, sizeof other, "%s", places_path("doorcode/other"));
    keep(NULL, "sam@example.org");
    assert_int_equal(link(usual_path(), other), 0);
    keep(NULL, "kim@example.org");
    assert_null(doorcode_cache_file(other, &cache));
    assert_int_equal(places_count(cache), 1);
    doorcode_cache_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, places_make, places_remove)
        CASE(tokens_are_kept_privately),
        CASE(unfit_files_are_refused),
        CASE(links_are_refused),
        CASE(another_users_file_is_refused),
        CASE(a_missing_file_is_empty),
        CASE(nowhere_to_keep_them),
        CASE(former_tokens_are_overwritten),
        CASE(a_second_name_of_the_file_is_left_alone),
    };
    return cmocka_run_group_tests_name("client: file of a cache", tests, NULL, NULL);
}
