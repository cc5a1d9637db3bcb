/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode mail list: what waits, is retried, or was given up. */
#include "server/commands/admin.h"
#include "server/commands/commands.h"

#include "api/letters.h"
#include "base/secret.h"
#include "wire/email.h"

#include <stdlib.h>

enum { MAILS_AT_ONCE = 32, CELL = 640 };

static const struct table_column columns[] = {
    { .name = "id", .number = true },        { .name = "state" },
    { .name = "attempts", .number = true },  { .name = "to" },
    { .name = "created", .below = true },    { .name = "next_try" },
    { .name = "last_error", .below = true },
};

/* Only the address of the letter, masked unless asked for; never the code. */
static void address_of(struct admin *a, const struct mail *mail, bool clear, char *out, size_t cap)
{
    struct letter letter;
    struct buf text;

    snprintf(out, cap, "(unreadable)");
    if (!err_is_ok(letter_open(a->vault, mail, &letter)))
        return;
    buf_init(&text, out, cap - 1);
    if (clear)
        buf_puts(&text, letter.to);
    else
        email_mask(slice_of(letter.to), &text);
    out[text.n] = '\0';
    wipe(&letter, sizeof letter);
}

static void mail_row(struct admin *a, struct table *t, const struct mail *mail, bool clear)
{
    char id[24], attempts[16], address[CELL];
    const struct clock_text created = clock_format(mail->created_at);
    const struct clock_text due = clock_format(mail->due_at);

    snprintf(id, sizeof id, "%llu", (unsigned long long)mail->id);
    snprintf(attempts, sizeof attempts, "%u", mail->attempts);
    address_of(a, mail, clear, address, sizeof address);
    const char *cells[] = { id,        mail->state == MAIL_DEAD ? "dead" : "pending", attempts,        address,
                            created.c, mail->state == MAIL_DEAD ? "-" : due.c,        mail->last_error };
    table_row(t, cells);
}

static int print_mails(struct admin *a)
{
    struct mail *mails = calloc(MAILS_AT_ONCE, sizeof *mails);
    struct table *t = TABLE_OF(columns);
    uint64_t after = 0;
    size_t n = MAILS_AT_ONCE;
    err read = mails == NULL ? FAIL(NO_MEMORY) : OK;

    while (err_is_ok(read) && n == MAILS_AT_ONCE) {
        read = store_mails(a->store, after, mails, &n);
        for (size_t i = 0; err_is_ok(read) && i < n; i++) {
            mail_row(a, t, &mails[i], command_flag(a->line, "show-addresses"));
            after = mails[i].id;
        }
    }
    free(mails);
    return admin_print(a, t, read);
}

static int list(const struct command_line *line)
{
    struct admin a;
    int status = admin_open(&a, line, false);

    if (status == COMMAND_OK)
        status = admin_vault(&a);
    if (status == COMMAND_OK)
        status = print_mails(&a);
    admin_close(&a);
    return status;
}

static const struct command_option options[] = {
    ADMIN_OPTIONS,
    ADMIN_JSON,
    { .name = "show-addresses", .help = "Print addresses in clear." },
};

const struct command command_mail_list = {
    .name = "mail list",
    .summary = "List the mails that wait or were given up",
    .description = "Delivered mails are not kept. Codes are never shown.",
    .examples = COMMAND_EXAMPLES("doorcode mail list --json"),
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .run = list,
};
