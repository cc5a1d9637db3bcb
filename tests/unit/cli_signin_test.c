/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of a user against recorded answers: what they print, what they keep, what they never show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/cli_ran.h"

#include <sys/stat.h>

#define INITIATED                                                            \
    {                                                                        \
        .status = "200 OK", .body = "{\"continuation_token\":\"secret-c1\"}" \
    }
#define CHALLENGED                                                                                        \
    {                                                                                                     \
        .status = "200 OK",                                                                               \
        .body = "{\"continuation_token\":\"secret-c2\",\"challenge_type\":\"oob\",\"challenge_channel\":" \
                "\"email\",\"challenge_target_label\":\"s*m@e*g\",\"code_length\":8}"                     \
    }
#define WRONG_CODE                                                                                         \
    {                                                                                                      \
        .status = "400 Bad Request",                                                                       \
        .body = "{\"error\":\"invalid_grant\",\"suberror\":\"invalid_oob_value\",\"error_codes\":[50181]}" \
    }
#define TOKENS_OF(access, refresh)                                                                              \
    {                                                                                                           \
        .status = "200 OK",                                                                                     \
        .body = "{\"token_type\":\"Bearer\",\"scope\":\"openid profile\",\"expires_in\":3600,\"access_token\":" \
                "\"" access "\",\"refresh_token\":\"" refresh "\",\"id_token\":\"@ID_TOKEN@\"}"                 \
    }
#define REDIRECT                                                                                              \
    {                                                                                                         \
        .status = "200 OK", .body = "{\"challenge_type\":\"redirect\",\"redirect_reason\":\"no codes here\"}" \
    }

/* Sam signs in at the server, with this code out of a file. */
static void expect_signed_in(const struct answer_server *server, const char *code)
{
    char line[256];
    FILE *file = fopen(code_file, "w");
    fprintf(file, "%s\n", code);
    fclose(file);
    snprintf(line, sizeof line, "signin sam@example.org --authority %s/petstore --code-file %s", server->origin,
             code_file);
    expect(line, 0, "Signed in", "");
}

/* A sign-in whose codes come from a file. */
static void expect_signin(const struct answer *answers, size_t count, const char *codes, const char *more, int status,
                          const char *out, const char *errors)
{
    char line[256];
    snprintf(line, sizeof line, "signin sam@example.org%s", more);
    expect_command(answers, count, codes, line, status, out, errors);
}

/* What is shown nowhere else. */
static void expect_token(const char *command, const char *token)
{
    struct ran asked = command_ran(&program, command);
    assert_string_equal(asked.errors, "");
    assert_string_equal(asked.out, token);
    command_ran_free(&asked);
}

static void a_code_signs_in(void **state)
{
    (void)state;
    static const struct answer answers[] = { INITIATED, CHALLENGED, TOKENS_OF("secret-a", "secret-r") };
    expect_signin(answers, COUNT(answers), "12345678\n", "", 0, "Signed in as sam@example.org.\nThe access token ends ",
                  "");
    expect("token show", 0, "sam@example.org", "");
    expect("token show", 0, "refresh token  kept\n", "");
    expect("token show", 0, "  name                Sam\n", "");
    expect("token show SAM@example.org --json", 0, "\"name\": \"Sam\"", "");
    expect("token show kim@example.org", 4, "",
           "kim@example.org is not signed in\nSign in with: doorcode signin USER\n");
    expect("token get --id", 0, "eyJ", "");
    expect_token("token get", "secret-a\n"); /* nobody was asked: the server is gone */
    expect("account list", 0, "USER             AUTHORITY ", "");
    expect("account list", 0, "sam@example.org  http://127.0.0.1:", "");
    expect("account list --json", 0, "\"name\": \"Sam\"", "");
    expect("account list --client-id d5c1f8a0-0000-4000-8000-000000000000 --json", 0, "[]\n", "");
    expect("account remove kim@example.org", 1, "", "no such user is signed in");
    expect("account list --authority nowhere", 0, "", "Nobody is signed in.");
    expect("signout", 0, "Signed out sam@example.org: the tokens of 1 account were removed", "");
    expect("token show", 4, "", "nobody is signed in");
    expect("token get", 4, "", "nobody is signed in\nSign in with: doorcode signin USER\n");
    expect("account list", 0, "", "Nobody is signed in.");
    expect("signout", 1, "", "nobody is signed in");
    expect("signout --all", 0, "0 accounts", "");
}

