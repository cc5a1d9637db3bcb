/* SPDX-License-Identifier: Apache-2.0 */
/* commands.h: the commands of the server's side: running it, and administering its directory. */
#ifndef DOORCODE_SERVER_COMMANDS_COMMANDS_H
#define DOORCODE_SERVER_COMMANDS_COMMANDS_H

#include "base/command.h"

extern const struct command command_serve, command_config, command_config_check, command_dev, command_dev_ca,
    command_apply, command_export, command_user_list, command_user_show, command_user_set_password, command_user_delete,
    command_app_list, command_app_show, command_app_delete, command_flow_list, command_flow_show, command_flow_delete,
    command_keys_list, command_keys_rotate, command_mail_list, command_app_secrets, command_app_add_secret,
    command_app_remove_secret, command_session_list, command_session_end, command_user_methods_list,
    command_user_methods_add, command_user_methods_remove;

/* NULL-terminated. */
extern const struct command *const server_commands[];

#endif
