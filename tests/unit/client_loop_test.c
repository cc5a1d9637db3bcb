/* SPDX-License-Identifier: Apache-2.0 */
/* The non-blocking form where it differs: steps and waits in odd places, flows that are given up, and servers that would keep a
 * flow going. All other tests of flows are played in this form, too (support/client_loop.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/client_bodies.h"

static const struct doorcode_options in_loop = { .nonblocking = 1 };

/* Until the flow rests, with room for so many descriptors. The number of steps. */
static size_t loops(struct doorcode_flow *flow, size_t cap)
{
    size_t steps = 0;
    for (; doorcode_flow_state(flow) == DOORCODE_WORKING; steps++) {
        struct pollfd waits[DOORCODE_FLOW_WAITS + 1];
        int timeout_ms;
        memset(waits, 0x5A, sizeof waits);
        size_t n = doorcode_flow_waits(flow, waits, cap, &timeout_ms);
        assert_true(n <= cap && waits[n].fd == 0x5A5A5A5A);            /* no more than was said is written */
        assert_true(cap > 0 || (timeout_ms >= 0 && timeout_ms <= 20)); /* else it would be waited for in vain */
        poll(waits, n, timeout_ms);
        doorcode_flow_step(flow);
    }
    return steps;
}

static void little_room_for_descriptors(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES(TOKEN("s1")), YES(OOB("s2")), YES(TOKENS) };
    for (size_t cap = 0; cap <= DOORCODE_FLOW_WAITS; cap += cap < 2 ? 1 : 11) {
        struct session session;
        session_options(&session, answers, COUNT(answers), &in_loop);
        (doorcode_signin_start)(session.client, "sam@example.org", &session.flow);
        loops(session.flow, cap);
        expect(&session, CODE_REQUIRED);
        assert_int_equal((doorcode_flow_submit_code)(session.flow, "12345678"), DOORCODE_WORKING);
        loops(session.flow, cap);
        expect(&session, COMPLETED);
        session_end(&session, NULL, COUNT(answers));
    }
}

/* A server that takes connections and says nothing. */
static int silent_server(char *authority, size_t size, int queue)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t n = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, n), 0);
    assert_int_equal(listen(fd, queue), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &n), 0);
    snprintf(authority, size, "http://127.0.0.1:%d/petstore", ntohs(address.sin_port));
    return fd;
}

enum { ROUNDS = 30 };

/* Again and again: libcurl's time and the loop's may be a part of a millisecond apart, and no time-out may be missed. */
static void times_out(struct doorcode_options options)
{
    struct doorcode_client *client;
    options.client_id = TENANT_CLIENT;
    options.nonblocking = 1;
    assert_null(doorcode_client_new(&options, &client));
    for (int i = 0; i < ROUNDS; i++) {
        struct doorcode_flow *flow;
        (doorcode_signin_start)(client, "sam@example.org", &flow);
        assert_true(doorcode_flow_state(flow) != DOORCODE_WORKING || doorcode_flow_error(flow) == NULL);
        loops(flow, DOORCODE_FLOW_WAITS);
        assert_int_equal(doorcode_flow_state(flow), DOORCODE_FAILED);
        assert_int_equal(doorcode_flow_error(flow)->kind, DOORCODE_ERROR_TIMEOUT);
        doorcode_flow_free(flow);
    }
    doorcode_client_free(client);
}

/* Gives each visitor one answer, and then nothing more over the same connection, where no other timer of libcurl's is left. */
static void *falls_silent(void *ctx)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 27\r\n\r\n"
                                 "{\"continuation_token\":\"s1\"}";
    int visitors[ROUNDS];
    for (size_t i = 0; i < ROUNDS; i++) {
        visitors[i] = accept(*(const int *)ctx, NULL, NULL);
        free(answer_read_request(visitors[i]));
        answer_send(visitors[i], answer, strlen(answer));
    }
    for (size_t i = 0; i < ROUNDS; i++)
        close(visitors[i]);
    return NULL;
}

static void a_server_that_falls_silent(void **state)
{
    (void)state;
    char authority[64];
    pthread_t thread;
    int fd = silent_server(authority, sizeof authority, 64);
    assert_int_equal(pthread_create(&thread, NULL, falls_silent, &fd), 0);
    times_out((struct doorcode_options){ .authority = authority, .connect_timeout_ms = 3600000, .timeout_ms = 15 });
    assert_int_equal(pthread_join(thread, NULL), 0);
    close(fd);
}