static void wrong_codes_and_another_one(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        INITIATED, CHALLENGED, WRONG_CODE, CHALLENGED, TOKENS_OF("secret-a", "secret-r"),
    };
    static const char wrong[] = "A code was sent to s*m@e*g.\n"
                                "doorcode signin: The code is not right, or it is too old.\n"
                                "Type the newest code again, or ask for another one.\n";
    expect_signin(answers, COUNT(answers), "00000000\n123\n\n12345678\n", "", 0, "Signed in as", wrong);
    expect_signin(answers, COUNT(answers), "00000000\n123\n\n12345678\n", " --json", 0, "\"state\": \"completed\"",
                  wrong);
}

static void codes_that_end(void **state)
{
    (void)state;
    static const struct answer wrong[] = { INITIATED, CHALLENGED, WRONG_CODE };
    static const struct answer none[] = { INITIATED, CHALLENGED };
    expect_signin(wrong, COUNT(wrong), "00000000\n", "", 1, "", "signin: The code is not right, or it is too old.\n");
    expect_signin(wrong, COUNT(wrong), "00000000\n", "", 1, "",
                  "or ask for another one.\ndoorcode signin: No further code was given.\nBegin again");
    expect_signin(wrong, COUNT(wrong), "00000000", " --json", 1, "\"kind\": \"invalid_code\"", "");
    expect_signin(none, COUNT(none), "", "", 1, "", "signin: No code was given.\nGive it on a terminal");
}

static void failures_say_what_to_do(void **state)
{
    (void)state;
    static const struct answer redirect[] = { REDIRECT };
    static const struct answer no_user[] = { { .status = "400 Bad Request",
                                               .body = "{\"error\":\"user_not_found\",\"error_codes\":[50034]}" } };
    static const struct answer no_native[] = {
        { .status = "400 Bad Request",
          .body = "{\"error\":\"invalid_client\",\"suberror\":\"nativeauthapi_disabled\"}" }
    };
    static const struct answer html[] = { { .status = "200 OK", .type = "text/html", .body = "<html>" } };
    static const struct answer slow_down[] = {
        { .status = "429 Too Many", .headers = "Retry-After: 9\r\n", .body = "" }
    };
    expect_signin(redirect, 1, "", "", 3, "", "has to sign in with a browser: no codes here\nLet it with --browser");
    expect_signin(redirect, 1, "", " --json", 3, "\"redirect_reason\": \"no codes here\"", "");
    expect_signin(no_user, 1, "", "", 1, "", "signin: There is no such user.\nCheck the address");
    expect_signin(no_native, 1, "", "", 1, "", "native authentication.\nSign in with --browser, or switch");
    expect_signin(html, 1, "", "", 1, "",
                  "makes no sense: the answer is not a JSON object (HTTP 200, text/html, 6 bytes)\n");
    expect_signin(slow_down, 1, "", "", 1, "", "Wait 9 seconds.");
    expect("signin sam@example.org --authority http://127.0.0.1:1/petstore", 1, "",
           "cannot be reached: Failed to connect");
    expect("signin sam@example.org --authority http://petstore.example/petstore", 1, "", "Use https; or --allow-http,");
    expect("signin sam@example.org --authority nowhere", 1, "", "The authority is not an address");
    expect("signin sam@example.org --authority https://petstore.example/p --client-id me", 1, "", "not a GUID");
    expect("signin sam@example.org", 2, "", "option '--authority URL' is missing (or set DOORCODE_AUTHORITY)\nSee");
    char *former = strdup(getenv("DOORCODE_CLIENT_ID"));
    unsetenv("DOORCODE_CLIENT_ID");
    expect("signin sam@example.org", 2, "",
           "option '--authority URL' is missing (or set DOORCODE_AUTHORITY)\n"
           "doorcode signin: option '--client-id ID' is missing (or set DOORCODE_CLIENT_ID)\nSee");
    setenv("DOORCODE_CLIENT_ID", former, 1);
    free(former);
    expect("signin --authority http://127.0.0.1:1/p", 2, "", "missing argument: USER");
    expect("signin --authority http://127.0.0.1:1/p --browser", 2, "", "missing argument: USER");
    expect("signin sam@example.org kim@example.org", 2, "", "too many arguments, beginning with 'kim@example.org'");
}

