/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"
#include "server/commands/commands.h"

#include <malloc.h>
#include <signal.h>

static const struct command *const *const lists[] = { cli_commands, server_commands, NULL };

static const struct command_note files[] = {
    { "$XDG_DATA_HOME/doorcode/tokens",
      "The tokens of signed-in users, readable by their owner only. Without XDG_DATA_HOME it is "
      "~/.local/share/doorcode/tokens." },
    { NULL, NULL },
};

static const struct command_note environment[] = {
    { "BROWSER", "What opens an address: commands parted by colons, the first that can be started; %s stands for the "
                 "address. Without it xdg-open is used, where there is a desktop." },
    { "NO_COLOR", "Set to anything, no colours are used. They are used on terminals only." },
    { NULL, NULL },
};

static const struct command_program program = {
    .name = "doorcode",
    .summary = "self-hosted identity server and its command line",
    .description =
        "Doorcode signs users in with native authentication, wire-compatible with Microsoft Entra External ID: the "
        "application shows its own pages and talks to the server in a few calls. One program is the server, its "
        "development mode, its administration, and the command line that signs users in against it or against "
        "Entra.\n\n"
        "Every command explains itself with --help. Results go to the standard output, all else to the standard "
        "error output.",
    .version = DOORCODE_VERSION,
    .date = "November 24, 2026",
    .lists = lists,
    .statuses = cli_statuses,
    .files = files,
    .environment = environment,
    .values = cli_values,
    .links = cli_links,
};

int main(int argc, char **argv)
{
    mallopt(M_ARENA_MAX,
            1); /* little is allocated while serving, and an arena for each thread would cost more than waiting */
    signal(SIGPIPE, SIG_IGN); /* a peer that hangs up is an error of one write, not the end of the process */
    return command_main(&program, argc, argv);
}