static void a_server_that_is_silent(void **state)
{
    (void)state;
    char authority[64];
    int fd = silent_server(authority, sizeof authority, 64);
    times_out((struct doorcode_options){ .authority = authority, .connect_timeout_ms = 3600000, .timeout_ms = 15 });
    close(fd);
}

/* Whose queue is full, so that no connection is ever made. */
static void a_server_that_is_busy(void **state)
{
    (void)state;
    char authority[64];
    int visitors[4];
    int fd = silent_server(authority, sizeof authority, 0);
    struct sockaddr_in address;
    socklen_t n = sizeof address;
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &n), 0);
    for (size_t i = 0; i < COUNT(visitors); i++) {
        visitors[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        connect(visitors[i], (struct sockaddr *)&address, n); /* the first is taken into the queue */
    }
    times_out((struct doorcode_options){ .authority = authority, .connect_timeout_ms = 15, .timeout_ms = 3600000 });
    for (size_t i = 0; i < COUNT(visitors); i++)
        close(visitors[i]);
    close(fd);
}

/* One waits for a silent server; the others have their answers, in one thread. */
static void flows_side_by_side(void **state)
{
    (void)state;
    enum { FLOWS = 6 };
    static const struct answer answers[] = { YES(TOKEN("s1")), YES(PASSWORD("s2")), YES(TOKENS) };
    char authority[64];
    int fd = silent_server(authority, sizeof authority, 64);
    struct doorcode_options silent = { .authority = authority, .client_id = TENANT_CLIENT, .nonblocking = 1 };
    struct doorcode_client *client;
    struct session sessions[FLOWS];
    struct doorcode_flow *flows[FLOWS + 1];
    struct doorcode_flow *held;
    assert_null(doorcode_client_new(&silent, &client));
    assert_int_equal((doorcode_signin_start)(client, "sam@example.org", &held), DOORCODE_WORKING);
    flows[FLOWS] = held;
    for (size_t i = 0; i < FLOWS; i++) {
        session_options(&sessions[i], answers, COUNT(answers), &in_loop);
        (doorcode_signin_start)(sessions[i].client, "sam@example.org", &sessions[i].flow);
        flows[i] = sessions[i].flow;
    }
    for (size_t done = 0; done < FLOWS;) {
        client_wait_for(flows, COUNT(flows));
        assert_int_equal(doorcode_flow_step(held), DOORCODE_WORKING);
        done = 0;
        for (size_t i = 0; i < FLOWS; i++) {
            if (doorcode_flow_step(sessions[i].flow) == DOORCODE_PASSWORD_REQUIRED)
                (doorcode_flow_submit_password)(sessions[i].flow, "Blue-Kettle-42");
            done += doorcode_flow_state(sessions[i].flow) == DOORCODE_COMPLETED;
        }
    }
    for (size_t i = 0; i < FLOWS; i++)
        session_end(&sessions[i], NULL, COUNT(answers));
    doorcode_flow_free(held);
    doorcode_client_free(client);
    close(fd);
}

static void steps_of_what_does_not_work(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES(TOKEN("s1")), YES(OOB("s2")), YES(TOKENS) };
    struct session session;
    int timeout_ms = 7;
    assert_int_equal(doorcode_flow_step(NULL), DOORCODE_FAILED);
    assert_int_equal(doorcode_flow_run(NULL), DOORCODE_FAILED);
    assert_int_equal(doorcode_flow_waits(NULL, NULL, 0, &timeout_ms), 0);
    assert_int_equal(timeout_ms, -1);
    session_options(&session, answers, COUNT(answers), &in_loop);
    assert_int_equal((doorcode_signin_start)(session.client, "", &session.flow), DOORCODE_FAILED);
    expect_error(&session, INVALID_USERNAME);
    doorcode_flow_free(session.flow);
    assert_int_equal((doorcode_signin_start)(session.client, "sam@example.org", &session.flow), DOORCODE_WORKING);
    assert_int_equal(doorcode_flow_run(session.flow), DOORCODE_CODE_REQUIRED);
    for (int i = 0; i < 9; i++)
        assert_int_equal(doorcode_flow_step(session.flow), DOORCODE_CODE_REQUIRED);
    assert_int_equal(doorcode_flow_run(session.flow), DOORCODE_CODE_REQUIRED);
    assert_int_equal((doorcode_flow_submit_code)(session.flow, "1"), DOORCODE_CODE_REQUIRED); /* never sent */
    expect_error(&session, INVALID_CODE);
    assert_int_equal((doorcode_flow_submit_code)(session.flow, "12345678"), DOORCODE_WORKING);
    assert_null(doorcode_flow_error(session.flow));
    assert_int_equal(doorcode_flow_run(session.flow), DOORCODE_COMPLETED);
    session_end(&session, NULL, COUNT(answers));
}

