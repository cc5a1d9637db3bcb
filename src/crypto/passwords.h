/* SPDX-License-Identifier: Apache-2.0 */
/* passwords.h: Argon2id (RFC 9106) on worker threads of its own. A hash takes tens of milliseconds and megabytes on
 * purpose, so the number of workers bounds both: worst case is workers × memory, and what does not fit into the queue is
 * refused at once. Hashes are PHC strings ("$argon2id$v=19$m=19456,t=2,p=1$…"). */
#ifndef DOORCODE_CRYPTO_PASSWORDS_H
#define DOORCODE_CRYPTO_PASSWORDS_H

#include "base/err.h"
#include "base/limits.h"

#include <stddef.h>
#include <stdint.h>

struct passwords;

struct password_options {
    uint32_t workers;
    uint32_t memory_kib; /* of one hash */
    uint32_t passes;
    uint32_t queue; /* jobs that may wait */
};

extern const struct password_options password_options_default;

enum password_work { PASSWORD_HASH, PASSWORD_VERIFY };

/* One piece of work. From passwords_submit until `done` it is the workers'. */
struct password_job {
    enum password_work work;
    char password[LIMIT_PASSWORD + 1]; /* wiped when done */
    char hash[LIMIT_PASSWORD_HASH];    /* out, or in for VERIFY; empty for VERIFY: nobody's, and it takes as long */
    bool matches;
    bool stale; /* matches, but was made with other parameters: hash anew */
    err result; /* OK, STOPPING; of HASH also NO_MEMORY. VERIFY without memory does not match: libsodium tells no more */
    void (*done)(struct password_job *job); /* on a worker's thread */
    void *ctx;
};

/* Starts the workers. NO_MEMORY; FORMAT for parameters that Argon2id does not take. */
NODISCARD err passwords_new(const struct password_options *options, struct passwords **out);
/* Finishes what runs, answers what waits with STOPPING, joins. NULL is fine. */
void passwords_free(struct passwords *p);
/* Never blocks. FULL: too many wait; STOPPING. Then `done` is not called. Any thread. */
NODISCARD err passwords_submit(struct passwords *p, struct password_job *job);
/* The same hash, made here and now: for the command line. NO_MEMORY. */
NODISCARD err password_hash(const struct password_options *options, const char *password,
                            char out[LIMIT_PASSWORD_HASH]);
/* Bytes that the workers use at most. */
size_t passwords_memory(const struct password_options *options);

#endif
