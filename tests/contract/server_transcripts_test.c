/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the files of tests/wire: requests and the replies they must get, byte for byte. Clock and chance are the test's, so only what
 * is random by nature has a place holder.
 *   @advance 600            moves the clock
 *   @code NAME ADDRESS      waits for the next mail to ADDRESS and keeps its code
 *   @remove ADDRESS         the user of petstore is deleted
 *   @authorize NAME CLIENT REDIRECT_URI QUERY   sam signs in at petstore for an application, and its code is kept
 *   @allow CODE ADDRESS     the user of petstore lets the device of this user code go on; @decline CODE: or does not
 *   > METHOD PATH           a request: headers, an empty ">" line, the body; <NAME> puts in what was kept
 *   < STATUS                its reply: headers that must be there, an empty "<" line, the whole body
 * In a body: <token:NAME> keeps base64url, <jws> and <guid> match theirs, <jws:NAME> keeps a signed token, <refresh:NAME> a
 * refresh token, <device:NAME> a device code. */
#include "support/world.h"

#include <ctype.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/code_client.h"

enum { KEPT = 24, NAME = 32, VALUE = 2048, LINE = 8192, WHOLE = 16384, SENT = 40000 };

struct transcript {
    struct world world;
    const char *file;
    unsigned line;
    unsigned exchanges;
    struct {
        char name[NAME];
        char value[VALUE];
    } kept[KEPT];
    size_t kept_n;
    char request[WHOLE];
    char body[WHOLE];
    struct world_reply reply;
    uint64_t newest_mail;
};

static void keep(struct transcript *t, const char *name, size_t name_n, const char *value, size_t value_n)
{
    size_t i = 0;

    while (i < t->kept_n && (strlen(t->kept[i].name) != name_n || memcmp(t->kept[i].name, name, name_n) != 0))
        i++;
    assert_true(i < KEPT && name_n < NAME && value_n < VALUE);
    if (i == t->kept_n)
        t->kept_n++;
    snprintf(t->kept[i].name, NAME, "%.*s", (int)name_n, name);
    snprintf(t->kept[i].value, VALUE, "%.*s", (int)value_n, value);
}

static const char *recall(struct transcript *t, const char *name, size_t n)
{
    for (size_t i = 0; i < t->kept_n; i++)
        if (strlen(t->kept[i].name) == n && memcmp(t->kept[i].name, name, n) == 0)
            return t->kept[i].value;
    fail_msg("%s:%u: nothing is kept as <%.*s>", t->file, t->line, (int)n, name);
    return "";
}

static void append(char *out, const char *text, size_t n)
{
    size_t have = strlen(out);

    assert_true(have + n + 1 < WHOLE);
    memcpy(out + have, text, n);
    out[have + n] = '\0';
}

/* Copies a line with every <NAME> replaced. */
static void put_in(struct transcript *t, const char *line, char *out)
{
    while (*line != '\0') {
        const char *end = *line == '<' ? strchr(line, '>') : NULL;
        if (end == NULL) {
            append(out, line++, 1);
            continue;
        }
        const char *value = recall(t, line + 1, (size_t)(end - line) - 1);
        append(out, value, strlen(value));
        line = end + 1;
    }
}

static size_t span_of(struct slice kind, const char *text)
{
    static const struct {
        const char *name;
        const char *begins;
        const char *more; /* characters besides base64url's */
    } kinds[] = { { "token", "", "" }, { "jws", "ey", "." }, { "refresh", "1.", "." }, { "device", "2.", "." } };
    char set[80];
    struct guid g;

    if (slice_eq(kind, SLICE("guid")))
        return strlen(text) >= GUID_TEXT && guid_parse(slice_bytes(text, GUID_TEXT), &g) ? GUID_TEXT : 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (!slice_eq(kind, slice_of(kinds[i].name)) || strncmp(text, kinds[i].begins, strlen(kinds[i].begins)) != 0)
            continue;
        snprintf(set, sizeof set, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_%s", kinds[i].more);
        return strspn(text, set);
    }
    return 0;
}

