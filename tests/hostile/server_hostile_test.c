/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile and odd requests to the endpoints: each gets a 4xx with a JSON error, and the server goes on. What never reaches
 * an endpoint (framing, headers) is in http_raw_test.c. */
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define APP "client_id=" WORLD_APP
#define GOOD APP "&username=sam%40example.org&challenge_type=oob+redirect"
#define INITIATE "/petstore/oauth2/v2.0/initiate"
#define CHALLENGE "/petstore/oauth2/v2.0/challenge"
#define TOKEN "/petstore/oauth2/v2.0/token"

struct row {
    const char *path;
    const char *form;
    int status;
    int code; /* the first of error_codes */
};

static const struct row rows[] = {
    /* forms */
    { INITIATE, "", 400, 90100 },
    { INITIATE, "&", 400, 90100 },
    { INITIATE, "=", 400, 90100 },
    { INITIATE, "&&&&&&&&&&&&", 400, 90100 },
    { INITIATE, "client_id", 400, 90100 },
    { INITIATE, "client_id=", 400, 90100 },
    { INITIATE, "client_id=%", 400, 9002313 },
    { INITIATE, "client_id=%4", 400, 9002313 },
    { INITIATE, "client_id=%zz", 400, 9002313 },
    { INITIATE, GOOD "&x=%00", 400, 9002313 },
    { INITIATE, GOOD "&x=%ff", 400, 9002313 },
    { INITIATE, GOOD "&x=%c0%af", 400, 9002313 },
    { INITIATE, GOOD "&x=%ed%a0%80", 400, 9002313 },
    { INITIATE, GOOD "&x=%f4%90%80%80", 400, 9002313 },
    { INITIATE, GOOD "&" APP, 400, 9002313 },
    { INITIATE, GOOD "&x=1&x=2", 400, 9002313 },
    { INITIATE, GOOD "&username=kim%40example.org", 400, 9002313 },
    { INITIATE, "{\"client_id\":\"" WORLD_APP "\"}", 400, 90100 },
    { INITIATE, "<xml/>", 400, 90100 },
    /* client_id */
    { INITIATE, "client_id=null&username=sam%40example.org&challenge_type=oob+redirect", 400, 90100 },
    { INITIATE, "client_id=1f8b7c663a1d4f5e9c427d2e0b9a8c31&challenge_type=oob+redirect", 400, 90100 },
    { INITIATE, "client_id={1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31}", 400, 90100 },
    { INITIATE, "client_id=1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c3g", 400, 90100 },
    { INITIATE, "client_id=1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c310", 400, 90100 },
    { INITIATE, "client_id=00000000-0000-0000-0000-000000000000", 400, 700016 },
    { INITIATE, "client_id=" WORLD_OTHER_APP "&username=sam%40example.org&challenge_type=oob+redirect", 400, 700016 },
    { INITIATE, "client_id=" WORLD_APP_WEB "&username=sam%40example.org&challenge_type=oob+redirect", 400, 550022 },
    { INITIATE, "client_id=" WORLD_APP_SECRET "&username=sam%40example.org&challenge_type=oob+redirect", 400, 550022 },
    /* username */
    { INITIATE, APP "&challenge_type=oob+redirect", 400, 90100 },
    { INITIATE, APP "&username=&challenge_type=oob+redirect", 400, 90100 },
    { INITIATE, APP "&username=+&challenge_type=oob+redirect", 400, 90100 },
    { INITIATE, APP "&username=sam&challenge_type=oob+redirect", 400, 90100 },
    { INITIATE, APP "&username=%40&challenge_type=oob+redirect", 400, 90100 },
    { INITIATE, APP "&username=sam%40&challenge_type=oob+redirect", 400, 90100 },
    { INITIATE, APP "&username=%40example.org&challenge_type=oob+redirect", 400, 90100 },
    { INITIATE, APP "&username=sam%40%40example.org&challenge_type=oob+redirect", 400, 90100 },
    { INITIATE, APP "&username=sam%40example&challenge_type=oob+redirect", 400, 90100 },
    { INITIATE, APP "&username=sam%40example..org&challenge_type=oob+redirect", 400, 90100 },
    { INITIATE, APP "&username=sam%0d%0aBcc%3ax%40example.org&challenge_type=oob+redirect", 400, 90100 },
    { INITIATE, APP "&username=%22sam%22%40example.org&challenge_type=oob+redirect", 400, 90100 },
    { INITIATE, APP "&username=sam%40%5b127.0.0.1%5d&challenge_type=oob+redirect", 400, 90100 },
    { INITIATE, APP "&username=%27+OR+1%3d1--%40example.org&challenge_type=oob+redirect", 400, 90100 },
    { INITIATE, APP "&username=nobody%40example.org&challenge_type=oob+redirect", 400, 50034 },
    { INITIATE, APP "&username=%25s%25n%40example.org&challenge_type=oob+redirect", 400, 50034 },
    /* challenge_type, capabilities */
    { INITIATE, APP "&username=sam%40example.org", 400, 900144 },
    { INITIATE, APP "&username=sam%40example.org&challenge_type=", 400, 900144 },
    { INITIATE, APP "&username=sam%40example.org&challenge_type=oob", 400, 901007 },
    { INITIATE, APP "&username=sam%40example.org&challenge_type=oob+password", 400, 901007 },
    { INITIATE, APP "&username=sam%40example.org&challenge_type=OOB+redirect", 400, 90023 },
    { INITIATE, APP "&username=sam%40example.org&challenge_type=oob,redirect", 400, 90023 },
    { INITIATE, APP "&username=sam%40example.org&challenge_type=oob+redirect+magic", 400, 90023 },
    { INITIATE, GOOD "&capabilities=warp_drive", 400, 90023 },
    { INITIATE, GOOD "&capabilities=mfa_required;x", 400, 90023 },
    /* continuation tokens */
    { CHALLENGE, APP, 400, 900144 },
    { CHALLENGE, APP "&continuation_token=", 400, 900144 },
    { CHALLENGE, APP "&continuation_token=A", 400, 55200 },
    { CHALLENGE, APP "&continuation_token=AAAA", 400, 55200 },
    { CHALLENGE, APP "&continuation_token=AAAAA", 400, 55200 },
    { CHALLENGE, APP "&continuation_token=%20", 400, 55200 },
    { CHALLENGE, APP "&continuation_token=..%2f..%2fetc%2fpasswd", 400, 55200 },
    { CHALLENGE, APP "&continuation_token=eyJhbGciOiJub25lIn0.e30.", 400, 55200 },
    { CHALLENGE, APP "&continuation_token=AAAA%3d", 400, 55200 },
    { CHALLENGE, APP "&continuation_token=%e2%98%83", 400, 55200 },
    { CHALLENGE, APP "&continuation_token=A&challenge_type=oob", 400, 901007 },
    { CHALLENGE, APP "&continuation_token=A&challenge_type=x", 400, 90023 },
    /* token */
    { TOKEN, APP, 400, 900144 },
    { TOKEN, APP "&grant_type=", 400, 900144 },
    { TOKEN, APP "&grant_type=magic", 400, 70003 },
    { TOKEN, APP "&grant_type=OOB", 400, 70003 },
    { TOKEN, APP "&grant_type=authorization_code&code=x", 400, 900144 },
    { TOKEN, APP "&grant_type=saml2_bearer", 400, 70003 },
    { TOKEN, APP "&grant_type=oob", 400, 900144 },
    { TOKEN, APP "&grant_type=oob&continuation_token=A", 400, 900144 },
    { TOKEN, APP "&grant_type=oob&continuation_token=A&oob=1", 400, 900144 },
    { TOKEN, APP "&grant_type=oob&continuation_token=A&oob=1&scope=openid", 400, 55200 },
    { TOKEN, APP "&grant_type=oob&continuation_token=A&oob=1&scope=fly", 400, 70011 },
    { TOKEN, APP "&grant_type=oob&continuation_token=A&oob=1&scope=User.Read+api%3a%2f%2fpets%2fPets.Read", 400,
      70011 },
    { TOKEN, APP "&grant_type=oob&continuation_token=A&oob=1&scope=openid&challenge_type=oob", 400, 901007 },
    { TOKEN, APP "&grant_type=password&continuation_token=A&password=x&scope=openid", 400, 55200 },
    { TOKEN, APP "&grant_type=mfa_oob&continuation_token=A&oob=1&scope=openid", 400, 55200 },
    { TOKEN, APP "&grant_type=continuation_token&continuation_token=A&scope=openid", 400, 55200 },
    { TOKEN, APP "&grant_type=refresh_token", 400, 900144 },
    { TOKEN, APP "&grant_type=refresh_token&refresh_token=x", 400, 9002313 },
    { TOKEN, APP "&grant_type=refresh_token&refresh_token=1.", 400, 9002313 },
    { TOKEN, APP "&grant_type=refresh_token&refresh_token=1.AAAA", 400, 9002313 },
    { TOKEN, APP "&grant_type=refresh_token&refresh_token=0.AAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
      400, 9002313 },
    { TOKEN, APP "&grant_type=refresh_token&refresh_token=1.AAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
      400, 70000 },
    { TOKEN, "client_id=" WORLD_APP_SECRET "&grant_type=oob&continuation_token=A&oob=1&scope=openid", 400, 7000218 },
    { TOKEN, "client_id=" WORLD_APP_WEB "&grant_type=oob&continuation_token=A&oob=1&scope=openid", 400, 550022 },
    /* tenants and paths */
    { "/nopet/oauth2/v2.0/initiate", GOOD, 400, 90002 },
    { "/%70etstore/oauth2/v2.0/initiate", GOOD, 400, 90002 },
    { "/petstore%00/oauth2/v2.0/initiate", GOOD, 400, 90002 },
    { "/..%2f..%2fpetstore/oauth2/v2.0/initiate", GOOD, 400, 90002 },
    { "/petstore.onmicrosoft.com./oauth2/v2.0/initiate", GOOD, 400, 90002 },
    { "/common/oauth2/v2.0/initiate", GOOD, 400, 90002 },
    { "//oauth2/v2.0/initiate", GOOD, 400, 90002 },
    { "/oauth2/v2.0/initiate", GOOD, 404, 90023 },
    { "/petstore/oauth2/v2.0/initiate/", GOOD, 404, 90023 },
    { "/petstore/OAuth2/v2.0/initiate", GOOD, 404, 90023 },
    { "/petstore/../petstore/oauth2/v2.0/initiate", GOOD, 404, 90023 },
    { "/x/petstore/oauth2/v2.0/initiate", GOOD, 404, 90023 },
    { "/petstore/oauth2/v2.0/authorise", GOOD, 404, 90023 },
    { "/dev/reset", GOOD, 404, 90023 },
    { "/", GOOD, 404, 90023 },
    { "/healthz", GOOD, 405, 900561 },
    { "/metrics", GOOD, 405, 900561 },
    { "/petstore/v2.0/.well-known/openid-configuration", GOOD, 405, 900561 },
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static void assert_alive(const struct world *w)
{
    struct world_reply reply;

    world_post(w, INITIATE, "", GOOD, &reply);
    assert_int_equal(reply.status, 200);
}

static void assert_error(const struct world_reply *reply, const char *what, int status, int code)
{
    char codes[48];

    snprintf(codes, sizeof codes, "\"error_codes\":[%d]", code);
    if (reply->status == status && strstr(reply->body, codes) != NULL &&
        strstr(reply->head, "application/json") != NULL)
        return;
    fail_msg("%s\n  wanted %d %s, got %d %s", what, status, codes, reply->status, reply->body);
}

static void test_rows(void **state)
{
    struct world *w = *state;
    struct world_reply reply;

    for (size_t i = 0; i < ROWS; i++) {
        world_post(w, rows[i].path, "", rows[i].form, &reply);
        assert_error(&reply, rows[i].form, rows[i].status, rows[i].code);
        assert_alive(w);
    }
}

static void send_raw(const struct world *w, const char *request, size_t n, struct world_reply *reply)
{
    int fd = world_connect(w);

    if (!world_exchange(fd, request, n, reply))
        reply->status = 0;
    close(fd);
}

/* Content types and methods. */
static void test_types_and_methods(void **state)
{
    static const struct {
        const char *line;
        const char *type;
        int status;
        int code;
    } cases[] = {
        { "POST " INITIATE, "application/json", 415, 9002313 },
        { "POST " INITIATE, "multipart/form-data; boundary=x", 415, 9002313 },
        { "POST " INITIATE, "application/x-www-form-urlencodedx", 415, 9002313 },
        { "POST " INITIATE, "text/plain", 415, 9002313 },
        { "POST " INITIATE, "", 415, 9002313 },
        { "PUT " INITIATE, "application/x-www-form-urlencoded", 405, 900561 },
        { "DELETE " TOKEN, "application/x-www-form-urlencoded", 405, 900561 },
        { "PATCH " CHALLENGE, "application/x-www-form-urlencoded", 405, 900561 },
        { "GET " TOKEN, "application/x-www-form-urlencoded", 405, 900561 },
    };
    struct world *w = *state;
    struct world_reply reply;
    char request[1024];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int n = snprintf(request, sizeof request,
                         "%s HTTP/1.1\r\nHost: l\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s", cases[i].line,
                         cases[i].type, sizeof GOOD - 1, GOOD);
        send_raw(w, request, (size_t)n, &reply);
        if (reply.status != 0 || cases[i].type[0] != '\0')
            assert_error(&reply, cases[i].line, cases[i].status, cases[i].code);
        assert_alive(w);
    }
}

