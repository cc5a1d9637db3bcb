/* SPDX-License-Identifier: Apache-2.0 */
/* Kills `doorcode serve` with SIGKILL at random moments under load, starts it again, and looks whether anything that was
 * acknowledged is lost, or anything that was spent is alive again:
 *   - every acknowledged challenge has its mail, and the newest code of a user works after the restart
 *   - no code is accepted twice, also across a kill
 *   - wrong answers that were told count after the restart: of one code, no more are compared than the limit allows
 *   - every acknowledged refresh token works
 *   - the database is intact
 * kill [-k KILLS] [-s SEED] PROGRAM */
#include "sink.h"
#include "target.h"

#include "base/rng.h"
#include "crypto/vault.h"
#include "store/store.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    USERS = 64,
    THREADS = 8,
    PER_THREAD = USERS / THREADS,
    TOKEN = 1024,
    CODE = 16,
    REPLY = 16384,
    ATTEMPTS = 5, /* of one code, by default */
    MAIL_WAIT_MS = 60000
};

/* What one user's client knows. Each user belongs to one thread, so only the mail's part is shared. */
struct client {
    unsigned user;
    char challenge_token[TOKEN]; /* of the newest acknowledged challenge; "" without an open one */
    unsigned mails_before;       /* mails of this user when that challenge was asked for */
    unsigned wrong;              /* answers to it that were told to be wrong */
    bool in_doubt;               /* a request about this challenge was cut off: it may or may not have happened */
    char spent_token[TOKEN];     /* of the last accepted code, with the code: must never be accepted again */
    char spent_code[CODE];
    char refresh[256]; /* the newest acknowledged refresh token */
};

struct mailbox {
    pthread_mutex_t lock;
    unsigned count;
    char code[CODE]; /* of the newest mail */
};

struct test {
    struct target target;
    struct client clients[USERS];
    struct mailbox boxes[USERS];
    _Atomic bool stop;
    _Atomic unsigned signins;
    _Atomic unsigned challenges;
    _Atomic unsigned exhausted; /* codes, by wrong answers before and after a kill */
    _Atomic unsigned broken;    /* promises */
};

static void fail(struct test *t, unsigned user, const char *what)
{
    fprintf(stderr, "BROKEN: user %u: %s\n", user, what);
    atomic_fetch_add(&t->broken, 1);
}

static void on_mail(void *ctx, const char *recipient, const char *code)
{
    struct test *t = ctx;
    unsigned user = (unsigned)strtoul(recipient + 1, NULL, 10);

    if (recipient[0] != 'u' || user >= USERS)
        return;
    pthread_mutex_lock(&t->boxes[user].lock);
    t->boxes[user].count++;
    snprintf(t->boxes[user].code, CODE, "%s", code);
    pthread_mutex_unlock(&t->boxes[user].lock);
}

static unsigned mails_of(struct test *t, unsigned user, char code[CODE])
{
    pthread_mutex_lock(&t->boxes[user].lock);
    unsigned count = t->boxes[user].count;
    memcpy(code, t->boxes[user].code, CODE);
    pthread_mutex_unlock(&t->boxes[user].lock);
    return count;
}

/* ---- one request ---- */

static bool read_reply(int fd, char *reply)
{
    size_t have = 0;

    for (;;) {
        ssize_t n = recv(fd, reply + have, REPLY - 1 - have, 0);
        if (n <= 0)
            return false;
        have += (size_t)n;
        reply[have] = '\0';
        char *end = strstr(reply, "\r\n\r\n");
        char *length = end == NULL ? NULL : strcasestr(reply, "\r\nContent-Length:");
        if (length != NULL && have >= (size_t)(end - reply) + 4 + strtoul(length + 17, NULL, 10))
            return true;
    }
}

/* HTTP status, or 0 where there was no whole reply: then nobody knows whether it happened. */
static int post(struct test *t, const char *endpoint, const char *form, char *reply)
{
    char request[8192];
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(t->target.port),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    struct timeval limit = { .tv_sec = MAIL_WAIT_MS / 1000 };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int n = snprintf(request, sizeof request,
                     "POST /load/oauth2/v2.0/%s HTTP/1.1\r\nHost: l\r\nConnection: close\r\n"
                     "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s",
                     endpoint, strlen(form), form);

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    bool whole = connect(fd, (struct sockaddr *)&to, sizeof to) == 0 &&
                 send(fd, request, (size_t)n, MSG_NOSIGNAL) == n && read_reply(fd, reply);
    close(fd);
    return whole ? (int)strtol(reply + 9, NULL, 10) : 0;
}

static bool take(const char *reply, const char *member, char *out, size_t cap)
{
    char key[64];

    snprintf(key, sizeof key, "\"%s\":\"", member);
    const char *at = strstr(reply, key);
    if (at == NULL)
        return false;
    at += strlen(key);
    size_t n = strcspn(at, "\"");
    if (n >= cap)
        return false;
    memcpy(out, at, n);
    out[n] = '\0';
    return true;
}

