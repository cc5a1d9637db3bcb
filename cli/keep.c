/* SPDX-License-Identifier: Apache-2.0 */
#include "keep.h"

#include "base/err.h"
#include "report.h"
#include "terminal.h"
#include "token_file.h"

#include <time.h>

static int tell(const struct command_line *line, const struct account_key *key, const struct token_file *file,
                const struct doorcode_tokens *tokens)
{
    char expires[64] = "at a time not told";
    int64_t expires_at = account_expires_at(token_file_find(file, key));
    if (command_flag(line, "json"))
        return report_json(line,
                           json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:s}", "state", "completed", "username",
                                     key->username, "authority", key->authority, "client_id", key->client_id, "scope",
                                     tokens->scope, "expires_at", (json_int_t)expires_at, "token_file", file->path));
    if (expires_at > 0)
        report_time(expires_at, (int64_t)time(NULL), expires, sizeof(expires));
    fprintf(line->out, "%sSigned in%s as %s.\n", terminal_color(line->out, COLOR_GOOD),
            terminal_color(line->out, COLOR_NONE), key->username);
    fprintf(line->out, "The access token ends %s.\nTokens are kept in %s\nSee them with: %s token show\n", expires,
            file->path, line->program->name);
    return COMMAND_OK;
}

int keep_tokens(const struct command_line *line, const struct doorcode_client *client,
                const struct doorcode_tokens *tokens)
{
    AUTO(token_file_close) struct token_file file;
    const struct account_key key = {
        .authority = doorcode_client_authority(client),
        .client_id = command_value(line, "client-id"),
        .username = line->arguments[0],
    };
    bool kept = token_file_open(&file, command_value(line, "token-file"), TOKEN_FILE_CHANGE) &&
                token_file_put(&file, &key, tokens) && token_file_save(&file);
    if (!kept)
        return command_fail(line, "Mend that, or choose another file with --token-file, and sign in again.", "%s",
                            file.problem);
    return tell(line, &key, &file, tokens);
}
