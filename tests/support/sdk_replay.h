/* SPDX-License-Identifier: Apache-2.0 */
/* sdk_replay.h: requests in the shape of Microsoft's mobile SDKs, and what every answer to them must be (spec V1, 5). The points
 * of that section that were checked are counted by their numbers. Included after cmocka.h. */
#ifndef DOORCODE_TESTS_SDK_REPLAY_H
#define DOORCODE_TESTS_SDK_REPLAY_H

#include "base/b64.h"
#include "support/json_must.h"
#include "support/world.h"

#include <strings.h>

enum { POINTS = 64, POINT = 8, FORM = 4096 };

struct points {
    char names[POINTS][POINT];
    size_t n;
};

struct sdk {
    const char *name;
    char letter;         /* rows for this SDK alone bear it */
    const char *tenant;  /* in the path */
    const char *headers; /* with the request's id as they write it */
    const char *id;
    const char *token_extras; /* what they add to every call of /token */
};

struct replay {
    struct world world;
    const struct sdk *sdk;
    const char *app;
    struct points *points;
    const char *where; /* script and row, for failures */
    int row;
    char token[1100];
    char code[16];
    char method[64];
    uint64_t mail;
    const char *endpoint;
    char form[FORM];
    struct world_reply reply;
    json_t *body;
};

/* ---- points ---- */

static inline void points_add(struct points *points, const char *names)
{
    char name[POINT];

    while (*names != '\0') {
        size_t n = strcspn(names, " ");
        size_t i = 0;
        assert_true(n < POINT && points->n < POINTS);
        snprintf(name, sizeof name, "%.*s", (int)n, names);
        while (i < points->n && strcmp(points->names[i], name) != 0)
            i++;
        if (i == points->n)
            memcpy(points->names[points->n++], name, sizeof name);
        names += n + (names[n] == ' ');
    }
}

static inline bool points_have(const struct points *points, const char *name)
{
    for (size_t i = 0; i < points->n; i++)
        if (strcmp(points->names[i], name) == 0)
            return true;
    return false;
}

/* A point of the spec, or several, hold by this. */
#define holds(r, names, condition) replay_holds(r, names, condition, #condition)

static inline void replay_holds(struct replay *r, const char *names, bool condition, const char *text)
{
    if (!condition)
        fail_msg("%s, %s, row %d: %s: %s\n%s\n%s%s", r->sdk->name, r->where, r->row, names, text, r->form,
                 r->reply.head, r->reply.body);
    points_add(r->points, names);
}

static inline void replay_must(struct replay *r, const char *names, const char *must)
{
    char term[128];
    const char *broken = json_first_broken(r->body, must, term);

    replay_holds(r, names, broken == NULL, broken != NULL ? broken : "");
}

/* ---- requests ---- */

/* The form with {token}, {code}, {id} put in, {scope} as the SDK writes it. */
static inline void replay_form(struct replay *r, const char *form)
{
    const struct {
        const char *name, *value;
    } holes[] = {
        { "{token}", r->token },
        { "{code}", r->code },
        { "{id}", r->method },
        { "{scope}", r->sdk->token_extras },
    };
    struct buf out;

    buf_init(&out, r->form, sizeof r->form);
    buf_puts(&out, "client_id=");
    buf_puts(&out, r->app);
    buf_putc(&out, '&');
    while (*form != '\0') {
        size_t i = 0;
        while (i < sizeof holes / sizeof holes[0] && strncmp(form, holes[i].name, strlen(holes[i].name)) != 0)
            i++;
        if (i == sizeof holes / sizeof holes[0]) {
            buf_putc(&out, *form++);
            continue;
        }
        buf_puts(&out, holes[i].value);
        form += strlen(holes[i].name);
    }
    buf_putc(&out, '\0');
    assert_true(buf_ok(&out));
}

static inline bool header_is(const struct replay *r, const char *name, char *value, size_t cap)
{
    char line[64];

    snprintf(line, sizeof line, "\r\n%s: ", name);
    const char *at = strcasestr(r->reply.head, line);
    if (at == NULL)
        return false;
    at += strlen(line);
    snprintf(value, cap, "%.*s", (int)strcspn(at, "\r"), at);
    return true;
}

