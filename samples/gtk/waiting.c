/* SPDX-License-Identifier: Apache-2.0 */
#include "waiting.h"

enum { MOST = DOORCODE_WEB_WAITS };
G_STATIC_ASSERT((int)MOST >= (int)DOORCODE_FLOW_WAITS);

struct waiting {
    GSource source; /* the first member: GLib allocates all of it */
    struct doorcode_flow *flow;
    struct doorcode_web *web; /* one of the two */
    enum doorcode_web_state begun;
    waited_fn *done;
    gpointer data;
    gpointer tags[MOST];
    size_t count;
};

/* Descriptors and time change with every step, so they are told to GLib anew after each. */
static void arm(struct waiting *waiting)
{
    GSource *source = &waiting->source;
    struct pollfd waits[MOST];
    int timeout_ms;
    for (size_t i = 0; i < waiting->count; i++)
        g_source_remove_unix_fd(source, waiting->tags[i]);
    waiting->count = waiting->flow != NULL ? doorcode_flow_waits(waiting->flow, waits, MOST, &timeout_ms)
                                           : doorcode_web_waits(waiting->web, waits, MOST, &timeout_ms);
    for (size_t i = 0; i < waiting->count; i++)
        waiting->tags[i] = g_source_add_unix_fd(source, waits[i].fd, (GIOCondition)waits[i].events);
    g_source_set_ready_time(source, timeout_ms < 0 ? -1 : g_get_monotonic_time() + (gint64)timeout_ms * 1000);
}

/* Whether there is more to wait for. */
static gboolean step(struct waiting *waiting)
{
    if (waiting->flow != NULL)
        return doorcode_flow_step(waiting->flow) == DOORCODE_WORKING;
    enum doorcode_web_state state = doorcode_web_step(waiting->web);
    return state == waiting->begun || state == DOORCODE_WEB_FINISHING;
}

/* GLib calls this when a descriptor is ready or the time has come: nothing else makes this source ready. */
static gboolean dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
    (void)callback, (void)data;
    struct waiting *waiting = (struct waiting *)source;
    if (step(waiting)) {
        arm(waiting);
        return G_SOURCE_CONTINUE;
    }
    waited_fn *done = waiting->done;
    gpointer to = waiting->data;
    g_source_destroy(source); /* first: what is done may begin another */
    done(to);
    return G_SOURCE_REMOVE;
}

static GSource *begin(struct doorcode_flow *flow, struct doorcode_web *web, waited_fn *done, gpointer data)
{
    static GSourceFuncs functions = { .dispatch = dispatch };
    GSource *source = g_source_new(&functions, sizeof(struct waiting));
    struct waiting *waiting = (struct waiting *)source;
    waiting->flow = flow;
    waiting->web = web;
    waiting->begun = doorcode_web_state(web);
    waiting->done = done;
    waiting->data = data;
    arm(waiting);
    g_source_attach(source, NULL);
    g_source_unref(source); /* the main loop holds it */
    return source;
}

GSource *wait_for_flow(struct doorcode_flow *flow, waited_fn *done, gpointer data)
{
    return begin(flow, NULL, done, data);
}

GSource *wait_for_web(struct doorcode_web *web, waited_fn *done, gpointer data)
{
    return begin(NULL, web, done, data);
}
