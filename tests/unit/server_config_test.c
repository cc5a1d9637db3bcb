/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: defaults, file, environment, and complaints that name file, line and field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/event.h"
#include "base/limits.h"
#include "server/commands/commands.h"
#include "server/config.h"
#include "support/command_ran.h"
#include "support/text_file.h"

#include <unistd.h>

static struct test_folder folder;

static int make(void **state)
{
    (void)state;
    test_folder_make(&folder);
    return 0;
}

static int clear(void **state)
{
    (void)state;
    test_folder_remove(&folder);
    return 0;
}

static void load(const char *text, struct config *c)
{
    struct complaint why = { "" };

    err loaded = config_load(text == NULL ? NULL : test_file(&folder, "c.yaml", text), c, &why);
    if (!err_is_ok(loaded))
        fail_msg("%s", why.text);
}

static void expect_defaults(const struct config *c)
{
    assert_string_equal(c->origin, "");
    assert_string_equal(c->data, "/var/lib/doorcode");
    assert_string_equal(c->http.address, "127.0.0.1");
    assert_int_equal(c->http.port, 8080);
    assert_string_equal(c->https.address, "0.0.0.0");
    assert_int_equal(c->https.port, 0);
    assert_int_equal(c->server.workers, 0);
    assert_int_equal(c->server.max_connections, LIMIT_CONNECTIONS);
    assert_int_equal(c->server.trusted_proxies.n, 0);
    assert_int_equal(c->metrics.from.n, 2); /* loopback */
    assert_string_equal(c->metrics.from.items[0], "127.0.0.0/8");
    assert_string_equal(c->metrics.from.items[1], "::1");
    assert_int_equal(c->store.synchronous, 0);
    assert_int_equal(c->smtp.port, 587);
    assert_int_equal(c->smtp.security, 0); /* starttls: never in clear by default */
    assert_int_equal(c->keys.rotate_days, 90);
    assert_int_equal(c->log.level, LEVEL_INFO);
    assert_int_equal(c->log.format, 0);
    assert_int_equal(c->policy.code_digits, policy_default.code_digits);
    assert_int_equal(c->policy.refresh_token_seconds, policy_default.refresh_token_seconds);
}

static void without_a_file(void **state)
{
    struct config c;
    (void)state;
    load(NULL, &c);
    expect_defaults(&c);
    config_free(&c);
    load("# nothing\n", &c);
    expect_defaults(&c);
    config_free(&c);
}

static void file_overrides_defaults(void **state)
{
    char path[64];
    struct config c;
    (void)state;
    load("origin: https://login.example\ndata: /srv/doors\nhttp: {port: 0}\n"
         "server:\n  trustedProxies: [10.0.0.0/8, '::1']\nstore: {synchronous: normal}\n"
         "smtp:\n  security: tls\n  fromAddress: doors@login.example\n"
         "passwords: {memoryKib: 65536, passes: 3, workers: 1, queue: 8}\n"
         "passcode: {digits: 6}\ntokens: {accessTokenSeconds: 0, authorizationCodeSeconds: 60, "
         "deviceCodeSeconds: 300,\n  spaRefreshTokenSeconds: 3600}\n"
         "sessions: {idleSeconds: 900, persistentSeconds: 86400, maxSeconds: 172800}\nlog: {level: error, format: "
         "text}\n",
         &c);
    assert_string_equal(c.origin, "https://login.example");
    assert_int_equal(c.http.port, 0);
    assert_string_equal(c.http.address, "127.0.0.1");
    assert_int_equal(c.server.trusted_proxies.n, 2);
    assert_string_equal(c.server.trusted_proxies.items[1], "::1");
    assert_int_equal(c.store.synchronous, 1);
    assert_int_equal(c.smtp.security, 1);
    assert_string_equal(c.smtp.from_address, "doors@login.example");
    assert_int_equal(c.passwords.memory_kib, 65536);
    assert_int_equal(c.passwords.passes, 3);
    assert_int_equal(c.passwords.workers, 1);
    assert_int_equal(c.passwords.queue, 8);
    assert_int_equal(c.policy.code_digits, 6);
    assert_int_equal(c.policy.access_token_seconds, 0);
    assert_int_equal(c.policy.authorization_code_seconds, 60);
    assert_int_equal(c.policy.device_code_seconds, 300);
    assert_int_equal(c.policy.spa_refresh_token_seconds, 3600);
    assert_int_equal(c.policy.session_idle_seconds, 900);
    assert_int_equal(c.policy.session_persistent_seconds, 86400);
    assert_int_equal(c.policy.session_max_seconds, 172800);
    assert_int_equal(c.log.level, LEVEL_ERROR);
    assert_int_equal(c.log.format, 1);
    assert_true(config_path(&c, "doorcode.db", path, sizeof path));
    assert_string_equal(path, "/srv/doors/doorcode.db");
    assert_false(config_path(&c, "doorcode.db", path, 10));
    config_free(&c);
}

