/* SPDX-License-Identifier: Apache-2.0 */
/* run.h: from open rooms to a clean end: signals, metrics' gauges, the word to systemd. Main thread. */
#ifndef DOORCODE_SERVER_RUN_H
#define DOORCODE_SERVER_RUN_H

#include "server/rooms.h"

/* Before any thread is started: SIGINT, SIGTERM and SIGHUP come to run_until_stopped alone, SIGPIPE to nobody; no core
 * dumps and no tracing by others, since memory holds keys. */
void run_prepare(void);
/* Until SIGINT or SIGTERM. SIGHUP reads the certificate and the directory again. */
void run_until_stopped(struct rooms *rooms, struct events *events);
/* Registers the gauges of open rooms. */
void run_add_gauges(struct metrics *metrics, struct rooms *rooms);
/* One datagram to systemd (sd_notify(3)): "READY=1", "STOPPING=1". Nothing without NOTIFY_SOCKET. */
void run_notify(const char *state);

#endif
