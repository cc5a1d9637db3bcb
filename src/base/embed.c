/* SPDX-License-Identifier: Apache-2.0 */
#include "base/embed.h"

const struct embedded_file *embedded_find(const struct embedded_file *list, struct slice name)
{
    for (; list->name != NULL; list++)
        if (slice_eq(slice_of(list->name), name))
            return list;
    return NULL;
}
