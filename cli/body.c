/* SPDX-License-Identifier: Apache-2.0 */
#include "body.h"

#include "base/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct writer {
    const struct command_line *line;
    FILE *out;
    size_t n;
};

static bool put(struct writer *writer, const char *bytes, size_t n)
{
    if (n > BODY_MOST - writer->n) {
        command_fail(writer->line, NULL, "more than %d MiB cannot be sent", BODY_MOST >> 20);
        return false;
    }
    writer->n += n;
    if (fwrite(bytes, 1, n, writer->out) == n)
        return true;
    command_fail(writer->line, NULL, "there is no memory");
    return false;
}

static bool put_stream(struct writer *writer, FILE *file, const char *path)
{
    char bytes[16384];
    size_t n;
    while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0) {
        if (!put(writer, bytes, n))
            return false;
    }
    if (ferror(file) == 0)
        return true;
    command_fail(writer->line, NULL, "%s cannot be read", path);
    return false;
}

static bool put_file(struct writer *writer, const char *path)
{
    if (strcmp(path, "-") == 0)
        return put_stream(writer, stdin, "the standard input");
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        command_fail(writer->line, NULL, "%s cannot be read: %s", path, strerror(errno));
        return false;
    }
    bool whole = put_stream(writer, file, path);
    fclose(file);
    return whole;
}

static bool put_value(struct writer *writer, const char *value)
{
    return value[0] == '@' ? put_file(writer, value + 1) : put(writer, value, strlen(value));
}

static bool put_all(struct writer *writer, const char *json)
{
    const char *value;
    if (json != NULL)
        return put_value(writer, json);
    for (size_t i = 0; (value = command_nth(writer->line, "data", i)) != NULL; i++) {
        if ((i > 0 && !put(writer, "&", 1)) || !put_value(writer, value))
            return false;
    }
    return true;
}

int body_take(const struct command_line *line, struct body *body)
{
    const char *json = command_value(line, "data-json");
    bool has_data = command_value(line, "data") != NULL;
    *body = (struct body){ .given = json != NULL || has_data, .is_json = json != NULL };
    if (json != NULL && has_data)
        return command_usage(line, "either --data or --data-json");
    if (!body->given)
        return COMMAND_OK;
    struct writer writer = { .line = line, .out = open_memstream(&body->bytes, &body->n) };
    if (writer.out == NULL)
        return command_fail(line, NULL, "there is no memory");
    bool whole = put_all(&writer, json);
    if (fclose(writer.out) != 0 && whole)
        return command_fail(line, NULL, "there is no memory");
    return whole ? COMMAND_OK : COMMAND_FAILED;
}

void body_close(struct body *body)
{
    if (body->bytes != NULL)
        wipe(body->bytes, body->n);
    free(body->bytes);
}
