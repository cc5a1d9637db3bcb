/* SPDX-License-Identifier: Apache-2.0 */
/* The TLS listener: certificates swapped under load, files that do not fit, versions that are too old, bytes of the wrong
 * protocol on either port. */
#include "hostile/http_support.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

enum { SERIAL_ONE = 1, SERIAL_TWO = 2, PATH = 128, PEM = 8192 };

struct files {
    char dir[PATH];
    char certificate[PATH + 16], key[PATH + 16], other_key[PATH + 16];
};

static void write_file(const char *path, const gnutls_datum_t *pem)
{
    char fresh[PATH + 32];

    snprintf(fresh, sizeof fresh, "%s.new", path);
    FILE *f = fopen(fresh, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(pem->data, 1, pem->size, f), pem->size);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(rename(fresh, path), 0);
}

static void make_key(gnutls_x509_privkey_t *key, const char *path)
{
    gnutls_datum_t pem;

    assert_int_equal(gnutls_x509_privkey_init(key), 0);
    assert_int_equal(
        gnutls_x509_privkey_generate(*key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0), 0);
    assert_int_equal(gnutls_x509_privkey_export2(*key, GNUTLS_X509_FMT_PEM, &pem), 0);
    write_file(path, &pem);
    gnutls_free(pem.data);
}

/* A self-signed pair, told apart by its serial number. */
static void make_pair(const struct files *files, unsigned char serial)
{
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t crt;
    gnutls_datum_t pem;

    make_key(&key, files->key);
    assert_int_equal(gnutls_x509_crt_init(&crt), 0);
    gnutls_x509_crt_set_version(crt, 3);
    gnutls_x509_crt_set_serial(crt, &serial, 1);
    gnutls_x509_crt_set_activation_time(crt, time(NULL) - 3600);
    gnutls_x509_crt_set_expiration_time(crt, time(NULL) + 3600);
    gnutls_x509_crt_set_dn(crt, "CN=login.example", NULL);
    gnutls_x509_crt_set_key(crt, key);
    assert_int_equal(gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0), 0);
    assert_int_equal(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem), 0);
    write_file(files->certificate, &pem);
    gnutls_free(pem.data);
    gnutls_x509_crt_deinit(crt);
    gnutls_x509_privkey_deinit(key);
}

static int make_files(void **state)
{
    static struct files files;
    gnutls_x509_privkey_t other;

    snprintf(files.dir, sizeof files.dir, "/tmp/doorcode-tls-XXXXXX");
    if (mkdtemp(files.dir) == NULL)
        return -1;
    snprintf(files.certificate, sizeof files.certificate, "%s/cert.pem", files.dir);
    snprintf(files.key, sizeof files.key, "%s/key.pem", files.dir);
    snprintf(files.other_key, sizeof files.other_key, "%s/other.pem", files.dir);
    make_pair(&files, SERIAL_ONE);
    make_key(&other, files.other_key);
    gnutls_x509_privkey_deinit(other);
    *state = &files;
    return 0;
}

static int remove_files(void **state)
{
    struct files *files = *state;

    unlink(files->certificate);
    unlink(files->key);
    unlink(files->other_key);
    return rmdir(files->dir);
}

/* Listener 0 speaks HTTP, listener 1 HTTPS. `request_seconds`: 0 where nobody shall be cut off. */
static void tls_start(struct test_server *t, const struct files *files, unsigned request_seconds)
{
    test_start(t, (struct http_options){
                      .listeners = { { .address = "127.0.0.1" }, { .address = "127.0.0.1", .tls = true } },
                      .listener_count = 2,
                      .certificate_file = files->certificate,
                      .key_file = files->key,
                      .request_seconds = request_seconds > 0 ? request_seconds : 600,
                  });
}

struct client {
    int fd;
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials;
};

/* GnuTLS's code: 0 when the handshake succeeded. */
static int client_open(struct client *c, const struct test_server *t, const char *priorities)
{
    c->fd = dial(t, 1);
    gnutls_certificate_allocate_credentials(&c->credentials);
    gnutls_init(&c->session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL);
    assert_int_equal(gnutls_priority_set_direct(c->session, priorities, NULL), 0);
    gnutls_credentials_set(c->session, GNUTLS_CRD_CERTIFICATE, c->credentials);
    gnutls_transport_set_int(c->session, c->fd);
    gnutls_handshake_set_timeout(c->session, PATIENCE_MS);
    int code;
    do
        code = gnutls_handshake(c->session);
    while (code < 0 && !gnutls_error_is_fatal(code));
    return code;
}

static void client_close(struct client *c)
{
    gnutls_deinit(c->session);
    gnutls_certificate_free_credentials(c->credentials);
    close(c->fd);
}