/* Every parameter with a value of every uncomfortable size. */
static void test_sizes(void **state)
{
    static const char *const names[] = { "client_id",          "username", "challenge_type", "capabilities",
                                         "continuation_token", "oob",      "grant_type",     "scope",
                                         "refresh_token",      "id" };
    static const size_t sizes[] = { 255, 256, 1023, 1025, 4095, 7900 };
    static const char *const paths[] = { INITIATE, CHALLENGE, TOKEN };
    struct world *w = *state;
    struct world_reply reply;
    char form[8192];

    for (size_t p = 0; p < 3; p++)
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
                int head = snprintf(form, sizeof form, "%s%s=", i == 0 ? "" : APP "&", names[i]);
                memset(form + head, 'a', sizes[s]);
                form[(size_t)head + sizes[s]] = '\0';
                world_post(w, paths[p], "", form, &reply);
                assert_in_range(reply.status, 400, 413);
                assert_non_null(strstr(reply.body, "\"error_codes\":["));
            }
    assert_alive(w);
}

/* 64 fields are read, 65 are not; a body over the bound gets 413. */
static void test_bounds_of_a_form(void **state)
{
    struct world *w = *state;
    struct world_reply reply;
    static char form[12000];

    for (int fields = 64; fields <= 65; fields++) {
        int n = snprintf(form, sizeof form, "%s", GOOD);
        for (int i = 3; i < fields; i++)
            n += snprintf(form + n, sizeof form - (size_t)n, "&x%d=1", i);
        world_post(w, INITIATE, "", form, &reply);
        if (fields == 64)
            assert_int_equal(reply.status, 200);
        else
            assert_error(&reply, "65 fields", 400, 9002313);
    }
    memset(form, 'a', 9000);
    form[9000] = '\0';
    world_post(w, INITIATE, "", form, &reply);
    assert_error(&reply, "9000 bytes", 413, 9002313);
    assert_alive(w);
}

