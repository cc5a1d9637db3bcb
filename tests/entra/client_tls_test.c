/* SPDX-License-Identifier: Apache-2.0 */
/* Entra's answers over TLS, from servers that are to be trusted and others: those others do not get a byte of the form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/entra_flow.h"
#include "support/tls_paper.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct stage {
    struct entra_book book;
    struct tls_paper authority; /* that the client trusts */
    struct tls_paper stranger;
    char ca_file[64];
};

static X509 *of_the_system; /* an authority that this machine trusts */

/* In front of OpenSSL's own, which would read the folder of the system's authorities. */
int X509_STORE_load_path(X509_STORE *store, const char *path)
{
    (void)path;
    return X509_STORE_add_cert(store, of_the_system);
}

static int set_up(void **state)
{
    static const struct tls_wish ca = { .from_days = -1, .to_days = 10 };
    struct stage *stage = calloc(1, sizeof *stage);
    entra_book_open(&stage->book);
    stage->authority = tls_paper_make(&ca);
    stage->stranger = tls_paper_make(&ca);
    of_the_system = stage->stranger.certificate;
    snprintf(stage->ca_file, sizeof stage->ca_file, "/tmp/doorcode-ca-XXXXXX");
    FILE *out = fdopen(mkstemp(stage->ca_file), "w");
    assert_non_null(out);
    char *pem = tls_pem(&stage->authority, false);
    fputs(pem, out);
    fclose(out);
    free(pem);
    *state = stage;
    return 0;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;
    unlink(stage->ca_file);
    tls_paper_free(&stage->authority);
    tls_paper_free(&stage->stranger);
    entra_book_close(&stage->book);
    free(stage);
    return 0;
}

/* ---- the server ---- */

struct server {
    struct stage *stage;
    struct MHD_Daemon *daemon;
    _Atomic int requests;
};

static enum MHD_Result answer(void *ctx, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *upload, size_t *n, void **request)
{
    static int seen;
    struct server *server = ctx;
    (void)method, (void)version, (void)upload;
    if (*request == NULL) {
        *request = &seen;
        server->requests++;
        return MHD_YES;
    }
    if (*n > 0) {
        *n = 0;
        return MHD_YES;
    }
    const char *name = strstr(url, "/initiate") != NULL ? "initiate/started" : "challenge/oob";
    const char *body = entra_book_find(&server->stage->book, name)->body;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(body), (void *)(uintptr_t)body, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result queued = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return queued;
}

static void start(struct server *server, const struct tls_paper *paper, const char *priorities)
{
    const struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    char *key = tls_pem(paper, true);
    char *certificate = tls_pem(paper, false);
    server->daemon =
        MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_TLS, 0, NULL, NULL, answer, server,
                         MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_HTTPS_MEM_KEY, key, MHD_OPTION_HTTPS_MEM_CERT,
                         certificate, MHD_OPTION_HTTPS_PRIORITIES, priorities, MHD_OPTION_END);
    assert_non_null(server->daemon);
    free(key);
    free(certificate);
}

/* ---- the client ---- */

static struct doorcode_flow *sign_in(const struct stage *stage, uint16_t port, int nonblocking,
                                     struct doorcode_client **client)
{
    struct doorcode_options options;
    char authority[64];
    struct doorcode_flow *flow = NULL;
    doorcode_options_init(&options);
    snprintf(authority, sizeof authority, "https://127.0.0.1:%d/petstore", port);
    options.authority = authority;
    options.client_id = "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31";
    options.ca_file = stage->ca_file;
    options.nonblocking = nonblocking;
    assert_null(doorcode_client_new(&options, client));
    entra_lead(*client, "signin", &flow);
    return flow;
}

static void end(struct doorcode_flow *flow, struct doorcode_client *client)
{
    doorcode_flow_free(flow);
    doorcode_client_free(client);
}

static const char modern[] = "NORMAL";