static void a_refresh_keeps_the_new_tokens(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        INITIATED,
        CHALLENGED,
        TOKENS_OF("secret-a", "secret-r"),
        TOKENS_OF("secret-b", "secret-s"),
        { .status = "400 Bad Request", .body = "{\"error\":\"invalid_grant\",\"error_codes\":[700082]}" },
    };
    struct answer_server server;
    char line[256];
    answer_server_start_with(&server, answers, COUNT(answers), tenant_of_tests());
    expect_signed_in(&server, "1234 5678");
    expect_token("token get", "secret-a\n");
    expect_token("token get --force", "secret-b\n");
    assert_non_null(strstr(server.requests[3], "&refresh_token=secret-r&"));
    expect_token("token get", "secret-b\n");
    expect("token get --force --json", 4, "\"kind\": \"signin_required\"", "");
    assert_non_null(strstr(server.requests[4], "&refresh_token=secret-s&"));
    assert_int_equal(answer_server_stop(&server), COUNT(answers));
    snprintf(line, sizeof line, "signin sam@example.org --authority %s/petstore --client-id 1f8b7c66-3a1d-4f5e-9c42-",
             server.origin);
    expect("token get --force", 4, "", "sam@example.org has to sign in again\nSign in with: doorcode signin ");
    expect("token get --force", 4, "", line);
    expect("token get kim@example.org", 4, "", "kim@example.org is not signed in");
}

/* Signed in with secret-a, then what the tenant answers to a renewal. */
static void expect_renewal(struct answer answer, const char *command, int status, const char *out, const char *errors)
{
    const struct answer answers[] = { INITIATED, CHALLENGED, TOKENS_OF("secret-a", "secret-r"), answer };
    struct answer_server server;
    answer_server_start_with(&server, answers, COUNT(answers), tenant_of_tests());
    expect_signed_in(&server, "12345678");
    expect(command, status, out, errors);
    assert_int_equal(answer_server_stop(&server), COUNT(answers));
}

static void a_renewal_may_need_the_user(void **state)
{
    (void)state;
    const struct answer redirect = REDIRECT;
    const struct answer interaction = { .status = "400 Bad Request",
                                        .body = "{\"error\":\"interaction_required\",\"error_codes\":[50076]}" };
    const struct answer unknown = { .status = "400 Bad Request",
                                    .body = "{\"error\":\"unauthorized_client\",\"error_codes\":[700016]}" };
    expect_renewal(redirect, "token get --force", 4, "", "sam@example.org has to sign in again\n");
    expect_renewal(redirect, "token get --force --json", 4, "\"kind\": \"interaction_required\"", "");
    expect_renewal(interaction, "token get --force", 4, "", "sam@example.org has to sign in again\n");
    expect_renewal(unknown, "token get --force", 1, "", "token get: The application is unknown here");
}

/* What was got for another API meanwhile does not change what a script gets that names none. */
static void without_scopes_it_is_the_token_of_the_signin(void **state)
{
    (void)state;
    static const struct answer pets = {
        .status = "200 OK",
        .body = "{\"token_type\":\"Bearer\",\"scope\":\"api://pets/Pets.Read\",\"expires_in\":3600,"
                "\"access_token\":\"secret-pets\",\"refresh_token\":\"secret-s\",\"id_token\":\"@ID_TOKEN@\"}"
    };
    const struct answer answers[] = { INITIATED, CHALLENGED, TOKENS_OF("secret-a", "secret-r"), pets };
    struct answer_server server;
    answer_server_start_with(&server, answers, COUNT(answers), tenant_of_tests());
    expect_signed_in(&server, "12345678");
    expect_token("token get --scope api://pets/Pets.Read", "secret-pets\n");
    expect_token("token get", "secret-a\n");
    expect_token("token get --scope api://pets/Pets.Read", "secret-pets\n");
    expect("account list --json", 0, "\"signin_scope\": \"openid profile\"", "");
    assert_int_equal(answer_server_stop(&server), COUNT(answers));
}

static void a_token_of_several_lines_goes_nowhere(void **state)
{
    (void)state;
    const struct answer odd = TOKENS_OF("secret-b\\r\\nX-Evil: 1", "secret-s");
    expect_renewal(odd, "token get --force", 1, "", "token get: ");
}