static inline bool is_same_id(const struct replay *r, const char *text)
{
    struct guid sent, got;

    return guid_parse(slice_of(r->sdk->id), &sent) && text != NULL && guid_parse(slice_of(text), &got) &&
           guid_eq(sent, got);
}

/* ---- every answer ---- */

static inline void check_outside(struct replay *r)
{
    char value[128] = "";

    holds(r, "5.1.1 I6 A1 A2", r->reply.status == 200 || r->reply.status == 400);
    holds(r, "5.1.1", header_is(r, "Content-Type", value, sizeof value) && strncmp(value, "application/json", 16) == 0);
    holds(r, "I6", !header_is(r, "WWW-Authenticate", value, sizeof value));
    holds(r, "5.1.12 I17 A17", header_is(r, "client-request-id", value, sizeof value) && is_same_id(r, value));
    r->body = json_loadb(r->reply.body, r->reply.body_n, JSON_REJECT_DUPLICATES, NULL);
    holds(r, "5.1.1 A3", json_is_object(r->body));
}

/* What each endpoint may say so that iOS has a word for it (spec V1, 5.3, its enums); others have none at all. */
static inline bool ios_knows(const char *endpoint, const char *error)
{
    static const struct {
        const char *endpoint, *errors;
    } rows[] = {
        { "oauth2/v2.0/initiate", " invalid_request unauthorized_client user_not_found unsupported_challenge_type " },
        { "oauth2/v2.0/challenge", " invalid_request unauthorized_client invalid_grant expired_token "
                                   "unsupported_challenge_type access_denied " },
        { "oauth2/v2.0/introspect", " invalid_request expired_token " },
        { "oauth2/v2.0/token",
          " invalid_request unauthorized_client invalid_client invalid_grant expired_token unsupported_challenge_type "
          "invalid_scope user_not_found " },
        { "signup/v1.0/start",
          " invalid_grant invalid_request unauthorized_client unsupported_challenge_type user_already_exists " },
        { "signup/v1.0/challenge", " invalid_request unauthorized_client unsupported_challenge_type expired_token " },
        { "signup/v1.0/continue",
          " invalid_request unauthorized_client invalid_grant expired_token user_already_exists attributes_required "
          "verification_required credential_required " },
        { "resetpassword/v1.0/start",
          " invalid_request unauthorized_client user_not_found unsupported_challenge_type " },
        { "resetpassword/v1.0/challenge",
          " invalid_request unauthorized_client expired_token unsupported_challenge_type " },
        { "resetpassword/v1.0/continue",
          " invalid_request unauthorized_client invalid_grant expired_token verification_required " },
        { "resetpassword/v1.0/submit", " invalid_request unauthorized_client expired_token invalid_grant " },
        { "resetpassword/v1.0/poll_completion",
          " invalid_grant invalid_request unauthorized_client expired_token user_not_found " },
        { "register/v1.0/challenge", " invalid_request access_denied " },
        { "register/v1.0/continue", " invalid_grant " },
    };
    char word[64];

    snprintf(word, sizeof word, " %s ", error);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].endpoint, endpoint) == 0)
            return strstr(rows[i].errors, word) != NULL;
    return false;
}

static inline void check_error(struct replay *r)
{
    const char *error = json_string_value(json_object_get(r->body, "error"));
    const json_t *codes = json_object_get(r->body, "error_codes");
    char begins[32];

    replay_must(r, "I5", "error:text error_description:text timestamp:text trace_id:text correlation_id:text");
    holds(r, "I5 A11", ios_knows(r->endpoint, error)); /* in the documented case of letters */
    replay_must(r, "5.1.4 I2 A4", "error_codes[]:int");
    snprintf(begins, sizeof begins, "AADSTS%lld:", (long long)json_integer_value(json_array_get(codes, 0)));
    holds(r, "5.1.4",
          strncmp(json_string_value(json_object_get(r->body, "error_description")), begins, strlen(begins)) == 0);
    holds(r, "5.1.12", is_same_id(r, json_string_value(json_object_get(r->body, "correlation_id"))));
    if (json_object_get(r->body, "suberror") != NULL) /* told by the suberror alone, so only where it means that */
        holds(r, "A13",
              strcmp(error, "invalid_grant") == 0 || strcmp(error, "access_denied") == 0 ||
                  strcmp(error, "invalid_request") == 0);
}

