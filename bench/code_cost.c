/* SPDX-License-Identifier: Apache-2.0 */
/* What the redemption of an authorization code costs the server, with PKCE and a refresh token, beside its two signatures.
 *   bench_code_cost [CODES]
 * The codes are put into the data folder before the server starts, as the hosted pages write them; then 16 connections
 * redeem each once. A signature is measured right before and right after, as in load.c. */
#include "signing.h"
#include "target.h"

#include "base/b64.h"
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

/* ---- redeeming them ---- */

struct lane {
    pthread_t thread;
    const struct target *target;
    const char *client_id;
    const struct opaque *codes;
    unsigned n;
};

static size_t ignore(char *bytes, size_t size, size_t n, void *ctx)
{
    (void)bytes;
    (void)ctx;
    return size * n;
}

static void *redeem(void *ctx)
{
    struct lane *l = ctx;
    CURL *curl = curl_easy_init();
    char url[128], form[FORM];

    must(curl != NULL, "memory");
    snprintf(url, sizeof url, "http://127.0.0.1:%u/load/oauth2/v2.0/token", l->target->port);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, form);
    for (unsigned i = 0; i < l->n; i++) {
        long status = 0;
        snprintf(form, sizeof form,
                 "client_id=%s&grant_type=authorization_code&redirect_uri=" ADDRESS "&code_verifier=" VERIFIER
                 "&client_info=1&code=%s",
                 l->client_id, l->codes[i].c);
        must(curl_easy_perform(curl) == CURLE_OK, "a request failed");
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        must(status == 200, "a code was refused");
    }
    curl_easy_cleanup(curl);
    return NULL;
}

static double redeem_all(const struct target *t, const char *client_id, const struct opaque *codes, unsigned n)
{
    struct lane lanes[CONNECTIONS];
    unsigned each = n / CONNECTIONS;
    int64_t cpu = target_cpu_us(t);

    for (unsigned i = 0; i < CONNECTIONS; i++) {
        lanes[i] = (struct lane){ .target = t, .client_id = client_id, .codes = codes + i * each, .n = each };
        must(pthread_create(&lanes[i].thread, NULL, redeem, &lanes[i]) == 0, "thread");
    }
    for (unsigned i = 0; i < CONNECTIONS; i++)
        pthread_join(lanes[i].thread, NULL);
    return (double)(target_cpu_us(t) - cpu) / (each * CONNECTIONS);
}

int main(int argc, char **argv)
{
    unsigned n = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 4000;
    struct target t = { .smtp_port = 25 };
    struct seed seed;

    must(n >= CONNECTIONS && n <= 100000, "CODES: 16 to 100000");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct opaque *codes = calloc((size_t)n * APPLICATIONS, sizeof *codes);
    must(codes != NULL, "memory");
    target_seed(&t, USERS);
    seed_open(&seed, &t);
    for (unsigned i = 0; i < n * APPLICATIONS; i++)
        put_code(&seed, applications[i / n].client_id, i, &codes[i]);
    store_close(seed.store);
    vault_free(seed.vault);
    target_start(&t, "build/release/doorcode", 0);
    printf("| codes redeemed | times | cpu-µs each | of its two signatures |\n| --- | ---: | ---: | ---: |\n");
    for (unsigned a = 0; a < APPLICATIONS; a++) {
        double before = signature_us(applications[a].is_rsa);
        double cost = redeem_all(&t, applications[a].client_id, codes + (size_t)a * n, n);
        double signatures = before + signature_us(applications[a].is_rsa);
        printf("| %s, PKCE, refresh token | %u | %.1f | %.2f × %.1f |\n", applications[a].name, n, cost,
               cost / signatures, signatures);
    }
    target_stop(&t);
    target_remove(&t);
    free(codes);
    return 0;
}
