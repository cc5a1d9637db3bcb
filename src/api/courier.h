/* SPDX-License-Identifier: Apache-2.0 */
/* courier.h: codes that an extension of the operator sends in the mail server's place: onOtpSend, and onSmsSend for text
 * messages (spec OIDC, 11.5; spec V1, 3.2). The mailer hands letters over and asks what became of them. */
#ifndef DOORCODE_API_COURIER_H
#define DOORCODE_API_COURIER_H

#include "api/api.h"
#include "mail/outbox.h"

struct courier;

enum { COURIER_LETTER_MEMORY = 49152 }; /* a request, an answer, a token to sign, and what is read */

/* NO_MEMORY. */
NODISCARD err courier_new(struct api *api, struct courier **out);
/* After the mailer and the calls of extensions (hook/caller.h) have stopped. NULL is fine. */
void courier_free(struct courier *c);
struct outbox_courier courier_functions(struct courier *c);

#endif
