/* SPDX-License-Identifier: Apache-2.0 */
/* network.h: waits for a server, and tells a person who waits long. */
#ifndef DOORCODE_CLI_NETWORK_H
#define DOORCODE_CLI_NETWORK_H

#include "base/command.h"
#include "doorcode/client.h"

/* Until the flow is in another state than WORKING, which it returns. */
enum doorcode_state network_wait(const struct command_line *line, struct doorcode_flow *flow);

#endif
