/* SPDX-License-Identifier: Apache-2.0 */
#include "support/entra_player.h"

#include "support/tenant.h"

#include <netinet/tcp.h>
#include <poll.h>

enum { REPEAT_FROM = 500, BYTES_MOST = 64 << 20 };

/* ---- which answer ---- */

static const char *usual_of(const struct entra_player *player, const char *path)
{
    static const struct {
        const char *path;
        const char *name;
    } usual[] = {
        { "oauth2/v2.0/initiate", "initiate/started" },
        { "oauth2/v2.0/challenge", "challenge/oob" },
        { "oauth2/v2.0/introspect", "introspect/methods" },
        { "oauth2/v2.0/token", "token/tokens" },
        { "signup/v1.0/start", "signup_start/started" },
        { "signup/v1.0/challenge", "signup_challenge/oob" },
        { "signup/v1.0/continue", "signup_continue/done" },
        { "resetpassword/v1.0/start", "reset_start/started" },
        { "resetpassword/v1.0/challenge", "reset_challenge/oob" },
        { "resetpassword/v1.0/continue", "reset_continue/verified" },
        { "resetpassword/v1.0/submit", "reset_submit/submitted" },
        { "resetpassword/v1.0/poll_completion", "reset_poll/succeeded" },
        { "register/v1.0/introspect", "register_introspect/methods" },
        { "register/v1.0/challenge", "register_challenge/oob" },
        { "register/v1.0/continue", "register_continue/registered" },
    };
    if (player->wants_password && strcmp(path, "signup/v1.0/challenge") == 0)
        return "signup_challenge/password";
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        if (strcmp(path, usual[i].path) == 0)
            return usual[i].name;
    }
    return "common/parameter_missing";
}

/* A failure is answered by the same failure when it is asked again; libcurl does so where a connection just broke. */
static bool is_again(const struct entra_player *player, const char *path)
{
    if (player->script.count == 0 || player->posts <= player->script.count - 1)
        return false;
    const struct entra_answer *last = player->script.posts[player->script.count - 1];
    bool fails = last->status >= REPEAT_FROM || last->status == 0 || last->how != 0 || player->pace.cut != 0 ||
                 player->pace.is_silent;
    return fails && strcmp(path, player->last_path) == 0;
}

static const struct entra_answer *answer_post(struct entra_player *player, const char *path, struct entra_pace *pace)
{
    const struct entra_answer *answer;
    bool again = is_again(player, path);
    size_t place = again ? player->script.count - 1 : player->posts;
    if (place < player->script.count)
        answer = player->script.posts[place];
    else
        answer = entra_book_find(player->book, usual_of(player, path));
    if (place + 1 == player->script.count)
        *pace = player->pace;
    player->posts += !again;
    player->wants_password = strstr(answer->body, "credential_required") != NULL;
    snprintf(player->last_path, sizeof player->last_path, "%s", path);
    return answer;
}

static const struct entra_answer *answer_get(struct entra_player *player, const char *path)
{
    const struct entra_script *script = &player->script;
    if (strstr(path, "openid-configuration") != NULL)
        return script->metadata != NULL ? script->metadata : entra_book_find(player->book, "metadata/document");
    bool again = player->keys_asked++ > 0 && script->keys_again != NULL;
    const struct entra_answer *keys = again ? script->keys_again : script->keys;
    return keys != NULL ? keys : entra_book_find(player->book, "keys/published");
}

static const struct entra_answer *choose(struct entra_player *player, const char *request, struct entra_pace *pace)
{
    static const char tenant[] = "POST /petstore/";
    const struct entra_answer *answer;
    char path[128];
    pthread_mutex_lock(&player->lock);
    if (strncmp(request, tenant, strlen(tenant)) == 0) {
        const char *below = request + strlen(tenant);
        snprintf(path, sizeof path, "%.*s", (int)strcspn(below, " ?"), below);
        answer = answer_post(player, path, pace);
    } else {
        snprintf(path, sizeof path, "%.*s", (int)strcspn(request + 4, " ?"), request + 4);
        answer = answer_get(player, path);
    }
    pthread_mutex_unlock(&player->lock);
    return answer;
}

