/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include "account.h"
#include "base/clock.h"
#include "base/secret.h"
#include "base/terminal.h"
#include "cli.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ADVICE = 1024 }; /* a path of half of that, and words */

int report_json(const struct command_line *line, json_t *object)
{
    char *text = object != NULL ? json_dumps(object, JSON_INDENT(2)) : NULL;
    json_decref(object);
    if (text == NULL)
        return command_fail(line, NULL, "there is no memory");
    fprintf(line->out, "%s\n", text);
    wipe(text, strlen(text)); /* it may hold a token */
    free(text);
    return COMMAND_OK;
}

/* Where the server's or the network's words say more than ours. */
static bool description_helps(const struct doorcode_error *error)
{
    bool ours = error->http_status == 0 || error->kind == DOORCODE_ERROR_PROTOCOL ||
                error->kind == DOORCODE_ERROR_INVALID_TOKEN;
    return error->description[0] != '\0' && (ours || error->kind == DOORCODE_ERROR_INVALID_REQUEST);
}

/* Where the server's operator has to look into it. */
static bool concerns_operator(enum doorcode_error_kind kind)
{
    return kind == DOORCODE_ERROR_SERVER || kind == DOORCODE_ERROR_PROTOCOL || kind == DOORCODE_ERROR_INVALID_REQUEST ||
           kind == DOORCODE_ERROR_INVALID_TOKEN;
}

/* What the person types to be rid of tokens that cannot be read. Good until the next call. */
static const char *cache_advice(const struct command_line *line)
{
    static char advice[ADVICE];
    char removal[ADVICE / 2];
    if (!account_removal(line, removal, sizeof(removal)))
        return "Mend that, remove it and sign in again, or keep tokens elsewhere with --token-file or --cache.";
    snprintf(advice, sizeof(advice),
             "Mend that; or remove it with '%s' and sign in again; or keep tokens elsewhere with --token-file or "
             "--cache.",
             removal);
    return advice;
}

/* What the library, which knows no command line, says otherwise; where the command has this option, unless NULL. */
static const char *advice_of(const struct command_line *line, const struct doorcode_error *error)
{
    static const struct {
        enum doorcode_error_kind kind;
        const char *option;
        const char *advice;
    } rows[] = {
        { DOORCODE_ERROR_INSECURE, "allow-http", "Use https; or --allow-http, in a closed test network." },
        { DOORCODE_ERROR_TLS, "ca-file",
          "Trust the authority of its certificate with --ca-file, or check the host name. For 'doorcode dev', "
          "'doorcode dev ca' names the file." },
        { DOORCODE_ERROR_NATIVE_DISABLED, "browser",
          "Sign in with --browser, or switch native authentication on for the application." },
        { DOORCODE_ERROR_PASSWORD_RESET_REQUIRED, NULL, "Do it with: doorcode reset-password USER" },
    };
    if (error->kind == DOORCODE_ERROR_CACHE && command_has(line, "token-file"))
        return cache_advice(line);
    for (size_t i = 0; i < CLI_COUNT(rows); i++) {
        if (rows[i].kind == error->kind && (rows[i].option == NULL || command_has(line, rows[i].option)))
            return rows[i].advice;
    }
    return error->advice;
}

void report_error(const struct command_line *line, const struct doorcode_error *error)
{
    FILE *out = line->errors;
    fprintf(out, "%s%s %s:%s ", terminal_color(out, COLOR_BAD), line->program->name, line->command->name,
            terminal_color(out, COLOR_NONE));
    int length = (int)strlen(error->message);
    if (description_helps(error))
        fprintf(out, "%.*s: %s\n", length - 1, error->message, error->description); /* a colon for the full stop */
    else
        fprintf(out, "%s\n", error->message);
    fprintf(out, "%s", advice_of(line, error));
    for (size_t i = 0; i < error->invalid_attribute_count; i++)
        fprintf(out, "%s %s", i == 0 ? " Refused:" : ",", error->invalid_attributes[i]);
    if (error->invalid_attribute_count > 0)
        fputc('.', out);
    if (error->retry_after > 0)
        fprintf(out, " Wait %" PRId64 " seconds.", error->retry_after);
    if (concerns_operator(error->kind) && error->correlation_id[0] != '\0')
        fprintf(out, " Correlation id: %s.", error->correlation_id);
    fputc('\n', out);
}

static json_t *codes_of(const struct doorcode_error *error)
{
    json_t *codes = json_array();
    for (size_t i = 0; i < error->code_count; i++)
        json_array_append_new(codes, json_integer(error->codes[i]));
    return codes;
}

static json_t *refused_of(const struct doorcode_error *error)
{
    json_t *names = json_array();
    for (size_t i = 0; i < error->invalid_attribute_count; i++)
        json_array_append_new(names, json_string(error->invalid_attributes[i]));
    return names;
}

bool report_wants_json(const struct command_line *line)
{
    return command_has(line, "json") && command_flag(line, "json");
}

int report_failure(const struct command_line *line, const struct doorcode_error *error)
{
    if (!report_wants_json(line)) {
        report_error(line, error);
        return COMMAND_FAILED;
    }
    report_json(line,
                json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:o, s:s, s:s, s:I, s:o}", "state", "failed",
                          "kind", doorcode_error_name(error->kind), "message", error->message, "advice",
                          advice_of(line, error), "http_status", error->http_status, "error", error->error, "suberror",
                          error->suberror, "description", error->description, "error_codes", codes_of(error),
                          "trace_id", error->trace_id, "correlation_id", error->correlation_id, "retry_after",
                          (json_int_t)error->retry_after, "invalid_attributes", refused_of(error)));
    return COMMAND_FAILED;
}

int report_browser(const struct command_line *line, const char *reason)
{
    if (report_wants_json(line)) {
        report_json(line, json_pack("{s:s, s:s}", "state", "web_fallback", "redirect_reason", reason));
        return CLI_BROWSER_NEEDED;
    }
    command_fail(line,
                 "Let it with --browser, or show the address with --no-browser; or let an administrator allow this "
                 "account to sign in with a code by e-mail.",
                 "this account has to sign in with a browser%s%s", reason[0] != '\0' ? ": " : "", reason);
    return CLI_BROWSER_NEEDED;
}

/* "59 min", in the unit that people would take. */
static void put_span(int64_t seconds, char *text, size_t cap)
{
    static const struct {
        int64_t from;
        int64_t unit;
        const char *name;
    } units[] = { { 2 * 86400, 86400, "days" }, { 2 * 3600, 3600, "h" }, { 60, 60, "min" }, { 0, 1, "s" } };
    size_t i = 0;
    while (seconds < units[i].from)
        i++;
    snprintf(text, cap, "%" PRId64 " %s", seconds / units[i].unit, units[i].name);
}

void report_span(int64_t at, int64_t now, char *text, size_t cap)
{
    char span[32];
    put_span(at >= now ? at - now : now - at, span, sizeof(span));
    snprintf(text, cap, at >= now ? "in %s" : "%s ago", span);
}

void report_time(int64_t at, int64_t now, char *text, size_t cap)
{
    char span[40];
    report_span(at, now, span, sizeof(span));
    snprintf(text, cap, "%s (%s)", clock_format(at).c, span);
}
