/* SPDX-License-Identifier: Apache-2.0 */
/* signing.h: what a signature costs on this machine at this moment. */
#ifndef DOORCODE_BENCH_SIGNING_H
#define DOORCODE_BENCH_SIGNING_H

/* CPU microseconds of one signature over a token's bytes, with two threads at it: the server signs while the driver runs
 * beside it, and two threads of one core slow each other down. RSA-2048, or P-256. */
double signature_us(int is_rsa);

#endif
