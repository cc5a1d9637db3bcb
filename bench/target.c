/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

#include "crowd.h"
#include "crypto/passwords.h"

#include "crypto/vault.h"
#include "store/store.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { USERS_AT_ONCE = 2000, START_TRIES = 5000 };

static void must(int ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

static struct application application(struct guid tenant, const char *id, enum signing_alg alg)
{
    static const struct slice permissions[] = { { "openid", 6 }, { "offline_access", 14 } };
    static const struct redirect_uri uris[] = { { PLATFORM_PUBLIC_CLIENT, { "http://localhost", 16 } } };
    struct application app = { .tenant_id = tenant,
                               .name = slice_of(signing_alg_name(alg)),
                               .public_client = true,
                               .native_authentication = true,
                               .redirect_uris = uris,
                               .redirect_uri_count = 1,
                               .permissions = { permissions, 2 },
                               .signing_alg = alg,
                               .access_token_seconds = 3600 };

    must(guid_parse(slice_of(id), &app.client_id), "client id");
    return app;
}

static void put_directory(struct store *store, struct guid tenant_id)
{
    const struct tenant tenant = {
        .id = tenant_id, .name = SLICE("load"), .domain = SLICE("load.onmicrosoft.com"), .display_name = SLICE("Load")
    };
    const struct application apps[] = { application(tenant_id, TARGET_APP_RS256, ALG_RS256),
                                        application(tenant_id, TARGET_APP_ES256, ALG_ES256) };
    struct store_write writes[] = { { .kind = WRITE_TENANT_PUT, .tenant = &tenant },
                                    { .kind = WRITE_APPLICATION_PUT, .application = &apps[0] },
                                    { .kind = WRITE_APPLICATION_PUT, .application = &apps[1] } };

    must(err_is_ok(store_write(store, writes, 3)), "seeding the directory");
}

static void put_users(struct store *store, struct guid tenant, unsigned from, unsigned n)
{
    struct user *users = calloc(n, sizeof *users);
    struct store_write *writes = calloc(n, sizeof *writes);

    must(users != NULL && writes != NULL, "memory");
    for (unsigned i = 0; i < n; i++) {
        struct user *u = &users[i];
        u->id = guid_new(&rng_system);
        u->tenant_id = tenant;
        u->origin = ORIGIN_EMAIL_OTP;
        u->enabled = true;
        snprintf(u->email, sizeof u->email, "u%u@load.example", from + i);
        snprintf(u->identity, sizeof u->identity, "%s", u->email);
        snprintf(u->display_name, sizeof u->display_name, "User %u", from + i);
        writes[i] = (struct store_write){ .kind = WRITE_USER_PUT, .user = u };
    }
    must(err_is_ok(store_write(store, writes, n)), "seeding users");
    free(users);
    free(writes);
}

/* p0@load.example …: with a password, hashed as the server does by default. */
static void put_password_users(struct store *store, struct guid tenant)
{
    struct user user = { .tenant_id = tenant, .origin = ORIGIN_EMAIL_PASSWORD, .enabled = true };
    struct store_write write = { .kind = WRITE_USER_PUT, .user = &user };

    must(err_is_ok(password_hash(&password_options_default, "Blue-Kettle-42", user.password_hash)), "a hash");
    for (unsigned i = 0; i < CROWD; i++) {
        user.id = guid_new(&rng_system);
        snprintf(user.email, sizeof user.email, "p%u@load.example", i);
        snprintf(user.identity, sizeof user.identity, "%s", user.email);
        must(err_is_ok(store_write(store, &write, 1)), "seeding users with passwords");
    }
}

void target_seed(struct target *t, unsigned users)
{
    struct store *store;
    char path[300];
    struct guid tenant = guid_new(&rng_system);

    snprintf(t->folder, sizeof t->folder, "/tmp/doorcode-bench-XXXXXX");
    must(mkdtemp(t->folder) != NULL, "folder");
    snprintf(path, sizeof path, "%s/doorcode.db", t->folder);
    const struct store_options options = {
        .path = path, .synchronous_normal = true, .clock = &clock_system, .rng = &rng_system
    };
    must(err_is_ok(store_open(&options, &store)), "store");
    put_directory(store, tenant);
    put_password_users(store, tenant);
    for (unsigned i = 0; i < users; i += USERS_AT_ONCE)
        put_users(store, tenant, i, users - i < USERS_AT_ONCE ? users - i : USERS_AT_ONCE);
    store_close(store);
}

uint16_t target_free_port(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    must(fd >= 0 && bind(fd, (struct sockaddr *)&at, n) == 0 && getsockname(fd, (struct sockaddr *)&at, &n) == 0,
         "port");
    close(fd);
    return ntohs(at.sin_port);
}

void target_use_tls(struct target *t, const char *certificate, const char *key)
{
    t->https_port = target_free_port();
    snprintf(t->certificate, sizeof t->certificate, "%s", certificate);
    snprintf(t->key, sizeof t->key, "%s", key);
}

static void set(const char *name, const char *value)
{
    must(setenv(name, value, 1) == 0, "environment");
}

static void set_number(const char *name, unsigned value)
{
    char text[16];

    snprintf(text, sizeof text, "%u", value);
    set(name, text);
}

static void run_server(const struct target *t, const char *program, unsigned workers)
{
    set("DOORCODE_ORIGIN", "https://login.example");
    set("DOORCODE_DATA", t->folder);
    set("DOORCODE_HTTP_ADDRESS", "127.0.0.1");
    set_number("DOORCODE_HTTP_PORT", t->port);
    set_number("DOORCODE_SERVER_WORKERS", workers);
    if (t->https_port != 0) {
        set("DOORCODE_HTTPS_ADDRESS", "127.0.0.1");
        set_number("DOORCODE_HTTPS_PORT", t->https_port);
        set("DOORCODE_HTTPS_CERTIFICATE_FILE", t->certificate);
        set("DOORCODE_HTTPS_KEY_FILE", t->key);
    }
    set("DOORCODE_SMTP_HOST", "127.0.0.1");
    set_number("DOORCODE_SMTP_PORT", t->smtp_port);
    set("DOORCODE_SMTP_SECURITY", "none");
    set("DOORCODE_SMTP_FROM_ADDRESS", "no-reply@login.example");
    set("DOORCODE_LOG_LEVEL", "error");
    /* Limits are for strangers, not for the load. */
    set("DOORCODE_PASSCODE_RESEND_SECONDS", "0");
    set("DOORCODE_PASSCODE_SENT_LIMIT", "1000000");
    set("DOORCODE_PASSCODE_FAILURE_LIMIT", "1000000");
    set("DOORCODE_THROTTLE_REQUESTS_PER_SECOND_ADDRESS", "0");
    set("DOORCODE_THROTTLE_REQUESTS_PER_SECOND_TENANT", "0");
    set("DOORCODE_THROTTLE_CODES_PER_HOUR_ADDRESS", "0");
    set("DOORCODE_THROTTLE_CODES_PER_HOUR_TENANT", "0");
    must(freopen("/dev/null", "w", stdout) != NULL, "output");
    if (getenv("BENCH_VERBOSE") == NULL)
        must(freopen("/dev/null", "w", stderr) != NULL, "output");
    execl(program, program, "serve", (char *)NULL);
    _exit(127);
}

static int answers(uint16_t port)
{
    static const char request[] = "GET /readyz HTTP/1.1\r\nHost: l\r\nConnection: close\r\n\r\n";
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = { htonl(INADDR_LOOPBACK) } };
    char reply[16] = "";
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int ok = connect(fd, (struct sockaddr *)&to, sizeof to) == 0 &&
             send(fd, request, sizeof request - 1, MSG_NOSIGNAL) > 0 &&
             recv(fd, reply, sizeof reply - 1, MSG_WAITALL) > 12 && memcmp(reply, "HTTP/1.1 200", 12) == 0;

    close(fd);
    return ok;
}

