/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the recorded answers of Entra (tests/entra/answers) as inputs of the fuzz targets that read such: entra_seeds FOLDER */
#include "support/entra_answers.h"

#include "client_reply.h"
#include "reply.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* Inputs are the same each time: neither keys nor times in them. */
static bool fill(void *ctx, const char *word, FILE *out)
{
    static const struct {
        const char *word;
        const char *text;
    } fillings[] = {
        { "ORIGIN", "https://login.example" },
        { "ID_TOKEN", "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsifQ.eyJzdWIiOiJzdWJqZWN0Iiwib2lkIjoibyIsInRpZCI6InQifQ.c2ln" },
        { "FORGED_ID_TOKEN", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzIn0." },
        { "KEYS",
          "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"k\",\"x\":\"8SXk2nLiIoBTcdH4NiQkGBCrYf94yS6zxTdTcsuaAsk\","
          "\"y\":\"E4U8zfmKtt2vN4A-4R9K9ifUhO4bNW0RmZmrlvFBHxE\"}" },
    };
    (void)ctx;
    for (size_t i = 0; i < sizeof fillings / sizeof fillings[0]; i++) {
        if (strcmp(word, fillings[i].word) == 0)
            return fputs(fillings[i].text, out) >= 0;
    }
    return false;
}

/* The endpoint of the file that the answer is in; those of none come to the token endpoint. */
static enum reply_endpoint endpoint_of(const struct entra_answer *answer)
{
    static const char *const names[] = {
#define ENDPOINT(name, path, parse) #name,
#include "endpoints.def"
    };
    size_t n = strcspn(answer->name, "/");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strlen(names[i]) == n && strncasecmp(names[i], answer->name, n) == 0)
            return (enum reply_endpoint)i;
    }
    return REPLY_OF_TOKEN;
}

static void write_input(const char *folder, const char *target, const struct entra_answer *answer, const char *head,
                        size_t head_n, const char *bytes, size_t n)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, target);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/%s/entra-%s", folder, target, answer->name);
    *strrchr(path, '/') = '-';
    FILE *out = fopen(path, "w");
    if (out == NULL) {
        perror(path);
        exit(1);
    }
    fwrite(head, 1, head_n, out);
    fwrite(bytes, 1, n, out);
    fclose(out);
}

static void write_answer(const char *folder, const struct entra_book *book, const struct entra_answer *answer)
{
    static const struct entra_filler filler = { fill, NULL };
    char head[2] = { (char)endpoint_of(answer), 1 };
    size_t n;
    for (char i = 0; i < REPLY_STATUSES; i++) {
        if (reply_statuses[(int)i] == answer->status)
            head[1] = i;
    }
    char *body = entra_render_body(answer, &filler, &n);
    write_input(folder, "client_reply", answer, head, sizeof head, body, n);
    write_input(folder, "client_json_secrets", answer, "", 0, body, n);
    free(body);
    char *whole = entra_render(book, answer, &filler, &n);
    write_input(folder, "client_http", answer, "", 0, whole, n);
    free(whole);
}

int main(int argc, char **argv)
{
    struct entra_book book;
    if (argc != 2)
        return 2;
    entra_book_open(&book);
    mkdir(argv[1], 0777);
    for (size_t i = 0; i < book.count; i++)
        write_answer(argv[1], &book, &book.answers[i]);
    entra_book_close(&book);
    return 0;
}
