/* SPDX-License-Identifier: Apache-2.0 */
/* client_saved.h: tests of flows a third time: what each call leaves is saved, and gone on with as it is restored. */
#ifndef DOORCODE_TESTS_CLIENT_SAVED_H
#define DOORCODE_TESTS_CLIENT_SAVED_H

#include "flow.h"
#include "support/client_loop.h"

/* Saves the flow, and puts what is restored of it in its place. */
static inline void client_restores(struct doorcode_flow *flow)
{
    struct doorcode_flow *restored;
    size_t size = doorcode_flow_save(flow, NULL, 0);
    if (size == 0)
        return;
    char *text = malloc(size);
    char *again = malloc(size);
    assert_int_equal(doorcode_flow_save(flow, text, size), size);
    assert_int_equal(doorcode_flow_restore(flow->client, text, &restored), flow->state);
    assert_int_equal(doorcode_flow_save(restored, again, size), size);
    assert_string_equal(again, text);
    assert_string_equal(restored->correlation_id.c, flow->correlation_id.c);
    reply_free(&flow->current);
    reply_free(&flow->listed);
    flow->current = restored->current;
    flow->listed = restored->listed;
    flow->phase = restored->phase;
    flow->choice = restored->choice;
    memcpy(flow->username, restored->username, sizeof flow->username);
    restored->current = restored->listed = (struct reply){ 0 };
    doorcode_flow_free(restored);
    free(text);
    free(again);
}

#define client_run_all(name, tests)                                         \
    ((void)client_run_both(name, tests), client_in(false, client_restores), \
     client_run_form(name ", saved and restored", tests))

#endif
