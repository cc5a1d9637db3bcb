/* SPDX-License-Identifier: Apache-2.0 */
/* Microsoft's SDKs for iOS and Android, by the shape of their requests: headers, parameters that mean nothing here, the
 * order of calls. Each answer is read as strictly as they read it. Numbers are those of spec V1: 5.1, 5.3 (I) and 5.4 (A). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/sdk_replay.h"

#define INITIATE "oauth2/v2.0/initiate"
#define CHALLENGE "oauth2/v2.0/challenge"
#define INTROSPECT "oauth2/v2.0/introspect"
#define TOKEN "oauth2/v2.0/token"
#define SIGNUP "signup/v1.0/"
#define RESET "resetpassword/v1.0/"
#define REGISTER "register/v1.0/"
#define CODES "&challenge_type=oob+redirect"
#define TYPES "&challenge_type=oob+password+redirect"
#define CAPABLE "&capabilities=mfa_required+registration_required"
#define TOKENS "&continuation_token={token}"
#define AFTER "continuation_token={token}"
#define WRONG_CODE "error=invalid_grant suberror=invalid_oob_value"
#define WEAK "error=invalid_grant suberror=password_too_weak"
#define NAME_BAD "error=invalid_request error_codes[0]=90100 error_description~username_parameter_is_empty_or_not_valid"
#define SHOE_SIZE "extension_9c1f0b7e2d3a4f5b8c6d7e8f90a1b2c3_shoeSize"
#define TOM "username=tom%40example.org"

static const struct sdk ios = {
    .name = "iOS",
    .letter = 'i',
    .tenant = WORLD_DOMAIN,
    .id = "7D3E1A52-9B64-4C1F-8E0A-5F2D6C7B8A91",
    .headers = "Accept: application/json\r\nclient-request-id: 7D3E1A52-9B64-4C1F-8E0A-5F2D6C7B8A91\r\n"
               "return-client-request-id: true\r\nx-client-SKU: MSAL.iOS\r\nx-client-Ver: 2.5.0\r\n"
               "x-client-OS: 18.5\r\nx-client-CPU: 64\r\nx-client-DM: iPhone\r\nx-ms-PkeyAuth+: 1.0\r\n"
               "x-app-name: Pets\r\nx-app-ver: 1.0\r\nx-client-current-telemetry: 5|75001,0,,,|\r\n"
               "x-client-last-telemetry: 5|0|||\r\nx-of-an-interceptor: any thing\r\n",
    .token_extras = "&scope=openid+offline_access+profile&client_info=true" TYPES,
};

static const struct sdk android = {
    .name = "Android",
    .letter = 'a',
    .tenant = WORLD_TENANT,
    .id = "0c9b8a71-6d5e-4f42-a3b1-2c0d9e8f7a65",
    .headers = "client-request-id: 0c9b8a71-6d5e-4f42-a3b1-2c0d9e8f7a65\r\nx-client-SKU: MSAL.Android\r\n"
               "x-client-Ver: 5.10.1\r\nx-client-OS: 35\r\nx-client-CPU: arm64-v8a\r\nx-client-DM: Pixel 9\r\n"
               "x-client-current-telemetry: 2|75001,0|\r\nx-client-last-telemetry: 2|0||\r\n",
    .token_extras = "&scope=profile+openid+offline_access&client_info=true&nca=1" TYPES,
};

struct row {
    const char *points; /* of spec V1 that this row proves, besides what every answer proves */
    const char *endpoint;
    const char *form; /* after client_id */
    int status;
    const char *must; /* json_must.h */
    char only;        /* this SDK alone; 0: both */
};

/* Instead of an endpoint. */
#define CODE_TO "@code" /* form: address; the next code there becomes {code}; after each mail, as they come late */
#define LATER "@later"  /* form: seconds */
#define AGAIN "@again"  /* the identical request once more, as after a lost answer */

