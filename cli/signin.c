/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode signin: asks for the code that was mailed and keeps the tokens. */
#include "base/err.h"
#include "base/secret.h"
#include "cli.h"
#include "report.h"
#include "terminal.h"
#include "token_file.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CODE_LINE = 256 };

/* Where codes come from. */
struct code_source {
    FILE *in;
    bool asks; /* a person types them */
};

static const struct doorcode_error no_code = {
    .kind = DOORCODE_ERROR_USAGE,
    .message = "No code was given.",
    .advice = "Give it on a terminal, on the standard input, or with --code-file.",
    .description = "",
    .error = "",
    .suberror = "",
    .trace_id = "",
    .correlation_id = "",
};

static const struct doorcode_error password_needed = {
    .kind = DOORCODE_ERROR_USAGE,
    .message = "This account signs in with a password, which is not supported here yet.",
    .advice = "Use an application that asks for passwords.",
    .description = "",
    .error = "",
    .suberror = "",
    .trace_id = "",
    .correlation_id = "",
};

static int keep_tokens(const struct command_line *line, const struct doorcode_client *client,
                       const struct doorcode_flow *flow);

static const struct doorcode_error *make_client(const struct command_line *line, struct doorcode_client **client)
{
    struct doorcode_options options;
    doorcode_options_init(&options);
    options.authority = command_value(line, "authority");
    options.client_id = command_value(line, "client-id");
    options.scopes = command_value(line, "scope");
    options.ca_file = command_value(line, "ca-file");
    options.allow_http = command_flag(line, "allow-http");
    return doorcode_client_new(&options, client);
}

static void tell_target(const struct command_line *line, const struct doorcode_challenge *challenge)
{
    bool named = challenge->target_label[0] != '\0';
    fprintf(line->errors, "A code was sent to %s.\n", named ? challenge->target_label : "the user's address");
}

static void ask(const struct command_line *line, const struct doorcode_challenge *challenge)
{
    if (challenge->code_length > 0)
        fprintf(line->errors, "Code of %d digits (empty line: send another one): ", challenge->code_length);
    else
        fprintf(line->errors, "Code (empty line: send another one): ");
    fflush(line->errors);
}

/* One try. What a person gets wrong is said and asked again; a script's lines are tried until they end. */
static enum doorcode_state try_code(const struct command_line *line, const struct code_source *source,
                                    struct doorcode_flow *flow, bool *ended)
{
    char code[CODE_LINE];
    if (source->asks)
        ask(line, doorcode_flow_challenge(flow));
    enum typed typed = terminal_read_line(source->in, code, sizeof(code));
    enum doorcode_state state = DOORCODE_CODE_REQUIRED;
    bool resends = typed == TYPED_LINE && code[0] == '\0';
    *ended = typed == TYPED_END;
    if (resends)
        state = doorcode_flow_resend_code(flow);
    else if (typed != TYPED_END)
        state = doorcode_flow_submit_code(flow, typed == TYPED_LINE ? code : "");
    wipe(code, sizeof(code));
    const struct doorcode_error *error = doorcode_flow_error(flow);
    if (state == DOORCODE_CODE_REQUIRED && error != NULL && source->asks)
        report_error(line, error);
    else if (state == DOORCODE_CODE_REQUIRED && resends)
        tell_target(line, doorcode_flow_challenge(flow));
    return state;
}

static void close_source(struct code_source *source)
{
    if (source->in != NULL && source->in != stdin)
        fclose(source->in);
}

/* The file is opened when the code has been asked for, so that a pipe may be filled from the mail. */
static bool open_source(const struct command_line *line, struct code_source *source)
{
    const char *file = command_value(line, "code-file");
    bool from_stdin = file == NULL || strcmp(file, "-") == 0;
    source->in = from_stdin ? stdin : fopen(file, "re");
    source->asks = file == NULL && isatty(STDIN_FILENO) == 1;
    if (source->in == NULL)
        return false;
    setvbuf(source->in, NULL, _IONBF, 0); /* no copy of the code stays behind */
    return true;
}

