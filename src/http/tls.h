/* SPDX-License-Identifier: Apache-2.0 */
/* tls.h: certificate and key of the TLS listeners: the only door to GnuTLS. A loaded pair is immutable and counted;
 * a handshake holds the pair it began with until its connection closes, so that a reload disturbs nobody. */
#ifndef DOORCODE_HTTP_TLS_H
#define DOORCODE_HTTP_TLS_H

#include "base/err.h"

#include <stddef.h>

struct tls;
struct tls_pair;

enum { TLS_WHY = 200 };

/* What one connection keeps. All zero: nothing. */
struct tls_use {
    struct tls *tls;
    struct tls_pair *held;
};

/* Protocol versions and ciphers in GnuTLS's words: TLS 1.3, and TLS 1.2 with forward secrecy and AEAD. */
extern const char tls_priorities[];

/* Loads both PEM files, which must belong together. IO when a file cannot be read, FORMAT otherwise; *why says which. */
NODISCARD err tls_open(const char *certificate_file, const char *key_file, struct tls **out, char why[TLS_WHY]);
/* Reads the files again; on failure the former pair stays. Any thread. */
NODISCARD err tls_reload(struct tls *tls, char why[TLS_WHY]);
void tls_close(struct tls *tls); /* after the last tls_release; NULL is fine */

/* Ties a new session (gnutls_session_t) to its connection's `use`, which must outlive the session. */
void tls_attach(struct tls *tls, struct tls_use *use, void *session);
void tls_release(struct tls_use *use);
/* The engine's certificate callback, a gnutls_certificate_retrieve_function2. */
void *tls_retriever(void);

#endif
