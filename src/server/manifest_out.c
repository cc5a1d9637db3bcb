/* SPDX-License-Identifier: Apache-2.0 */
#include "server/manifest_out.h"

#include "server/manifest_fields.h"

/* The character at `text`, of at most three bytes of UTF-8, and its length. Of longer ones each byte is 0: they need no
 * escape. */
static unsigned character_at(struct slice text, size_t *n)
{
    const unsigned char *p = (const unsigned char *)text.p;

    *n = 1;
    if (p[0] < 0xc0)
        return p[0] < 0x80 ? p[0] : 0;
    if (p[0] < 0xe0 && text.n > 1) {
        *n = 2;
        return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
    }
    if (p[0] >= 0xf0 || text.n < 3)
        return 0;
    *n = 3;
    return (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
}

/* What YAML 1.1 takes for a line break (U+0085, U+2028, U+2029), for a mark (U+FEFF), or not at all, and what would read
 * badly: controls and the no-break space. */
static bool needs_escape(unsigned c)
{
    return (c > 0 && c < 0x20) || (c >= 0x7f && c <= 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff ||
           c == 0xfffe || c == 0xffff;
}

void out_quoted(FILE *out, struct slice text)
{
    size_t n;

    fputc('"', out);
    for (size_t i = 0; i < text.n; i += n) {
        unsigned c = character_at(slice_from(text, i), &n);
        if (c == '\n') {
            fputs("\\n", out);
            continue;
        }
        if (needs_escape(c)) {
            fprintf(out, "\\u%04X", c);
            continue;
        }
        if (c == '"' || c == '\\')
            fputc('\\', out);
        fwrite(text.p + i, 1, n, out);
    }
    fputc('"', out);
}

void out_field(FILE *out, const char *indent, const char *name, struct slice text)
{
    if (text.n == 0)
        return;
    fprintf(out, "%s%s: ", indent, name);
    out_quoted(out, text);
    fputc('\n', out);
}

void out_flag(FILE *out, const char *indent, const char *name, bool value, bool default_value)
{
    if (value != default_value)
        fprintf(out, "%s%s: %s\n", indent, name, value ? "true" : "false");
}

void out_list(FILE *out, const char *indent, const char *name, struct slices list)
{
    if (list.n == 0)
        return;
    fprintf(out, "%s%s:\n", indent, name);
    for (size_t i = 0; i < list.n; i++) {
        fprintf(out, "%s  - ", indent);
        out_quoted(out, list.items[i]);
        fputc('\n', out);
    }
}

void out_toggle(FILE *out, enum toggle multi_factor)
{
    if (multi_factor != TOGGLE_INHERIT)
        fprintf(out, "        multiFactor: \"%s\"\n", manifest_toggles[multi_factor]);
}
