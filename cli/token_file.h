/* SPDX-License-Identifier: Apache-2.0 */
/* token_file.h: the tokens of signed-in users in one private JSON file, the account used last first. The file is
 * replaced as a whole (written beside, synced, renamed) and what it held before is overwritten. A lock beside it makes
 * processes wait for one another; it is held from open to close, so that no two of them spend one refresh token. */
#ifndef DOORCODE_CLI_TOKEN_FILE_H
#define DOORCODE_CLI_TOKEN_FILE_H

#include "doorcode/client.h"

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>

enum {
    TOKEN_FILE_BYTES = 8 << 20, /* TOKEN_FILE_ACCOUNTS with the largest tokens */
    TOKEN_FILE_ACCOUNTS = 100,  /* the one unused for longest makes room */
};

enum token_file_use { TOKEN_FILE_READ, TOKEN_FILE_CHANGE };

struct token_file {
    char path[PATH_MAX];
    char problem[PATH_MAX + 128]; /* one sentence without a full stop, after a call that gave false */
    int lock;
    json_t *root;
};

/* Which accounts are meant; NULL members fit all. User names are compared without regard to case. */
struct account_key {
    const char *authority;
    const char *client_id;
    const char *username;
};

/* `path` NULL: $XDG_DATA_HOME/doorcode/tokens.json, its folder made with mode 0700 where TOKEN_FILE_CHANGE needs it. A
 * file that is not there is empty. Waits for the lock. False with `problem` where the file is damaged, somebody else's
 * or open to others. Close it in any case. */
bool token_file_open(struct token_file *file, const char *path, enum token_file_use use);
void token_file_close(struct token_file *file);

/* The account used last of those that fit, or NULL. Borrowed. */
json_t *token_file_find(const struct token_file *file, const struct account_key *wanted);
/* Keeps the tokens under the whole key, as the account used last. An empty refresh or id token keeps the former one. */
bool token_file_put(struct token_file *file, const struct account_key *key, const struct doorcode_tokens *tokens);
/* Removes all that fit; their number. */
size_t token_file_remove(struct token_file *file, const struct account_key *wanted);
bool token_file_save(struct token_file *file);

/* A member of an account: authority, client_id, username, scope, access_token, id_token, refresh_token; "" if absent. */
const char *account_text(const json_t *account, const char *name);
struct account_key account_key_from(const json_t *account); /* borrowed from it */
/* Seconds since 1970 when its access token ends; 0: not told. */
int64_t account_expires_at(const json_t *account);

#endif
