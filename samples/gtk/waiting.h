/* SPDX-License-Identifier: Apache-2.0 */
/* waiting.h: a flow of libdoorcode as a source of GLib's main loop. This is all that it takes to use the library from a
 * program with an event loop: no thread, no call that waits. */
#ifndef WAITING_H
#define WAITING_H

#include <doorcode/web.h>
#include <glib.h>

typedef void waited_fn(gpointer data);

/* Steps the flow whenever what it waits for has come. `done` is called once, when its state is another than WORKING; the
 * source is gone then. Until then g_source_destroy ends it, which has to come before doorcode_flow_free. */
GSource *wait_for_flow(struct doorcode_flow *flow, waited_fn *done, gpointer data);
/* The same for a sign-in in the browser: until its state is OPEN (where it was PREPARING), COMPLETED or FAILED. */
GSource *wait_for_web(struct doorcode_web *web, waited_fn *done, gpointer data);

#endif
