/* SPDX-License-Identifier: Apache-2.0 */
#include "api/native/subject.h"

#include <string.h>

struct guid subject_id(const struct vault *vault, const char *about, struct guid owner, struct slice thing)
{
    uint8_t mac[VAULT_MAC];
    struct guid id;
    const struct slice parts[] = { slice_of(about), slice_bytes(owner.b, sizeof owner.b), thing };

    vault_mac(vault, VAULT_SUBJECT_ROW, parts, sizeof parts / sizeof parts[0], mac);
    memcpy(id.b, mac, sizeof id.b);
    return id;
}
