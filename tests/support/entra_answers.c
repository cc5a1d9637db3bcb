/* SPDX-License-Identifier: Apache-2.0 */
#include "support/entra_answers.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

static const char folder[] = "tests/entra/answers";

static void refuse(const char *what, const char *where)
{
    fprintf(stderr, "%s: %s: %s\n", folder, where, what);
    abort();
}

/* ---- reading ---- */

static char *read_text(const char *file)
{
    char path[512];
    char *text = NULL;
    size_t n = 0;
    snprintf(path, sizeof path, "%s/%s", folder, file);
    FILE *in = fopen(path, "r");
    FILE *out = open_memstream(&text, &n);
    if (in == NULL || out == NULL)
        refuse("cannot be read", file);
    for (int c = getc(in); c != EOF; c = getc(in))
        putc(c, out);
    fclose(in);
    fclose(out);
    return text;
}

static unsigned read_how(const char *words, const char *name)
{
    static const struct {
        const char *word;
        unsigned flag;
    } hows[] = {
        { "close", ENTRA_CLOSE },
        { "reset", ENTRA_RESET },
        { "raw", ENTRA_RAW },
        { "escaped", ENTRA_ESCAPED },
        { "endless", ENTRA_ENDLESS },
        { "endless_head", ENTRA_ENDLESS_HEAD },
        { "endless_line", ENTRA_ENDLESS_LINE },
    };
    char copy[128];
    char *rest = NULL;
    unsigned how = 0;
    snprintf(copy, sizeof copy, "%s", words);
    for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        unsigned flag = 0;
        for (size_t i = 0; i < sizeof hows / sizeof hows[0]; i++)
            flag |= strcmp(word, hows[i].word) == 0 ? hows[i].flag : 0;
        if (flag == 0)
            refuse("unknown word in brackets", name);
        how |= flag;
    }
    return how;
}

/* The status that counts: that of the last head. */
static int read_status(const char *head)
{
    int status = 0;
    for (const char *at = strstr(head, "HTTP/"); at != NULL; at = strstr(at + 1, "HTTP/")) {
        const char *blank = strchr(at, ' ');
        status = blank != NULL ? atoi(blank) : 0;
    }
    return status;
}

/* "name [how]: section", then the head's lines, an empty one, and the body. Takes the text apart. */
static struct entra_answer read_answer(const char *file, char *text)
{
    struct entra_answer answer = { 0 };
    char *line_end = strchr(text, '\n');
    char *colon = strstr(text, ": ");
    if (line_end == NULL || colon == NULL || colon > line_end)
        refuse("an answer without a section", text);
    *line_end = *colon = '\0';
    char *how = strstr(text, " [");
    if (how != NULL) {
        *how = '\0';
        how[strlen(how + 2) + 1] = '\0'; /* the bracket */
        answer.how = read_how(how + 2, text);
    }
    char *head = line_end + 1;
    char *body = strstr(head, "\n\n");
    if (*head == '\n')
        body = head; /* no head */
    else if (body != NULL)
        *body++ = '\0';
    if (asprintf(&answer.name, "%.*s/%s", (int)strcspn(file, "."), file, text) < 0)
        abort();
    answer.section = strdup(colon + 2);
    answer.head = strdup(body == head ? "" : head);
    answer.body = strdup(body != NULL ? body + 1 : "");
    answer.status = read_status(answer.head);
    return answer;
}

static void keep(struct entra_book *book, const struct entra_answer *answer)
{
    bool is_headers = strncmp(answer->name, "headers/", strlen("headers/")) == 0;
    struct entra_answer **list = is_headers ? &book->headers : &book->answers;
    size_t *count = is_headers ? &book->header_count : &book->count;
    *list = realloc(*list, (*count + 1) * sizeof **list);
    if (*list == NULL)
        abort();
    (*list)[(*count)++] = *answer;
}

static void read_file(struct entra_book *book, const char *file)
{
    static const char mark[] = "\n== ";
    char *text = read_text(file);
    char *at = strstr(text, mark);
    while (at != NULL) {
        char *next = strstr(at + 1, mark);
        if (next != NULL)
            next[-1] = '\0'; /* the empty line before it */
        at += strlen(mark);
        size_t n = strlen(at);
        if (next == NULL && n > 0 && at[n - 1] == '\n')
            at[n - 1] = '\0';
        struct entra_answer answer = read_answer(file, at);
        keep(book, &answer);
        at = next;
    }
    free(text);
}

static int is_text_file(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return n > 4 && strcmp(entry->d_name + n - 4, ".txt") == 0;
}

void entra_book_open(struct entra_book *book)
{
    struct dirent **files;
    *book = (struct entra_book){ 0 };
    int n = scandir(folder, &files, is_text_file, alphasort);
    if (n <= 0)
        refuse("no answers", "tests run in the root of the sources");
    for (int i = 0; i < n; i++) {
        read_file(book, files[i]->d_name);
        free(files[i]);
    }
    free(files);
}

static void free_answers(struct entra_answer *answers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(answers[i].name);
        free(answers[i].section);
        free(answers[i].head);
        free(answers[i].body);
    }
    free(answers);
}