/* ---- what it says ---- */

static void put_id_token(const struct entra_player *player, bool forged, FILE *out)
{
    char issuer[128];
    snprintf(issuer, sizeof issuer, "%s/" TENANT_ID "/v2.0", player->origin);
    json_t *claims = tenant_claims(issuer, (int64_t)time(NULL));
    char *token = tenant_token(player->tenant, TENANT_ES256, claims);
    char *change = strrchr(token, '.') - 5; /* in the claims */
    if (forged)
        *change = *change == 'A' ? 'B' : 'A';
    fputs(token, out);
    free(token);
    json_decref(claims);
}

static void put_keys(const struct entra_player *player, FILE *out)
{
    json_t *jwks = tenant_jwks(player->tenant);
    char *key = json_dumps(json_array_get(json_object_get(jwks, "keys"), 0), JSON_COMPACT);
    fputs(key, out);
    free(key);
    json_decref(jwks);
}

static bool fill(void *ctx, const char *word, FILE *out)
{
    const struct entra_player *player = ctx;
    if (strcmp(word, "ORIGIN") == 0)
        fputs(player->origin, out);
    else if (strcmp(word, "ID_TOKEN") == 0 || strcmp(word, "FORGED_ID_TOKEN") == 0)
        put_id_token(player, word[0] == 'F', out);
    else if (strcmp(word, "KEYS") == 0)
        put_keys(player, out);
    else
        return false;
    return true;
}

/* ---- how it is sent ---- */

static bool send_all(struct entra_player *player, int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return false; /* the client hung up: part of some tests */
        pthread_mutex_lock(&player->lock);
        player->bytes += (size_t)sent;
        pthread_mutex_unlock(&player->lock);
        bytes += sent;
        n -= (size_t)sent;
    }
    return true;
}

static void send_paced(struct entra_player *player, int fd, const char *bytes, size_t n, const struct entra_pace *pace)
{
    struct timespec pause = { .tv_nsec = pace->pause_us * 1000 };
    if (pace->cut != 0 && pace->cut < n)
        n = pace->cut;
    while (n > 0) {
        size_t piece = pace->piece != 0 && pace->piece < n ? pace->piece : n;
        if (!send_all(player, fd, bytes, piece))
            return;
        bytes += piece;
        n -= piece;
        if (n > 0 && pace->pause_us > 0)
            nanosleep(&pause, NULL);
    }
}

/* Up to far more than any client should take. */
static void send_endless(struct entra_player *player, int fd, unsigned how)
{
    char chunk[4200];
    size_t n = (size_t)snprintf(chunk, sizeof chunk, "1000\r\n%4096s\r\n", "");
    if (how & ENTRA_ENDLESS_HEAD)
        n = (size_t)snprintf(chunk, sizeof chunk, "X-Pad: %200s\r\n", "x");
    if (how & ENTRA_ENDLESS_LINE)
        n = (size_t)snprintf(chunk, sizeof chunk, "%4000s", "x");
    if (how & ENTRA_ENDLESS_LINE)
        send_all(player, fd, "X-Pad: ", 7);
    for (size_t sent = 0; sent < BYTES_MOST; sent += n) {
        if (!send_all(player, fd, chunk, n))
            return;
    }
}

