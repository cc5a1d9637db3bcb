/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/login_hint.h"

#include "base/b64.h"

static const struct slice prefix = { "O.", 2 };

void login_hint_put(struct guid user, struct buf *out)
{
    buf_put(out, prefix);
    b64url_put(out, user.b, sizeof user.b);
}

bool login_hint_parse(struct slice text, struct guid *user)
{
    size_t n;

    return text.n == LOGIN_HINT_TEXT && slice_starts(text, prefix) &&
           b64url_decode(slice_from(text, prefix.n), user->b, sizeof user->b, &n) && n == sizeof user->b;
}
