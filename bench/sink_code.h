/* SPDX-License-Identifier: Apache-2.0 */
/* sink_code.h: the code in a mail, as a reader finds it. */
#ifndef DOORCODE_BENCH_SINK_CODE_H
#define DOORCODE_BENCH_SINK_CODE_H

#include <stddef.h>

enum { SINK_CODE = 10 }; /* digits at most */

/* Of the mail's plain text, in base64 or not; "" where there is none. */
void sink_code(const char *mail, size_t n, char code[SINK_CODE + 1]);

#endif
