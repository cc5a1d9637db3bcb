/* SPDX-License-Identifier: Apache-2.0 */
/* flash.h: tokens in flash memory: a place of one's own for libdoorcode's cache. A flat file stands for the chip. */
#ifndef FLASH_H
#define FLASH_H

#include <doorcode/account.h>

enum { FLASH_SLOT = 65536 }; /* bytes; there are two */

/* Opens the chip. 0, or -1 where it is not there. */
int flash_open(const char *path);
void flash_close(void);

/* For doorcode_cache_custom; its ctx is NULL, as there is one chip. */
extern const struct doorcode_cache_backend flash_backend;

#endif
