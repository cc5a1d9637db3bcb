/* SPDX-License-Identifier: Apache-2.0 */
/* What https costs: initiate over TLS 1.3, on one connection and with a handshake each. */
#include "target.h"

#include "crypto/dev_ca.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

static _Noreturn void stop(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static size_t ignore(char *bytes, size_t size, size_t n, void *ctx)
{
    (void)bytes;
    (void)ctx;
    return size * n;
}

static double cpu_each(struct target *t, CURL *curl, unsigned n)
{
    int64_t before = target_cpu_us(t);

    for (unsigned i = 0; i < n; i++) {
        long status = 0;
        if (curl_easy_perform(curl) != CURLE_OK)
            stop("a request failed");
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        if (status != 200)
            stop("a request was refused");
    }
    return (double)(target_cpu_us(t) - before) / n;
}

static CURL *request(const struct target *t, const struct dev_ca_paths *ca, int tls)
{
    char url[128];
    CURL *curl = curl_easy_init();

    if (curl == NULL)
        stop("no memory");
    snprintf(url, sizeof url, "%s://localhost:%u/load/oauth2/v2.0/initiate", tls ? "https" : "http",
             tls ? t->https_port : t->port);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CAINFO, ca->ca);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
    curl_easy_setopt(curl, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS,
                     "client_id=" TARGET_APP_ES256 "&username=u0%40load.example&challenge_type=oob+redirect");
    return curl;
}

int main(int argc, char **argv)
{
    struct target t = { .smtp_port = 25 };
    struct dev_ca_paths ca;
    const char *program = argc > 1 ? argv[1] : "build/release/doorcode";

    curl_global_init(CURL_GLOBAL_DEFAULT);
    target_seed(&t, 10);
    if (!err_is_ok(dev_ca_ensure(t.folder, clock_now(&clock_system), &ca)))
        stop("no certificate");
    target_use_tls(&t, ca.certificate, ca.key);
    target_start(&t, program, 0);
    printf("| initiate | cpu-µs each |\n| --- | ---: |\n");
    for (int tls = 0; tls < 2; tls++) {
        CURL *curl = request(&t, &ca, tls);
        (void)cpu_each(&t, curl, 100);
        printf("| %s, one connection | %.1f |\n", tls ? "https" : "http", cpu_each(&t, curl, 5000));
        curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
        curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
        printf("| %s, a new connection each | %.1f |\n", tls ? "https" : "http", cpu_each(&t, curl, 1000));
        curl_easy_cleanup(curl);
    }
    target_stop(&t);
    target_remove(&t);
    return 0;
}
