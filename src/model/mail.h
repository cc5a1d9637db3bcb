/* SPDX-License-Identifier: Apache-2.0 */
/* mail.h: a mail that waits, is retried, or was given up. What it says (address, code) is sealed; only what the
 * delivery needs is in clear. */
#ifndef DOORCODE_MODEL_MAIL_H
#define DOORCODE_MODEL_MAIL_H

#include "base/clock.h"
#include "base/guid.h"

enum mail_state { MAIL_PENDING, MAIL_DEAD };

enum { MAIL_SEALED = 1536, MAIL_ERROR = 160 };

struct mail {
    uint64_t id; /* time-ordered */
    struct guid tenant_id;
    struct guid correlation_id;
    enum mail_state state;
    uint32_t attempts;
    instant created_at;
    instant due_at;              /* not before */
    instant expires_at;          /* pointless after: the code is dead */
    char last_error[MAIL_ERROR]; /* one line from the mail server, never a secret */
    uint8_t sealed[MAIL_SEALED]; /* struct letter (mail/letter.h), sealed by crypto/vault.h */
    size_t sealed_n;
};

#endif
