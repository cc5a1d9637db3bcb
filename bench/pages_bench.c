/* SPDX-License-Identifier: Apache-2.0 */
/* What a hosted page costs: CPU-µs of rendering and of its policy, best of several rounds, and its size, for every page and
 * state.   bench_pages [LANGUAGE] */
#include "support/page_samples.h"

#include "base/limits.h"
#include "pages/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 7, EACH = 2000 };

static double cpu_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static size_t render(const struct page *page)
{
    static char html[LIMIT_PAGE], policy[4096];
    struct buf out;

    buf_init(&out, html, sizeof html);
    if (!err_is_ok(page_render(page, &out)) || !err_is_ok(page_policy(page, policy, sizeof policy)))
        abort();
    return out.n;
}

static double best_of(const struct page *page)
{
    double best = 1e9;

    for (int round = 0; round < ROUNDS; round++) {
        double start = cpu_us();
        for (int i = 0; i < EACH; i++)
            (void)render(page);
        double each = (cpu_us() - start) / EACH;
        best = each < best ? each : best;
    }
    return best;
}

int main(int argc, char **argv)
{
    size_t n, files = page_find(SLICE("hosted.css"))->bytes.n + page_find(SLICE("hosted.js"))->bytes.n;
    const struct page_sample *samples = page_samples(&n);
    double worst = 0;

    printf("%-24s %8s %8s %10s\n", "page", "cpu-us", "bytes", "with files");
    for (size_t i = 0; i < n; i++) {
        struct page page = samples[i].page;
        page.language = page_language(slice_of(argc > 1 ? argv[1] : "en"), SLICE_EMPTY);
        double each = best_of(&page);
        size_t bytes = render(&page);
        printf("%-24s %8.1f %8zu %10zu\n", samples[i].name, each, bytes, bytes + files);
        worst = each > worst ? each : worst;
    }
    printf("dearest: %.1f cpu-us\n", worst);
    return 0;
}