/* ---- given up ---- */

static enum doorcode_state answer_it(struct doorcode_flow *flow)
{
    static const struct doorcode_value city[] = { { "city", "Oslo" } };
    switch (doorcode_flow_state(flow)) {
    case DOORCODE_CODE_REQUIRED:
        return (doorcode_flow_submit_code)(flow, "12345678");
    case DOORCODE_PASSWORD_REQUIRED:
        return (doorcode_flow_submit_password)(flow, "Blue-Kettle-42");
    case DOORCODE_ATTRIBUTES_REQUIRED:
        return (doorcode_flow_submit_attributes)(flow, city, 1);
    case DOORCODE_MFA_REQUIRED:
        return (doorcode_flow_choose_method)(flow, "e1b7");
    case DOORCODE_REGISTRATION_REQUIRED:
        return (doorcode_flow_register_method)(flow, "email", NULL);
    case DOORCODE_RESET_PENDING:
        return (doorcode_reset_poll)(flow);
    case DOORCODE_SIGNIN_READY:
        return (doorcode_flow_signin)(flow);
    default:
        return doorcode_flow_state(flow);
    }
}

static enum doorcode_state start(struct session *session, char kind)
{
    if (kind == 'u')
        return (doorcode_signup_start)(session->client, "sam@example.org", NULL, NULL, 0, &session->flow);
    if (kind == 'r')
        return (doorcode_reset_start)(session->client, "sam@example.org", &session->flow);
    return (doorcode_signin_start)(session->client, "sam@example.org", &session->flow);
}

static const struct {
    char kind;
    struct answer answers[10];
} whole_flows[] = {
    { 's',
      { YES(TOKEN("s1")), YES(PASSWORD("s2")), NO(REGISTRATION("r0")), YES(REGISTRABLE("r1")),
        YES("{\"continuation_token\":\"r2\",\"challenge_type\":\"preverified\"}"), YES(TOKEN("r9")), NO(MFA("m0")),
        YES(METHODS("m1")), YES(OOB("m2")), YES(TOKENS) } },
    { 'u',
      { YES(TOKEN("u1")), YES(OOB("u2")), NO(INTERRUPT("credential_required", "55103", "u3")), HICCUP,
        YES(PASSWORD("u4")), NO(ATTRIBUTES("u5")), YES(TOKEN("u9")), YES(TOKENS) } },
    { 'r',
      { YES(TOKEN("p1")), YES(OOB("p2")), YES(TOKEN("p4")), YES(TOKEN("p5")),
        YES("{\"status\":\"failed\",\"continuation_token\":\"p7\"}"), YES(TOKEN("p8")),
        YES("{\"status\":\"succeeded\",\"continuation_token\":\"p9\"}"), YES(TOKENS) } },
};

/* The flow is freed after so many steps. False: it was over before. */
static bool give_up(size_t row, size_t steps)
{
    struct session session;
    size_t n = 0;
    while (n < COUNT(whole_flows[row].answers) && whole_flows[row].answers[n].status != NULL)
        n++;
    session_options(&session, whole_flows[row].answers, n, &in_loop);
    enum doorcode_state at = start(&session, whole_flows[row].kind);
    for (size_t i = 0; i < steps && at != DOORCODE_COMPLETED; i++) {
        struct pollfd waits[DOORCODE_FLOW_WAITS];
        int timeout_ms;
        size_t count = doorcode_flow_waits(session.flow, waits, DOORCODE_FLOW_WAITS, &timeout_ms);
        if (at == DOORCODE_WORKING)
            poll(waits, count, timeout_ms);
        at = at == DOORCODE_WORKING ? doorcode_flow_step(session.flow) : answer_it(session.flow);
        assert_int_not_equal(at, DOORCODE_FAILED);
    }
    doorcode_flow_free(session.flow);
    doorcode_client_free(session.client);
    answer_server_stop(&session.server);
    return at != DOORCODE_COMPLETED;
}

