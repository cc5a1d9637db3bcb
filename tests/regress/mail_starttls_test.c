/* SPDX-License-Identifier: Apache-2.0 */
/* What a mail server offers before STARTTLS counts no more after it (RFC 3207, 4.2): anybody on the way may have said it. It was
 * kept, so that a server got commands which it had not offered to take. */
#include "mail/smtp.h"

#include "support/tls_paper.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static const char letter[] = "Subject: x\r\n\r\nhello\r\n";

/* An answer to the connection and to each line, first in clear, then over TLS. */
static const char *const in_clear[] = { "220 x\r\n", "250-x\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 STARTTLS\r\n",
                                        "220 go\r\n", NULL };
static const char *const over_tls[] = { "250 x\r\n", "250 ok\r\n", "250 ok\r\n",    "354 go\r\n", "",
                                        "",          "",           "250 taken\r\n", NULL };

struct server {
    int listener;
    int fd;
    SSL_CTX *tls;
    SSL *ssl; /* NULL: in clear */
    pthread_t thread;
};

static bool hear_line(struct server *server)
{
    char c = 0;

    while ((server->ssl != NULL ? SSL_read(server->ssl, &c, 1) : (int)recv(server->fd, &c, 1, 0)) == 1)
        if (c == '\n')
            return true;
    return false;
}

static void say(struct server *server, const char *text)
{
    int n = (int)strlen(text);

    if (server->ssl == NULL)
        (void)!send(server->fd, text, (size_t)n, MSG_NOSIGNAL);
    else if (n > 0)
        SSL_write(server->ssl, text, n);
}

static void *serve(void *ctx)
{
    struct server *server = ctx;

    server->fd = accept(server->listener, NULL, NULL);
    say(server, in_clear[0]);
    for (size_t i = 1; in_clear[i] != NULL && hear_line(server); i++)
        say(server, in_clear[i]);
    server->ssl = SSL_new(server->tls);
    SSL_set_fd(server->ssl, server->fd);
    bool is_secured = SSL_accept(server->ssl) == 1;
    for (size_t i = 0; is_secured && over_tls[i] != NULL && hear_line(server); i++)
        say(server, over_tls[i]);
    SSL_free(server->ssl);
    close(server->fd);
    return NULL;
}

static uint16_t start(struct server *server, const struct tls_paper *paper)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t n = sizeof address;

    server->tls = SSL_CTX_new(TLS_server_method());
    assert_int_equal(SSL_CTX_use_certificate(server->tls, paper->certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(server->tls, paper->key), 1);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server->listener, (const struct sockaddr *)&address, n), 0);
    assert_int_equal(listen(server->listener, 1), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &n), 0);
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
    return ntohs(address.sin_port);
}

static void write_ca(const struct tls_paper *ca, char path[])
{
    FILE *out = fdopen(mkstemp(path), "w");
    char *pem = tls_pem(ca, false);

    assert_non_null(out);
    fputs(pem, out);
    fclose(out);
    free(pem);
}

static enum smtp_verdict send_one(const struct smtp_options *options)
{
    struct smtp *s = NULL;
    struct smtp_result result;

    assert_int_equal(smtp_new(options, SLICE("no-reply@login.example"), &s).code, ERR_OK);
    memcpy(smtp_room(s, 0), letter, sizeof letter - 1);
    smtp_send(s, 0, "jo@kites.example", sizeof letter - 1);
    while (!smtp_ended(s, &result)) {
        smtp_wait(s, 1000);
        smtp_work(s);
    }
    smtp_free(s);
    if (result.detail[0] != '\0')
        print_message("%s\n", result.detail);
    return result.verdict;
}

static void offers_in_clear_are_forgotten(void **state)
{
    char ca_file[] = "/tmp/doorcode-ca-XXXXXX";
    struct tls_paper ca = tls_paper_make(&(struct tls_wish){ .from_days = -1, .to_days = 10 });
    struct tls_paper paper =
        tls_paper_make(&(struct tls_wish){ .names = "IP:127.0.0.1", .from_days = -1, .to_days = 10, .issuer = &ca });
    struct server server = { .ssl = NULL };

    (void)state;
    write_ca(&ca, ca_file);
    const struct smtp_options options = { .host = "127.0.0.1",
                                          .port = start(&server, &paper),
                                          .security = SMTP_STARTTLS,
                                          .connections = 1,
                                          .ca_file = ca_file,
                                          .timeout_seconds = 20 };
    assert_int_equal(send_one(&options), SMTP_ACCEPTED);
    pthread_join(server.thread, NULL);
    close(server.listener);
    SSL_CTX_free(server.tls);
    tls_paper_free(&paper);
    tls_paper_free(&ca);
    unlink(ca_file);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(offers_in_clear_are_forgotten) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
