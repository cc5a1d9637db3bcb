/* SPDX-License-Identifier: Apache-2.0 */
/* entra_player.h: a server on loopback, with a thread of its own, that plays Entra: the recorded answers of a script, one for
 * each POST, then the usual answer of each endpoint. Metadata and keys are answered beside the script. */
#ifndef DOORCODE_TESTS_ENTRA_PLAYER_H
#define DOORCODE_TESTS_ENTRA_PLAYER_H

#include "support/entra_answers.h"

#include <pthread.h>

enum { ENTRA_SCRIPT = 12, ENTRA_CONNECTIONS = 8 };

struct tenant;

struct entra_script {
    const struct entra_answer *posts[ENTRA_SCRIPT]; /* the last one also answers a request that is sent again */
    size_t count;
    bool wants_password;                 /* a challenge of a sign-up usually is the password */
    const struct entra_answer *metadata; /* NULL: the usual one */
    const struct entra_answer *keys;
    const struct entra_answer *keys_again; /* from the second time on; NULL: as `keys` */
};

/* How the bytes of the script's last answer are sent. */
struct entra_pace {
    size_t cut;     /* the connection is closed behind so many bytes; 0: not */
    size_t piece;   /* so many bytes at once; 0: all */
    long pause_us;  /* between the pieces */
    bool is_silent; /* nothing is sent until the client has gone */
};

struct entra_player {
    const struct entra_book *book;
    struct tenant *tenant; /* its keys sign id tokens */
    int fd;
    char origin[64]; /* http://127.0.0.1:PORT */
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    struct entra_script script;
    struct entra_pace pace;
    size_t posts;        /* requests since the script began */
    size_t keys_asked;   /* since then */
    size_t bytes;        /* sent since then */
    bool wants_password; /* the script says so, or the last answer was credential_required */
    char last_path[128]; /* of the newest POST, below the tenant */
};

void entra_player_start(struct entra_player *player, const struct entra_book *book, struct tenant *tenant);
void entra_player_stop(struct entra_player *player);
/* Begins a script; counts start at 0. */
void entra_player_play(struct entra_player *player, const struct entra_script *script, const struct entra_pace *pace);
size_t entra_player_posts(struct entra_player *player);
size_t entra_player_bytes(struct entra_player *player);

/* The keys that sign, for all players of a program. */
struct tenant *entra_tenant(void);
void entra_tenant_free(struct tenant *tenant);

#endif