void entra_book_close(struct entra_book *book)
{
    free_answers(book->answers, book->count);
    free_answers(book->headers, book->header_count);
}

static const struct entra_answer *find(const struct entra_answer *answers, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(answers[i].name, name) == 0)
            return &answers[i];
    }
    refuse("there is no such answer", name);
    return NULL;
}

const struct entra_answer *entra_book_find(const struct entra_book *book, const char *name)
{
    return find(book->answers, book->count, name);
}

/* ---- sending ---- */

static void put_hex(const char *digits, FILE *out)
{
    char pair[3] = "";
    for (; digits[0] != '\0' && digits[1] != '\0'; digits += 2) {
        memcpy(pair, digits, 2);
        putc((int)strtol(pair, NULL, 16), out);
    }
}

static void put_times(const char *text, long times, FILE *out)
{
    for (; times > 0; times--)
        fputs(text, out);
}

static bool put_word(const char *word, const struct entra_filler *filler, FILE *out)
{
    if (strncmp(word, "HEX:", 4) == 0) {
        put_hex(word + 4, out);
    } else if (strncmp(word, "FILL:", 5) == 0) {
        put_times("A", atol(word + 5), out);
    } else if (strncmp(word, "DEEP:", 5) == 0) {
        put_times("[", atol(word + 5), out);
        put_times("]", atol(word + 5), out);
    } else {
        return filler->fill(filler->ctx, word, out);
    }
    return true;
}

/* Writes text up to `end`, with its @WORDS@ filled in. */
static void put_filled(const char *text, const char *end, const struct entra_filler *filler, FILE *out)
{
    char word[64];
    while (text < end) {
        const char *stop = *text == '@' ? memchr(text + 1, '@', (size_t)(end - text - 1)) : NULL;
        bool is_word = stop != NULL && (size_t)(stop - text) < sizeof word;
        if (is_word) {
            snprintf(word, sizeof word, "%.*s", (int)(stop - text - 1), text + 1);
            is_word = put_word(word, filler, out);
        }
        if (!is_word)
            putc(*text, out);
        text = is_word ? stop + 1 : text + 1;
    }
}

/* Each line, ended as in HTTP. */
static void put_lines(const char *lines, const struct entra_filler *filler, FILE *out)
{
    while (*lines != '\0') {
        const char *end = strchrnul(lines, '\n');
        put_filled(lines, end, filler, out);
        fputs("\r\n", out);
        lines = *end != '\0' ? end + 1 : end;
    }
}

static void put_head(const struct entra_book *book, const struct entra_answer *answer,
                     const struct entra_filler *filler, FILE *out)
{
    char *lines = strdup(answer->head);
    char *rest = NULL;
    for (char *line = strtok_r(lines, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        char name[64];
        snprintf(name, sizeof name, "headers/%s", line + (line[0] == '@'));
        if (strcmp(line, "@end") == 0) {
            fputs("\r\n", out);
        } else if (line[0] == '@') {
            const struct entra_answer *headers = find(book->headers, book->header_count, name);
            put_lines(headers->head, filler, out);
        } else {
            put_lines(line, filler, out);
        }
    }
    free(lines);
}

static void put_unescaped(const char *text, FILE *out)
{
    for (; *text != '\0'; text++) {
        bool escaped = text[0] == '\\' && (text[1] == 'r' || text[1] == 'n');
        if (escaped)
            text++;
        if (escaped)
            putc(*text == 'r' ? '\r' : '\n', out);
        else
            putc(*text, out);
    }
}

char *entra_render_body(const struct entra_answer *answer, const struct entra_filler *filler, size_t *n)
{
    char *bytes = NULL;
    FILE *out = open_memstream(&bytes, n);
    if (answer->how & ENTRA_ESCAPED)
        put_unescaped(answer->body, out);
    else
        put_filled(answer->body, answer->body + strlen(answer->body), filler, out);
    fclose(out);
    return bytes;
}

static bool needs_length(const struct entra_answer *answer)
{
    bool told = strstr(answer->head, "Content-Length:") != NULL || strstr(answer->head, "Transfer-Encoding:") != NULL;
    return !told && answer->status != 204;
}

char *entra_render(const struct entra_book *book, const struct entra_answer *answer, const struct entra_filler *filler,
                   size_t *n)
{
    const unsigned open_head = ENTRA_RAW | ENTRA_ENDLESS_HEAD | ENTRA_ENDLESS_LINE;
    char *bytes = NULL;
    size_t length;
    char *body = entra_render_body(answer, filler, &length);
    FILE *out = open_memstream(&bytes, n);
    put_head(book, answer, filler, out);
    if (answer->head[0] != '\0' && (answer->how & open_head) == 0) {
        if (needs_length(answer))
            fprintf(out, "Content-Length: %zu\r\n", length);
        if (answer->how & (ENTRA_CLOSE | ENTRA_RESET))
            fputs("Connection: close\r\n", out);
        fputs("\r\n", out);
    }
    fwrite(body, 1, length, out);
    fclose(out);
    free(body);
    return bytes;
}
