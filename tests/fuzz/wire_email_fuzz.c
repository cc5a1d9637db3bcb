/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as an address: an identity is a fixed point, its domain ASCII, and ASCII agrees with the libraries. */
#include "wire/email.h"
#include "wire/email_fold.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_ascii(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

static void check_identity(const struct email *email)
{
    struct email again;
    struct slice domain;
    struct slice local = slice_cut(slice_of(email->identity), '@', &domain);

    ASSERT(local.n > 0 && local.n <= 64 && domain.n > 0 && is_ascii(domain));
    ASSERT(memchr(domain.p, '.', domain.n) != NULL && memchr(domain.p, '@', domain.n) == NULL);
    ASSERT(err_is_ok(email_parse(slice_of(email->identity), &again)));
    ASSERT(strcmp(again.identity, email->identity) == 0);
}

static void check_libraries_agree(const struct email *email)
{
    char room[LIMIT_EMAIL];
    struct buf out;
    struct slice domain;
    struct slice local = slice_cut(slice_of(email->given), '@', &domain);

    buf_init(&out, room, sizeof room);
    ASSERT(err_is_ok(email_fold_local(local, &out)));
    buf_putc(&out, '@');
    ASSERT(err_is_ok(email_fold_domain(domain, &out)));
    ASSERT(slice_eq(buf_slice(&out), slice_of(email->identity)));
}

static void check_mask(struct slice address)
{
    char room[LIMIT_LABEL];
    struct buf out;

    buf_init(&out, room, sizeof room);
    email_mask(address, &out);
    ASSERT(buf_ok(&out) && buf_slice(&out).n > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_bytes(data, size);
    struct email email;

    if (size <= LIMIT_EMAIL)
        check_mask(text);
    if (!err_is_ok(email_parse(text, &email)))
        return 0;
    check_identity(&email);
    check_libraries_agree(&email);
    check_mask(slice_of(email.identity));
    return 0;
}