static unsigned char client_serial(const struct client *c)
{
    unsigned n;
    unsigned char serial[32];
    size_t size = sizeof serial;
    const gnutls_datum_t *raw = gnutls_certificate_get_peers(c->session, &n);
    gnutls_x509_crt_t crt;

    assert_non_null(raw);
    gnutls_x509_crt_init(&crt);
    assert_int_equal(gnutls_x509_crt_import(crt, raw, GNUTLS_X509_FMT_DER), 0);
    assert_int_equal(gnutls_x509_crt_get_serial(crt, serial, &size), 0);
    gnutls_x509_crt_deinit(crt);
    return serial[size - 1];
}

/* The engine sends head and body in records of their own. */
static bool client_ask(struct client *c, const char *path)
{
    struct answer *a = calloc(1, sizeof *a);
    char request[128];
    int n = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: login.example\r\n\r\n", path);

    assert_non_null(a);
    ssize_t got = gnutls_record_send(c->session, request, (size_t)n);
    while (got >= 0 && !answer_parse(a, false)) {
        got = gnutls_record_recv(c->session, a->bytes + a->n, ANSWER - a->n);
        got = got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED ? 0 : got == 0 ? -1 : got;
        a->n += got > 0 ? (size_t)got : 0;
    }
    bool good = a->status == 200 && a->n == a->end;
    free(a);
    return good;
}

static void https_works(void **state)
{
    static struct test_server t;
    struct client c;

    tls_start(&t, *state, 0);
    assert_int_equal(client_open(&c, &t, "NORMAL"), 0);
    assert_int_equal(gnutls_protocol_get_version(c.session), GNUTLS_TLS1_3);
    assert_true(client_ask(&c, "/echo"));
    assert_true(client_ask(&c, "/wait"));
    client_close(&c);
    assert_int_equal(client_open(&c, &t, "NORMAL:-VERS-ALL:+VERS-TLS1.2"), 0);
    assert_true(client_ask(&c, "/echo"));
    client_close(&c);
    assert_alive(&t);
    test_stop(&t, 2);
}

static void old_versions_and_weak_ciphers_are_refused(void **state)
{
    static const char *const refused[] = {
        "LEGACY:-VERS-ALL:+VERS-TLS1.1",
        "LEGACY:-VERS-ALL:+VERS-TLS1.0",
        "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA",
        "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-CBC:+AES-256-CBC",
    };
    static struct test_server t;

    tls_start(&t, *state, 0);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct client c;
        assert_true(client_open(&c, &t, refused[i]) < 0);
        client_close(&c);
    }
    struct client good;
    assert_int_equal(client_open(&good, &t, "NORMAL"), 0);
    assert_true(client_ask(&good, "/echo"));
    client_close(&good);
    test_stop(&t, 2);
}

static void reload_takes_effect_and_keeps_connections(void **state)
{
    static struct test_server t;
    struct files *files = *state;
    struct client before, after;

    make_pair(files, SERIAL_ONE);
    tls_start(&t, files, 0);
    assert_int_equal(client_open(&before, &t, "NORMAL"), 0);
    assert_int_equal(client_serial(&before), SERIAL_ONE);
    make_pair(files, SERIAL_TWO);
    assert_true(err_is_ok(http_reload_certificate(t.http)));
    assert_int_equal(client_open(&after, &t, "NORMAL"), 0);
    assert_int_equal(client_serial(&after), SERIAL_TWO);
    assert_true(client_ask(&before, "/echo"));
    assert_true(client_ask(&after, "/echo"));

    /* a key that does not belong to the certificate, then none at all: the pair stays */
    assert_int_equal(rename(files->other_key, files->key), 0);
    assert_int_equal(http_reload_certificate(t.http).code, ERR_FORMAT);
    unlink(files->key);
    assert_int_equal(http_reload_certificate(t.http).code, ERR_IO);
    assert_int_equal(t.events.counts[EVENT_certificate_failed], 2);
    assert_int_equal(t.events.counts[EVENT_certificate_loaded], 1);
    assert_true(client_ask(&before, "/echo"));
    client_close(&before);
    client_close(&after);
    assert_int_equal(client_open(&after, &t, "NORMAL"), 0);
    assert_int_equal(client_serial(&after), SERIAL_TWO);
    client_close(&after);
    test_stop(&t, 2);
    make_pair(files, SERIAL_ONE);
}

struct load {
    struct test_server *server;
    _Atomic bool stop;
    _Atomic unsigned done, failed;
};

static void *load_thread(void *ctx)
{
    struct load *load = ctx;

    while (!load->stop) {
        struct client c;
        bool good = client_open(&c, load->server, "NORMAL") == 0;
        for (int i = 0; good && i < 5; i++)
            good = client_ask(&c, "/echo");
        client_close(&c);
        load->failed += !good;
        load->done++;
    }
    return NULL;
}

