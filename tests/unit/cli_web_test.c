/* SPDX-License-Identifier: Apache-2.0 */
/* Sign-in with the browser by the command line: $BROWSER is a script that leaves the address in a file, and a thread goes
 * where a browser would end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "browser.h"
#include "support/cli_ran.h"

#include <errno.h>
#include <sys/stat.h>

#define TOKENS_OF_ID                                                                                            \
    {                                                                                                           \
        .status = "200 OK",                                                                                     \
        .body = "{\"token_type\":\"Bearer\",\"scope\":\"openid profile\",\"expires_in\":3600,\"access_token\":" \
                "\"secret-a\",\"refresh_token\":\"secret-r\",\"id_token\":\"@ID_TOKEN@\"}"                      \
    }
/* A person with a browser. */
struct surfer {
    pthread_t thread;
    struct tenant tenant;
    char address[8192]; /* what the browser was started with */
    char nonce[64];
    const char *brings; /* "code=c", to which the state is added */
};

static const char *username; /* preferred_username of who signs in; NULL: sam@example.org */
static char script[96];
static char address_file[96];

static void write_script(const char *text)
{
    FILE *file = fopen(script, "w");
    fprintf(file, "#!/bin/sh\n%s\n", text);
    fclose(file);
    chmod(script, 0755);
}

static int make_browser(void **state)
{
    char text[512];
    int failed = make_folder(state);
    snprintf(script, sizeof script, "%s/browser", folder);
    snprintf(address_file, sizeof address_file, "%s/address", folder);
    snprintf(text, sizeof text, "printf %%s \"$*\" > %s.new && mv %s.new %s", address_file, address_file, address_file);
    write_script(text);
    setenv("BROWSER", script, 1);
    return failed;
}

static int remove_browser(void **state)
{
    remove(script);
    remove(address_file);
    unsetenv("BROWSER");
    return remove_folder(state);
}

static void read_address(char *address, size_t cap)
{
    for (int i = 0; i < 2000; i++) { /* the browser is started by somebody else: in a moment */
        const struct timespec pause = { .tv_nsec = 10000000 };
        FILE *file = fopen(address_file, "r");
        if (file != NULL) {
            address[fread(address, 1, cap - 1, file)] = '\0';
            fclose(file);
            remove(address_file);
            return;
        }
        nanosleep(&pause, NULL);
    }
    address[0] = '\0';
}

static void take_param(const char *address, const char *name, char *out, size_t cap)
{
    char key[64];
    snprintf(key, sizeof key, "&%s=", name);
    const char *at = strstr(address, key);
    at = at != NULL ? at + strlen(key) : "";
    snprintf(out, cap, "%.*s", (int)strcspn(at, "&"), at);
}

static void *surf(void *ctx)
{
    struct surfer *surfer = ctx;
    char state[64];
    char redirect[128];
    char request[512];
    read_address(surfer->address, sizeof surfer->address);
    take_param(surfer->address, "nonce", surfer->nonce, sizeof surfer->nonce);
    take_param(surfer->address, "state", state, sizeof state);
    take_param(surfer->address, "redirect_uri", redirect, sizeof redirect);
    const char *port = strstr(redirect, "localhost%3A");
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)(port != NULL ? strtol(port + 12, NULL, 10) : 0)),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int n = snprintf(request, sizeof request, "GET /?%s&state=%s HTTP/1.1\r\nHost: localhost\r\n\r\n", surfer->brings,
                     state);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0 && send(fd, request, (size_t)n, MSG_NOSIGNAL) == n)
        while (recv(fd, request, sizeof request, 0) > 0)
            continue;
    close(fd);
    return NULL;
}

static void expect_web(const struct answer *answers, size_t count, const char *brings, const char *command, int status,
                       const char *out, const char *errors, char address[8192])
{
    struct answer_server server;
    struct surfer surfer = { .brings = brings };
    char line[512];
    surfer.tenant.nonce = surfer.nonce;
    surfer.tenant.username = username;
    answer_server_start_with(&server, answers, count, tenant_facts(&surfer.tenant));
    pthread_create(&surfer.thread, NULL, surf, &surfer);
    snprintf(line, sizeof line, "%s --authority %s/petstore", command, server.origin);
    expect(line, status, out, errors);
    pthread_join(surfer.thread, NULL);
    assert_int_equal(answer_server_stop(&server), count);
    tenant_close(&surfer.tenant);
    if (address != NULL)
        memcpy(address, surfer.address, sizeof surfer.address);
}

