/* SPDX-License-Identifier: Apache-2.0 */
/* What authorization codes cost the server, with PKCE and a refresh token, beside their two signatures: the redemption alone,
 * and the round trip of somebody with a session: authorize, then the redemption.
 *   bench_code_cost [CODES]
 * Codes and sessions are put into the data folder before the server starts, as the hosted pages write them; then 16
 * connections redeem each code once, and get as many of their own. A signature is measured right before and right after, as in
 * load.c. */
#include "signing.h"
#include "target.h"

#include "base/b64.h"
#include "model/session.h"
#include "store/store.h"
#include "token/opaque.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" /* RFC 7636, appendix B */
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
#define ADDRESS "http://localhost:4711"

enum { CONNECTIONS = 16, USERS = 1000, FORM = 512 };

static const struct {
    const char *name;
    const char *client_id;
    int is_rsa;
} applications[] = { { "ES256", TARGET_APP_ES256, 0 }, { "RS256", TARGET_APP_RS256, 1 } };

enum { APPLICATIONS = sizeof applications / sizeof applications[0] };

static void must(int ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "bench_code_cost: %s\n", what);
    exit(1);
}

/* ---- the codes ---- */

struct seed {
    struct store *store;
    struct vault *vault;
    struct guid tenant;
};

static void seed_open(struct seed *s, const struct target *t)
{
    struct directory *directory;
    char path[300];

    snprintf(path, sizeof path, "%s/master.key", t->folder);
    must(err_is_ok(vault_load(path, true, &rng_system, &s->vault)), "master key");
    snprintf(path, sizeof path, "%s/doorcode.db", t->folder);
    const struct store_options options = {
        .path = path, .synchronous_normal = true, .clock = &clock_system, .rng = &rng_system
    };
    must(err_is_ok(store_open(&options, &s->store)), "store");
    must(err_is_ok(store_directory(s->store, &directory)) && directory->tenant_count == 1, "directory");
    s->tenant = directory->tenants[0].id;
    directory_release(directory);
}

static void put_code(const struct seed *s, const char *client_id, unsigned i, struct opaque *text)
{
    struct user user;
    char email[64];
    instant now = clock_now(&clock_system);

    snprintf(email, sizeof email, "u%u@load.example", i % USERS);
    must(err_is_ok(store_user_by_identity(s->store, s->tenant, slice_of(email), &user)), "user");
    struct authorization_code code = { .id = store_next_id(s->store),
                                       .tenant_id = s->tenant,
                                       .user_id = user.id,
                                       .session_id = guid_new(&rng_system),
                                       .grant_id = store_next_id(s->store),
                                       .redirect_uri = ADDRESS,
                                       .scope = "openid offline_access",
                                       .nonce = "n-0S6_WzA2Mj",
                                       .code_challenge = CHALLENGE,
                                       .proofs = PROVED_CODE,
                                       .authenticated_at = now,
                                       .issued_at = now,
                                       .expires_at = now + 600 };
    must(guid_parse(slice_of(client_id), &code.client_id), "client id");
    opaque_make(s->vault, &rng_system, OPAQUE_CODE, code.id, text, code.hash);
    const struct store_write write = { .kind = WRITE_CODE_ADD, .code = &code };
    must(err_is_ok(store_write(s->store, &write, 1)), "code");
}

/* ---- sessions ---- */

/* As api/hosted/cookies.c writes it: a flag, the id, the secret. */
enum { COOKIE_BYTES = 1 + 16 + SESSION_SECRET, COOKIE_TEXT = B64URL_LENGTH(COOKIE_BYTES) };

struct cookie {
    char line[64 + COOKIE_TEXT];
};

static void put_session(const struct seed *s, unsigned i, struct cookie *out)
{
    uint8_t raw[COOKIE_BYTES] = { 0 };
    char email[64], text[COOKIE_TEXT + 1];
    struct user user;
    struct buf encoded;
    instant now = clock_now(&clock_system);

    snprintf(email, sizeof email, "u%u@load.example", i);
    must(err_is_ok(store_user_by_identity(s->store, s->tenant, slice_of(email), &user)), "user");
    struct session session = { .id = guid_new(&rng_system),
                               .tenant_id = s->tenant,
                               .user_id = user.id,
                               .created_at = now,
                               .authenticated_at = now,
                               .seen_at = now,
                               .proofs = PROVED_CODE };
    memcpy(raw + 1, session.id.b, sizeof session.id.b);
    rng_fill(&rng_system, raw + 17, SESSION_SECRET);
    const struct slice parts[] = { slice_bytes(raw + 1, 16), slice_bytes(raw + 17, SESSION_SECRET) };
    vault_mac(s->vault, VAULT_SESSION, parts, 2, session.hash);
    const struct store_write write = { .kind = WRITE_SESSION_ADD, .session = &session };
    must(err_is_ok(store_write(s->store, &write, 1)), "session");
    buf_init(&encoded, text, sizeof text);
    b64url_put(&encoded, raw, sizeof raw);
    buf_putc(&encoded, '\0');
    snprintf(out->line, sizeof out->line, "__Host-doorcode-session=%s", text);
}

/* ---- redeeming codes ---- */

