/* SPDX-License-Identifier: Apache-2.0 */
/* letters.h: the letter of an exchange as a sealed outbox row. */
#ifndef DOORCODE_API_LETTERS_H
#define DOORCODE_API_LETTERS_H

#include "api/exchange.h"

#include "flow/outcome.h"
#include "mail/letter.h"

struct letter_order {
    enum code_purpose purpose;
    enum channel channel;
    const char *to;
    const char *code;
};

/* Fills `mail` (id, times, tenant, correlation, seal) with the letter, in the request's language, with the tenant's name
 * and logo. The code is in clear only within this call. */
NODISCARD err letter_seal_code(struct exchange *x, const struct letter_order *order, struct mail *mail);
/* Opens an outbox row; CRYPTO, FORMAT. Any thread. */
NODISCARD err letter_open(const struct vault *vault, const struct mail *mail, struct letter *out);

#endif
