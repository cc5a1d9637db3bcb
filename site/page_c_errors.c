/* SPDX-License-Identifier: Apache-2.0 */
#include "reference.h"

#include <stdbool.h>

/* The library's kinds, as its own table has them. */
static const struct {
    const char *kind;
    const char *name;
    bool goes_on;
    const char *message;
    const char *advice;
} kinds[] = {
#define KIND_ROW(kind, name, goes_on, message, advice) { #kind, name, goes_on, message, advice },
#include "errors.def"
};

void page_c_errors(struct page *page)
{
    fputs("# Errors of libdoorcode\n\n`doorcode_error.kind`, its stable word for scripts (`doorcode_error_name`), and "
          "what `message` and "
          "`advice` say where the server said nothing better. After an error that *goes on*, a flow that waits for its "
          "caller is where it was, and the step may be made again; after any other it is over. From the table "
          "`client/errors.def`.\n\n| kind | word | the flow | message | advice |\n| --- | --- | --- | --- | --- |\n",
          page->out);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        fprintf(page->out, "| `DOORCODE_ERROR_%s` | `%s` | %s | ", kinds[i].kind, kinds[i].name,
                kinds[i].goes_on ? "goes on" : "ends");
        put_cell(page, kinds[i].kind, kinds[i].message);
        fputc(' ', page->out);
        put_cell(page, kinds[i].kind, kinds[i].advice);
        fputc('\n', page->out);
    }
}
