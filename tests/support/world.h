/* SPDX-License-Identifier: Apache-2.0 */
/* world.h: a whole server in the test's process, in memory or on a file, with a seeded directory, a clock the test owns and
 * chance from a seed; and an HTTP client over a real socket. Failures of the set-up end the test. */
#ifndef DOORCODE_TESTS_WORLD_H
#define DOORCODE_TESTS_WORLD_H

#include "server/rooms.h"

/* The directory of every world (spec V1, 0.3). */
#define WORLD_TENANT "0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e"
#define WORLD_DOMAIN "petstore.onmicrosoft.com"
#define WORLD_APP "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31"            /* native, RS256, origin https://app.example */
#define WORLD_APP_ES256 "2f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c32"      /* native, ES256 */
#define WORLD_APP_WEB "3f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c33"        /* web, no native authentication */
#define WORLD_APP_SPA "cf8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c3c"        /* single-page, ES256, no native authentication */
#define WORLD_APP_SECRET "4f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c34"     /* not a public client */
#define WORLD_APP_PASSWORD "6f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c36"   /* native, ES256, flow with e-mail and password */
#define WORLD_APP_FACTOR "7f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c37"     /* the same, with a second factor */
#define WORLD_APP_ATTRIBUTES "8f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c38" /* native, ES256, passcode and attributes */
#define WORLD_OTHER_TENANT "aaaaaaaa-52a7-4b0e-8a3b-6f1d2c3b4a5e"   /* "kennel", hides unknown users, strict refresh */
#define WORLD_OTHER_APP "5f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c35"
#define WORLD_OTHER_PASSWORD "9f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c39" /* kennel's, flow with e-mail and password */
#define WORLD_OTHER_CODE "af8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c3a"     /* kennel's, flow with e-mail and passcode */
#define WORLD_THIRD_TENANT "bbbbbbbb-52a7-4b0e-8a3b-6f1d2c3b4a5e"   /* "aviary": e-mail codes for all, no resets */
#define WORLD_THIRD_APP "bf8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c3b"
#define WORLD_APP_HYBRID "df8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c3d" /* web and single-page, ES256, tokens from authorize */
#define WORLD_API "e18b7c66-3a1d-4f5e-9c42-7d2e0b9a8c3e"        /* "api://petstore-api": Pets.Read, Pets.Write, roles */
#define WORLD_API_OLD "e28b7c66-3a1d-4f5e-9c42-7d2e0b9a8c3f" /* "https://old.example/api": Cats.Read, tokens of v1.0 */
#define WORLD_SECRET "web-secret~of.petstore+1"              /* of the web application; WORLD_SECRET_OLD has expired */
#define WORLD_SECRET_OLD "web-secret-of-2020"
#define WORLD_ORIGIN "https://app.example"
#define WORLD_LOOPBACK "http://localhost" /* redirect URI of all but the web and the single-page application */
#define WORLD_WEB_CALLBACK "https://web.example/callback"
#define WORLD_SPA_CALLBACK "https://spa.example/"
#define WORLD_PASSWORD "Blue-Kettle-42" /* of all users with one */

/* Nothing of the server points into this struct: a test that fails and leaves its world open does not disturb the next one, which
 * may use the same memory for its own. */
struct world {
    struct rooms *rooms;
    struct world_ground *ground;
    struct events *events;
    uint64_t seed; /* as it was given */
    uint16_t port;
};

struct world_options {
    const char *folder;                       /* database, master key and throttle file in it; NULL: all in memory */
    const struct password_options *passwords; /* NULL: quick ones */
    const struct policy *policy;              /* NULL: the defaults without limits per second */
    uint64_t seed;                            /* of chance; 0: the system's randomness */
    bool real_time;
    const struct smtp_options *smtp; /* NULL: the inbox */
    bool no_seed;                    /* the directory is there already */
    unsigned request_seconds;        /* 0: the default */
    unsigned max_connections;
    const char *const *trusted_proxies;
    size_t trusted_proxy_count;
    const char *const *metrics_from; /* NULL: loopback */
    size_t metrics_from_count;
    bool plain_hooks; /* extensions may be called without TLS */
    bool own_origin;  /* its public address is where it listens, instead of https://login.example */
};

enum { WORLD_START = 1784715330 }; /* 2026-07-22 10:15:30Z */

void world_open(struct world *w, const struct world_options *options);
/* The seed of the directory, for a store (rooms_options.prepare). */
err world_seed(void *ctx, struct store *store);
void world_close(struct world *w);
void world_advance(struct world *w, int64_t seconds);
int64_t world_now_us(const struct world *w);

struct world_reply {
    int status;
    char head[16384]; /* status line and headers */
    char body[32768];
    size_t body_n;
};

/* A connection that can be used again; -1: connect first. */
int world_connect(const struct world *w);
/* Sends raw bytes and reads one reply with Content-Length. False: the connection was closed without a reply. */
bool world_exchange(int fd, const char *request, size_t n, struct world_reply *reply);
/* POST of a form to "/petstore…" + path, on a connection of its own. `headers`: extra lines with CRLF, or "". */
void world_post(const struct world *w, const char *path, const char *headers, const char *form,
                struct world_reply *reply);
void world_get(const struct world *w, const char *path, struct world_reply *reply);
/* The text of a top-level string member of a JSON body; "" if there is none. In a buffer of the caller. */
const char *world_member(const struct world_reply *reply, const char *name, char *out, size_t cap);
/* The newest code mailed to the address after mail `after`; waits for it up to some seconds. False: none came. */
bool world_code(struct world *w, const char *address, uint64_t after, char code[16], uint64_t *id);

/* The same without waiting. */
bool world_code_now(struct world *w, const char *address, uint64_t after, char code[16], uint64_t *id);

/* The first two calls for a user of WORLD_APP's tenant: the challenge's continuation token and the mailed code. */
void world_signin_start(struct world *w, const char *app, const char *username, char token[1024], char code[16]);
/* The third. */
void world_signin_token(struct world *w, const char *app, const char *token, const char *code,
                        struct world_reply *reply);

#endif