/* How much of the text a place holder matches, keeping it where it is told to; 0: it does not match. */
static size_t match_holder(struct transcript *t, const char *holder, size_t n, const char *text)
{
    const char *colon = memchr(holder, ':', n);
    size_t kind_n = colon == NULL ? n : (size_t)(colon - holder);
    bool is_kept = colon == NULL && strncmp(holder, "guid>", 5) != 0 && strncmp(holder, "jws>", 4) != 0;

    if (is_kept) {
        const char *value = recall(t, holder, n);
        return strncmp(text, value, strlen(value)) == 0 ? strlen(value) : 0;
    }
    size_t span = span_of(slice_bytes(holder, kind_n), text);
    if (span > 0 && colon != NULL)
        keep(t, colon + 1, n - kind_n - 1, text, span);
    return span;
}

static bool matches(struct transcript *t, const char *wanted, const char *got)
{
    while (*wanted != '\0') {
        const char *end = *wanted == '<' ? strchr(wanted, '>') : NULL;
        if (end == NULL) {
            if (*wanted++ != *got++)
                return false;
            continue;
        }
        size_t n = (size_t)(end - wanted) - 1;
        size_t span = match_holder(t, wanted + 1, n, got);
        if (span == 0)
            return false;
        got += span;
        wanted = end + 1;
    }
    return *got == '\0';
}

/* ---- the lines of a file ---- */

static void send_request(struct transcript *t)
{
    char whole[SENT];
    int fd = world_connect(&t->world);
    int n = snprintf(whole, sizeof whole, "%sHost: login.example\r\nContent-Length: %zu\r\n\r\n%s", t->request,
                     strlen(t->body), t->body);

    assert_true(n > 0 && (size_t)n < sizeof whole);
    assert_true(world_exchange(fd, whole, (size_t)n, &t->reply));
    close(fd);
    t->exchanges++;
}

static void check_header(struct transcript *t, const char *wanted)
{
    char line[LINE + 8];

    snprintf(line, sizeof line, "\r\n%s\r\n", wanted);
    if (wanted[0] == '!') {
        snprintf(line, sizeof line, "\r\n%s", wanted + 1);
        if (strcasestr(t->reply.head, line) != NULL)
            fail_msg("%s:%u: %s must not be there in\n%s", t->file, t->line, wanted + 1, t->reply.head);
    } else if (strcasestr(t->reply.head, line) == NULL) {
        fail_msg("%s:%u: no header '%s' in\n%s", t->file, t->line, wanted, t->reply.head);
    }
}

static void take_code(struct transcript *t, const char *arguments)
{
    char name[NAME], address[256], code[16];

    assert_int_equal(sscanf(arguments, "%31s %255s", name, address), 2);
    if (!world_code(&t->world, address, t->newest_mail, code, &t->newest_mail))
        fail_msg("%s:%u: no mail came to %s", t->file, t->line, address);
    keep(t, name, strlen(name), code, strlen(code));
}

static void remove_user(struct transcript *t, const char *address)
{
    struct store *store = rooms_store(t->world.rooms);
    struct guid tenant;
    struct user user;

    assert_true(guid_parse(SLICE(WORLD_TENANT), &tenant));
    assert_true(err_is_ok(store_user_by_identity(store, tenant, slice_of(address), &user)));
    const struct store_write gone = { .kind = WRITE_USER_DELETE, .tenant_id = tenant, .guid = user.id };
    assert_true(err_is_ok(store_write(store, &gone, 1)));
}

static void answer_device(struct transcript *t, const char *arguments, enum device_state answer)
{
    struct store *store = rooms_store(t->world.rooms);
    char name[NAME], address[256] = "";
    struct device_code device;
    struct guid tenant;
    struct user user = { .enabled = true };

    assert_in_range(sscanf(arguments, "%31s %255s", name, address), 1, 2);
    assert_true(guid_parse(SLICE(WORLD_TENANT), &tenant));
    assert_true(err_is_ok(store_device_by_user_code(store, slice_of(recall(t, name, strlen(name))), &device)));
    if (answer == DEVICE_GRANTED)
        assert_true(err_is_ok(store_user_by_identity(store, tenant, slice_of(address), &user)));
    device.state = answer;
    device.user_id = user.id;
    device.session_id = (struct guid){ { 0xdd, 1 } };
    device.authenticated_at = WORLD_START;
    const struct store_write decided = { .kind = WRITE_DEVICE_DECIDE, .device = &device };
    assert_true(err_is_ok(store_write(store, &decided, 1)));
}