static void reload_under_load(void **state)
{
    static struct test_server t;
    struct load load = { .server = &t };
    pthread_t threads[3];

    make_pair(*state, SERIAL_ONE);
    tls_start(&t, *state, 0);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, load_thread, &load), 0);
    for (unsigned round = 0; round < 60; round++) {
        make_pair(*state, round % 2 ? SERIAL_ONE : SERIAL_TWO);
        assert_true(err_is_ok(http_reload_certificate(t.http)));
        sleep_ms(10);
    }
    load.stop = true;
    for (size_t i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(load.failed, 0);
    assert_true(load.done > 10);
    test_stop(&t, 2);
}

/* Within the second that a request has there: a machine that stands still may miss it. */
static bool is_asked_in_time(const struct test_server *t)
{
    bool good = false;

    for (int i = 0; i < 20 && !good; i++) {
        struct client c;
        good = client_open(&c, t, "NORMAL") == 0 && client_ask(&c, "/echo");
        client_close(&c);
    }
    return good;
}

static void the_wrong_protocol(void **state)
{
    static struct test_server t;
    static struct answer a;

    tls_start(&t, *state, 1);
    for (size_t i = 0; i < 20; i++) {
        int fd = dial(&t, 1);
        a = (struct answer){ .n = 0 };
        puts_to(fd, i % 2 ? "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n"
                          : "\x16\x03\x01\xff\xff\x01\x02\x03 nonsense nonsense nonsense");
        shutdown(fd, i % 4 < 2 ? SHUT_WR : SHUT_RD);
        int64_t begin = clock_ms();
        struct pollfd p = { .fd = fd, .events = POLLIN };
        while (poll(&p, 1, PATIENCE_MS) > 0 && recv(fd, a.bytes, ANSWER, 0) > 0)
            ;
        assert_true(clock_ms() - begin < 9000);
        assert_null(strstr(a.bytes, "HTTP/1.1"));
        close(fd);
    }
    assert_true(is_asked_in_time(&t));

    /* and TLS on the port without */
    int fd = dial(&t, 0);
    static const unsigned char hello[] = { 0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3, '\n', '\n' };
    put(fd, hello, sizeof hello);
    a = (struct answer){ .n = 0 };
    answer_read(fd, &a, true, false);
    assert_true(a.closed && a.status != 200);
    close(fd);
    assert_serves_again(&t);
    test_stop(&t, 2);
}

static void a_silent_handshake_is_cut_off(void **state)
{
    static struct test_server t;
    static struct answer a;

    tls_start(&t, *state, 1);
    int fd = dial(&t, 1);
    int64_t begin = clock_ms();
    puts_to(fd, "\x16\x03\x01");
    a = (struct answer){ .n = 0 };
    answer_read(fd, &a, true, false);
    assert_true(a.closed);
    assert_in_range(clock_ms() - begin, 900, 9000);
    close(fd);
    test_stop(&t, 2);
}

static int64_t cpu_ms(void)
{
    struct timespec used;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (int64_t)used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

/* A client that is silent in the middle of its handshake must cost memory only: with epoll it cost a whole core. */
static void a_silent_handshake_is_waited_for_without_work(void **state)
{
    static struct test_server t;
    int fds[4];

    tls_start(&t, *state, 0);
    for (size_t i = 0; i < 4; i++) {
        fds[i] = dial(&t, 1);
        puts_to(fds[i], "\x16\x03\x01");
    }
    int64_t before = cpu_ms();
    usleep(600000);
    assert_in_range(cpu_ms() - before, 0, 150);
    for (size_t i = 0; i < 4; i++)
        close(fds[i]);
    test_stop(&t, 2);
}

static void start_says_what_is_wrong_with_the_files(void **state)
{
    const struct files *files = *state;
    struct http_options options = {
        .listeners = { { .address = "127.0.0.1", .tls = true } },
        .listener_count = 1,
        .certificate_file = files->certificate,
        .key_file = "/nonexistent/key.pem",
    };
    struct http_server *s;
    char why[200];

    assert_int_equal(http_start(&options, &s, why).code, ERR_IO);
    assert_non_null(strstr(why, "/nonexistent/key.pem"));
    options.key_file = NULL;
    assert_int_equal(http_start(&options, &s, why).code, ERR_IO);
    options.key_file = files->certificate;
    assert_int_equal(http_start(&options, &s, why).code, ERR_FORMAT);
    options.key_file = files->key;
    options.certificate_file = files->key;
    assert_int_equal(http_start(&options, &s, why).code, ERR_FORMAT);
    assert_non_null(strstr(why, files->key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(https_works),
        cmocka_unit_test(old_versions_and_weak_ciphers_are_refused),
        cmocka_unit_test(the_wrong_protocol),
        cmocka_unit_test(a_silent_handshake_is_cut_off),
        cmocka_unit_test(a_silent_handshake_is_waited_for_without_work),
        cmocka_unit_test(start_says_what_is_wrong_with_the_files),
        cmocka_unit_test(reload_under_load),
        cmocka_unit_test(reload_takes_effect_and_keeps_connections),
    };

    return cmocka_run_group_tests(tests, make_files, remove_files);
}
