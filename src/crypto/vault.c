/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/vault.h"

#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <sodium.h>
#include <sodium/randombytes_internal_random.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY = crypto_aead_xchacha20poly1305_ietf_KEYBYTES, NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES };

_Static_assert(VAULT_OVERHEAD == NONCE + crypto_aead_xchacha20poly1305_ietf_ABYTES, "nonce and tag");
_Static_assert(VAULT_MASTER == crypto_kdf_KEYBYTES, "the master key feeds the key derivation");
_Static_assert(VAULT_MAC == crypto_generichash_BYTES, "BLAKE2b-256");

/* An epoch has two keys. */
enum epoch_key { ENCRYPTS, MAKES_NONCES, EPOCH_KEYS };

struct epoch_keys {
    uint64_t epoch;
    bool derived;
    uint8_t keys[EPOCH_KEYS][KEY];
};

/* As derived last, since deriving costs as much as sealing. */
struct derived {
    pthread_mutex_t lock;
    struct epoch_keys of[VAULT_PURPOSES];
};

/* Both in guarded memory (sodium_malloc). */
struct vault {
    uint8_t purpose[VAULT_PURPOSES][crypto_kdf_KEYBYTES];
    struct derived *derived;
};

/* Random bytes from a stream cipher in this process, keyed by the system and kept per thread. A sign-in draws two dozen
 * times a few bytes each, and each draw of libsodium's asks for the process id and makes a new key; so a thread draws a
 * block and hands out its bytes, each once. A child of fork starts without what its parent had. */
enum { DRAWN = 512 };

static _Thread_local struct {
    uint8_t bytes[DRAWN];
    size_t left;
} drawn;

static void forget_drawn(void)
{
    drawn.left = 0;
}

static void choose_randomness(void)
{
    randombytes_set_implementation(&randombytes_internal_implementation);
    pthread_atfork(NULL, NULL, forget_drawn);
}

static void draw(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, choose_randomness);
    randombytes_buf(drawn.bytes, DRAWN);
    drawn.left = DRAWN;
}

static void system_fill(void *ctx, void *out, size_t n)
{
    (void)ctx;
    for (uint8_t *to = out; n > 0;) {
        if (drawn.left == 0)
            draw();
        size_t part = n < drawn.left ? n : drawn.left;
        drawn.left -= part;
        memcpy(to, drawn.bytes + drawn.left, part);
        wipe(drawn.bytes + drawn.left, part); /* nobody shall find in memory what was handed out */
        to += part;
        n -= part;
    }
}

const struct rng rng_system = { system_fill, NULL };

err vault_new(const uint8_t master[VAULT_MASTER], struct vault **out)
{
    ENSURE(sodium_init() >= 0, CRYPTO);
    struct vault *v = sodium_malloc(sizeof *v);
    ENSURE(v != NULL, NO_MEMORY);
    v->derived = sodium_malloc(sizeof *v->derived);
    if (v->derived == NULL) {
        sodium_free(v);
        return FAIL(NO_MEMORY);
    }
    memset(v->derived, 0, sizeof *v->derived);
    pthread_mutex_init(&v->derived->lock, NULL);
    for (unsigned i = 0; i < VAULT_PURPOSES; i++)
        crypto_kdf_derive_from_key(v->purpose[i], sizeof v->purpose[i], i + 1, "doorcode", master);
    *out = v;
    return OK;
}

