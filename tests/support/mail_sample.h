/* SPDX-License-Identifier: Apache-2.0 */
/* mail_sample.h: a sender and a letter for tests of what is written. For tests; included by one file each. */
#ifndef DOORCODE_TESTS_MAIL_SAMPLE_H
#define DOORCODE_TESTS_MAIL_SAMPLE_H

#include "mail/message.h"

static const struct message_sender sender = { { "no-reply@login.example", 22 }, { "Kites", 5 } };

static const struct letter sample = {
    .kind = LETTER_SIGNIN_CODE,
    .to = "jo.doe@kites.example",
    .code = "90817263",
    .language = "en",
    .tenant_name = "Kites & Sons",
    .minutes = 30,
};

#endif
