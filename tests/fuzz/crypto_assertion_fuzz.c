/* SPDX-License-Identifier: Apache-2.0 */
/* Any client assertion: as it comes, and as a header, claims and signature (lines of the input) in compact form, so that
 * mutations reach the JSON;
 * no certificate takes what it reads. */
#include "crypto/certificate.h"
#include "wire/assertion.h"

#include "base/b64.h"
#include "base/limits.h"
#include "support/client_keys.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

enum { SCRATCH = 65536 };

static struct certificate *certificates[2];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    ASSERT(err_is_ok(certificate_open(SLICE(CERTIFICATE_RSA), &certificates[0])));
    ASSERT(err_is_ok(certificate_open(SLICE(CERTIFICATE_EC), &certificates[1])));
    return 0;
}

static void check(struct slice jws)
{
    static char space[SCRATCH];
    struct arena arena;
    struct assertion a;

    arena_init(&arena, space, sizeof space);
    if (!err_is_ok(assertion_parse(jws, &arena, &a)))
        return;
    ASSERT(a.audience_count <= ASSERTION_AUDIENCES && a.signature.n > 0);
    ASSERT(a.signed_part.p == jws.p && a.signed_part.n < jws.n && jws.p[a.signed_part.n] == '.');
    ASSERT(a.expires_at >= 0 && a.not_before >= 0 && a.issued_at >= 0);
    for (size_t i = 0; i < 2; i++) {
        (void)certificate_has_x5t(certificates[i], a.key.x5t);
        (void)certificate_has_x5t_s256(certificates[i], a.key.x5t_s256);
        ASSERT(!err_is_ok(certificate_verify(certificates[i], a.alg, a.signed_part, a.signature)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char compact[2 * LIMIT_ASSERTION];
    struct slice rest = slice_bytes(data, size);
    struct buf text;

    check(rest);
    buf_init(&text, compact, sizeof compact);
    for (size_t i = 0; i < 3; i++) {
        struct slice part = slice_cut(rest, '\n', &rest);
        if (i > 0)
            buf_putc(&text, '.');
        b64url_put(&text, part.p, part.n);
    }
    if (buf_ok(&text))
        check(buf_slice(&text));
    return 0;
}
