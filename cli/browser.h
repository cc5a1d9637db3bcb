/* SPDX-License-Identifier: Apache-2.0 */
/* browser.h: the user's browser. */
#ifndef DOORCODE_CLI_BROWSER_H
#define DOORCODE_CLI_BROWSER_H

#include <stdbool.h>

/* Starts the first of the commands in $BROWSER (parted by colons; their words by blanks; %s stands for the address, which
 * comes last where there is none) that can be started, or xdg-open where there is a desktop. No shell sees the address.
 * False where nothing was started. */
bool browser_open(const char *url);

#endif
