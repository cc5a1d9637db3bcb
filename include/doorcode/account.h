/* SPDX-License-Identifier: Apache-2.0 */
/* account.h: who is signed in. A cache keeps the tokens of users between flows and runs of a program; a token of it is
 * renewed ahead of its end, without a question to the user.
 *
 *     struct doorcode_cache *cache;
 *     const struct doorcode_error *error = doorcode_cache_file(NULL, &cache);
 *     options.cache = cache;                             // flows that end COMPLETED keep their tokens there
 *     doorcode_client_new(&options, &client);
 *     …
 *     struct doorcode_flow *flow;                        // later, perhaps in another run
 *     if (doorcode_token_get(client, NULL, "api://petstore/Pets.Read", 0, &flow) == DOORCODE_COMPLETED)
 *         use(doorcode_flow_tokens(flow)->access_token);
 *     else if (doorcode_flow_error(flow)->kind == DOORCODE_ERROR_SIGNIN_REQUIRED)
 *         sign_in();
 *     doorcode_flow_free(flow);
 *
 * A cache holds up to DOORCODE_CACHE_ACCOUNTS accounts of any authorities and applications, each with one refresh token, one id token
 * and up to DOORCODE_CACHE_ACCESS_TOKENS access tokens by their scopes; what was unused for longest makes room. It may be used by
 * several clients and threads at once, and, but for that in memory, by several processes. A cache is not carried over a
 * fork: the child opens its own. Tokens are wiped before their memory is given back.
 *
 * Errors of the functions here are the calling thread's, good until its next call of one of them; their kinds are CACHE (the
 * description says what is wrong with the place), NO_MEMORY, and where they are named NOT_AVAILABLE and SIGNIN_REQUIRED. */
#ifndef DOORCODE_ACCOUNT_H
#define DOORCODE_ACCOUNT_H

#include "doorcode/client.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

enum {
    DOORCODE_CACHE_ACCOUNTS = 100,
    DOORCODE_CACHE_ACCESS_TOKENS = 8, /* of an account */
    DOORCODE_CACHE_BYTES = 8 << 20    /* all of it: 100 accounts of usual size have less than one MiB */
};

/* ---- caches ---- */

/* Each makes a cache: NULL and *cache, or the error and *cache = NULL. */

/* Forgotten at the end of the process. */
const struct doorcode_error *doorcode_cache_memory(struct doorcode_cache **cache);
/* A private file (mode 0600), replaced as a whole at each change; what it held before is overwritten. Beside it stand
 * PATH.lock and, while it is written, PATH.new. NULL: $XDG_DATA_HOME/doorcode/tokens, its folder made with mode 0700. A
 * file that is not there is empty. One that is damaged, another's, open to others or a link is an error when it is used. */
const struct doorcode_error *doorcode_cache_file(const char *path, struct doorcode_cache **cache);
/* An item of the default collection of the desktop's Secret Service (freedesktop.org; tried with GNOME Keyring), of this name
 * (NULL: "doorcode"). A locked collection is unlocked here, which may ask the user and then waits for up to a minute; one
 * that is locked later is an error when it is used. Whatever uses this cache waits for the service's answers, 5 s at most for
 * each, a flow of a non-blocking client, too: it is a program on this machine. NOT_AVAILABLE where there is no session
 * bus, no such service, no libsystemd, or the user did not unlock it. */
const struct doorcode_error *doorcode_cache_secret_service(const char *name, struct doorcode_cache **cache);

/* Words for the caller when a function of a backend fails: "the flash memory is worn out". */
enum { DOORCODE_CACHE_PROBLEM = 512 };

/* A place of the application's own, like flash memory or an encrypted store. It keeps some bytes whole: one that was
 * interrupted has either the former or the new ones. A cache never calls two of its functions at once, whatever
 * threads use it. `problem` takes a text of DOORCODE_CACHE_PROBLEM bytes with its NUL. */
struct doorcode_cache_backend {
    /* Keeps other processes from writing, until unlock; does not wait for them. 1: done; 0: another one has it; -1: trouble.
     * Both NULL where there are no other processes. It is held while tokens are renewed, and then read and write are
     * called as well; read also without it. */
    int (*lock)(void *ctx, char *problem);
    void (*unlock)(void *ctx);
    /* 0 and what is kept, at most DOORCODE_CACHE_BYTES, malloc'ed (NULL and 0: nothing yet), which is wiped and freed; or -1. */
    int (*read)(void *ctx, char **bytes, size_t *n, char *problem);
    /* 0, once they are kept in place of the former ones; or -1, and the former ones are. */
    int (*write)(void *ctx, const char *bytes, size_t n, char *problem);
    /* At the end; NULL: nothing is to be done. */
    void (*free)(void *ctx);
};

/* Copies the table of functions. ctx is freed by backend->free, also where this fails. */
const struct doorcode_error *doorcode_cache_custom(const struct doorcode_cache_backend *backend, void *ctx,
                                                   struct doorcode_cache **cache);

/* After the last client that has it. What is kept stays kept, but in memory. */
void doorcode_cache_free(struct doorcode_cache *cache);

/* Where the tokens are, for people: the file's path, "memory", "the Secret Service". Borrowed from the cache. */
const char *doorcode_cache_place(const struct doorcode_cache *cache);