static int redeem(struct test *t, const char *token, const char *code, char *reply)
{
    char form[2048];

    snprintf(form, sizeof form,
             "client_id=" TARGET_APP_ES256 "&grant_type=oob&continuation_token=%s&oob=%s&scope=openid+offline_access",
             token, code);
    return post(t, "token", form, reply);
}

static int refresh(struct test *t, const char *token, char *reply)
{
    char form[1024];

    snprintf(form, sizeof form, "client_id=" TARGET_APP_ES256 "&grant_type=refresh_token&refresh_token=%s", token);
    return post(t, "token", form, reply);
}

/* ---- a client under load ---- */

static bool challenge(struct test *t, struct client *c, char *reply)
{
    char form[2048], code[CODE], token[TOKEN];

    snprintf(form, sizeof form,
             "client_id=" TARGET_APP_ES256 "&username=u%u%%40load.example&challenge_type=oob+redirect", c->user);
    if (post(t, "initiate", form, reply) != 200 || !take(reply, "continuation_token", token, sizeof token))
        return false;
    unsigned before = mails_of(t, c->user, code);
    snprintf(form, sizeof form, "client_id=" TARGET_APP_ES256 "&continuation_token=%s", token);
    int status = post(t, "challenge", form, reply);
    c->wrong = 0;
    c->challenge_token[0] = '\0'; /* whatever happened, the former challenge is not the newest any more */
    c->in_doubt = status == 0;
    if (status != 200 || !take(reply, "continuation_token", c->challenge_token, sizeof c->challenge_token))
        return false;
    c->mails_before = before;
    atomic_fetch_add(&t->challenges, 1);
    return true;
}

static bool await_mail(struct test *t, struct client *c, char code[CODE], int wait_ms)
{
    while (mails_of(t, c->user, code) <= c->mails_before) {
        if (wait_ms <= 0 || atomic_load(&t->stop))
            return mails_of(t, c->user, code) > c->mails_before;
        usleep(2000);
        wait_ms -= 2;
    }
    return true;
}

static void note_signin(struct test *t, struct client *c, const char *code, const char *reply)
{
    snprintf(c->spent_token, sizeof c->spent_token, "%s", c->challenge_token);
    snprintf(c->spent_code, sizeof c->spent_code, "%s", code);
    if (!take(reply, "refresh_token", c->refresh, sizeof c->refresh))
        fail(t, c->user, "tokens without a refresh token");
    c->challenge_token[0] = '\0';
    atomic_fetch_add(&t->signins, 1);
}

/* One wrong answer; false where nobody knows whether it was counted. */
static bool answer_wrongly(struct test *t, struct client *c, const char *code, char *reply)
{
    const char *wrong = strcmp(code, "00000000") == 0 ? "00000001" : "00000000";
    int status = redeem(t, c->challenge_token, wrong, reply);

    if (status == 200)
        fail(t, c->user, "a wrong code was accepted");
    c->in_doubt = c->in_doubt || status != 400;
    c->wrong += status == 400;
    return status == 400;
}

/* Every third client answers wrongly at first, as often as may be and once more at the most. */
static void sign_in(struct test *t, struct client *c, char *reply)
{
    char code[CODE];

    if (!challenge(t, c, reply) || !await_mail(t, c, code, MAIL_WAIT_MS))
        return;
    unsigned wrong = c->user % 3 == 0 ? rng_below(&rng_system, ATTEMPTS + 1) : 0;
    while (c->wrong < wrong)
        if (!answer_wrongly(t, c, code, reply))
            return;
    if (wrong == ATTEMPTS) {
        if (redeem(t, c->challenge_token, code, reply) == 200)
            fail(t, c->user, "a code was accepted after all its attempts");
        c->in_doubt = true;
        return;
    }
    if (wrong > 0 && rng_below(&rng_system, 2) == 0)
        return; /* left open, for the kill */
    int status = redeem(t, c->challenge_token, code, reply);
    if (status == 200)
        note_signin(t, c, code, reply);
    else
        c->in_doubt = true; /* cut off, or a second delivery of an older mail was read */
}

static void *run_clients(void *ctx)
{
    struct test *t = ((void **)ctx)[0];
    struct client *first = ((void **)ctx)[1];
    char *reply = malloc(REPLY);

    for (unsigned i = 0; !atomic_load(&t->stop); i = (i + 1) % PER_THREAD) {
        struct client *c = &first[i];
        sign_in(t, c, reply);
        if (c->refresh[0] != '\0' && !atomic_load(&t->stop) && refresh(t, c->refresh, reply) == 200)
            (void)take(reply, "refresh_token", c->refresh, sizeof c->refresh);
    }
    free(reply);
    return NULL;
}

/* ---- after the restart ---- */

