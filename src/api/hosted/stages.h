/* SPDX-License-Identifier: Apache-2.0 */
/* stages.h: the table between pages and flows (stages.def). Pure, any thread. */
#ifndef DOORCODE_API_HOSTED_STAGES_H
#define DOORCODE_API_HOSTED_STAGES_H

#include "flow/states.h"
#include "pages/page.h"

#define REQUEST_NONE REQUESTS
#define PAGE_NONE PAGE_KINDS

struct stage {
    enum page_kind page;    /* PAGE_NONE: none, `follows` comes at once */
    enum flow_request next; /* REQUEST_NONE where there is none, like the others */
    enum flow_request resend;
    enum flow_request follows;
};

/* Of a state that a token can have; not for STATE_NONE. */
const struct stage *stage_of(enum flow_state state);
/* The page that begins the flow of this state: sign-in, sign-up or reset. */
enum page_kind stage_first_page(enum flow_state state);
/* The request that such a page begins a flow with; REQUEST_NONE for every other page. */
enum flow_request stage_start(enum page_kind page);

/* What a form's hidden field `page` says: "sign_in", … ; PAGE_NONE for what is none. */
const char *page_kind_name(enum page_kind page);
enum page_kind page_kind_parse(struct slice name);

#endif
