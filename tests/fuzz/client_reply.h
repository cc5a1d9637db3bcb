/* SPDX-License-Identifier: Apache-2.0 */
/* client_reply.h: what the first two bytes of an input of client_reply mean: an endpoint, and one of these statuses. */
#ifndef DOORCODE_TESTS_FUZZ_CLIENT_REPLY_H
#define DOORCODE_TESTS_FUZZ_CLIENT_REPLY_H

enum { REPLY_STATUSES = 6 };

static const int reply_statuses[REPLY_STATUSES] = { 200, 400, 404, 429, 500, 204 };

#endif
