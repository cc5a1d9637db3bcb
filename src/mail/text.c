/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/text.h"

bool text_is_ascii(struct slice text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < ' ' || text.p[i] > '~')
            return false;
    return true;
}
