/* SPDX-License-Identifier: Apache-2.0 */
/* A mail is judged by its own dialogue alone: a server that could not be had in time was taken to refuse a mail because the one
 * before it on that line had been refused, and a mail was sent again whose server said goodbye in the same breath as yes. */
#include "mail/smtp.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static const char letter[] = "Subject: x\r\n\r\nhello\r\n";

/* A server for one connection: an answer to the connection and to each line; "" is none yet, NULL the end. Others that come
 * are never heard. */
struct server {
    int listener;
    uint16_t port;
    const char *const *answers;
    pthread_t thread;
};

static bool hear_line(int fd)
{
    char c = 0;

    while (recv(fd, &c, 1, 0) == 1)
        if (c == '\n')
            return true;
    return false;
}

static void say(int fd, const char *text)
{
    (void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
}

static void *serve(void *ctx)
{
    struct server *server = ctx;
    int fd = accept(server->listener, NULL, NULL);
    const char *const *answer = server->answers;

    say(fd, *answer++);
    for (; *answer != NULL && hear_line(fd); answer++)
        say(fd, *answer);
    close(fd);
    return NULL;
}

static void start(struct server *server, const char *const *answers)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t n = sizeof address;

    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server->listener, (const struct sockaddr *)&address, n), 0);
    assert_int_equal(listen(server->listener, 4), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &n), 0);
    server->port = ntohs(address.sin_port);
    server->answers = answers;
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

static struct smtp *smtp_to(const struct server *server, unsigned seconds)
{
    const struct smtp_options options = {
        .host = "127.0.0.1", .port = server->port, .security = SMTP_PLAIN, .connections = 1, .timeout_seconds = seconds
    };
    struct smtp *s = NULL;

    assert_int_equal(smtp_new(&options, SLICE("no-reply@login.example"), &s).code, ERR_OK);
    return s;
}

static void begin(struct smtp *s, const char *to)
{
    memcpy(smtp_room(s, 0), letter, sizeof letter - 1);
    smtp_send(s, 0, to, sizeof letter - 1);
}

static struct smtp_result end(struct smtp *s)
{
    struct smtp_result result;

    while (!smtp_ended(s, &result)) {
        smtp_wait(s, 1000);
        smtp_work(s);
    }
    return result;
}

static void a_refusal_is_not_that_of_the_next_mail(void **state)
{
    static const char *const refuses[] = { "220 x\r\n",  "250 x\r\n", "250 ok\r\n", "550 5.1.1 nobody\r\n",
                                           "250 ok\r\n", NULL };
    struct server server;

    (void)state;
    start(&server, refuses);
    struct smtp *s = smtp_to(&server, 3);
    begin(s, "jo@kites.example");
    struct smtp_result result = end(s);
    assert_int_equal(result.verdict, SMTP_REFUSED);
    assert_string_equal(result.detail, "550 5.1.1 nobody");
    pthread_join(server.thread, NULL); /* it has closed … */
    smtp_wait(s, 1000);
    smtp_work(s); /* … which is noticed, so that the next mail needs a connection */
    begin(s, "kim@kites.example");
    nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL); /* our time is over before libcurl's */
    assert_int_equal(end(s).verdict, SMTP_AWAY);
    smtp_free(s);
    close(server.listener);
}

/* Of one mail, by a server with these answers. */
static enum smtp_verdict verdict_with(const char *const *answers, const char *to)
{
    struct server server;

    start(&server, answers);
    struct smtp *s = smtp_to(&server, 20);
    begin(s, to);
    enum smtp_verdict verdict = end(s).verdict;
    pthread_join(server.thread, NULL);
    smtp_free(s);
    close(server.listener);
    return verdict;
}

static void a_goodbye_after_yes_leaves_the_yes(void **state)
{
    static const char *const takes[] = {
        "220 x\r\n",  "250 x\r\n",  "250 ok\r\n",
        "250 ok\r\n", "354 go\r\n", "",
        "",           "",           "250 taken\r\n421 4.4.2 enough for one connection\r\n",
        NULL
    };

    (void)state;
    assert_int_equal(verdict_with(takes, "jo@kites.example"), SMTP_ACCEPTED);
}

/* Else a server's name would have it get more than it takes. */
static void a_greeting_offers_nothing(void **state)
{
    static const char *const greets[] = { "220 SMTPUTF8.example\r\n", "250 x\r\n", NULL };

    (void)state;
    assert_int_equal(verdict_with(greets, "jö@kites.example"), SMTP_REFUSED);
}

/* A server that is told all at once may answer all at once, so no answer to the first command says nothing. It was taken for
 * away, and this mail, tried first each time, held up the others. */
static void a_mail_that_kills_its_connection_is_deferred(void **state)
{
    static const char *const dies[] = {
        "220 x\r\n", "250-x\r\n250-PIPELINING\r\n250 CHUNKING\r\n", "", "", "", "", "", "", NULL
    };

    (void)state;
    assert_int_equal(verdict_with(dies, "jo@kites.example"), SMTP_DEFERRED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusal_is_not_that_of_the_next_mail),
        cmocka_unit_test(a_goodbye_after_yes_leaves_the_yes),
        cmocka_unit_test(a_greeting_offers_nothing),
        cmocka_unit_test(a_mail_that_kills_its_connection_is_deferred),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