/* True: the connection stays. */
static bool answer_request(struct entra_player *player, int fd, const char *request)
{
    const unsigned endless = ENTRA_ENDLESS | ENTRA_ENDLESS_HEAD | ENTRA_ENDLESS_LINE;
    const struct entra_filler filler = { fill, player };
    struct entra_pace pace = { 0 };
    size_t n;
    const struct entra_answer *answer = choose(player, request, &pace);
    if (pace.is_silent)
        return true; /* until the client goes */
    char *bytes = entra_render(player->book, answer, &filler, &n);
    send_paced(player, fd, bytes, n, &pace);
    free(bytes);
    if (answer->how & endless)
        send_endless(player, fd, answer->how);
    if (answer->how & ENTRA_RESET) {
        const struct linger at_once = { .l_onoff = 1 };
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    return pace.cut == 0 && (answer->how & ~(unsigned)ENTRA_ESCAPED) == 0;
}

/* ---- the thread ---- */

/* False where the connection is over. */
static bool serve(struct entra_player *player, int fd)
{
    char *request = answer_read_request(fd);
    bool stays = request[0] != '\0' && answer_request(player, fd, request);
    free(request);
    return stays;
}

static void accept_one(struct entra_player *player, struct pollfd *fds, nfds_t *count)
{
    int on = 1;
    int fd = accept(player->fd, NULL, NULL);
    if (fd < 0 || *count == 1 + ENTRA_CONNECTIONS)
        abort();
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fds[(*count)++] = (struct pollfd){ .fd = fd, .events = POLLIN };
}

static void *run(void *ctx)
{
    struct entra_player *player = ctx;
    struct pollfd fds[1 + ENTRA_CONNECTIONS] = { { .fd = player->fd, .events = POLLIN } };
    nfds_t count = 1;
    while (poll(fds, count, -1) > 0) {
        if (fds[0].revents & (POLLHUP | POLLERR)) /* shut down: the end */
            break;
        if (fds[0].revents & POLLIN)
            accept_one(player, fds, &count);
        for (nfds_t i = count - 1; i > 0; i--) {
            if (fds[i].revents == 0 || serve(player, fds[i].fd))
                continue;
            close(fds[i].fd);
            fds[i] = fds[--count];
        }
    }
    for (nfds_t i = 1; i < count; i++)
        close(fds[i].fd);
    return NULL;
}

void entra_player_start(struct entra_player *player, const struct entra_book *book, struct tenant *tenant)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    *player = (struct entra_player){ .book = book, .tenant = tenant };
    pthread_mutex_init(&player->lock, NULL);
    player->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (player->fd < 0 || bind(player->fd, (struct sockaddr *)&address, size) != 0 || listen(player->fd, 16) != 0 ||
        getsockname(player->fd, (struct sockaddr *)&address, &size) != 0)
        abort();
    snprintf(player->origin, sizeof player->origin, "http://127.0.0.1:%d", ntohs(address.sin_port));
    if (pthread_create(&player->thread, NULL, run, player) != 0)
        abort();
}

void entra_player_stop(struct entra_player *player)
{
    shutdown(player->fd, SHUT_RDWR);
    pthread_join(player->thread, NULL);
    close(player->fd);
    pthread_mutex_destroy(&player->lock);
}

void entra_player_play(struct entra_player *player, const struct entra_script *script, const struct entra_pace *pace)
{
    pthread_mutex_lock(&player->lock);
    player->script = *script;
    player->pace = pace != NULL ? *pace : (struct entra_pace){ 0 };
    player->posts = player->keys_asked = player->bytes = 0;
    player->wants_password = script->wants_password;
    player->last_path[0] = '\0';
    pthread_mutex_unlock(&player->lock);
}

size_t entra_player_posts(struct entra_player *player)
{
    pthread_mutex_lock(&player->lock);
    size_t posts = player->posts;
    pthread_mutex_unlock(&player->lock);
    return posts;
}

size_t entra_player_bytes(struct entra_player *player)
{
    pthread_mutex_lock(&player->lock);
    size_t bytes = player->bytes;
    pthread_mutex_unlock(&player->lock);
    return bytes;
}

struct tenant *entra_tenant(void)
{
    struct tenant *tenant = calloc(1, sizeof *tenant);
    if (tenant == NULL)
        abort();
    tenant->keys[TENANT_ES256] = tenant_key(TENANT_ES256);
    return tenant;
}

void entra_tenant_free(struct tenant *tenant)
{
    tenant_close(tenant);
    free(tenant);
}