static const struct row code[] = {
    { "I1 A14", INITIATE, "username=nobody%40example.org" CODES, 400, "error=user_not_found error_codes[0]=50034", 0 },
    { "I5", INITIATE, "username=sam" CODES, 400, NAME_BAD, 0 },
    { "I5", INITIATE, "username=sam%40example.org&challenge_type=voice+redirect", 400,
      "error_description~list_parameter_contains_an_unsupported_challenge_type", 0 },
    { "I5", INITIATE, "username=sam%40example.org&challenge_type=oob", 400, "error=unsupported_challenge_type", 0 },
    { "I3", INITIATE, "username=gil%40example.org" TYPES, 200, "challenge_type=redirect redirect_reason:text", 0 },
    { "5.1.2", INITIATE, "username=sam%40example.org" CODES CAPABLE, 200, "!challenge_type", 0 },
    { "5.1.6", CHALLENGE, AFTER CODES, 200, "challenge_type=oob challenge_channel=email code_length=8", 0 },
    { NULL, CODE_TO, "sam@example.org", 0, NULL, 0 },
    { "5.1.3", CHALLENGE, AFTER CODES, 400, "error=invalid_request error_codes[0]=701014", 0 },
    { NULL, LATER, "31", 0, NULL, 0 },
    { "5.1.10 I12", CHALLENGE, AFTER CODES, 200, "challenge_type=oob", 0 },
    { "5.1.5", TOKEN, "grant_type=oob&oob={code}" TOKENS "{scope}", 400, WRONG_CODE, 0 },
    { NULL, CODE_TO, "sam@example.org", 0, NULL, 0 },
    { "5.1.3 5.1.8", TOKEN, "grant_type=oob&oob={code}" TOKENS "{scope}", 200, "!suberror", 0 },
};

static const struct row password[] = {
    { "5.1.2", INITIATE, TOM TYPES CAPABLE, 200, "!challenge_type", 0 },
    { "I3", CHALLENGE, AFTER TYPES, 200, "challenge_type=password", 0 },
    { "5.1.5 A15", TOKEN, "grant_type=password&password=no&" TOM TOKENS "{scope}", 400,
      "error=invalid_grant error_codes[0]=50126 !suberror", 0 },
    { "5.1.3 I18 A19", TOKEN, "grant_type=password&password=" WORLD_PASSWORD "&" TOM TOKENS "{scope}", 200, "!error",
      0 },
    { NULL, INITIATE, "username=uma%40example.org" TYPES, 200, "", 0 },
    { NULL, CHALLENGE, AFTER TYPES, 200, "challenge_type=password", 0 },
    { "I5", TOKEN, "grant_type=password&password=" WORLD_PASSWORD TOKENS "{scope}", 400,
      "error=invalid_request error_codes[]=50142", 0 },
};

/* iOS asks for the methods at once; Android (2024) first for a challenge without id, with the older grant at the end. */
static const struct row second_factor[] = {
    { NULL, INITIATE, "username=mia%40example.org" TYPES CAPABLE, 200, "", 0 },
    { NULL, CHALLENGE, AFTER TYPES, 200, "challenge_type=password", 0 },
    { "5.1.11 I13 A15", TOKEN, "grant_type=password&password=" WORLD_PASSWORD TOKENS "{scope}", 400,
      "error=invalid_grant suberror=mfa_required error_codes[0]=50076 continuation_token:text", 0 },
    { "5.1.11 I13", INTROSPECT, AFTER, 200, "methods[0].challenge_channel=email", 'i' },
    { "I7", CHALLENGE, "id={id}" TOKENS TYPES, 200, "challenge_type=oob", 'i' },
    { "A14", CHALLENGE, AFTER TYPES, 200, "challenge_type=oob", 'a' },
    { NULL, CODE_TO, "mia.strong@example.org", 0, NULL, 0 },
    { "5.1.5", TOKEN, "grant_type=mfa_oob&oob=00000000" TOKENS "{scope}", 400, WRONG_CODE, 0 },
    { "5.1.11 I14", TOKEN, "grant_type=mfa_oob&oob={code}" TOKENS "{scope}", 200, "!suberror", 'i' },
    { "5.1.11 A15", TOKEN, "grant_type=oob&oob={code}" TOKENS "{scope}", 200, "!suberror", 'a' },
    { NULL, INITIATE, "username=ned%40example.org" TYPES CAPABLE, 200, "", 'a' },
    { NULL, CHALLENGE, AFTER TYPES, 200, "challenge_type=password", 'a' },
    { NULL, TOKEN, "grant_type=password&password=" WORLD_PASSWORD TOKENS "{scope}", 400, "suberror=mfa_required", 'a' },
    { "A14", CHALLENGE, AFTER TYPES, 400, "error=invalid_request suberror=introspect_required", 'a' },
    { "5.1.11", INTROSPECT, AFTER, 200, "methods[].login_hint:text", 'a' },
    { "A5", CHALLENGE, "id={id}" TOKENS, 200, "challenge_type=oob", 'a' },
};

