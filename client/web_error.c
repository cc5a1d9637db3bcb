/* SPDX-License-Identifier: Apache-2.0 */
/* Errors that the browser brings back (RFC 6749, 4.1.2.1; spec OIDC, 2.3). */
#include "errors.h"
#include "json.h"
#include "web.h"

/* As texts of JSON are: UTF-8, which others become "" for, and nothing a terminal would obey. */
static const char *shown(char *text)
{
    json_t *valid = json_string(text);
    if (valid == NULL)
        text[0] = '\0';
    json_decref(valid);
    json_make_printable(text);
    return text;
}

struct doorcode_error web_error_of(struct doorcode_web *web)
{
    struct doorcode_error error = error_of(DOORCODE_ERROR_PROTOCOL);
    error.error = shown(web->answer.error);
    error.suberror = shown(web->answer.error_subcode);
    error.description = shown(web->answer.error_description);
    error_take_code_of_description(&error);
    enum doorcode_error_kind kind = error_kind(&error);
    error.kind = kind;
    error.message = error_static(kind)->message;
    error.advice = error_static(kind)->advice;
    return error;
}
