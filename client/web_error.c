/* SPDX-License-Identifier: Apache-2.0 */
/* Errors that the browser brings back (RFC 6749, 4.1.2.1; spec OIDC, 2.3). */
#include "errors.h"
#include "web.h"

struct doorcode_error web_error_of(const struct doorcode_web *web)
{
    struct doorcode_error error = error_of(DOORCODE_ERROR_PROTOCOL);
    error.error = web->answer.error;
    error.suberror = web->answer.error_subcode;
    error.description = web->answer.error_description;
    error_take_code_of_description(&error);
    enum doorcode_error_kind kind = error_kind(&error);
    error.kind = kind;
    error.message = error_static(kind)->message;
    error.advice = error_static(kind)->advice;
    return error;
}