static const struct row registration[] = {
    { NULL, INITIATE, "username=liv%40example.org" TYPES CAPABLE, 200, "", 0 },
    { NULL, CHALLENGE, AFTER TYPES, 200, "challenge_type=password", 0 },
    { "5.1.11", TOKEN, "grant_type=password&password=" WORLD_PASSWORD TOKENS "{scope}", 400,
      "error=invalid_grant suberror=registration_required error_codes[0]=50076 continuation_token:text", 0 },
    { "5.1.11", REGISTER "introspect", AFTER, 200, "methods[0].login_hint=liv@example.org", 0 },
    { "I5 A4", REGISTER "challenge", "challenge_type=oob&challenge_channel=sms&challenge_target=%2B47" TOKENS, 400,
      "error=invalid_request error_codes[]=901001", 0 },
    { "I5 A4", REGISTER "challenge", "challenge_type=oob&challenge_channel=sms&challenge_target=%2B19005550100" TOKENS,
      400, "error=access_denied suberror=provider_blocked_by_rep", 0 },
    { "I4", REGISTER "challenge", "challenge_type=oob&challenge_channel=sms&challenge_target=%2B19015550100" TOKENS,
      200, "challenge_type=redirect redirect_reason:text", 0 },
    { "5.1.6 I4", REGISTER "challenge",
      "challenge_type=oob&challenge_channel=sms&challenge_target=%2B4790000011" TOKENS, 200,
      "challenge_type=oob challenge_target=+4790000011 challenge_channel=sms", 0 },
    { NULL, CODE_TO, "+4790000011", 0, NULL, 0 },
    { "5.1.5", REGISTER "continue", "grant_type=oob&oob=00000000" TOKENS, 400, WRONG_CODE, 0 },
    { "5.1.3", REGISTER "continue", "grant_type=oob&oob={code}" TOKENS, 200, "!challenge_type", 0 },
    { "I6 A2", AGAIN, "", 200, "", 0 },
    { "5.1.11 I14 I15 I18", TOKEN, "grant_type=continuation_token" TOKENS "{scope}", 200, "!suberror", 'i' },
    { "5.1.11 A19", TOKEN, "grant_type=continuation_token&username=liv%40example.org" TOKENS "{scope}", 200,
      "!suberror", 'a' },
};

static const struct row sign_up[] = {
    { "I5", SIGNUP "start", "username=sam%40example.org" CODES, 400, "error=user_already_exists", 0 },
    { "A12 A4", SIGNUP "start", "username=sam" CODES, 400, NAME_BAD, 0 },
    { "A9 A13", SIGNUP "start",
      "username=eve%40example.org&attributes=%7B%22displayName%22%3A%22Eve%22%2C%22" SHOE_SIZE "%22%3A%22x%22%7D" CODES,
      400, "error=invalid_grant suberror=attribute_validation_failed invalid_attributes[].name:text", 0 },
    { "5.1.2", SIGNUP "start", "username=eve%40example.org" CODES CAPABLE, 200, "!challenge_type", 0 },
    { "5.1.9 I11", SIGNUP "challenge", AFTER CODES, 200, "challenge_type=oob", 0 },
    { NULL, CODE_TO, "eve@example.org", 0, NULL, 0 },
    { NULL, LATER, "31", 0, NULL, 0 },
    { "5.1.10 I12", SIGNUP "challenge", AFTER CODES, 200, "challenge_type=oob", 0 },
    { "5.1.5", SIGNUP "continue", "grant_type=oob&oob=00000000" TOKENS, 400, WRONG_CODE, 0 },
    { NULL, CODE_TO, "eve@example.org", 0, NULL, 0 },
    { "5.1.3 5.1.7 A10", SIGNUP "continue", "grant_type=oob&oob={code}" TOKENS, 400,
      "error=attributes_required error_codes[0]=55106 continuation_token:text required_attributes[].name:text", 0 },
    { "I2", SIGNUP "continue", "grant_type=attributes&attributes=%7B%22displayName%22%3A%22Eve%22%7D" TOKENS, 400,
      "required_attributes[].type:text required_attributes[].required:bool continuation_token:text", 0 },
    { "5.1.3 A9", SIGNUP "continue", "grant_type=attributes&attributes=%7B%22" SHOE_SIZE "%22%3A%22123%22%7D" TOKENS,
      400, "error=invalid_grant suberror=attribute_validation_failed invalid_attributes[].name:text", 0 },
    { "5.1.3 I10", SIGNUP "continue", "grant_type=attributes&attributes=%7B%22" SHOE_SIZE "%22%3A42%7D" TOKENS, 200,
      "!challenge_type", 'i' },
    { "5.1.3 A16", SIGNUP "continue", "grant_type=attributes&attributes=%7B%22" SHOE_SIZE "%22%3A%2242%22%7D" TOKENS,
      200, "!challenge_type", 'a' },
    { "I6 A2", AGAIN, "", 200, "", 0 },
    { "I15 I18 A19", TOKEN, "grant_type=continuation_token&username=eve%40example.org" TOKENS "{scope}", 200,
      "!suberror", 0 },
};

