/* SPDX-License-Identifier: Apache-2.0 */
/* mail_source.h: how the mailer (mail/outbox.h, mail/inbox.h) reaches store and vault, which it does not know.
 * Outcomes are written through the store's writer without waiting, from a fixed number of slots. */
#ifndef DOORCODE_SERVER_MAIL_SOURCE_H
#define DOORCODE_SERVER_MAIL_SOURCE_H

#include "crypto/vault.h"
#include "mail/outbox.h"
#include "store/store.h"

struct mail_source;

NODISCARD err mail_source_new(struct store *store, const struct vault *vault, struct mail_source **out);
/* After the mailer has stopped, before the store closes: what was delivered is forgotten. NULL is fine. */
void mail_source_flush(struct mail_source *s);
/* After the mailer has stopped and the store was closed (so nothing is in flight). NULL is fine. */
void mail_source_free(struct mail_source *s);
/* The mailer, which is to be woken after this, is given copies of what was committed and need not read them. The writer's
 * thread, so that all mails of a commit come at once, as they would out of the store. */
void mail_source_offer(struct mail_source *s, const struct store_mails *committed);
struct outbox_source mail_source_functions(struct mail_source *s);

#endif
