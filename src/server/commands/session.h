/* SPDX-License-Identifier: Apache-2.0 */
/* session.h: the browser sessions of a user, for those who administer her. */
#ifndef DOORCODE_SERVER_COMMANDS_SESSION_H
#define DOORCODE_SERVER_COMMANDS_SESSION_H

#include "server/commands/admin.h"

/* How many are alive by the policy of the configuration (flow/authorize.h). */
NODISCARD err session_count(struct admin *a, const struct user *user, size_t *alive);

#endif
