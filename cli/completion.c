/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode completion: what a shell needs to complete command lines. Each shell gets a small script, which asks this
 * command for what may stand at a place, in that shell's form. */
#include "base/embed.h"
#include "cli.h"

#include <string.h>

const struct embedded_file *completion_files(void);

/* bash knows no meanings. */
static void put_bash(void *context, const char *word, const char *meaning)
{
    (void)meaning;
    fprintf(context, "%s\n", word);
}

/* The colon parts word and meaning (_describe). */
static void put_zsh(void *context, const char *word, const char *meaning)
{
    FILE *out = context;
    for (; *word != '\0'; word++) {
        if (*word == ':' || *word == '\\')
            fputc('\\', out);
        fputc(*word, out);
    }
    fprintf(out, "%s%s\n", meaning[0] != '\0' ? ":" : "", meaning);
}

static void put_fish(void *context, const char *word, const char *meaning)
{
    fprintf(context, "%s\t%s\n", word, meaning);
}

static const struct shell {
    const char *name;
    const char *file;
    command_offer_fn *put;
} shells[] = {
    { "bash", "doorcode.bash", put_bash },
    { "zsh", "doorcode.zsh", put_zsh },
    { "fish", "doorcode.fish", put_fish },
};

static int run(const struct command_line *line)
{
    const struct shell *shell = NULL;
    for (size_t i = 0; i < CLI_COUNT(shells); i++) {
        if (strcmp(shells[i].name, line->arguments[0]) == 0)
            shell = &shells[i];
    }
    if (shell == NULL)
        return command_usage(line, "there is no script for '%s', only for bash, zsh and fish", line->arguments[0]);
    if (line->argument_count == 1) {
        fputs(embedded_find(completion_files(), slice_of(shell->file))->bytes.p, line->out);
        return COMMAND_OK;
    }
    const char *place =
        command_complete(line->program, line->argument_count - 1, line->arguments + 1, shell->put, line->out);
    if (place != NULL)
        fprintf(line->out, ":%s\n", place);
    return COMMAND_OK;
}

static const char *const examples[] = {
    "source <(doorcode completion bash)",
    "doorcode completion fish > ~/.config/fish/completions/doorcode.fish",
    "doorcode completion bash -- token show --j",
    NULL,
};

const struct command completion_command = {
    .name = "completion",
    .arguments = "bash|zsh|fish [WORD ...]",
    .summary = "Write the script with which a shell completes command lines",
    .description =
        "An installed Doorcode has its scripts where the shells look for them. Where it is not installed, source what "
        "this command writes: in ~/.bashrc, in ~/.zshrc after compinit, or as a file in ~/.config/fish/completions."
        "\n\nWith words of a command line after --, it writes what may stand in place of the last of them. The scripts "
        "ask for that, and where the answer is :files or :folders look themselves.",
    .examples = examples,
    .min_arguments = 1,
    .max_arguments = -1,
    .run = run,
};
