/* SPDX-License-Identifier: Apache-2.0 */
#include "sink_code.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { CODE_MIN = 6 };

static int base64_value(char c)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c == '\0' ? NULL : strchr(alphabet, c);

    return at == NULL ? -1 : (int)(at - alphabet);
}

/* Whatever is not of the alphabet is skipped, as RFC 2045 has it. Returns the length. */
static size_t decode_base64(const char *text, size_t n, char *out, size_t cap)
{
    uint32_t bits = 0;
    size_t used = 0, got = 0;

    for (size_t i = 0; i < n; i++) {
        int value = base64_value(text[i]);
        if (value < 0)
            continue;
        bits = bits << 6 | (uint32_t)value;
        used += 6;
        if (used < 8 || got == cap)
            continue;
        used -= 8;
        out[got++] = (char)(bits >> used & 0xff);
    }
    return got;
}

/* The first line that is 6 to 10 digits and nothing else. */
static void find_digits(const char *text, size_t n, char *code)
{
    while (n > 0) {
        const char *end = memchr(text, '\n', n);
        size_t line = end == NULL ? n : (size_t)(end - text);
        size_t digits = 0;
        while (digits < line && text[digits] >= '0' && text[digits] <= '9')
            digits++;
        bool alone = digits == line || (digits + 1 == line && text[digits] == '\r');
        if (alone && digits >= CODE_MIN && digits <= SINK_CODE) {
            memcpy(code, text, digits);
            code[digits] = '\0';
            return;
        }
        if (end == NULL)
            return;
        text += line + 1;
        n -= line + 1;
    }
}

void sink_code(const char *mail, size_t n, char code[SINK_CODE + 1])
{
    static const char type[] = "text/plain", encoding[] = "base64";
    char decoded[4096];

    code[0] = '\0';
    const char *part = memmem(mail, n, type, sizeof type - 1);
    if (part == NULL)
        return;
    size_t left = n - (size_t)(part - mail);
    const char *body = memmem(part, left, "\r\n\r\n", 4);
    if (body == NULL)
        return;
    size_t head = (size_t)(body - part);
    const char *end = memmem(body, left - head, "\r\n--=_", 6);
    size_t length = end == NULL ? left - head : (size_t)(end - body);
    if (memmem(part, head, encoding, sizeof encoding - 1) != NULL) {
        length = decode_base64(body, length, decoded, sizeof decoded);
        body = decoded;
    }
    find_digits(body, length, code);
}
