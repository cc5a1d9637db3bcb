/* SPDX-License-Identifier: Apache-2.0 */
/* The token file: who may read it, what damage does, and that concurrent writers lose nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "token_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/doorcode-tokens-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    return setenv("XDG_DATA_HOME", folder, 1);
}

static int remove_folder(void **state)
{
    (void)state;
    static const char *const names[] = { "doorcode/tokens.json", "doorcode/tokens.json.lock", "doorcode/other",
                                         "doorcode", "" };
    char path[128];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        remove(path);
    }
    return 0;
}

static const struct doorcode_tokens sample = {
    .access_token = "access-1",
    .id_token = "id-1",
    .refresh_token = "refresh-1",
    .scope = "openid",
    .client_info = "",
    .received_at = 1790000000,
    .expires_in = 3600,
};

static struct account_key key_of(const char *user)
{
    return (struct account_key){ "https://petstore.example/petstore", "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31", user };
}

static bool keep(const char *path, const char *user, const struct doorcode_tokens *tokens)
{
    struct token_file file;
    const struct account_key key = key_of(user);
    bool kept = token_file_open(&file, path, TOKEN_FILE_CHANGE) && token_file_put(&file, &key, tokens) &&
                token_file_save(&file);
    token_file_close(&file);
    return kept;
}

static const char *usual_path(void)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/doorcode/tokens.json", folder);
    return path;
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
    struct token_file file;
    char path[128];
    umask(0);
    assert_true(keep(NULL, "sam@example.org", &sample));
    snprintf(path, sizeof path, "%s/doorcode", folder);
    assert_mode(path, 0700);
    assert_mode(usual_path(), 0600);
    const struct account_key any = { 0 };
    assert_true(token_file_open(&file, NULL, TOKEN_FILE_READ));
    const json_t *account = token_file_find(&file, &any);
    assert_string_equal(account_text(account, "username"), "sam@example.org");
    assert_string_equal(account_text(account, "access_token"), "access-1");
    assert_string_equal(account_text(account, "refresh_token"), "refresh-1");
    assert_int_equal(account_expires_at(account), 1790003600);
    token_file_close(&file);
}

static void the_last_account_comes_first(void **state)
{
    (void)state;
    struct token_file file;
    struct doorcode_tokens newer = sample;
    newer.access_token = "access-2";
    newer.refresh_token = "";
    assert_true(keep(NULL, "sam@example.org", &sample));
    assert_true(keep(NULL, "kim@example.org", &sample));
    assert_true(keep(NULL, "SAM@example.org", &newer));
    assert_true(token_file_open(&file, NULL, TOKEN_FILE_CHANGE));
    const struct account_key any = { 0 };
    const struct account_key kim = { .username = "Kim@Example.org" };
    const struct account_key elsewhere = { .authority = "https://other.example/petstore" };
    const json_t *account = token_file_find(&file, &any);
    assert_string_equal(account_text(account, "access_token"), "access-2");
    assert_string_equal(account_text(account, "refresh_token"), "refresh-1"); /* kept, as there was no new one */
    assert_non_null(token_file_find(&file, &kim));
    assert_null(token_file_find(&file, &elsewhere));
    assert_int_equal(token_file_remove(&file, &kim), 1);
    assert_null(token_file_find(&file, &kim));
    assert_int_equal(token_file_remove(&file, &any), 1);
    assert_true(token_file_save(&file));
    token_file_close(&file);
}

static void the_oldest_makes_room(void **state)
{
    (void)state;
    struct token_file file;
    char user[32];
    assert_true(token_file_open(&file, NULL, TOKEN_FILE_CHANGE));
    for (int i = 0; i < TOKEN_FILE_ACCOUNTS + 3; i++) {
        snprintf(user, sizeof user, "u%d@example.org", i);
        const struct account_key key = key_of(user);
        assert_true(token_file_put(&file, &key, &sample));
    }
    const struct account_key third = key_of("u2@example.org");
    const struct account_key fourth = key_of("u3@example.org");
    assert_null(token_file_find(&file, &third));
    assert_non_null(token_file_find(&file, &fourth));
    token_file_close(&file);
}

static void expect_problem(const char *path, const char *words)
{
    struct token_file file;
    bool opened = token_file_open(&file, path, TOKEN_FILE_READ);
    if (opened || strstr(file.problem, words) == NULL)
        fail_msg("%s", opened ? "it was opened" : file.problem);
    token_file_close(&file);
}

