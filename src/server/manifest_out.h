/* SPDX-License-Identifier: Apache-2.0 */
/* manifest_out.h: the lines of an exported manifest. `indent` is what stands before the name, with a list's hyphen. Texts are
 * always double-quoted, so that none can be read as something else. */
#ifndef DOORCODE_SERVER_MANIFEST_OUT_H
#define DOORCODE_SERVER_MANIFEST_OUT_H

#include "model/directory.h"

#include <stdio.h>

void out_quoted(FILE *out, struct slice text);
/* Nothing where the text is empty. */
void out_field(FILE *out, const char *indent, const char *name, struct slice text);
/* Nothing where it has its default. */
void out_flag(FILE *out, const char *indent, const char *name, bool value, bool default_value);
/* Nothing where the list is empty. */
void out_list(FILE *out, const char *indent, const char *name, struct slices list);
/* Nothing where it is inherited; of an application or user. */
void out_toggle(FILE *out, enum toggle multi_factor);
/* An application with all that hangs on it (manifest_export_application.c). */
void out_application(FILE *out, const struct application *app);

#endif
