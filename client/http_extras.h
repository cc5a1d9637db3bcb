/* SPDX-License-Identifier: Apache-2.0 */
/* http_extras.h: what goes with a request beside its form, and what is told of it when it is over. */
#ifndef DOORCODE_CLIENT_HTTP_EXTRAS_H
#define DOORCODE_CLIENT_HTTP_EXTRAS_H

#include "client_internal.h"
#include "http.h"

#include <curl/curl.h>

/* All headers of the request, with the application's own; curl_slist_free_all them. NULL without memory. */
struct curl_slist *http_headers(const struct doorcode_client *client, const struct http_request *request);

/* Tells the application's log of an answer. */
void http_log(const struct doorcode_client *client, CURL *curl, const struct http_answer *answer,
              struct doorcode_log entry);

#endif