static const struct row {
    const char *what;
    const char *names; /* of the certificate */
    long from_days;
    long to_days;
    enum { BY_AUTHORITY, BY_STRANGER, BY_ITSELF } by;
    const char *priorities;
    bool is_good;
} rows[] = {
    { "good", "DNS:localhost,IP:127.0.0.1", -1, 1, BY_AUTHORITY, modern, true },
    { "TLS 1.2", "IP:127.0.0.1", -1, 1, BY_AUTHORITY, "NORMAL:-VERS-ALL:+VERS-TLS1.2", true },
    { "of another host", "DNS:petstore.ciamlogin.com,IP:127.0.0.2", -1, 1, BY_AUTHORITY, modern, false },
    { "of a name alone", "DNS:localhost", -1, 1, BY_AUTHORITY, modern, false },
    { "expired", "IP:127.0.0.1", -10, -1, BY_AUTHORITY, modern, false },
    { "of tomorrow", "IP:127.0.0.1", 1, 10, BY_AUTHORITY, modern, false },
    { "of an authority that only the system knows", "IP:127.0.0.1", -1, 1, BY_STRANGER, modern, false },
    { "signed by itself", "IP:127.0.0.1", -1, 1, BY_ITSELF, modern, false },
    { "TLS 1.1", "IP:127.0.0.1", -1, 1, BY_AUTHORITY, "NORMAL:-VERS-ALL:+VERS-TLS1.1", false },
};

static void judge(struct stage *stage, const struct row *row, int nonblocking)
{
    const struct tls_paper *const issuers[] = { &stage->authority, &stage->stranger, NULL };
    struct tls_paper paper = tls_paper_make(&(struct tls_wish){
        .names = row->names, .from_days = row->from_days, .to_days = row->to_days, .issuer = issuers[row->by] });
    struct server server = { .stage = stage };
    struct doorcode_client *client;
    start(&server, &paper, row->priorities);
    uint16_t port = MHD_get_daemon_info(server.daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    struct doorcode_flow *flow = sign_in(stage, port, nonblocking, &client);
    const struct doorcode_error *error = doorcode_flow_error(flow);
    bool good = doorcode_flow_state(flow) == DOORCODE_CODE_REQUIRED && error == NULL && server.requests == 2;
    bool refused = doorcode_flow_state(flow) == DOORCODE_FAILED && error != NULL && error->kind == DOORCODE_ERROR_TLS &&
                   server.requests == 0;
    if (row->is_good ? !good : !refused)
        fail_msg("%s: state %d, %s (%s), %d requests", row->what, doorcode_flow_state(flow),
                 error != NULL ? doorcode_error_name(error->kind) : "no error", error != NULL ? error->description : "",
                 server.requests);
    end(flow, client);
    MHD_stop_daemon(server.daemon);
    tls_paper_free(&paper);
}

static void every_server(void **state)
{
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++)
        judge(*state, &rows[i / 2], (int)(i % 2));
}

/* Plain HTTP where TLS is due. */
static void the_wrong_protocol(void **state)
{
    const struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct stage *stage = *state;
    struct server server = { .stage = stage };
    struct doorcode_client *client;
    server.daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL, 0, NULL, NULL, answer, &server,
                                     MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_END);
    assert_non_null(server.daemon);
    uint16_t port = MHD_get_daemon_info(server.daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    struct doorcode_flow *flow = sign_in(stage, port, 0, &client);
    assert_int_equal(doorcode_flow_state(flow), DOORCODE_FAILED);
    assert_int_equal(doorcode_flow_error(flow)->kind, DOORCODE_ERROR_TLS);
    assert_int_equal(server.requests, 0);
    end(flow, client);
    MHD_stop_daemon(server.daemon);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_server),
        cmocka_unit_test(the_wrong_protocol),
    };
    return cmocka_run_group_tests_name("client: answers over TLS", tests, set_up, tear_down);
}
