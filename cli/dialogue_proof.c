/* SPDX-License-Identifier: Apache-2.0 */
/* Codes and passwords: where they come from, and how often they may be tried. */
#include "cli.h"

#include "base/secret.h"
#include "base/terminal.h"
#include "dialogue_parts.h"

#include <errno.h>
#include <string.h>

/* ---- codes ---- */

static void tell_target(struct dialogue *dialogue, const struct doorcode_challenge *challenge)
{
    bool named = challenge->target_label[0] != '\0';
    fprintf(dialogue->line->errors, "A code was sent to %s.\n", named ? challenge->target_label : "the user's address");
    dialogue->told = true;
}

static void ask_for_code(const struct command_line *line, const struct doorcode_challenge *challenge)
{
    if (challenge->code_length > 0)
        fprintf(line->errors, "Code of %d digits (empty line: send another one): ", challenge->code_length);
    else
        fprintf(line->errors, "Code (empty line: send another one): ");
    fflush(line->errors);
}

/* The file is opened when the code has been asked for, so that a pipe may be filled from the mail. */
static bool open_codes(struct dialogue *dialogue)
{
    const char *file = command_value(dialogue->line, "code-file");
    bool from_stdin = file == NULL || strcmp(file, "-") == 0;
    if (dialogue->codes == NULL)
        dialogue->codes = from_stdin ? stdin : fopen(file, "re");
    if (dialogue->codes == NULL) {
        dialogue->status =
            command_fail(dialogue->line, "Check --code-file.", "%s cannot be read: %s", file, strerror(errno));
        dialogue->ended = true;
        return false;
    }
    setvbuf(dialogue->codes, NULL, _IONBF, 0); /* no copy of the code stays behind */
    dialogue->asked = true;
    return true;
}

/* Where that fails, the former one stays good, and was told of. */
static void send_another(struct dialogue *dialogue)
{
    doorcode_flow_resend_code(dialogue->flow);
    dialogue->told = dialogue_wait(dialogue) == DOORCODE_CODE_REQUIRED && doorcode_flow_error(dialogue->flow) != NULL;
}

static void end_without_code(struct dialogue *dialogue)
{
    if (dialogue->refused)
        dialogue_end(dialogue, "No further code was given.", "Begin again: another one is sent then.");
    else
        dialogue_end(dialogue, "No code was given.",
                     "Give it on a terminal, on the standard input, or with --code-file.");
}

/* One try. A wrong one is told at once; then a person is asked again, and of a script the next line is tried. */
void dialogue_code(struct dialogue *dialogue)
{
    char code[DIALOGUE_CODE];
    if (!open_codes(dialogue))
        return;
    if (!dialogue->told)
        tell_target(dialogue, doorcode_flow_challenge(dialogue->flow));
    if (dialogue->has_person && dialogue->codes == stdin)
        ask_for_code(dialogue->line, doorcode_flow_challenge(dialogue->flow));
    enum typed typed = terminal_read_line(dialogue->codes, code, sizeof(code));
    if (typed == TYPED_END)
        end_without_code(dialogue);
    else if (typed == TYPED_LINE && code[0] == '\0')
        send_another(dialogue);
    else
        doorcode_flow_submit_code(dialogue->flow, typed == TYPED_LINE ? code : "");
    wipe(code, sizeof(code));
}

/* ---- passwords ---- */

bool dialogue_take_password(struct dialogue *dialogue)
{
    setvbuf(stdin, NULL, _IONBF, 0);
    enum typed typed = terminal_read_secret(stdin, NULL, NULL, dialogue->password, sizeof(dialogue->password));
    dialogue->has_password = typed == TYPED_LINE;
    if (typed != TYPED_LINE)
        command_fail(dialogue->line, "Its first line has to be the password, of at most 1,024 bytes.",
                     "there is no password on the standard input");
    return dialogue->has_password;
}

static bool ask_for_password(const struct command_line *line, const char *prompt, char *password)
{
    setvbuf(stdin, NULL, _IONBF, 0);
    enum typed typed = terminal_read_secret(stdin, line->errors, prompt, password, DIALOGUE_PASSWORD);
    if (typed == TYPED_TOO_LONG) /* longer than any server takes: as good as none */
        password[0] = '\0';
    return typed != TYPED_END;
}

/* False where it cannot be had. A new one is asked for twice, as nobody sees what was typed. */
static bool get_password(struct dialogue *dialogue, char *password, bool *same)
{
    static const char *const prompts[] = { "New password", "Password" };
    char again[DIALOGUE_PASSWORD];
    bool is_new = !dialogue->plan->is_signin;
    *same = true;
    dialogue->asked = true;
    if (!ask_for_password(dialogue->line, prompts[dialogue->plan->is_signin], password))
        return false;
    bool got = !is_new || ask_for_password(dialogue->line, "The same again", again);
    if (got && is_new)
        *same = strcmp(password, again) == 0;
    wipe(again, sizeof(again));
    return got;
}

static void type_password(struct dialogue *dialogue)
{
    char password[DIALOGUE_PASSWORD];
    bool same;
    if (!get_password(dialogue, password, &same))
        dialogue_end(dialogue, "No password was given.", "Give it on a terminal, or with --password-stdin.");
    else if (same)
        doorcode_flow_submit_password(dialogue->flow, password);
    else
        fprintf(dialogue->line->errors, "The two are not the same.\n");
    if (!same)
        dialogue->asked = false; /* an error of the step before has been told */
    wipe(password, sizeof(password));
}

void dialogue_password(struct dialogue *dialogue)
{
    if (dialogue->has_password) {
        doorcode_flow_submit_password(dialogue->flow, dialogue->password);
        wipe(dialogue->password, sizeof(dialogue->password));
        dialogue->has_password = false;
        dialogue->asked = dialogue->has_person;
    } else if (dialogue->has_person) {
        type_password(dialogue);
    } else {
        dialogue_end(dialogue, "No password was given.", "Give it on a terminal, or with --password-stdin.");
    }
}
