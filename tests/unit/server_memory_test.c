/* SPDX-License-Identifier: Apache-2.0 */
/* The worst case in memory: what is printed adds up, and follows the options. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/limits.h"
#include "server/memory.h"

#include <stdlib.h>
#include <string.h>

static const struct memory_options usual = {
    .connections = 2048, .exchanges = 4098, .threads = 10, .password_workers = 2, .password_bytes = 19922944
};

/* "  connections   2048 x    20480 B =   40.0 MiB" → count × each; 0 where the line is no part. */
static size_t part_of(const char *line)
{
    const char *times = strstr(line, " x ");
    char *end;

    if (times == NULL)
        return 0;
    const char *count = times;
    while (count > line && count[-1] >= '0' && count[-1] <= '9')
        count--;
    size_t each = strtoul(times + 3, &end, 10);
    assert_memory_equal(end, " B = ", 5);
    size_t product = strtoul(count, NULL, 10) * each;
    assert_true(strtod(end + 5, NULL) * 1048576 > (double)product - 60000); /* rounded to 0.1 MiB */
    assert_true(strtod(end + 5, NULL) * 1048576 < (double)product + 60000);
    return product;
}

static void printed_parts_are_the_sum(void **state)
{
    char *text = NULL;
    size_t n = 0, sum = 0, parts = 0;
    FILE *out = open_memstream(&text, &n);
    (void)state;
    memory_print(&usual, out);
    fclose(out);
    const char *total = NULL;
    for (const char *line = text; line != NULL && *line != '\0'; line = strchr(line, '\n') + 1) {
        char one[200];
        snprintf(one, sizeof one, "%.*s", (int)strcspn(line, "\n"), line);
        parts += part_of(one) > 0;
        sum += part_of(one);
        if (strncmp(one, "  sum ", 6) == 0)
            total = line;
    }
    assert_int_equal(parts, 13);
    assert_int_equal(sum, memory_worst_case(&usual));
    assert_non_null(total);
    char wanted[32];
    snprintf(wanted, sizeof wanted, " %.1f MiB\n", (double)sum / 1048576);
    assert_non_null(strstr(total, wanted));
    free(text);
}

static void each_option_counts(void **state)
{
    struct memory_options more = usual;
    (void)state;
    more.connections++;
    assert_in_range(memory_worst_case(&more) - memory_worst_case(&usual), LIMIT_CONNECTION_MEMORY,
                    2 * LIMIT_CONNECTION_MEMORY);
    more = usual;
    more.exchanges++;
    assert_int_equal(memory_worst_case(&more) - memory_worst_case(&usual), LIMIT_EXCHANGE_MEMORY);
    more = usual;
    more.threads++;
    assert_true(memory_worst_case(&more) - memory_worst_case(&usual) > (size_t)LIMIT_SQLITE_CACHE_KIB * 1024);
    more = usual;
    more.password_workers++;
    assert_int_equal(memory_worst_case(&more) - memory_worst_case(&usual), usual.password_bytes);
}

/* What cannot be configured counts with its limit: compiled patterns in both snapshots of the directory. */
static void limits_count(void **state)
{
    const struct memory_options none = { .connections = 0 };
    const size_t patterns = (size_t)LIMIT_SNAPSHOTS * LIMIT_PATTERNS * LIMIT_PATTERN_MEMORY;
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    (void)state;
    memory_print(&none, out);
    fclose(out);
    const char *line = strstr(text, "  patterns of attributes ");
    assert_non_null(line);
    char one[200];
    snprintf(one, sizeof one, "%.*s", (int)strcspn(line, "\n"), line);
    assert_int_equal(part_of(one), patterns);
    assert_true(memory_worst_case(&none) > patterns + (size_t)LIMIT_SNAPSHOTS * LIMIT_DIRECTORY_TEXT);
    free(text);
}

/* Resident pages that are backed by files, as the kernel counts them. */
static unsigned long file_pages(void)
{
    char line[128] = "";
    FILE *file = fopen("/proc/self/statm", "re");

    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    char *at = strchr(line, ' ');
    return strtoul(strchr(at + 1, ' '), NULL, 10);
}

static void pages_of_the_start_are_given_back(void **state)
{
    static char kept[] = "written data is kept";
    unsigned long before = file_pages();

    (void)state;
    kept[0] = 'W';
    memory_give_back();
    assert_in_range(file_pages(), 0, before - 1);
    assert_string_equal(kept, "Written data is kept");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(printed_parts_are_the_sum),
        cmocka_unit_test(each_option_counts),
        cmocka_unit_test(limits_count),
        cmocka_unit_test(pages_of_the_start_are_given_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
