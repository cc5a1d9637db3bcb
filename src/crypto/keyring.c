/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/keyring.h"

#include "base/b64.h"
#include "crypto/jws.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct keyring {
    atomic_int references;
    size_t n;
    struct jws_key *keys[];
};

static err add_key(const struct vault *v, const struct key *row, struct keyring *ring)
{
    TRY(jws_key_open(v, row, &ring->keys[ring->n]));
    ring->n++;
    return OK;
}

err keyring_new(const struct vault *v, const struct key *rows, size_t n, struct keyring **out)
{
    struct keyring *ring = calloc(1, sizeof *ring + n * sizeof ring->keys[0]);

    ENSURE(ring != NULL, NO_MEMORY);
    atomic_init(&ring->references, 1);
    for (size_t i = 0; i < n; i++) {
        err added = add_key(v, &rows[i], ring);
        if (!err_is_ok(added)) {
            keyring_release(ring);
            return added;
        }
    }
    *out = ring;
    return OK;
}

struct keyring *keyring_hold(struct keyring *ring)
{
    atomic_fetch_add(&ring->references, 1);
    return ring;
}

void keyring_release(struct keyring *ring)
{
    if (ring == NULL || atomic_fetch_sub(&ring->references, 1) > 1)
        return;
    for (size_t i = 0; i < ring->n; i++)
        jws_key_free(ring->keys[i]);
    free(ring);
}

static err sign(const struct keyring *ring, enum signing_alg alg, enum jws_header header, struct slice payload,
                struct buf *out)
{
    for (size_t i = 0; i < ring->n; i++)
        if (jws_key_signs(ring->keys[i], alg))
            return jws_sign(ring->keys[i], header, payload, out);
    return FAIL(NOT_FOUND);
}

err keyring_sign(const struct keyring *ring, enum signing_alg alg, struct slice payload, struct buf *out)
{
    return sign(ring, alg, JWS_KID, payload, out);
}

err keyring_sign_v1(const struct keyring *ring, enum signing_alg alg, struct slice payload, struct buf *out)
{
    return sign(ring, alg, JWS_X5T_KID, payload, out);
}

err keyring_verify(const struct keyring *ring, struct slice jws, struct buf *payload)
{
    for (size_t i = 0; i < ring->n; i++) {
        err verified = jws_verify(ring->keys[i], jws, payload);
        if (verified.code != ERR_NOT_FOUND)
            return verified;
    }
    return FAIL(NOT_FOUND);
}

err keyring_jwks(const struct keyring *ring, struct slice issuer, struct buf *out)
{
    buf_puts(out, "{\"keys\":[");
    for (size_t i = 0; i < ring->n; i++) {
        if (i > 0)
            buf_putc(out, ',');
        TRY(jws_key_publish(ring->keys[i], issuer, out));
    }
    buf_puts(out, "]}");
    ENSURE(buf_ok(out), FULL);
    return OK;
}
