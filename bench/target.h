/* SPDX-License-Identifier: Apache-2.0 */
/* target.h: the server under load: a seeded data folder, `doorcode serve` as a child, and what it uses. */
#ifndef DOORCODE_BENCH_TARGET_H
#define DOORCODE_BENCH_TARGET_H

#include <stdint.h>
#include <sys/types.h>

#define TARGET_APP_RS256 "11111111-1111-4111-8111-111111111111"
#define TARGET_APP_ES256 "22222222-2222-4222-8222-222222222222"

struct target {
    char folder[256];
    pid_t pid;
    uint16_t port;
    uint16_t smtp_port;
    uint16_t https_port; /* 0: no https */
    char certificate[512];
    char key[512];
    int64_t first_answer_us; /* from exec to the first good answer */
};

/* Makes the folder with a tenant "load", two applications and `users` users u0@load.example …; ends the program when it
 * cannot. */
void target_seed(struct target *t, unsigned users);
/* Before the start: https on a port of its own with this certificate and key (PEM files). */
void target_use_tls(struct target *t, const char *certificate, const char *key);
/* Starts the server and waits for its first answer. `workers` 0: one per core. */
void target_start(struct target *t, const char *program, unsigned workers);
void target_stop(struct target *t);
void target_remove(struct target *t); /* the folder */

int64_t target_cpu_us(const struct target *t);
/* Of all its threads but those of this name. */
int64_t target_cpu_us_without(const struct target *t, const char *thread);
int64_t target_resident_kib(const struct target *t);
uint16_t target_free_port(void);

#endif
