/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode call against a recorded API: what it sends where, and what it writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/cli_ran.h"
#include "support/system_trust.h"

#define TOKENS_OF(access, refresh)                                                                              \
    {                                                                                                           \
        .status = "200 OK",                                                                                     \
        .body = "{\"token_type\":\"Bearer\",\"scope\":\"openid profile\",\"expires_in\":3600,\"access_token\":" \
                "\"" access "\",\"refresh_token\":\"" refresh "\",\"id_token\":\"@ID_TOKEN@\"}"                 \
    }
#define REFUSED                                                                                      \
    {                                                                                                \
        .status = "401 Unauthorized", .headers = "WWW-Authenticate: Bearer\r\n", .body = "not you\n" \
    }
#define PETS                                                                 \
    {                                                                        \
        .status = "200 OK", .headers = "X-Pets: 2\r\n", .body = "Rex, Tom\n" \
    }

static struct answer_server tenant_server; /* where sam is signed in, and has the tokens renewed */
static struct answer_server api;

static const struct answer at_tenant[] = {
    { .status = "200 OK", .body = "{\"continuation_token\":\"secret-c1\"}" },
    { .status = "200 OK",
      .body = "{\"continuation_token\":\"secret-c2\",\"challenge_type\":\"oob\",\"challenge_channel\":\"email\","
              "\"challenge_target_label\":\"s*m@e*g\",\"code_length\":8}" },
    TOKENS_OF("secret-a", "secret-r"),
    TOKENS_OF("secret-b", "secret-s"),
};

/* The file of the codes serves for bodies, too. */
static void write_text(const char *text)
{
    FILE *file = fopen(code_file, "w");
    fputs(text, file);
    fclose(file);
}

static void expect_text(const char *text)
{
    char got[64];
    FILE *file = fopen(code_file, "r");
    size_t n = fread(got, 1, sizeof got - 1, file);
    fclose(file);
    got[n] = '\0';
    assert_string_equal(got, text);
}

static int sign_in(void **state)
{
    char line[256];
    if (make_folder(state) != 0)
        return -1;
    write_text("12345678\n");
    answer_server_start_with(&tenant_server, at_tenant, COUNT(at_tenant), tenant_of_tests());
    snprintf(line, sizeof line, "signin sam@example.org --authority %s/petstore --code-file %s", tenant_server.origin,
             code_file);
    expect(line, 0, "Signed in", "");
    return 0;
}

static int sign_out(void **state)
{
    answer_server_stop(&tenant_server);
    return remove_folder(state);
}

/* `more` follows "call ORIGIN"; the requests are in api.requests until stop_api. */
static void call(const struct answer *answers, size_t count, const char *more, int status, const char *out,
                 const char *errors)
{
    char line[512];
    answer_server_start(&api, answers, count);
    snprintf(line, sizeof line, "call %s%s", api.origin, more);
    expect(line, status, out, errors);
}

static void stop_api(size_t requests)
{
    assert_int_equal(answer_server_stop(&api), requests);
}

static void sent(size_t i, const char *text)
{
    if (api.requests[i] == NULL || strstr(api.requests[i], text) == NULL)
        fail_msg("'%s' was not sent: %s", text, api.requests[i] != NULL ? api.requests[i] : "(nothing)");
}

static void not_sent(const struct answer_server *server, size_t i, const char *text)
{
    if (strstr(server->requests[i], text) != NULL)
        fail_msg("'%s' was sent: %s", text, server->requests[i]);
}

static void the_token_is_attached(void **state)
{
    (void)state;
    static const struct answer pets[] = { PETS };
    call(pets, 1, "/pets?a=b", 0, "Rex, Tom\n", "");
    sent(0, "GET /pets?a=b HTTP/1.1\r\n");
    sent(0, "\r\nAuthorization: Bearer secret-a\r\n");
    stop_api(1);
    call(pets, 1, " -i", 0, "HTTP/1.1 200 OK\r\n", "");
    stop_api(1);
    call(pets, 1, " -i", 0, "X-Pets: 2\r\n", "");
    stop_api(1);
    call(pets, 1, " -i", 0, "\r\n\r\nRex, Tom\n", "");
    stop_api(1);
    assert_int_equal(tenant_server.served, 3); /* nothing had to be renewed */
}

