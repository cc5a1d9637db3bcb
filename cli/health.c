/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode health: whether a server is ready, for supervisors of containers, which have no curl. */
#include "cli.h"
#include "transfer.h"

#include <string.h>

enum { SECONDS = 5 };

static int run(const struct command_line *line)
{
    const char *server = command_value(line, "server");
    char url[TRANSFER_URL];
    struct transfer_result result;
    struct transfer_request request = {
        .url = url,
        .method = "GET",
        .ca_file = command_value(line, "ca-file"),
        .seconds = SECONDS,
        .errors = line->errors,
    };
    int n = snprintf(url, sizeof(url), "%s/readyz", server);
    if (n < 0 || (size_t)n >= sizeof(url) || !origin_of(url, &request.origin))
        return command_usage(line, "'--server %s' is no http or https address", server);
    if (transfer_run(&request, NULL, false, &result) == TRANSFER_FAILED)
        return command_fail(line, "Look whether it runs, or name its address with --server.", "%s", result.problem);
    if (result.status != 200)
        return command_fail(line, NULL, "not ready: HTTP %ld", result.status);
    fprintf(line->out, "ready\n");
    return COMMAND_OK;
}

static const struct command_option options[] = {
    { .name = "server",
      .argument = "URL",
      .environment = "DOORCODE_HEALTH_SERVER",
      .fallback = "http://127.0.0.1:8080",
      .help = "Server to ask." },
    CLI_OPTION_CA_FILE,
};

const struct command health_command = {
    .name = "health",
    .summary = "Ask a server whether it is ready",
    .description =
        "Asks /readyz, says \"ready\" and ends with 0 where the answer is 200 within five seconds, else with 1: for "
        "containers, proxies and scripts.",
    .examples = COMMAND_EXAMPLES("doorcode health", "doorcode health --server https://login.example"),
    .options = options,
    .option_count = CLI_COUNT(options),
    .run = run,
};
