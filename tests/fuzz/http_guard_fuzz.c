/* SPDX-License-Identifier: Apache-2.0 */
/* Any head, cut into pieces as the engine cuts it: what passes the guard has one meaning only, for every reader of the stream. */
#include "base/limits.h"
#include "http/guard.h"
#include "http/head.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FIELDS = LIMIT_HEADERS + 8, HEAD = 32768 };

static char bytes[HEAD];
static struct http_field fields[FIELDS];

/* As far as a line goes: also folded ones, bare LF and NUL, which the engine lets through in part. */
static const char *cut(size_t n, struct http_head *head)
{
    struct slice rest = { bytes, n };
    struct slice line = slice_cut(rest, '\n', &rest);

    line.n -= line.n > 0 && line.p[line.n - 1] == '\r';
    head->method = slice_cut(line, ' ', &line);
    head->target = slice_cut(line, ' ', &head->version);
    while (rest.n > 0) {
        line = slice_cut(rest, '\n', &rest);
        line.n -= line.n > 0 && line.p[line.n - 1] == '\r';
        if (line.n == 0)
            return rest.p;
        if (head->count == FIELDS) {
            head->overflow = true;
            return rest.p;
        }
        struct http_field *f = &head->fields[head->count++];
        f->name = slice_cut(line, ':', &f->value);
    }
    return bytes + n;
}

static size_t count_of(const struct http_head *head, struct slice name)
{
    size_t n = 0;

    for (size_t i = 0; i < head->count; i++)
        n += slice_eq_nocase(head->fields[i].name, name);
    return n;
}

static bool has_control(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (((unsigned char)s.p[i] < ' ' && s.p[i] != '\t') || s.p[i] == 0x7f)
            return true;
    return false;
}

/* What the guard promises, looked at without its tables. */
static void check_sound(const struct http_head *head)
{
    size_t lengths = count_of(head, SLICE("content-length"));
    size_t encodings = count_of(head, SLICE("transfer-encoding"));
    struct http_request q = { .method = HTTP_OTHER };
    struct head_body body;

    ASSERT(head->count <= LIMIT_HEADERS && !head->overflow);
    ASSERT(lengths + encodings <= 1);
    ASSERT(count_of(head, SLICE("host")) <= 1 && count_of(head, SLICE("cookie")) <= 1);
    ASSERT(memchr(head->target.p, ' ', head->target.n) == NULL && !has_control(head->target));
    for (size_t i = 0; i < head->count; i++)
        ASSERT(head->fields[i].name.n > 0 && guard_is_token(head->fields[i].name) &&
               !has_control(head->fields[i].value));
    struct slice path = guard_path(head->target);
    ASSERT(path.n > 0 && path.p[0] == '/' && memchr(path.p, '?', path.n) == NULL);
    head_read(head, &q, &body);
    ASSERT(body.announced == (lengths == 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_head head = { .fields = fields };

    if (size > sizeof bytes)
        return 0;
    memcpy(bytes, data, size);
    const char *end = cut(size, &head);
    bool seamless = guard_seams(&head, end) == HTTP_SOUND;
    enum http_defect defect = guard_check(&head);
    ASSERT((unsigned)defect < HTTP_DEFECTS);
    ASSERT(defect == HTTP_SOUND || http_defect_status(defect) >= 400);
    if (seamless && defect == HTTP_SOUND)
        check_sound(&head);
    return 0;
}
