/* SPDX-License-Identifier: Apache-2.0 */
/* continuation_sample.h: a continuation with another value in every field, and how two are compared. */
#ifndef DOORCODE_TESTS_CONTINUATION_SAMPLE_H
#define DOORCODE_TESTS_CONTINUATION_SAMPLE_H

#include "flow/continuation.h"

#include <stdio.h>
#include <string.h>

enum { SAMPLE_NOW = 1790000000 };

static inline struct continuation continuation_sample(const char *username)
{
    struct continuation c = { .state = STATE_RESET_DONE,
                              .decoy = true,
                              .challenge_types = 5,
                              .capabilities = 6,
                              .proofs = 9,
                              .channel = CHANNEL_SMS,
                              .tenant_id = { { 1, 2, 3 } },
                              .client_id = { { 4, 5, 6 } },
                              .subject = { { 7, 8, 9 } },
                              .user = { { 10, 11 } },
                              .method = { { 12, 13 } },
                              .serial = 0x1122334455667788,
                              .flow_serial = 0x99aabbccddeeff00,
                              .challenge_id = UINT64_MAX,
                              .started_at = SAMPLE_NOW - 100,
                              .issued_at = SAMPLE_NOW,
                              .target = "+4790000007" };

    assert_true(snprintf(c.username, sizeof c.username, "%s", username) < (int)sizeof c.username);
    return c;
}

static inline void assert_same_continuation(const struct continuation *a, const struct continuation *b)
{
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->proofs, b->proofs);
    assert_int_equal(a->channel, b->channel);
    assert_int_equal(a->decoy, b->decoy);
    assert_int_equal(a->challenge_types, b->challenge_types);
    assert_int_equal(a->capabilities, b->capabilities);
    assert_true(guid_eq(a->tenant_id, b->tenant_id));
    assert_true(guid_eq(a->client_id, b->client_id));
    assert_true(guid_eq(a->subject, b->subject));
    assert_true(guid_eq(a->user, b->user));
    assert_true(guid_eq(a->method, b->method));
    assert_true(a->serial == b->serial && a->flow_serial == b->flow_serial && a->challenge_id == b->challenge_id);
    assert_int_equal(a->started_at, b->started_at);
    assert_int_equal(a->issued_at, b->issued_at);
    assert_string_equal(a->username, b->username);
    assert_string_equal(a->target, b->target);
}

#endif
