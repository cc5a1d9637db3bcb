/* SPDX-License-Identifier: Apache-2.0 */
/* page_render: every page says what it must, well-formed, whatever it is told. */
#include "support/page_markup.h"
#include "support/page_samples.h"

#include "base/limits.h"
#include "pages/texts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char space[LIMIT_PAGE];

static const char *render(const struct page *page)
{
    struct buf out;

    buf_init(&out, space, sizeof space);
    assert_true(err_is_ok(page_render(page, &out)));
    buf_putc(&out, '\0');
    assert_true(buf_ok(&out));
    return space;
}

static void every_sample_is_well_formed(void **state)
{
    size_t n;
    const struct page_sample *samples = page_samples(&n);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        const char *fault = markup_fault(render(&samples[i].page));
        if (fault != NULL)
            fail_msg("%s: %s", samples[i].name, fault);
    }
}

static void every_kind_takes_every_problem(void **state)
{
    size_t n;
    const struct page_sample *samples = page_samples(&n);

    (void)state;
    for (size_t i = 0; i < n; i++)
        for (int problem = ERROR_NONE; problem < ERROR_COUNT; problem++) {
            struct page page = samples[i].page;
            page.problem = (enum error_id)problem;
            const char *fault = markup_fault(render(&page));
            if (fault != NULL)
                fail_msg("%s, error %d: %s", samples[i].name, problem, fault);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_is_well_formed),
        cmocka_unit_test(every_kind_takes_every_problem),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