static void environment_overrides_the_file(void **state)
{
    struct config c;
    (void)state;
    setenv("DOORCODE_ORIGIN", "https://other.example", 1);
    setenv("DOORCODE_HTTP_PORT", "9090", 1);
    setenv("DOORCODE_SMTP_FROM_ADDRESS", "env@login.example", 1);
    setenv("DOORCODE_SERVER_MAX_CONNECTIONS", "77", 1);
    setenv("DOORCODE_SERVER_TRUSTED_PROXIES", "192.0.2.1, 192.0.2.2", 1);
    setenv("DOORCODE_METRICS_FROM", "10.0.0.0/8,2001:db8::/32", 1);
    setenv("DOORCODE_LOG_LEVEL", "debug", 1);
    setenv("DOORCODE_SESSIONS_IDLE_SECONDS", "600", 1);
    load("origin: https://login.example\nhttp: {port: 1}\nserver: {trustedProxies: [10.0.0.1]}\n", &c);
    assert_string_equal(c.origin, "https://other.example");
    assert_int_equal(c.http.port, 9090);
    assert_string_equal(c.smtp.from_address, "env@login.example");
    assert_int_equal(c.server.max_connections, 77);
    assert_int_equal(c.server.trusted_proxies.n, 2);
    assert_string_equal(c.server.trusted_proxies.items[0], "192.0.2.1");
    assert_string_equal(c.server.trusted_proxies.items[1], "192.0.2.2");
    assert_int_equal(c.metrics.from.n, 2);
    assert_string_equal(c.metrics.from.items[1], "2001:db8::/32");
    assert_int_equal(c.log.level, LEVEL_DEBUG);
    assert_int_equal(c.policy.session_idle_seconds, 600);
    config_free(&c);
    unsetenv("DOORCODE_METRICS_FROM");
    unsetenv("DOORCODE_ORIGIN");
    unsetenv("DOORCODE_HTTP_PORT");
    unsetenv("DOORCODE_SMTP_FROM_ADDRESS");
    unsetenv("DOORCODE_SERVER_MAX_CONNECTIONS");
    unsetenv("DOORCODE_SERVER_TRUSTED_PROXIES");
    unsetenv("DOORCODE_LOG_LEVEL");
    unsetenv("DOORCODE_SESSIONS_IDLE_SECONDS");
}

