/* SPDX-License-Identifier: Apache-2.0 */
#include "form.h"

#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

static size_t escaped_length(const char *value)
{
    size_t n = 0;
    for (; *value != '\0'; value++)
        n += strchr(plain, *value) != NULL ? 1 : 3;
    return n;
}

/* Not curl_easy_escape: its copies could not be wiped. */
static void put_escaped(struct buf *body, const char *value)
{
    static const char hex[] = "0123456789ABCDEF";
    for (; *value != '\0'; value++) {
        unsigned char byte = (unsigned char)*value;
        if (strchr(plain, *value) != NULL) {
            buf_putc(body, *value);
            continue;
        }
        buf_putc(body, '%');
        buf_putc(body, hex[byte >> 4]);
        buf_putc(body, hex[byte & 15]);
    }
}

bool form_make(struct buf *body, const struct form_field *fields, size_t n)
{
    size_t size = 1;
    for (size_t i = 0; i < n; i++)
        size += strlen(fields[i].name) + 2 + escaped_length(fields[i].value);
    char *memory = malloc(size);
    if (memory == NULL)
        return false;
    buf_init(body, memory, size);
    for (size_t i = 0; i < n; i++) {
        if (fields[i].value[0] == '\0')
            continue;
        if (body->n > 0)
            buf_putc(body, '&');
        buf_puts(body, fields[i].name);
        buf_putc(body, '=');
        put_escaped(body, fields[i].value);
    }
    return buf_ok(body);
}

void form_free(struct buf *body)
{
    if (body->p != NULL)
        wipe(body->p, body->n);
    free(body->p);
    *body = (struct buf){ 0 };
}