static void from_the_start(void **state)
{
    (void)state;
    static const struct answer answers[] = { TOKENS_OF_ID };
    char address[8192];
    expect_web(answers, 1, "code=c", "signin sam@example.org --browser", 0, "Signed in as sam@example.org.\n",
               "The browser opens. If it does not, open this address in one:\n\n  http://127.0.0.1:", address);
    assert_non_null(strstr(address, "/oauth2/v2.0/authorize?client_id="));
    assert_non_null(strstr(address, "&login_hint=sam%40example.org&"));
    assert_null(strstr(address, "prompt="));
    expect("token show", 0, "refresh token  kept\n", "");
}

static void a_sign_up_asks_for_its_page(void **state)
{
    (void)state;
    static const struct answer answers[] = { TOKENS_OF_ID };
    char address[8192];
    expect_web(answers, 1, "code=c", "signup sam@example.org --browser --json", 0, "\"state\": \"completed\"", "",
               address);
    assert_non_null(strstr(address, "&prompt=create&"));
}

static void somebody_else_signs_in(void **state)
{
    (void)state;
    static const struct answer answers[] = { TOKENS_OF_ID };
    expect_web(answers, 1, "code=c", "signin kim@example.org --browser", 1, "",
               "Another user has signed in with the browser.\nNothing was kept.", NULL);
    expect("token show kim@example.org", 4, "", "kim@example.org is not signed in");
}

/* A name that is made of an id says nothing about who it is. */
static void a_generated_name(void **state)
{
    (void)state;
    static const struct answer answers[] = { TOKENS_OF_ID };
    username = "0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e@petstore.onmicrosoft.com";
    expect_web(answers, 1, "code=c", "signin kim@example.org --browser", 0, "Signed in as kim@example.org.\n", "",
               NULL);
    username = NULL;
}

static void errors_of_the_server(void **state)
{
    (void)state;
    expect_web(NULL, 0, "error=unauthorized_client&error_description=AADSTS700016:+unknown",
               "signin sam@example.org --browser --json", 1, "\"description\": \"AADSTS700016: unknown\"", "", NULL);
    expect_web(NULL, 0, "error=access_denied&error_subcode=cancel", "signin sam@example.org --browser", 1, "",
               "signin: The sign-in was cancelled in the browser.\nBegin again.", NULL);
}

/* ---- $BROWSER ---- */

static const struct {
    const char *browser; /* @ is the script */
    const char *arguments;
    bool opens;
} browsers[] = {
    { "@", "http://x/?a=b&c=$(id);`id`", true },
    { "@ --new %s --quiet", "--new http://x/?a=b&c=$(id);`id` --quiet", true },
    { "/nowhere/browser:@", "http://x/?a=b&c=$(id);`id`", true },
    { ":: @ -w:/nowhere", "-w http://x/?a=b&c=$(id);`id`", true },
    { "/nowhere/browser", "", false },
    { ":", "", false },
    { "@ 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", "", false },
};

static void how_browsers_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(browsers); i++) {
        char value[512];
        char got[8192] = "";
        const char *place = strchr(browsers[i].browser, '@');
        snprintf(value, sizeof value, "%.*s%s%s", place != NULL ? (int)(place - browsers[i].browser) : 512,
                 browsers[i].browser, place != NULL ? script : "", place != NULL ? place + 1 : "");
        setenv("BROWSER", value, 1);
        assert_int_equal(browser_open("http://x/?a=b&c=$(id);`id`"), browsers[i].opens);
        if (browsers[i].opens)
            read_address(got, sizeof got);
        assert_string_equal(got, browsers[i].arguments);
    }
    setenv("BROWSER", "", 1);
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    assert_false(browser_open("http://x/"));
    setenv("BROWSER", script, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_the_start),         cmocka_unit_test(a_sign_up_asks_for_its_page),
        cmocka_unit_test(somebody_else_signs_in), cmocka_unit_test(errors_of_the_server),
        cmocka_unit_test(how_browsers_are_named), cmocka_unit_test(a_generated_name),
    };
    return cmocka_run_group_tests_name("cli: the browser", tests, make_browser, remove_browser);
}
