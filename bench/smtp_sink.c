/* SPDX-License-Identifier: Apache-2.0 */
/* smtp_sink: the sink as a program. Prints its port, runs until SIGINT or SIGTERM, then prints what it took. */
#include "sink.h"

#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: smtp_sink [--port N] [--dump FILE|FD] [--fail-every N] [--delay-ms N] [--drop-every N]\n"
    "  --dump        one line for each mail: recipient, a tab, the code; a number is an open descriptor\n"
    "  --fail-every  answer every n-th mail with 451\n"
    "  --delay-ms    wait before accepting a mail\n"
    "  --drop-every  close the connection in the middle of every n-th mail\n";

static void dump(void *ctx, const char *recipient, const char *code)
{
    fprintf(ctx, "%s\t%s\n", recipient, code);
}

static unsigned number(const char *text, unsigned max)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    if (*text == '\0' || *end != '\0' || value > max) {
        fprintf(stderr, "smtp_sink: not a number up to %u: %s\n", max, text);
        exit(2);
    }
    return (unsigned)value;
}

static FILE *open_dump(const char *where)
{
    bool is_fd = where[0] != '\0' && strspn(where, "0123456789") == strlen(where);
    FILE *file = is_fd ? fdopen((int)number(where, 65535), "w") : fopen(where, "w");

    if (file == NULL) {
        perror(where);
        exit(1);
    }
    setvbuf(file, NULL, _IOLBF, 0);
    return file;
}

static void take_options(int argc, char **argv, struct sink_options *options)
{
    static const struct option names[] = {
        { "port", required_argument, NULL, 'p' },       { "dump", required_argument, NULL, 'd' },
        { "fail-every", required_argument, NULL, 'f' }, { "delay-ms", required_argument, NULL, 'w' },
        { "drop-every", required_argument, NULL, 'x' }, { NULL, 0, NULL, 0 },
    };

    for (int c = getopt_long(argc, argv, "", names, NULL); c != -1; c = getopt_long(argc, argv, "", names, NULL)) {
        switch (c) {
        case 'p':
            options->port = (uint16_t)number(optarg, 65535);
            break;
        case 'd':
            options->mail = dump;
            options->ctx = open_dump(optarg);
            break;
        case 'f':
            options->fail_every = number(optarg, 1000000);
            break;
        case 'w':
            options->delay_ms = number(optarg, 600000);
            break;
        case 'x':
            options->drop_every = number(optarg, 1000000);
            break;
        default:
            fputs(usage, stderr);
            exit(2);
        }
    }
}

int main(int argc, char **argv)
{
    struct sink_options options = { 0 };
    sigset_t ends;
    int signal_number;

    take_options(argc, argv, &options);
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    struct sink *s = sink_start(&options);
    if (s == NULL) {
        perror("smtp_sink");
        return 1;
    }
    printf("port %u\n", sink_port(s));
    fflush(stdout);
    sigwait(&ends, &signal_number);
    printf("mails %llu connections %llu\n", (unsigned long long)sink_mails(s), (unsigned long long)sink_connections(s));
    sink_stop(s);
    if (options.ctx != NULL)
        fclose(options.ctx);
    return 0;
}
