/* SPDX-License-Identifier: Apache-2.0 */
/* body.h: what doorcode call sends, from --data and --data-json. */
#ifndef DOORCODE_CLI_BODY_H
#define DOORCODE_CLI_BODY_H

#include "base/command.h"

enum { BODY_MOST = 64 << 20 }; /* bytes: it is kept, to be sent again */

struct body {
    char *bytes; /* from open_memstream */
    size_t n;
    bool given;
    bool is_json;
};

/* COMMAND_OK, or an exit status after having told what is wrong. body_close in any case. */
int body_take(const struct command_line *line, struct body *body);
void body_close(struct body *body);

#endif
