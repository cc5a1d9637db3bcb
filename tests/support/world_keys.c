/* SPDX-License-Identifier: Apache-2.0 */
#include "support/world_keys.h"

#include "crypto/keyring.h"

#include <pthread.h>
#include <string.h>

enum { KEPT = 2 }; /* the current and the next one; a world that rotates makes its own from there */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct key kept[KEPT]; /* without kid: not yet made. Sealed by the keeper */
static struct vault *keeper;
static size_t used; /* of them, by the newest world */

/* The linker leads the server's calls here (--wrap). */
err __real_key_generate(const struct vault *v, enum signing_alg alg, instant now, struct key *out);
err __wrap_key_generate(const struct vault *v, enum signing_alg alg, instant now, struct key *out);

void world_keys_again(void)
{
    pthread_mutex_lock(&lock);
    used = 0;
    pthread_mutex_unlock(&lock);
}

static err keep(struct key *place, instant now)
{
    static const uint8_t master[VAULT_MASTER] = { 1 };

    if (keeper == NULL)
        TRY(vault_new(master, &keeper));
    return __real_key_generate(keeper, ALG_RS256, now, place);
}

/* The kept key under another vault's seal. */
static err hand_out(const struct vault *v, const struct key *from, struct key *out)
{
    uint8_t der[KEY_SEALED];
    size_t n;
    struct buf sealed;

    TRY(vault_open(keeper, VAULT_SIGNING_KEY, 0, slice_of(from->kid), slice_bytes(from->sealed, from->sealed_n), der,
                   sizeof der, &n));
    *out = *from;
    buf_init(&sealed, out->sealed, sizeof out->sealed);
    TRY(vault_seal(v, VAULT_SIGNING_KEY, 0, slice_of(out->kid), slice_bytes(der, n), &sealed));
    out->sealed_n = sealed.n;
    return OK;
}

static err next(const struct vault *v, instant now, struct key *out)
{
    if (used == KEPT || (kept[used].kid[0] != '\0' && kept[used].created_at != now))
        return __real_key_generate(v, ALG_RS256, now, out);
    if (kept[used].kid[0] == '\0')
        TRY(keep(&kept[used], now));
    return hand_out(v, &kept[used++], out);
}

err __wrap_key_generate(const struct vault *v, enum signing_alg alg, instant now, struct key *out)
{
    if (alg != ALG_RS256)
        return __real_key_generate(v, alg, now, out);
    pthread_mutex_lock(&lock);
    err made = next(v, now, out);
    pthread_mutex_unlock(&lock);
    return made;
}
