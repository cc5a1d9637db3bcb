/* SPDX-License-Identifier: Apache-2.0 */
/* Any answer to any event, in any room: whatever is taken is whole, within its bounds and of the event; more room
 * changes a refusal for want of room only. The first two bytes choose the event and the room. */
#include "hook/answer.h"

#include "base/err.h"
#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 1 << 20, ROOM_STEP = 32 };

static char room[ROOM];

static void check_inside(const struct arena *a, struct slice s)
{
    bool constant = slice_eq(s, SLICE("true")) || slice_eq(s, SLICE("false")) || s.n == 0;

    ASSERT(constant || (s.p >= a->block && s.p + s.n <= a->block + a->used));
}

static void check_claims(const struct arena *a, const struct claim_list *claims)
{
    size_t size = 0;

    for (size_t i = 0; i < claims->n; i++) {
        const struct claim *claim = &claims->items[i];
        ASSERT(claim->name.n > 0 && (claim->is_list || claim->values.n == 1));
        check_inside(a, claim->name);
        size += claim->name.n;
        for (size_t v = 0; v < claim->values.n; v++) {
            check_inside(a, claim->values.items[v]);
            size += claim->values.items[v].n;
        }
    }
    ASSERT(size <= LIMIT_HOOK_CLAIMS);
}

static void check_values(const struct arena *a, const struct hook_answer *answer)
{
    for (size_t i = 0; i < answer->value_count; i++) {
        check_inside(a, answer->values[i].name);
        check_inside(a, answer->values[i].text);
    }
    ASSERT(answer->names.n == (answer->action == HOOK_REFUSE ? answer->value_count : 0));
    for (size_t i = 0; i < answer->names.n; i++)
        ASSERT(slice_eq(answer->names.items[i], answer->values[i].name));
}

static bool has(enum extension_event event, enum hook_action action)
{
    switch (event) {
    case EXTENSION_TOKEN_ISSUANCE:
        return action == HOOK_CLAIMS;
    case EXTENSION_ATTRIBUTES_START:
        return action == HOOK_CONTINUE || action == HOOK_VALUES || action == HOOK_BLOCK;
    case EXTENSION_ATTRIBUTES_SUBMIT:
        return action != HOOK_CLAIMS;
    default:
        return action == HOOK_CONTINUE;
    }
}

static enum hook_failure read_in(enum extension_event event, struct slice json, size_t bytes)
{
    struct hook_answer answer;
    struct arena arena;

    arena_init(&arena, room, bytes);
    enum hook_failure failure = hook_answer_read(event, json, &arena, &answer);
    ASSERT(failure < HOOK_FAILURES);
    if (failure != HOOK_FINE)
        return failure;
    ASSERT(!arena.full && has(event, answer.action));
    check_inside(&arena, answer.title);
    check_inside(&arena, answer.message);
    check_claims(&arena, &answer.claims);
    check_values(&arena, &answer);
    return failure;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    enum extension_event event = data[0] % EXTENSION_EVENTS;
    struct slice json = slice_bytes(data + 2, size - 2);

    enum hook_failure roomy = read_in(event, json, ROOM);
    ASSERT(roomy != HOOK_ANSWER_SIZE);
    ASSERT(json.n <= LIMIT_HOOK_REPLY || roomy == HOOK_BAD_BODY);
    enum hook_failure tight = read_in(event, json, (size_t)data[1] * ROOM_STEP);
    ASSERT(tight == roomy || tight == HOOK_ANSWER_SIZE);
    return 0;
}
