/* SPDX-License-Identifier: Apache-2.0 */
/* Userinfo and id token say the same `sub` for the same application, and another for another (spec OIDC, 6.3); a token
 * that was altered anywhere is refused. */
#include "support/world.h"

#include "base/b64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { TOKEN = 4096 };

struct tokens {
    char access[TOKEN];
    char id[TOKEN];
};

static void sign_in(struct world *w, const char *app, struct tokens *out)
{
    struct world_reply reply;
    char token[1024], code[16];

    world_signin_start(w, app, "sam@example.org", token, code);
    world_signin_token(w, app, token, code, &reply);
    assert_int_equal(reply.status, 200);
    world_member(&reply, "access_token", out->access, TOKEN);
    world_member(&reply, "id_token", out->id, TOKEN);
}

static int ask(struct world *w, const char *token, struct world_reply *reply)
{
    char request[TOKEN + 256];
    int n = snprintf(request, sizeof request,
                     "GET /oidc/userinfo HTTP/1.1\r\nHost: login.example\r\nAuthorization: Bearer %s\r\n\r\n", token);
    int fd = world_connect(w);

    assert_in_range(n, 1, sizeof request - 1);
    assert_true(world_exchange(fd, request, (size_t)n, reply));
    close(fd);
    return reply->status;
}

/* The claim of the token's payload, as a reply is read. */
static void claim(const char *token, const char *name, char *out, size_t cap)
{
    static struct world_reply payload;
    const char *at = strchr(token, '.') + 1;
    size_t n;

    assert_true(b64url_decode(slice_bytes(at, strcspn(at, ".")), payload.body, sizeof payload.body - 1, &n));
    payload.body[n] = '\0';
    world_member(&payload, name, out, cap);
}

static void test_sub(void **state)
{
    static const char *const apps[] = { WORLD_APP, WORLD_APP_ES256 };
    struct world w;
    struct world_reply reply;
    char told[2][64], in_token[64];

    (void)state;
    world_open(&w, &(struct world_options){ .seed = 51 });
    for (size_t i = 0; i < 2; i++) {
        struct tokens tokens;
        sign_in(&w, apps[i], &tokens);
        assert_int_equal(ask(&w, tokens.access, &reply), 200);
        world_member(&reply, "sub", told[i], sizeof told[i]);
        claim(tokens.id, "sub", in_token, sizeof in_token);
        assert_string_equal(told[i], in_token);
    }
    assert_string_not_equal(told[0], told[1]);
    world_close(&w);
}

/* One character of each part, in turn. */
static void test_altered(void **state)
{
    struct world w;
    struct world_reply reply;
    struct tokens tokens;

    (void)state;
    world_open(&w, &(struct world_options){ .seed = 52 });
    sign_in(&w, WORLD_APP_ES256, &tokens);
    for (size_t i = 1; i < strlen(tokens.access); i += 37) {
        char was = tokens.access[i];
        tokens.access[i] = was == 'A' ? 'B' : 'A';
        assert_int_equal(ask(&w, tokens.access, &reply), 401);
        assert_non_null(strstr(reply.head, "error=\"invalid_token\""));
        tokens.access[i] = was;
    }
    assert_int_equal(ask(&w, tokens.access, &reply), 200);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_sub), cmocka_unit_test(test_altered) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