struct lane {
    pthread_t thread;
    const struct target *target;
    const char *client_id;
    const struct opaque *codes;  /* NULL: those that authorize gives */
    const struct cookie *cookie; /* of the session that it gives them to */
    unsigned n;
};

static size_t ignore(char *bytes, size_t size, size_t n, void *ctx)
{
    (void)bytes;
    (void)ctx;
    return size * n;
}

static CURL *begin(const struct lane *l, const char *endpoint)
{
    CURL *curl = curl_easy_init();
    char url[512];

    must(curl != NULL, "memory");
    snprintf(url, sizeof url, "http://127.0.0.1:%u/load/oauth2/v2.0/%s", l->target->port, endpoint);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
    return curl;
}

static void perform(CURL *curl, long wanted)
{
    long status = 0;

    must(curl_easy_perform(curl) == CURLE_OK, "a request failed");
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    must(status == wanted, "a request was refused");
}

static void redeem(CURL *token, const struct lane *l, const char *code)
{
    char form[FORM];

    snprintf(form, sizeof form,
             "client_id=%s&grant_type=authorization_code&redirect_uri=" ADDRESS "&code_verifier=" VERIFIER
             "&client_info=1&code=%s",
             l->client_id, code);
    curl_easy_setopt(token, CURLOPT_POSTFIELDS, form);
    perform(token, 200);
}

/* The code in the address that the browser is sent to. */
static void authorize(CURL *curl, struct opaque *code)
{
    char *to = NULL;

    perform(curl, 302);
    curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &to);
    const char *at = to == NULL ? NULL : strstr(to, "code=");
    must(at != NULL, "no code");
    snprintf(code->c, sizeof code->c, "%.*s", (int)strcspn(at + 5, "&"), at + 5);
}

static void *run(void *ctx)
{
    struct lane *l = ctx;
    CURL *token = begin(l, "token");
    char query[384];

    snprintf(query, sizeof query,
             "authorize?client_id=%s&response_type=code&scope=openid+offline_access&prompt=none&state=s&nonce=n"
             "&redirect_uri=http%%3A%%2F%%2Flocalhost%%3A4711&code_challenge=" CHALLENGE "&code_challenge_method=S256",
             l->client_id);
    CURL *page = begin(l, query);
    curl_easy_setopt(page, CURLOPT_COOKIE, l->cookie->line);
    for (unsigned i = 0; i < l->n; i++) {
        struct opaque code;
        if (l->codes == NULL)
            authorize(page, &code);
        redeem(token, l, l->codes != NULL ? l->codes[i].c : code.c);
    }
    curl_easy_cleanup(page);
    curl_easy_cleanup(token);
    return NULL;
}

/* CPU-µs of the server for each. */
static double run_all(const struct lane *what)
{
    struct lane lanes[CONNECTIONS];
    int64_t cpu = target_cpu_us(what->target);

    for (unsigned i = 0; i < CONNECTIONS; i++) {
        lanes[i] = *what;
        lanes[i].codes = what->codes == NULL ? NULL : what->codes + i * what->n;
        lanes[i].cookie = what->cookie + i;
        must(pthread_create(&lanes[i].thread, NULL, run, &lanes[i]) == 0, "thread");
    }
    for (unsigned i = 0; i < CONNECTIONS; i++)
        pthread_join(lanes[i].thread, NULL);
    return (double)(target_cpu_us(what->target) - cpu) / (what->n * CONNECTIONS);
}

static void measure(const char *name, int is_rsa, const char *what, const struct lane *lane)
{
    double before = signature_us(is_rsa);
    double cost = run_all(lane);
    double signatures = before + signature_us(is_rsa);

    printf("| %s, %s | %u | %.1f | %.2f × %.1f |\n", name, what, lane->n * CONNECTIONS, cost, cost / signatures,
           signatures);
}

int main(int argc, char **argv)
{
    unsigned n = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 4000;
    struct target t = { .smtp_port = 25 };
    struct cookie cookies[CONNECTIONS];
    struct seed seed;

    must(n >= CONNECTIONS && n <= 100000, "CODES: 16 to 100000");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct opaque *codes = calloc((size_t)n * APPLICATIONS, sizeof *codes);
    must(codes != NULL, "memory");
    target_seed(&t, USERS);
    seed_open(&seed, &t);
    for (unsigned i = 0; i < n * APPLICATIONS; i++)
        put_code(&seed, applications[i / n].client_id, i, &codes[i]);
    for (unsigned i = 0; i < CONNECTIONS; i++)
        put_session(&seed, i, &cookies[i]);
    store_close(seed.store);
    vault_free(seed.vault);
    target_start(&t, "build/release/doorcode", 0);
    printf("| | times | cpu-µs each | of its two signatures |\n| --- | ---: | ---: | ---: |\n");
    for (unsigned a = 0; a < APPLICATIONS; a++) {
        struct lane lane = { .target = &t,
                             .client_id = applications[a].client_id,
                             .codes = codes + (size_t)a * n,
                             .cookie = cookies,
                             .n = n / CONNECTIONS };
        measure(applications[a].name, applications[a].is_rsa, "a code redeemed", &lane);
        lane.codes = NULL;
        measure(applications[a].name, applications[a].is_rsa, "authorize with a session, and redeemed", &lane);
    }
    target_stop(&t);
    target_remove(&t);
    free(codes);
    return 0;
}
