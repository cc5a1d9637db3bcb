/* SPDX-License-Identifier: Apache-2.0 */
/* hosted_form.h: from the inputs of a page to the parameters of native authentication. */
#ifndef DOORCODE_API_HOSTED_HOSTED_FORM_H
#define DOORCODE_API_HOSTED_HOSTED_FORM_H

#include "api/hosted/hosted_work.h"

/* PARSE: what the request (native.request) needs, as the API's own endpoints read it. */
void hosted_parse_input(struct exchange *x);
/* LOAD, after native_load: a page asks for optional attributes, too, once. */
void hosted_ask_for_details(struct exchange *x);
/* True if the page has an input for it. */
bool hosted_is_asked(const struct flow_attribute *attribute);
/* What was typed for it: several boxes as one list with commas, in the arena. */
struct slice hosted_typed(struct exchange *x, const struct flow_attribute *attribute);

#endif