/* A good token with each of its characters changed, cut off, or doubled. */
static void test_every_changed_token(void **state)
{
    struct world *w = *state;
    struct world_reply reply;
    char token[1024], code[16], changed[1100], form[4096];

    world_signin_start(w, WORLD_APP, "kim@example.org", token, code);
    for (size_t i = 0; i < strlen(token); i++) {
        snprintf(changed, sizeof changed, "%s", token);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        snprintf(form, sizeof form, APP "&grant_type=oob&scope=openid&oob=%s&continuation_token=%s", code, changed);
        world_post(w, TOKEN, "", form, &reply);
        assert_error(&reply, changed, 400, 55200);
        snprintf(form, sizeof form, APP "&grant_type=oob&scope=openid&oob=%s&continuation_token=%.*s", code, (int)i,
                 token);
        world_post(w, TOKEN, "", form, &reply);
        assert_error(&reply, form, 400, i == 0 ? 900144 : 55200);
    }
    snprintf(form, sizeof form, APP "&grant_type=oob&scope=openid&oob=%s&continuation_token=%s%s", code, token, token);
    world_post(w, TOKEN, "", form, &reply);
    assert_error(&reply, "doubled", 400, 55200);
    /* of another application and another tenant */
    snprintf(form, sizeof form, "client_id=%s&grant_type=oob&scope=openid&oob=%s&continuation_token=%s",
             WORLD_APP_ES256, code, token);
    world_post(w, TOKEN, "", form, &reply);
    assert_error(&reply, "other application", 400, 55200);
    snprintf(form, sizeof form, "client_id=%s&grant_type=oob&scope=openid&oob=%s&continuation_token=%s",
             WORLD_OTHER_APP, code, token);
    world_post(w, "/kennel/oauth2/v2.0/token", "", form, &reply);
    assert_error(&reply, "other tenant", 400, 55200);
    /* it was not burnt */
    world_signin_token(w, WORLD_APP, token, code, &reply);
    assert_int_equal(reply.status, 200);
}

