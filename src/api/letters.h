/* SPDX-License-Identifier: Apache-2.0 */
/* letters.h: the letter of an exchange as a sealed outbox row. */
#ifndef DOORCODE_API_LETTERS_H
#define DOORCODE_API_LETTERS_H

#include "api/exchange.h"

#include "mail/letter.h"

/* Fills `mail` (id, times, tenant, correlation, seal) with the sign-in code for `to`, in the request's language, with the
 * tenant's name and logo. The code is in clear only within this call. */
NODISCARD err letter_seal_code(struct exchange *x, const char *to, const char *code, struct mail *mail);
/* Opens an outbox row; CRYPTO, FORMAT. Any thread. */
NODISCARD err letter_open(const struct vault *vault, const struct mail *mail, struct letter *out);

#endif
