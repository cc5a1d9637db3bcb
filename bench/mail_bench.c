/* SPDX-License-Identifier: Apache-2.0 */
/* mail_bench: what a mail costs the mailer: N mails over C connections into a sink in this process.
 * usage: mail_bench [mails [connections [delay-ms [offers: 0 CHUNKING, 1 PIPELINING, 2 neither]]]] */
#include "sink.h"

#include "support/mail_array.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fill(struct mail_array *array, unsigned mails)
{
    struct letter letter = { .language = "en", .tenant_name = "Kites", .accent_color = "#0a7d5c", .minutes = 30 };
    instant now = clock_now(&clock_system);

    for (unsigned i = 0; i < mails; i++) {
        snprintf(letter.to, sizeof letter.to, "user%u@kites.example", i);
        snprintf(letter.code, sizeof letter.code, "%08u", i);
        mail_array_add(array, &letter, now, now + 3600);
    }
}

static unsigned argument(int argc, char **argv, int i, unsigned otherwise)
{
    return argc > i ? (unsigned)strtoul(argv[i], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    unsigned mails = argument(argc, argv, 1, 10000), connections = argument(argc, argv, 2, 4);
    struct sink *sink = sink_start(&(struct sink_options){ .delay_ms = argument(argc, argv, 3, 0),
                                                           .offers = argument(argc, argv, 4, SINK_CHUNKING) });
    struct messages *messages = NULL;
    struct outbox *outbox = NULL;
    struct mail_array array;

    if (sink == NULL || !err_is_ok(messages_new(&messages)))
        return 1;
    mail_array_init(&array, mails);
    fill(&array, mails);
    double start = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    struct outbox_options options = {
        .smtp = { "127.0.0.1", sink_port(sink), SMTP_PLAIN, NULL, NULL, NULL, connections, 30 },
        .from = { SLICE("no-reply@login.example"), SLICE("Kites") },
        .messages = messages,
        .source = mail_array_source(&array),
        .clock = &clock_system,
    };
    if (!err_is_ok(outbox_start(&options, &outbox)))
        return 1;
    while (atomic_load(&array.outcomes) < mails && seconds(CLOCK_MONOTONIC) - start < 120)
        nanosleep(&(struct timespec){ 0, 2000000 }, NULL);
    double took = seconds(CLOCK_MONOTONIC) - start;
    double sink_us = (double)sink_cpu_us(sink);
    double mailer_us = (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) * 1e6 - sink_us;
    printf("mails %u of %u, connections %llu: %.0f mails/s, CPU-us per mail: mailer %.1f, sink %.1f; %u reads\n",
           (unsigned)mail_array_count(&array).delivered, mails, (unsigned long long)sink_connections(sink),
           mails / took, mailer_us / mails, sink_us / mails, atomic_load(&array.reads));
    outbox_stop(outbox, 1);
    messages_free(messages);
    mail_array_free(&array);
    sink_stop(sink);
    return 0;
}