static void what_is_sent(void **state)
{
    (void)state;
    static const struct answer done[] = { { .status = "204 No Content", .body = "" } };
    call(done, 1, " -d a=1 --data b=2 -H X-Pet:Rex", 0, "", "");
    sent(0, "POST / HTTP/1.1\r\n");
    sent(0, "\r\nX-Pet:Rex\r\n");
    sent(0, "\r\nContent-Type: application/x-www-form-urlencoded\r\n");
    sent(0, "\r\n\r\na=1&b=2");
    stop_api(1);
    call(done, 1, " --data-json {\"a\":1} -X PUT", 0, "", "");
    sent(0, "PUT / HTTP/1.1\r\n");
    sent(0, "\r\nContent-Type: application/json\r\n");
    sent(0, "\r\n\r\n{\"a\":1}");
    stop_api(1);
    call(done, 1, " --data-json {} -H content-type:text/plain", 0, "", "");
    sent(0, "\r\ncontent-type:text/plain\r\n");
    not_sent(&api, 0, "application/json");
    stop_api(1);
    call(done, 1, " -X DELETE", 0, "", "");
    sent(0, "DELETE / HTTP/1.1\r\n");
    not_sent(&api, 0, "Content-Length");
    stop_api(1);
    call(done, 1, " -X POST", 0, "", "");
    sent(0, "\r\nContent-Length: 0\r\n");
    stop_api(1);
    call(done, 1, " -X HEAD -i", 0, "HTTP/1.1 204 No Content\r\n", "");
    sent(0, "HEAD / HTTP/1.1\r\n");
    stop_api(1);
}

static void files(void **state)
{
    (void)state;
    static const struct answer pets[] = { PETS };
    char more[256];
    write_text("from a file");
    snprintf(more, sizeof more, " -d @%s", code_file);
    call(pets, 1, more, 0, "Rex", "");
    sent(0, "\r\n\r\nfrom a file");
    stop_api(1);
    snprintf(more, sizeof more, " -o %s", code_file);
    call(pets, 1, more, 0, "", "");
    stop_api(1);
    expect_text("Rex, Tom\n");
    static const struct answer gone[] = { { .status = "410 Gone", .body = "gone\n" } };
    snprintf(more, sizeof more, " -f -o %s", code_file);
    call(gone, 1, more, 5, "", "the answer is an error: HTTP 410\n");
    stop_api(1);
    expect_text("Rex, Tom\n"); /* untouched */
    call(pets, 1, " -o /nowhere/pets", 1, "",
         "doorcode call: /nowhere/pets cannot be written: No such file or directory\n");
    stop_api(1);
    call(pets, 1, " -o /dev/full", 1, "", "call: /dev/full cannot be written: No space left on device\n");
    stop_api(1);
    expect("call http://127.0.0.1:1 -d @/nowhere/pets", 1, "", "/nowhere/pets cannot be read: No such file");
}

static void a_refused_token_is_renewed_once(void **state)
{
    (void)state;
    static const struct answer twice[] = { REFUSED, PETS };
    call(twice, 2, " -d a=1", 0, "Rex, Tom\n", "");
    sent(0, "\r\nAuthorization: Bearer secret-a\r\n");
    sent(1, "\r\nAuthorization: Bearer secret-b\r\n");
    sent(1, "\r\n\r\na=1");
    stop_api(2);
    assert_int_equal(tenant_server.served, 4);
    assert_non_null(strstr(tenant_server.requests[3], "&refresh_token=secret-r&"));
    /* a token that cannot be renewed (the tenant answers no more): what to do is told, not the API's answer */
    static const struct answer refused[] = { REFUSED };
    call(refused, 1, "", 1, "", "call: ");
    stop_api(1);
}