/* What is no code is wrong, costs no attempt and burns nothing. */
static void test_odd_codes(void **state)
{
    static const char *const codes[] = { "1",
                                         "1234567",
                                         "123456789",
                                         "1234567a",
                                         "-1234567",
                                         "%2b1234567",
                                         "12 34567",
                                         "1e234567",
                                         "%ef%bc%91%ef%bc%92%ef%bc%93%ef%bc%94%ef%bc%95%ef%bc%96%ef%bc%97%ef%bc%98",
                                         "0x123456",
                                         "12345678%0a12345678",
                                         "%27%27%27%27%27%27%27%27" };
    struct world *w = *state;
    struct world_reply reply;
    char token[1024], code[16], spaced[40];

    world_advance(w, 60);
    world_signin_start(w, WORLD_APP, "kim@example.org", token, code);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        world_signin_token(w, WORLD_APP, token, codes[i], &reply);
        assert_error(&reply, codes[i], 400, 50181);
    }
    snprintf(spaced, sizeof spaced, "+%s%%09+", code);
    world_signin_token(w, WORLD_APP, token, spaced, &reply);
    assert_int_equal(reply.status, 200);
}

/* Nothing of a header comes back but a GUID. */
static void test_header_injection(void **state)
{
    struct world *w = *state;
    struct world_reply reply;

    world_post(w, INITIATE, "client-request-id: 1234\r\nOrigin: https://evil.example\r\n", GOOD, &reply);
    assert_int_equal(reply.status, 200);
    assert_null(strstr(reply.head, "1234\r\n"));
    assert_null(strstr(reply.head, "evil.example"));
    world_post(w, INITIATE, "client-request-id: B9D1C1CE-5C7B-7D0E-A1F2-7F4F0C6A9A11\r\nOrigin: " WORLD_ORIGIN "\r\n",
               GOOD, &reply);
    assert_non_null(strstr(reply.head, "b9d1c1ce-5c7b-7d0e-a1f2-7f4f0c6a9a11"));
    assert_non_null(strstr(reply.head, "Access-Control-Allow-Origin: " WORLD_ORIGIN "\r\n"));
}

