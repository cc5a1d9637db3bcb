/* SPDX-License-Identifier: Apache-2.0 */
#include "network.h"

#include "progress.h"

enum doorcode_state network_wait(const struct command_line *line, struct doorcode_flow *flow)
{
    struct progress progress;
    enum doorcode_state state = doorcode_flow_state(flow);
    progress_begin(&progress, line->errors, "Waiting for the server");
    while (state == DOORCODE_WORKING) {
        struct pollfd waits[DOORCODE_FLOW_WAITS];
        int timeout_ms;
        size_t n = doorcode_flow_waits(flow, waits, DOORCODE_FLOW_WAITS, &timeout_ms);
        progress_poll(&progress, waits, n, timeout_ms);
        state = doorcode_flow_step(flow);
    }
    progress_end(&progress);
    return state;
}