static void a_renewed_token_may_be_refused_too(void **state)
{
    (void)state;
    static const struct answer twice[] = { REFUSED, REFUSED };
    static const char told[] = "call: the API refuses the token (HTTP 401); its scopes are: openid profile\n"
                               "Name what this API asks for with --scope.\n";
    call(twice, 2, "", 0, "not you\n", told);
    sent(1, "\r\nAuthorization: Bearer secret-b\r\n");
    stop_api(2);
}

static void redirects_are_followed_when_asked(void **state)
{
    (void)state;
    static const struct answer moved[] = {
        { .status = "302 Found", .headers = "Location: /other\r\n", .body = "moved\n" }, PETS
    };
    call(moved, 1, "", 0, "moved\n", "");
    stop_api(1);
    call(moved, 2, " -L -d a=1", 0, "Rex, Tom\n", "");
    sent(1, "GET /other HTTP/1.1\r\n");
    sent(1, "\r\nAuthorization: Bearer secret-a\r\n");
    not_sent(&api, 1, "a=1");
    stop_api(2);
    static const struct answer kept[] = {
        { .status = "307 Temporary", .headers = "Location: /other\r\n", .body = "moved\n" }, PETS
    };
    call(kept, 2, " -L -d a=1", 0, "Rex, Tom\n", "");
    sent(1, "POST /other HTTP/1.1\r\n");
    sent(1, "\r\n\r\na=1");
    stop_api(2);
    static const struct answer nowhere[] = { { .status = "302 Found", .body = "no place\n" } };
    call(nowhere, 1, " -L", 0, "no place\n", "");
    stop_api(1);
}

static void the_way_of_redirects_is_bounded(void **state)
{
    (void)state;
    struct answer rounds[12];
    for (size_t i = 0; i < COUNT(rounds); i++)
        rounds[i] = (struct answer){ .status = "302 Found", .headers = "Location: /\r\n", .body = "" };
    call(rounds, COUNT(rounds), " -L", 1, "", "the server redirects more than 10 times\n");
    stop_api(11);
    static const struct answer open[] = {
        { .status = "302 Found", .headers = "Location: http://petstore.example/?secret-x\r\n", .body = "" }
    };
    call(open, 1, " -L", 1, "", "the server redirects to http://petstore.example, which is not encrypted\n");
    stop_api(1);
    static const struct answer odd[] = {
        { .status = "302 Found", .headers = "Location: file:///etc/passwd\r\n", .body = "" }
    };
    call(odd, 1, " -L", 1, "", "redirects to an address that is not one of http or https\n");
    stop_api(1);
}

static void another_origin_gets_nothing(void **state)
{
    (void)state;
    struct answer_server other;
    char there[128];
    char home[128];
    struct answer back[] = { { .status = "302 Found", .headers = home, .body = "" }, PETS };
    struct answer moved[] = { { .status = "302 Found", .headers = there, .body = "" }, PETS };
    answer_server_start(&other, back, 2);
    snprintf(there, sizeof there, "Location: %s/there\r\n", other.origin);
    answer_server_start(&api, moved, 2);
    snprintf(home, sizeof home, "Location: %s/home\r\n", api.origin);
    char line[256];
    snprintf(line, sizeof line, "call %s -L -H X-Key:hush", api.origin);
    expect(line, 0, "Rex, Tom\n", "");
    not_sent(&other, 0, "Authorization");
    not_sent(&other, 0, "hush");
    not_sent(&api, 1, "Authorization"); /* back again, but at another's word */
    not_sent(&api, 1, "hush");
    assert_int_equal(answer_server_stop(&other), 1);
    stop_api(2);
    answer_server_start(&other, back, 2);
    snprintf(there, sizeof there, "Location: %s/there\r\n", other.origin);
    moved[0].status = "308 Permanent";
    answer_server_start(&api, moved, 2);
    snprintf(line, sizeof line, "call %s -L -d a=1", api.origin);
    expect(line, 1, "", "is another origin and gets nothing that was to be sent\n");
    assert_int_equal(answer_server_stop(&other), 0);
    stop_api(1);
}