static const struct row sign_up_with_password[] = {
    { "5.1.5 A13", SIGNUP "start", "username=fay%40example.org&password=onlylowercase" TYPES, 400, WEAK, 0 },
    { "I3", SIGNUP "start", "username=fay%40example.org" CODES, 200, "challenge_type=redirect redirect_reason:text",
      0 },
    { NULL, SIGNUP "start", "username=fay%40example.org" TYPES CAPABLE, 200, "", 0 },
    { "5.1.9 I11", SIGNUP "challenge", AFTER TYPES, 200, "challenge_type=oob", 0 },
    { NULL, CODE_TO, "fay@example.org", 0, NULL, 0 },
    { "5.1.7 A10", SIGNUP "continue", "grant_type=oob&oob={code}" TOKENS, 400,
      "error=credential_required error_codes[0]=55103 continuation_token:text", 0 },
    { "I3", SIGNUP "challenge", AFTER TYPES, 200, "challenge_type=password", 0 },
    { "5.1.5", SIGNUP "continue", "grant_type=password&password=onlylowercase" TOKENS, 400, WEAK, 0 },
    { "5.1.3 I10 A16", SIGNUP "continue", "grant_type=password&password=Red-Lantern-17" TOKENS, 200, "!challenge_type",
      0 },
    { "I15 I18 A19", TOKEN, "grant_type=continuation_token&username=fay%40example.org" TOKENS "{scope}", 200,
      "!suberror", 0 },
};

static const struct row sign_up_with_factor[] = {
    { NULL, SIGNUP "start", "username=ada%40example.org&password=Red-Lantern-17" TYPES CAPABLE, 200, "", 0 },
    { "5.1.9 I11", SIGNUP "challenge", AFTER TYPES, 200, "challenge_type=oob", 0 },
    { NULL, CODE_TO, "ada@example.org", 0, NULL, 0 },
    { "I10 A16", SIGNUP "continue", "grant_type=oob&oob={code}" TOKENS, 200, "!challenge_type", 0 },
    { "5.1.11 I15", TOKEN, "grant_type=continuation_token&username=ada%40example.org" TOKENS "{scope}", 400,
      "error=invalid_grant suberror=registration_required continuation_token:text", 0 },
    { "5.1.11", REGISTER "introspect", AFTER, 200, "methods[0].login_hint=ada@example.org", 0 },
    { "I4", REGISTER "challenge",
      "challenge_type=oob&challenge_channel=email&challenge_target=ada%40example.org" TOKENS, 200,
      "challenge_type=preverified", 0 },
    { "5.1.2", REGISTER "continue", "grant_type=continuation_token" TOKENS, 200, "!challenge_type", 0 },
    { "5.1.11 I14 I15 I18", TOKEN, "grant_type=continuation_token" TOKENS "{scope}", 200, "!suberror", 0 },
};

static const struct row reset[] = {
    { "I5", RESET "start", "username=nobody%40example.org" CODES, 400, "error=user_not_found", 0 },
    { "I5", RESET "start", "username=sam%40example.org" CODES, 400, "error=invalid_request error_codes[0]=500222", 0 },
    { "5.1.2", RESET "start", TOM CODES CAPABLE, 200, "!challenge_type", 0 },
    { "I7", RESET "challenge", AFTER CODES, 200, "challenge_type=oob", 0 },
    { NULL, CODE_TO, "tom@example.org", 0, NULL, 0 },
    { NULL, LATER, "31", 0, NULL, 0 },
    { "5.1.10 I12", RESET "challenge", AFTER CODES, 200, "challenge_type=oob", 0 },
    { "5.1.5", RESET "continue", "grant_type=oob&oob=00000000" TOKENS, 400, WRONG_CODE, 0 },
    { NULL, CODE_TO, "tom@example.org", 0, NULL, 0 },
    { "5.1.3 I2", RESET "continue", "grant_type=oob&oob={code}" TOKENS, 200, "expires_in:int", 0 },
    { "5.1.5 A13", RESET "submit", "new_password=onlylowercase" TOKENS, 400, WEAK, 0 },
    { "5.1.3 I8 A7", RESET "submit", "new_password=Red-Lantern-17" TOKENS, 200,
      "continuation_token:text poll_interval=2", 0 },
    { "I6 A2", AGAIN, "", 200, "poll_interval=2", 0 },
    { "I9 A6", RESET "poll_completion", AFTER, 200, "status=succeeded continuation_token:text", 0 },
    { "I9 A6", AGAIN, "", 200, "status=succeeded continuation_token:text", 0 },
    { "I15 I18 A19", TOKEN, "grant_type=continuation_token&" TOM TOKENS "{scope}", 200, "!suberror", 0 },
    { NULL, RESET "start", TOM CODES, 200, "", 0 },
    { NULL, LATER, "600", 0, NULL, 0 },
    { "I5", RESET "challenge", AFTER CODES, 400, "error=expired_token", 0 },
};

