/* SPDX-License-Identifier: Apache-2.0 */
/* system_trust.h: whether libcurl looks into the system's folder of authorities, which it also does beside a file of ours unless
 * it is told not to. Included by one file each. */
#ifndef DOORCODE_TESTS_SYSTEM_TRUST_H
#define DOORCODE_TESTS_SYSTEM_TRUST_H

#include <openssl/x509.h>
#include <stdbool.h>

/* A file that there is, with authorities. */
#define SYSTEM_TRUST_FILE "/etc/ssl/certs/ca-certificates.crt"

static _Atomic bool system_trust_asked;

/* In front of OpenSSL's own. */
int X509_STORE_load_path(X509_STORE *store, const char *path)
{
    (void)store, (void)path;
    system_trust_asked = true;
    return 1;
}

#endif
