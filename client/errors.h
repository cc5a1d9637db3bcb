/* SPDX-License-Identifier: Apache-2.0 */
/* errors.h: what the words and numbers of an error answer mean to the caller. Pure. */
#ifndef DOORCODE_CLIENT_ERRORS_H
#define DOORCODE_CLIENT_ERRORS_H

#include "doorcode/client.h"

#include <stdbool.h>

/* Initializers: an error of ours, with its own words. */
#define ERROR_DESCRIBED(kind_, message_, advice_, description_)                                                  \
    {                                                                                                            \
        .kind = (kind_), .message = (message_), .advice = (advice_), .description = (description_), .error = "", \
        .suberror = "", .trace_id = "", .timestamp = "", .correlation_id = "",                                   \
    }
#define ERROR_OF_OURS(kind_, message_, advice_) ERROR_DESCRIBED(kind_, message_, advice_, "")

/* An error of ours: kind, message and advice; all other texts are "". */
struct doorcode_error error_of(enum doorcode_error_kind kind);
/* The kind by error, suberror, codes, description and http_status of `answer`. */
enum doorcode_error_kind error_kind(const struct doorcode_error *answer);
/* Without codes: takes the one that its description begins with, as in "AADSTS50034: …". */
void error_take_code_of_description(struct doorcode_error *error);
/* Whether a flow that waits for the caller goes on after this. */
bool error_goes_on(enum doorcode_error_kind kind);
/* Whether a new password was refused for what it is. */
bool error_is_of_password(enum doorcode_error_kind kind);
/* The same as error_of, static, for where there is no memory or no flow yet. */
const struct doorcode_error *error_static(enum doorcode_error_kind kind);

#endif