static void a_refresh_of_another_subject_is_not_kept(void **state)
{
    (void)state;
    static const struct answer answers[] = { INITIATED, CHALLENGED, TOKENS_OF("secret-a", "secret-r"),
                                             TOKENS_OF("secret-b", "secret-s") };
    struct tenant tenant = { 0 };
    struct answer_server server;
    char line[256];
    FILE *file = fopen(code_file, "w");
    fputs("12345678\n", file);
    fclose(file);
    answer_server_start_with(&server, answers, COUNT(answers), tenant_facts(&tenant));
    snprintf(line, sizeof line, "signin sam@example.org --authority %s/petstore --code-file %s", server.origin,
             code_file);
    expect(line, 0, "Signed in", "");
    tenant.subject = "somebody else";
    expect("token get --force", 1, "",
           "The server renewed the tokens of another user: the sub of the id token is another one\nNothing was kept.");
    expect_token("token get", "secret-a\n");
    assert_int_equal(answer_server_stop(&server), COUNT(answers));
    tenant_close(&tenant);
}

static void an_unwritable_token_file_is_named(void **state)
{
    (void)state;
    expect_signin(NULL, 0, "", " --token-file /nowhere/tokens.json", 1, "", /* before a code is sent */
                  "kept: /nowhere/tokens.json cannot be locked: No such file or directory\nMend that");
}

static void tokens_of_another_format_are_named(void **state)
{
    (void)state;
    char removal[160];
    char told[400];
    FILE *file = fopen(token_file, "w");
    fputs("doorcode tokens 1\n\nend\n", file);
    fclose(file);
    assert_int_equal(chmod(token_file, 0600), 0);
    snprintf(removal, sizeof removal, "rm %s", token_file);
    snprintf(told, sizeof told,
             "the tokens in %s are in a format that is not known here\nMend that; or remove it with '%s' and sign in "
             "again;",
             token_file, removal);
    expect("account list", 1, "", told);
    expect("token get", 1, "", told);
    expect("signout --all", 1, "", told);
    expect_signin(NULL, 0, "", "", 1, "", told); /* before a code is sent */
    expect("account list --json", 1, removal, "");
    assert_int_equal(remove(token_file), 0); /* as it says */
    expect("account list", 0, "", "Nobody is signed in.");
}

/* What a shell would not take as one word is not offered as a command. */
static void no_command_for_an_odd_name(void **state)
{
    (void)state;
    char odd[128];
    char line[192];
    snprintf(odd, sizeof odd, "%s/a'b;c", folder);
    FILE *file = fopen(odd, "w");
    fputs("nothing", file);
    fclose(file);
    assert_int_equal(chmod(odd, 0600), 0);
    snprintf(line, sizeof line, "account list --token-file %s", odd);
    expect(line, 1, "",
           "not known here\nMend that, remove it and sign in again, or keep tokens elsewhere with --token-file or "
           "--cache.\n");
    assert_int_equal(remove(odd), 0);
    snprintf(line, sizeof line, "account list --token-file %s/nothing/tokens", folder);
    expect(line, 0, "", "Nobody is signed in.");
}

static void a_missing_code_file_is_named(void **state)
{
    (void)state;
    static const struct answer answers[] = { INITIATED, CHALLENGED };
    struct answer_server server;
    char line[256];
    answer_server_start_with(&server, answers, COUNT(answers), tenant_of_tests());
    snprintf(line, sizeof line, "signin sam@example.org --authority %s/petstore --code-file /nowhere/code",
             server.origin);
    expect(line, 1, "", "/nowhere/code cannot be read: No such file or directory\n");
    answer_server_stop(&server);
}

/* ---- another device ---- */

#define DEVICE_CODES                                                                                            \
    {                                                                                                           \
        .status = "200 OK", .body = "{\"user_code\":\"BCDF-GHJK\",\"device_code\":\"secret-d\",\"interval\":1," \
                                    "\"verification_uri\":\"https://login.example/devicelogin\"}"               \
    }
#define REFUSED(error)                                                   \
    {                                                                    \
        .status = "400 Bad Request", .body = "{\"error\":\"" error "\"}" \
    }

/* The linker leads the command's pauses here (--wrap): they are counted, and over at once. */
static unsigned seconds_waited;

int __wrap_nanosleep(const struct timespec *pause, struct timespec *left);

int __wrap_nanosleep(const struct timespec *pause, struct timespec *left)
{
    (void)left;
    seconds_waited += (unsigned)pause->tv_sec;
    return 0;
}

