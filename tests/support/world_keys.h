/* SPDX-License-Identifier: Apache-2.0 */
/* world_keys.h: the first RSA keys of the worlds of a program are made once, and sealed anew for each world. To make one takes a
 * hundred times as long as a sign-in; tests/unit sees that each is well made and another one. */
#ifndef DOORCODE_TESTS_WORLD_KEYS_H
#define DOORCODE_TESTS_WORLD_KEYS_H

/* A new world begins: its first keys are the first ones that were made. Any thread. */
void world_keys_again(void);

#endif
