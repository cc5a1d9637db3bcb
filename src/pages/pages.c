/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/pages.h"

/* Made by the build from html/, css/ and js/ (cmake/embed.cmake). */
const struct embedded_file *page_files(void);

const struct embedded_file *page_find(struct slice name)
{
    return embedded_find(page_files(), name);
}
