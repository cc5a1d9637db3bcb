/* SPDX-License-Identifier: Apache-2.0 */
/* states.h: the states a flow can be in and what can be asked, as enums of states.def and requests.def. */
#ifndef DOORCODE_FLOW_STATES_H
#define DOORCODE_FLOW_STATES_H

enum flow_state {
#define STATE_ROW(name, meaning) STATE_##name,
#include "flow/states.def"
#undef STATE_ROW
    STATES
};

enum flow_request {
#define REQUEST_ROW(name, endpoint, grant, unfit, stranger) REQUEST_##name,
#include "flow/requests.def"
#undef REQUEST_ROW
    REQUESTS
};

#endif