/* ---- accounts ---- */

struct doorcode_access_token {
    const char *token;
    const char *scope;   /* what it was granted for, blank-separated */
    int64_t received_at; /* seconds since 1970 */
    int64_t expires_at;  /* likewise; 0: not told */
    int64_t refresh_at;  /* likewise: from when the server wants it renewed; 0: not told */
};

struct doorcode_account {
    const char *authority; /* in its normal form, as doorcode_client_authority() tells it */
    const char *client_id;
    const char *id; /* of the user at this authority: "uid.utid" of the client_info, else the sub of the id token */
    const char *username;     /* what the id token says, else what was typed */
    const char *name;         /* to be shown; or "" */
    const char *tenant_id;    /* or "" */
    const char *id_token;     /* or "" */
    const char *scope;        /* of the newest access token; "" where there is none */
    const char *signin_scope; /* what the sign-in granted; or "" */
    int64_t expires_at;       /* likewise; 0: not told */
    int has_refresh_token;
    const struct doorcode_access_token *access_tokens; /* the newest first */
    size_t access_token_count;
};

/* Which accounts are meant; NULL members fit all. */
struct doorcode_account_filter {
    const char *authority; /* exactly */
    const char *client_id; /* in any case */
    const char *username;  /* in any case; or the id */
};

struct doorcode_accounts;

/* A copy of all accounts that fit (NULL: all), the one signed in or renewed last first. NULL and *accounts, which may be
 * empty; or the error and *accounts = NULL. */
const struct doorcode_error *doorcode_accounts_read(struct doorcode_cache *cache,
                                                    const struct doorcode_account_filter *filter,
                                                    struct doorcode_accounts **accounts);
size_t doorcode_accounts_count(const struct doorcode_accounts *accounts); /* 0 for NULL */
/* Borrowed from the list. NULL past the end. */
const struct doorcode_account *doorcode_accounts_at(const struct doorcode_accounts *accounts, size_t index);
void doorcode_accounts_free(struct doorcode_accounts *accounts);

/* Signs users out of this machine: removes all accounts that fit (NULL: all), with their tokens. There is no endpoint that would
 * tell the server (spec V1, 2.9); a session of the browser stays. `removed` (or NULL) is their number. Waits, for up to
 * a minute, while another thread or process renews tokens. */
const struct doorcode_error *doorcode_accounts_remove(struct doorcode_cache *cache,
                                                      const struct doorcode_account_filter *filter, size_t *removed);

/* Makes the first account that fits the one used last. SIGNIN_REQUIRED where none fits. Waits as
 * doorcode_accounts_remove does. */
const struct doorcode_error *doorcode_accounts_use(struct doorcode_cache *cache,
                                                   const struct doorcode_account_filter *filter);

/* Keeps tokens that did not come from a flow with this cache, as flows do: under the client's authority and application,
 * as the account used last. `username` is what was typed, or NULL. `account` (or NULL) gets a list of this one account. Waits as
 * doorcode_accounts_remove does. */
const struct doorcode_error *doorcode_accounts_keep(struct doorcode_cache *cache, const struct doorcode_client *client,
                                                    const char *username, const struct doorcode_tokens *tokens,
                                                    struct doorcode_accounts **account);

/* ---- tokens ---- */

/* Gets an access token for the scopes (as in the options; NULL takes the client's) of a user, by name or id (NULL: the account of
 * this client used last). It needs options.cache.
 *
 * COMPLETED at once where a kept one has these scopes, lives for more than 300 s and is not due for renewal
 * (refresh_in). Else, or with `force` (as after a claims challenge of an API), the refresh token gets new ones, which are
 * kept; other threads and processes are kept off meanwhile, so that no two send the same refresh token, and whoever
 * waited finds the new tokens kept. In the blocking form this waits for them.
 *
 * Where the answer is lost (the time is over, the flow is freed while WORKING, the process ends), the server may have spent
 * the refresh token, and the next call sends it again: nobody here can know. Entra takes it, and so does Doorcode; a server that takes it for
 * stolen (strictRefreshTokens, after ten seconds) refuses: SIGNIN_REQUIRED. So step a flow to its end rather than free it.
 *
 * Where the server cannot be had (no network, or it fails), COMPLETED with the kept token while that lives, unless with
 * `force`. FAILED with SIGNIN_REQUIRED where nobody is signed in or the server refuses the refresh token, which is forgotten then;
 * the account stays. INVALID_TOKEN where the server renews the tokens of another user (OpenID Connect Core, 12.2):
 * nothing is kept. INTERACTION_REQUIRED, MFA_REQUIRED and the like where the user has to do something: sign in again.
 *
 * Of doorcode_flow_tokens(), from_cache tells whether they were kept already; refresh_token is empty then. */
enum doorcode_state doorcode_token_get(const struct doorcode_client *client, const char *username_or_id,
                                       const char *scopes, int force, struct doorcode_flow **flow);

/* COMPLETED with a cache: whose tokens they are. Borrowed from the flow. NULL where they could not be kept: the flow is
 * COMPLETED all the same, its tokens are good, and doorcode_flow_error() is CACHE. */
const struct doorcode_account *doorcode_flow_account(const struct doorcode_flow *flow);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