static void given_up_at_every_step(void **state)
{
    (void)state;
    for (size_t row = 0; row < COUNT(whole_flows); row++) {
        size_t steps = 0;
        while (give_up(row, steps))
            steps++;
        assert_true(steps >= 16); /* eight requests at least, each of two or more */
    }
}

/* ---- servers that would keep a flow going ---- */

/* Requests that one call may lead to: the longest way (flow.c), and metadata and keys, and keys again. */
enum { REQUESTS_MOST = 4 + 3, CALLS = 3000 };

static uint64_t chance(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

struct hostile {
    struct tenant tenant;
    uint64_t seed;
    _Atomic size_t asked;
};

static char *hostile_page(void *ctx, const char *origin, const char *request)
{
    struct hostile *hostile = ctx;
    char *page = tenant_page(&hostile->tenant, origin, request);
    hostile->asked += page != NULL;
    return page;
}

static char *hostile_fill(void *ctx, const char *origin, const char *body)
{
    struct hostile *hostile = ctx;
    return tenant_fill(&hostile->tenant, origin, body);
}

/* Any answer there is, wherever it leads. */
static struct answer any_answer(void *ctx, const char *request)
{
    static const struct answer answers[] = {
        YES(TOKEN("a")),
        YES(OOB("b")),
        YES(PASSWORD("c")),
        YES("{\"continuation_token\":\"d\",\"challenge_type\":\"preverified\"}"),
        NO(INTERRUPT("credential_required", "55103", "e")),
        NO(INTERRUPT("verification_required", "55104", "f")),
        NO(ATTRIBUTES("g")),
        NO(MFA("h")),
        NO(REGISTRATION("i")),
        YES(METHODS("j")),
        YES(REGISTRABLE("k")),
        YES("{\"status\":\"in_progress\"}"),
        YES("{\"status\":\"failed\",\"continuation_token\":\"l\"}"),
        YES("{\"status\":\"succeeded\",\"continuation_token\":\"m\"}"),
        YES(TOKENS),
        YES("{\"challenge_type\":\"redirect\"}"),
        NO(GRANT("invalid_oob_value", "50181")),
        HICCUP,
    };
    struct hostile *hostile = ctx;
    (void)request;
    hostile->asked++;
    return answers[chance(&hostile->seed) % COUNT(answers)];
}

static void no_server_keeps_a_flow_going(void **state)
{
    (void)state;
    struct hostile hostile = { .seed = 0x9E3779B97F4A7C15u };
    struct answer_facts facts = tenant_facts(&hostile.tenant);
    struct session session;
    size_t most = 0;
    uint64_t seed = 1;
    facts = (struct answer_facts){ .page = hostile_page, .fill = hostile_fill, .choose = any_answer, .ctx = &hostile };
    session_with(&session, NULL, 0, facts, &in_loop);
    for (size_t i = 0; i < CALLS; i++) {
        size_t before = hostile.asked;
        enum doorcode_state at = doorcode_flow_state(session.flow);
        if (at == DOORCODE_FAILED || at == DOORCODE_COMPLETED || at == DOORCODE_WEB_FALLBACK) {
            doorcode_flow_free(session.flow);
            start(&session, "sur"[chance(&seed) % 3]);
        } else {
            answer_it(session.flow);
        }
        doorcode_flow_run(session.flow);
        size_t asked = hostile.asked - before;
        most = asked > most ? asked : most;
        assert_true(asked <= REQUESTS_MOST);
    }
    assert_true(most >= 3); /* else nothing was led anywhere */
    doorcode_flow_free(session.flow);
    doorcode_client_free(session.client);
    answer_server_stop(&session.server);
    tenant_close(&hostile.tenant);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(little_room_for_descriptors), cmocka_unit_test(a_server_that_is_silent),
        cmocka_unit_test(a_server_that_falls_silent),  cmocka_unit_test(a_server_that_is_busy),
        cmocka_unit_test(flows_side_by_side),          cmocka_unit_test(steps_of_what_does_not_work),
        cmocka_unit_test(given_up_at_every_step),      cmocka_unit_test(no_server_keeps_a_flow_going),
    };
    client_in_loop = true;
    return cmocka_run_group_tests_name("client: event loop", tests, NULL, NULL);
}