static inline json_t *decoded(const char *begin)
{
    char raw[4096];
    size_t n;

    if (!b64url_decode(slice_bytes(begin, strcspn(begin, ".")), raw, sizeof raw, &n))
        return NULL;
    return json_loadb(raw, n, 0, NULL);
}

static inline bool same_text(const json_t *a, const char *a_name, const json_t *b, const char *b_name)
{
    const char *left = json_string_value(json_object_get(a, a_name));
    const char *right = json_string_value(json_object_get(b, b_name));

    return left != NULL && right != NULL && strcmp(left, right) == 0;
}

static inline void check_tokens(struct replay *r)
{
    replay_must(r, "5.1.8 I2", "expires_in:int ext_expires_in:int");
    replay_must(r, "5.1.8 I16 A8",
                "token_type=Bearer access_token:text id_token:text refresh_token:text client_info:text scope:text");
    const char *dot = strchr(json_string_value(json_object_get(r->body, "id_token")), '.');
    holds(r, "I16", dot != NULL);
    json_t *claims = decoded(dot + 1);
    json_t *info = decoded(json_string_value(json_object_get(r->body, "client_info")));
    char term[128];
    holds(r, "5.1.8 I16",
          json_first_broken(claims, "oid:text tid:text sub:text preferred_username:text", term) == NULL);
    holds(r, "5.1.8 I16", same_text(info, "uid", claims, "oid") && same_text(info, "utid", claims, "tid"));
    json_decref(claims);
    json_decref(info);
}

static inline void check_challenge(struct replay *r, const char *type)
{
    bool registers = strncmp(r->endpoint, "register/", 9) == 0;

    holds(r, registers ? "I4" : "I3 A11",
          strcmp(type, "oob") == 0 || strcmp(type, registers ? "preverified" : "password") == 0);
    if (strcmp(type, "oob") == 0)
        replay_must(r, "5.1.6 I2 I7 A5",
                    registers ? "challenge_target:text challenge_channel:text code_length:int interval:int"
                              : "challenge_target_label:text challenge_channel:text code_length:int interval:int");
}

static inline void check_success(struct replay *r)
{
    const char *type = json_string_value(json_object_get(r->body, "challenge_type"));

    if (strcmp(r->endpoint, "oauth2/v2.0/token") == 0) {
        holds(r, "A1", type == NULL);
        check_tokens(r);
        return;
    }
    if (type != NULL && strcmp(type, "redirect") == 0) {
        holds(r, "I10 A16", strcmp(r->endpoint, "signup/v1.0/continue") != 0);
        return;
    }
    replay_must(r, "5.1.2", "continuation_token:text");
    if (type != NULL)
        check_challenge(r, type);
    if (strstr(r->endpoint, "introspect") != NULL)
        replay_must(r, "5.1.11 I3 I13",
                    "methods[].id:text methods[].challenge_type=oob methods[].challenge_channel:text "
                    "methods[].login_hint:string");
    if (json_object_get(r->body, "poll_interval") != NULL)
        replay_must(r, "I2", "poll_interval:int");
}

/* ---- one call ---- */

static inline void keep_text(char *out, size_t cap, const json_t *value)
{
    if (json_is_string(value))
        snprintf(out, cap, "%s", json_string_value(value));
}

/* Sends what `form` holds and checks what holds of every answer. Body and token are kept until the next call. */
static inline void replay_send(struct replay *r)
{
    char path[256];

    snprintf(path, sizeof path, "/%s/%s?dc=ESTS-PUB-WUS2-AZ1-FD000-TEST1", r->sdk->tenant, r->endpoint);
    json_decref(r->body);
    r->body = NULL;
    world_post(&r->world, path, r->sdk->headers, r->form, &r->reply);
    check_outside(r);
    if (r->reply.status == 200)
        check_success(r);
    else
        check_error(r);
    keep_text(r->token, sizeof r->token, json_object_get(r->body, "continuation_token"));
    keep_text(r->method, sizeof r->method,
              json_object_get(json_array_get(json_object_get(r->body, "methods"), 0), "id"));
}

#endif
