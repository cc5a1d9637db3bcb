/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode account list: on a terminal of 80 columns one line for each account, elsewhere nothing is cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "doorcode/account.h"
#include "support/cli_ran.h"

#include <pty.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define ENTRA "https://petstore.ciamlogin.com/petstore.onmicrosoft.com"
#define LOCAL "http://localhost:8080/petstore"
#define FIRST_APP "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31"
#define SECOND_APP "5e903f62-a14d-4058-8d3f-8f4c516a7e94"

/* Signed in so many hours ago, with a token good for five hours, and a half that a slow machine may take. */
static void keep(const char *user, const char *authority, const char *client_id, const char *refresh_token,
                 int64_t hours)
{
    struct doorcode_options options;
    struct doorcode_client *client;
    struct doorcode_cache *cache;
    const struct doorcode_tokens tokens = {
        .access_token = "secret-a",
        .id_token = "",
        .refresh_token = refresh_token,
        .scope = "openid",
        .client_info = "",
        .received_at = (int64_t)time(NULL) - hours * 3600,
        .expires_in = 5 * 3600 + 1800,
    };
    doorcode_options_init(&options);
    options.authority = authority;
    options.client_id = client_id;
    assert_null(doorcode_client_new(&options, &client));
    assert_null(doorcode_cache_file(token_file, &cache));
    assert_null(doorcode_accounts_keep(cache, client, user, &tokens, NULL));
    doorcode_cache_free(cache);
    doorcode_client_free(client);
}

static int forget(void **state)
{
    (void)state;
    remove(token_file);
    return 0;
}

/* What the command writes to a terminal of so many columns, lines parted by \n. */
static void on_terminal(const char *line, unsigned short columns, char *text, size_t cap)
{
    int terminal;
    int program_end;
    struct winsize size = { .ws_col = columns, .ws_row = 24 };
    size_t used = 0;
    assert_int_equal(openpty(&terminal, &program_end, NULL, NULL, &size), 0);
    FILE *out = fdopen(program_end, "w");
    setenv("NO_COLOR", "1", 1);
    assert_int_equal(command_ran_to(&program, line, out, stderr), 0);
    fputs("\x04", out); /* ends what is read, and is no text of the command */
    fflush(out);
    while (used == 0 || text[used - 1] != '\x04') {
        assert_true(used + 1 < cap);
        ssize_t n = read(terminal, text + used, 1);
        assert_true(n == 1);
        used += text[used] != '\r';
    }
    text[used - 1] = '\0';
    unsetenv("NO_COLOR");
    fclose(out);
    close(terminal);
}

static size_t longest_line(const char *text)
{
    size_t longest = 0;
    while (*text != '\0') {
        size_t n = strcspn(text, "\n");
        longest = n > longest ? n : longest;
        text += n + (text[n] == '\n');
    }
    return longest;
}

static void fits_a_terminal(void **state)
{
    (void)state;
    char text[4096];
    keep("kim@example.org", LOCAL, FIRST_APP, "", 8);
    keep("somebody.else@petstore.example.org", ENTRA, FIRST_APP, "secret-r", 0);
    on_terminal("account list", 80, text, sizeof text);
    assert_string_equal(text, "USER                                AUTHORITY              TOKEN ENDS  RENEWABLE\n"
                              "somebody.else@petstore.example.org  https://petstore.c...  in 5 h      yes\n"
                              "kim@example.org                     http://localhost:8...  2 h ago     no\n");
    on_terminal("account list", 120, text, sizeof text);
    assert_non_null(strstr(text, ENTRA "  in 5 h      yes\n"));
    on_terminal("account list", 20, text, sizeof text); /* nothing fits: the authority is cut, and no further */
    assert_non_null(strstr(text, "example.org  https...  in"));
}

static void usual_names_are_whole(void **state)
{
    (void)state;
    char text[4096];
    keep("sam@example.org", LOCAL, FIRST_APP, "secret-r", 0);
    on_terminal("account list", 80, text, sizeof text);
    assert_string_equal(text, "USER             AUTHORITY                       TOKEN ENDS  RENEWABLE\n"
                              "sam@example.org  http://localhost:8080/petstore  in 5 h      yes\n");
    keep("sam@example.org", ENTRA, FIRST_APP, "secret-r", 0);
    on_terminal("account list", 80, text, sizeof text);
    assert_true(longest_line(text) <= 80);
}

static void nothing_is_cut_elsewhere(void **state)
{
    (void)state;
    keep("somebody.else@petstore.example.org", ENTRA, FIRST_APP, "secret-r", 0);
    expect("account list", 0, ENTRA "  in 5 h      yes\n", "");
    expect("account list --long", 0, ENTRA "  " FIRST_APP "  ", "");
    expect("account list -l", 0, "(in 5 h)  kept\n", "");
}

static void the_application_tells_namesakes_apart(void **state)
{
    (void)state;
    char text[4096];
    keep("sam@example.org", LOCAL, FIRST_APP, "secret-r", 0);
    keep("sam@example.org", LOCAL, SECOND_APP, "secret-r", 0);
    on_terminal("account list", 80, text, sizeof text);
    assert_string_equal(text, "USER             AUTHORITY                       TOKEN ENDS  RENEWABLE  CLIENT\n"
                              "sam@example.org  http://localhost:8080/petstore  in 5 h      yes        5e903f62\n"
                              "sam@example.org  http://localhost:8080/petstore  in 5 h      yes        1f8b7c66\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(fits_a_terminal, forget),
        cmocka_unit_test_teardown(usual_names_are_whole, forget),
        cmocka_unit_test_teardown(nothing_is_cut_elsewhere, forget),
        cmocka_unit_test_teardown(the_application_tells_namesakes_apart, forget),
    };
    return cmocka_run_group_tests_name("cli: account list", tests, make_folder, remove_folder);
}