/* COMMAND_OK, whatever became of the flow, unless there is nothing to read codes from. */
static int enter_codes(const struct command_line *line, struct doorcode_flow *flow)
{
    AUTO(close_source) struct code_source source = { 0 };
    enum doorcode_state state = DOORCODE_CODE_REQUIRED;
    bool ended = false;
    if (!open_source(line, &source))
        return command_fail(line, "Check --code-file.", "%s cannot be read: %s", command_value(line, "code-file"),
                            strerror(errno));
    tell_target(line, doorcode_flow_challenge(flow));
    while (state == DOORCODE_CODE_REQUIRED && !ended)
        state = try_code(line, &source, flow, &ended);
    return COMMAND_OK;
}

static int finish(const struct command_line *line, const struct doorcode_client *client,
                  const struct doorcode_flow *flow)
{
    const struct doorcode_error *error = doorcode_flow_error(flow);
    switch (doorcode_flow_state(flow)) {
    case DOORCODE_COMPLETED:
        return keep_tokens(line, client, flow);
    case DOORCODE_WEB_FALLBACK:
        return report_browser(line, doorcode_flow_redirect_reason(flow));
    case DOORCODE_PASSWORD_REQUIRED:
        return report_failure(line, &password_needed);
    case DOORCODE_CODE_REQUIRED:
        return report_failure(line, error != NULL ? error : &no_code);
    default:
        return report_failure(line, error);
    }
}

static int run(const struct command_line *line)
{
    struct doorcode_client *client;
    struct doorcode_flow *flow;
    const struct doorcode_error *error = make_client(line, &client);
    if (error != NULL)
        return report_failure(line, error);
    int status = COMMAND_OK;
    if (doorcode_signin_start(client, line->arguments[0], &flow) == DOORCODE_CODE_REQUIRED)
        status = enter_codes(line, flow);
    if (status == COMMAND_OK)
        status = finish(line, client, flow);
    doorcode_flow_free(flow);
    doorcode_client_free(client);
    return status;
}

/* ---- after success ---- */

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

static int keep_tokens(const struct command_line *line, const struct doorcode_client *client,
                       const struct doorcode_flow *flow)
{
    AUTO(token_file_close) struct token_file file;
    const struct doorcode_tokens *tokens = doorcode_flow_tokens(flow);
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

static const struct command_option options[] = {
    { .name = "authority",
      .letter = 'a',
      .argument = "URL",
      .environment = "DOORCODE_AUTHORITY",
      .required = true,
      .help = "Address of the tenant, like https://petstore.ciamlogin.com/petstore.onmicrosoft.com or "
              "http://127.0.0.1:8080/petstore." },
    { .name = "client-id",
      .letter = 'c',
      .argument = "ID",
      .environment = "DOORCODE_CLIENT_ID",
      .required = true,
      .help = "Application (client) id." },
    { .name = "scope",
      .letter = 's',
      .argument = "SCOPES",
      .help = "Scopes beside openid, profile and offline_access, parted by blanks." },
    { .name = "code-file",
      .argument = "FILE",
      .help = "Read codes from this file, a line each, once a code was sent; - is the standard input." },
    CLI_OPTION_CA_FILE,
    CLI_OPTION_ALLOW_HTTP,
    CLI_OPTION_TOKEN_FILE,
    CLI_OPTION_JSON,
};

static const char *const examples[] = {
    "doorcode signin sam@example.org --authority http://127.0.0.1:8080/petstore --client-id "
    "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31",
    NULL,
};

const struct command signin_command = {
    .name = "signin",
    .arguments = "USER",
    .summary = "Sign a user in with a code by e-mail and keep the tokens",
    .description =
        "Has a code mailed to the user, asks for it, and keeps the tokens in a private file. An empty line has another "
        "code sent; a wrong code is asked for again. Without a terminal, codes are read from the standard input.\n\n"
        "Where the account can only sign in with a browser, the exit status is 3.",
    .examples = examples,
    .options = options,
    .option_count = CLI_COUNT(options),
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run,
};
