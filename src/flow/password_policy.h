/* SPDX-License-Identifier: Apache-2.0 */
/* password_policy.h: whether a password may become one (spec V1, 4.14). Pure, any thread. */
#ifndef DOORCODE_FLOW_PASSWORD_POLICY_H
#define DOORCODE_FLOW_PASSWORD_POLICY_H

#include "model/directory.h"
#include "wire/error.h"

/* What is banned besides the words that everybody tries (banned_words.def). Borrowed for the call. */
struct password_rules {
    const struct slices *banned; /* the tenant's words, of at least four characters each; NULL: none */
    struct slice username;       /* what stands before the @ is banned, as a whole and in its parts; may be empty */
};

/* In this order: a character that is not allowed, too short, too long, fewer than three of four kinds, built on banned
 * words; ERROR_NONE: it may. The last test first evens out case and look-alikes ("P@ssw0rd"); then a banned word counts
 * one point, also with one slip inside it, as does each character that is left, and five points are enough. So Microsoft
 * describes its own in "Eliminate bad passwords using Microsoft Entra Password Protection"; of several ways to count,
 * the fewest points hold. Keeps nothing of the password. */
enum error_id password_policy_check(struct slice password, const struct password_rules *rules);

#endif
