/* SPDX-License-Identifier: Apache-2.0 */
/* password_policy.h: whether a password may become one (spec V1, 4.14). Pure, any thread. */
#ifndef DOORCODE_FLOW_PASSWORD_POLICY_H
#define DOORCODE_FLOW_PASSWORD_POLICY_H

#include "model/directory.h"
#include "wire/error.h"

/* What is banned besides the words that everybody tries. */
struct password_rules {
    const struct slices *banned; /* the tenant's words; NULL: none */
    struct slice username;       /* the part before the @ is banned, too; may be empty */
};

/* In this order: a character that is not allowed, too short, too long, fewer than three of four kinds, built on a banned
 * word. ERROR_NONE: it may. A banned word counts one point, as does each other character, after case and look-alikes
 * ("P@ssw0rd") are evened out; five points are enough (how Entra describes its own check). */
enum error_id password_policy_check(struct slice password, const struct password_rules *rules);

#endif
