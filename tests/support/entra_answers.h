/* SPDX-License-Identifier: Apache-2.0 */
/* entra_answers.h: the recorded answers of tests/entra/answers (the format is in its README), read and made ready to send. */
#ifndef DOORCODE_TESTS_ENTRA_ANSWERS_H
#define DOORCODE_TESTS_ENTRA_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum entra_how {
    ENTRA_CLOSE = 1,         /* the connection is closed behind it */
    ENTRA_RESET = 2,         /* it is reset */
    ENTRA_RAW = 4,           /* neither head nor length is completed */
    ENTRA_ESCAPED = 8,       /* \r and \n in the body are those bytes */
    ENTRA_ENDLESS = 16,      /* chunks follow until the client is gone */
    ENTRA_ENDLESS_HEAD = 32, /* lines of a head */
    ENTRA_ENDLESS_LINE = 64, /* one line of a head */
};

struct entra_answer {
    char *name;    /* "challenge/oob" */
    char *section; /* of the specification */
    char *head;    /* lines as recorded */
    char *body;
    unsigned how;
    int status; /* 0: none */
};

struct entra_book {
    struct entra_answer *answers; /* in the order of files and their lines */
    size_t count;
    struct entra_answer *headers; /* "headers/api", "headers/discovery": in `head` */
    size_t header_count;
};

/* Reads tests/entra/answers below the working directory; aborts with a message where it is not well-formed. */
void entra_book_open(struct entra_book *book);
void entra_book_close(struct entra_book *book);
/* Aborts where there is none of this name. */
const struct entra_answer *entra_book_find(const struct entra_book *book, const char *name);

/* What takes the place of @WORD@; false where the word is unknown. */
struct entra_filler {
    bool (*fill)(void *ctx, const char *word, FILE *out);
    void *ctx;
};

/* The bytes of the answer, malloc'ed, and their number. */
char *entra_render(const struct entra_book *book, const struct entra_answer *answer, const struct entra_filler *filler,
                   size_t *n);
/* Only those of the body. */
char *entra_render_body(const struct entra_answer *answer, const struct entra_filler *filler, size_t *n);

#endif