static void wrong_environment(void **state)
{
    static const struct {
        const char *name, *value, *why;
    } wrong[] = {
        { "DOORCODE_HTTP_PORT", "", "DOORCODE_HTTP_PORT: must be a number from 0 to 65535, not ''" },
        { "DOORCODE_HTTP_PORT", "65536", "DOORCODE_HTTP_PORT: must be a number from 0 to 65535, not '65536'" },
        { "DOORCODE_LOG_LEVEL", "loud", "DOORCODE_LOG_LEVEL: must be one of debug, info, warn, error, not 'loud'" },
        { "DOORCODE_SMTP_FROM_ADDRESS", "nobody", "DOORCODE_SMTP_FROM_ADDRESS: must be an e-mail address" },
        { "DOORCODE_SESSIONS_MAX_SECONDS", "59",
          "DOORCODE_SESSIONS_MAX_SECONDS: must be a number from 60 to 31622400, not '59'" },
        { "DOORCODE_DATA", "", "DOORCODE_DATA: must be 1 to 512 bytes long" },
        { "DOORCODE_SERVER_TRUSTED_PROXIES", "::1,,::2",
          "DOORCODE_SERVER_TRUSTED_PROXIES: must be 1 to 64 bytes long" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct complaint why = { "" };
        struct config c;
        setenv(wrong[i].name, wrong[i].value, 1);
        assert_int_equal(config_load(NULL, &c, &why).code, ERR_FORMAT);
        assert_string_equal(why.text, wrong[i].why);
        unsetenv(wrong[i].name);
    }
}

/* Expected: the complaint without the file's name in front. */
static const struct {
    const char *text;
    const char *why;
} broken[] = {
    { "[1]", ":1: must be a map of fields" },
    { "orign: https://x.example", ":1: unknown field 'orign'; did you mean 'origin'?" },
    { "http:\n  prot: 1", ":2: http: unknown field 'prot'; did you mean 'port'?" },
    { "smtp:\n  password: secret", ":2: smtp: unknown field 'password'" },
    { "http:\n  port: 65536", ":2: http.port: must be a number from 0 to 65535, not '65536'" },
    { "http:\n  port: http", ":2: http.port: must be a number from 0 to 65535, not 'http'" },
    { "http: 8080", ":1: http: must be a map" },
    { "http:\n  address: [a]", ":2: http.address: must be a single value" },
    { "server:\n  trustedProxies: 10.0.0.1", ":2: server.trustedProxies: must be a list" },
    { "server:\n  trustedProxies: [10.0.0.1, proxy]",
      ":2: server.trustedProxies: is neither an address nor a network" },
    { "metrics:\n  from: [10.0.0.1/8]", ":2: metrics.from: is neither an address nor a network" },
    { "server:\n  maxConnections: 15", ":2: server.maxConnections: must be a number from 16 to 100000, not '15'" },
    { "passcode:\n  digits: 5", ":2: passcode.digits: must be a number from 6 to 10, not '5'" },
    { "passcode:\n  digits: 11", ":2: passcode.digits: must be a number from 6 to 10, not '11'" },
    { "store:\n  synchronous: off", ":2: store.synchronous: must be one of full, normal, not 'off'" },
    { "smtp:\n  security: maybe", ":2: smtp.security: must be one of starttls, tls, none, not 'maybe'" },
    { "smtp:\n\n  fromAddress: me", ":3: smtp.fromAddress: must be an e-mail address" },
    { "smtp:\n  fromName: \"a\\nb\"", ":2: smtp.fromName: must not hold control characters" },
    { "passwords:\n  workers: 17", ":2: passwords.workers: must be a number from 1 to 16, not '17'" },
    { "passwords:\n  memoryKib: 7167", ":2: passwords.memoryKib: must be a number from 7168 to 1048576, not '7167'" },
    { "passwords:\n  passes: 0", ":2: passwords.passes: must be a number from 1 to 64, not '0'" },
    { "passwords:\n  queue: 0", ":2: passwords.queue: must be a number from 1 to 4096, not '0'" },
    { "data: ''", ":1: data: must be 1 to 512 bytes long" },
    { "origin: login.example", ":1: origin: must be an origin like https://app.example, without wildcards" },
    { "origin: https://login.example/", ":1: origin: must be scheme, host and port only, without a path" },
    { "origin: ftp://login.example", ":1: origin: must begin with https:// or http://" },
    { "data: a\ndata: b", ":2: 'data' is given twice" },
    { "log: {level: info", ":2: did not find expected ',' or '}'" },
    { "log:\n  level: 1", ":2: log.level: must be one of debug, info, warn, error, not '1'" },
};

static void broken_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        const char *path = test_file(&folder, "c.yaml", broken[i].text);
        struct complaint why = { "" };
        struct config c;
        assert_int_equal(config_load(path, &c, &why).code, ERR_FORMAT);
        assert_memory_equal(why.text, path, strlen(path));
        assert_string_equal(why.text + strlen(path), broken[i].why);
    }
}

static void missing_file(void **state)
{
    struct complaint why;
    struct config c;
    (void)state;
    assert_int_equal(config_load("/tmp/doorcode-no-such.yaml", &c, &why).code, ERR_IO);
    assert_string_equal(why.text, "/tmp/doorcode-no-such.yaml: No such file or directory");
}

static const struct command *const commands[] = { &command_config, &command_config_check, NULL };
static const struct command *const *const lists[] = { commands, NULL };
static const struct command_program program = { .name = "doorcode", .version = "0", .date = "", .lists = lists };

