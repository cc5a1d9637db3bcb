/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/ecdsa_raw.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>

static void free_ecdsa(ECDSA_SIG **sig)
{
    ECDSA_SIG_free(*sig);
}

err ecdsa_from_der(unsigned char *signature, size_t *n)
{
    const unsigned char *at = signature;

    AUTO(free_ecdsa) ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)*n);
    ENSURE(sig != NULL, CRYPTO);
    ENSURE(BN_bn2binpad(ECDSA_SIG_get0_r(sig), signature, ECDSA_COORDINATE) == ECDSA_COORDINATE, CRYPTO);
    ENSURE(BN_bn2binpad(ECDSA_SIG_get0_s(sig), signature + ECDSA_COORDINATE, ECDSA_COORDINATE) == ECDSA_COORDINATE,
           CRYPTO);
    *n = ECDSA_RAW;
    return OK;
}

err ecdsa_to_der(struct slice raw, unsigned char der[ECDSA_DER], size_t *n)
{
    AUTO(free_ecdsa) ECDSA_SIG *sig = ECDSA_SIG_new();
    const unsigned char *bytes = (const unsigned char *)raw.p;
    unsigned char *at = der;

    ENSURE(raw.n == ECDSA_RAW, CRYPTO);
    ENSURE(sig != NULL, NO_MEMORY);
    BIGNUM *r = BN_bin2bn(bytes, ECDSA_COORDINATE, NULL);
    BIGNUM *s = BN_bin2bn(bytes + ECDSA_COORDINATE, ECDSA_COORDINATE, NULL);
    if (r == NULL || s == NULL || ECDSA_SIG_set0(sig, r, s) != 1) {
        BN_free(r);
        BN_free(s);
        return FAIL(NO_MEMORY);
    }
    int length = i2d_ECDSA_SIG(sig, &at);
    ENSURE(length > 0, CRYPTO);
    *n = (size_t)length;
    return OK;
}
