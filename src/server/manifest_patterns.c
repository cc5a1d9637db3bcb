/* SPDX-License-Identifier: Apache-2.0 */
/* How many different patterns the directory would hold: each is compiled in memory, so their number has a maximum. */
#include "server/manifest_scope.h"

#include "base/limits.h"

/* The different ones so far; n stops one beyond the maximum. */
struct patterns {
    struct slice texts[LIMIT_PATTERNS];
    size_t n;
};

static void add(struct patterns *p, struct slice text)
{
    if (text.n == 0 || p->n > LIMIT_PATTERNS)
        return;
    for (size_t i = 0; i < p->n; i++)
        if (slice_eq(p->texts[i], text))
            return;
    if (p->n < LIMIT_PATTERNS)
        p->texts[p->n] = text;
    p->n++;
}

static void add_flow(struct patterns *p, const struct user_flow *flow)
{
    for (size_t i = 0; i < flow->attribute_count; i++)
        add(p, flow->attributes[i].regex);
}

static bool is_replaced(const struct plan *plan, const struct user_flow *flow)
{
    for (size_t i = 0; i < plan->n; i++)
        if (plan->writes[i].kind == WRITE_USER_FLOW_PUT &&
            guid_eq(plan->writes[i].user_flow->tenant_id, flow->tenant_id) &&
            slice_eq(plan->writes[i].user_flow->name, flow->name))
            return true;
    return false;
}

err scope_check_patterns(struct applying *a, const char *file)
{
    const struct directory *d = a->directory;
    struct patterns p = { .n = 0 };

    for (size_t i = 0; i < a->plan.n; i++)
        if (a->plan.writes[i].kind == WRITE_USER_FLOW_PUT)
            add_flow(&p, a->plan.writes[i].user_flow);
    for (size_t i = 0; i < d->user_flow_count; i++)
        if (!is_replaced(&a->plan, &d->user_flows[i]))
            add_flow(&p, &d->user_flows[i]);
    if (p.n <= LIMIT_PATTERNS)
        return OK;
    complain(a->why, file, 0, "", "the user flows would hold more than %d different patterns", LIMIT_PATTERNS);
    return FAIL(FORMAT);
}
