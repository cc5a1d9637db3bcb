/* SPDX-License-Identifier: Apache-2.0 */
/* A whole flow against any sequence of answers: the connection below it is this file's. The first byte says which flow, each
 * further call of the caller takes one byte (what is called), each answer four (status, waits, length) and its body. A flow
 * is given up where the input ends. */
#include "base/err.h"
#include "base/secret.h"
#include "flow.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The longest way from one call (client/flow.c); metadata and keys, and keys again. */
enum { REQUESTS_MOST = 4 + 3, CALLS_MOST = 64 };

static struct slice input;
static size_t requests; /* since the last call */

static uint8_t next_byte(void)
{
    uint8_t byte = input.n > 0 ? (uint8_t)input.p[0] : 0;
    input = slice_from(input, input.n > 0 ? 1 : 0);
    return byte;
}

/* ---- in place of client/http.c ---- */

struct http {
    bool is_busy;
    uint8_t waits; /* steps before the answer */
    uint8_t status;
    char *body; /* in a block of its own, so that reading past it is seen */
    size_t length;
};

struct http *http_open(const struct doorcode_client *client)
{
    (void)client;
    return calloc(1, sizeof(struct http));
}

void http_close(struct http *http)
{
    if (http != NULL)
        free(http->body);
    free(http);
}

static bool is_of_a_form(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~%&=", c) != NULL;
}

/* The authority's host, however it is written. */
static bool is_at_home(const char *url)
{
    static const char host[] = "https://pets.example";
    const char *rest = url + strlen(host);
    bool same = strncasecmp(url, host, strlen(host)) == 0;
    return same && (rest[0] == '/' || rest[0] == '?' || rest[0] == '\0' || strncmp(rest, ":443", 4) == 0);
}

void http_begin(struct http *http, const struct http_request *request)
{
    ASSERT(!http->is_busy && is_at_home(request->url));
    ASSERT(strlen(request->correlation_id) == GUID_TEXT);
    for (size_t i = 0; i < request->form.n; i++)
        ASSERT(is_of_a_form(request->form.p[i]));
    ASSERT(++requests <= REQUESTS_MOST);
    http->is_busy = true;
    http->status = next_byte();
    http->waits = next_byte() % 4;
    http->length = next_byte();
    http->length += (size_t)next_byte() << 8;
    http->length = http->length < input.n ? http->length : input.n;
    free(http->body);
    http->body = malloc(http->length + 1);
    ASSERT(http->body != NULL);
    memcpy(http->body, input.n > 0 ? input.p : "", http->length);
    input = slice_from(input, http->length);
}

bool http_step(struct http *http, struct http_answer *answer)
{
    static const int statuses[] = { 200, 400, 0, 404, 429, 500 };
    ASSERT(http->is_busy);
    if (http->waits > 0) {
        http->waits--;
        return false;
    }
    http->is_busy = false;
    *answer = (struct http_answer){ .failure = DOORCODE_ERROR_UNREACHABLE, .detail = "" };
    answer->status = statuses[http->status % (sizeof statuses / sizeof statuses[0])];
    answer->body = slice_bytes(http->body, answer->status != 0 ? http->length : 0);
    return true;
}

void http_forget(struct http *http)
{
    free(http->body);
    http->body = NULL;
}

size_t http_waits(const struct http *http, struct pollfd *waits, size_t n, size_t cap, int *timeout_ms)
{
    (void)waits, (void)cap;
    ASSERT(http->is_busy);
    *timeout_ms = 0;
    return n;
}

int64_t http_ticks(void)
{
    return 0;
}

void http_lower_timeout(int *timeout_ms, int64_t at)
{
    (void)at;
    *timeout_ms = 0;
}

/* ---- the caller ---- */

static const struct doorcode_value city[] = { { "city", "Oslo" } };

static const char *any_method(const struct doorcode_flow *flow, uint8_t which)
{
    size_t count;
    const struct doorcode_method *methods = doorcode_flow_methods(flow, &count);
    return count > 0 ? methods[which % count].id : "none";
}