static long resident_kib(void)
{
    char line[128];
    long kib = 0;
    FILE *file = fopen("/proc/self/status", "r");

    assert_non_null(file);
    while (kib == 0 && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "VmRSS:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    fclose(file);
    return kib;
}

/* Sanitizers keep what was freed, so only a plain build can tell. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif
#else
enum { SANITIZED = 0 };
#endif

static void test_memory_stays(void **state)
{
    struct world *w = *state;
    struct world_reply reply;

    if (SANITIZED)
        skip();

    for (size_t i = 0; i < 1000; i++)
        world_post(w, rows[i % ROWS].path, "", rows[i % ROWS].form, &reply);
    long before = resident_kib();
    for (size_t i = 0; i < 10000; i++)
        world_post(w, rows[i % ROWS].path, "", rows[i % ROWS].form, &reply);
    assert_in_range(resident_kib() - before + 4096, 0, 8192);
}

static int open_world(void **state)
{
    static struct world w;

    world_open(&w, &(struct world_options){ .seed = 7 });
    *state = &w;
    return 0;
}

static int close_world(void **state)
{
    world_close(*state);
    return 0;
}

/* What the engine cannot read is told by the same handler, with all that an error has. Nothing follows what is broken: unread bytes
 * may make the closing a reset, which overtakes the answer. */
static void test_unreadable(void **state)
{
    static const struct {
        const char *bytes;
        int status;
    } broken[] = {
        { "GET /petstore HTTP/2.0\r\n", 400 },
        { "EHLO client.example\r\n", 400 },
        { "POST /petstore/oauth2/v2.0/initiate HTTP/1.1\r\nHost: a\r\nno colon\r\n", 400 },
        { "POST /petstore/oauth2/v2.0/initiate HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", 400 },
    };
    struct world *w = *state;
    static struct world_reply reply;
    char text[64];

    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        int fd = world_connect(w);
        if (!world_exchange(fd, broken[i].bytes, strlen(broken[i].bytes), &reply))
            fail_msg("%s", broken[i].bytes);
        assert_int_equal(reply.status, broken[i].status);
        assert_non_null(strstr(reply.head, "Content-Type: application/json"));
        assert_non_null(strstr(reply.head, "Connection: close"));
        assert_string_equal(world_member(&reply, "error", text, sizeof text), "invalid_request");
        assert_non_null(strstr(reply.body, "\"error_codes\":[9002313]"));
        assert_int_equal(strlen(world_member(&reply, "correlation_id", text, sizeof text)), 36);
        close(fd);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_types_and_methods),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_bounds_of_a_form),
        cmocka_unit_test(test_every_changed_token),
        cmocka_unit_test(test_odd_codes),
        cmocka_unit_test(test_header_injection),
        cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_memory_stays),
    };

    return cmocka_run_group_tests(tests, open_world, close_world);
}