static void lines_that_are_refused(void **state)
{
    (void)state;
    expect("call http://petstore.example/", 2, "", "a token is sent over http to this machine only");
    expect("call https://sam:secret@petstore.example/", 2, "", "URL must be an address");
    expect("call petstore.example", 2, "", "URL must be an address");
    expect("call http://127.0.0.1:1 -H Authorization:x", 2, "", "the header Authorization is this command's own");
    expect("call http://127.0.0.1:1 -H X-Pet", 2, "", "must be NAME: VALUE");
    expect("call http://127.0.0.1:1 -H :x", 2, "", "must be NAME: VALUE");
    expect("call http://127.0.0.1:1 -H A:b\r\nC:d", 2, "", "must be NAME: VALUE");
    expect("call http://127.0.0.1:1 -X A\r\nB", 2, "", "is no method of HTTP");
    expect("call http://127.0.0.1:1 -d a --data-json b", 2, "", "either --data or --data-json");
    expect("call http://127.0.0.1:1 --max-time 0", 2, "", "must be a number from 1 to 86400");
    expect("call http://127.0.0.1:1 --user kim@example.org", 4, "", "kim@example.org is not signed in");
    expect("call http://127.0.0.1:1", 1, "", "Failed to connect");
}

static void answers_that_end_early(void **state)
{
    (void)state;
    static const struct answer silent[] = { { .status = NULL } };
    static const struct answer cut[] = { { .status = "200 OK", .body = "Rex", .missing = 10 } };
    call(silent, 1, "", 1, "", "Empty reply from server");
    stop_api(1);
    call(cut, 1, "", 1, "Rex", "call: ");
    stop_api(1);
}

/* ---- whom it trusts ---- */

/* A server that hangs up on two visitors. */
static void *hangs_up(void *ctx)
{
    for (int i = 0; i < 2; i++)
        close(accept(*(const int *)ctx, NULL, NULL));
    return NULL;
}

static void a_file_of_authorities_is_all(void **state)
{
    (void)state;
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t n = sizeof address;
    pthread_t thread;
    char line[256];
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, n), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &n), 0);
    assert_int_equal(pthread_create(&thread, NULL, hangs_up, &fd), 0);
    int m = snprintf(line, sizeof line, "call https://127.0.0.1:%d", ntohs(address.sin_port));
    snprintf(line + m, sizeof line - (size_t)m, " --ca-file " SYSTEM_TRUST_FILE);
    expect(line, 1, "", "call: ");
    assert_false(system_trust_asked);
    line[m] = '\0';
    expect(line, 1, "", "call: ");
    assert_true(system_trust_asked);
    assert_int_equal(pthread_join(thread, NULL), 0);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_token_is_attached, sign_in, sign_out),
        cmocka_unit_test_setup_teardown(what_is_sent, sign_in, sign_out),
        cmocka_unit_test_setup_teardown(files, sign_in, sign_out),
        cmocka_unit_test_setup_teardown(a_refused_token_is_renewed_once, sign_in, sign_out),
        cmocka_unit_test_setup_teardown(a_renewed_token_may_be_refused_too, sign_in, sign_out),
        cmocka_unit_test_setup_teardown(redirects_are_followed_when_asked, sign_in, sign_out),
        cmocka_unit_test_setup_teardown(the_way_of_redirects_is_bounded, sign_in, sign_out),
        cmocka_unit_test_setup_teardown(another_origin_gets_nothing, sign_in, sign_out),
        cmocka_unit_test_setup_teardown(lines_that_are_refused, sign_in, sign_out),
        cmocka_unit_test_setup_teardown(answers_that_end_early, sign_in, sign_out),
        cmocka_unit_test_setup_teardown(a_file_of_authorities_is_all, sign_in, sign_out),
    };
    return cmocka_run_group_tests_name("cli: call", tests, NULL, NULL);
}
