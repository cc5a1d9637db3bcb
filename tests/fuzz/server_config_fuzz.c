/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a configuration: each is taken, with every value within its bounds, or refused with a complaint that names the
 * line. Written by the operator, so not hostile; but a slip of the hand must not be more than a complaint. */
#include "server/config.h"

#include "base/limits.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_text(const struct field *f, const char *text)
{
    ASSERT(text != NULL && strlen(text) <= f->max);
}

static void expect_value(const struct field *f, const void *value)
{
    const struct text_list *list = value;

    switch (f->type) {
    case FIELD_IS_NUMBER:
        ASSERT(*(const uint32_t *)value >= f->min && *(const uint32_t *)value <= f->max);
        break;
    case FIELD_IS_TEXT:
        expect_text(f, *(const char *const *)value);
        break;
    case FIELD_IS_TEXTS:
        ASSERT(list->n <= TEXT_LIST_MAX);
        for (size_t i = 0; i < list->n; i++)
            expect_text(f, list->items[i]);
        break;
    default:
        break;
    }
}

static void expect_bounds(const struct field *fields, const char *base)
{
    for (const struct field *f = fields; f->name != NULL; f++) {
        if (f->type == FIELD_IS_MAP)
            expect_bounds(f->fields, base + f->offset);
        else
            expect_value(f, base + f->offset);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static char path[32];
    struct complaint why = { "" };
    struct config c;

    if (fd < 0) {
        fd = memfd_create("c.yaml", 0);
        snprintf(path, sizeof path, "/dev/fd/%d", fd);
    }
    ASSERT(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
    err loaded = config_load(path, &c, &why);
    if (err_is_ok(loaded)) {
        expect_bounds(config_fields, (const char *)&c);
        config_free(&c);
    } else {
        ASSERT(loaded.code == ERR_FORMAT && strncmp(why.text, path, strlen(path)) == 0);
        ASSERT(why.text[strlen(path)] == ':' && why.text[strlen(path) + 1] >= '1');
    }
    return 0;
}
