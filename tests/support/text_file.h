/* SPDX-License-Identifier: Apache-2.0 */
/* text_file.h: files and folders for tests of what is read from files. Static inline; failures end the test. */
#ifndef DOORCODE_TESTS_TEXT_FILE_H
#define DOORCODE_TESTS_TEXT_FILE_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct test_folder {
    char path[64];
};

static inline void test_folder_make(struct test_folder *f)
{
    snprintf(f->path, sizeof f->path, "/tmp/doorcode-test-XXXXXX");
    assert_non_null(mkdtemp(f->path));
}

/* The files in it, and the folder. */
static inline void test_folder_remove(const struct test_folder *f)
{
    DIR *folder = opendir(f->path);
    char path[384];

    assert_non_null(folder);
    for (const struct dirent *e = readdir(folder); e != NULL; e = readdir(folder)) {
        snprintf(path, sizeof path, "%s/%s", f->path, e->d_name);
        if (e->d_name[0] != '.')
            unlink(path);
    }
    closedir(folder);
    rmdir(f->path);
}

/* Writes `n` bytes to folder/name; the path stays good until the next call. */
static inline const char *test_file_bytes(const struct test_folder *f, const char *name, const void *bytes, size_t n)
{
    static char path[128];

    snprintf(path, sizeof path, "%s/%s", f->path, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
    return path;
}

static inline const char *test_file(const struct test_folder *f, const char *name, const char *text)
{
    return test_file_bytes(f, name, text, strlen(text));
}

#endif
