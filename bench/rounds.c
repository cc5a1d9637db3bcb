/* SPDX-License-Identifier: Apache-2.0 */
#include "rounds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double median(const double *values, unsigned n)
{
    double sorted[ROUNDS_MAX];

    memcpy(sorted, values, n * sizeof values[0]);
    qsort(sorted, n, sizeof sorted[0], by_size);
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
}

double least(const double *values, unsigned n)
{
    double x = values[0];

    for (unsigned i = 1; i < n; i++)
        x = values[i] < x ? values[i] : x;
    return x;
}

void print_ratios(const char *what, const double *a, const double *b, unsigned rounds)
{
    double ratio[ROUNDS_MAX] = { 0 };

    for (unsigned i = 0; i < rounds; i++)
        ratio[i] = a[i] / b[i];
    printf("%s: median %.3f; round by round", what, median(ratio, rounds));
    for (unsigned i = 0; i < rounds; i++)
        printf(" %.3f", ratio[i]);
    printf("\n");
}
