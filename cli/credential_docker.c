/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode credential docker: a credential helper of docker, podman and their like, by the protocol of
 * docker-credential-helpers: an address or nothing on the standard input, JSON on the standard output, where errors
 * are told, too. */
#include "base/err.h"
#include "base/secret.h"
#include "credential.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { ADDRESS = 512 };

/* The first line of the input. False where there is none, or a longer one. */
static bool read_address(FILE *in, char address[ADDRESS])
{
    size_t n = 0;
    int c;
    while ((c = getc(in)) != EOF && c != '\n') {
        if (c == '\0' || n + 1 == ADDRESS)
            return false;
        address[n++] = (char)c;
    }
    n -= n > 0 && address[n - 1] == '\r';
    address[n] = '\0';
    return n > 0;
}

/* "registry.example.org", "https://index.docker.io/v1/" */
static bool origin_of_registry(const char *address, struct origin *origin)
{
    char url[ADDRESS + 8];
    snprintf(url, sizeof(url), "%s%s", strstr(address, "://") == NULL ? "https://" : "", address);
    return origin_of(url, origin);
}

static int put_json(const struct command_line *line, json_t *object)
{
    char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
    json_decref(object);
    if (text == NULL)
        return command_fail(line, NULL, "there is no memory");
    fprintf(line->out, "%s\n", text);
    wipe(text, strlen(text));
    free(text);
    return COMMAND_OK;
}

/* docker knows this sentence, and goes on without a password. */
static int not_found(const struct command_line *line)
{
    fputs("credentials not found in native keychain\n", line->out);
    return COMMAND_FAILED;
}

static int get(const struct command_line *line)
{
    char address[ADDRESS];
    struct origin origin;
    AUTO(token_close) struct token token = { 0 };
    if (!read_address(stdin, address))
        return command_fail(line, NULL, "the input is no address of a registry");
    if (!origin_of_registry(address, &origin) || !credential_allows(line, &origin))
        return not_found(line);
    int status = token_get(line, command_value(line, "user"), false, &token);
    if (status != COMMAND_OK)
        return status;
    return put_json(line, json_pack("{s:s, s:s, s:s}", "ServerURL", address, "Username", credential_login(line, &token),
                                    "Secret", token.tokens->access_token));
}

static json_t *list_hosts(const struct command_line *line, const char *login)
{
    json_t *object = json_object();
    struct slice host;
    for (size_t i = 0; credential_host(line, i, &host); i++) {
        char url[ADDRESS];
        snprintf(url, sizeof(url), "https://%.*s", SLICE_ARGS(host));
        json_object_set_new(object, url, json_string(login));
    }
    return object;
}

/* All hosts, with the name that get would answer; none where nobody is signed in, which is no error here. */
static int list(const struct command_line *line)
{
    AUTO(token_close) struct token token = { 0 };
    struct command_line quiet = *line;
    char *unsaid = NULL;
    size_t n = 0;
    quiet.errors = open_memstream(&unsaid, &n);
    if (quiet.errors == NULL)
        return command_fail(line, NULL, "there is no memory");
    int status = token_find(&quiet, command_value(line, "user"), &token);
    fclose(quiet.errors);
    if (status == COMMAND_FAILED)
        fputs(unsaid, line->errors);
    free(unsaid);
    if (status == COMMAND_FAILED)
        return status;
    return put_json(line, status == COMMAND_OK ? list_hosts(line, credential_login(line, &token)) : json_object());
}

/* `docker login` would have a password kept, which is not what this is for. */
static int store(const struct command_line *line)
{
    char bytes[4096];
    size_t left = 65536;
    setvbuf(stdin, NULL, _IONBF, 0); /* no copy of a password stays behind */
    while (left > 0 && fread(bytes, 1, sizeof(bytes), stdin) == sizeof(bytes))
        left -= sizeof(bytes);
    wipe(bytes, sizeof(bytes));
    return command_fail(line, "Sign in with doorcode signin; docker login is not needed.",
                        "no passwords are kept, only tokens");
}

static int run(const struct command_line *line)
{
    static const struct {
        const char *name;
        int (*run)(const struct command_line *line);
    } operations[] = { { "get", get }, { "store", store }, { "list", list } };
    struct command_line told = *line;
    told.errors = line->out;
    for (size_t i = 0; i < CLI_COUNT(operations); i++) {
        if (strcmp(operations[i].name, line->arguments[0]) == 0)
            return operations[i].run(&told);
    }
    if (strcmp(line->arguments[0], "erase") == 0)
        return COMMAND_OK; /* nothing is kept for docker alone */
    return command_usage(line, "'%s' is none of get, store, erase and list", line->arguments[0]);
}

static const struct command_option options[] = { CREDENTIAL_OPTIONS };

const struct command credential_docker_command = {
    .name = "credential docker",
    .arguments = "get|store|erase|list",
    .summary = "Answer docker, which asks for a password, with a token",
    .description =
        "A credential helper of docker: it is called by docker, as docker-credential-doorcode, for the registries that "
        "~/.docker/config.json names under credHelpers; --host and the others are given as variables then. The answer "
        "to "
        "get is a user name and the access token as its secret. store is refused: nothing but tokens is kept. erase "
        "does "
        "nothing. " CREDENTIAL_DESCRIPTION,
    .examples =
        COMMAND_EXAMPLES("DOORCODE_CREDENTIAL_HOSTS=registry.example.org docker pull registry.example.org/pets",
                         "echo registry.example.org | doorcode credential docker get --host registry.example.org"),
    .options = options,
    .option_count = CLI_COUNT(options),
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run,
};
