/* SPDX-License-Identifier: Apache-2.0 */
/* logout_work.h: what a sign-out carries through its steps. */
#ifndef DOORCODE_API_HOSTED_LOGOUT_WORK_H
#define DOORCODE_API_HOSTED_LOGOUT_WORK_H

#include "api/hosted/hosted_work.h"
#include "flow/logout.h"

enum { LOGOUT_FRAMES = 16 };

struct logout_work {
    struct hosted_work hosted; /* first: sessions, cookie, the address to go back to */
    struct logout_facts facts;
    enum logout_kind kind;
    size_t session;
    struct slice frames[LOGOUT_FRAMES];
    size_t frame_count;
};

#endif
