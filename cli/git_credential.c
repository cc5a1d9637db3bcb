/* SPDX-License-Identifier: Apache-2.0 */
#include "git_credential.h"

#include "base/secret.h"
#include "base/slice.h"

#include <string.h>

/* One line without its end. 1: read, 0: the end of what is said, -1: not what git says. */
static int read_line(FILE *in, char line[GIT_CREDENTIAL_LINE], size_t *left)
{
    size_t n = 0;
    int c;
    while ((c = getc(in)) != EOF && c != '\n') {
        if (c == '\0' || n + 1 == GIT_CREDENTIAL_LINE || n == *left)
            return -1;
        line[n++] = (char)c;
    }
    if (c == '\n' && n == *left)
        return -1;
    *left -= n + (c == '\n');
    line[n] = '\0';
    return n > 0;
}

static bool take(struct git_credential *out, struct slice name, struct slice value)
{
    const struct {
        const char *name;
        char *text;
        size_t cap;
    } members[] = {
        { "protocol", out->protocol, sizeof(out->protocol) },
        { "host", out->host, sizeof(out->host) },
        { "username", out->username, sizeof(out->username) },
        { "password", out->password, sizeof(out->password) },
    };
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        if (slice_eq(slice_of(members[i].name), name))
            return slice_to_cstr(value, members[i].text, members[i].cap);
    }
    return true;
}

bool git_credential_read(FILE *in, struct git_credential *out)
{
    char line[GIT_CREDENTIAL_LINE];
    size_t left = GIT_CREDENTIAL_BYTES;
    int more;
    *out = (struct git_credential){ 0 };
    setvbuf(in, NULL, _IONBF, 0); /* no copy of a password stays behind */
    while ((more = read_line(in, line, &left)) > 0) {
        struct slice value;
        struct slice name = slice_cut(slice_of(line), '=', &value);
        if (strchr(line, '=') == NULL || !take(out, name, value)) {
            more = -1;
            break;
        }
    }
    wipe(line, sizeof(line));
    if (more < 0)
        git_credential_close(out);
    return more == 0;
}

void git_credential_close(struct git_credential *credential)
{
    wipe(credential, sizeof(*credential));
}
