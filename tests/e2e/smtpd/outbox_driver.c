/* SPDX-License-Identifier: Apache-2.0 */
/* outbox_driver: sends mails through the mailer to a real mail server, for run.sh.
 *   outbox_driver send HOST PORT starttls|tls|plain COUNT PACE-MS SECONDS    one mail each PACE-MS, then waits
 *   outbox_driver print FOLDER                                              writes a message in each language
 * SECONDS is the most it waits: until no mail is pending, or where OUTBOX_TRIES is set until each was tried so often.
 * The environment gives OUTBOX_USER, OUTBOX_PASSWORD and OUTBOX_CA, too. Prints what became of the mails; "later" on standard
 * error as soon as one was tried in vain. */
#include "support/mail_array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void doze(unsigned ms)
{
    nanosleep(&(struct timespec){ ms / 1000, (long)(ms % 1000) * 1000000 }, NULL);
}

static struct letter letter_of(unsigned i)
{
    struct letter letter = { .tenant_name = "Kites & Söhne 凧",
                             .logo_url = "https://cdn.kites.example/logo.png",
                             .accent_color = "#0a7d5c",
                             .minutes = 30 };
    size_t languages = 0;

    while (message_languages()[languages] != NULL)
        languages++;
    snprintf(letter.language, sizeof letter.language, "%s", message_languages()[i % languages]);
    snprintf(letter.to, sizeof letter.to, "user%u@kites.example", i);
    snprintf(letter.code, sizeof letter.code, "%08u", 31000000 + i);
    return letter;
}

static enum smtp_security security_of(const char *word)
{
    if (strcmp(word, "tls") == 0)
        return SMTP_TLS;
    return strcmp(word, "plain") == 0 ? SMTP_PLAIN : SMTP_STARTTLS;
}

static unsigned number(const char *text)
{
    return (unsigned)strtoul(text, NULL, 10);
}

static void report(struct mail_array *array)
{
    struct mail_array_counts counts = mail_array_count(array);
    struct mail last = { .last_error = "" };

    for (uint64_t id = 1; id <= array->n; id++) {
        struct mail mail = mail_array_get(array, id);
        if (mail.last_error[0] != '\0')
            last = mail;
    }
    printf("delivered %zu dead %zu pending %zu most-attempts %zu error \"%s\"\n", counts.delivered, counts.dead,
           counts.pending, counts.most_attempts, last.last_error);
}

/* Says once that a mail has to be tried again. */
static void tell(struct mail_array *array, bool *told)
{
    if (*told || mail_array_count(array).most_attempts == 0)
        return;
    fprintf(stderr, "later\n");
    *told = true;
}

/* Nothing is pending, or each mail was tried as often as it shall be. */
static bool is_over(struct mail_array *array)
{
    const char *tries = getenv("OUTBOX_TRIES");
    bool tried = tries != NULL;

    for (uint64_t id = 1; tried && id <= array->n; id++)
        tried = mail_array_get(array, id).attempts >= number(tries);
    return tried || mail_array_count(array).pending == 0;
}

static int send_all(char **argv, const struct messages *messages)
{
    unsigned count = number(argv[5]), pace = number(argv[6]), seconds = number(argv[7]);
    instant end = clock_now(&clock_system) + (instant)seconds;
    struct mail_array array;
    struct outbox *outbox = NULL;
    bool told = false;

    mail_array_init(&array, count);
    struct outbox_options options = {
        .smtp = { argv[2], (uint16_t)number(argv[3]), security_of(argv[4]), getenv("OUTBOX_USER"),
                  getenv("OUTBOX_PASSWORD"), getenv("OUTBOX_CA"), 4, 60 },
        .from = { SLICE("no-reply@login.example"), SLICE_EMPTY },
        .messages = messages,
        .source = mail_array_source(&array),
        .clock = &clock_system,
    };
    if (!err_is_ok(outbox_start(&options, &outbox)))
        return 1;
    for (unsigned i = 0; i < count; i++) {
        struct letter letter = letter_of(i);
        mail_array_add(&array, &letter, clock_now(&clock_system), end + 600);
        outbox_wake(outbox);
        doze(pace);
        tell(&array, &told);
    }
    while (!is_over(&array) && clock_now(&clock_system) < end) {
        doze(20);
        tell(&array, &told);
    }
    outbox_stop(outbox, 1);
    report(&array);
    mail_array_free(&array);
    return 0;
}

static int print_all(const char *folder, const struct messages *messages)
{
    static char block[MESSAGE_MAX];

    for (unsigned i = 0; message_languages()[i] != NULL; i++) {
        struct letter letter = letter_of(i);
        struct message_sender from = { SLICE("no-reply@login.example"), SLICE("Kites \"Söhne\", 凧") };
        struct buf out;
        char path[512];
        buf_init(&out, block, sizeof block);
        snprintf(path, sizeof path, "%s/%s.eml", folder, letter.language);
        FILE *file = fopen(path, "wb");
        if (file == NULL || !err_is_ok(message_write(messages, &letter, &from, i + 1, 1785103200, &out)))
            return 1;
        fwrite(out.p, 1, out.n, file);
        fclose(file);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct messages *messages = NULL;
    int status = 2;

    if (!err_is_ok(messages_new(&messages)))
        return 1;
    if (argc == 8 && strcmp(argv[1], "send") == 0)
        status = send_all(argv, messages);
    if (argc == 3 && strcmp(argv[1], "print") == 0)
        status = print_all(argv[2], messages);
    messages_free(messages);
    return status;
}