static void write_file(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void unfit_files_are_refused(void **state)
{
    (void)state;
    static const char *const damaged[] = { "",
                                           "x",
                                           "[]",
                                           "{}",
                                           "{\"accounts\":{}}",
                                           "{\"accounts\":[1]}",
                                           "{\"accounts\":[]",
                                           "{\"accounts\":[],\"accounts\":[]}" };
    assert_true(keep(NULL, "sam@example.org", &sample));
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
        write_file(usual_path(), damaged[i], 0600);
        expect_problem(NULL, "is damaged");
    }
    write_file(usual_path(), "{\"accounts\":[]}", 0640);
    expect_problem(NULL, "is open to other users");
    write_file(usual_path(), "{\"accounts\":[]}", 0604);
    expect_problem(NULL, "is open to other users");
    write_file(usual_path(), "{\"accounts\":[]}", 0600);
    assert_int_equal(truncate(usual_path(), TOKEN_FILE_BYTES + 1), 0);
    expect_problem(NULL, "is too large");
    expect_problem(folder, "is not a file");
    expect_problem("/dev/null", "is not a file");
}

static void a_missing_file_is_empty(void **state)
{
    (void)state;
    struct token_file file;
    const struct account_key any = { 0 };
    assert_true(token_file_open(&file, "/tmp/doorcode-no-such-folder/tokens.json", TOKEN_FILE_READ));
    assert_null(token_file_find(&file, &any));
    token_file_close(&file);
    assert_false(token_file_open(&file, "/tmp/doorcode-no-such-folder/tokens.json", TOKEN_FILE_CHANGE));
    assert_non_null(strstr(file.problem, "No such file or directory"));
    token_file_close(&file);
}

/* The blocks of the former file, seen through a descriptor that stays open. */
static void former_tokens_are_overwritten(void **state)
{
    (void)state;
    char former[4096] = "";
    struct token_file file;
    const struct account_key any = { 0 };
    assert_true(keep(NULL, "sam@example.org", &sample));
    int fd = open(usual_path(), O_RDONLY);
    assert_true(token_file_open(&file, NULL, TOKEN_FILE_CHANGE));
    assert_int_equal(token_file_remove(&file, &any), 1);
    assert_true(token_file_save(&file));
    token_file_close(&file);
    ssize_t n = read(fd, former, sizeof former);
    assert_true(n > 100);
    for (ssize_t i = 0; i < n; i++)
        assert_int_equal(former[i], 0);
    close(fd);
}

static void a_second_name_of_the_file_is_left_alone(void **state)
{
    (void)state;
    struct token_file file;
    char other[128];
    snprintf(other, sizeof other, "%s/doorcode/other", folder);
    assert_true(keep(NULL, "sam@example.org", &sample));
    assert_int_equal(link(usual_path(), other), 0);
    assert_true(keep(NULL, "kim@example.org", &sample));
    const struct account_key sam = { .username = "sam@example.org" };
    assert_true(token_file_open(&file, other, TOKEN_FILE_READ));
    assert_non_null(token_file_find(&file, &sam));
    token_file_close(&file);
}

/* Processes that each add their accounts: every one is there at the end. */
static void concurrent_writers_lose_nothing(void **state)
{
    (void)state;
    enum { WRITERS = 8, EACH = 6 };
    char user[32];
    pid_t writers[WRITERS];
    for (int w = 0; w < WRITERS; w++) {
        writers[w] = fork();
        if (writers[w] != 0)
            continue;
        for (int i = 0; i < EACH; i++) {
            snprintf(user, sizeof user, "w%d-%d@example.org", w, i);
            if (!keep(NULL, user, &sample))
                _exit(1);
        }
        _exit(0);
    }
    for (int w = 0; w < WRITERS; w++) {
        int status = 0;
        assert_int_equal(waitpid(writers[w], &status, 0), writers[w]);
        assert_int_equal(status, 0);
    }
    struct token_file file;
    const struct account_key any = { 0 };
    assert_true(token_file_open(&file, NULL, TOKEN_FILE_CHANGE));
    assert_int_equal(token_file_remove(&file, &any), WRITERS * EACH);
    token_file_close(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
        CASE(tokens_are_kept_privately),
        CASE(the_last_account_comes_first),
        CASE(the_oldest_makes_room),
        CASE(unfit_files_are_refused),
        CASE(a_missing_file_is_empty),
        CASE(former_tokens_are_overwritten),
        CASE(a_second_name_of_the_file_is_left_alone),
        CASE(concurrent_writers_lose_nothing),
    };
    return cmocka_run_group_tests_name("cli: token file", tests, NULL, NULL);
}
