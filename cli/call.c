/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode call: a request to an API, like curl's, with the access token of a signed-in user. */
#include "base/err.h"
#include "body.h"
#include "cli.h"
#include "token.h"
#include "transfer.h"

#include <ctype.h>
#include <string.h>

/* A token of HTTP (RFC 9110, 5.6.2), as methods and names of headers are. */
static bool is_http_token(struct slice text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (!isalnum((unsigned char)text.p[i]) && strchr("!#$%&'*+-.^_`|~", text.p[i]) == NULL)
            return false;
    }
    return text.n > 0;
}

/* Header lines are the user's own, but for the one that this command is for. */
static int take_headers(const struct command_line *line, struct transfer_request *request)
{
    const char *header;
    while ((header = command_nth(line, "header", request->header_count)) != NULL) {
        struct slice value;
        struct slice name = slice_cut(slice_of(header), ':', &value);
        if (strchr(header, ':') == NULL || !is_http_token(name) || strpbrk(header, "\r\n") != NULL)
            return command_usage(line, "'--header %s' must be NAME: VALUE", header);
        if (slice_eq_nocase(name, SLICE("Authorization")))
            return command_usage(line, "the header Authorization is this command's own; use curl for another one");
        request->headers[request->header_count++] = header;
    }
    return COMMAND_OK;
}

static int take_url(const struct command_line *line, struct transfer_request *request)
{
    request->url = line->arguments[0];
    request->allow_http = command_flag(line, "allow-http");
    if (!origin_of(request->url, &request->origin))
        return command_usage(line, "URL must be an address like https://api.example.org/pets, without a user name");
    if (!origin_is_safe(&request->origin, request->allow_http))
        return command_usage(line, "a token is sent over http to this machine only; use https, or --allow-http");
    return COMMAND_OK;
}

static int take_method(const struct command_line *line, struct transfer_request *request)
{
    const char *method = command_value(line, "request");
    request->method = method != NULL ? method : request->has_body ? "POST" : "GET";
    if (!is_http_token(slice_of(request->method)))
        return command_usage(line, "'--request %s' is no method of HTTP", request->method);
    return COMMAND_OK;
}

static int take_line(const struct command_line *line, struct body *body, struct transfer_request *request)
{
    uint64_t seconds = 0;
    int status = take_url(line, request);
    if (status == COMMAND_OK)
        status = take_headers(line, request);
    if (status == COMMAND_OK && !command_number(line, "max-time", 1, 86400, &seconds))
        status = COMMAND_USAGE;
    if (status == COMMAND_OK)
        status = body_take(line, body);
    request->has_body = body->given;
    request->is_json = body->is_json;
    request->body = slice_bytes(body->bytes, body->n);
    if (status == COMMAND_OK)
        status = take_method(line, request);
    request->seconds = (long)seconds;
    request->ca_file = command_value(line, "ca-file");
    request->follow = command_flag(line, "location");
    request->include = command_flag(line, "include");
    request->fail = command_flag(line, "fail");
    request->path = command_value(line, "output");
    if (request->path != NULL && strcmp(request->path, "-") == 0)
        request->path = NULL;
    request->out = line->out;
    request->errors = line->errors;
    return status;
}

/* A refused token is told of in any case: the answer may be empty, or in words that mean nothing to the user. */
static int finish(const struct command_line *line, const struct transfer_request *request, enum transfer_end end,
                  const struct transfer_result *result, const char *scopes)
{
    bool fails = request->fail && result->status >= 400;
    if (end == TRANSFER_FAILED)
        return command_fail(line, result->next, "%s", result->problem);
    if (end == TRANSFER_UNAUTHORIZED)
        command_fail(line, "Name what this API asks for with --scope.",
                     "the API refuses the token (HTTP 401); its scopes are: %s", scopes);
    else if (fails)
        command_fail(line, "See the answer without --fail.", "the answer is an error: HTTP %ld", result->status);
    return fails ? CLI_HTTP_ERROR : COMMAND_OK;
}

/* A token that the API refuses may have been revoked, or its keys gone: another one is worth one try. */
static int call(const struct command_line *line, const struct transfer_request *request)
{
    AUTO(token_close) struct token token = { 0 };
    struct transfer_result result;
    int status = token_get(line, command_value(line, "user"), false, &token);
    if (status != COMMAND_OK)
        return status;
    enum transfer_end end = transfer_run(request, token.tokens->access_token, true, &result);
    if (end == TRANSFER_UNAUTHORIZED) {
        status = token_get(line, NULL, true, &token);
        if (status != COMMAND_OK)
            return status;
        end = transfer_run(request, token.tokens->access_token, false, &result);
    }
    return finish(line, request, end, &result, token.tokens->scope);
}

static int run(const struct command_line *line)
{
    AUTO(body_close) struct body body = { 0 };
    struct transfer_request request = { 0 };
    int status = take_line(line, &body, &request);
    return status == COMMAND_OK ? call(line, &request) : status;
}

static const struct command_option options[] = {
    { .name = "request",
      .letter = 'X',
      .argument = "METHOD",
      .help = "Method; without it GET, or POST where something is sent." },
    { .name = "header",
      .letter = 'H',
      .argument = "LINE",
      .help = "Send this header, like 'Accept: text/csv'.",
      .repeats = true },
    { .name = "data",
      .letter = 'd',
      .argument = "DATA|@FILE",
      .help =
          "Send this, or what the file holds, as it is; @- is the standard input. Several are joined by &. The type is "
          "that of forms, unless a header says another one.",
      .repeats = true },
    { .name = "data-json", .argument = "JSON|@FILE", .help = "Send this as JSON." },
    { .name = "include", .letter = 'i', .help = "Write the headers of the answer, too." },
    { .name = "output", .letter = 'o', .argument = "FILE", .help = "Write the answer to this file." },
    { .name = "fail", .letter = 'f', .help = "Write nothing of an answer of 400 and more, and exit with 5." },
    { .name = "location",
      .letter = 'L',
      .help = "Follow redirects, ten at most. Another origin gets neither the token nor headers nor data." },
    { .name = "max-time", .letter = 'm', .argument = "SECONDS", .help = "Give up after this time." },
    CLI_OPTION_SCOPE,
    CLI_OPTION_USER,
    CLI_OPTIONS_ACCOUNT,
    CLI_OPTION_CA_FILE,
    CLI_OPTION_ALLOW_HTTP,
    CLI_OPTIONS_CACHE,
};

const struct command call_command = {
    .name = "call",
    .arguments = "URL",
    .summary = "Make a request to an API with the token attached",
    .description =
        "Sends the access token of the account used last, or of --user, as Authorization: Bearer, and writes the body "
        "of "
        "the answer. The token is renewed before it ends; where the API answers 401 all the same, it is renewed once "
        "and "
        "the request made again.\n\nThe token travels over https only, or to this machine, and to no other origin than "
        "URL's. At most 64 MiB are sent. An answer of 400 and more is written like any other, and the exit status is "
        "0, "
        "unless --fail is given.",
    .examples = COMMAND_EXAMPLES("doorcode call https://api.example.org/pets --scope api://pets/Pets.Read",
                                 "doorcode call -X DELETE -f https://api.example.org/pets/7",
                                 "doorcode call https://api.example.org/pets --data-json '{\"name\": \"Rex\"}'"),
    .options = options,
    .option_count = CLI_COUNT(options),
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run,
};