void vault_free(struct vault *v)
{
    if (v == NULL)
        return;
    pthread_mutex_destroy(&v->derived->lock);
    sodium_free(v->derived); /* wipes */
    sodium_free(v);
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* The folder too, or the name of a new file may be lost with the power. */
static err sync_folder_of(const char *path)
{
    char copy[4096];

    ENSURE(slice_to_cstr(slice_of(path), copy, sizeof copy), FULL);
    AUTO(close_fd) int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ENSURE(fd >= 0 && fsync(fd) == 0, IO);
    return OK;
}

static err write_master(const char *path, const struct rng *rng)
{
    uint8_t master[VAULT_MASTER];

    AUTO(close_fd) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ENSURE(fd >= 0, IO);
    rng_fill(rng, master, sizeof master);
    bool written = write(fd, master, sizeof master) == (ssize_t)sizeof master && fsync(fd) == 0;
    wipe(master, sizeof master);
    ENSURE(written, IO);
    return OK;
}

/* Written aside and linked whole: who finds the file finds all its bytes, and where another process was faster, its key
 * is the one. */
static err create_master(const char *path, const struct rng *rng)
{
    char aside[4096];
    uint32_t tag;

    rng_fill(&rng_system, &tag, sizeof tag); /* a name of our own, however the caller's chance is */
    int n = snprintf(aside, sizeof aside, "%s.%08x", path, tag);
    ENSURE(n > 0 && n < (int)sizeof aside, FULL);
    err created = write_master(aside, rng);
    if (err_is_ok(created) && link(aside, path) != 0 && errno != EEXIST)
        created = FAIL(IO);
    int reason = errno;
    unlink(aside);
    errno = reason;
    TRY(created);
    return sync_folder_of(path);
}

static err read_master(const char *path, uint8_t master[VAULT_MASTER])
{
    uint8_t bytes[VAULT_MASTER + 1];
    struct stat info;

    AUTO(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    ENSURE(fd >= 0 && fstat(fd, &info) == 0, IO);
    if ((info.st_mode & 077) != 0) {
        errno = EACCES; /* readable by others: not a secret */
        return FAIL(IO);
    }
    ssize_t n = read(fd, bytes, sizeof bytes);
    if (n == VAULT_MASTER)
        memcpy(master, bytes, VAULT_MASTER);
    wipe(bytes, sizeof bytes);
    ENSURE(n >= 0, IO);
    ENSURE(n == VAULT_MASTER, FORMAT);
    return OK;
}

err vault_load(const char *path, bool create, const struct rng *rng, struct vault **out)
{
    uint8_t master[VAULT_MASTER];

    if (create && access(path, F_OK) != 0)
        TRY(create_master(path, rng));
    TRY(read_master(path, master));
    err made = vault_new(master, out);
    wipe(master, sizeof master);
    return made;
}

static void hash_part(crypto_generichash_state *state, struct slice part)
{
    uint64_t length = part.n;

    crypto_generichash_update(state, (const unsigned char *)&length, sizeof length);
    crypto_generichash_update(state, (const unsigned char *)part.p, part.n);
}

void vault_mac(const struct vault *v, enum vault_purpose purpose, const struct slice *parts, size_t n,
               uint8_t out[VAULT_MAC])
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, v->purpose[purpose], sizeof v->purpose[purpose], VAULT_MAC);
    for (size_t i = 0; i < n; i++)
        hash_part(&state, parts[i]);
    crypto_generichash_final(&state, out, VAULT_MAC);
    wipe(&state, sizeof state);
}

static void find_epoch_keys(const struct vault *v, enum vault_purpose purpose, uint64_t epoch,
                            uint8_t keys[EPOCH_KEYS][KEY])
{
    struct epoch_keys *of = &v->derived->of[purpose];

    pthread_mutex_lock(&v->derived->lock);
    if (!of->derived || of->epoch != epoch) {
        for (enum epoch_key which = ENCRYPTS; which < EPOCH_KEYS; which++)
            crypto_kdf_derive_from_key(of->keys[which], KEY, epoch * EPOCH_KEYS + which, "epoch   ",
                                       v->purpose[purpose]);
        of->epoch = epoch;
        of->derived = true;
    }
    memcpy(keys, of->keys, sizeof of->keys);
    pthread_mutex_unlock(&v->derived->lock);
}

static void make_nonce(const uint8_t key[KEY], struct slice bound_to, struct slice plain, uint8_t nonce[NONCE])
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, key, KEY, NONCE);
    hash_part(&state, bound_to);
    hash_part(&state, plain);
    crypto_generichash_final(&state, nonce, NONCE);
}

err vault_seal(const struct vault *v, enum vault_purpose purpose, uint64_t epoch, struct slice bound_to,
               struct slice plain, struct buf *out)
{
    uint8_t keys[EPOCH_KEYS][KEY];
    uint8_t nonce[NONCE];

    ENSURE(buf_ok(out) && out->cap - out->n >= plain.n + VAULT_OVERHEAD, FULL);
    find_epoch_keys(v, purpose, epoch, keys);
    make_nonce(keys[MAKES_NONCES], bound_to, plain, nonce);
    buf_put(out, slice_bytes(nonce, sizeof nonce));
    crypto_aead_xchacha20poly1305_ietf_encrypt((unsigned char *)out->p + out->n, NULL, (const unsigned char *)plain.p,
                                               plain.n, (const unsigned char *)bound_to.p, bound_to.n, NULL, nonce,
                                               keys[ENCRYPTS]);
    out->n += plain.n + crypto_aead_xchacha20poly1305_ietf_ABYTES;
    wipe(keys, sizeof keys);
    return OK;
}

err vault_open(const struct vault *v, enum vault_purpose purpose, uint64_t epoch, struct slice bound_to,
               struct slice sealed, void *plain, size_t cap, size_t *n)
{
    uint8_t keys[EPOCH_KEYS][KEY];
    unsigned long long length = 0;

    ENSURE(sealed.n >= VAULT_OVERHEAD, CRYPTO);
    ENSURE(sealed.n - VAULT_OVERHEAD <= cap, FULL);
    find_epoch_keys(v, purpose, epoch, keys);
    int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
        plain, &length, NULL, (const unsigned char *)sealed.p + NONCE, sealed.n - NONCE,
        (const unsigned char *)bound_to.p, bound_to.n, (const unsigned char *)sealed.p, keys[ENCRYPTS]);
    wipe(keys, sizeof keys);
    ENSURE(opened == 0, CRYPTO);
    *n = (size_t)length;
    return OK;
}
