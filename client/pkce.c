/* SPDX-License-Identifier: Apache-2.0 */
#include "pkce.h"

#include "base/b64.h"
#include "base/secret.h"

#include <openssl/evp.h>
#include <sys/random.h>

static bool put_text(const unsigned char *bytes, size_t n, struct pkce_text *out)
{
    struct buf text;
    buf_init(&text, out->c, sizeof(out->c));
    b64url_put(&text, bytes, n);
    buf_putc(&text, '\0');
    return buf_ok(&text);
}

bool pkce_random(struct pkce_text *out)
{
    unsigned char bytes[32];
    bool got = getrandom(bytes, sizeof(bytes), 0) == (ssize_t)sizeof(bytes); /* so few come whole, or not at all */
    got = got && put_text(bytes, sizeof(bytes), out);
    wipe(bytes, sizeof(bytes));
    return got;
}

bool pkce_challenge(struct slice text, struct pkce_text *out)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    return EVP_Digest(text.p, text.n, hash, &n, EVP_sha256(), NULL) == 1 && put_text(hash, n, out);
}

bool pkce_half_hash(struct slice text, bool wide, struct pkce_text *out)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    return EVP_Digest(text.p, text.n, hash, &n, wide ? EVP_sha512() : EVP_sha256(), NULL) == 1 &&
           put_text(hash, n / 2, out);
}