static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void target_start(struct target *t, const char *program, unsigned workers)
{
    t->port = target_free_port();
    int64_t began = now_us();
    t->pid = fork();
    must(t->pid >= 0, "fork");
    if (t->pid == 0)
        run_server(t, program, workers);
    for (int i = 0; i < START_TRIES && !answers(t->port); i++) {
        must(waitpid(t->pid, NULL, WNOHANG) == 0, "the server ended; BENCH_VERBOSE=1 shows why");
        usleep(1000);
    }
    t->first_answer_us = now_us() - began;
}

void target_stop(struct target *t)
{
    kill(t->pid, SIGTERM);
    waitpid(t->pid, NULL, 0);
}

void target_remove(struct target *t)
{
    static const char *const files[] = { "doorcode.db", "doorcode.db-wal", "doorcode.db-shm", "master.key",
                                         "throttle",    "throttle.new",    "ca.pem",          "ca.key",
                                         "server.pem",  "server.key" };
    char path[300];

    for (unsigned i = 0; i < sizeof files / sizeof files[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", t->folder, files[i]);
        unlink(path);
    }
    rmdir(t->folder);
}

int64_t target_cpu_us(const struct target *t)
{
    clockid_t clock;
    struct timespec used;

    must(clock_getcpuclockid(t->pid, &clock) == 0 && clock_gettime(clock, &used) == 0, "cpu clock");
    return (int64_t)used.tv_sec * 1000000 + used.tv_nsec / 1000;
}

/* The first line of /proc/PID/task/TID/FILE; "" where the thread is gone. */
static void read_task(pid_t pid, const char *tid, const char *file, char *out, int size)
{
    char path[320];

    snprintf(path, sizeof path, "/proc/%d/task/%s/%s", (int)pid, tid, file);
    FILE *f = fopen(path, "re");
    if (f == NULL || fgets(out, size, f) == NULL)
        out[0] = '\0';
    if (f != NULL)
        fclose(f);
}

int64_t target_cpu_us_without(const struct target *t, const char *thread)
{
    char path[64], name[64], times[128];
    int64_t ns = 0;

    snprintf(path, sizeof path, "/proc/%d/task", (int)t->pid);
    DIR *tasks = opendir(path);
    must(tasks != NULL, "threads of the server");
    for (struct dirent *task = readdir(tasks); task != NULL; task = readdir(tasks)) {
        if (task->d_name[0] == '.')
            continue;
        read_task(t->pid, task->d_name, "comm", name, sizeof name);
        read_task(t->pid, task->d_name, "schedstat", times, sizeof times);
        name[strcspn(name, "\n")] = '\0';
        if (strcmp(name, thread) != 0)
            ns += strtoll(times, NULL, 10);
    }
    closedir(tasks);
    return ns / 1000;
}

int64_t target_resident_kib(const struct target *t)
{
    char path[64], line[128];
    long kib = -1;

    snprintf(path, sizeof path, "/proc/%d/status", t->pid);
    FILE *file = fopen(path, "re");
    must(file != NULL, path);
    while (kib < 0 && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "VmRSS:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    fclose(file);
    return kib;
}
