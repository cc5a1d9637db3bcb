/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http.h"

static const struct {
    int status;
    const char *text;
} defects[HTTP_DEFECTS] = {
    [HTTP_SOUND] = { 0, "sound" },
    [HTTP_BAD_METHOD] = { 400, "the method is malformed" },
    [HTTP_BAD_TARGET] = { 400, "the request target is malformed" },
    [HTTP_TARGET_TOO_LONG] = { 414, "the request target is too long" },
    [HTTP_BAD_FRAMING] = { 400, "the header lines are malformed" },
    [HTTP_BAD_HEADER] = { 400, "a header is malformed" },
    [HTTP_REPEATED_HEADER] = { 400, "a header is repeated" },
    [HTTP_AMBIGUOUS_LENGTH] = { 400, "the length of the body is ambiguous" },
    [HTTP_BAD_ENCODING] = { 400, "the transfer encoding is not supported" },
    [HTTP_BAD_HOST] = { 400, "the host is missing or malformed" },
    [HTTP_TOO_MANY_HEADERS] = { 431, "the request has too many headers" },
    [HTTP_UNREADABLE] = { 400, "it cannot be read as HTTP/1.1" },
    [HTTP_BAD_VERSION] = { 400, "the version of HTTP is not served" },
    [HTTP_TOO_LARGE] = { 413, "the body is too large" },
    [HTTP_OVERLOADED] = { 503, "too many large bodies at once" },
};

int http_defect_status(enum http_defect defect)
{
    return defects[defect].status;
}

const char *http_defect_text(enum http_defect defect)
{
    return defects[defect].text;
}

void http_header(struct http_reply *reply, const char *name, const char *value)
{
    ASSERT(reply->header_count < HTTP_REPLY_HEADERS);
    reply->headers[reply->header_count++] = (struct http_header){ .name = name, .value = value };
}