#define SCRIPT(rows, app)                               \
    {                                                   \
#rows, app, rows, sizeof(rows) / sizeof rows[0] \
    }

static const struct script {
    const char *name;
    const char *app;
    const struct row *rows;
    size_t n;
} scripts[] = {
    SCRIPT(code, WORLD_APP),
    SCRIPT(password, WORLD_APP_PASSWORD),
    SCRIPT(second_factor, WORLD_APP_FACTOR),
    SCRIPT(registration, WORLD_APP_FACTOR),
    SCRIPT(sign_up, WORLD_APP_ATTRIBUTES),
    SCRIPT(sign_up_with_password, WORLD_APP_PASSWORD),
    SCRIPT(sign_up_with_factor, WORLD_APP_FACTOR),
    SCRIPT(reset, WORLD_APP_PASSWORD),
};

/* True: the row was no request. */
static bool is_done_aside(struct replay *r, const struct row *row)
{
    if (strcmp(row->endpoint, LATER) == 0)
        world_advance(&r->world, strtoll(row->form, NULL, 10));
    else if (strcmp(row->endpoint, CODE_TO) == 0)
        holds(r, "", world_code(&r->world, row->form, r->mail, r->code, &r->mail));
    else
        return false;
    return true;
}

static void run_row(struct replay *r, const struct row *row)
{
    if (is_done_aside(r, row))
        return;
    if (strcmp(row->endpoint, AGAIN) != 0) {
        r->endpoint = row->endpoint;
        replay_form(r, row->form);
    }
    replay_send(r);
    holds(r, "", r->reply.status == row->status);
    replay_must(r, row->points != NULL ? row->points : "", row->must);
}

/* ned gets an address besides his telephone. */
static void add_method(struct world *w)
{
    const struct method address = { .id = { { 0xaa, 4 } },
                                    .user_id = { { 0xee, 9 } },
                                    .channel = CHANNEL_EMAIL,
                                    .target = "ned.strong@example.org",
                                    .created_at = 2 };
    const struct store_write added = { .kind = WRITE_METHOD_ADD, .method = &address };

    assert_true(err_is_ok(store_write(rooms_store(w->rooms), &added, 1)));
}

static void run_sdk(const struct sdk *sdk, struct points *points)
{
    static struct replay r;

    memset(&r, 0, sizeof r);
    r.sdk = sdk;
    r.points = points;
    world_open(&r.world, &(struct world_options){ .seed = 31 });
    add_method(&r.world);
    for (size_t s = 0; s < sizeof scripts / sizeof scripts[0]; s++) {
        r.where = scripts[s].name;
        r.app = scripts[s].app;
        for (size_t i = 0; i < scripts[s].n; i++) {
            r.row = (int)i + 1;
            if (scripts[s].rows[i].only == 0 || scripts[s].rows[i].only == sdk->letter)
                run_row(&r, &scripts[s].rows[i]);
        }
        world_advance(&r.world, 60);
    }
    json_decref(r.body);
    world_close(&r.world);
}

static void test_ios(void **state)
{
    run_sdk(&ios, *state);
}

static void test_android(void **state)
{
    run_sdk(&android, *state);
}

/* All but A18, which is about the app's own configuration, and of I1 the host and its TLS (hostile/http_tls_test). */
static void test_no_point_is_left_out(void **state)
{
    static const struct {
        const char *prefix;
        int last;
    } sections[] = { { "5.1.", 12 }, { "I", 18 }, { "A", 19 } };
    char name[POINT];

    for (size_t s = 0; s < 3; s++) {
        for (int i = 1; i <= sections[s].last; i++) {
            snprintf(name, sizeof name, "%s%d", sections[s].prefix, i);
            if (strcmp(name, "A18") != 0 && !points_have(*state, name))
                fail_msg("no row proves %s", name);
        }
    }
}

static int make_points(void **state)
{
    *state = calloc(1, sizeof(struct points));
    return *state == NULL;
}

static int free_points(void **state)
{
    free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ios),
        cmocka_unit_test(test_android),
        cmocka_unit_test(test_no_point_is_left_out),
    };

    return cmocka_run_group_tests(tests, make_points, free_points);
}