/* The reference is a configuration: it loads, and says what holds without one. */
static void printed_reference_loads(void **state)
{
    struct ran ran = command_ran(&program, "config");
    struct config c;
    (void)state;
    assert_int_equal(ran.status, COMMAND_OK);
    assert_string_equal(ran.errors, "");
    load(ran.out, &c);
    expect_defaults(&c);
    config_free(&c);
    command_ran_free(&ran);
}

/* Every field of the table is in it, with its help. */
static void printed_reference_is_complete(void **state)
{
    struct ran ran = command_ran(&program, "config");
    char line[96];
    (void)state;
    for (const struct field *s = config_fields; s->name != NULL; s++) {
        snprintf(line, sizeof line, "\n%s:", s->name);
        assert_non_null(strstr(ran.out, line));
        assert_non_null(s->help);
        for (const struct field *f = s->fields; f != NULL && f->name != NULL; f++) {
            assert_non_null(strstr(ran.out, f->help));
            snprintf(line, sizeof line, "\n  %s: ", f->name);
            assert_non_null(strstr(ran.out, line));
        }
    }
    command_ran_free(&ran);
}

/* The exit status of `config check`, and what it must have said on one of its two outputs. */
static void says_of_file(const char *yaml, int status, const char *said)
{
    char command[512];
    snprintf(command, sizeof command, "config check --config %s", test_file(&folder, "c.yaml", yaml));
    struct ran ran = command_ran(&program, command);
    assert_int_equal(ran.status, status);
    assert_non_null(strstr(status == COMMAND_OK ? ran.out : ran.errors, said));
    command_ran_free(&ran);
}

static void check_tells_what_is_wrong_or_missing(void **state)
{
    (void)state;
    says_of_file("origin: https://login.example\nsmtp:\n  fromAddress: a@login.example\n", COMMAND_OK,
                 "good, for https://login.example");
    says_of_file("origin: https://login.example\n", COMMAND_FAILED, "smtp.fromAddress is not set");
    says_of_file("smtp:\n  fromAddress: a@login.example\n", COMMAND_FAILED, "origin is not set");
    says_of_file("origin: https://login.example\nhttp:\n  port: 0\n", COMMAND_FAILED, "nothing to listen on");
    says_of_file("origin: https://login.example\nhttps:\n  port: 443\n", COMMAND_FAILED, "certificateFile");
    says_of_file("origin: https://login.example\nhtttp:\n  port: 0\n", COMMAND_FAILED, "c.yaml:2");
}

static void check_says(const char *command, int status, const char *out, const char *errors)
{
    struct ran ran = command_ran(&program, command);
    assert_int_equal(ran.status, status);
    assert_string_equal(ran.out, out);
    if (strstr(ran.errors, errors) == NULL)
        fail_msg("%s", ran.errors);
    command_ran_free(&ran);
}

/* On a machine without a file of an installation, the environment has to do, and it is said what was looked at. */
static void check_needs_no_file(void **state)
{
    (void)state;
    if (access("/etc/doorcode/doorcode.yaml", F_OK) == 0)
        skip();
    unsetenv("DOORCODE_CONFIG");
    check_says("config check", COMMAND_FAILED, "",
               "environment and defaults: origin is not set: the public address, like https://login.example\n"
               "Checked were the environment and the defaults: no file is named");
    check_says("config check --config /tmp/doorcode-no-such.yaml", COMMAND_FAILED, "",
               "No such file or directory\nName another file with --config or DOORCODE_CONFIG");
    setenv("DOORCODE_ORIGIN", "https://login.example", 1);
    setenv("DOORCODE_SMTP_FROM_ADDRESS", "a@login.example", 1);
    check_says("config check", COMMAND_OK, "environment and defaults: good, for https://login.example\n", "");
    unsetenv("DOORCODE_ORIGIN");
    unsetenv("DOORCODE_SMTP_FROM_ADDRESS");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_file),
        cmocka_unit_test(file_overrides_defaults),
        cmocka_unit_test(environment_overrides_the_file),
        cmocka_unit_test(wrong_environment),
        cmocka_unit_test(broken_files),
        cmocka_unit_test(missing_file),
        cmocka_unit_test(printed_reference_loads),
        cmocka_unit_test(printed_reference_is_complete),
        cmocka_unit_test(check_tells_what_is_wrong_or_missing),
        cmocka_unit_test(check_needs_no_file),
    };
    return cmocka_run_group_tests(tests, make, clear);
}
