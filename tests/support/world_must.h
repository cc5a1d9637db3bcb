/* SPDX-License-Identifier: Apache-2.0 */
/* world_must.h: what a world's set-up does where it fails. */
#ifndef DOORCODE_TESTS_WORLD_MUST_H
#define DOORCODE_TESTS_WORLD_MUST_H

#include <stdio.h>
#include <stdlib.h>

#define MUST(condition)                                                                 \
    do {                                                                                \
        if (!(condition)) {                                                             \
            fprintf(stderr, "%s:%d: test world: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                    \
        }                                                                               \
    } while (0)

#endif
