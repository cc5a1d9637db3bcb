/* SPDX-License-Identifier: Apache-2.0 */
/* git_credential.h: what git says to a credential helper (git-credential(1)): lines NAME=VALUE, up to an empty one. Pure, but
 * for the stream it reads. */
#ifndef DOORCODE_CLI_GIT_CREDENTIAL_H
#define DOORCODE_CLI_GIT_CREDENTIAL_H

#include <stdbool.h>
#include <stdio.h>

enum {
    GIT_CREDENTIAL_BYTES = 131072, /* most of it: what servers asked for is part of it (wwwauth[]) */
    GIT_CREDENTIAL_LINE = 65536,   /* as long as git's own lines */
};

struct git_credential {
    char protocol[16];
    char host[300]; /* with the port, where it is not the usual one */
    char username[512];
    char password[16385]; /* in an erase */
};

/* False where it is longer than it may be, holds a NUL or a line without '=', or a member that is too long. Others are
 * skipped. */
bool git_credential_read(FILE *in, struct git_credential *out);
/* Wipes it. */
void git_credential_close(struct git_credential *credential);

#endif
