/* SPDX-License-Identifier: Apache-2.0 */
/* Four million random steps over all flows (support/flow_walk.h). DOORCODE_WALK_SEED takes another way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/flow_walk.h"

#include <stdlib.h>

enum { STEPS = 4000000, OFTEN = 20 };

static unsigned times_seen(const struct walk *w, enum outcome_kind kind)
{
    unsigned n = 0;

    for (enum flow_state s = 0; s < STATES; s++)
        for (enum flow_request r = 0; r < REQUESTS; r++)
            n += w->seen[s][r][kind];
    return n;
}

/* Whether every cell was met often, with more than refusals. */
static void check_coverage(const struct walk *w)
{
    for (enum flow_state s = 0; s < STATES; s++)
        for (enum flow_request r = 0; r < REQUESTS; r++) {
            unsigned good = 0;
            for (enum outcome_kind kind = OUTCOME_INTERRUPT; kind <= OUTCOME_TOKENS; kind++)
                good += w->seen[s][r][kind];
            if ((flow_cell(s, r)[0] == '\0') != (good == 0))
                fail_msg("%s × %s %s: %u good ends", flow_state_name(s), flow_request_endpoint(r),
                         flow_request_grant(r), good);
        }
    for (enum outcome_kind kind = 0; kind <= OUTCOME_TOKENS; kind++)
        if (kind != OUTCOME_NEEDS && times_seen(w, kind) < OFTEN)
            fail_msg("the walk met outcome %d only %u times", kind, times_seen(w, kind));
}

static void test_walk(void **state)
{
    static struct walk w;
    const char *seed = getenv("DOORCODE_WALK_SEED");

    (void)state;
    walk_begin(&w, seed == NULL ? 88172645463325252u : strtoull(seed, NULL, 10) | 1);
    for (long i = 0; i < STEPS; i++)
        walk_step(&w);
    check_coverage(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_walk) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
