/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode account list and token show: on a terminal of 80 columns one line for each account, elsewhere nothing is cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "doorcode/account.h"
#include "support/cli_ran.h"
#include "support/terminal_ran.h"

#include <time.h>

#define ENTRA "https://petstore.ciamlogin.com/petstore.onmicrosoft.com"
#define LOCAL "http://localhost:8080/petstore"
#define FIRST_APP "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31"
#define SECOND_APP "5e903f62-a14d-4058-8d3f-8f4c516a7e94"

/* Signed in so many hours ago, with a token good for five hours, and a half that a slow machine may take. */
static void keep_with(const char *user, const char *authority, const char *client_id, const char *refresh_token,
                      int64_t hours, const char *id_token)
{
    struct doorcode_options options;
    struct doorcode_client *client;
    struct doorcode_cache *cache;
    const struct doorcode_tokens tokens = {
        .access_token = "secret-a",
        .id_token = id_token,
        .refresh_token = refresh_token,
        .scope = "openid profile offline_access api://petstore/Pets.Read",
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

static void keep(const char *user, const char *authority, const char *client_id, const char *refresh_token,
                 int64_t hours)
{
    keep_with(user, authority, client_id, refresh_token, hours, "");
}

static int forget(void **state)
{
    (void)state;
    remove(token_file);
    return 0;
}

static void fits_a_terminal(void **state)
{
    (void)state;
    char text[TERMINAL_TEXT];
    keep("kim@example.org", LOCAL, FIRST_APP, "", 8);
    keep("somebody.else@petstore.example.org", ENTRA, FIRST_APP, "secret-r", 0);
    terminal_ran(&program, "account list", 80, text);
    assert_string_equal(text, "USER                                AUTHORITY              TOKEN ENDS  RENEWABLE\n"
                              "somebody.else@petstore.example.org  https://petstore.c...  in 5 h      yes\n"
                              "kim@example.org                     http://localhost:8...  2 h ago     no\n");
    terminal_ran(&program, "account list", 120, text);
    assert_non_null(strstr(text, ENTRA "  in 5 h      yes\n"));
    terminal_ran(&program, "account list", 40, text); /* no line fits, and nothing is cut */
    assert_non_null(strstr(text, "USER        somebody.else@petstore.example.org\nAUTHORITY   " ENTRA "\n"
                                 "TOKEN ENDS  in 5 h\nRENEWABLE   yes\n\nUSER        kim@example.org\n"));
}

static void usual_names_are_whole(void **state)
{
    (void)state;
    char text[TERMINAL_TEXT];
    keep("sam@example.org", LOCAL, FIRST_APP, "secret-r", 0);
    terminal_ran(&program, "account list", 80, text);
    assert_string_equal(text, "USER             AUTHORITY                       TOKEN ENDS  RENEWABLE\n"
                              "sam@example.org  http://localhost:8080/petstore  in 5 h      yes\n");
    keep("sam@example.org", ENTRA, FIRST_APP, "secret-r", 0);
    terminal_ran(&program, "account list", 80, text);
    assert_true(terminal_longest(text) <= 80);
}

static void a_long_list_stands_below(void **state)
{
    (void)state;
    char text[TERMINAL_TEXT];
    keep("somebody.else@petstore.example.org", ENTRA, FIRST_APP, "secret-r", 0);
    terminal_ran(&program, "account list --long", 80, text);
    assert_true(terminal_longest(text) <= 80);
    assert_non_null(strstr(text, "USER                                "));
    assert_non_null(strstr(text, "    AUTHORITY  " ENTRA "\n    CLIENT ID  " FIRST_APP "\n"));
}

static void an_account_is_shown_within_the_lines(void **state)
{
    (void)state;
    char text[TERMINAL_TEXT];
    keep("sam@example.org", LOCAL, FIRST_APP, "secret-r", 0);
    terminal_ran(&program, "token show", 60, text);
    assert_true(terminal_longest(text) <= 60);
    assert_non_null(strstr(text, "  scope          openid profile offline_access\n"
                                 "                 api://petstore/Pets.Read\n"));
    expect("token show", 0, "  scope          openid profile offline_access api://petstore/Pets.Read\n", "");
}

static void a_claim_does_not_move_the_cursor_by_its_name(void **state)
{
    (void)state;
    /* {"sub":"u","x\u001b[2J\u009by":"z"} */
    keep_with("sam@example.org", LOCAL, FIRST_APP, "secret-r", 0,
              "e30.eyJzdWIiOiJ1IiwieFx1MDAxYlsySlx1MDA5YnkiOiJ6In0.c2ln");
    expect("token show", 0, "  sub      u\n  x.[2J.y  z\n", "");
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
    char text[TERMINAL_TEXT];
    keep("sam@example.org", LOCAL, FIRST_APP, "secret-r", 0);
    keep("sam@example.org", LOCAL, SECOND_APP, "secret-r", 0);
    terminal_ran(&program, "account list", 80, text);
    assert_string_equal(text, "USER             AUTHORITY                       TOKEN ENDS  RENEWABLE  CLIENT\n"
                              "sam@example.org  http://localhost:8080/petstore  in 5 h      yes        5e903f62\n"
                              "sam@example.org  http://localhost:8080/petstore  in 5 h      yes        1f8b7c66\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(fits_a_terminal, forget),
        cmocka_unit_test_teardown(usual_names_are_whole, forget),
        cmocka_unit_test_teardown(a_long_list_stands_below, forget),
        cmocka_unit_test_teardown(an_account_is_shown_within_the_lines, forget),
        cmocka_unit_test_teardown(a_claim_does_not_move_the_cursor_by_its_name, forget),
        cmocka_unit_test_teardown(nothing_is_cut_elsewhere, forget),
        cmocka_unit_test_teardown(the_application_tells_namesakes_apart, forget),
    };
    return cmocka_run_group_tests_name("cli: account list", tests, make_folder, remove_folder);
}
