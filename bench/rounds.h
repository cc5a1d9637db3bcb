/* SPDX-License-Identifier: Apache-2.0 */
/* rounds.h: figures that were measured in several rounds, since one round on a shared machine says little. */
#ifndef DOORCODE_BENCH_ROUNDS_H
#define DOORCODE_BENCH_ROUNDS_H

enum { ROUNDS_MAX = 64 };

double median(const double *values, unsigned n);
double least(const double *values, unsigned n);
/* Prints `what` with the median of the ratios a[i] / b[i], and each of them. */
void print_ratios(const char *what, const double *a, const double *b, unsigned rounds);

#endif