enum part { NOWHERE, REQUEST_HEAD, REQUEST_BODY, REPLY_HEAD, REPLY_BODY };

static enum part request_line(struct transcript *t, enum part part, const char *text)
{
    if (part != REQUEST_HEAD && part != REQUEST_BODY) {
        t->request[0] = t->body[0] = '\0';
        put_in(t, text, t->request);
        append(t->request, " HTTP/1.1\r\n", 11);
        return REQUEST_HEAD;
    }
    if (part == REQUEST_HEAD && text[0] == '\0')
        return REQUEST_BODY;
    put_in(t, text, part == REQUEST_HEAD ? t->request : t->body);
    if (part == REQUEST_HEAD)
        append(t->request, "\r\n", 2);
    return part;
}

static enum part reply_line(struct transcript *t, enum part part, const char *text)
{
    if (part == REQUEST_HEAD || part == REQUEST_BODY) {
        send_request(t);
        if (t->reply.status != atoi(text))
            fail_msg("%s:%u: wanted %s, got %d %s", t->file, t->line, text, t->reply.status, t->reply.body);
        return REPLY_HEAD;
    }
    if (part == REPLY_HEAD && text[0] == '\0')
        return REPLY_BODY;
    if (part == REPLY_HEAD)
        check_header(t, text);
    else if (!matches(t, text, t->reply.body))
        fail_msg("%s:%u: wanted\n%s\ngot\n%s", t->file, t->line, text, t->reply.body);
    return part;
}

static void authorize(struct transcript *t, const char *arguments)
{
    static struct code_session client;
    static char name[NAME], id[64], address[256], query[512];
    const struct code_app app = { id, address, NULL, "" };

    assert_int_equal(sscanf(arguments, "%31s %63s %255s %511s", name, id, address, query), 4);
    memset(&client, 0, sizeof client);
    client.browser.world = &t->world;
    client.browser.mail = t->newest_mail;
    code_authorize(&client, &app, query);
    t->newest_mail = client.browser.mail;
    keep(t, name, strlen(name), client.code, strlen(client.code));
}

static void other_line(struct transcript *t, const char *line)
{
    if (strncmp(line, "@advance ", 9) == 0)
        world_advance(&t->world, strtoll(line + 9, NULL, 10));
    else if (strncmp(line, "@code ", 6) == 0)
        take_code(t, line + 6);
    else if (strncmp(line, "@remove ", 8) == 0)
        remove_user(t, line + 8);
    else if (strncmp(line, "@authorize ", 11) == 0)
        authorize(t, line + 11);
    else if (strncmp(line, "@allow ", 7) == 0)
        answer_device(t, line + 7, DEVICE_GRANTED);
    else if (strncmp(line, "@decline ", 9) == 0)
        answer_device(t, line + 9, DEVICE_DECLINED);
    else
        assert_true(line[0] == '\0' || line[0] == '#');
}

static void run_file(const char *path)
{
    static struct transcript t;
    char line[LINE];
    enum part part = NOWHERE;

    memset(&t, 0, sizeof t);
    t.file = path;
    world_open(&t.world, &(struct world_options){ .seed = 11 });
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        t.line++;
        line[strcspn(line, "\n")] = '\0';
        const char *text = line[0] != '\0' && line[1] == ' ' ? line + 2 : line + (line[0] != '\0');
        if (line[0] == '>')
            part = request_line(&t, part, text);
        else if (line[0] == '<')
            part = reply_line(&t, part, text);
        else
            other_line(&t, line);
    }
    fclose(file);
    world_close(&t.world);
    assert_true(t.exchanges > 0);
    printf("%s: %u exchanges\n", path, t.exchanges);
}

static void test_every_transcript(void **state)
{
    glob_t found;

    (void)state;
    assert_int_equal(glob("tests/wire/*.txt", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        run_file(found.gl_pathv[i]);
    globfree(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_transcript) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
