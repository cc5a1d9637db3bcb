/* SPDX-License-Identifier: Apache-2.0 */
/* crowd.h: connections that hand in a wrong password again and again, so that the server's password workers never rest. */
#ifndef DOORCODE_BENCH_CROWD_H
#define DOORCODE_BENCH_CROWD_H

#include <stdint.h>

enum { CROWD = 8 }; /* users p0@load.example … with a password, a connection each: more than there are workers */

struct crowd;

/* Starts them; ends the program when it cannot. */
struct crowd *crowd_start(uint16_t port, const char *client_id);
/* Stops and frees; how many passwords were checked. */
unsigned long crowd_stop(struct crowd *c);

#endif
