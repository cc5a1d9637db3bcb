/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/email_fold.h"

#include "base/limits.h"

#include <idn2.h>
#include <stdlib.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

/* Folding lengthens a character at most threefold; what stays above LIMIT_EMAIL is refused anyway. */
enum { FOLD_ROOM = 3 * LIMIT_EMAIL };

/* Characters that nobody sees or that are no text: two addresses must not differ, or agree, by them. */
static bool is_unseen(ucs4_t c)
{
    return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Z | UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf |
                                                   UC_CATEGORY_MASK_Cs | UC_CATEGORY_MASK_Co | UC_CATEGORY_MASK_Cn);
}

static bool is_visible_text(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n;) {
        ucs4_t c;
        int length = u8_mbtoucr(&c, p + i, n - i);
        if (length <= 0 || is_unseen(c))
            return false;
        i += (size_t)length;
    }
    return true;
}

static void free_idn(char **p)
{
    idn2_free(*p);
}

err email_fold_local(struct slice local, struct buf *out)
{
    uint8_t room[FOLD_ROOM];
    size_t n = sizeof room;
    const uint8_t *source = (const uint8_t *)local.p;

    ENSURE(local.n > 0 && local.n <= LIMIT_EMAIL && is_visible_text(source, local.n), FORMAT);
    uint8_t *folded = u8_casefold(source, local.n, NULL, UNINORM_NFC, room, &n);
    ENSURE(folded != NULL, NO_MEMORY);
    /* "ſam" folds to "sam": the mail would go to one and the account belong to the other. */
    bool clear = slice_is_ascii(local) || !slice_is_ascii(slice_bytes(folded, n));
    buf_put(out, slice_bytes(folded, n));
    if (folded != room)
        free(folded);
    ENSURE(clear, FORMAT);
    ENSURE(buf_ok(out), FULL);
    return OK;
}

err email_fold_domain(struct slice domain, struct buf *out)
{
    char source[LIMIT_EMAIL + 1];
    AUTO(free_idn) char *labels = NULL;

    ENSURE(slice_to_cstr(domain, source, sizeof source), FORMAT);
    /* Non-transitional: "ß" and its kin are letters of their own, as registries sell them. Not the STD3 flag: it
     * drops what it forbids ("a_b.org" becomes "ab.org"), where the caller's check of the labels refuses it. */
    int flags = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL;
    int result = idn2_lookup_u8((const uint8_t *)source, (uint8_t **)&labels, flags);
    ENSURE(result != IDN2_MALLOC, NO_MEMORY);
    ENSURE(result == IDN2_OK, FORMAT);
    buf_puts(out, labels);
    ENSURE(buf_ok(out), FULL);
    return OK;
}
