/* SPDX-License-Identifier: Apache-2.0 */
/* What git says to a credential helper, and what nobody should say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "git_credential.h"

#include <stdlib.h>
#include <string.h>

static bool read_bytes(const char *bytes, size_t n, struct git_credential *out)
{
    FILE *in = n > 0 ? fmemopen((char *)(uintptr_t)bytes, n, "r") : fopen("/dev/null", "r");
    assert_non_null(in);
    bool whole = git_credential_read(in, out);
    fclose(in);
    return whole;
}

static bool read_text(const char *text, struct git_credential *out)
{
    return read_bytes(text, strlen(text), out);
}

static void members(void **state)
{
    (void)state;
    struct git_credential got;
    assert_true(read_text("capability[]=authtype\nprotocol=https\nhost=git.example.org:8443\npath=a/b.git\n"
                          "wwwauth[]=Basic realm=\"=x\"\nusername=s=m\npassword=p w\n\nhost=evil.example\n",
                          &got));
    assert_string_equal(got.protocol, "https");
    assert_string_equal(got.host, "git.example.org:8443");
    assert_string_equal(got.username, "s=m");
    assert_string_equal(got.password, "p w");
    git_credential_close(&got);
    assert_string_equal(got.password, "");
    assert_true(read_text("protocol=https\nhost=a", &got)); /* no empty line, no end of line */
    assert_string_equal(got.host, "a");
    assert_true(read_text("host=a\nhost=b\nusername=\n\n", &got)); /* the last one counts, as in git */
    assert_string_equal(got.host, "b");
    assert_string_equal(got.username, "");
    assert_true(read_text("", &got));
    assert_string_equal(got.host, "");
    assert_true(read_text("HOST=a\nhosts=b\n =c\n=d\n\n", &got));
    assert_string_equal(got.host, "");
}

static void refuse(const char *bytes, size_t n)
{
    struct git_credential got;
    const struct git_credential nothing = { 0 };
    assert_false(read_bytes(bytes, n, &got));
    assert_memory_equal(&got, &nothing, sizeof got);
}

static void what_is_refused(void **state)
{
    (void)state;
    static const char nul[] = "host=a\0b\n\n";
    refuse(nul, sizeof nul - 1);
    refuse("host=a\nnonsense\n\n", 17);
    char *text = malloc(GIT_CREDENTIAL_BYTES + 2);
    assert_non_null(text);
    memset(text, 'x', GIT_CREDENTIAL_BYTES + 2);
    memcpy(text, "a=", 2);
    refuse(text, GIT_CREDENTIAL_LINE); /* one byte more than a line has room for */
    text[GIT_CREDENTIAL_LINE - 1] = '\n';
    struct git_credential got;
    assert_true(read_bytes(text, GIT_CREDENTIAL_LINE, &got));
    for (size_t i = 0; i + 4 <= GIT_CREDENTIAL_BYTES; i += 4)
        memcpy(text + i, "a=b\n", 4);
    assert_true(read_bytes(text, GIT_CREDENTIAL_BYTES, &got));
    memset(text, 'x', GIT_CREDENTIAL_BYTES);
    memcpy(text, "a=", 2);
    for (size_t i = 1000; i < GIT_CREDENTIAL_BYTES; i += 1000)
        memcpy(text + i, "\na=", 3);
    refuse(text, GIT_CREDENTIAL_BYTES + 2); /* too much in all, in lines that are short enough */
    memcpy(text, "host=", 5);
    text[5 + sizeof got.host] = '\n';
    refuse(text, sizeof got.host + 6);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members),
        cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests_name("cli: git credentials", tests, NULL, NULL);
}
