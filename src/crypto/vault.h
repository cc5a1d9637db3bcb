/* SPDX-License-Identifier: Apache-2.0 */
/* vault.h: one master key, and everything derived from it: seals (XChaCha20-Poly1305) and keyed MACs (BLAKE2b).
 * The vault owns its keys in guarded memory and wipes them. Once it is there, any thread may call all functions but
 * vault_free; equal inputs give equal outputs. Errors: CRYPTO when a seal does not open (forged, damaged, other purpose,
 * other epoch), FULL when the output does not fit. */
#ifndef DOORCODE_CRYPTO_VAULT_H
#define DOORCODE_CRYPTO_VAULT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/rng.h"

struct vault;

/* One key each; a name is never reused for another purpose. */
enum vault_purpose {
    VAULT_CONTINUATION,  /* seal: continuation tokens */
    VAULT_MAIL,          /* seal: letters in the outbox */
    VAULT_SIGNING_KEY,   /* seal: private keys at rest */
    VAULT_CODE,          /* MAC: one-time passcodes */
    VAULT_REFRESH,       /* MAC: refresh-token secrets */
    VAULT_SUBJECT,       /* MAC: pairwise `sub` */
    VAULT_SUBJECT_ROW,   /* MAC: ids of rows that belong to no stored thing */
    VAULT_PASSWORD,      /* MAC: marks of wrong passwords */
    VAULT_SESSION,       /* MAC: secrets of browser sessions */
    VAULT_AUTHORIZATION, /* seal: authorization requests */
    VAULT_CODE_SECRET,   /* MAC: authorization codes */
    VAULT_DEVICE,        /* MAC: device codes */
    VAULT_FLOW_COOKIE,   /* MAC: what binds a page to its browser */
    VAULT_ASSERTION,     /* MAC: what a client assertion was used for */
    VAULT_PURPOSES
};

enum { VAULT_MASTER = 32, VAULT_MAC = 32, VAULT_OVERHEAD = 24 + 16 };

/* The master key of `path` (32 raw bytes, mode 0600; IO with errno when unreadable or readable by others, FORMAT
 * when of another size). With `create`, a missing file is made from rng, durably (fsync of file and folder). */
NODISCARD err vault_load(const char *path, bool create, const struct rng *rng, struct vault **out);
/* From 32 bytes in memory, copied: tests and `doorcode dev --memory`. */
NODISCARD err vault_new(const uint8_t master[VAULT_MASTER], struct vault **out);
void vault_free(struct vault *v);

/* Seals `plain`, bound to purpose, epoch and `bound_to` (authenticated, not contained). Deterministic: the nonce is a
 * keyed hash of all inputs, so the same plain text gives the same bytes (an identical repeat, an identical answer).
 * Appends nonce ‖ cipher text ‖ tag: plain.n + VAULT_OVERHEAD raw bytes. */
NODISCARD err vault_seal(const struct vault *v, enum vault_purpose purpose, uint64_t epoch, struct slice bound_to,
                         struct slice plain, struct buf *out);
/* Opens into `plain` (cap bytes), *n of them. */
NODISCARD err vault_open(const struct vault *v, enum vault_purpose purpose, uint64_t epoch, struct slice bound_to,
                         struct slice sealed, void *plain, size_t cap, size_t *n);

/* MAC over the parts, each length-prefixed so that no two lists collide. */
void vault_mac(const struct vault *v, enum vault_purpose purpose, const struct slice *parts, size_t n,
               uint8_t out[VAULT_MAC]);

/* The system's randomness (libsodium); any thread. */
extern const struct rng rng_system;

#endif