/* The call that the state asks for, or another one, which may be refused. */
static void call(struct doorcode_flow *flow, uint8_t which)
{
    static const enum doorcode_state asked[] = {
        DOORCODE_CODE_REQUIRED, DOORCODE_PASSWORD_REQUIRED,     DOORCODE_ATTRIBUTES_REQUIRED,
        DOORCODE_MFA_REQUIRED,  DOORCODE_REGISTRATION_REQUIRED, DOORCODE_RESET_PENDING,
        DOORCODE_SIGNIN_READY,  DOORCODE_DEVICE_PENDING,
    };
    enum { ASKED = sizeof asked / sizeof asked[0], RESEND = ASKED, LIST };
    size_t what = which % 16;
    for (size_t i = 0; which < 128 && i < ASKED; i++)
        what = doorcode_flow_state(flow) == asked[i] ? i : what;
    switch (what) {
    case 0:
        doorcode_flow_submit_code(flow, "12345678");
        break;
    case 1:
        doorcode_flow_submit_password(flow, "Blue-Kettle-42");
        break;
    case 2:
        doorcode_flow_submit_attributes(flow, city, 1);
        break;
    case 3:
        doorcode_flow_choose_method(flow, any_method(flow, which));
        break;
    case 4:
        doorcode_flow_register_method(flow, any_method(flow, which), which & 1 ? "+4790000007" : NULL);
        break;
    case 5:
        doorcode_reset_poll(flow);
        break;
    case 6:
        doorcode_flow_signin(flow);
        break;
    case 7:
        doorcode_device_poll(flow);
        break;
    case RESEND:
        doorcode_flow_resend_code(flow);
        break;
    case LIST:
        doorcode_flow_list_methods(flow);
        break;
    default:
        break;
    }
}

static struct doorcode_flow *start(const struct doorcode_client *client, uint8_t which)
{
    struct doorcode_flow *flow;
    if (which % 32 == 31)
        doorcode_device_start(client, &flow);
    else if (which % 4 == 0)
        doorcode_signin_start(client, "sam@example.org", &flow);
    else if (which % 4 == 1)
        doorcode_signup_start(client, "sam@example.org", which & 4 ? "Blue-Kettle-42" : NULL, city, 1, &flow);
    else if (which % 4 == 2)
        doorcode_reset_start(client, "sam@example.org", &flow);
    else
        doorcode_token_refresh(client, "1.r", NULL, &flow);
    return flow;
}

/* What each state promises. */
static void look_at(struct doorcode_flow *flow)
{
    size_t attributes;
    size_t methods;
    enum doorcode_state state = doorcode_flow_state(flow);
    ASSERT((doorcode_flow_challenge(flow) != NULL) == (state == DOORCODE_CODE_REQUIRED));
    ASSERT((doorcode_flow_attributes(flow, &attributes) != NULL) == (state == DOORCODE_ATTRIBUTES_REQUIRED));
    ASSERT((attributes > 0) == (state == DOORCODE_ATTRIBUTES_REQUIRED));
    doorcode_flow_methods(flow, &methods);
    ASSERT(methods <= CLIENT_METHODS);
    bool polls = state == DOORCODE_RESET_PENDING || state == DOORCODE_DEVICE_PENDING;
    ASSERT((doorcode_flow_poll_interval(flow) > 0) == polls);
    ASSERT((doorcode_flow_device(flow) != NULL) == (state == DOORCODE_DEVICE_PENDING));
    ASSERT((doorcode_flow_redirect_reason(flow) != NULL) == (state == DOORCODE_WEB_FALLBACK));
    ASSERT((doorcode_flow_tokens(flow) != NULL) == (state == DOORCODE_COMPLETED));
    ASSERT(state != DOORCODE_COMPLETED || doorcode_flow_tokens(flow)->access_token[0] != '\0');
    ASSERT(state != DOORCODE_FAILED || doorcode_flow_error(flow) != NULL);
    const struct doorcode_error *error = doorcode_flow_error(flow);
    ASSERT(error == NULL || strlen(error->message) + strlen(error->description) > 0);
}

static bool is_over(enum doorcode_state state)
{
    return state == DOORCODE_COMPLETED || state == DOORCODE_FAILED || state == DOORCODE_WEB_FALLBACK;
}

static void run(const struct doorcode_client *client)
{
    requests = 0;
    struct doorcode_flow *flow = start(client, next_byte());
    for (size_t calls = 0; calls < CALLS_MOST && input.n > 0; calls++) {
        int timeout_ms;
        while (doorcode_flow_state(flow) == DOORCODE_WORKING) {
            call(flow, next_byte()); /* refused */
            ASSERT(doorcode_flow_state(flow) == DOORCODE_WORKING);
            doorcode_flow_waits(flow, NULL, 0, &timeout_ms);
            doorcode_flow_step(flow);
        }
        look_at(flow);
        if (is_over(doorcode_flow_state(flow)))
            break;
        requests = 0;
        call(flow, next_byte());
    }
    doorcode_flow_free(flow);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input = slice_bytes(data, size);
    struct doorcode_options options;
    struct doorcode_client *client;
    doorcode_options_init(&options);
    options.authority = "https://pets.example/petstore";
    options.client_id = "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31";
    options.correlation_id = "0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e";
    options.nonblocking = 1;
    options.unverified_id_tokens = next_byte() & 1;
    ASSERT(doorcode_client_new(&options, &client) == NULL);
    run(client);
    doorcode_client_free(client);
    return 0;
}