/* All wrong answers that were told count, and what was counted ahead: one is left, if any. */
static void exhaust(struct test *t, struct client *c, const char *code, char *reply)
{
    while (c->wrong < ATTEMPTS && answer_wrongly(t, c, code, reply))
        continue;
    if (c->wrong == ATTEMPTS && redeem(t, c->challenge_token, code, reply) == 200)
        fail(t, c->user, "a code was accepted after all its attempts");
    atomic_fetch_add(&t->exhausted, 1);
}

/* The newest acknowledged challenge must come to its mail, and the newest mail's code must open it. */
static void check_challenge(struct test *t, struct client *c, char *reply)
{
    char code[CODE], again[CODE];

    if (c->challenge_token[0] == '\0' || c->in_doubt)
        return;
    if (!await_mail(t, c, code, MAIL_WAIT_MS)) {
        fail(t, c->user, "an acknowledged challenge has no mail");
        return;
    }
    if (c->wrong > 0) {
        exhaust(t, c, code, reply);
        return;
    }
    int status = redeem(t, c->challenge_token, code, reply);
    /* At-least-once: an older mail may have come a second time after this one's. The right one is on its way then. */
    for (int i = 0; i < MAIL_WAIT_MS / 20 && status == 400; i++) {
        usleep(20000);
        mails_of(t, c->user, again);
        if (strcmp(again, code) == 0)
            continue;
        memcpy(code, again, sizeof code);
        status = redeem(t, c->challenge_token, code, reply);
    }
    if (status == 200)
        note_signin(t, c, code, reply);
    else
        fail(t, c->user, "the newest mailed code of an acknowledged challenge is not accepted");
}

static void check_client(struct test *t, struct client *c, char *reply)
{
    check_challenge(t, c, reply);
    if (c->spent_token[0] != '\0' && redeem(t, c->spent_token, c->spent_code, reply) == 200)
        fail(t, c->user, "a spent code was accepted again");
    if (c->refresh[0] == '\0')
        return;
    if (refresh(t, c->refresh, reply) == 200)
        (void)take(reply, "refresh_token", c->refresh, sizeof c->refresh);
    else
        fail(t, c->user, "an acknowledged refresh token is lost");
}

/* ---- one round: load, kill, start, look ---- */

static void run_round(struct test *t, const char *program, char *reply)
{
    pthread_t threads[THREADS];
    void *contexts[THREADS][2];

    atomic_store(&t->stop, false);
    for (unsigned i = 0; i < THREADS; i++) {
        contexts[i][0] = t;
        contexts[i][1] = &t->clients[i * PER_THREAD];
        if (pthread_create(&threads[i], NULL, run_clients, contexts[i]) != 0)
            exit(1);
    }
    usleep(20000 + rng_below(&rng_system, 300000));
    kill(t->target.pid, SIGKILL);
    atomic_store(&t->stop, true);
    waitpid(t->target.pid, NULL, 0);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    target_start(&t->target, program, 2);
    atomic_store(&t->stop, false); /* waits count again */
    for (unsigned i = 0; i < USERS; i++)
        check_client(t, &t->clients[i], reply);
}

static void check_database(struct test *t)
{
    struct store *store;
    char path[300];

    snprintf(path, sizeof path, "%s/doorcode.db", t->target.folder);
    const struct store_options options = { .path = path, .clock = &clock_system, .rng = &rng_system };
    if (!err_is_ok(store_open(&options, &store))) {
        fail(t, 0, "the database does not open");
        return;
    }
    if (!err_is_ok(store_check(store)))
        fail(t, 0, "the database is damaged");
    store_close(store);
}

int main(int argc, char **argv)
{
    static struct test t;
    unsigned kills = 200;
    int option;

    while ((option = getopt(argc, argv, "k:")) == 'k')
        kills = (unsigned)strtoul(optarg, NULL, 10);
    if (option != -1 || optind != argc - 1) {
        fprintf(stderr, "usage: kill [-k KILLS] PROGRAM\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    for (unsigned i = 0; i < USERS; i++) {
        t.clients[i].user = i;
        pthread_mutex_init(&t.boxes[i].lock, NULL);
    }
    char *reply = malloc(REPLY);
    struct sink *sink = sink_start(&(struct sink_options){ .mail = on_mail, .ctx = &t });
    if (sink == NULL || reply == NULL)
        return 1;
    t.target.smtp_port = sink_port(sink);
    target_seed(&t.target, USERS);
    target_start(&t.target, argv[optind], 2);
    for (unsigned i = 0; i < kills; i++)
        run_round(&t, argv[optind], reply);
    target_stop(&t.target);
    check_database(&t);
    printf("%u kills, %u challenges, %u sign-ins, %u codes exhausted across a kill, %llu mails\n", kills, t.challenges,
           t.signins, t.exhausted, (unsigned long long)sink_mails(sink));
    sink_stop(sink);
    target_remove(&t.target);
    printf("%u passed, %u failed\n", kills, t.broken);
    free(reply);
    return t.broken == 0 ? 0 : 1;
}
