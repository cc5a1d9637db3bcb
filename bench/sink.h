/* SPDX-License-Identifier: Apache-2.0 */
/* sink.h: a mail server that accepts and forgets: plain SMTP for many connections on one thread, for benchmarks and
 * tests. It reads the code out of each mail, and can fail on purpose. Listens on 127.0.0.1 only. */
#ifndef DOORCODE_BENCH_SINK_H
#define DOORCODE_BENCH_SINK_H

#include <stdint.h>

/* Of a mail server's ways to save round trips; both: as Postfix, Exim and Exchange have it. */
enum sink_offers { SINK_CHUNKING, SINK_PIPELINING, SINK_ONE_BY_ONE };

struct sink_options {
    uint16_t port;       /* 0: any that is free */
    unsigned fail_every; /* every n-th mail is answered with 451 after its data; 0: none */
    unsigned drop_every; /* every n-th mail has its connection closed in the middle of its data; 0: none */
    unsigned delay_ms;   /* before the answer to a mail's data, until sink_hurry */
    enum sink_offers offers;
    /* All on the sink's thread; NULL is fine. */
    void (*mail)(void *ctx, const char *recipient, const char *code); /* accepted; code "" where none was found */
    int (*recipient)(void *ctx, const char *recipient);               /* the answer to RCPT: 250, 451, 550, … */
    void *ctx;
};

struct sink;

/* Copies the options. NULL (errno) where the port cannot be had. */
struct sink *sink_start(const struct sink_options *options);
/* From now on nothing is delayed, nor is what waits. Any thread. */
void sink_hurry(struct sink *s);
/* Closes everything and frees. NULL is fine. */
void sink_stop(struct sink *s);

uint16_t sink_port(const struct sink *s);
uint64_t sink_mails(struct sink *s);       /* accepted so far; any thread */
uint64_t sink_connections(struct sink *s); /* ever opened; any thread */
int64_t sink_cpu_us(const struct sink *s); /* of the sink's thread */

#endif