static void the_user_signs_in_elsewhere(void **state)
{
    (void)state;
    static const struct answer good[] = {
        DEVICE_CODES, REFUSED("authorization_pending"), { .status = NULL }, TOKENS_OF("secret-a", "secret-r")
    };
    static const struct answer no[] = { DEVICE_CODES, REFUSED("authorization_declined") };
    static const struct answer odd[] = { DEVICE_CODES, { .status = "200 OK", .body = "{}" } };
    static const char shown[] = "Open this address in a browser, on any device, and type the code there:\n\n"
                                "  https://login.example/devicelogin\n  BCDF-GHJK\n\n";
    seconds_waited = 0;
    expect_signin(good, COUNT(good), "", " --device-code", 0, "Signed in as sam@example.org.\n", shown);
    assert_int_equal(seconds_waited, 3); /* before each poll */
    expect_token("token get", "secret-a\n");
    expect_command(good, COUNT(good), "", "signin kim@example.org --device-code", 1, "",
                   "Another user has signed in with the browser.\nNothing was kept.");
    expect("signin sam@example.org --authority http://127.0.0.1:1/p --device-code --browser", 2, "",
           "either --device-code or --browser");
    expect_signin(no, COUNT(no), "", " --device-code", 1, "", "\n\ndoorcode signin: The sign-in was cancelled");
    expect_signin(odd, COUNT(odd), "", " --device-code", 1, "", "\n\ndoorcode signin: The server's answer makes no");
}

/* Signed by a key that has the name of the published one. */
static char *fill_forged(void *ctx, const char *origin, const char *body)
{
    (void)ctx;
    struct tenant forger = { 0 };
    tenant_facts(&forger);
    char *filled = tenant_fill(&forger, origin, body);
    tenant_close(&forger);
    return filled;
}

/* A sign-in on another device, at this tenant. */
static void expect_elsewhere(struct answer_facts tenant, const char *command, int status, const char *out,
                             const char *errors)
{
    static const struct answer answers[] = { DEVICE_CODES, TOKENS_OF("secret-a", "secret-r") };
    struct answer_server server;
    char line[256];
    answer_server_start_with(&server, answers, COUNT(answers), tenant);
    snprintf(line, sizeof line, "%s --device-code --authority %s/petstore", command, server.origin);
    expect(line, status, out, errors);
    assert_int_equal(answer_server_stop(&server), COUNT(answers));
}

static void whoever_signs_in_elsewhere_need_not_be_named(void **state)
{
    (void)state;
    struct tenant tenant = { .subject = "kim", .username = "kim@example.org" };
    struct answer_facts forged = tenant_facts(&tenant);
    forged.fill = fill_forged;
    expect_elsewhere(forged, "signin", 1, "", "the id token has a signature that does not fit");
    expect("account list", 0, "", "Nobody is signed in.");
    expect_elsewhere(tenant_facts(&tenant), "signin sam@example.org", 1, "",
                     "Another user has signed in with the browser.\nNothing was kept.");
    expect("account list", 0, "", "Nobody is signed in.");
    expect_elsewhere(tenant_facts(&tenant), "signin", 0, "Signed in as kim@example.org.\n", "");
    expect("account list", 0, "kim@example.org  http://127.0.0.1:", "");
    expect_elsewhere(tenant_of_tests(), "signin --json", 0, "\"username\": \"sam@example.org\"", "");
    expect("token show", 0, "sam@example.org", "");
    expect("token show kim@example.org", 0, "kim@example.org", "");
    tenant_close(&tenant);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
        CASE(a_code_signs_in),
        CASE(wrong_codes_and_another_one),
        CASE(codes_that_end),
        CASE(failures_say_what_to_do),
        CASE(a_refresh_keeps_the_new_tokens),
        CASE(a_refresh_of_another_subject_is_not_kept),
        CASE(a_renewal_may_need_the_user),
        CASE(without_scopes_it_is_the_token_of_the_signin),
        CASE(a_token_of_several_lines_goes_nowhere),
        CASE(an_unwritable_token_file_is_named),
        CASE(tokens_of_another_format_are_named),
        CASE(no_command_for_an_odd_name),
        CASE(a_missing_code_file_is_named),
        CASE(the_user_signs_in_elsewhere),
        CASE(whoever_signs_in_elsewhere_need_not_be_named),
    };
    return cmocka_run_group_tests_name("cli: sign-in", tests, NULL, NULL);
}
