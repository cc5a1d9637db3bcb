/* SPDX-License-Identifier: Apache-2.0 */
#include "server/run.h"

#include "server/memory.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static void stop_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
}

void run_prepare(void)
{
    sigset_t set;
    struct rlimit files;

    stop_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max; /* a connection is a descriptor */
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

static void reload(struct rooms *rooms, struct events *events)
{
    err loaded = http_reload_certificate(rooms_http(rooms));

    if (err_is_ok(loaded))
        EMIT(events, certificate_loaded, NULL, field_reason("signal"));
    else
        EMIT(events, certificate_failed, NULL, field_reason(err_text(loaded)));
    loaded = housekeeper_refresh(rooms_housekeeper(rooms));
    if (!err_is_ok(loaded))
        EMIT(events, store_failed, NULL, field_reason(err_text(loaded)));
}

void run_until_stopped(struct rooms *rooms, struct events *events)
{
    sigset_t set;
    int signal_number = SIGHUP;

    stop_signals(&set);
    memory_give_back();
    run_notify("READY=1");
    while (sigwait(&set, &signal_number) == 0 && signal_number == SIGHUP)
        reload(rooms, events);
    run_notify("STOPPING=1");
    EMIT(events, server_stopping, NULL, field_reason("signal"));
}

void run_notify(const char *state)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    const char *path = getenv("NOTIFY_SOCKET");

    if (path == NULL || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof to.sun_path)
        return;
    memcpy(to.sun_path, path, strlen(path));
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    if (path[0] == '@')
        to.sun_path[0] = '\0'; /* an abstract socket */
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    (void)!sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to, length);
    close(fd);
}

static double read_connections(void *ctx)
{
    return (double)http_connections(rooms_http(ctx));
}

static double read_writer_queue(void *ctx)
{
    return (double)store_queue_length(rooms_store(ctx));
}

static double count_mails(struct rooms *rooms, bool dead)
{
    uint64_t counts[2] = { 0, 0 };

    if (!err_is_ok(store_mail_count(rooms_store(rooms), &counts[0], &counts[1])))
        return -1;
    return (double)counts[dead];
}

static double read_pending(void *ctx)
{
    return count_mails(ctx, false);
}

static double read_dead(void *ctx)
{
    return count_mails(ctx, true);
}

static double read_resident(void *ctx)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    char line[128];

    (void)ctx;
    if (file == NULL)
        return -1;
    if (fgets(line, sizeof line, file) != NULL) {
        char *end = line;
        (void)strtoul(line, &end, 10);
        pages = strtoul(end, NULL, 10);
    }
    fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static double read_cpu(void *ctx)
{
    struct timespec used;

    (void)ctx;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

void run_add_gauges(struct metrics *metrics, struct rooms *rooms)
{
    const struct metrics_gauge gauges[] = {
        { "doorcode_connections", "Open connections", read_connections, rooms },
        { "doorcode_writer_queue", "Exchanges waiting for the disk", read_writer_queue, rooms },
        { "doorcode_mails_pending", "Mails waiting to be delivered", read_pending, rooms },
        { "doorcode_mails_dead", "Mails given up", read_dead, rooms },
        { "doorcode_resident_bytes", "Resident memory", read_resident, rooms },
        { "doorcode_cpu_seconds", "CPU time used so far", read_cpu, rooms },
    };

    for (size_t i = 0; i < sizeof gauges / sizeof gauges[0]; i++)
        metrics_add_gauge(metrics, &gauges[i]);
}
